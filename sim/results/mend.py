"""What is on the disk of a store, held against the seals of its slabs; what does not fit is to do again.

At each opening for work it is known of every slab that its chunks are there and end as they should, which takes no
reading of them. `sherrington status --verify` reads them all.
"""

import logging
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import xarray as xr

from sim.results.claims import Claims
from sim.results.disk import writing
from sim.results.schema import NO_SPIKE
from sim.results.seals import Seal, wrong
from sim.results.status import Status
from sim.results.store import Store

log = logging.getLogger("sherrington")
MOST = 5  # slabs that are told one by one


class Trouble(NamedTuple):
    """A slab that is not as its status says.

    Args:
        number: of the slab.
        slab: its samples.
        what: is wrong, in words.
        seal: which its data fit, so that only its status is to be written anew; None if the slab is to be done again.
    """

    number: int
    slab: slice
    what: str
    seal: Seal | None = None

    @property
    def samples(self) -> str:
        return f"samples {self.slab.start} to {self.slab.stop - 1}"


def troubles(store: Store, *, thoroughly: bool = False) -> Iterator[Trouble]:
    """The slabs of a store that are finished and are not what was written.

    Args:
        thoroughly: every byte is read, and spikes are counted.
    """
    codes, results = store.status(), store.dataset() if thoroughly else None
    for number, slab in enumerate(store.slabs()):
        if (found := _trouble(store, number, slab, codes[slab], results)) is not None:
            yield found


def mend(store: Store) -> None:
    """Have no slab count as done that is not what was written, and every one that is.

    Raises:
        StoreError: the disk refuses.
    """
    again, restored = [], []
    with Claims(store.path) as claims:
        for trouble in list(troubles(store)):
            number, slab = trouble.number, trouble.slab
            if not claims.take(number):
                continue  # another process is writing it
            now = _trouble(store, number, slab, store.status_of(slab))  # it may just have been written
            if now is None:
                continue
            if now.seal is None:
                store.withdraw(number)
                again.append(now)
            else:
                store.restore(number, now.seal.codes)
                restored.append(now)
    _say(store, again, "to do again")
    _say(store, restored, "restored")


def withdrawn(store: Store, number: int, what: str) -> None:
    """Take back a slab that was found damaged when it was read, and say so."""
    slab = store.slabs()[number]
    with writing(f"the status of samples {slab.start}:{slab.stop}", store.path, 0):
        store.withdraw(number)
    _say(store, [Trouble(number, slab, what)], "to do again")


def _trouble(
    store: Store, number: int, slab: slice, codes: np.ndarray, results: xr.Dataset | None = None
) -> Trouble | None:
    """What is wrong with a slab; if its results are given, by reading every byte of them."""
    finished = bool((codes != Status.TODO).all())
    seal = store.known.seal(number, anew=True)
    if seal is None:
        said = (store.path / "status" / "c" / str(number)).exists()  # whatever it says: a slab to do has none
        return Trouble(number, slab, "their seal is missing or damaged") if said else None
    if (what := wrong(store.path, seal, thoroughly=results is not None)) is not None:
        return Trouble(number, slab, what)
    if results is not None and finished and (what := miscounted(results.isel(sample=slab))) is not None:
        return Trouble(number, slab, what)
    if finished and tuple(codes.tolist()) == seal.codes:
        return None
    return Trouble(number, slab, "their status is damaged, but not their data", seal)


def miscounted(results: xr.Dataset) -> str | None:
    """What is wrong with the spikes of some samples, in words, or None: of those that are done there are as many as
    were counted.

    Raises:
        DamagedError: they cannot be read.
    """
    if not {"spike_step", "n_spikes"} <= set(results):
        return None
    stored = (results["spike_step"].load().values != NO_SPIKE).sum(-1)
    fits = (stored == results["n_spikes"].load().values).all(-1)
    done = results["status"].values == Status.DONE
    return None if fits[done].all() else "'n_spikes' is not the number of the spikes that are stored"


def _say(store: Store, found: list[Trouble], what: str) -> None:
    for trouble in found[:MOST]:
        log.warning("%s of %s are %s: %s", trouble.samples, store.path, what, trouble.what)
    if len(found) > MOST:
        log.warning("and %d more slabs of %s are %s", len(found) - MOST, store.path, what)
