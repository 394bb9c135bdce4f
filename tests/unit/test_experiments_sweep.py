"""`sweep`: each measure against each parameter of a design of points, on trains whose rate follows one of them."""

import numpy as np
import pytest
import xarray as xr

from experiments import pool_measures
from experiments.sweep import Sweep
from sim.results.schema import NO_SPIKE
from sim.results.status import Status

POINTS, SEEDS, UNITS, DT_MS = 12, 2, 3, 0.05
TIME = np.arange(0, 20, 0.05)
COMMAND = np.interp(TIME, [0, 10, 20], [0, 1, 0])
PATHS = ("network.P.gain", "protocol.ramp.peak")


def results(status=Status.DONE, order=None) -> xr.Dataset:
    """Units that follow the command with a gain; the other parameter does nothing."""
    random = np.random.default_rng(0)
    gain = np.repeat(np.linspace(5, 15, POINTS), SEEDS)
    other = np.repeat(random.permutation(POINTS).astype(float), SEEDS)
    trains = []
    for row in gain:
        for unit in range(UNITS):
            times = [2.0 + unit]
            while times[-1] < 18 - unit:
                times.append(times[-1] + 1 / (5 + row * np.interp(times[-1], TIME, COMMAND)))
            trains.append(np.array(times))
    steps = np.full((len(trains), max(map(len, trains))), NO_SPIKE, np.int32)
    for row, times in zip(steps, trains, strict=True):
        row[: len(times)] = np.round(times * 1000 / DT_MS)
    steps = steps.reshape(POINTS * SEEDS, UNITS, -1)
    found = xr.Dataset(
        {
            "spike_step": (("sample", "unit", "spike"), steps, {"dt_ms": DT_MS}),
            "n_spikes": (("sample", "unit"), (steps != NO_SPIKE).sum(-1)),
            "P.excitation": (("sample", "time"), np.broadcast_to(COMMAND, (len(gain), len(TIME)))),
        },
        {
            "time": TIME,
            "population": ("unit", ["P"] * UNITS),
            "status": ("sample", np.broadcast_to(np.asarray(status), len(gain)).copy()),
            "stream": ("sample", np.tile(np.arange(SEEDS), POINTS)),
            "point": ("sample", np.repeat(np.arange(POINTS), SEEDS)),
            PATHS[0]: ("sample", gain, {"units": "1"}),
            PATHS[1]: ("sample", other, {"units": "mV"}),
        },
    )
    return found if order is None else found.isel(sample=order)


def test_measured_some_at_a_time_it_is_the_same(monkeypatch):
    whole = Sweep("P").measure(results())
    monkeypatch.setattr(pool_measures, "TOGETHER", 5)
    xr.testing.assert_allclose(Sweep("P").measure(results()), whole, rtol=1e-9)


def test_what_moves_a_measure_has_its_rank_correlation():
    m = Sweep("P").measure(results())
    rank = m["rank_correlation"].sel(measure="peak_rate")
    assert float(rank.sel(path=PATHS[0])) == pytest.approx(1, abs=1e-9)
    assert abs(float(rank.sel(path=PATHS[1]))) < 0.5
    assert np.isnan(m["rank_correlation"].sel(measure="n_recruited")).all()  # it never changes
    assert m["parameters"].sel(path=PATHS[0]).values.tolist() == np.linspace(5, 15, POINTS).tolist()
    assert (m.attrs["runs"], m.attrs["failed"], m.attrs["seeds"]) == (24, 0, 2)


def test_the_order_of_samples_changes_nothing():
    order = np.random.default_rng(1).permutation(POINTS * SEEDS)
    xr.testing.assert_allclose(Sweep("P").measure(results(order=order)), Sweep("P").measure(results()))


def test_a_point_of_which_all_seeds_failed_has_no_value():
    status = np.full(POINTS * SEEDS, Status.DONE)
    status[2:4] = Status.FAILED_NOT_FINITE
    m = Sweep("P").measure(results(status))
    assert np.isnan(m["peak_rate"].values[1])
    assert np.isfinite(np.delete(m["peak_rate"].values, 1)).all()
    assert m.attrs["failed"] == 2


@pytest.mark.filterwarnings("error:.*:RuntimeWarning")
@pytest.mark.parametrize("status", [Status.DONE, Status.FAILED_NOT_FINITE])
def test_it_draws_and_says_what_there_is(status):
    question = Sweep("P")
    m = question.measure(results(status))
    assert question.draw(m)
    said = " ".join(question.headline(m))
    assert "nan" not in said
    assert ("delta_f: not measurable" in said) == (status != Status.DONE)


def test_a_grid_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match=r"Take design=sobol.*experiment=pool"):
        Sweep("P").measure(results().drop_vars("point"))
