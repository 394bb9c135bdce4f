"""Smoothed rates and brace height: closed forms, ends of trains, and invalid shapes."""

from typing import Any

import numpy as np
import pytest

from sim.analysis import interior_point, support_vector
from sim.analysis.brace import BraceInvalid, brace_height, geometry
from sim.analysis.hann import Hann
from sim.analysis.polynomial import Polynomial
from sim.analysis.smoothing import POLYNOMIAL_RATE, RateConvention, peak_rate, smoothed_rate
from sim.analysis.support_vector import SupportVector

pytestmark = pytest.mark.filterwarnings("error")
SMOOTHERS = [Polynomial(), Hann(), SupportVector()]


def train(rate, start, stop):
    """Spike times whose instantaneous rates, placed at the later spike, lie exactly on rate(t)."""
    times = [start]
    while times[-1] < stop:
        gap = 0.1
        for _ in range(60):
            gap = 1 / rate(times[-1] + gap)
        times.append(times[-1] + gap)
    return np.array(times)


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_a_regular_train_has_its_rate_everywhere_between_first_and_last(smoother):
    times = np.arange(1, 9.01, 0.1)[None]
    rate = smoothed_rate(times, [1.0, 1.1, 1.15, 5.0, 9.0 - 1e-9, 9.01], convention=RateConvention(smoother))[0]
    assert np.isnan(rate[[0, 5]]).all()
    assert rate[1:5] == pytest.approx(10, abs=1e-6)


@pytest.mark.parametrize("order", [1, 3, 5])
def test_a_polynomial_rate_is_recovered_exactly(order):
    def rate(t):
        return 12 + 3 * np.cos(order * np.arccos(np.clip((t - 10) / 11, -1, 1)))

    t = np.linspace(2, 18, 50)
    found = smoothed_rate(train(rate, 1, 20)[None], t, convention=RateConvention(Polynomial(order)))[0]
    assert found == pytest.approx(rate(t), abs=1e-7)  # pps, rounding of the spike times


RAMP_ERROR = {  # pps, on a rate that rises by 0.5 pps/s
    Polynomial(): 1e-6,  # rounding of the spike times
    Hann(): 0.35,  # at an end the 2-s window sees one side only
    SupportVector(): 0.45,  # its insensitive tube: the interquartile range of the rates, 4.4 pps, over 11
}


@pytest.mark.parametrize("smoother", SMOOTHERS)
def test_smoothers_follow_a_slow_ramp_to_its_ends(smoother):
    times = train(lambda t: 6 + 0.5 * t, 1, 20)
    t = np.array([times[1], 5, 10, 15, times[-1]])
    found = smoothed_rate(times[None], t, convention=RateConvention(smoother))[0]
    assert found == pytest.approx(6 + 0.5 * t, abs=RAMP_ERROR[smoother])


@pytest.mark.parametrize("smoother", [Polynomial(), Hann()])
def test_shifting_time_shifts_the_smoothed_rate(smoother):
    times = np.cumsum(np.random.default_rng(2).normal(0.1, 0.01, (3, 2, 80)), axis=-1)
    t = np.linspace(1, 7, 40)
    convention = RateConvention(smoother)
    there = smoothed_rate(times + 500, t + 500, convention=convention)
    assert there == pytest.approx(smoothed_rate(times, t, convention=convention), abs=1e-8)


def test_support_vector_regression_leaves_pauses_open():
    times = np.concatenate([np.arange(1, 5, 0.1), np.arange(8, 12, 0.1), [15.0]])
    found = smoothed_rate(times[None], [3, 6, 10, 13, 15], convention=RateConvention(SupportVector()))[0]
    assert np.isnan(found).tolist() == [False, True, False, True, True]


def scikit_learn(times, t):
    """Rates at t (s) by scikit-learn's own solver, driven far beyond its default tolerance."""
    from sklearn.svm import SVR

    x, y = times[1:], 1 / np.diff(times)
    weights = np.ones(len(x))
    weights[:4] = weights[-4:] = 5  # five spikes have four rates
    spread = np.subtract(*np.percentile(y, [75, 25]))
    gamma: Any = 1 / 1.6  # a number is taken, whatever the annotation says
    model = SVR(kernel="rbf", gamma=gamma, C=1 / 0.370, epsilon=spread / 11, tol=1e-10)
    return model.fit(x[:, None], y, sample_weight=weights).predict(t[:, None])


def intervals(count, spread, mean=0.1, seed=3):
    return np.cumsum(mean * np.exp(spread * np.random.default_rng(seed).standard_normal(count)))


TRAINS = {
    "usual": intervals(250, 0.1),
    "steady": intervals(120, 0.01),
    "wild": intervals(300, 0.4),
    "fast and long": intervals(900, 0.2, 0.03),
    "a minute": intervals(500, 0.15, 0.12),
    "with a doublet": np.sort(np.append(intervals(200, 0.1), 5.0)),
    "with pauses": np.concatenate([intervals(60, 0.1), 8 + intervals(60, 0.1, seed=4), [16.0], 18 + intervals(9, 0.1)]),
    "seven spikes": intervals(7, 0.1),
    "on a grid": np.round(intervals(250, 0.1), 3),
    "rising and falling": train(lambda t: 14 - 0.06 * (t - 8) ** 2, 1, 18),
}


