"""Importing changes nothing; the compiler's settings come with the first simulation, and the user's own JAX stays."""

import importlib.util
import re
from pathlib import Path

import pytest

from experiments.verification.runs import contraction, pool, prepare
from sim import flags
from sim.engine.platform import processor

SHOW = "import os, jax; print(os.environ.get('XLA_FLAGS', 'none')); print(len(jax.devices()))"
LEAST = "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"
FLAG = re.escape(flags.FAST[0])
IMPORTED = """
import os, pkgutil, subprocess, sys
import jax, matplotlib.pyplot  # which set what they like
before = dict(os.environ)
def refused(*a, **k): raise AssertionError("a child process")
subprocess.Popen.__init__ = os.posix_spawn = os.fork = refused
values = dict(jax.config.values)
import conf, experiments, networks, sim
written = []
sys.addaudithook(lambda event, a: written.append(a[0]) if event == "open" and {*str(a[1])} & {*"wax+"} else None)
sys.addaudithook(lambda event, a: written.append(a[0]) if event in ("os.mkdir", "os.rename") else None)
names = [m.name for p in (sim, networks, experiments) for m in pkgutil.walk_packages(p.__path__, p.__name__ + ".")]
for name in names:
    __import__(name)
from jax._src.xla_bridge import _backends
print(len(names), dict(os.environ) == before, dict(jax.config.values) == values, not _backends, written)
"""
ONE = """
from experiments.verification import runs
from sim.spec.model import Block, Model
from sim.spec.params import Param
from sim.spec.protocol import Hold, Settle
text = "dv/dt = (E - v + R*I)/tau + 2*mV*tau**-0.5*xi : volt (unless refractory)\\nI : amp"
table = {"E": Param("-70 mV", "a test"), "R": Param("10 Mohm", "a test"), "tau": Param("10 ms", "a test")}
rules = dict(threshold="v > -50*mV", reset="v = -65*mV", refractory="2 ms")
cell, drive = Model("a test", Block(text, params=table, initial={"v": "-70 mV"}), **rules), Hold("cells.I", "2.5 nA")
def spikes(*dtypes):
    found = [runs.simulate(cell, drive + Settle("300 ms"), dtype=d) for d in dtypes or ("float32", "float64")]
    assert all(x.counts.sum() > 5 for x in found)
    return ",".join(x.steps.tobytes().hex() for x in found)
"""


def test_importing_changes_nothing(in_child):
    """No variable of the environment, no child process, no setting of JAX, no file, whatever module it is; only text
    of a model that was never checked is checked when it is declared, and remembered."""
    found = in_child(IMPORTED, PYTHONDONTWRITEBYTECODE="1").split(maxsplit=1)
    assert int(found[0]) > 100
    assert found[1].strip() == "True True True []"


@pytest.mark.parametrize("first", ["from sim.flags import start; start()", f"{ONE}\nspikes('float32')"])
def test_the_settings_are_there_when_a_simulation_is_prepared(in_child, first):
    found, devices = in_child(f"{first}; {SHOW}").splitlines()
    assert re.search(FLAG, found)
    assert int(devices) == flags.cores()


def test_a_setting_of_the_user_stays(in_child):
    mine = "--xla_cpu_prefer_vector_width=128"
    found, _ = in_child(f"from sim.flags import start; start(); {SHOW}", XLA_FLAGS=mine).splitlines()
    assert found.split().count(mine) == 1
    assert flags.FAST[0] not in found


def test_settings_that_this_jaxlib_does_not_know_are_left_out(in_child, tmp_path):
    """They are tried in a child, as an unknown one ends the process."""
    text = (
        "from sim import flags; flags.FAST = (*flags.FAST[:1], '--xla_no_such_flag=1')\n"
        f"flags.start(); {SHOW}; print(jax.numpy.ones(3).sum())"
    )
    found, devices, total = in_child(text, SHERRINGTON_CACHE=str(tmp_path)).splitlines()
    assert "no_such_flag" not in found
    assert re.search(FLAG, found)  # those that it does know are kept
    assert int(devices) == flags.cores()
    assert float(total) == 3.0
    answers = {path.read_text().partition("\n")[0] for path in (tmp_path / "flags").iterdir()}
    assert answers == {"yes", "no"}


def test_they_can_be_switched_off(in_child, tmp_path):
    text = f"{ONE}\nspikes('float64'); {SHOW}"
    found, devices = in_child(text, SHERRINGTON_FLAGS="off", SHERRINGTON_CACHE=str(tmp_path)).splitlines()
    assert (found, devices) == ("none", "1")
    assert not [*tmp_path.glob("xla-*"), *tmp_path.glob("flags")]


def test_where_jax_already_runs_one_sentence_says_what_that_costs(in_child):
    text = (
        f"import warnings, jax; jax.numpy.ones(1)\n{ONE}\n"
        "with warnings.catch_warnings(record=True) as said:\n"
        "    warnings.simplefilter('always'); spikes('float32'); spikes('float32')\n"
        "import os; print(os.environ.get('XLA_FLAGS', 'none'))\n"
        "print(*[w.message for w in said if 'JAX had started' in str(w.message)], sep='\\n')"
    )
    found, *said = in_child(text).splitlines()
    assert found == "none"
    assert len(said) == 1
    assert f"run on 1 of {flags.cores()} cores" in said[0]


