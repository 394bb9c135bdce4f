"""The questions on ΔF, asked of pools whose answer is known: no simulation, trains made from a drive."""

from functools import cache

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from experiments.answer import Result
from experiments.delta_f.delta_f_interventions import DeltaFInterventions
from experiments.delta_f.inhibition_reversal import InhibitionReversal
from experiments.delta_f.inhibition_reversal_pairs import compare
from experiments.delta_f.paired_delta_f import PairedDeltaF
from experiments.published.delta_f_changes import PEOPLE, band, paired, verdict
from experiments.sources import Brought
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, OPENHDEMG, DeltaFConvention
from sim.analysis.delta_f_parts import parts, pooled
from sim.analysis.traces import read_at, smoothed
from sim.design import Design
from sim.measure import evaluate
from sim.results.schema import NO_SPIKE
from sim.results.status import Status

DT_MS = 0.05
SECONDS = 22.0
TIME = np.arange(0, SECONDS, 0.02)
EXACT = 0.02  # pps: a unit starts and stops at a spike, up to an interval from where its drive says
PAIRED = PairedDeltaF("P")
REVERSAL = InhibitionReversal("P")


def command_at(t):
    """A hump that polynomials of order 5 fit exactly: 20 at 11 s, 0 at 1 s and 21 s."""
    return 20 * np.clip(1 - ((np.asarray(t, float) - 11) / 10) ** 2, 0, None)


@cache
def train(start, stop, gain, offset):
    """Spike times between commands `start` (rising) and `stop` (falling), rate = offset + gain x command."""
    t = np.linspace(0, SECONDS, 22001)
    a = command_at(t)
    times = [t[np.argmax(a >= start)]]
    last = t[len(t) - 1 - np.argmax(a[::-1] >= stop)]
    while times[-1] < last:
        gap = 0.1
        for _ in range(12):
            gap = 1 / (offset + gain * command_at(times[-1] + gap))
        times.append(times[-1] + gap)
    return np.array(times)


def pool(hysteresis=4.0, gain=0.5, units=6):
    """Units that start at rising commands and stop `hysteresis` lower: s, (unit, spike)."""
    trains = [train(2 + 2.5 * k, max(0.3, 2 + 2.5 * k - hysteresis), gain, 8 - 0.3 * k) for k in range(units)]
    spikes = np.full((units, max(map(len, trains))), np.nan)
    for row, times in zip(spikes, trains, strict=True):
        row[: len(times)] = times
    return spikes


def results(design, samples, *, population="P", beside=(), **variables):
    """A Dataset as a simulation of the design leaves it.

    Args:
        samples: spike times of the pool, (sample, unit, spike) or for each sample (unit, spike).
        population: its name; `beside`: the populations of further units, in order.
        variables: more of them.
    """
    units, longest = len(samples[0]), max(s.shape[-1] for s in samples)
    steps = np.full((len(samples), units, longest), NO_SPIKE, np.int32)
    for row, spikes in zip(steps, samples, strict=True):
        known = np.isfinite(spikes)
        row[:, : spikes.shape[-1]][known] = np.round(spikes[known] * 1000 / DT_MS)
    command = np.broadcast_to(command_at(TIME), (len(samples), len(TIME)))
    found = {
        "spike_step": (("sample", "unit", "spike"), steps, {"dt_ms": DT_MS}),
        "n_spikes": (("sample", "unit"), (steps != NO_SPIKE).sum(-1)),
        f"{population}.excitation": (("sample", "time"), command),
        "i_pic": (("sample", "recorded", "time"), -np.repeat(command[:, None], units, 1)),
    }
    return (
        design.dataset()
        .assign(found | variables)
        .assign_coords(
            time=TIME,
            recorded=np.arange(units),
            population=("unit", [population] * (units - len(beside)) + list(beside)),
            status=("sample", np.full(len(samples), Status.DONE)),
            sample=np.arange(len(samples)),
        )
    )


def by_condition(levels=(0.85, 1.2), inhibition=(1.5, 5.0), peaks=(), seeds=2, also=None):
    """Hysteresis 4 + level - 0.2 A_i at every condition, a little more in every seed."""
    axes = {
        "monoamine": {"of": "network.P.monoamine", "values": levels},
        "inhibition": {"of": "protocol.inhibition.level", "values": inhibition},
    }
    if peaks:
        axes["peak"] = {"of": "protocol.excitation.peak", "values": peaks}
    design = Design(axes | (also or {}), seeds=seeds)
    rows = design.dataset()
    hysteresis = 4 + rows["monoamine"] - 0.2 * rows["inhibition"] + 0.05 * rows["seed"]
    return results(design, [pool(float(h)) for h in hysteresis.values])


