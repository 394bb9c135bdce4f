"""The compiler's settings are there before JAX starts, whoever starts it, and without them everything still runs."""

import os
import re

import pytest

from sim.engine import platform

SHOW = "import os, jax; print(os.environ['XLA_FLAGS']); print(len(jax.devices()))"
FLAG = re.escape(platform.FAST[0])


@pytest.mark.parametrize(
    "first", ["import sim.engine", "from sim.run import run", "import experiments.verification.runs"]
)
def test_the_settings_are_there_before_jax_starts(in_child, first):
    """The backend is imported with the study."""
    more = "; from sim.backends.jax_backend import JaxBackend" if "run" in first else ""
    flags, devices = in_child(f"{first}{more}; {SHOW}").splitlines()
    assert re.search(FLAG, flags)
    assert int(devices) == platform.cores()


def test_under_pytest_too():
    assert re.search(FLAG, os.environ["XLA_FLAGS"])


def test_a_setting_of_the_user_stays(in_child):
    mine = "--xla_cpu_prefer_vector_width=128"
    flags, _ = in_child(f"import sim.engine; {SHOW}", XLA_FLAGS=mine).splitlines()
    assert flags.split().count(mine) == 1
    assert platform.FAST[0] not in flags


def test_settings_that_this_jaxlib_does_not_know_are_left_out(in_child, tmp_path):
    """They are tried in a child, as an unknown one ends the process."""
    text = (
        "import sim.cache, types; from importlib.machinery import SourceFileLoader\n"
        f"own = SourceFileLoader('own', {platform.__file__!r}).load_module()\n"
        "own.FAST = (*own.FAST[:1], '--xla_no_such_flag=1')\n"
        f"own.configure(); {SHOW}; print(jax.numpy.ones(3).sum())"
    )
    flags, devices, total = in_child(text, SHERRINGTON_CACHE=str(tmp_path)).splitlines()
    assert "no_such_flag" not in flags
    assert re.search(FLAG, flags)  # those that it does know are kept
    assert int(devices) == platform.cores()
    assert float(total) == 3.0
    answers = {path.read_text() for path in (tmp_path / "xla").iterdir() if path.is_file()}
    assert answers == {"yes", "no"}


def test_after_jax_has_started_they_stay_as_they_are_with_a_warning(in_child):
    text = (
        "import warnings, jax; jax.numpy.ones(1)\n"
        "with warnings.catch_warnings(record=True) as said:\n    warnings.simplefilter('always'); import sim.engine\n"
        "import os; print(os.environ.get('XLA_FLAGS', 'none')); print(said[0].message)"
    )
    flags, said = in_child(text).splitlines()
    assert flags == "none"
    assert "import sim.engine before the first JAX computation" in said


def test_what_is_compiled_is_kept_where_the_user_says(in_child, tmp_path):
    show = "import jax, sim.engine; print(jax.config.jax_compilation_cache_dir)"
    assert in_child(show, SHERRINGTON_CACHE=str(tmp_path)).startswith(str(tmp_path))
    assert in_child(show, JAX_COMPILATION_CACHE_DIR="elsewhere").strip() == "elsewhere"
