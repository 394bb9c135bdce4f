"""The questions on spasms, asked of trains and forces whose answer is known: no simulation."""

import re

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from experiments.answer import Result
from experiments.measures.spasm import pulses, spasm_measures
from experiments.sources import Brought
from experiments.spasm.abort_map import AbortMap
from experiments.spasm.abort_spasm import AbortSpasm
from experiments.spasm.spasm import Spasm
from sim.design import Design
from sim.measure import evaluate
from sim.results.schema import NO_SPIKE
from sim.results.status import Status
from sim.results.view import View

DT_MS, EVERY, SECONDS, START = 0.05, 0.05, 12.0, 4.0
TIME = np.arange(0, SECONDS - 1e-9, EVERY)
EXACT = 1e-9  # in any unit: the answer is known, only rounding is left


def until(last, first=0.0):
    """10 pps from `first` to `last` s; the spikes stand in the middle of tenths, so that no border decides."""
    return np.arange(first + 0.05, last, 0.1)


def padded(trains):
    """s, (unit, spike)."""
    spikes = np.full((len(trains), max(map(len, trains))), np.nan)
    for row, times in zip(spikes, trains, strict=True):
        row[: len(times)] = times
    return spikes


def force(before, after, left=None):
    """%, (time,): `before` up to the begin of what is done, then `after`, and `left` in the last second."""
    course = np.where(START - 1e-9 > TIME, before, after)
    return course if left is None else np.where(SECONDS - 1 - 1e-9 > TIME, course, left)


def results(design, pool, forces, given=None):
    """A Dataset as a simulation leaves it.

    Args:
        design: whose samples these are.
        pool: spike times of the soleus, for each sample the trains of its units.
        forces: its force, (sample, time).
        given: spike times of the fibre that every pulse recruits; another one answers every second of them.
    """
    given = [[]] * len(pool) if given is None else given
    samples = [padded([*trains, p[::2], p]) for trains, p in zip(pool, given, strict=True)]
    steps = np.full((len(samples), len(samples[0]), max(2, *(s.shape[-1] for s in samples))), NO_SPIKE, np.int32)
    for row, spikes in zip(steps, samples, strict=True):
        known = np.isfinite(spikes)
        row[:, : spikes.shape[-1]][known] = np.round(spikes[known] * 1000 / DT_MS)
    units = len(samples[0])
    current = -np.arange(1.0, units + 1)[None, :, None] * (1 + np.asarray(forces))[:, None]
    return (
        design.dataset()
        .assign(
            {
                "spike_step": (("sample", "unit", "spike"), steps, {"dt_ms": DT_MS}),
                "n_spikes": (("sample", "unit"), (steps != NO_SPIKE).sum(-1)),
                "soleus_force": (("sample", "time"), np.asarray(forces, float)),
                "i_pic": (("sample", "recorded", "time"), current),
            }
        )
        .assign_coords(
            time=TIME,
            recorded=np.arange(units),
            population=("unit", ["soleus"] * (units - 2) + ["tibialis_ia"] * 2),
            status=("sample", np.full(len(samples), Status.DONE)),
        )
        .assign_attrs(leaves={"network.ligand.baseline": 0.5})
    )


def asked(question, whole):
    """The answer of a question."""
    found = evaluate(question.measures(), whole)
    measured = {m.name: ("sample", found[m.name], m.attributes) for m in question.measures()}
    table = whole[["status"]].assign(measured)
    return Result(question, Brought(whole, table)).answer


def failing(whole, *samples):
    status = whole["status"].values.copy()
    status[list(samples)] = Status.FAILED_NOT_FINITE
    return whole.assign_coords(status=("sample", status))


def all_failed(whole):
    return failing(whole, *range(whole.sizes["sample"]))


def alike_in_any_order(question, whole):
    order = np.random.default_rng(0).permutation(whole.sizes["sample"])
    shuffled, straight = (asked(question, x).drop_vars("sample") for x in (whole.isel(sample=order), whole))
    xr.testing.assert_identical(shuffled, straight)