def failing(whole, *samples, kind=Status.FAILED_NOT_FINITE):
    status = whole["status"].values.copy()
    status[list(samples) or slice(None)] = kind
    return whole.assign_coords(status=("sample", status))


def asked(question, whole):
    found = evaluate(question.measures(), whole)
    measured = {m.name: ("sample", found[m.name], m.attributes) for m in question.measures()}
    return Result(question, Brought(whole, whole[["status"]].assign(measured)))


def draws_and_tells(question, whole):
    """Whatever there is: a figure, a headline, notes; every variable says what it is."""
    result = asked(question, whole)
    assert isinstance(result.figure(), Figure)
    assert all(question.notes(result.answer))
    for name, variable in result.answer.data_vars.items():
        assert name in ("sample", "status") or {"units", "long_name"} <= variable.attrs.keys(), name
    return result.headline()


# ---- paired_delta_f


def test_the_effect_of_inhibition_is_paired_by_seed():
    m = asked(PAIRED, by_condition()).answer
    change = m["delta_f"].sel(inhibition=5.0) - m["delta_f"].sel(inhibition=1.5)
    assert np.array_equal(m["delta_f_effect"].values, change.values)
    assert (m["delta_f_effect"] < 0).all()  # the pools were made so


def test_the_order_of_the_samples_changes_nothing():
    whole = by_condition()
    order = np.random.default_rng(0).permutation(whole.sizes["sample"])
    mixed = whole.isel(sample=order).assign_coords(sample=whole["sample"].values)
    xr.testing.assert_equal(*(asked(PAIRED, x).answer.drop_vars("sample") for x in (whole, mixed)))


def test_a_failed_sample_leaves_a_hole():
    m = asked(PAIRED, failing(by_condition(), 3)).answer
    assert m.attrs["failed"] == 1
    assert int(m["delta_f_n"].sum()) == 7
    assert np.argwhere(np.isnan(m["delta_f"].values)).tolist() == [[0, 1, 1]]


def test_a_design_without_the_axes_is_refused_with_what_to_do():
    whole = results(Design({"network.P.monoamine": [1.0]}), [pool()])
    with pytest.raises(ValueError, match="one value is enough"):
        _ = asked(PAIRED, whole).answer


def test_a_further_axis_is_not_mixed_in():
    with pytest.raises(ValueError, match="also varies 'peak'"):
        _ = asked(PAIRED, by_condition(peaks=(12.0, 20.0))).answer


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_condition(), id="a whole grid"),
        pytest.param(by_condition(levels=(1.0,), inhibition=(1.5,), seeds=1), id="one condition, one seed"),
        pytest.param(failing(by_condition(), kind=Status.FAILED_SPIKE_OVERFLOW), id="all failed"),
        pytest.param(
            results(Design({"a.monoamine": [1.0], "a.inhibition": [0.0]}), [np.full((2, 3), np.nan)]), id="silent units"
        ),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_paired_delta_f_draws_whatever_there_is(whole):
    assert any("ΔF at monoaminergic level" in line for line in draws_and_tells(PAIRED, whole))


def test_the_convention_stands_beside_the_number():
    result = asked(PairedDeltaF("P", convention="midpoint_from_first"), by_condition(seeds=1))
    assert "interval's midpoint" in "\n".join(result.headline())
    assert "interval's midpoint" in result.report().replace("&#39;", "'")


def test_an_unknown_convention_is_refused_by_name():
    with pytest.raises(ValueError, match="later_spike_from_second"):
        PairedDeltaF("P", convention="nonsense")
    assert PairedDeltaF("P", convention=OPENHDEMG).convention is OPENHDEMG


# ---- the parts of a ΔF

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
    taken = parts(pool(hysteresis, gain)[None], TIME, COMMAND, LATER_SPIKE_FROM_SECOND)
    counts = taken.counts
    assert np.abs(taken.own[counts]).max() < EXACT
    assert taken.read[counts] == pytest.approx(gain * taken.hysteresis[counts], abs=EXACT)
    # recruited at the second spike, stopped at the first one past its command: 0.1 s each, the command moves by 4 per s
    assert taken.hysteresis[counts] == pytest.approx(hysteresis, abs=0.8)


