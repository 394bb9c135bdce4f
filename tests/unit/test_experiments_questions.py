"""The questions on pools whose answer is known: no simulation, trains made from a drive."""

import numpy as np
import pytest
import xarray as xr
from experiments.delta_f_parts import parts, pooled
from experiments.designs import levels_by_inhibition
from experiments.paired_delta_f import AXES, PairedDeltaF
from matplotlib.figure import Figure

from experiments.conditions import conditions, over_seeds
from experiments.inhibition_reversal import InhibitionReversal
from experiments.reversal_pairs import compare
from experiments.traces import read_at, smoothed
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, OPENHDEMG, DeltaFConvention
from sim.results.schema import NO_SPIKE
from sim.results.status import Status

DT_MS = 0.05
SECONDS = 22.0
EXACT = 0.02  # pps: a unit starts and stops at a spike, up to an interval from where its drive says


def command_at(t, peak=20.0):
    """A hump that polynomials of order 5 fit exactly: `peak` at 11 s, 0 at 1 s and 21 s."""
    return peak * np.clip(1 - ((np.asarray(t, float) - 11) / 10) ** 2, 0, None)


def train(start, stop, gain, offset, peak=20.0):
    """Spike times between commands `start` (rising) and `stop` (falling), rate = offset + gain x command."""
    t = np.linspace(0, SECONDS, 22001)
    a = command_at(t, peak)
    times = [t[np.argmax(a >= start)]]
    last = t[len(t) - 1 - np.argmax(a[::-1] >= stop)]
    while times[-1] < last:
        gap = 0.1
        for _ in range(12):
            gap = 1 / (offset + gain * command_at(times[-1] + gap, peak))
        times.append(times[-1] + gap)
    return np.array(times)


def pool(units=6, hysteresis=4.0, gain=0.5, peak=20.0):
    """Units that start at rising commands and stop `hysteresis` lower: s, (unit, spike)."""
    trains = [train(2 + 2.5 * k, max(0.3, 2 + 2.5 * k - hysteresis), gain, 8 - 0.3 * k, peak) for k in range(units)]
    spikes = np.full((units, max(map(len, trains))), np.nan)
    for row, times in zip(spikes, trains, strict=True):
        row[: len(times)] = times
    return spikes


def results(samples, *, axes, status=Status.DONE, pic=False):
    """A Dataset as a simulation leaves it, from spike times (sample, unit, spike) and axes by path."""
    longest = max(s.shape[-1] for s in samples)
    steps = np.full((len(samples), len(samples[0]), longest), NO_SPIKE, np.int32)
    for row, spikes in zip(steps, samples, strict=True):
        known = np.isfinite(spikes)
        row[:, : spikes.shape[-1]][known] = np.round(spikes[known] * 1000 / DT_MS)
    time = np.arange(0, SECONDS, 0.02)
    command = np.broadcast_to(command_at(time), (len(samples), len(time)))
    variables = {
        "spike_step": (("sample", "unit", "spike"), steps, {"dt_ms": DT_MS}),
        "n_spikes": (("sample", "unit"), (steps != NO_SPIKE).sum(-1)),
        "P.excitation": (("sample", "time"), command),
    }
    if pic:
        variables["i_pic"] = (("sample", "recorded", "time"), -np.repeat(command[:, None], len(samples[0]), 1))
    return xr.Dataset(
        variables,
        {
            "time": time,
            "population": ("unit", ["P"] * len(samples[0])),
            "status": ("sample", np.broadcast_to(np.asarray(status), len(samples))),
            "stream": ("sample", np.zeros(len(samples))),
            **{path: ("sample", values) for path, values in axes.items()},
        },
    )


def by_condition(levels=(0.85, 1.2), inhibition=(1.5, 5.0), seeds=2, **kwargs):
    """Hysteresis 4 + level - 0.2 A_i at every condition and seed."""
    rows = [(level, a_i, seed) for level in levels for a_i in inhibition for seed in range(seeds)]
    samples = [pool(hysteresis=4 + level - 0.2 * a_i + 0.05 * seed) for level, a_i, seed in rows]
    level, a_i, seed = (np.array(column, float) for column in zip(*rows, strict=True))
    axes = {"network.P.monoamine": level, "protocol.inhibition.level": a_i}
    return results(samples, axes=axes, **kwargs).assign_coords(stream=("sample", seed))


