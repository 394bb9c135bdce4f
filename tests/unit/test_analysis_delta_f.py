"""ΔF: closed forms, the criteria one by one, and what must not change it."""

import dataclasses

import numpy as np
import pytest

from sim.analysis.delta_f import Failed, delta_f, pair_measures, tally
from sim.analysis.delta_f_convention import (
    LATER_SPIKE_FROM_FIRST,
    LATER_SPIKE_FROM_SECOND,
    MIDPOINT_FROM_FIRST,
    OPENHDEMG,
    DeltaFConvention,
    DeltaFCriteria,
)
from sim.analysis.estimator_noise import estimator_noise
from sim.analysis.hann import Hann
from sim.analysis.smoothing import RateConvention

pytestmark = pytest.mark.filterwarnings("error")
CONVENTIONS = [LATER_SPIKE_FROM_SECOND, LATER_SPIKE_FROM_FIRST, MIDPOINT_FROM_FIRST]
EXACT = 1e-7  # pps: a polynomial rate is fitted exactly, up to the rounding of spike times


def drive(t):
    return 14 - 0.06 * (t - 8) ** 2  # pps, a hump that rises faster than it falls back at the same times


def train(rate, start, stop, placed_at="later_spike"):
    """Spike times whose instantaneous rates lie exactly on rate(t)."""
    lag = 1.0 if placed_at == "later_spike" else 0.5
    times = [start]
    while times[-1] < stop:
        gap = 0.1
        for _ in range(60):
            gap = 1 / rate(times[-1] + lag * gap)
        times.append(times[-1] + gap)
    return np.array(times)


def pool_of(*trains):
    pool = np.full((len(trains), max(map(len, trains)) + 3), np.nan)
    for row, times in zip(pool, trains, strict=True):
        row[: len(times)] = times
    return pool


@pytest.fixture(scope="module")
def pool():
    """Six units under one drive, each with less of it and recruited later, each stopping at less drive."""
    return pool_of(*(train(lambda t, k=k: drive(t) - 0.8 * k, 1 + 0.7 * k, 18.0 - 0.4 * k) for k in range(6)))


@pytest.fixture(scope="module")
def noisy(pool):
    """Twelve samples of that pool with jittered spikes."""
    return np.sort(pool + np.random.default_rng(1).normal(0, 0.003, (12, *pool.shape)), axis=-1)


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_polynomial_rate_gives_the_delta_f_of_its_formula(convention):
    placed_at = convention.rate.placed_at
    control = train(drive, 1, 18, placed_at)
    test = train(lambda t: drive(t) - 3, 4, 15, placed_at)
    result = delta_f(pool_of(control, test), convention=convention)
    expected = drive(test[convention.recruitment_spike - 1]) - drive(test[-1])
    assert result.pair[0, 1] == pytest.approx(expected, abs=EXACT)
    assert result.unit == pytest.approx([np.nan, expected], abs=EXACT, nan_ok=True)
    assert result.pool == pytest.approx(expected, abs=EXACT)
    assert (result.n_test_units, result.n_pairs) == (1, 1)


def test_a_control_that_stops_first_is_read_at_its_last_rate():
    control, test = train(drive, 1, 14.3), train(lambda t: drive(t) - 3, 4, 15)
    cut = delta_f(pool_of(control, test))
    assert cut.pool == pytest.approx(drive(test[1]) - drive(control[-1]), abs=EXACT)
    exclude = dataclasses.replace(LATER_SPIKE_FROM_SECOND, criteria=DeltaFCriteria(max_cut=0, min_control_modulation=0))
    assert delta_f(pool_of(control, test), convention=exclude).failed[0, 1] == Failed.CONTROL_STOPS_FIRST


