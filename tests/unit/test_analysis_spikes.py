"""What is counted from spike trains directly: intervals, recruitment, orders, windows, self-sustained firing."""

import numpy as np
import pytest

from sim.analysis.recruitment import derecruitment_time, rank_correlation, recruitment_time, value_at
from sim.analysis.self_sustained import (
    count_in_window,
    rate_in_window,
    self_sustained_duration,
    self_sustained_units,
)
from sim.analysis.spikes import (
    doublet_fraction,
    instantaneous_rates,
    interval_statistics,
    spike_count,
    without_last_spikes,
)

pytestmark = pytest.mark.filterwarnings("error")
NAN = np.nan
POOL = np.array([[1.0, 1.1, 1.3, 1.4, NAN], [2.0, NAN, NAN, NAN, NAN], [NAN] * 5, [3.0, 3.0, 3.5, NAN, NAN]])


def test_a_rate_stands_at_its_later_spike_or_at_the_midpoint():
    times, rates = instantaneous_rates(POOL)
    assert rates[0] == pytest.approx([10, 5, 10, NAN], nan_ok=True)
    assert times[0] == pytest.approx([1.1, 1.3, 1.4, NAN], nan_ok=True)
    times, _ = instantaneous_rates(POOL, placed_at="midpoint")
    assert times[0] == pytest.approx([1.05, 1.2, 1.35, NAN], nan_ok=True)


def test_a_spike_counted_twice_has_no_rate_and_a_single_spike_neither():
    times, rates = instantaneous_rates(POOL)
    assert rates[3] == pytest.approx([NAN, 2, NAN, NAN], nan_ok=True)
    assert np.isnan(rates[1:3]).all()
    assert np.isnan(times[1:3]).all()


def test_intervals_give_mean_sd_and_cv():
    found = interval_statistics(POOL)
    gaps = np.array([0.1, 0.2, 0.1])
    assert found.mean == pytest.approx([gaps.mean(), NAN, NAN, 0.5], nan_ok=True)
    assert found.sd == pytest.approx([gaps.std(ddof=1), NAN, NAN, NAN], nan_ok=True)
    assert found.cv[0] == pytest.approx(gaps.std(ddof=1) / gaps.mean())
    assert interval_statistics(POOL, longest=0.15).mean[0] == pytest.approx(0.1)
    assert doublet_fraction(POOL, shorter_than=0.15) == pytest.approx([2 / 3, NAN, NAN, 0], nan_ok=True)


def test_dropping_last_spikes_keeps_the_first():
    assert spike_count(POOL).tolist() == [4, 1, 0, 3]
    assert spike_count(without_last_spikes(POOL, 2)).tolist() == [2, 0, 0, 1]
    assert without_last_spikes(POOL, 2)[0, :2].tolist() == [1.0, 1.1]


@pytest.mark.parametrize(
    ("times", "message"),
    [([1.0, 2.0], "axes"), ([[2.0, 1.0]], "must increase"), ([[1.0, NAN, 2.0]], "padded with NaN at the end")],
)
def test_trains_that_are_no_trains_are_refused(times, message):
    with pytest.raises(ValueError, match=message):
        instantaneous_rates(times)


def test_recruitment_is_the_first_or_second_spike_and_derecruitment_the_last():
    assert recruitment_time(POOL) == pytest.approx([1.0, 2.0, NAN, 3.0], nan_ok=True)
    assert recruitment_time(POOL, at_spike=2) == pytest.approx([1.1, NAN, NAN, 3.0], nan_ok=True)
    assert derecruitment_time(POOL) == pytest.approx([1.4, 2.0, NAN, 3.5], nan_ok=True)


def test_recruitment_threshold_is_the_torque_at_recruitment():
    torque = np.stack([np.linspace(0, 20, 5), np.linspace(0, 40, 5)])  # at 0, 1, 2, 3, 4 s
    when = np.stack([recruitment_time(POOL)] * 2)
    expected = [[5, 10, NAN, 15], [10, 20, NAN, 30]]
    assert value_at(when, np.arange(5.0), torque) == pytest.approx(np.array(expected), nan_ok=True)
    assert value_at(when[0], np.arange(5.0), torque[0]) == pytest.approx(expected[0], nan_ok=True)
    assert np.isnan(value_at([9.0], np.arange(5.0), torque[0])).all()


def test_size_order_and_onion_skin_are_rank_correlations():
    size = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    assert rank_correlation(size, size**2) == pytest.approx(1)
    assert rank_correlation([size, -size], [size[::-1], size[::-1]]) == pytest.approx([-1, 1])
    assert rank_correlation([*size, NAN], [*size**2, 0.0]) == pytest.approx(1)
    assert np.isnan(rank_correlation(size, np.ones(5)))
    assert np.isnan(rank_correlation(size[:2], size[:2]))


def test_a_window_counts_its_start_but_not_its_end():
    assert count_in_window(POOL, 1.1, 1.4).tolist() == [2, 0, 0, 0]
    assert rate_in_window(POOL, 1.0, 1.5) == pytest.approx([8, 0, 0, 0])
    two = count_in_window(np.stack([POOL, POOL]), [1.0, 2.5], [1.2, 4.0])
    assert two.tolist() == [[2, 0, 0, 0], [0, 0, 0, 3]]
    with pytest.raises(ValueError, match="end after it starts"):
        count_in_window(POOL, 2.0, 1.0)


def test_self_sustained_units_fire_after_the_input_and_not_before_it():
    always, recruited, driven = np.arange(0, 10, 0.2), np.arange(3, 9, 0.2), np.arange(3, 4, 0.2)
    pool = np.full((3, 60), NAN)
    for row, times in zip(pool, (always, recruited, driven), strict=True):
        row[: len(times)] = times
    assert self_sustained_units(pool, before=(1, 3), after=(6, 8)).tolist() == [False, True, False]
    assert self_sustained_duration(pool, 4.0) == pytest.approx([always[-1] - 4, recruited[-1] - 4, 0])
    assert self_sustained_duration(np.stack([pool, pool]), [4.0, 8.5])[1] == pytest.approx([1.3, 0.3, 0])


def test_a_pause_ends_self_sustained_firing():
    train = np.array([[3.0, 3.5, 4.5, 5.0, 7.0, 7.2]])
    assert self_sustained_duration(train, 4.0) == pytest.approx([1.0])
    assert self_sustained_duration(train, 4.0, longest_interval=3.0) == pytest.approx([3.2])
    assert self_sustained_duration(train, 5.5) == pytest.approx([0])
