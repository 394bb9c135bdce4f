"""From declarations to a finished store: the whole story of one simulation study."""

import time
from dataclasses import dataclass
from pathlib import Path

import xarray as xr

from sim.backends.base import Backend
from sim.batch_size import batch_size, free_memory
from sim.cases import Cases
from sim.design import Design
from sim.fingerprint import result_digest
from sim.points import Points
from sim.progress import progress
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
            free memory.
        part, parts: run only every `parts`-th slab from number `part` on; processes with different `part` fill one
            store together and never write the same piece of it.
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
    if store is None:
        samples = -(-design.sizes["sample"] // parts)
        batch = min(samples, _fitting(study, design) if batch is None else batch)
    else:  # its samples may stand in another order: that of axes and of cases is not part of the digest
        batch, kept = store.samples_per_slab, store.dataset().variables
        design = xr.Dataset(coords={name: kept[name] for name in design.coords})
    simulation = study.backend.prepare(study.network, study.protocol, study.record, design, study.numerics, batch)
    origin = provenance(
        config_text=config,
        seed=seed,
        backend=type(study.backend).__name__,
        device=study.backend.device(),
        wall_seconds={},
    )
    if store is None:
        store = Store.create_or_resume(
            path, simulation.schema, digest=digest, samples_per_slab=batch, attributes={"provenance": origin}
        )
        if store.samples_per_slab != batch:  # another process was first, and takes other slabs
            return run(study, path, part=part, parts=parts, config=config, seed=seed)
    start, todo = time.monotonic(), store.todo(part=part, parts=parts)
    mine = _count(store.slabs(part=part, parts=parts))
    with progress("simulating", mine, mine - _count(todo)) as tell, Writer(store) as writer:
        for slab in todo:
            arrays, status = simulation.run(slab)
            writer.write(slab, arrays, status)
            tell(len(status))
    seconds = {"simulating": round(time.monotonic() - start, 1)}
    write_provenance({**origin, "wall_seconds": seconds}, Path(path).parent)
    return store.dataset()


def _fitting(study: Study, design: xr.Dataset) -> int:
    """Samples that run together, where the user does not say."""
    one = study.backend.prepare(study.network, study.protocol, study.record, design, study.numerics, 1)
    together = study.backend.together(sum(p.size for p in study.network.populations))
    free = min(free_memory(), study.backend.free_bytes())
    return batch_size(design.sizes["sample"], together=together, sample_bytes=one.sample_bytes, free=free)


def _count(slabs: list[slice]) -> int:
    return sum(s.stop - s.start for s in slabs)