def test_a_normalised_delta_f_has_no_parts():
    with pytest.raises(ValueError, match="normalised: false"):
        parts(pool()[None], TIME, COMMAND, DeltaFConvention(normalised=True))


def test_smoothing_keeps_a_constant_and_takes_the_ripple_out():
    ripple = 5 + np.sin(2 * np.pi * 20 * TIME)
    assert smoothed(np.full((1, 1, len(TIME)), 5.0), TIME) == pytest.approx(5)
    # 0.01: a Hann window of ten periods leaves less than a hundredth of a sine, away from the ends
    assert smoothed(ripple[None, None], TIME)[0, 0, 50:-50] == pytest.approx(5, abs=0.01)


def test_a_trace_is_read_between_its_samples():
    values = np.stack([TIME, 2 * TIME])[None]
    found = read_at(values, TIME, np.array([[0, 1]]), np.array([[1.23, np.nan]]))
    assert found == pytest.approx(np.array([[1.23, np.nan]]), nan_ok=True)


# ---- inhibition_reversal


def two_pools():
    spikes = [pool(hysteresis, gain) for hysteresis, gain in ((4, 0.4), (2, 0.6))]
    both = np.full((2, 6, max(s.shape[-1] for s in spikes)), np.nan)
    for row, one in zip(both, spikes, strict=True):
        row[:, : one.shape[-1]] = one
    return parts(both, TIME, np.repeat(COMMAND, 2, 0), LATER_SPIKE_FROM_SECOND)


def compared(at):
    taken = two_pools()
    pic = np.stack([np.full((6, len(TIME)), k) for k in (1.0, 3.0)])
    nobody = np.zeros_like(taken.counts)
    found = compare(np.array(at).reshape(2, 1, 1), taken, nobody, pic, TIME, LATER_SPIKE_FROM_SECOND)
    return {name: values[0, ..., 0, 0] for name, (_, values, _) in found.items()}


def test_the_contributions_add_up_to_the_change():
    value = compared([0, 1])
    assert value["from_hysteresis"] + value["from_gain"] + value["from_own"] == pytest.approx(value["effect"])
    assert value["from_hysteresis"] < 0 < value["from_gain"]
    assert value["pairs"] > 0
    for role in ("control", "test"):
        assert value[f"{role}_pic_recruited"] == pytest.approx([1, 3])


def test_without_one_of_the_two_contractions_nothing_is_compared():
    value = compared([0, -1])
    assert value.pop("pairs") == 0
    assert all(np.isnan(x).all() for x in value.values())


@pytest.mark.parametrize("peaks", [(20.0,), (12.0, 20.0)])
@pytest.mark.parametrize("seeds", [1, 2])
def test_inhibition_reversal_draws_whatever_there_is(peaks, seeds):
    whole = by_condition(peaks=peaks, seeds=seeds)
    m = asked(REVERSAL, whole).answer
    assert (m["effect"].sel(group="ramp") < 0).all()  # the pools were made so
    for part in ("pairs", "effect"):
        assert np.array_equal(m[part].sel(group="ramp"), m[part].sel(group="all"))  # none outlasts the command
    assert draws_and_tells(REVERSAL, whole)[-1].startswith("ΔF (pps)")
    draws_and_tells(REVERSAL, failing(whole))


def test_pool_and_pairs_tell_of_the_same_delta_f():
    """The same pairs count at both inhibitions, so the change of the pool's ΔF is that of the pairs."""
    m = asked(REVERSAL, by_condition(peaks=(20.0,), seeds=1)).answer
    np.testing.assert_allclose(m["delta_f_mean"], m["gain_mean"] * m["hysteresis_mean"] - m["own_mean"])
    np.testing.assert_allclose(m["delta_f_change_mean"].sel(inhibition=5.0), m["effect"].sel(group="all"))


def test_one_inhibition_is_compared_with_nothing():
    m = asked(REVERSAL, by_condition(inhibition=(1.5,), peaks=(20.0,), seeds=1)).answer
    assert (m["pairs"] == 0).all()


def test_an_unrecorded_current_is_asked_for():
    with pytest.raises(ValueError, match=r"'i_pic' was not recorded.*record\.variables"):
        _ = asked(REVERSAL, by_condition(peaks=(20.0,)).drop_vars("i_pic")).answer


# ---- delta_f_interventions