@pytest.mark.parametrize("name", TRAINS)
def test_support_vector_regression_is_that_of_scikit_learn_at_any_time(name):
    times = TRAINS[name]
    t = np.linspace(times[1], times[-1], 3001)
    found = smoothed_rate(times[None], t, convention=RateConvention(SupportVector()))[0]
    known = np.isfinite(found)
    assert known.mean() > 0.5
    # pps, 1e-4 of 10 pps; with its default tolerance scikit-learn itself is off by 5e-3
    assert found[known] == pytest.approx(scikit_learn(times, t)[known], abs=1e-3)


@pytest.mark.parametrize("name", ["usual", "wild", "with a doublet"])
def test_support_vector_regression_nears_the_optimum_as_its_tolerances_fall(name, monkeypatch):
    times = TRAINS[name]
    t = np.linspace(times[1], times[-1], 3001)
    true, errors = scikit_learn(times, t), []

    def forget():
        interior_point.series.cache_clear()
        support_vector._at_nodes.cache_clear()

    for tail, close in ((1e-3, 1e-3), (1e-10, 1e-10)):
        monkeypatch.setattr(interior_point, "TAIL", tail)
        monkeypatch.setattr(interior_point, "CLOSE", close)
        forget()
        found = smoothed_rate(times[None], t, convention=RateConvention(SupportVector()))[0]
        errors.append(np.abs(found - true)[np.isfinite(found)].max())
    forget()
    assert errors[1] < 1e-5 < errors[0]  # pps, a cubic every 50 ms


def test_an_offset_that_no_rate_ties_down_is_in_the_middle():
    # within 30 us there is no curve but a constant, and none between the two middle rates costs more than another
    since = np.array([[0, 1e-5, 2e-5, 3e-5]])
    rates = np.array([[10.0, 12, 20, 21]])
    fit = SupportVector().fit(since[None], rates[None])
    tube = np.subtract(*np.percentile(rates, [75, 25])) / 11
    middle = ((12 + tube) + (20 - tube)) / 2
    assert fit.values[0, 0, 0] == pytest.approx(middle, abs=0.01)


def test_a_support_vector_rate_does_not_depend_on_the_units_beside_it():
    rng = np.random.default_rng(5)
    pool = np.full((40, 400), np.nan)
    for unit, count in enumerate(rng.integers(5, 400, 40)):
        pool[unit, :count] = intervals(count, 0.2, rng.choice([0.05, 0.1]), unit)
    t, own = np.linspace(0, 20, 100), RateConvention(SupportVector())
    together = smoothed_rate(pool, t, convention=own)
    for unit, times in enumerate(pool):
        alone = smoothed_rate(times[None, np.isfinite(times)], t, convention=own)[0]
        np.testing.assert_array_equal(together[unit], alone)


def test_times_may_differ_between_samples():
    times = np.stack([train(lambda t: 6 + 0.5 * t, 1, 20)[None], train(lambda t: 6 + 0.5 * t, 1, 20)[None]])
    found = smoothed_rate(times, [[5.0, 6.0], [7.0, 8.0]])
    assert found[:, 0] == pytest.approx(6 + 0.5 * np.array([[5.0, 6.0], [7.0, 8.0]]), abs=1e-7)


def test_peak_rate_is_the_top_of_the_hump_and_nan_for_a_silent_unit():
    times = train(lambda t: 14 - 0.06 * (t - 8) ** 2, 1, 18)
    peak = peak_rate(np.stack([times, np.full_like(times, np.nan)]))
    assert peak.rate == pytest.approx([14, np.nan], abs=1e-3, nan_ok=True)  # pps, 400 points over 17 s
    assert peak.time == pytest.approx([8, np.nan], abs=0.05, nan_ok=True)


UP = np.linspace(0, 20, 201)
TRIANGLE = np.minimum(UP, 20 - UP)  # % of maximum


def parabola(t):
    return 15 - 0.1 * (t - 9) ** 2  # pps, peak at 9 s


def test_a_parabola_up_to_its_peak_has_a_quarter_brace_height():
    # between any point and its peak a parabola stands above its chord by (s - s^2), at most 1/4, half way
    times = train(parabola, 2, 14)
    found = brace_height(times[None], UP, TRIANGLE, convention=POLYNOMIAL_RATE)
    first = times[1]
    half = (first + 9) / 2
    assert found.invalid[0] == 0
    assert found.brace_height[0] == pytest.approx(25, abs=0.1)  # %rTri, 400 points
    assert found.brace_time[0] == pytest.approx(half, abs=0.03)
    rise = 0.1 * (9 - first) ** 2
    assert found.acceleration_slope[0] == pytest.approx(0.75 * rise / (half - first), rel=0.01)
    assert found.attenuation_slope[0] == pytest.approx(0.25 * rise / (9 - half), rel=0.01)


