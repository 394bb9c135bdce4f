"""Measures are taken as slabs finish and kept beside them: no finished slab lacks its measures, whatever happens."""

import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sim.backends.jax_backend import JaxSimulation
from sim.measure import evaluate
from sim.measured import Measured, measured, place
from sim.results.disk import StoreError
from sim.results.status import Status
from sim.results.store import Store
from sim.run import run
from tests.made_sweeps import MEASURES, partly_failing

ROOT = Path(__file__).parents[2]
STUDIED = partly_failing(seeds=40)
WITHOUT = replace(STUDIED, record=replace(STUDIED.record, keep_spikes=False))


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    """A store whose measures were taken while it ran."""
    path = tmp_path_factory.mktemp("swept") / "store.zarr"
    run(STUDIED, path, measures=MEASURES, batch=32)
    return path


@pytest.fixture
def no_simulation(monkeypatch):
    monkeypatch.setattr(JaxSimulation, "run", lambda *args: pytest.fail("something was simulated"))


@pytest.fixture
def no_measuring(monkeypatch):
    monkeypatch.setattr(Measured, "take", lambda *args: pytest.fail("something was measured"))


def test_measures_of_a_sweep_are_those_of_its_results(swept, no_measuring):
    found, results = measured(swept, MEASURES), xr.open_zarr(swept, consolidated=False)
    done = results["status"].values == Status.DONE
    assert 0 < done.sum() < 120  # some fail
    for name, expected in evaluate(MEASURES, results).items():
        np.testing.assert_allclose(found[name], expected, rtol=1e-12)  # sums of slabs, and of the whole
        assert np.isfinite(found[name].values).tolist() == done.tolist()
    assert found["first_spike"].attrs == {"units": "s", "long_name": "first spike"}
    for name in ("network.pool.tau", "stream", "status"):
        xr.testing.assert_identical(found[name].drop_attrs(), results[name].drop_attrs().load())
    assert found["network.pool.tau"].attrs["units"] == "ms"


def test_the_slabs_in_memory_and_those_in_the_store_give_the_same_numbers(swept, tmp_path, no_simulation):
    """Bit for bit: what is recorded is rounded before it is measured, as it is written."""
    found = measured(swept, MEASURES)
    place(Store.open(swept), MEASURES).rename(tmp_path / "before.zarr")
    xr.testing.assert_identical(measured(swept, MEASURES), found)


def test_other_settings_are_measured_from_the_store_and_lie_beside(swept, no_simulation):
    later = (replace(MEASURES[0], settings={"population": "pool", "after": 0.1}),)
    run(STUDIED, swept, measures=later)  # finished: only measured
    assert {place(Store.open(swept), m) for m in (MEASURES, later)} <= set(swept.parent.glob("measured-*.zarr"))
    done = measured(swept, later)["status"].values == Status.DONE
    assert (measured(swept, later)["first_spike"].values[done] >= 0.1).all()
    assert (measured(swept, MEASURES)["first_spike"].values[done] < 0.1).any()


def test_the_words_of_a_measure_may_change(swept, no_measuring):
    renamed = (replace(MEASURES[0], words="the first"), MEASURES[1])
    assert measured(swept, renamed)["first_spike"].attrs["long_name"] == "the first"


def test_what_a_measure_lacks_is_told_before_anything_is_simulated(tmp_path, no_simulation):
    nobody = (replace(MEASURES[0], settings={"population": "nobody", "after": 0.0}),)
    with pytest.raises(ValueError, match="no population 'nobody' was recorded"):
        run(STUDIED, tmp_path / "store.zarr", measures=nobody)
    assert not list(tmp_path.iterdir())


def test_a_result_that_lacks_what_a_measure_needs_says_so_and_leaves_nothing(swept):
    nobody = (replace(MEASURES[0], settings={"population": "nobody", "after": 0.0}),)
    with pytest.raises(ValueError, match="no population 'nobody' was recorded"):
        measured(swept, nobody)
    assert not place(Store.open(swept), nobody).exists()


# ---- without spikes


