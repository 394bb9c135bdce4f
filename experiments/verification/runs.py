"""Networks, of the project's own YAML or any other, run in memory: no store, no question."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.backends.base import Backend
from sim.backends.jax_backend import JaxBackend
from sim.backends.simulation import LaneSimulation
from sim.design import Design
from sim.spec.model import Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record


@dataclass(frozen=True)
class Simulated:
    """What a simulation left, in memory."""

    steps: np.ndarray  # number of the step of each spike, (sample, unit, spike), padded with -1
    counts: np.ndarray  # (sample, unit)
    status: np.ndarray  # (sample,)
    traces: Mapping[str, np.ndarray]  # (sample, cell, time); commands (sample, time)
    dt: float  # ms

    @property
    def times(self) -> np.ndarray:
        """s, (sample, unit, spike), padded with NaN."""
        return np.where(self.steps >= 0, self.steps * (self.dt / 1000), np.nan)


def pool(name: str = "hTA", *, size: int = 20, **changes: Any) -> Network:
    """A pool of conf/network with some settings changed: `pool("hTA", size=3, noise=0)`."""
    settings = [f"+network.set.{key}={value}" for key, value in changes.items()]
    return composed(f"+network={name}", f"network.size={size}", *settings)["network"]


def contraction(name: str = "triangle", *, population: str = "hTA", **changes: Any) -> Protocol:
    """A protocol of conf/protocol for the pool hTA: `contraction("triangle", peak=20, up="1 s")`."""
    settings = [f"protocol.{key}={value}" for key, value in changes.items()]
    return composed(f"+protocol={name}", f"protocol.population={population}", *settings)["protocol"]


def composed(*overrides: str) -> dict[str, Any]:
    """Groups of conf, instantiated, by name: `composed("+network=segment", "network.size=6")`."""
    import hydra
    from hydra import compose, initialize_config_module

    with initialize_config_module("conf", version_base="1.3"):
        config = compose(None, overrides=list(overrides))
        return {str(name): hydra.utils.instantiate(part, _convert_="all") for name, part in config.items()}


def prepare(
    network: Network,
    protocol: Protocol,
    *,
    record: Record | None = None,
    design: Design | None = None,
    batch: int | None = None,
    backend: Backend | None = None,
    **numerics: Any,
) -> LaneSimulation:
    """As `simulate`, but only prepared: the back end's simulation, to be run slab by slab."""
    design = Design() if design is None else design
    network.check_free(map(str, design.dataset().coords))
    design.check({**network.leaves(), **protocol.leaves()}, {**network.bounds(), **protocol.bounds()})
    samples = design.dataset({**network.leaves(), **protocol.leaves()})
    record = Record() if record is None else record
    batch = samples.sizes["sample"] if batch is None else batch
    backend = JaxBackend() if backend is None else backend
    prepared = backend.prepare(network, protocol, record, samples, Numerics(**numerics), batch)
    assert isinstance(prepared, LaneSimulation)  # as both back ends are
    return prepared


def simulate(
    network: Network | Model,
    protocol: Protocol,
    *,
    record: Record | None = None,
    design: Design | None = None,
    batch: int | None = None,
    backend: Backend | None = None,
    **numerics: Any,
) -> Simulated:
    """Run a network (or one cell of a model, called `cells`): `simulate(pool(), protocol, dt="0.025 ms")`.

    Args:
        batch: samples that run together; all of them by default.
        backend: JAX by default.
        numerics: arguments of `Numerics`.
    """
    if isinstance(network, Model):
        network = Network((Population("cells", network, 1),))
    record = Record(commands=False) if record is None else record
    prepared = prepare(network, protocol, record=record, design=design, batch=batch, backend=backend, **numerics)
    samples = prepared.design.sizes["sample"]
    slabs = [prepared.run(slice(i, min(i + prepared.batch, samples))) for i in range(0, samples, prepared.batch)]
    arrays = {name: np.concatenate([s.arrays[name] for s in slabs]) for name in slabs[0].arrays}
    return Simulated(
        arrays.pop("spike_step"),
        arrays.pop("n_spikes"),
        np.concatenate([s.status for s in slabs]),
        arrays,
        prepared.numerics.dt_ms,
    )
