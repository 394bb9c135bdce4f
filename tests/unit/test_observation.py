"""How a decomposition sees a pool: some units, missed and false discharges, the same in whatever company."""

import numpy as np
import pytest

from sim.fit.observation import Observation

STREAMS = np.arange(40) + 100


@pytest.fixture
def times() -> np.ndarray:
    found = np.sort(np.random.default_rng(0).uniform(0, 20, (40, 12, 300)), axis=-1)
    found[:, 9:] = np.nan  # three units are silent
    return found


def test_only_units_that_fire_are_seen_and_as_many_as_wanted(times):
    seen = Observation(fewest=3, most=12, views=4).of(times, STREAMS)
    assert not seen.chosen[:, :, 9:].any()
    assert np.array_equal(seen.chosen.sum(-1), np.minimum(seen.wanted, 9))
    assert set(np.unique(seen.wanted)) == set(range(3, 13))
    assert np.array_equal(seen.times, times, equal_nan=True)


def test_how_many_are_wanted_says_nothing_of_the_pool(times):
    fewer = times.copy()
    fewer[:, 4:] = np.nan
    both = [Observation(fewest=3, most=12, views=4).of(x, STREAMS).wanted for x in (times, fewer)]
    assert np.array_equal(*both)


def test_what_is_seen_of_a_sample_does_not_depend_on_its_company(times):
    dirty = Observation(fewest=3, most=9, views=2, missed=0.1, spurious=0.1, timing="100 ms")
    whole, some = dirty.of(times, STREAMS), dirty.of(times[[7, 3]], STREAMS[[7, 3]])
    assert np.array_equal(some.chosen, whole.chosen[[7, 3]])
    room = some.times.shape[-1]
    assert np.array_equal(some.times, whole.times[[7, 3], :, :room], equal_nan=True)
    padded = np.pad(times[[7, 3]], ((0, 0), (0, 0), (0, 50)), constant_values=np.nan)  # by one that fires more
    assert np.array_equal(dirty.of(padded, STREAMS[[7, 3]]).times, some.times, equal_nan=True)
    other = Observation(fewest=3, most=9, views=2, missed=0.1, spurious=0.1, timing="100 ms", draw=1)
    assert not np.array_equal(other.of(times, STREAMS).chosen, whole.chosen)


def test_discharges_are_missed_and_added_as_often_as_stated(times):
    count, three = 40 * 9 * 300, 3 * 0.2 / np.sqrt(12 * 40)  # SD of the mean of 40 even draws up to 0.2
    missed = np.isfinite(Observation(missed=0.2).of(times, STREAMS).times).sum()
    assert missed / count == pytest.approx(0.9, abs=three)  # each sample up to 20 %, half of that on average
    false = np.isfinite(Observation(spurious=0.2).of(times, STREAMS).times).sum()
    assert false / count == pytest.approx(1.1, abs=three)
    late = Observation(timing="200 ms").of(times, STREAMS).times - times
    assert np.nanstd(late[:, 0, 0]) == pytest.approx(0.2, rel=0.4)
    assert np.nanmax(np.abs(late - late[:, :1, :1])) < 1e-12


def test_false_discharges_lie_within_the_firing_of_their_unit(times):
    seen = Observation(spurious=0.3).of(times, STREAMS).times
    assert np.array_equal(np.nanmin(seen[:, :9], -1), times[:, :9, 0])
    assert np.array_equal(np.nanmax(seen[:, :9], -1), times[:, :9, -1])
    assert (np.diff(seen, axis=-1)[np.isfinite(np.diff(seen, axis=-1))] >= 0).all()


def test_a_share_may_be_between_two_or_one_only(times):
    count = np.isfinite(times).sum()
    exactly = np.isfinite(Observation(missed=(0.2, 0.2)).of(times, STREAMS).times).sum()
    assert exactly / count == pytest.approx(0.8, abs=3 * np.sqrt(0.2 * 0.8 / count))
    assert Observation(missed=(0, 0.2)) == Observation(missed=0.2)


@pytest.mark.parametrize(
    "wrong",
    [
        {"fewest": 0},
        {"fewest": 9, "most": 5},
        {"views": 0},
        {"missed": 0.5},
        {"missed": (0.2, 0.1)},
        {"spurious": "all"},
        {"timing": "-1 s"},
    ],
)
def test_an_observation_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match="recording"):
        Observation(**wrong)