@pytest.fixture(scope="module")
def plain(in_child):
    """The spikes of a short study in both precisions, in a process where JAX is as it comes."""
    return in_child(f"{ONE}\nprint(spikes())")


@pytest.mark.parametrize("who", ["in the environment", "before", "after"])
def test_whatever_the_user_says_of_x64_the_spikes_are_the_same(in_child, plain, who):
    """And what the user's own functions compute is as the user wants it, as is every setting of JAX."""
    mine = "jax.config.update('jax_enable_x64', True)"
    text = f"""
import jax, jax.numpy as jnp
{mine if who == "before" else ""}
{ONE}
first = spikes() if who == "after" else None
{mine if who == "after" else ""}
half = jax.jit(lambda x: x / 3)
half(1.0)
values = dict(jax.config.values)
found = spikes()
assert first in (None, found)
assert dict(jax.config.values) == values, set(jax.config.values.items()) ^ set(values.items())
assert half(1.0).dtype == half(jnp.arange(3)).dtype == jnp.float64 and float(half(1.0)) == 1 / 3
print(found)
"""
    x64 = {"JAX_ENABLE_X64": "1"} if who == "in the environment" else {}
    assert in_child(f"who = {who!r}\n{text}", **x64) == plain


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
def test_it_runs_beside_torch(in_child, plain):
    text = f"import torch\n{ONE}\nx = torch.ones(3) / 3\nprint(spikes())\nassert (torch.ones(3) / 3 == x).all()"
    assert in_child(text) == plain


@pytest.mark.slow
def test_what_is_compiled_is_kept_where_the_user_says(in_child, tmp_path):
    own, mine = tmp_path / "own", tmp_path / "mine"
    text = f"{ONE}\nspikes('float64')"
    in_child(text, SHERRINGTON_CACHE=str(own))
    assert list(own.glob("xla-*/*-cache"))
    in_child(text, SHERRINGTON_CACHE=str(tmp_path / "other"), **{"JAX_COMPILATION_CACHE_DIR": str(mine), LEAST: "0"})
    assert list(mine.iterdir())
    assert not list(tmp_path.glob("other/xla-*/*"))


def test_what_the_user_compiles_is_not_kept(in_child, tmp_path):
    text = (
        f"import jax; jax.config.update('jax_persistent_cache_min_compile_time_secs', 0)\n{ONE}\nspikes('float64')\n"
        "before = sorted(Path(os.environ['SHERRINGTON_CACHE']).rglob('jit_*'))\n"
        "jax.jit(lambda x: x + 1.2345)(1.0)\n"
        "print(before == sorted(Path(os.environ['SHERRINGTON_CACHE']).rglob('jit_*')), len(before) > 0)"
    )
    assert in_child(f"import os; from pathlib import Path\n{text}", SHERRINGTON_CACHE=str(tmp_path)) == "True True\n"


@pytest.mark.parametrize("asked", [["experiment=pool"], ["experiment=pool", "batch=2"], ["check", "experiment=pool"]])
def test_a_device_that_is_not_here_is_named_in_a_sentence_whoever_asks_for_it(asked, command, tmp_path):
    there = "import os, jax; os.environ['JAX_PLATFORMS'] = 'cuda'; jax.config.update('jax_platforms', 'cuda')"
    ended = command(*asked, "scale=smoke", "network.size=2", f"out={tmp_path}", code=there)
    assert ended.returncode == 2
    said = ended.stderr.splitlines()
    assert said[-1] == (
        "sherrington: JAX finds no device of JAX_PLATFORMS=cuda; unset JAX_PLATFORMS or name cpu, or install the JAX "
        "that fits the device."
    )
    assert len(said) == 1 + (asked[0] == "check")  # which says what it sets side by side


LINES = "vendor_id\t: {}\nmodel\t\t: 17\nflags\t\t: fma {}\nmicrocode\t: {}\n\nvendor_id\t: another\n"


@pytest.mark.parametrize(
    ("lines", "alike"),
    [(("A", "avx2", 2), True), (("B", "avx2", 1), False), (("A", "avx512f", 1), False)],
)
def test_a_device_names_the_kind_of_its_processor(lines, alike, monkeypatch):
    """By vendor, model and what it can do: code that is compiled for one rounds otherwise on another."""
    named = []
    for given in (("A", "avx2", 1), lines):
        text = LINES.format(*given)
        monkeypatch.setattr(Path, "read_text", lambda _, text=text: text)
        named.append(processor.__wrapped__())
    assert (named[0] == named[1]) is alike


def test_results_say_on_which_processor_they_were_simulated():
    assert f"cpu {processor()}, " in prepare(pool(size=1), contraction()).device