ON, FREQUENCY, BASELINE = "protocol.nerve.on", "protocol.nerve.frequency", "network.ligand.baseline"
CASES = {
    "rest": {ON: 0, FREQUENCY: "30 Hz", BASELINE: 0.5},
    "50 Hz": {ON: 1, FREQUENCY: "50 Hz", BASELINE: 0.5},
    "100 Hz": {ON: 1, FREQUENCY: "100 Hz", BASELINE: 0.5},
    "no interneurons": {ON: 1, FREQUENCY: "100 Hz", BASELINE: 0.5},
    "less": {ON: 0, FREQUENCY: "30 Hz", BASELINE: 0.3},
    "more": {ON: 0, FREQUENCY: "30 Hz", BASELINE: 0.6},
}
HYSTERESIS = {"rest": 3.0, "50 Hz": 2.8, "100 Hz": 2.4, "no interneurons": 3.0, "less": 2.0, "more": 4.0}
INTERVENTIONS = DeltaFInterventions(
    "P", "Q", 0.35, "1 s", "20 s", "rest", ["50 Hz", "100 Hz"], "no interneurons", ["less"], ["more"], "100 Hz"
)


def by_case(seeds=2, cases=CASES, also=None):
    """The pool, and an interneuron that fires ten times from 2 to 3 s."""
    design = Design(also or {}, cases=cases, seeds=seeds)
    rows = design.dataset()
    samples = []
    for case, seed in zip(rows["case"].values, rows["seed"].values, strict=True):
        spikes = pool(HYSTERESIS[str(case)] + 0.1 * int(seed))
        interneuron = np.full((1, spikes.shape[-1]), np.nan)
        interneuron[0, :10] = 2.05 + 0.1 * np.arange(10)
        samples.append(np.concatenate([spikes, interneuron]))
    flat = np.ones((len(samples), len(TIME)))
    ligand = flat * np.array([CASES[str(case)][BASELINE] for case in rows["case"].values])[:, None]
    courses = {"P_force": 30 * flat, "Q_force": 2 * flat, "ligand_level": ligand}
    return results(design, samples, beside=["P_in"], **{name: (("sample", "time"), x) for name, x in courses.items()})


def test_what_interventions_change_is_measured_against_the_same_seed_at_rest():
    m = asked(INTERVENTIONS, by_case()).answer
    rest = m["delta_f"].sel(case="rest")
    np.testing.assert_array_equal(m["delta_f_effect"].sel(case="less"), m["delta_f"].sel(case="less") - rest)
    np.testing.assert_allclose(m["delta_f_percent"], 100 * m["delta_f_effect"] / rest.mean())
    mean = m["delta_f_effect_mean"]
    assert float(mean.sel(case="less")) < float(mean.sel(case="100 Hz")) < 0 < float(mean.sel(case="more"))
    assert float(mean.sel(case="rest")) == 0


def test_dose_level_and_control_are_read_from_the_design_and_the_recording():
    m = asked(INTERVENTIONS, by_case()).answer
    assert m["frequency"].values == pytest.approx([0, 50, 100, 100, 0, 0])
    assert m["level"].values == pytest.approx([0.85, 0.85, 0.85, 0.85, 0.65, 0.95])
    assert m["interneuron_rate"].values == pytest.approx(10 / 20, rel=0.01)  # the command lasts 20 s
    assert m["stimulated"].values.tolist() == [1, 21]
    assert (m["silenced_spikes"] == 0).all()
    assert (m["baseline_spikes"].values == [np.isfinite(pool(3 + x)).sum() for x in (0, 0.1)]).all()
    assert (m["peak_force"] == 30).all()
    assert (m["antagonist_force"] == 2).all()


def test_a_spike_that_moves_while_the_synapses_are_silenced_is_counted():
    whole = by_case().copy(deep=True)
    treated = int(np.flatnonzero(whole["case"].values == "no interneurons")[1])
    whole["spike_step"][treated, 2, 5] += 1
    assert asked(INTERVENTIONS, whole).answer["silenced_spikes"].values.tolist() == [0, 1]