def drawn(question, whole):
    """The answer; it can be drawn and told in words without a NaN, and each variable says what it is."""
    m = asked(question, whole)
    figure = question.draw(m)
    assert isinstance(figure, Figure)
    caption = max((text.get_text() for text in figure.texts), key=len)
    assert caption.count("\n") <= 2
    assert not caption.endswith("…")
    texts = [text.get_text() for part in (figure, *figure.axes) for text in part.texts]
    said = [*texts, *question.headline(m), *question.notes(m)]
    assert not [text for text in said if re.search(r"\bnan\b", text)]
    for name, variable in m.drop_vars(["sample", "status"]).data_vars.items():
        assert {"units", "long_name"} <= variable.attrs.keys(), name
    return m


# ---- what is left of a spasm

STARTED = ("units_before", "units_left", "stopped", "time_to_stop", "recurred")
STOP = 9.0  # s, when stimulation ends


def left(whole, stop=STOP):
    """The measures of one sample."""
    return {name: float(x[0]) for name, x in evaluate(spasm_measures("soleus", START, stop), whole).items()}


@pytest.mark.parametrize(
    ("trains", "found"),
    [
        pytest.param([until(6), until(9)], (2, 0, 1, 4.95, 0), id="the last unit stops at 8.95 s"),
        pytest.param([until(6), until(12)], (2, 1, 0, np.nan, 0), id="one goes on"),
        pytest.param([until(3.5), until(12)], (2, 1, 0, np.nan, 0), id="one stops by itself just before"),
        pytest.param([until(2.5), until(12)], (1, 1, 0, np.nan, 0), id="one stops by itself long before"),
        pytest.param([until(2.5), until(2)], (0, 0, 1, 0, 0), id="there was no spasm"),
        pytest.param([until(6), until(9, 8)], (1, 0, 1, 4.95, 1), id="another one begins, and stops"),
        pytest.param([until(6), until(12, 8)], (1, 1, 0, np.nan, 1), id="another one begins, and goes on"),
        pytest.param([until(6), until(9, 5)], (1, 0, 1, 4.95, 0), id="another one takes over"),
        pytest.param([[], []], (0, 0, 1, 0, 0), id="silence"),
    ],
)
def test_what_is_left_of_a_spasm_is_counted(trains, found):
    values = left(results(Design(), [trains], [force(10, 4)]))
    assert [values[name] for name in STARTED] == pytest.approx(found, abs=EXACT, nan_ok=True)


def test_what_comes_back_once_stimulation_has_ended_was_suppressed_and_did_not_stop():
    whole = results(Design(), [[until(6), until(12, 10)]], [force(10, 4)])
    values, cut = left(whole), left(whole, 99.0)  # the latter is stimulated to the end
    assert (values["suppressed"], values["units_during"], values["stopped"], values["units_left"]) == (1, 0, 0, 1)
    assert (cut["suppressed"], cut["units_during"]) == (0, 1)


def test_forces_are_means_over_their_windows():
    values = left(results(Design(), [[until(6)]], [force(10, 4, left=1)]))
    assert values["force_before"] == pytest.approx(10, abs=EXACT)
    assert values["force_left"] == pytest.approx(1, abs=EXACT)
    assert values["relieved"] == 0  # at 1 % it is not below it
    assert left(results(Design(), [[until(6)]], [force(10, 4, left=0.9)]))["relieved"] == 1


def test_only_the_population_asked_about_is_measured():
    whole = results(Design(), [[until(6), until(6)]], [force(10, 4)], [until(12)])
    assert (left(whole)["units_before"], left(whole)["stopped"]) == (2, 1)
    assert pulses(View(whole), "tibialis_ia").tolist() == [120]  # of the fibre that every pulse recruits


# ---- spasm: from which level on firing outlasts a brief input

MONOAMINE = "network.soleus.monoamine"
SPASM = Spasm(population="soleus", ligand="network.ligand.baseline", start="1 s", duration="1 s", shown=[0.35, 0.5])
AFTER = {0.35: [until(2), until(1.5)], 0.5: [until(12), until(5)]}  # two units at each level; the input ends at 2 s


