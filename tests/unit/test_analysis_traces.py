"""A course is smoothed, and read between its samples."""

import numpy as np
import pytest

from sim.analysis.traces import read_at, smoothed

TIME = np.arange(0, 22, 0.02)


def test_smoothing_keeps_a_constant_and_takes_the_ripple_out():
    ripple = 5 + np.sin(2 * np.pi * 20 * TIME)
    assert smoothed(np.full((1, 1, len(TIME)), 5.0), TIME) == pytest.approx(5)
    # 0.01: a Hann window of ten periods leaves less than a hundredth of a sine, away from the ends
    assert smoothed(ripple[None, None], TIME)[0, 0, 50:-50] == pytest.approx(5, abs=0.01)


def test_a_trace_is_read_between_its_samples():
    values = np.stack([TIME, 2 * TIME])[None]
    found = read_at(values, TIME, np.array([[0, 1]]), np.array([[1.23, np.nan]]))
    assert found == pytest.approx(np.array([[1.23, np.nan]]), nan_ok=True)