def test_a_control_that_stops_long_before_its_test_unit_says_nothing_of_its_derecruitment():
    for stop, failed in ((16.0, 0), (14.3, 0), (13.7, Failed.CONTROL_STOPS_FIRST), (9.0, Failed.CONTROL_STOPS_FIRST)):
        control, test = train(drive, 1, stop), train(lambda t: drive(t) - 3, 4, 15)
        convention = dataclasses.replace(LATER_SPIKE_FROM_SECOND, criteria=DeltaFCriteria(min_control_modulation=0))
        assert delta_f(pool_of(control, test), convention=convention).failed[0, 1] == failed
    every = dataclasses.replace(LATER_SPIKE_FROM_SECOND, criteria=DeltaFCriteria(0, "r", -1, 0, None, float("inf")))
    assert delta_f(pool_of(control, test), convention=every).n_pairs == 1


def test_a_unit_that_is_not_whole_has_no_delta_f_and_controls_others():
    first, middle, last = (train(lambda t, k=k: drive(t) - k, 1 + 3 * k, 18 - k) for k in (0, 1, 2))
    pool = pool_of(first, middle, last)
    known, cut = delta_f(pool), delta_f(pool, whole=[True, False, True])
    assert known.n_pairs == 3
    assert cut.failed[0, 1] == Failed.NOT_WHOLE
    np.testing.assert_array_equal(cut.failed[:, 2], known.failed[:, 2])
    assert cut.unit == pytest.approx([np.nan, np.nan, known.unit[2]], abs=0, nan_ok=True)
    each = delta_f(np.stack([pool, pool]), whole=[[True, True, True], [True, False, True]])
    assert each.n_pairs.tolist() == [3, 2]


def test_normalised_delta_f_is_the_fraction_of_the_controls_fall():
    control, test = train(drive, 1, 18), train(lambda t: drive(t) - 3, 4, 15)
    convention = dataclasses.replace(LATER_SPIKE_FROM_SECOND, normalised=True)
    expected = (drive(test[1]) - drive(test[-1])) / (drive(test[1]) - drive(control[-1]))
    assert delta_f(pool_of(control, test), convention=convention).pool == pytest.approx(expected, abs=EXACT)


def test_a_report_over_pairs_weighs_units_by_their_controls(pool):
    over_pairs = delta_f(pool, convention=DeltaFConvention(report="pairs"))
    over_units = delta_f(pool)
    assert over_pairs.pool == pytest.approx(np.nanmean(over_pairs.pair), abs=EXACT)
    assert over_units.pool == pytest.approx(np.nanmean(over_units.unit), abs=EXACT)
    assert over_units.unit[5] == pytest.approx(np.nanmean(over_units.pair[:, 5]), abs=EXACT)


REJECTED = {
    "recruited 0.5 s apart": (1.0, 18.0, lambda t: drive(t) - 3, 1.5, 15.0, {}, Failed.RECRUITED_TOGETHER),
    "rates that mirror each other": (1.0, 18.0, lambda t: 20 - drive(t), 4.0, 15.0, {}, Failed.UNCORRELATED),
    "a control of almost constant rate": (
        1.0,
        18.0,
        lambda t: drive(t) - 3,
        7.0,
        9.0,
        {},
        Failed.CONTROL_NOT_MODULATED,
    ),
    "a control at its peak when the test unit starts": (
        1.0,
        18.0,
        lambda t: drive(t) - 3,
        8.0,
        15.0,
        {"min_saturation_gap": 0.5},
        Failed.CONTROL_SATURATED,
    ),
    "a control that has stopped": (1.0, 3.0, lambda t: drive(t) - 3, 4.0, 15.0, {}, Failed.NO_OVERLAP),
    "a test unit of three spikes": (1.0, 18.0, lambda t: drive(t) - 3, 4.0, 4.15, {}, Failed.NO_RATE),
}


@pytest.mark.parametrize("case", REJECTED)
def test_each_criterion_rejects_its_pair_and_says_so(case):
    start, stop, rate, test_start, test_stop, criteria, reason = REJECTED[case]
    pool = pool_of(train(drive, start, stop), train(rate, test_start, test_stop))
    result = delta_f(pool, convention=DeltaFConvention(criteria=DeltaFCriteria(**criteria)))
    assert result.failed[0, 1] == reason
    assert np.isnan(result.pair).all()
    assert np.isnan(result.pool)
    assert result.n_test_units == 0
    counts = tally(result.failed)
    assert (counts["tried"], counts["counted"], counts[str(reason.name).lower()]) == (1, 0, 1)


