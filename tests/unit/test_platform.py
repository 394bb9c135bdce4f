"""The compiler's settings are there before JAX starts, whoever starts it, and without them everything still runs."""

import os
import re

import pytest

from sim import flags

SHOW = "import os, jax; print(os.environ['XLA_FLAGS']); print(len(jax.devices()))"
FLAG = re.escape(flags.FAST[0])


@pytest.mark.parametrize(
    "first", ["import sim", "import sim.engine", "from sim.run import run", "import experiments.verification.runs"]
)
def test_the_settings_are_there_before_jax_starts(in_child, first):
    """The backend is imported with the study."""
    more = "; from sim.backends.jax_backend import JaxBackend" if "run" in first else ""
    found, devices = in_child(f"{first}{more}; {SHOW}").splitlines()
    assert re.search(FLAG, found)
    assert int(devices) == flags.cores()


def test_under_pytest_too():
    assert re.search(FLAG, os.environ["XLA_FLAGS"])


def test_a_setting_of_the_user_stays(in_child):
    mine = "--xla_cpu_prefer_vector_width=128"
    found, _ = in_child(f"import sim.engine; {SHOW}", XLA_FLAGS=mine).splitlines()
    assert found.split().count(mine) == 1
    assert flags.FAST[0] not in found


def test_settings_that_this_jaxlib_does_not_know_are_left_out(in_child, tmp_path):
    """They are tried in a child, as an unknown one ends the process."""
    text = (
        "import os, sim; del os.environ['XLA_FLAGS']; from importlib.machinery import SourceFileLoader\n"
        f"own = SourceFileLoader('own', {flags.__file__!r}).load_module()\n"
        "own.FAST = (*own.FAST[:1], '--xla_no_such_flag=1')\n"
        f"own.set_flags(); {SHOW}; print(jax.numpy.ones(3).sum())"
    )
    found, devices, total = in_child(text, SHERRINGTON_CACHE=str(tmp_path)).splitlines()
    assert "no_such_flag" not in found
    assert re.search(FLAG, found)  # those that it does know are kept
    assert int(devices) == flags.cores()
    assert float(total) == 3.0
    answers = {path.read_text() for path in (tmp_path / "xla").iterdir() if path.is_file()}
    assert answers == {"yes", "no"}


def test_after_jax_has_started_they_stay_as_they_are_with_a_warning(in_child):
    text = (
        "import warnings, jax; jax.numpy.ones(1)\n"
        "with warnings.catch_warnings(record=True) as said:\n    warnings.simplefilter('always'); import sim.engine\n"
        "import os; print(os.environ.get('XLA_FLAGS', 'none')); print(said[0].message)"
    )
    found, said = in_child(text).splitlines()
    assert found == "none"
    assert "import sim before the first JAX computation" in said


def test_what_is_compiled_is_kept_where_the_user_says(in_child, tmp_path):
    show = "import jax, sim.engine; print(jax.config.jax_compilation_cache_dir)"
    assert in_child(show, SHERRINGTON_CACHE=str(tmp_path)).startswith(str(tmp_path))
    assert in_child(show, JAX_COMPILATION_CACHE_DIR="elsewhere").strip() == "elsewhere"