def test_samples_find_their_place_on_the_grid_in_any_order():
    whole = by_condition()
    order = np.random.default_rng(0).permutation(whole.sizes["sample"])
    grid, mixed = conditions(whole, AXES), conditions(whole.isel(sample=order), AXES)
    values = np.arange(whole.sizes["sample"], dtype=float)
    assert np.array_equal(grid.folded(values), mixed.folded(values[order]))
    assert grid.population == "P"


def test_a_failed_sample_leaves_a_hole():
    status = np.full(8, Status.DONE)
    status[3] = Status.FAILED_NOT_FINITE
    m = PairedDeltaF().measure(by_condition(status=status))
    assert m.attrs["failed"] == 1
    assert int(m["delta_f_n"].sum()) == 7
    assert np.isnan(m["delta_f"].values).sum() == 1


@pytest.mark.parametrize("axes", [{}, {"network.P.monoamine": [1.0]}])
def test_a_design_without_the_axes_is_refused_with_what_to_do(axes):
    with pytest.raises(ValueError, match="one value for an axis is enough"):
        PairedDeltaF().measure(results([pool()], axes=axes))


def test_a_further_axis_is_not_mixed_in():
    whole = by_condition().assign_coords({"protocol.excitation.peak": ("sample", np.arange(8.0))})
    with pytest.raises(ValueError, match=r"also varies 'protocol\.excitation\.peak'"):
        PairedDeltaF().measure(whole)


def test_the_paths_of_a_design_follow_the_name_of_the_pool():
    design = levels_by_inhibition(population="cMG", monoamine=[1, 1.2], inhibition=[0], further={"protocol.x": [1]})
    assert list(design.axes) == ["network.cMG.monoamine", "protocol.inhibition.level", "protocol.x"]


def test_seeds_have_mean_sd_and_number():
    values = xr.DataArray([[1.0, 3.0, np.nan], [2.0, np.nan, np.nan], [np.nan] * 3], dims=("x", "seed"), name="v")
    found = over_seeds(values.assign_attrs(units="pps", long_name="a rate"))
    assert found["v_mean"].values == pytest.approx([2, 2, np.nan], nan_ok=True)
    assert found["v_sd"].values == pytest.approx([np.sqrt(2), np.nan, np.nan], nan_ok=True)
    assert list(found["v_n"].values) == [2, 1, 0]


def test_the_effect_of_inhibition_is_paired_by_seed():
    m = PairedDeltaF().measure(by_condition())
    change = m["delta_f"].sel(inhibition=5.0) - m["delta_f"].sel(inhibition=1.5)
    assert np.array_equal(m["delta_f_effect"].values, change.values)
    assert (m["delta_f_effect"] < 0).all()  # the pools were made so


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_condition(), id="a whole grid"),
        pytest.param(by_condition(levels=(1.0,), inhibition=(1.5,), seeds=1), id="one condition, one seed"),
        pytest.param(by_condition(status=Status.FAILED_SPIKE_OVERFLOW), id="all failed"),
        pytest.param(
            results([np.full((2, 3), np.nan)], axes={"network.P.monoamine": [1.0], "protocol.inhibition.level": [0.0]}),
            id="silent units",
        ),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_paired_delta_f_draws_whatever_there_is(whole):
    question = PairedDeltaF()
    m = question.measure(whole)
    assert isinstance(question.draw(m), Figure)
    assert any("ΔF at monoaminergic level" in line for line in question.headline(m))
    for name, variable in m.data_vars.items():
        assert {"units", "long_name"} <= variable.attrs.keys(), name


def test_the_convention_stands_beside_the_number():
    question = PairedDeltaF(convention="midpoint_from_first")
    m = question.measure(by_condition(seeds=1))
    assert "interval's midpoint" in "\n".join(question.headline(m))
    assert any("interval's midpoint" in text.get_text() for text in question.draw(m).texts)


def test_an_unknown_convention_is_refused_by_name():
    with pytest.raises(ValueError, match="later_spike_from_second"):
        PairedDeltaF(convention="nonsense")
    assert PairedDeltaF(convention=OPENHDEMG).convention is OPENHDEMG


TIME = np.arange(0, SECONDS, 0.02)
COMMAND = command_at(TIME)[None]


