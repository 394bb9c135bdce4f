"""Importing changes nothing; the compiler's settings are there before a simulation starts JAX, and can be kept off."""

import importlib.util
import os
import pkgutil
import re

import pytest

import experiments
import networks
from sim import flags

SHOW = "import os, jax; print(os.environ.get('XLA_FLAGS', 'none')); print(len(jax.devices()))"
FLAG = re.escape(flags.FAST[0])
CELL = """
from sim.spec.model import Block, Model
from sim.spec.params import Param
from sim.spec.protocol import Step
from experiments.verification.runs import prepare, simulate
from sim.spec.network import Network, Population
from sim.spec.record import Record
text = "dv/dt = (g*(E - v) + I)/C + s*sqrt(2*g/C)*xi : volt (unless refractory)\\nI : amp"
numbers = {"g": "0.1 uS", "E": "-65 mV", "C": "1 nF", "s": "1 mV"}
block = Block(text, params={k: Param(x, "test") for k, x in numbers.items()}, initial={"v": "-65 mV"})
cell = Model("a cell", block, threshold="v > -50*mV", refractory="2 ms", reset="v = -65*mV")
network, protocol = Network((Population("cells", cell, 3),)), Step("cells.I", "2 nA", "300 ms")
"""


def modules() -> list[str]:
    """Every module of the experiments and networks, and the parts of the simulator that once did something."""
    found = [
        x.name
        for package in (experiments, networks)
        for x in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not x.name.endswith("__main__")
    ]
    return ["sim", "sim.engine", "sim.backends.jax_backend", "sim.run", *found]


def test_importing_changes_nothing(in_child):
    """No variable of the environment, no process, no setting of JAX, no file that is written; JAX does not start."""
    text = f"""
import os, sys
sys.dont_write_bytecode = True
import hydra, jax, matplotlib.pyplot, numpy, scipy, xarray, zarr
from jax._src import xla_bridge
said = []
def heard(event, given):
    writes = event == "open" and given[1] and any(c in given[1] for c in "wax+")
    if writes or event in ("os.putenv", "os.unsetenv", "subprocess.Popen", "os.fork", "os.mkdir"):
        said.append((event, given[0]))
before = dict(os.environ), dict(jax.config.values)
sys.addaudithook(heard)
import importlib
for name in {modules()!r}:
    importlib.import_module(name)
print(said, (dict(os.environ), dict(jax.config.values)) == before, bool(xla_bridge._backends))
"""
    assert in_child(text).strip() == "[] True False"


def test_the_settings_are_there_before_a_simulation_starts_jax(in_child):
    found, devices = in_child(f"{CELL}\nimport jax\nprepare(network, protocol)\n{SHOW}").splitlines()
    assert re.search(FLAG, found)
    assert int(devices) == flags.cores()


def test_under_pytest_too():
    assert re.search(FLAG, os.environ["XLA_FLAGS"])


@pytest.mark.parametrize("off", ["import sim.flags; sim.flags.leave_alone()", "import os; os.environ['{}'] = 'off'"])
def test_they_can_be_kept_off(in_child, off, tmp_path):
    text = f"{off.format(flags.SWITCH)}\nfrom sim.flags import set_flags; set_flags()\n{SHOW}"
    assert in_child(text, SHERRINGTON_CACHE=str(tmp_path)).splitlines() == ["none", "1"]
    assert not list(tmp_path.iterdir())


def test_a_setting_of_the_user_stays(in_child):
    mine = "--xla_cpu_prefer_vector_width=128"
    found, _ = in_child(f"import sim.flags; sim.flags.set_flags(); {SHOW}", XLA_FLAGS=mine).splitlines()
    assert found.split().count(mine) == 1
    assert flags.FAST[0] not in found