def test_a_rate_in_proportion_to_the_command_has_no_brace_height():
    # command shaped as the rate itself
    clock = np.linspace(0, 20, 4001)
    found = brace_height(train(parabola, 2, 14)[None], clock, parabola(clock), convention=POLYNOMIAL_RATE)
    assert found.brace_height[0] == pytest.approx(0, abs=0.05)


def test_support_vectors_see_a_steep_beginning_that_a_polynomial_blunts():
    """Up by 6 pps with a time constant of 0.5 s, then on by 0.5 pps/s to the peak at 10 s, noise-free."""

    def steep(t):
        until = np.minimum(t, 10) - 2
        return 7 + 6 * (1 - np.exp(-until / 0.5)) + 0.5 * until - 0.9 * np.maximum(t - 10, 0)

    times = train(steep, 2, 18)[None]
    rise = np.linspace(times[0, 1], 10, 4001)
    true = geometry(rise, steep(rise)).height  # 41.5 %rTri
    found = {
        own: brace_height(times, UP, TRIANGLE, convention=own)
        for own in (RateConvention(SupportVector()), POLYNOMIAL_RATE)
    }
    assert [x.invalid[0] for x in found.values()] == [0, 0]
    smooth, blunt = (x.brace_height[0] for x in found.values())
    assert smooth == pytest.approx(true, abs=1.5)  # %rTri: its insensitive tube
    assert blunt < true - 8


SHAPES = {  # x, y -> %rTri, acceleration, attenuation, degrees; of the authors' own tests
    "bent": ([0, 1, 2], [0, 3, 4], 25, 3, 1, 206.565),
    "a corner": ([0, 0, 1], [0, 1, 1], 100, np.inf, 0, 270),
}


@pytest.mark.parametrize("name", SHAPES)
def test_the_geometry_of_a_rise_is_exact(name):
    x, y, height, acceleration, attenuation, angle = SHAPES[name]
    found = geometry(x, y)
    assert found.height == pytest.approx(height, abs=1e-12)
    assert (found.acceleration, found.attenuation) == (acceleration, attenuation)
    assert found.angle == pytest.approx(angle, abs=5e-4)
    assert found.invalid == 0


def test_a_straight_rise_has_no_brace_height():
    found = geometry([0, 1, 2], [0, 2, 4])
    assert found.height == 0
    assert found.invalid == 0


def test_a_torque_that_falls_while_the_rate_rises_is_invalid():
    found = geometry([5, -6, 2, 10], [0, 8, 9, 10])
    assert found.invalid == BraceInvalid.NEGATIVE_ACCELERATION | BraceInvalid.TOO_HIGH
    many = geometry(np.stack([[0, 1, 2], [0, 1, 2]]), np.stack([[0, 3, 4], [4, 3, 0]]))
    assert many.invalid.tolist() == [0, BraceInvalid.NOT_MEASURABLE]
    assert many.height == pytest.approx([25, np.nan], abs=1e-12, nan_ok=True)


def test_brace_height_does_not_depend_on_the_scale_of_the_command():
    times = train(parabola, 2, 14)[None]
    one, other = brace_height(times, UP, TRIANGLE), brace_height(times, UP, 30 + 7 * TRIANGLE)
    assert other.brace_height == pytest.approx(one.brace_height, abs=1e-9)
    assert other.acceleration_slope == pytest.approx(one.acceleration_slope / 7, abs=1e-9)


def test_each_sample_is_measured_against_its_own_command():
    times = train(parabola, 2, 14)[None]
    early = np.minimum(2 * UP, 20 - UP)  # peaks at 6.7 s, before the rate
    found = brace_height(times, UP, np.stack([TRIANGLE, early]))
    assert found.brace_height.shape == (2, 1)
    assert found.invalid[:, 0].tolist() == [0, found.invalid[1, 0]]
    assert found.invalid[1, 0] & BraceInvalid.PEAK_AFTER_COMMAND


def test_brace_height_of_what_cannot_be_measured_is_nan_and_flagged():
    falling = train(lambda t: 14 - 0.4 * t, 1, 18)
    silent, few = np.full_like(falling, np.nan), np.full_like(falling, np.nan)
    few[:3] = [1.0, 1.1, 1.2]
    found = brace_height(np.stack([falling, silent, few]), UP, TRIANGLE, convention=POLYNOMIAL_RATE)
    assert np.isnan(found.brace_height).all()
    assert found.invalid.tolist() == [BraceInvalid.NOT_MEASURABLE] * 3
    constant = brace_height(train(parabola, 2, 14)[None], UP, np.ones_like(UP))
    assert constant.invalid[0] == BraceInvalid.NOT_MEASURABLE
