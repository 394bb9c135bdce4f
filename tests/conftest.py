"""What all tests share: pools of the project's own YAML, and simulations kept in memory."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from experiments.verification import runs
from networks.cells import afferent, ia_interneuron, muscle
from networks.motor_pool import CELLS
from networks.neuromodulation import LIGAND_POOL
from sim.flags import set_flags
from sim.spec.model import Block, Model

ROOT = Path(__file__).parents[1]

MODELS = {
    **CELLS,
    "afferent": afferent.FIBRE,
    "ia_interneuron": ia_interneuron.INTERNEURON,
    "ligand_pool": LIGAND_POOL,
    "muscle": muscle.UNIT,
}


def pytest_configure(config: pytest.Config) -> None:
    set_flags()  # before JAX starts, also in tests that prepare no simulation
    for module in ("brian2", "pyparsing"):  # brian2 2.9 calls pyparsing by its old names
        config.addinivalue_line("filterwarnings", rf"ignore::DeprecationWarning:{module}.*")


@pytest.fixture(scope="session")
def pool():
    """A pool of conf/network with some settings changed: `pool("hTA", size=3, noise=0)`."""
    return runs.pool


@pytest.fixture(scope="session")
def contraction():
    """A protocol of conf/protocol for the pool hTA: `contraction("triangle", peak=20, up="1 s")`."""
    return runs.contraction


@pytest.fixture(scope="session")
def simulate():
    """Run a network (or one cell of a model, called `cells`): `simulate(pool(), protocol, dt="0.025 ms")`.

    It runs in JAX unless another `backend` is given.
    """
    return runs.simulate


@pytest.fixture(scope="session")
def prepare():
    """As `simulate`, but only prepared: the back end's simulation, to be run slab by slab."""
    return runs.prepare


@pytest.fixture(params=MODELS)
def any_model(request):
    """Each model of the project in turn."""
    return MODELS[request.param]


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
