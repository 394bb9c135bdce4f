"""What all tests share: pools of the project's own YAML, and simulations kept in memory."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import hypothesis
import pytest

from experiments.verification import runs
from networks.cells import (
    afferent,
    axon,
    descending,
    ia_interneuron,
    joint,
    muscle,
    renshaw,
    spindle,
    tendon,
    tendon_organ,
    terminal,
)
from networks.motor_pool import CELLS
from networks.neuromodulation import LIGAND_POOL
from sim.flags import start
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Protocol, Settle, Step, Train
from sim.spec.trigger import When
from sim.spec.wiring import Random
from tests.forked import Commands

ROOT = Path(__file__).parents[1]

MODELS = {
    **CELLS,
    "afferent": afferent.FIBRE,
    "command": descending.COMMAND,
    "reticulospinal": descending.RETICULOSPINAL,
    "axon": axon.NODE,
    "ending": afferent.ENDING,
    "ia_interneuron": ia_interneuron.INTERNEURON,
    "ligand_pool": LIGAND_POOL,
    "muscle": muscle.UNIT,
    "renshaw": renshaw.RENSHAW,
    "spindle": spindle.SPINDLE,
    "tendon_organ": tendon_organ.TENDON_ORGAN,
    "ankle_unit": muscle.ANKLE_UNIT,
    "tendon": tendon.TENDON,
    "joint": joint.JOINT,
    "terminal": terminal.TERMINAL,
}


def pytest_configure(config: pytest.Config) -> None:
    start()  # some tests compute with JAX before they prepare a simulation
    hypothesis.settings.register_profile("here", deadline=None)  # a machine may have other things to do
    hypothesis.settings.load_profile("here")
    for module in ("brian2", "pyparsing"):  # brian2 2.9 calls pyparsing by its old names
        config.addinivalue_line("filterwarnings", rf"ignore::DeprecationWarning:{module}.*")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log):
    """Tests of one file run in one process, where what they share is simulated and compiled once."""
    from xdist.scheduler import LoadFileScheduling

    return LoadFileScheduling(config, log) if config.option.dist == "load" else None


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
def circuit() -> tuple[Network, Protocol]:
    """Two noisy populations that excite, inhibit and hear each other, and a protocol with a trigger in it: whatever
    couples cells, in 160 ms."""
    numbers = {"g": "0.02 uS", "E": "-65 mV", "C": "0.2 nF", "sigma": "2 mV", "v_thr": "-50 mV"}
    text = """
        dv/dt = (g*(E - v) + g_e*(0*mV - v) + g_i*(-80*mV - v) + I)/C + sigma*sqrt(2*g/C)*xi : volt (unless refractory)
        dg_e/dt = -g_e/(3*ms) : siemens
        dg_i/dt = -g_i/(8*ms) : siemens
        dr/dt = -r/(25*ms) : 1
        rested = 1.6/(1 + 0.7*r) : 1
        I : amp
    """
    params = {name: Param(value, "test") for name, value in numbers.items()}
    block = Block(text, params=params, initial={"v": "-65 mV"})
    cell = Model("a cell", block, threshold="v > v_thr", reset="v = E; r += 1", refractory="2 ms")
    network = Network(
        (Population("a", cell, 5, {"C": Graded("0.15 nF", "0.3 nF")}), Population("b", cell, 9)),
        (
            Projection("excite", "a", "b.g_e", Graded("8 nS", "16 nS"), Graded("1 ms", "7.3 ms"), Random(0.6)),
            Projection("tire", "a", "b.g_e", "9 nS", Graded("3 ms", "11.2 ms"), Random(0.5), gain="rested"),
            Projection("inhibit", "b", "a.g_i", "3 nS", "2 ms"),
            Projection("rate", "b.r", "a.I", "-0.02 nA", Graded("0 ms", "6 ms")),
        ),
        (Signal("activity", "b.r", "mean"),),
    )
    burst = Train("b.I", "200 Hz", "20 ms", "0.5 nA", "1 ms", name="burst")
    reply = When("activity", burst, above=0.3, latency="2 ms", spread="5 ms", refractory="30 ms", name="reply")
    pulse = Settle("80 ms", "wait") >> Step("b.I", "0 nA", "20 ms", name="pulse")
    drive = Settle("10 ms") >> Step("a.I", "0.7 nA", "120 ms", name="drive") >> Settle("30 ms")
    return network, drive + reply + pulse


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


@pytest.fixture(scope="session")
def command():
    """Run the command in a process of its own and return what it left: `command("experiment=pool", cwd=tmp_path)`.

    It is a fork of a process that has imported what it needs; what is at stake when a command starts needs a fresh one.
    """
    with Commands() as commands:
        yield commands.run
