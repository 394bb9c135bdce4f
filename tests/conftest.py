"""What all tests share: pools composed from the project's own YAML, and simulations kept in memory."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

import sim.engine  # noqa: F401  sets the compiler's flags before JAX starts
from sim.backends.jax_backend import JaxBackend, JaxSimulation
from sim.design import Design
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record

ROOT = Path(__file__).parents[1]


def pytest_configure(config: pytest.Config) -> None:
    for module in ("brian2", "pyparsing"):  # brian2 2.9 calls pyparsing by its old names
        config.addinivalue_line("filterwarnings", rf"ignore::DeprecationWarning:{module}.*")


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


def _compose(*overrides: str):
    import hydra
    from hydra import compose, initialize_config_module

    with initialize_config_module("conf", version_base="1.3"):
        config = compose(None, overrides=list(overrides))
        return {name: hydra.utils.instantiate(part, _convert_="all") for name, part in config.items()}


@pytest.fixture(scope="session")
def pool():
    """A pool of conf/network with some settings changed: `pool("hTA", size=3, noise=0)`."""

    def build(name: str = "hTA", *, size: int = 20, **changes) -> Network:
        settings = [f"+network.set.{key}={value}" for key, value in changes.items()]
        return _compose(f"+network={name}", f"network.size={size}", *settings)["network"]

    return build


@pytest.fixture(scope="session")
def contraction():
    """A protocol of conf/protocol for the pool hTA: `contraction("triangle", peak=20, up="1 s")`."""

    def build(name: str = "triangle", *, population: str = "hTA", **changes) -> Protocol:
        settings = [f"protocol.{key}={value}" for key, value in changes.items()]
        return _compose(f"+protocol={name}", f"protocol.population={population}", *settings)["protocol"]

    return build


def _simulate(
    network: Network | Model,
    protocol: Protocol,
    *,
    record: Record | None = None,
    design: Design | None = None,
    batch: int | None = None,
    **numerics,
) -> Simulated:
    if isinstance(network, Model):
        network = Network((Population("cells", network, 1),))
    record = Record(commands=False) if record is None else record
    prepared = _prepare(network, protocol, record=record, design=design, batch=batch, **numerics)
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


def _prepare(network, protocol, *, record=None, design=None, batch=None, **numerics) -> JaxSimulation:
    design = Design() if design is None else design
    design.check({**network.leaves(), **protocol.leaves()}, network.bounds())
    samples = design.dataset()
    record = Record() if record is None else record
    batch = samples.sizes["sample"] if batch is None else batch
    return JaxBackend().prepare(network, protocol, record, samples, Numerics(**numerics), batch)


@pytest.fixture(scope="session")
def simulate():
    """Run a network (or one cell of a model, called `cells`): `simulate(pool(), protocol, dt="0.025 ms")`."""
    return _simulate


@pytest.fixture(scope="session")
def prepare():
    """As `simulate`, but only prepared: the back end's simulation, to be run slab by slab."""
    return _prepare


@pytest.fixture(scope="session")
def one_model():
    """A model from text and a table alone: `one_model("dv/dt = -v/tau : volt", {"tau": Param(...)}, v="-65 mV")`."""

    def build(
        text: str, params: Mapping | None = None, *, name: str = "a test", rules: Mapping | None = None, **initial
    ):
        return Model(name, Block(text, params=params or {}, initial=initial), **(rules or {}))

    return build


@pytest.fixture(scope="session")
def in_child():
    """Run Python text in a fresh process and return what it printed; `environment` adds to this one's."""

    def run(text: str, *, check: bool = True, **environment: str) -> str:
        clean = {k: v for k, v in os.environ.items() if k != "XLA_FLAGS"}
        found = subprocess.run(
            [sys.executable, "-c", text], env={**clean, **environment}, cwd=ROOT, capture_output=True, text=True
        )
        if check and found.returncode:
            raise RuntimeError(found.stderr)
        return found.stdout

    return run