def by_level(levels=(0.5, 0.35), seeds=2, trains=None):
    """At 0.5 one unit fires on and one stops at 5 s; force is 20 up to 4 s, then ten times the level."""
    design = Design({"monoamine": {"of": MONOAMINE, "values": levels}}, seeds=seeds)
    level = design.dataset()["monoamine"].values
    return results(design, [AFTER[x] if trains is None else trains for x in level], [force(20, 10 * x) for x in level])


def test_what_outlasts_a_brief_input_is_measured():
    m = asked(SPASM, by_level())
    assert m["monoamine"].values.tolist() == [0.35, 0.5]
    assert m["level"].values == pytest.approx([0.85, 1.0])
    found = {name: m[f"{name}_mean"].values for name in ("units_before", "units_after", "units_end", "duration")}
    assert found["units_before"].tolist() == [2, 2]
    assert found["units_after"].tolist() == [0, 2]  # from 4 to 6 s
    assert found["units_end"].tolist() == [0, 1]
    assert found["duration"] == pytest.approx([0, 9.95], abs=EXACT)  # from 2 to 11.95 s
    # 20 spikes and 10 of two units, in 2 s
    assert m["rate_after_mean"].values == pytest.approx([np.nan, 7.5], abs=EXACT, nan_ok=True)
    assert m["rate_after_n"].values.tolist() == [0, 2]
    assert m["force_input_mean"].values == pytest.approx([20, 20], abs=EXACT)
    assert m["force_after_mean"].values == pytest.approx([3.5, 5], abs=EXACT)
    assert m.attrs["shown_level"] == pytest.approx([0.85, 1.0])
    assert m.attrs["input"] == [1.0, 2.0]


@pytest.mark.parametrize(
    ("trains", "duration"),
    [
        pytest.param([until(12), until(2)], 9.95, id="to the end"),
        pytest.param([until(1.5), until(1)], 0, id="with the input"),
        pytest.param([np.r_[until(5), until(12, 7)], until(2)], 2.95, id="to the pause"),
        pytest.param([np.r_[until(5), until(12, 7)], until(8)], 9.95, id="over a pause that another unit fills"),
        pytest.param([np.r_[until(2), until(12, 2.5)], until(2)], 9.95, id="over a short pause"),
        pytest.param([np.r_[until(2), until(12, 4)], until(2)], 0, id="not by what begins later"),
    ],
)
def test_firing_lasts_up_to_a_pause_of_the_whole_pool(trains, duration):
    assert asked(SPASM, by_level((0.5,), 1, trains))["duration"].item() == pytest.approx(duration, abs=EXACT)


def test_a_short_recording_is_read_as_far_as_it_goes():
    m = asked(SPASM, by_level((0.5,), 1).isel(time=TIME < 5 - 1e-9))
    assert m["rate_after"].item() == pytest.approx(10, abs=EXACT)  # both units, from 4 to 5 s


def test_the_order_of_the_samples_changes_nothing_of_a_spasm():
    alike_in_any_order(SPASM, by_level())


def test_a_failed_spasm_is_counted_and_left_out():
    m = asked(SPASM, failing(by_level(), 1))  # the second seed at 0.5
    assert m.attrs["failed"] == 1
    assert m["units_after"].values == pytest.approx(np.array([[0, 0], [2, np.nan]]), nan_ok=True)
    assert m["units_after_n"].values.tolist() == [2, 1]


def test_a_level_that_failed_is_shown_empty_and_not_as_another_level():
    m = asked(SPASM, failing(by_level(), 0, 1))
    for name in ("shown_force", "shown_pic", "shown_spikes"):
        assert np.isfinite(m[name].values[0]).any()
        assert np.isnan(m[name].values[1]).all(), name


def test_a_seed_that_was_simulated_is_shown_with_the_current_of_its_pool():
    whole = by_level()
    m = asked(SPASM, failing(whole, 0))
    assert m["shown_force"].values[1] == pytest.approx(whole["soleus_force"].values[1], abs=1e-6)  # %: float32
    assert m["shown_pic"].values[1] == pytest.approx(-1.5 * (1 + force(20, 5)), abs=1e-5)  # nA: units of 1 and 2


