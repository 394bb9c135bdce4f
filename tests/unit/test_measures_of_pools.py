"""The measures of a contraction are what spikes and command say, and those of a muscle what its signals say."""

import numpy as np
import pytest
import xarray as xr

from experiments.measures.force import force_measures
from experiments.measures.pool import pool_measures
from experiments.measures.within import within_measures
from sim.analysis.brace import brace_height
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, OPENHDEMG
from sim.analysis.smoothing import peak_rate
from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.measure import evaluate
from sim.results.schema import spike_times
from sim.results.status import Status
from sim.results.view import View
from sim.spec.numerics import Numerics
from sim.spec.record import Record

FORCE = np.array([[0, 1, 2, 3, 4, 5], [0, 2, 4, 2, 0, 0]], float)


@pytest.fixture(scope="module")
def contracted(pool, contraction) -> xr.Dataset:
    """Three contractions of a small pool, as a simulation leaves them, the last of which has failed."""
    network = pool("hTA", size=6)
    protocol = contraction("triangle", up="3 s", down="3 s")
    design = Design(seeds=3).dataset()
    simulation = JaxBackend().prepare(network, protocol, Record(every="50 ms"), design, Numerics(), 3)
    arrays, status = simulation.run(slice(0, 3))
    status[2] = Status.FAILED_NOT_FINITE
    return simulation.schema.dataset(slice(0, 3), arrays, status)


@pytest.mark.parametrize("convention", [LATER_SPIKE_FROM_SECOND, OPENHDEMG], ids=["polynomial", "openhdemg"])
def test_the_measures_of_a_contraction_are_those_of_the_analysis(contracted, convention):
    """Bit for bit, given trains that are padded alike."""
    found = evaluate(pool_measures("hTA", convention), contracted)
    spikes = spike_times(contracted).values[:2, :, : int(contracted["n_spikes"].max())]
    time, command = contracted["time"].values, contracted["hTA.excitation"].values.astype(float)[:2]
    whole, rates = delta_f(spikes, convention=convention), peak_rate(spikes, convention=convention.rate).rate
    brace = brace_height(spikes, time, command)
    np.testing.assert_array_equal(found["delta_f"][:2], whole.pool)
    np.testing.assert_array_equal(found["n_test_units"][:2], whole.n_test_units)
    np.testing.assert_array_equal(found["n_recruited"][:2], (np.isfinite(spikes).sum(-1) > 1).sum(-1))
    for k in range(2):
        heights = brace.brace_height[k][brace.invalid[k] == 0]
        assert found["n_brace_valid"][k] == heights.size
        assert found["brace_height"][k] == pytest.approx(heights.mean() if heights.size else np.nan, nan_ok=True)
        assert found["peak_rate"][k] == pytest.approx(rates[k][np.isfinite(rates[k])].mean())
    assert (found["n_recruited"][:2] > 2).all()
    assert all(np.isnan(x[2]) for x in found.values())


def test_how_the_units_of_a_contraction_differ_is_what_numpy_says_of_them(contracted):
    found = evaluate(within_measures("hTA", OPENHDEMG), contracted)
    spikes = spike_times(contracted).values[:2, :, : int(contracted["n_spikes"].max())]
    time, command = contracted["time"].values, contracted["hTA.excitation"].values.astype(float)
    whole, rates = delta_f(spikes, convention=OPENHDEMG), peak_rate(spikes, convention=OPENHDEMG.rate).rate
    for k in range(2):
        recruited = np.isfinite(spikes[k]).sum(-1) > 1
        at = np.interp(spikes[k][:, 1], time, command[k]) / command[k].max()
        assert found["recruitment"][k] == pytest.approx(np.nanmean(at))
        assert found["recruitment_first"][k] == pytest.approx(np.nanmin(at))
        assert found["recruitment_last"][k] == pytest.approx(np.nanmax(at))
        assert np.isfinite(at).sum() == recruited.sum() > 2
        both = np.isfinite(at) & np.isfinite(rates[k])
        assert found["peak_rate_slope"][k] == pytest.approx(np.polyfit(at[both], rates[k][both], 1)[0])
        assert found["peak_rate_spread"][k] == pytest.approx(np.nanstd(rates[k], ddof=1))
        assert found["test_share"][k] == pytest.approx(whole.n_test_units[k] / recruited.sum())
        known = whole.unit[k][np.isfinite(whole.unit[k])]
        spread = known.std(ddof=1) if known.size > 1 else np.nan
        assert found["delta_f_spread"][k] == pytest.approx(spread, nan_ok=True)
    assert all(np.isnan(x[2]) for x in found.values())


def test_the_spread_of_fewer_than_two_units_is_not_measurable(contracted):
    """Nor is a slope of fewer than three."""
    few = contracted.isel(sample=[0, 1]).copy(deep=True)
    few["n_spikes"].values[:, 1:] = 0
    few["spike_step"].values[:, 1:] = -1
    found = evaluate(within_measures("hTA", LATER_SPIKE_FROM_SECOND), few)
    for name in ("peak_rate_spread", "delta_f_spread", "peak_rate_slope"):
        assert np.isnan(found[name]).all(), name
    assert np.isfinite(found["recruitment"]).all()
    np.testing.assert_array_equal(found["recruitment_first"], found["recruitment_last"])


def test_units_that_go_on_after_the_command_are_counted_in_the_last_second(contracted):
    measure = pool_measures("hTA", LATER_SPIKE_FROM_SECOND)[-1]
    assert measure.name == "n_still_firing"
    data = contracted.isel(sample=[0, 1]).copy(deep=True)
    last = contracted["time"].values[-1]
    data["spike_step"][:] = -1
    data["spike_step"][0, :2, 0] = round((last - 0.5) / 0.05e-3)
    assert measure(View(data)).tolist() == [2, 0]
    data["hTA.excitation"][0, -1] = 99  # the command lasts to the end
    assert np.isnan(measure(View(data))[0])


def segment() -> xr.Dataset:
    """Two samples of a muscle with three motoneurons and six recorded moments, 1 s apart."""
    spikes = np.full((2, 3, 2), -1, "int32")
    spikes[0, 0, :2] = 1500, 4000
    spikes[0, 1, :1] = 2500
    spikes[1, 2, :1] = 500
    return xr.Dataset(
        {
            "spike_step": (("sample", "unit", "spike"), spikes, {"dt_ms": 1.0}),
            "n_spikes": (("sample", "unit"), (spikes >= 0).sum(-1)),
            "soleus_force": (("sample", "time"), FORCE.astype("float32"), {"units": "%"}),
            "soleus_emg": (("sample", "time"), 10 * FORCE.astype("float32"), {"units": "1"}),
        },
        {
            "time": ("time", np.arange(6.0)),
            "population": ("unit", ["soleus"] * 3),
            "status": ("sample", [Status.DONE, Status.DONE]),
        },
    )


def test_force_emg_and_units_are_read_in_their_window():
    found = evaluate(force_measures("soleus", 1, 4), segment())
    assert {name: x.tolist() for name, x in found.items()} == {
        "peak_force": [5, 4],
        "mean_force": [2, 8 / 3],
        "mean_emg": [20, 80 / 3],
        "units_firing": [2, 0],
    }


def test_a_window_outside_the_recording_is_a_sentence():
    with pytest.raises(ValueError, match=r"'soleus_force' was not recorded from 7 to 8 s: its times are 0 to 5 s\."):
        evaluate(force_measures("soleus", 7, 8)[1:2], segment())
    with pytest.raises(ValueError, match="must end after it starts"):
        force_measures("soleus", 4, 4)
