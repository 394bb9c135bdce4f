"""What goes wrong in the middle of a sweep costs its own samples, and nothing that was finished or comes after."""

import contextlib
import resource

import numpy as np
import pytest
import xarray as xr

from sim.results.disk import StoreError
from sim.results.status import Status
from sim.results.store import Store
from sim.run import Study, run
from sim.spec.record import Record
from tests.made_sweeps import firing, sweep

CELL = firing("dv/dt = (E - v + R*I)/tau : volt\ndz/dt = -z/tau : 1\nI : amp", z=1)
# taus in ms, and how each ends where dt is 0.05 ms and there is room for eight spikes
TAUS = {
    "10": Status.DONE,
    "0.001": Status.FAILED_NOT_FINITE,
    "12": Status.DONE,
    "1": Status.FAILED_SPIKE_OVERFLOW,
    "9": Status.DONE,
    "11": Status.DONE,
}


def study(taus: list[str], kernel: str = "auto") -> Study:
    return sweep(
        [f"{tau} ms" for tau in taus],
        cell=CELL,
        size=2,
        current="1.8 nA",
        lasting="100 ms",
        record=Record(("v",), every="5 ms", max_rate="10 Hz"),
        kernel=kernel,
        scheme="euler",
    )


@pytest.mark.parametrize(("batch", "kernel"), [(1, "xla"), (4, "auto"), (6, "auto")])
def test_samples_that_fail_are_listed_and_stop_nobody(tmp_path, batch, kernel):
    found = run(study(list(TAUS), kernel), tmp_path / "store.zarr", batch=batch).load()
    assert found.status.values.tolist() == list(TAUS.values())
    good = [tau for tau, status in TAUS.items() if status == Status.DONE]
    alone = run(study(good, kernel), tmp_path / "good.zarr").load()
    for name in ("spike_step", "n_spikes", "v"):
        np.testing.assert_array_equal(found[name].isel(sample=(found.status == Status.DONE).values), alone[name])
    assert (alone.n_spikes > 2).all()


def test_what_is_done_opens_in_xarray_while_the_sweep_runs(tmp_path, monkeypatch):
    path, seen, write = tmp_path / "store.zarr", [], Store.write

    def watched(store, slab, *given):
        write(store, slab, *given)
        seen.append(xr.open_zarr(path).load())

    monkeypatch.setattr(Store, "write", watched)
    whole = run(study(list(TAUS)), path, batch=2).load()
    assert [int((part.status != Status.TODO).sum()) for part in seen] == [1, 2, 3, 4, 5, 6]
    for part in seen:
        done = (part.status != Status.TODO).values
        xr.testing.assert_equal(part.isel(sample=done), whole.isel(sample=done))


@contextlib.contextmanager
def full_disk():
    """No file may grow beyond some bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_disk_that_fills_up_ends_a_sweep_which_later_goes_on(tmp_path, monkeypatch):
    path, write = tmp_path / "store.zarr", Store.write

    def filling(store, slab, *given):
        with full_disk() if slab.start == 4 else contextlib.nullcontext():
            write(store, slab, *given)

    monkeypatch.setattr(Store, "write", filling)
    with pytest.raises(StoreError, match="finished so far is kept"):
        run(study(list(TAUS)), path, batch=2)
    assert Store.open(path).status_counts()[Status.TODO] == 2
    monkeypatch.setattr(Store, "write", write)
    resumed = run(study(list(TAUS)), path).load()
    whole = run(study(list(TAUS)), tmp_path / "whole.zarr").load()
    assert resumed.drop_attrs().identical(whole.drop_attrs())
