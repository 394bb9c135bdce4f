"""From declarations to a finished store: the whole story of one simulation study."""

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sim.backends.base import Backend, Simulation, Slab
from sim.batch_size import batch_size, free_memory
from sim.batches import batches
from sim.check_numerics import Checked, check_numerics
from sim.design import Design
from sim.fingerprint import result_digest
from sim.measure import Measure, check_measures, digest_of
from sim.measured import Measured
from sim.progress import progress
from sim.results.claims import Claims
from sim.results.disk import StoreError
from sim.results.drafts import present
from sim.results.mend import mend, withdrawn
from sim.results.provenance import provenance, write_provenance
from sim.results.schema import Schema
from sim.results.slabs import samples_per_slab
from sim.results.store import Store
from sim.results.writer import Writer
from sim.size import Parts, check_disk, check_one, check_samples
from sim.spec.describe.words import in_words
from sim.spec.kinds import part
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.pieces import Numbers
from sim.spec.protocol import Protocol
from sim.spec.record import Record, check_record
from sim.spec.targets import Given, check_numbers, check_targets, check_within
from sim.units import Quantity, shown

log = logging.getLogger("sherrington")


@dataclass(frozen=True)
class Study:
    """Everything that decides a result.

    Args:
        network: who there is.
        protocol: what is done to it.
        record: what is kept.
        design: which parameter sets.
        backend: what runs it.
        numerics: how finely.
    """

    network: Network
    protocol: Protocol
    record: Record
    design: Design
    backend: Backend
    numerics: Numerics

    def check(self) -> None:
        """Raise a sentence when the parts do not fit each other; nothing is compiled."""
        kinds = {"network": Network, "protocol": Protocol, "record": Record, "numerics": Numerics, "design": Design}
        for name, kind in kinds.items():
            part(f"`{name}` of a study", getattr(self, name), kind, ValueError)
        if isinstance(self.backend, type) or not hasattr(self.backend, "prepare"):
            raise ValueError(f"`backend` of a study runs it, but it is {shown(self.backend)}; give a JaxBackend().")
        check_record(self.record, self.network.populations)
        check_targets(self.protocol, self.network.ports(), self.network.heard())
        check_samples(self.design)
        samples = self.samples()
        self.network.check_free(map(str, samples.coords))
        self.design.check(self.leaves(), {**self.network.bounds(), **self.protocol.bounds()})
        numbers = self.numbers(samples)
        check_numbers(self.protocol, numbers)
        check_within(self.network, self.protocol, numbers, Given(window=self.numerics.window_ms))
        check_one(self.sized(samples))

    def numbers(self, samples: xr.Dataset) -> Numbers:
        """The value of every number in some samples, by path: (sample,) where the design varies it, else (1,)."""
        leaves = self.leaves()
        varied = {path: samples[path].values for path in leaves.keys() & set(map(str, samples.coords))}
        return self.network.completed({**{path: np.array([x.number]) for path, x in leaves.items()}, **varied})

    def sized(self, samples: xr.Dataset) -> Parts:
        """What decides how large a sample is."""
        numbers = {str(name): x.values for name, x in samples.coords.items() if x.dtype.kind in "iuf"}
        return Parts(self.network, self.protocol, self.record, self.numerics, numbers)

    def check_numerics(self, measures: Sequence[Measure] = (), *, samples: int = 3) -> Checked:
        """A few samples beside the same in double precision and with half the step; see `sim.check_numerics`.

        Args:
            samples: how many at most.
        """
        self.check()
        own: Any = self.backend
        reference: Backend = replace(own, kernel="xla") if hasattr(own, "kernel") else own

        def prepare(numerics: Numerics, some: xr.Dataset) -> Simulation:
            backend = self.backend if numerics == self.numerics else reference
            parts = (self.network, self.protocol, self.record, some)
            return backend.prepare(*parts, numerics, some.sizes["sample"])

        return check_numerics(prepare, self.numerics, self.samples(), measures, samples=samples)

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that the design may vary, by path."""
        return {**self.network.leaves(), **self.protocol.leaves()}

    def samples(self) -> xr.Dataset:
        """What is run: the coordinates of every sample, see `Design.dataset`."""
        return self.design.dataset(self.leaves())

    def described(self) -> dict[str, Any]:
        """What is simulated, as JSON takes it: who (a sentence), who and what is done (`simulated`), the tables of
        a paper (`description`), and every number by its path, in coherent units (`leaves`)."""
        network, numerics = self.network, self.numerics
        who = network.words or ", ".join(f"{p.size} {p.name}" for p in network.populations)
        states = f"; {', '.join(state.name for state in network.states)}" if network.states else ""
        done = in_words(self.protocol.elements(), set(map(str, self.samples().coords)))
        parts = {"network": network.describe(), "protocol": self.protocol.describe()}
        return {
            "who": f"Simulated {who}{states}.",
            "simulated": f"Simulated {who}{states}{done}; dt {numerics.dt}, {numerics.scheme} scheme.",
            "description": {name: [asdict(table) for table in tables] for name, tables in parts.items()},
            "leaves": {path: leaf.number for path, leaf in self.leaves().items()},
        }

    def digest(self, measures: Sequence[Measure] = ()) -> str:
        """The name of the result.

        Args:
            measures: that are taken while it runs; without spikes they are the result, else they make no difference.
        """
        parts = (self.network, self.protocol, self.record, self.design, self.backend, self.numerics)
        return result_digest(*parts, *([] if self.record.keep_spikes else [digest_of(measures)]))


def run(
    study: Study,
    path: str | Path,
    *,
    measures: Sequence[Measure] = (),
    batch: int | None = None,
    slice: int = 0,
    slices: int = 1,
    config: str = "",
) -> xr.Dataset:
    """Run what is not done yet, and return the whole result; `provenance.json` is written beside the store.

    Args:
        path: of the store; it is created, or resumed if it belongs to the same study.
        measures: taken of each slab as it is finished, and kept beside the store; `sim.measured.measured` reads them.
            Those of what was simulated without them are taken now.
        batch: samples that run together; it changes neither the result nor how it is written. None chooses it from the
            devices and the free memory.
        slice, slices: run only every `slices`-th slab from number `slice` on. Processes fill one store together; a slab
            that another one is at work on is left to it.
        config: resolved configuration, kept in the provenance.

    Returns:
        The store's Dataset (sample, unit, spike, time), lazy; other processes may still be at work on it.

    Raises:
        ValueError: the parts of the study do not fit, a measure needs what is not recorded, or there is no such slice;
            one sentence.
        StoreError: the store belongs to another study, or the disk refuses; what was finished is kept.
    """
    study.check()
    if batch is not None and batch < 1:
        raise ValueError(f"a batch has at least one sample, but batch is {batch}.")
    if not 0 <= slice < slices:
        raise ValueError(f"slices are numbered from 0 to {slices - 1}, but slice {slice} was asked for.")
    design, store = study.samples(), _opened(study, path, measures)
    if store is None:
        check_disk(study.sized(design), design.sizes["sample"], Path(path))
    if store is not None:
        if measures:
            _completed(store, measures)
        if not store.todo(slice=slice, slices=slices):
            return store.dataset()
        # its samples may stand in another order: that of axes and of cases is not in the digest
        kept = store.dataset().variables
        design = xr.Dataset(coords={name: kept[name] for name in design.coords}, attrs=design.attrs)
    most = -(-design.sizes["sample"] // slices) if store is None else _count(store.slabs(slice=slice, slices=slices))
    batch = min(most, _fitting(study, design) if batch is None else batch)
    simulation = study.backend.prepare(study.network, study.protocol, study.record, design, study.numerics, batch)
    check_measures(measures, simulation.schema)
    origin = provenance(
        config_text=config,
        backend=type(study.backend).__name__,
        device=simulation.device,
        wall_seconds={},
    )
    if store is None:
        store = _created(study, path, measures, simulation.schema, origin)
    _compare(store, simulation)
    write_provenance(origin, Path(path).parent)
    beside = Measured.beside(store, measures) if measures else None
    start, todo = time.monotonic(), store.todo(slice=slice, slices=slices)
    mine = _count(store.slabs(slice=slice, slices=slices))
    at_work = progress("simulating", mine, mine - _count(todo))
    with present(Path(path).parent), at_work as tell, Claims(path) as claims, Writer() as writer:
        for finished in batches(_claimed(store, todo, claims), batch, simulation.run):
            writer.do(_write, finished, simulation.schema, store, beside)
            tell(_count([slab for slab, _ in finished]))
    seconds = {"simulating": round(time.monotonic() - start, 1)}
    write_provenance({**origin, "wall_seconds": seconds}, Path(path).parent)
    return store.dataset()


def _opened(study: Study, path: str | Path, measures: Sequence[Measure]) -> Store | None:
    """The store of a study, if it was begun; what was damaged since is put right, or is to do again."""
    if not Path(path).exists():
        return None
    begun, digest = Store.open(path), study.digest(measures)
    of_this_study = not study.record.keep_spikes and begun.dataset().attrs.get("study") == study.digest()
    if of_this_study and begun.digest != digest:
        raise StoreError(
            f"{path} keeps no spikes (record.keep_spikes=false), only what was measured while it ran, and these are "
            "other measures. Run the study again at another path, or with record.keep_spikes=true."
        )
    store = Store.open(path, digest=digest)
    with present(store.path.parent):
        mend(store)
    return store


def _completed(store: Store, measures: Sequence[Measure]) -> None:
    """Measure what was simulated without these measures; where spikes are not kept it is simulated again instead."""
    measured = Measured.beside(store, measures)
    if measured.repeatable:
        measured.complete()
        return
    mend(measured.kept)
    for number in measured.lost():
        withdrawn(store, number, "their measures are lost, and their spikes were not kept")


def _created(
    study: Study, path: str | Path, measures: Sequence[Measure], schema: Schema, origin: dict[str, Any]
) -> Store:
    """A new store, or that which another process has begun meanwhile. Its slabs follow from the study alone."""
    kept = schema if study.record.keep_spikes else schema.without("spike_step")
    largest = max(schema.sample_bytes(variable) for variable in kept.variables)
    return Store.create_or_resume(
        path,
        kept,
        digest=study.digest(measures),
        samples_per_slab=samples_per_slab(schema.sizes["sample"], largest),
        attributes={"provenance": origin, "study": study.digest(), **study.described()},
    )


def _claimed(store: Store, todo: list[slice], claims: Claims) -> Iterator[slice]:
    """The slabs that no other process is at work on, each when it is asked for."""
    for slab in todo:
        if claims.take(slab.start // store.samples_per_slab) and not store.finished(slab):
            yield slab
        else:
            log.info("samples %d to %d are left to another process", slab.start, slab.stop - 1)


def _write(finished: list[tuple[slice, Slab]], schema: Schema, store: Store, measured: Measured | None) -> None:
    """Measure and write some slabs; of each the measures first, so that no finished slab lacks them."""
    for slab, (arrays, status) in finished:
        if store.finished(slab):  # where there are no locks, two processes may be at work on it
            log.info("samples %d to %d were finished by another process meanwhile", slab.start, slab.stop - 1)
            continue
        if measured is not None:
            measured.take(slab, schema.dataset(slab, arrays, status))
        store.write(slab, {name: arrays[name] for name in store.names}, status)


def _compare(store: Store, simulation: Simulation) -> None:
    """Say so if other code than here has begun a store: the C++ of another processor, say."""
    begun = store.dataset().attrs.get("provenance", {}).get("device", simulation.device)
    if begun != simulation.device:
        log.warning(
            "%s was begun on %s, but this is %s: the last bits of the samples differ, and sometimes a spike. For one "
            "kind of sample throughout give all processes the same machines, or backend.kernel=xla.",
            store.path, begun, simulation.device,
        )  # fmt: skip


def _fitting(study: Study, design: xr.Dataset) -> int:
    """Samples that run together, where the user does not say."""
    one = study.backend.prepare(study.network, study.protocol, study.record, design, study.numerics, 1)
    together = study.backend.together(sum(p.size for p in study.network.populations))
    free = min(free_memory(), study.backend.free_bytes())
    return batch_size(design.sizes["sample"], together=together, sample_bytes=one.sample_bytes, free=free)


def _count(slabs: list[slice]) -> int:
    return sum(s.stop - s.start for s in slabs)
