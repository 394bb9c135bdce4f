"""How often a cohort would show a change, against the power of a paired t test."""

import numpy as np
import pytest
from scipy.stats import nct, norm, t

from experiments.cohorts import seen

N = 15


def of_size(effect: float) -> np.ndarray:
    """Normal quantiles of N people whose paired differences have this effect size."""
    x = norm.ppf((np.arange(N) + 0.5) / N)
    return x / x.std(ddof=1) + effect


@pytest.mark.parametrize("effect", [-1.3, -0.8, -0.5, 0.0])
def test_a_fall_is_seen_as_often_as_the_power_of_the_test_says(effect):
    """Resampled quantiles lack a normal's tails: within 0.08."""
    power = nct.cdf(-t.ppf(0.975, N - 1), N - 1, effect * np.sqrt(N))
    assert seen(of_size(effect)) == pytest.approx(power, abs=0.08)


def test_a_rise_is_no_fall_and_what_all_show_every_cohort_shows():
    assert seen(of_size(2.0)) == 0
    assert seen(np.full(N, -1.0)) == 1


def test_who_has_no_value_is_left_out_and_one_person_is_no_cohort():
    assert seen(np.r_[of_size(-0.8), np.nan]) == seen(of_size(-0.8))
    assert np.isnan(seen([-1.0]))