def test_units_that_outlast_the_command_are_counted_and_left_out():
    """The first unit fires a last time just after the command; the last one now starts late and goes on to the end."""
    whole = by_case(seeds=1)
    late = np.round(np.arange(9, 21.9, 0.1) * 1000 / DT_MS).astype(int)
    spikes = np.pad(whole["spike_step"].values, ((0, 0), (0, 0), (0, 200)), constant_values=NO_SPIKE)
    spikes[:, 5] = NO_SPIKE
    spikes[:, 5, : len(late)] = late
    more = whole.drop_vars(["spike_step", "n_spikes"]).assign(
        spike_step=(("sample", "unit", "spike"), spikes, {"dt_ms": DT_MS}),
        n_spikes=(("sample", "unit"), (spikes != NO_SPIKE).sum(-1)),
    )
    m = asked(INTERVENTIONS, more).answer
    assert (m["n_outlasting"] == 2).all()
    without = [delta_f(pool(h)[None, 1:5]).pool[0] for h in HYSTERESIS.values()]
    np.testing.assert_allclose(m["delta_f_without"].values[:, 0], without, atol=1e-3)  # spikes stand on steps
    assert (m["delta_f"] != m["delta_f_without"]).all()


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_case(), id="all cases"),
        pytest.param(by_case(seeds=1), id="one seed"),
        pytest.param(failing(by_case(), 0, 1), id="without a baseline"),
        pytest.param(failing(by_case()), id="all failed"),
    ],
)
def test_interventions_are_drawn_whatever_there_is(whole):
    assert any(line.startswith("ΔF and rate under one stimulation") for line in draws_and_tells(INTERVENTIONS, whole))


def test_a_case_that_the_design_lacks_is_refused_by_name():
    lacking = {name: case for name, case in CASES.items() if name != "less"}
    with pytest.raises(ValueError, match="asks about the case 'less', but the design has rest, 50 Hz"):
        _ = asked(INTERVENTIONS, by_case(cases=lacking)).answer


# ---- what people show


def test_a_paired_difference_has_the_interval_of_student():
    found = paired(-1.0, 2.0, 4)
    half = 3.182446 * 2 / 2  # t of 3 degrees of freedom, as printed in tables
    assert (found.mean, found.low, found.high) == pytest.approx((-1, -1 - half, -1 + half), abs=1e-5)


def test_every_interval_holds_its_mean():
    changes = [x for p in PEOPLE for x in vars(p).values() if not isinstance(x, str) and x is not None]
    known = [x for x in changes if x.low is not None]
    assert len(known) == 10
    assert all(x.low < x.mean < x.high for x in known)


def test_vibration_lowers_delta_f_in_percent_of_what_it_was():
    soleus, tibialis = (p.delta_f_percent for p in PEOPLE if p.intervention == "trains")
    assert soleus.mean == pytest.approx(100 * (2.29 / 2.50 - 1), abs=0.5)  # %: the source gives ΔF to 0.01 pps
    assert tibialis.mean == pytest.approx(100 * (3.91 / 4.63 - 1), abs=0.5)


@pytest.mark.parametrize(
    ("intervention", "what", "wanted"),
    [
        ("less", "delta_f", (-0.99, -0.75)),
        ("less", "peak_rate", (-1.06, -1.06)),
        ("more", "delta_f", (0.30, 0.406)),
        ("more", "brace_height", (2.39, 2.39)),
        ("less", "delta_f_percent", None),
        ("more", "peak_rate", None),
        ("sleep", "delta_f", None),
    ],
)
def test_a_band_spans_the_means_that_are_known(intervention, what, wanted):
    assert band(intervention, what) == wanted


WANTED = (-1.0, -0.5)
NOTHING = (np.nan, 0.0)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        pytest.param({"a": (-0.7, 0), "b": (-2, 0)}, "met at a", id="one within"),
        pytest.param({"a": (-1.0, 0), "b": (-0.5, 9)}, "met at a, b (the interval at b includes 0)", id="on the ends"),
        pytest.param({"a": (-0.3, 0.2)}, "missed, but within the 95 % interval at a", id="the interval reaches it"),
        pytest.param({"a": (-1.3, 0.4), "b": (0, 0.1)}, "missed, but within the 95 % interval at a", id="from below"),
        pytest.param({"a": (-2, 0.1), "b": (0, 0.1)}, "missed, between two doses", id="on either side"),
        pytest.param({"a": (0, 0.1), "b": (1, 0.1)}, "missed", id="on one side"),
        pytest.param({"a": NOTHING, "b": (0, 0.1), "c": (-2, 0.1)}, "missed, between two doses", id="one unknown"),
        pytest.param({"a": NOTHING, "b": (-0.7, 0.1)}, "met at b", id="one unknown, one within"),
        pytest.param({"a": NOTHING, "b": NOTHING}, "not measurable", id="nothing known"),
    ],
)
def test_a_verdict_says_which_dose_does_what_people_show(found, said):
    assert verdict(found, WANTED) == said