def test_the_parts_of_a_delta_f_add_up_to_it():
    spikes = pool()[None]
    taken, whole = parts(spikes, TIME, COMMAND, LATER_SPIKE_FROM_SECOND), delta_f(spikes)
    counts = whole.failed == 0
    assert counts.any()
    assert taken.delta_f[counts] == pytest.approx(whole.pair[counts], abs=1e-9)
    assert (taken.read - taken.own)[counts] == pytest.approx(taken.delta_f[counts], abs=1e-9)
    assert pooled(taken.delta_f, taken.counts, LATER_SPIKE_FROM_SECOND) == pytest.approx(whole.pool)


@pytest.mark.parametrize("gain", [0.3, 0.6])
@pytest.mark.parametrize("hysteresis", [1.5, 3.0])
def test_a_control_that_follows_the_command_has_its_gain_and_no_hysteresis_of_its_own(gain, hysteresis):
    taken = parts(pool(hysteresis=hysteresis, gain=gain)[None], TIME, COMMAND, LATER_SPIKE_FROM_SECOND)
    counts = taken.counts
    assert np.abs(taken.own[counts]).max() < EXACT
    assert taken.read[counts] == pytest.approx(gain * taken.hysteresis[counts], abs=EXACT)
    # recruited at the second spike, stopped at the first one past its command: 0.1 s each, the command moves by 4 per s
    assert taken.hysteresis[counts] == pytest.approx(hysteresis, abs=0.8)


def test_a_normalised_delta_f_has_no_parts():
    with pytest.raises(ValueError, match="normalised: false"):
        parts(pool()[None], TIME, COMMAND, DeltaFConvention(normalised=True))


def test_the_contributions_add_up_to_the_change():
    spikes = [pool(hysteresis=h, gain=g) for h, g in ((4, 0.4), (2, 0.6))]
    both = np.full((2, 6, max(s.shape[-1] for s in spikes)), np.nan)
    for row, one in zip(both, spikes, strict=True):
        row[:, : one.shape[-1]] = one
    taken = parts(both, TIME, np.repeat(COMMAND, 2, 0), LATER_SPIKE_FROM_SECOND)
    pic = np.ones((2, 6, len(TIME)))
    found = compare(
        np.array([[0]]), np.array([[1]]), taken, np.zeros_like(taken.counts), pic, TIME, LATER_SPIKE_FROM_SECOND
    )
    value = {name: values[0, 0, 0] for name, (_, values, _) in found.items() if values.ndim == 3}
    assert value["from_hysteresis"] + value["from_gain"] + value["from_own"] == pytest.approx(value["effect"])
    assert value["from_hysteresis"] < 0 < value["from_gain"]


@pytest.mark.parametrize("peaks", [(20.0,), (12.0, 20.0)])
@pytest.mark.parametrize("seeds", [1, 2])
def test_inhibition_reversal_draws_whatever_there_is(peaks, seeds):
    parts = [
        by_condition(seeds=seeds, pic=True).assign_coords({"protocol.excitation.peak": ("sample", [p] * 4 * seeds)})
        for p in peaks
    ]
    whole = xr.concat(parts, "sample", data_vars="minimal", coords="minimal", compat="override", join="override")
    question = InhibitionReversal()
    m = question.measure(whole)
    assert (m["effect"].sel(group="ramp") < 0).all()  # the pools were made so
    assert isinstance(question.draw(m), Figure)
    assert question.headline(m)[-1].startswith("ΔF (pps)")
    for name, variable in m.data_vars.items():
        assert {"units", "long_name"} <= variable.attrs.keys(), name


def test_an_unrecorded_current_is_asked_for():
    whole = by_condition().assign_coords({"protocol.excitation.peak": ("sample", [20.0] * 8)})
    with pytest.raises(ValueError, match="record=pic"):
        InhibitionReversal().measure(whole)


def test_smoothing_keeps_a_constant_and_takes_the_ripple_out():
    ripple = 5 + np.sin(2 * np.pi * 20 * TIME)
    assert smoothed(np.full((1, 1, len(TIME)), 5.0), TIME) == pytest.approx(5)
    # 0.01: a Hann window of ten periods leaves less than a hundredth of a sine, away from the ends
    assert smoothed(ripple[None, None], TIME)[0, 0, 50:-50] == pytest.approx(5, abs=0.01)


def test_a_trace_is_read_between_its_samples():
    values = np.stack([TIME, 2 * TIME])[None]
    found = read_at(values, TIME, np.array([[0, 1]]), np.array([[1.23, np.nan]]))
    assert found == pytest.approx(np.array([[1.23, np.nan]]), nan_ok=True)
