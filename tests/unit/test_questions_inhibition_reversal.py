"""The question `inhibition_reversal`, asked of pools whose answer is known: trains made from a drive."""

import numpy as np
import pytest

from experiments.delta_f.inhibition_reversal import InhibitionReversal
from experiments.delta_f.inhibition_reversal_pairs import compare
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.analysis.delta_f_parts import parts
from tests.made_contractions import COMMAND, TIME, by_condition, draws_and_tells, pool
from tests.made_results import answered, failing

REVERSAL = InhibitionReversal("P")


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
    m = answered(REVERSAL, whole)
    assert (m["effect"].sel(group="ramp") < 0).all()  # the pools were made so
    for part in ("pairs", "effect"):
        assert np.array_equal(m[part].sel(group="ramp"), m[part].sel(group="all"))  # none outlasts the command
    assert draws_and_tells(REVERSAL, whole)[-1].startswith("ΔF (pps)")
    draws_and_tells(REVERSAL, failing(whole))


def test_pool_and_pairs_tell_of_the_same_delta_f():
    """The same pairs count at both inhibitions, so the change of the pool's ΔF is that of the pairs."""
    m = answered(REVERSAL, by_condition(peaks=(20.0,), seeds=1))
    np.testing.assert_allclose(m["delta_f_mean"], m["gain_mean"] * m["hysteresis_mean"] - m["own_mean"])
    np.testing.assert_allclose(m["delta_f_change_mean"].sel(inhibition=5.0), m["effect"].sel(group="all"))


def test_one_inhibition_is_compared_with_nothing():
    m = answered(REVERSAL, by_condition(inhibition=(1.5,), peaks=(20.0,), seeds=1))
    assert (m["pairs"] == 0).all()


def test_an_unrecorded_current_is_asked_for():
    with pytest.raises(ValueError, match=r"'i_pic' was not recorded.*record\.variables"):
        answered(REVERSAL, by_condition(peaks=(20.0,)).drop_vars("i_pic"))