def test_r_and_r_squared_set_different_bars():
    def other(t):
        return drive(t) - 3 + 1.6 * np.sin(1.9 * t)

    pool = pool_of(train(drive, 1, 18), train(other, 4, 15))
    r = pair_measures(pool).correlation[0, 1]
    for correlation, statistic in (("r", r), ("r_squared", r**2)):
        for bar, counts in ((statistic - 0.01, 1), (statistic + 0.01, 0)):
            criteria = DeltaFCriteria(correlation=correlation, min_correlation=bar)
            assert delta_f(pool, convention=DeltaFConvention(criteria=criteria)).n_pairs == counts


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_shift_in_time_changes_nothing(pool, convention):
    shifted = delta_f(pool + 1000, convention=convention)
    assert shifted.pair == pytest.approx(delta_f(pool, convention=convention).pair, abs=1e-6, nan_ok=True)


def test_relabelling_units_relabels_results(noisy):
    order = np.array([3, 0, 5, 1, 4, 2])
    one, other = delta_f(noisy), delta_f(noisy[:, order])
    assert np.array_equal(other.unit, one.unit[:, order], equal_nan=True)
    assert np.array_equal(other.pair, one.pair[:, order][:, :, order], equal_nan=True)


def test_batching_does_not_change_delta_f(noisy, monkeypatch):
    whole = delta_f(noisy)
    assert len(np.unique(whole.pool)) == len(noisy)
    for i, sample in enumerate(noisy):
        alone = delta_f(sample)
        assert all(np.array_equal(a, b[i], equal_nan=True) for a, b in zip(alone, whole, strict=True))
    monkeypatch.setattr("sim.analysis.chunks.SCRATCH_VALUES", 1)
    in_twos = delta_f(noisy.reshape(2, 6, *noisy.shape[1:]))
    assert np.array_equal(in_twos.unit.reshape(whole.unit.shape), whole.unit, equal_nan=True)


def test_sample_order_does_not_change_delta_f(noisy):
    assert np.array_equal(delta_f(noisy[::-1]).unit, delta_f(noisy).unit[::-1], equal_nan=True)


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_scaling_rates_scales_delta_f(pool, factor):
    criteria = DeltaFCriteria(min_recruitment_difference=1 / factor, min_control_modulation=0.5 * factor)
    scaled = delta_f(pool / factor, convention=DeltaFConvention(criteria=criteria))
    assert scaled.unit == pytest.approx(factor * delta_f(pool).unit, abs=1e-6, nan_ok=True)


def test_a_silent_unit_changes_nothing(noisy):
    silent = np.full((12, 1, noisy.shape[-1]), np.nan)
    one, other = delta_f(noisy), delta_f(np.concatenate([noisy[:, :2], silent, noisy[:, 2:]], axis=1))
    assert np.array_equal(other.pool, one.pool)
    assert np.array_equal(np.delete(other.unit, 2, axis=1), one.unit, equal_nan=True)


def test_the_smoothers_agree_on_a_slow_rate(pool):
    hann = dataclasses.replace(LATER_SPIKE_FROM_SECOND, rate=RateConvention(Hann(1.0)))
    # 0.35 pps: a 1-s window reaches over one side only at the control's end, where this drive falls by 1.2 pps/s
    assert delta_f(pool, convention=hann).pool == pytest.approx(delta_f(pool).pool, abs=0.35)


