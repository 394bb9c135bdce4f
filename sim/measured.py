"""Measures kept beside a store, one number for each sample and measure, slab by slab.

They lie in `measured-DIGEST.zarr` in the folder of the store, where DIGEST names the store's content and how it was
measured: other settings lie side by side. While a sweep runs, the measures of a slab are kept before its status is, so
that no finished slab lacks them; a slab that counts as measured but not as simulated, because its process was killed
in between, is measured again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from sim.measure import Measure, digest_of, evaluate, labels_of
from sim.results.claims import Claims
from sim.results.digest import digest
from sim.results.disk import DamagedError
from sim.results.drafts import present
from sim.results.grid import factors
from sim.results.mend import mend, miscounted, withdrawn
from sim.results.schema import STATUS, Coordinate, Schema
from sim.results.status import Status
from sim.results.store import Store


@dataclass(frozen=True)
class Measured:
    """Some measures of the samples of a store; made by `beside`.

    Args:
        store: of the simulation.
        measures: that are taken.
        kept: the store of the numbers, which has the same slabs.
    """

    store: Store
    measures: tuple[Measure, ...]
    kept: Store

    @classmethod
    def beside(cls, store: Store, measures: Sequence[Measure]) -> "Measured":
        """The measures of a store, as far as they are kept; where there are none yet, their store is created.

        Raises:
            MeasureError: two measures of one name.
            StoreError: the disk refuses.
        """
        path = place(store, measures)
        axes = labels_of(measures)
        labels = [c for c in store.dataset().coords.values() if c.dims == ("sample",) and c.name != STATUS.name]
        schema = Schema(
            {"sample": store.n_samples, **{name: len(along) for name, along in axes.items()}},
            tuple(m.variable for m in measures),
            (
                *(Coordinate(str(c.name), "sample", c.values, c.attrs) for c in labels),
                *(Coordinate(name, name, along) for name, along in axes.items()),
            ),
            {"factors": factors(store.dataset())},
        )
        kept = Store.create_or_resume(
            path,
            schema,
            digest=path.stem.partition("-")[2],
            samples_per_slab=store.samples_per_slab,
            attributes={"of": store.digest},
        )
        return cls(store, tuple(measures), kept)

    @property
    def repeatable(self) -> bool:
        """Whether the spikes are kept, so that anything can be measured again."""
        return "spike_step" in self.store.names

    def take(self, slab: slice, results: xr.Dataset) -> None:
        """Measure a slab and keep its numbers, in place of any that are there.

        Args:
            results: of its samples, in memory or in the store.

        Raises:
            MeasureError, ValueError: as a measure raises them.
            StoreError: the disk refuses.
        """
        status = results[STATUS.name].values
        numbers = evaluate(self.measures, results)
        self.kept.write(slab, numbers, status, again=True, flush=not self.repeatable)

    def complete(self) -> None:
        """Measure what was simulated without these measures; what another process is at work on is left to it.

        Measures that are not what was written are taken again. A slab of the store that is not counts as to be
        simulated, and is not measured.

        Raises:
            MeasureError, ValueError, StoreError: as `take`.
        """
        with present(self.kept.path.parent):
            mend(self.kept)
            simulated, results = self.store.status() != Status.TODO, self.store.dataset()
            missing = [slab for slab in self.kept.todo() if simulated[slab].all()]
            with Claims(self.kept.path) as claims:
                for slab in missing:
                    if claims.take(slab.start // self.kept.samples_per_slab) and not self.kept.finished(slab):
                        self._take_stored(slab, results.isel(sample=slab))

    def lost(self) -> list[int]:
        """The numbers of the slabs that are simulated, but not measured (any more)."""
        simulated = self.store.status() != Status.TODO
        return [slab.start // self.store.samples_per_slab for slab in self.kept.todo() if simulated[slab].all()]

    def _take_stored(self, slab: slice, results: xr.Dataset) -> None:
        number = slab.start // self.store.samples_per_slab
        try:
            if (what := miscounted(results)) is None:
                self.take(slab, results)
            else:
                withdrawn(self.store, number, what)
        except DamagedError as problem:
            withdrawn(self.store, problem.number, str(problem))

    def dataset(self) -> xr.Dataset:
        """Every measure (sample,) with its unit and words, NaN where there is no number, and the design, in memory."""
        found = self.kept.dataset().load()
        both = (self.store.status() != Status.TODO) & (found[STATUS.name].values != Status.TODO)
        found = found.assign_coords(status=found[STATUS.name].where(both, Status.TODO).astype(STATUS.dtype))
        found[STATUS.name].attrs.update(STATUS.attributes)
        there = found[STATUS.name] != Status.TODO
        values = {m.name: found[m.name].where(there).assign_attrs(m.attributes) for m in self.measures}
        return xr.Dataset(values, found.coords, {"factors": factors(found)})


def measured(results: Store | str | Path, measures: Sequence[Measure]) -> xr.Dataset:
    """The measures of a result; what was not measured yet is measured from its store, a slab at a time.

    Args:
        results: the store of a simulation, or its path.

    Returns:
        Each measure (sample,), float64, with `units` and `long_name`, NaN where a sample failed; the coordinates of the
        design, and `status`, which says what is still to be simulated or is being measured by another process.

    Raises:
        MeasureError, ValueError: a measure needs what was not kept; one sentence.
        StoreError: there is no such store, or the disk refuses.
    """
    store = results if isinstance(results, Store) else Store.open(results)
    if not place(store, measures).exists():
        evaluate(measures, store.dataset().isel(sample=slice(0, 1)))  # says what was not kept
    found = Measured.beside(store, measures)
    for _ in store.slabs():
        found.complete()
        try:
            return found.dataset()
        except DamagedError as problem:
            withdrawn(found.kept, problem.number, str(problem))
            if not found.repeatable:
                raise
    found.complete()
    return found.dataset()


def place(store: Store, measures: Sequence[Measure]) -> Path:
    """Where the measures of a store are kept."""
    return store.path.with_name(f"measured-{digest(store.digest, digest_of(measures))}.zarr")