def test_settings_that_this_jaxlib_does_not_know_are_left_out(in_child, tmp_path):
    """They are tried in a child, as an unknown one ends the process."""
    text = (
        "from sim import flags; flags.FAST = (*flags.FAST[:1], '--xla_no_such_flag=1')\n"
        f"flags.set_flags(); {SHOW}; print(jax.numpy.ones(3).sum())"
    )
    found, devices, total = in_child(text, SHERRINGTON_CACHE=str(tmp_path)).splitlines()
    assert "no_such_flag" not in found
    assert re.search(FLAG, found)  # those that it does know are kept
    assert int(devices) == flags.cores()
    assert float(total) == 3.0
    answers = {path.read_text() for path in (tmp_path / "xla").iterdir() if path.is_file()}
    assert answers == {"yes", "no"}


def test_after_jax_has_started_they_stay_as_they_are_which_is_said_once(in_child):
    text = f"""{CELL}
import logging, sys, jax
jax.numpy.ones(1)
logging.basicConfig(stream=sys.stdout, format="%(message)s")
run = simulate(network, protocol), simulate(network, protocol)
print(run[0].counts.sum() > 0)
{SHOW}"""
    said, fired, *settings = in_child(text).splitlines()
    assert "simulations on the CPU take one core instead of" in said
    assert fired == "True"
    assert settings == ["none", "1"]


BESIDE = f"""{CELL}
import jax, jax.numpy as jnp, numpy as np
def own():  # somebody else's JAX code
    x = jnp.linspace(0, 3, 50)
    y = jax.jit(lambda x: jnp.tanh(x)*x + jnp.outer(x, x) @ x)(x)
    return str(y.dtype), np.asarray(y).tobytes()
first = own()
before = dict(jax.config.values)
for dtype in ("float32", "float64"):
    run = simulate(network, protocol, record=Record(variables=("v",), every="10 ms", commands=False), dtype=dtype)
    print(dtype, run.steps[0].tolist(), run.traces["v"].astype(float).sum().hex())
print(dict(jax.config.values) == before, own() == first)
print(first[0])
"""


def test_other_jax_code_in_the_process_is_neither_disturbed_nor_disturbs(in_child):
    """Double precision, and whatever else the user has set, before or after: the same spikes, the same settings."""
    *expected, undisturbed, single = in_child(BESIDE).splitlines()
    assert undisturbed == "True True"
    assert single == "float32"
    mine = {"JAX_ENABLE_X64": "1", "JAX_DEFAULT_MATMUL_PRECISION": "bfloat16", "JAX_DEBUG_NANS": "1"}
    *found, undisturbed, double = in_child(BESIDE, **mine, JAX_NUMPY_RANK_PROMOTION="raise").splitlines()
    assert found == expected
    assert undisturbed == "True True"
    assert double == "float64"
    later = "import jax; jax.config.update('jax_enable_x64', True)"
    assert in_child(f"{later}\n{BESIDE}").splitlines()[:-2] == expected


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_torch_in_the_process_is_not_disturbed(in_child):
    text = "import torch; x = torch.linspace(0, 3, 50); y = torch.tanh(x) @ x; n = torch.get_num_threads()"
    same = "print(bool((torch.tanh(x) @ x == y).all()), torch.get_num_threads() == n)"
    assert in_child(f"{text}\n{BESIDE}\n{same}").splitlines()[-1] == "True True"


def test_what_is_compiled_is_kept_in_the_cache_and_that_of_the_user_where_he_says(in_child, tmp_path):
    """JAX's own setting is the user's during and after a run."""
    text = f"{CELL}\nfrom sim.backends.jax_backend import JaxBackend\nimport jax\n" + (
        "simulate(network, protocol, backend=JaxBackend('xla')); print(jax.config.jax_compilation_cache_dir)"
    )
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    assert in_child(text, SHERRINGTON_CACHE=str(ours)).strip() == "None"
    assert [x for x in ours.glob("xla/compiled-*/*") if x.is_file()]
    found = in_child(text, SHERRINGTON_CACHE=str(ours / "other"), JAX_COMPILATION_CACHE_DIR=str(theirs)).strip()
    assert found == str(theirs)
    assert not list((ours / "other").glob("xla/compiled-*"))