def test_estimator_noise_is_the_step_of_the_drive_between_the_last_two_spikes():
    """The rates lie on the drive, so a lost spike moves derecruitment along it by one interval and does nothing else.

    The control outlasts its test unit, so that its own last spike leaves the fit where it was.
    """
    control, test = train(drive, 1, 18), train(lambda t: drive(t) - 3, 4, 15)
    noise = estimator_noise(pool_of(control, test))
    step = drive(test[-1]) - drive(test[-2])
    assert noise.own_change == pytest.approx([np.nan, step], abs=EXACT, nan_ok=True)
    assert noise.pool_change == pytest.approx([0, step], abs=EXACT)
    assert noise.single == pytest.approx(abs(step), abs=EXACT)
    assert noise.pool == pytest.approx(abs(step) / 2, abs=EXACT)


def test_estimator_noise_of_one_unit_is_what_deleting_its_last_spike_does(noisy):
    noise, whole = estimator_noise(noisy), delta_f(noisy)
    for unit in range(noisy.shape[1]):
        less = noisy.copy()
        last = np.isfinite(less[:, unit]).sum(axis=-1) - 1
        less[np.arange(len(less)), unit, last] = np.nan
        again = delta_f(less)
        assert noise.own_change[:, unit] == pytest.approx(again.unit[:, unit] - whole.unit[:, unit], nan_ok=True)
        assert noise.pool_change[:, unit] == pytest.approx(again.pool - whole.pool, nan_ok=True)


def test_estimator_noise_adds_in_quadrature_over_the_units(noisy):
    noise = estimator_noise(noisy)
    assert noise.pool == pytest.approx(np.sqrt((noise.pool_change**2).sum(axis=-1)) / 2)
    assert noise.single == pytest.approx(np.sqrt(np.nanmean(noise.own_change**2, axis=-1)))


def test_estimator_noise_does_not_depend_on_the_order_of_the_units(noisy):
    order = np.random.default_rng(3).permutation(noisy.shape[1])
    one, other = estimator_noise(noisy), estimator_noise(noisy[:, order])
    assert other.pool == pytest.approx(one.pool)
    assert other.own_change == pytest.approx(one.own_change[:, order], nan_ok=True)


@pytest.mark.parametrize("shape", [(0, 5), (1, 0), (3, 1), (4, 9), (0, 3, 9), (2, 0, 9)])
def test_pools_without_spikes_have_no_delta_f(shape):
    result = delta_f(np.full(shape, np.nan))
    assert result.pair.shape == (*shape[:-1], shape[-2])
    assert np.isnan(result.pool).all()
    assert (np.asarray(result.n_test_units) == 0).all()
    assert np.isnan(estimator_noise(np.full(shape, np.nan)).pool).all()


@pytest.mark.parametrize("convention", [*CONVENTIONS, DeltaFConvention(rate=RateConvention(Hann()))])
def test_a_spike_counted_twice_costs_one_interval_only(pool, convention):
    doubled = np.sort(np.concatenate([pool, pool[:, 40:41]], axis=-1), axis=-1)
    # 0.05 pps: one rate of two hundred is missing
    assert delta_f(doubled, convention=convention).pool == pytest.approx(
        delta_f(pool, convention=convention).pool, abs=0.05
    )


def test_every_convention_describes_itself_differently_in_one_line():
    lines = [c.describe() for c in (*CONVENTIONS, OPENHDEMG, DeltaFConvention(normalised=True))]
    assert len(set(lines)) == len(lines)
    assert not any("\n" in line for line in lines)
    assert "r² >= 0.7" in lines[0]
    assert "recruitment at the second spike" in lines[0]


@pytest.mark.parametrize(
    ("choice", "message"), [({"correlation": "r2"}, "Choose one of"), ({"max_cut": -1}, "a time is 0 or more")]
)
def test_an_unknown_criterion_is_refused_with_the_choices(choice, message):
    with pytest.raises(ValueError, match=message):
        DeltaFCriteria(**choice)


@pytest.mark.parametrize(("choice", "message"), [({"report": "units"}, "Choose one of"), ({"points": 1}, "at least 2")])
def test_an_unknown_convention_is_refused_with_the_choices(choice, message):
    with pytest.raises(ValueError, match=message):
        DeltaFConvention(**choice)