def test_an_unrecorded_current_is_asked_for():
    with pytest.raises(ValueError, match=r"'i_pic' was not recorded.*record\.variables"):
        asked(SPASM, by_level().drop_vars("i_pic"))


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_level(), id="a whole grid"),
        pytest.param(by_level((0.5,), 1), id="one level, one seed"),
        pytest.param(failing(by_level(), 0, 1), id="one level failed"),
        pytest.param(all_failed(by_level()), id="all failed"),
        pytest.param(by_level(trains=[[], []]), id="silent units"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_spasm_draws_whatever_there_is(whole):
    m = drawn(SPASM, whole)
    assert [line.partition(":")[0] for line in SPASM.headline(m)] == [f"level {x:.2f}" for x in m["level"].values]


def test_a_spasm_needs_its_axis():
    with pytest.raises(ValueError, match=r"along 'monoamine', but the design varies nothing"):
        asked(SPASM, results(Design(), [[until(6)]], [force(10, 4)]))


# ---- abort_spasm: what stops it

ABORT = AbortSpasm(
    population="soleus", nerve="tibialis_ia", ligand="network.ligand.baseline", start="4 s", lasting="5 s",
    untreated="nothing",
    shown=["nothing", "train", "burst"], doses=["train"],
)  # fmt: skip
DONE = {  # by case: trains of two units, force from the begin on, pulses; two units and force 8 untreated
    "nothing": ([until(12), until(12)], 8.0, []),
    "train": ([until(6), until(9)], 2.0, until(12, START)),
    "burst": ([np.r_[until(5), until(12, 7)], until(5)], 6.0, until(5, START)),
}


def treated(levels, seeds):
    axes = {"constitutive": {"of": MONOAMINE, "values": levels}}
    return Design(axes, cases={name: {} for name in DONE}, seeds=seeds)


def by_treatment(levels=(0.7, 0.5), seeds=3, changed=None):
    """Force is larger by a quarter with each seed, and twice as large at 0.7."""
    done = DONE if changed is None else {**DONE, **changed}
    design = treated(levels, seeds)
    found = design.dataset()
    rows = [done[str(name)] for name in found["case"].values]
    scale = (1 + 0.25 * found["seed"].values) * np.where(found["constitutive"].values > 0.6, 2, 1)
    forces = [force(10, strength * x) for (_, strength, _), x in zip(rows, scale, strict=True)]
    return results(design, [row[0] for row in rows], forces, [row[2] for row in rows])


def numbered(whole, **labels):
    """Numbers of the samples with these labels."""
    return np.flatnonzero(np.all([whole[name].values == label for name, label in labels.items()], axis=0))


def test_what_stops_a_spasm_is_measured_in_every_case():
    m = asked(ABORT, by_treatment())
    assert m["case"].values.tolist() == list(DONE)
    assert m["level"].values == pytest.approx([1.0, 1.2])
    for name, wanted in {
        "stopped": [0, 1, 0],
        "time_to_stop": [np.nan, 4.95, np.nan],
        "units_left": [2, 0, 1],
        "recurred": [0, 0, 1],
        "pulses": [0, 80, 10],
        "spasm_left": [100, 25, 75],
    }.items():
        values = m[f"{name}_mean"].values
        assert values == pytest.approx(np.array([wanted] * 2).T, abs=EXACT, nan_ok=True), name
    assert m["force_left"].sel(case="train", constitutive=0.5).values == pytest.approx([2, 2.5, 3], abs=EXACT)
    assert m["time_to_stop_n"].values[:, 0].tolist() == [0, 3, 0]


def test_force_is_compared_with_the_untreated_spasm_of_the_same_seed():
    m = asked(ABORT, by_treatment())
    assert m["spasm_left_sd"].values == pytest.approx(0, abs=EXACT)  # forces of the seeds differ
    assert (m["force_left_sd"] > 0.1).all()


def test_where_the_untreated_segment_has_no_force_there_is_no_percentage():
    m = asked(ABORT, by_treatment(changed={"nothing": ([[], []], 0.0, [])}))
    assert np.isnan(m["spasm_left"].values).all()
    assert np.isfinite(m["force_left"].values).all()


def test_pulses_shown_are_those_that_were_given():
    m = asked(ABORT, by_treatment())
    assert m["shown_pulses"].sum("time").values[:, 0].tolist() == [0, 80, 10]
    given = m["time"].values[m["shown_pulses"].sel(case="burst", constitutive=0.5).values > 0]
    assert given == pytest.approx(until(5, START), abs=EXACT)


def test_the_seed_shown_is_the_one_nearest_to_the_mean_in_all_cases():
    left = np.array([[8, 8, 8], [1, 4, 3], [5, 4, 4.5]]).ravel()  # case by seed
    whole = results(treated([0.5], 3), [[until(12)]] * 9, [force(10, x) for x in left])
    shown = asked(ABORT, whole)["shown_force"].sel(constitutive=0.5).values[:, -1]
    assert shown.tolist() == [8, 3, 4.5]


def test_the_order_of_the_samples_changes_nothing_of_what_stops_a_spasm():
    alike_in_any_order(ABORT, by_treatment())


def test_a_failed_treatment_is_counted_and_left_out():
    whole = by_treatment()
    m = asked(ABORT, failing(whole, *numbered(whole, constitutive=0.7, case="train", seed=0)))
    assert m.attrs["failed"] == 1
    assert np.argwhere(np.isnan(m["units_left"].values)).tolist() == [[1, 1, 0]]
    assert m["stopped_n"].sel(case="train").values.tolist() == [3, 2]
    assert m["spasm_left_n"].sel(constitutive=0.7).values.tolist() == [3, 2, 3]


def test_without_the_untreated_spasm_of_a_seed_it_has_no_percentage():
    whole = by_treatment()
    m = asked(ABORT, failing(whole, *numbered(whole, constitutive=0.7, case="nothing", seed=0)))
    assert m["spasm_left_n"].sel(constitutive=0.7).values.tolist() == [2, 2, 2]
    assert m["stopped_n"].sel(constitutive=0.7).values.tolist() == [2, 3, 3]


def test_the_headline_counts_the_seeds_in_which_firing_stopped():
    lines = ABORT.headline(asked(ABORT, by_treatment()))
    said = next(line for line in lines if line.startswith("level 1.00, train:"))
    for piece in ("stopped in 3 of 3 seeds, after 5.0 ± 0.0 s (n = 3)", "0.0 ± 0.0 units", "80 pulses", "back in 0"):
        assert piece in said
    assert any("level 1.20, burst: stopped in 0 of 3 seeds, after not measurable" in line for line in lines)


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_treatment(), id="a whole grid"),
        pytest.param(by_treatment((0.5,), 1), id="one level, one seed"),
        pytest.param(failing(by_treatment(), *range(9)), id="one level failed"),
        pytest.param(failing(by_treatment(), *range(3), *range(9, 12)), id="the untreated ones failed"),
        pytest.param(all_failed(by_treatment()), id="all failed"),
        pytest.param(by_treatment(changed=dict.fromkeys(DONE, ([[], []], 0.0, []))), id="silence"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_abort_spasm_draws_whatever_there_is(whole):
    m = drawn(ABORT, whole)
    assert len(ABORT.headline(m)) == m.sizes["case"] * m.sizes["constitutive"]


@pytest.mark.parametrize("setting", ["untreated", "shown", "doses"])
def test_a_case_that_the_design_lacks_is_refused_by_name(setting):
    settings = {**vars(ABORT), setting: "brain" if setting == "untreated" else ["brain"]}
    with pytest.raises(ValueError, match=r"case 'brain', but the design has nothing, train, burst\."):
        asked(AbortSpasm(**settings), by_treatment())


# ---- abort_map: where it stops

MAP = AbortMap(
    population="soleus", start="4 s", lasting="5 s", frequency="100 Hz", treatment="stimulus", relaxation="both"
)
STOPS, LASTS = [until(6), until(5)], [until(12), until(5)]
UNTREATED = (LASTS, 10.0)


def by_place(
    outcome, constitutive=(0.5, 0.8), ligand=(0.0, 0.3), intensity=(0, 0.5, 1), seeds=2, tiers=("detailed", "simple")
):
    """`outcome(tier, case, constitutive, ligand, intensity, seed)` gives trains and the force from the begin on."""
    axes = {
        "tier": {"cases": {tier: {} for tier in tiers}},
        "constitutive": {"of": MONOAMINE, "values": constitutive},
        "ligand": {"of": "network.ligand.baseline", "values": ligand},
        "intensity": {"of": "protocol.continuous.level", "values": intensity},
    }
    design = Design(axes, cases={"stimulus": {}, "both": {}}, seeds=seeds)
    found = design.dataset()
    names = ("tier", "case", "constitutive", "ligand", "intensity", "seed")
    rows = zip(*(found[name].values.tolist() for name in names), strict=True)
    pool, left = zip(*(outcome(*row) for row in rows), strict=True)
    return results(design, pool, [force(10, x) for x in left])


def as_made(tier, case, constitutive, ligand, intensity, seed):
    """The spasm lasts from level 0.8 on; stimulation weakens it, relaxation stops it where ligand is part of it."""
    if constitutive + ligand < 0.8 - 1e-9:
        return STOPS, 1.0
    if case == "both" and ligand > 0:
        return STOPS, 2.0
    return LASTS, 10 - 6 * intensity


def test_a_map_shows_what_is_left_at_every_place():
    m = asked(MAP, by_place(as_made))
    assert m["tier"].values.tolist() == ["detailed", "simple"]
    assert m["spasm_left_mean"].dims == ("tier", "case", "constitutive", "ligand", "intensity")
    quiet = m["quiet_untreated"].sel(tier="simple")
    assert quiet.values.tolist() == [[1, 0], [0, 0]]  # (constitutive, ligand)
    left = m["spasm_left_mean"].sel(tier="simple", constitutive=0.5, ligand=0.3)
    assert left.sel(case="stimulus").values == pytest.approx([100, 70, 40], abs=EXACT)
    assert left.sel(case="both").values == pytest.approx([20, 20, 20], abs=EXACT)
    assert m["stopped_mean"].sel(tier="simple", case="both", intensity=0).values.tolist() == [[1, 1], [0, 1]]


def test_the_shares_of_the_outcomes_are_over_the_spasms_that_last():
    m = asked(MAP, by_place(as_made))
    assert (m["spasms"] == 6).all()  # three of four places, two seeds
    shares = xr.concat([m[f"share_{name}"] for name in ("stopped", "weaker", "same")], "outcome").sel(tier="detailed")
    stimulus, both = (shares.sel(case=case).transpose("intensity", "outcome").values for case in ("stimulus", "both"))
    assert stimulus == pytest.approx(np.array([[0, 0, 1], [0, 0, 1], [0, 1, 0]]))
    assert both == pytest.approx(np.array([[2, 0, 1], [2, 0, 1], [2, 1, 0]]) / 3)  # at 0.8 without ligand it goes on


@pytest.mark.parametrize(
    ("trains", "left", "outcome"),
    [
        pytest.param(STOPS, 9.0, "stopped", id="silent, whatever the force"),
        pytest.param(LASTS, 4.9, "weaker", id="less than half of the force"),
        pytest.param(LASTS, 5.0, "same", id="half of the force"),
        pytest.param(LASTS, 12.0, "same", id="more force"),
        pytest.param([STOPS[0], until(12, 8)], 1.0, "weaker", id="comes back"),
    ],
)
def test_every_spasm_has_one_outcome(trains, left, outcome):
    def made(tier, case, constitutive, ligand, intensity, seed):
        return (trains, left) if intensity == 1 and case == "stimulus" else UNTREATED

    m = asked(MAP, by_place(made, (0.5,), (0.3,), (0, 1), 1, ("one",)))
    found = {name: m[f"share_{name}"].sel(tier="one", case="stimulus") for name in ("stopped", "weaker", "same")}
    assert {name: float(x.sel(intensity=1)) for name, x in found.items()} == {
        name: float(name == outcome) for name in found
    }
    assert float(found["same"].sel(intensity=0)) == 1  # the untreated spasm is itself


def test_a_spasm_that_stops_by_itself_is_no_success():
    m = asked(MAP, by_place(lambda *_: (STOPS, 1.0)))
    assert (m["spasms"] == 0).all()
    assert all(np.isnan(m[f"share_{name}"].values).all() for name in ("stopped", "weaker", "same"))
    assert (m["quiet_untreated"] == 1).all()


def test_a_spasm_without_its_treated_or_untreated_twin_is_not_counted():
    whole = by_place(as_made, tiers=("one",))
    here = {"constitutive": 0.8, "ligand": 0.3, "case": "stimulus", "seed": 0}
    treated, untreated = (numbered(whole, **here, intensity=x) for x in (1, 0))
    m = asked(MAP, failing(whole, *treated))
    assert m.attrs["failed"] == 1
    assert m["spasms"].sel(tier="one").values.tolist() == [[6, 6, 5], [6, 6, 6]]  # (case, intensity)
    assert (asked(MAP, failing(whole, *untreated))["spasms"] == 5).all()


def test_tiers_are_measured_apart():
    def made(tier, *place):
        return as_made(tier, *place) if tier == "detailed" else UNTREATED

    m, both = (asked(MAP, by_place(x)) for x in (made, as_made))
    assert (m["spasms"].sel(tier="simple") == 8).all()
    assert (m["share_same"].sel(tier="simple") == 1).all()
    xr.testing.assert_equal(m["share_stopped"].sel(tier="detailed"), both["share_stopped"].sel(tier="detailed"))


def test_a_map_of_one_tier_needs_no_variants():
    whole = by_place(as_made, tiers=("one",))
    alone = whole.drop_vars(["tier", "tier_index"]).assign_attrs(factors=whole.attrs["factors"][1:])
    m = asked(MAP, alone)
    assert m["tier"].values.tolist() == ["one tier"]
    np.testing.assert_array_equal(m["spasms"], asked(MAP, whole)["spasms"])


def test_the_order_of_the_samples_changes_nothing_of_a_map():
    alike_in_any_order(MAP, by_place(as_made))


def test_the_headline_says_what_becomes_of_the_spasms():
    m = asked(MAP, by_place(as_made))
    lines = MAP.headline(m)
    assert len(lines) == 2 * 5  # tiers; two intensities alone, three with relaxation
    wanted = "of 6 untreated spasms that last, it stops in 67 %, it is weakened in 33 %, it goes on in 0 %"
    assert f"simple, relaxation + 100 % of Ia: {wanted}" in lines
    assert "a train (100 Hz for 5 s)" in MAP.notes(m)[0]
    assert "After the train 3 s are left" in MAP.notes(m)[0]


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_place(as_made), id="a whole map"),
        pytest.param(by_place(as_made, (0.8,), (0.3,), (0, 1), 1, ("one",)), id="one of each"),
        pytest.param(by_place(as_made, intensity=(0,)), id="relaxation alone"),
        pytest.param(failing(by_place(as_made), *range(48)), id="one tier failed"),
        pytest.param(all_failed(by_place(as_made)), id="all failed"),
        pytest.param(by_place(lambda *_: ([[], []], 0.0)), id="silence"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_abort_map_draws_whatever_there_is(whole):
    drawn(MAP, whole)


def test_a_place_that_failed_is_not_shown_as_one_without_a_spasm():
    whole = by_place(as_made, tiers=("one",))  # no spasm lasts at 0.5 without ligand
    lost = failing(whole, *numbered(whole, constitutive=0.5, ligand=0))
    for found, quiet in ((whole, 1), (lost, 0)):
        white = MAP.draw(asked(MAP, found)).axes[0].collections[1].get_array()
        assert white is not None
        assert np.ma.count(white) == quiet


@pytest.mark.parametrize(
    ("settings", "places", "said"),
    [
        ({"treatment": "brain"}, {}, r"case 'brain', but the design has stimulus, both\."),
        ({"relaxation": "brain"}, {}, r"case 'brain', but the design has stimulus, both\."),
        ({}, {"intensity": (0.5, 1)}, r"untreated spasm, but no intensity of the design is 0\."),
    ],
)
def test_a_map_that_cannot_be_is_refused_with_what_was_found(settings, places, said):
    with pytest.raises(ValueError, match=said):
        asked(AbortMap(**{**vars(MAP), **settings}), by_place(as_made, tiers=("one",), **places))
