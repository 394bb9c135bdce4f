"""From declarations to a finished store: the whole story of one simulation study."""

import logging
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xarray as xr

from sim.backends.base import Backend, Simulation, Slab
from sim.batch_size import batch_size, free_memory
from sim.cases import Cases
from sim.design import Design
from sim.fingerprint import result_digest
from sim.points import Points
from sim.progress import progress
from sim.results.claims import Claims
from sim.results.provenance import provenance, write_provenance
from sim.results.store import Store
from sim.results.writer import Writer
from sim.spec.kinds import part
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record, check_record
from sim.spec.targets import check_targets
from sim.units import shown

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
    design: Design | Cases | Points
    backend: Backend
    numerics: Numerics

    def check(self) -> None:
        """Raise a sentence when the parts do not fit each other; nothing is compiled."""
        kinds = {"network": Network, "protocol": Protocol, "record": Record, "numerics": Numerics}
        kinds["design"] = next((kind for kind in (Cases, Points) if isinstance(self.design, kind)), Design)
        for name, kind in kinds.items():
            part(f"`{name}` of a study", getattr(self, name), kind, ValueError)
        if isinstance(self.backend, type) or not hasattr(self.backend, "prepare"):
            raise ValueError(f"`backend` of a study runs it, but it is {shown(self.backend)}; give a JaxBackend().")
        check_record(self.record, self.network.populations)
        check_targets(self.protocol, self.network.ports(), self.network.heard())
        self.network.check_free(map(str, self.design.dataset().coords))
        leaves = {**self.network.leaves(), **self.protocol.leaves()}
        self.design.check(leaves, {**self.network.bounds(), **self.protocol.bounds()})

    def digest(self) -> str:
        """The name of the result."""
        return result_digest(self.network, self.protocol, self.record, self.design, self.backend, self.numerics)


def run(
    study: Study,
    path: str | Path,
    *,
    batch: int | None = None,
    part: int = 0,
    parts: int = 1,
    config: str = "",
    seed: int = 0,
) -> xr.Dataset:
    """Run what is not done yet, and return the whole result; `provenance.json` is written beside the store.

    Args:
        path: of the store; it is created, or resumed if it belongs to the same study.
        batch: samples that run together; it does not change the result. None chooses it from the devices and the
            free memory. Those of a store that is created are also written together.
        part, parts: run only every `parts`-th slab from number `part` on. Processes fill one store together; a slab
            that another one is at work on is left to it.
        config: resolved configuration, kept in the provenance.
        seed: kept in the provenance.

    Returns:
        The store's Dataset (sample, unit, spike, time), lazy; other parts may still be at work on it.

    Raises:
        ValueError: the parts of the study do not fit, or there is no such part; one sentence.
        StoreError: the store belongs to another study, or the disk refuses; what was finished is kept.
    """
    study.check()
    if not 0 <= part < parts:
        raise ValueError(f"slices are numbered from 0 to {parts - 1}, but slice {part} was asked for.")
    digest, design = study.digest(), study.design.dataset()
    store = Store.open(path, digest=digest) if Path(path).exists() else None
    if store is not None and not store.todo(part=part, parts=parts):
        return store.dataset()
    if store is not None:  # its samples may stand in another order: that of axes and of cases is not in the digest
        kept = store.dataset().variables
        design = xr.Dataset(coords={name: kept[name] for name in design.coords})
    most = -(-design.sizes["sample"] // parts) if store is None else store.samples_per_slab
    batch = min(most, _fitting(study, design) if batch is None else batch)
    simulation = study.backend.prepare(study.network, study.protocol, study.record, design, study.numerics, batch)
    origin = provenance(
        config_text=config,
        seed=seed,
        backend=type(study.backend).__name__,
        device=simulation.device,
        wall_seconds={},
    )
    if store is None:
        store = Store.create_or_resume(
            path, simulation.schema, digest=digest, samples_per_slab=batch, attributes={"provenance": origin}
        )
        if store.samples_per_slab != batch:  # another process was first, and takes other slabs
            return run(study, path, batch=batch, part=part, parts=parts, config=config, seed=seed)
    _compare(store, simulation)
    write_provenance(origin, Path(path).parent)
    start, todo = time.monotonic(), store.todo(part=part, parts=parts)
    mine = _count(store.slabs(part=part, parts=parts))
    with progress("simulating", mine, mine - _count(todo)) as tell, Claims(path) as claims, Writer(store) as writer:
        for slab in todo:
            if not claims.take(slab.start // store.samples_per_slab) or store.finished(slab):
                log.info("samples %d to %d are left to another process", slab.start, slab.stop - 1)
                continue
            arrays, status = _simulated(simulation, slab, batch)
            writer.write(slab, arrays, status)
            tell(len(status))
    seconds = {"simulating": round(time.monotonic() - start, 1)}
    write_provenance({**origin, "wall_seconds": seconds}, Path(path).parent)
    return store.dataset()


def _simulated(simulation: Simulation, slab: slice, batch: int) -> Slab:
    """A slab, some of its samples at a time."""
    starts = range(slab.start, slab.stop, batch)
    parts = [simulation.run(slice(start, min(start + batch, slab.stop))) for start in starts]
    if len(parts) == 1:
        return parts[0]
    names = parts[0].arrays
    arrays = {name: np.concatenate([part.arrays[name] for part in parts]) for name in names}
    return Slab(arrays, np.concatenate([part.status for part in parts]))


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
