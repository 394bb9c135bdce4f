"""Changes of units within participants: closed forms of balanced designs, and equivalence by two one-sided tests."""

import sys

import numpy as np
import pytest
from scipy import stats

pytest.importorskip("statsmodels")
from experiments.equivalence import equivalence
from experiments.mixed import _alike, mixed_change


def drawn(people: int, units: int, mean: float, between: float, within: float, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return mean + rng.normal(0, between, (people, 1)) + rng.normal(0, within, (people, units))


def test_of_a_balanced_design_the_mean_and_its_interval_have_a_closed_form():
    """Mean of all; its variance is the variance between the participants' means over their number (REML: n - 1)."""
    x = drawn(12, 9, -0.6, 0.5, 0.4)
    found = mixed_change(x)
    means = x.mean(axis=1)
    error = means.std(ddof=1) / np.sqrt(12)
    assert found.mean == pytest.approx(x.mean(), abs=1e-6)
    assert (found.low, found.high) == pytest.approx((x.mean() - 1.96 * error, x.mean() + 1.96 * error), rel=1e-3)
    within = np.sqrt(x.var(axis=1, ddof=1).mean())
    assert found.within == pytest.approx(within, rel=1e-3)
    assert found.between == pytest.approx(np.sqrt(means.var(ddof=1) - within**2 / 9), rel=1e-3)
    assert (found.units, found.people) == (108, 12)


def test_units_of_few_people_are_no_crowd():
    """Of 3 people with 40 units each, who differ, the interval is that of 3 and not that of 120."""
    x = drawn(3, 40, 0.0, 1.0, 0.2)
    found = mixed_change(x)
    alone = 1.96 * x.std(ddof=1) / np.sqrt(x.size)
    assert (found.high - found.low) / 2 > 3 * alone


def test_a_unit_that_was_lost_is_left_out():
    x = drawn(10, 6, 0.4, 0.1, 0.3)
    x[0], x[1, 3:] = np.nan, np.nan
    found = mixed_change(x)
    assert (found.units, found.people) == (51, 9)
    assert found.mean == pytest.approx(0.4, abs=0.15)


def test_people_who_do_not_differ_are_no_trouble():
    found = mixed_change(drawn(8, 8, 1.0, 0.0, 0.5, seed=3))
    assert found.mean == pytest.approx(1.0, abs=0.2)
    assert found.low < 1.0 < found.high


@pytest.mark.parametrize("shape", [(2, 10), (5, 1), (0, 4)])
def test_too_few_have_no_model(shape):
    assert np.isnan(mixed_change(np.zeros(shape)).mean)


def test_equivalence_is_two_one_sided_tests():
    x = np.random.default_rng(1).normal(0.05, 0.3, 20)
    found = equivalence(x, 0.3)
    sides = [stats.ttest_1samp(x, end, alternative=way).pvalue for end, way in ((-0.3, "greater"), (0.3, "less"))]
    assert found.p == pytest.approx(max(sides))
    assert (found.p < 0.05) == (found.low > -0.3 and found.high < 0.3)
    assert (found.low, found.high) == pytest.approx(stats.t.interval(0.9, 19, x.mean(), stats.sem(x)))
    wide = equivalence(x, 0.12)
    assert (wide.p < 0.05) == (wide.low > -0.12 and wide.high < 0.12)
    assert equivalence(np.array([np.nan, 1.0]), 1.0).n == 1


def test_a_bound_of_nothing_is_refused():
    with pytest.raises(ValueError, match="bound above zero"):
        equivalence(np.zeros(5), 0.0)


def test_without_statsmodels_it_is_said_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "statsmodels.api", None)
    with pytest.raises(ValueError, match=r"needs statsmodels, .* -e '\.\[people\]'"):
        mixed_change(drawn(5, 5, 0, 1, 1))


def test_without_a_spread_between_participants_the_interval_is_that_of_the_units():
    """What stands in where the mixed model has no interval: Student's t over units."""
    x = np.random.default_rng(3).normal(0.3, 1.0, 40)
    found = _alike(x, 12)
    half = stats.t.ppf(0.975, 39) * x.std(ddof=1) / np.sqrt(40)
    assert (found.low, found.high) == pytest.approx((x.mean() - half, x.mean() + half))
    assert found.p == pytest.approx(stats.ttest_1samp(x, 0).pvalue)
    assert (found.between, found.units, found.people) == (0, 40, 12)
