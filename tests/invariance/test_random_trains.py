"""What must not change ΔF and brace height, of any pool of spike trains: time shift, labels, order; and what scales."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.analysis.brace import brace_height
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import (
    LATER_SPIKE_FROM_FIRST,
    LATER_SPIKE_FROM_SECOND,
    MIDPOINT_FROM_FIRST,
    DeltaFConvention,
)

CONVENTIONS = st.sampled_from([LATER_SPIKE_FROM_SECOND, LATER_SPIKE_FROM_FIRST, MIDPOINT_FROM_FIRST])
SAMPLES = 3
TIME = np.linspace(0, 20, 401)
COMMAND = np.interp(TIME, [0, 10, 20], [0, 1, 0])
ROUNDING = 1e-6  # pps, %rTri: spike times of 1e3 s have 1e-13 s, a polynomial of the fifth order loses some digits


@st.composite
def pools(draw: st.DrawFn) -> np.ndarray:
    """Spike times of some samples of a pool under a triangle, s, (sample, unit, spike): any thresholds, rates, jitter;
    trains may be empty or of a few spikes."""
    units, seed = draw(st.integers(2, 7)), draw(st.integers(0, 2**32 - 1))
    on = draw(st.lists(st.floats(0.02, 0.98), min_size=units, max_size=units))
    held = draw(st.lists(st.floats(0.1, 1.3), min_size=units, max_size=units))
    slope, jitter = draw(st.floats(2, 25)), draw(st.sampled_from([0.0, 0.02, 0.2]))
    random, found = np.random.default_rng(seed), []
    for _ in range(SAMPLES):
        for threshold, ratio in zip(on, held, strict=True):
            times = [10 * threshold]
            stop = min(20 - 10 * threshold * ratio, 20.0)
            while times[-1] < stop:
                rate = 5 + slope * (np.interp(times[-1], TIME, COMMAND) - threshold)
                times.append(times[-1] + np.exp(jitter * random.standard_normal()) / max(rate, 3))
            found.append(np.array(times[:-1]))
    pool = np.full((len(found), max(map(len, found)) + 1), np.nan)
    for row, times in zip(pool, found, strict=True):
        row[: len(times)] = times
    return pool.reshape(SAMPLES, units, -1)


def same(found, expected, tolerance: float = 0.0) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance, equal_nan=True)


def test_such_pools_have_something_to_measure():
    """Nearly every pool: else the claims below would compare nothing with nothing."""
    known = []

    @settings(max_examples=60, derandomize=True, database=None)
    @given(pools())
    def look(pool):
        brace = brace_height(pool, TIME, COMMAND).brace_height
        known.append((np.isfinite(delta_f(pool).pool).any(), np.isfinite(brace).any()))

    look()
    assert (np.mean(known, axis=0) > (0.3, 0.5)).all()


@given(pools(), CONVENTIONS, st.integers(-800, 8000))
def test_a_shift_in_time_changes_nothing(pool, convention, eighths):
    shift = eighths / 8
    same(delta_f(pool + shift, convention=convention).pair, delta_f(pool, convention=convention).pair, ROUNDING)
    one, other = (
        brace_height(pool + s, TIME + s, COMMAND, convention=convention.rate).brace_height for s in (0.0, shift)
    )
    same(other, one, ROUNDING)


@given(pools(), CONVENTIONS, st.randoms())
def test_relabelling_units_relabels_results(pool, convention, random):
    order = list(range(pool.shape[1]))
    random.shuffle(order)
    one, other = delta_f(pool, convention=convention), delta_f(pool[:, order], convention=convention)
    same(other.pair, one.pair[:, order][:, :, order])
    same(other.unit, one.unit[:, order])
    same(other.pool, one.pool)
    brace = brace_height(pool, TIME, COMMAND, convention=convention.rate).brace_height
    same(brace_height(pool[:, order], TIME, COMMAND, convention=convention.rate).brace_height, brace[:, order])


@given(pools(), CONVENTIONS, st.permutations(range(SAMPLES)))
def test_the_order_of_samples_changes_nothing(pool, convention, order):
    same(delta_f(pool[order], convention=convention).pair, delta_f(pool, convention=convention).pair[order])
    brace = brace_height(pool, TIME, COMMAND, convention=convention.rate).brace_height
    same(brace_height(pool[order], TIME, COMMAND, convention=convention.rate).brace_height, brace[order])


@pytest.mark.parametrize("factor", [0.5, 4.0])
@given(pool=pools())
def test_scaling_rates_scales_delta_f_and_leaves_brace_height(factor, pool):
    """Time runs faster by the factor, and with it the criteria that are times or rates."""
    own = LATER_SPIKE_FROM_SECOND
    criteria = replace(
        own.criteria,
        min_recruitment_difference=own.criteria.min_recruitment_difference / factor,
        min_control_modulation=own.criteria.min_control_modulation * factor,
        max_cut=own.criteria.max_cut / factor,
    )
    scaled = delta_f(pool / factor, convention=DeltaFConvention(criteria=criteria))
    same(scaled.pair, factor * delta_f(pool, convention=own).pair, ROUNDING)
    same(
        brace_height(pool / factor, TIME / factor, COMMAND, convention=own.rate).brace_height,
        brace_height(pool, TIME, COMMAND, convention=own.rate).brace_height,
        ROUNDING,
    )
