"""The question `spasm`, from which level on firing outlasts a brief input, asked of trains whose answer is known."""

import numpy as np
import pytest

from experiments.spasm.spasm import Spasm
from sim.design import Design
from tests.made_results import answered, failing
from tests.made_spasms import EXACT, MONOAMINE, TIME, alike_in_any_order, drawn, force, results, until

SPASM = Spasm(population="soleus", ligand="network.ligand.baseline", start="1 s", duration="1 s", shown=[0.35, 0.5])
AFTER = {0.35: [until(2), until(1.5)], 0.5: [until(12), until(5)]}  # two units at each level; the input ends at 2 s


def by_level(levels=(0.5, 0.35), seeds=2, trains=None):
    """At 0.5 one unit fires on and one stops at 5 s; force is 20 up to 4 s, then ten times the level."""
    design = Design({"monoamine": {"of": MONOAMINE, "values": levels}}, seeds=seeds)
    level = design.dataset()["monoamine"].values
    return results(design, [AFTER[x] if trains is None else trains for x in level], [force(20, 10 * x) for x in level])


def test_what_outlasts_a_brief_input_is_measured():
    m = answered(SPASM, by_level())
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
    assert answered(SPASM, by_level((0.5,), 1, trains))["duration"].item() == pytest.approx(duration, abs=EXACT)


def test_a_short_recording_is_read_as_far_as_it_goes():
    m = answered(SPASM, by_level((0.5,), 1).isel(time=TIME < 5 - 1e-9))
    assert m["rate_after"].item() == pytest.approx(10, abs=EXACT)  # both units, from 4 to 5 s


def test_the_order_of_the_samples_changes_nothing_of_a_spasm():
    alike_in_any_order(SPASM, by_level())


def test_a_failed_spasm_is_counted_and_left_out():
    m = answered(SPASM, failing(by_level(), 1))  # the second seed at 0.5
    assert m.attrs["failed"] == 1
    assert m["units_after"].values == pytest.approx(np.array([[0, 0], [2, np.nan]]), nan_ok=True)
    assert m["units_after_n"].values.tolist() == [2, 1]


def test_a_level_that_failed_is_shown_empty_and_not_as_another_level():
    m = answered(SPASM, failing(by_level(), 0, 1))
    for name in ("shown_force", "shown_pic", "shown_spikes"):
        assert np.isfinite(m[name].values[0]).any()
        assert np.isnan(m[name].values[1]).all(), name


def test_a_seed_that_was_simulated_is_shown_with_the_current_of_its_pool():
    whole = by_level()
    m = answered(SPASM, failing(whole, 0))
    assert m["shown_force"].values[1] == pytest.approx(whole["soleus_force"].values[1], abs=1e-6)  # %: float32
    assert m["shown_pic"].values[1] == pytest.approx(-1.5 * (1 + force(20, 5)), abs=1e-5)  # nA: units of 1 and 2


def test_an_unrecorded_current_is_asked_for():
    with pytest.raises(ValueError, match=r"'i_pic' was not recorded.*record\.variables"):
        answered(SPASM, by_level().drop_vars("i_pic"))


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(by_level(), id="a whole grid"),
        pytest.param(by_level((0.5,), 1), id="one level, one seed"),
        pytest.param(failing(by_level(), 0, 1), id="one level failed"),
        pytest.param(failing(by_level()), id="all failed"),
        pytest.param(by_level(trains=[[], []]), id="silent units"),
    ],
)
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_spasm_draws_whatever_there_is(whole):
    m = drawn(SPASM, whole)
    assert [line.partition(":")[0] for line in SPASM.headline(m)] == [f"level {x:.2f}" for x in m["level"].values]


def test_a_spasm_needs_its_axis():
    with pytest.raises(ValueError, match=r"along 'monoamine', but the design varies nothing"):
        answered(SPASM, results(Design(), [[until(6)]], [force(10, 4)]))
