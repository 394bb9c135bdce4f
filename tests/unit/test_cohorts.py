"""How often a cohort would show a change, against the power of a paired t test."""

import numpy as np
import pytest
from scipy.stats import nct, norm, t

from experiments.cohorts import drawn, seen

N = 15


def of_size(effect: float) -> np.ndarray:
    """Normal quantiles of N people whose paired differences have this effect size."""
    x = norm.ppf((np.arange(N) + 0.5) / N)
    return x / x.std(ddof=1) + effect


@pytest.mark.parametrize("size", [N, 30])
@pytest.mark.parametrize("effect", [-1.3, -0.8, -0.5])
def test_a_fall_is_seen_as_often_as_the_power_of_the_test_says(effect, size):
    """Resampled quantiles lack a normal's tails: within 0.08."""
    power = nct.cdf(-t.ppf(0.975, size - 1), size - 1, effect * np.sqrt(size))
    found = seen(of_size(effect), drawn(N, size)).fall.mean()
    assert found == pytest.approx(power, abs=0.08)


def test_where_there_is_none_it_is_seen_by_chance():
    assert 0.01 < seen(of_size(0.0), drawn(N, N)).fall.mean() < 0.05


def test_a_rise_is_no_fall_and_what_all_show_every_cohort_shows():
    assert not seen(of_size(2.0), drawn(N, N)).fall.any()
    assert seen(np.full(N, -1.0), drawn(N, N)).fall.all()


def test_none_is_shown_within_a_wide_bound_and_not_within_a_narrow_one():
    who = drawn(N, N)
    assert seen(of_size(0.0), who, 1.5).none.mean() > 0.95
    assert not seen(of_size(0.0), who, 0.2).none.any()
    assert not seen(of_size(0.0), who).none.any()  # without a bound nothing is none


def test_who_is_in_a_cohort_is_the_same_for_all_that_is_asked():
    np.testing.assert_array_equal(drawn(N, 20), drawn(N, 20))
    assert drawn(N, 20).shape == (10_000, 20)