@pytest.fixture(scope="module")
def spikeless(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("spikeless") / "store.zarr"
    run(WITHOUT, path, measures=MEASURES)
    return path


def test_without_spikes_the_measures_are_the_result(spikeless, swept):
    found = xr.open_zarr(spikeless, consolidated=False)
    assert set(found.data_vars) == {"n_spikes", "v", "pool.I"}
    kept = xr.open_zarr(swept, consolidated=False)
    xr.testing.assert_equal(found["n_spikes"], kept["n_spikes"])
    xr.testing.assert_identical(measured(spikeless, MEASURES), measured(swept, MEASURES))
    assert STUDIED.digest(MEASURES) == STUDIED.digest()
    assert len({WITHOUT.digest(MEASURES), WITHOUT.digest(MEASURES[:1]), WITHOUT.digest(), STUDIED.digest()}) == 4


def test_without_spikes_another_measure_is_a_sentence(spikeless):
    other = (replace(MEASURES[0], settings={"population": "pool", "after": 0.1}),)
    with pytest.raises(ValueError, match=r"keep_spikes=false.* Run the study again with these measures, or with"):
        measured(spikeless, other)
    with pytest.raises(StoreError, match=r"keeps no spikes .* these are other measures\. Run the study again"):
        run(WITHOUT, spikeless, measures=other)
    assert len(measured(spikeless, MEASURES[1:])["mean_potential"]) == 120  # of what was recorded


# ---- whatever happens


def consistent(path: Path, whole: Path) -> int:
    """Every finished slab has the measures that it has in the whole sweep; how many samples are finished."""
    store = Store.open(path)
    finished = store.status() != Status.TODO
    kept = place(store, MEASURES)
    if not kept.exists():
        assert not finished.any()
        return 0
    now, expected = Store.open(kept).dataset().load(), measured(whole, MEASURES)
    assert (now["status"].values[finished] != Status.TODO).all()
    for measure in MEASURES:
        np.testing.assert_array_equal(now[measure.name].values[finished], expected[measure.name].values[finished])
    return int(finished.sum())


def test_a_slab_that_was_measured_but_not_written_is_done_again(swept, tmp_path, monkeypatch):
    """As when its process is killed between the two."""
    path, write = tmp_path / "store.zarr", Store.write

    def filling(store, slab, *given, **more):
        if store.path == path and slab.start == 8:
            raise StoreError("the disk is full")
        write(store, slab, *given, **more)

    with monkeypatch.context() as interrupting:
        interrupting.setattr(Store, "write", filling)
        with pytest.raises(StoreError):
            run(STUDIED, path, measures=MEASURES, batch=4)
    kept = Store.open(place(Store.open(path), MEASURES))
    assert kept.finished(slice(8, 12))
    assert not Store.open(path).finished(slice(8, 12))
    consistent(path, swept)
    assert np.isnan(measured(path, MEASURES)["first_spike"].values[8:]).all()  # what is not finished does not count
    assert measured(path, MEASURES)["status"].values[8] == Status.TODO
    run(STUDIED, path, measures=MEASURES, batch=50)
    xr.testing.assert_identical(measured(path, MEASURES), measured(swept, MEASURES))


def test_a_sweep_that_was_begun_without_measures_is_completed(swept, tmp_path):
    path = tmp_path / "store.zarr"
    run(STUDIED, path, slice=0, slices=2)
    run(STUDIED, path, measures=MEASURES)
    assert consistent(path, swept) == 120
    xr.testing.assert_identical(measured(path, MEASURES), measured(swept, MEASURES))


SLOWED = """
import sys, time
from sim.backends.simulation import LaneSimulation
from sim.run import run
from tests.made_sweeps import MEASURES, partly_failing
simulate = LaneSimulation.run
LaneSimulation.run = lambda *args: (time.sleep(0.02), simulate(*args))[1]
print("at work", flush=True)
run(partly_failing(seeds=40), sys.argv[1], measures=MEASURES, batch=2)
"""


def finished(path: Path) -> int:
    return int((Store.open(path).status() != Status.TODO).sum())


@pytest.mark.slow
def test_a_measured_sweep_that_is_killed_loses_nothing_and_no_finished_slab_lacks_its_measures(swept, tmp_path):
    path, moments, done = tmp_path / "store.zarr", random.Random(0), [0]
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", SLOWED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        assert child.stdout.readline() == "at work\n"
        deadline = time.monotonic() + 60
        while (not path.exists() or finished(path) < done[-1] + 4) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 0.1))  # while computing, measuring, writing
        child.kill()
        child.communicate()
        done.append(consistent(path, swept))
    assert done == sorted(done)
    assert 12 <= done[-1] < 120
    run(STUDIED, path, measures=MEASURES)
    xr.testing.assert_identical(measured(path, MEASURES), measured(swept, MEASURES))


def test_two_processes_share_a_measured_sweep(swept, tmp_path):
    path = tmp_path / "store.zarr"
    command = [sys.executable, "-c", SLOWED, str(path)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    for child in both:
        child.communicate(timeout=120)
    assert [child.returncode for child in both] == [0, 0]
    assert consistent(path, swept) == 120
