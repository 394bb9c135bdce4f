"""The question `abort_spasm`, what stops a spasm, asked of trains and forces whose answer is known."""

import numpy as np
import pytest

from experiments.spasm.abort_spasm import AbortSpasm
from sim.design import Design
from tests.made_results import answered, failing
from tests.made_spasms import (
    EXACT,
    MONOAMINE,
    START,
    alike_in_any_order,
    drawn,
    force,
    numbered,
    results,
    until,
)

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


def test_what_stops_a_spasm_is_measured_in_every_case():
    m = answered(ABORT, by_treatment())
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
    m = answered(ABORT, by_treatment())
    assert m["spasm_left_sd"].values == pytest.approx(0, abs=EXACT)  # forces of the seeds differ
    assert (m["force_left_sd"] > 0.1).all()


def test_where_the_untreated_segment_has_no_force_there_is_no_percentage():
    m = answered(ABORT, by_treatment(changed={"nothing": ([[], []], 0.0, [])}))
    assert np.isnan(m["spasm_left"].values).all()
    assert np.isfinite(m["force_left"].values).all()


def test_pulses_shown_are_those_that_were_given():
    m = answered(ABORT, by_treatment())
    assert m["shown_pulses"].sum("time").values[:, 0].tolist() == [0, 80, 10]
    given = m["time"].values[m["shown_pulses"].sel(case="burst", constitutive=0.5).values > 0]
    assert given == pytest.approx(until(5, START), abs=EXACT)


def test_the_seed_shown_is_the_one_nearest_to_the_mean_in_all_cases():
    left = np.array([[8, 8, 8], [1, 4, 3], [5, 4, 4.5]]).ravel()  # case by seed
    whole = results(treated([0.5], 3), [[until(12)]] * 9, [force(10, x) for x in left])
    shown = answered(ABORT, whole)["shown_force"].sel(constitutive=0.5).values[:, -1]
    assert shown.tolist() == [8, 3, 4.5]


def test_the_order_of_the_samples_changes_nothing_of_what_stops_a_spasm():
    alike_in_any_order(ABORT, by_treatment())


def test_a_failed_treatment_is_counted_and_left_out():
    whole = by_treatment()
    m = answered(ABORT, failing(whole, *numbered(whole, constitutive=0.7, case="train", seed=0)))
    assert m.attrs["failed"] == 1
    assert np.argwhere(np.isnan(m["units_left"].values)).tolist() == [[1, 1, 0]]
    assert m["stopped_n"].sel(case="train").values.tolist() == [3, 2]
    assert m["spasm_left_n"].sel(constitutive=0.7).values.tolist() == [3, 2, 3]


def test_without_the_untreated_spasm_of_a_seed_it_has_no_percentage():
    whole = by_treatment()
    m = answered(ABORT, failing(whole, *numbered(whole, constitutive=0.7, case="nothing", seed=0)))
    assert m["spasm_left_n"].sel(constitutive=0.7).values.tolist() == [2, 2, 2]
    assert m["stopped_n"].sel(constitutive=0.7).values.tolist() == [2, 3, 3]


def test_the_headline_counts_the_seeds_in_which_firing_stopped():
    lines = ABORT.headline(answered(ABORT, by_treatment()))
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
        pytest.param(failing(by_treatment()), id="all failed"),
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
        answered(AbortSpasm(**settings), by_treatment())
