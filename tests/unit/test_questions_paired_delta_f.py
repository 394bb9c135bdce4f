"""The question `paired_delta_f`, asked of pools whose answer is known: trains made from a drive."""

import re

import numpy as np
import pytest
import xarray as xr

from experiments.delta_f.paired_delta_f import PairedDeltaF
from sim.analysis.delta_f_convention import OPENHDEMG
from sim.analysis.smoothing import TWO_SECONDS
from sim.design import Design
from sim.results.status import Status
from tests.made_contractions import by_condition, draws_and_tells, pool, results
from tests.made_results import answered, asked, failing

PAIRED = PairedDeltaF("P")


def test_the_effect_of_inhibition_is_paired_by_seed():
    m = answered(PAIRED, by_condition())
    change = m["delta_f"].sel(inhibition=5.0) - m["delta_f"].sel(inhibition=1.5)
    assert np.array_equal(m["delta_f_effect"].values, change.values)
    assert (m["delta_f_effect"] < 0).all()  # the pools were made so


def test_the_order_of_the_samples_changes_nothing():
    whole = by_condition()
    order = np.random.default_rng(0).permutation(whole.sizes["sample"])
    mixed = whole.isel(sample=order).assign_coords(sample=whole["sample"].values)
    xr.testing.assert_equal(*(answered(PAIRED, x).drop_vars("sample") for x in (whole, mixed)))


def test_a_failed_sample_leaves_a_hole():
    m = answered(PAIRED, failing(by_condition(), 3))
    assert m.attrs["failed"] == 1
    assert int(m["delta_f_n"].sum()) == 7
    assert np.argwhere(np.isnan(m["delta_f"].values)).tolist() == [[0, 1, 1]]


def test_a_design_without_the_axes_is_refused_with_what_to_do():
    whole = results(Design({"network.P.monoamine": [1.0]}), [pool()])
    with pytest.raises(ValueError, match="one value is enough"):
        answered(PAIRED, whole)


def test_a_further_axis_is_not_mixed_in():
    with pytest.raises(ValueError, match="also varies 'peak'"):
        answered(PAIRED, by_condition(peaks=(12.0, 20.0)))


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


@pytest.mark.parametrize(("setting", "known"), [("convention", "later_spike_from_second"), ("brace", "support_vector")])
@pytest.mark.parametrize("wrong", ["nonsense", ["polynomial"], 3])
def test_an_unknown_convention_is_refused_by_name(setting, known, wrong):
    with pytest.raises(ValueError, match=rf"{re.escape(repr(wrong))}\. Choose one of {known}, .* declare your own"):
        PairedDeltaF("P", **{setting: wrong})


def test_a_convention_may_be_declared_in_full():
    assert PairedDeltaF("P", convention=OPENHDEMG).convention is OPENHDEMG
    assert PairedDeltaF("P", brace=TWO_SECONDS).brace is TWO_SECONDS
