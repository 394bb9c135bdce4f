"""Powers & Heckman 2017 (J Neurophysiol 117:1171-1184): what the pool hTA does, by an independent implementation.

Reference numbers come from a separate program for the same equations (exponential Euler, dt 0.025 ms); ours are of the
default scheme at dt 0.05 ms. Physiology: input resistance and rheobase fall and rise with size, units are recruited in
order of size, earlier units fire faster (onion skin), and low-threshold ones alone are bistable (Lee & Heckman 1998).
"""

import numpy as np
import pytest

from experiments.verification.passive import HALF_A_DIGIT, INPUT_RESISTANCE, input_resistance
from sim.analysis.recruitment import derecruitment_time, rank_correlation, recruitment_time
from sim.analysis.self_sustained import count_in_window, rate_in_window, self_sustained_duration
from sim.analysis.smoothing import peak_rate
from sim.design import Design
from sim.spec.protocol import Hold, Settle, Step, Triangle

CELLS = [0, 5, 10, 15, 19]
WITH_PIC, WITHOUT_PIC = 0, 1


@pytest.fixture(scope="module")
def quiet(pool):
    """The pool without synaptic noise."""
    return pool(noise=0)


@pytest.fixture(scope="module")
def with_and_without_pic():
    return Design({"network.hTA.monoamine": [1.0, 0.0]})


# ---- single cells: input resistance, rheobase, hysteresis


@pytest.fixture(scope="module")
def resistance():
    return input_resistance()


@pytest.mark.parametrize("pic", INPUT_RESISTANCE)
def test_input_resistance_falls_from_the_first_to_the_last_motoneuron(resistance, pic):
    for cell, value in INPUT_RESISTANCE[pic].items():
        assert resistance[pic][cell] == pytest.approx(value, abs=HALF_A_DIGIT)
    assert (np.diff(resistance[pic]) < 0).all()


@pytest.fixture(scope="module")
def ramp(simulate, quiet, with_and_without_pic):
    """nA at recruitment and derecruitment, each (with and without PIC, cell): 3 nA/s up to 30 nA and down again."""
    triangle = Settle("1 s") >> Triangle("hTA.current", "30 nA", "10 s", "10 s") >> Settle("1 s")
    times = simulate(quiet, triangle, design=with_and_without_pic).times
    return [np.maximum(0, 30 - 3 * np.abs(f(times) - 11)) for f in (recruitment_time, derecruitment_time)]


@pytest.mark.parametrize(
    ("pic", "expected"),
    [(WITH_PIC, [2.3, 3.0, 6.0, 13.0, 23.6]), (WITHOUT_PIC, [3.4, None, None, None, 25.0])],
)
def test_a_slow_current_ramp_recruits_in_order_of_size(ramp, pic, expected):
    recruited = ramp[0][pic]
    for cell, value in zip(CELLS, expected, strict=True):
        if value is not None:
            assert recruited[cell] == pytest.approx(value, abs=0.1)  # nA: half a digit, and a first spike's latency
    assert (np.diff(recruited) > 0).all()


def test_persistent_inward_currents_let_low_threshold_cells_fire_without_current(ramp):
    stops = ramp[1][WITH_PIC]
    # 1 nA: one interval of the last discharges, 300 ms of a ramp of 3 nA/s; a first-order scheme differs by as much
    np.testing.assert_allclose(stops[CELLS], [0, 0, 1.8, 12.6, 23.4], rtol=0, atol=1)
    hysteresis = ramp[0] - ramp[1]
    assert hysteresis[WITH_PIC, 10] > 3  # nA
    # without PIC a cell stops at its recruiting current, within an interval of its last discharges
    assert np.abs(hysteresis[WITHOUT_PIC]).max() < 1


# ---- the pool in a triangular contraction


@pytest.fixture(scope="module")
def triangles(simulate, pool, contraction):
    """Spike times, s, (seed, unit, spike): A_e up to 20, A_i 1.5, noise as published in four, none in the last."""
    design = Design({"network.hTA.noise": [1, 0]}, seeds=4)
    return simulate(pool(noise=1), contraction(peak=20), design=design).times[:5]


def test_all_units_are_recruited_in_order_of_size(triangles):
    at = recruitment_time(triangles)
    assert np.isfinite(at).all()
    assert (np.diff(at[-1]) > 0).all()
    # the first ten thresholds lie 30 ms apart, so that noise swaps neighbours
    assert (rank_correlation(at, np.arange(20)) > 0.95).all()


def test_earlier_units_fire_faster_at_the_peak(triangles):
    peak = peak_rate(triangles).rate
    assert (rank_correlation(peak, recruitment_time(triangles)) < -0.9).all()
    # 23.2 to 16.4 pps by the reference, for one seed; seeds differ by about 1 pps in a single unit's polynomial peak
    assert peak[:, 0].mean() == pytest.approx(23.2, abs=1)
    assert peak[:, -1].mean() == pytest.approx(16.4, abs=1.5)


# ---- bistability: a 1-s pulse of excitation, and later one of inhibition, on a steady background


@pytest.fixture(scope="module")
def pulses(simulate, pool):
    """Spike times, s, (level, unit, spike) at monoaminergic levels 0.5, 1.0, 1.2: A_e 1, 13 from 3 to 4 s, A_i 1.5."""
    background = Hold("hTA.inhibition", 1.5, name="tonic") + Hold("hTA.excitation", 1, name="background")
    on, off = Step("hTA.excitation", 12, "1 s", name="pulse"), Step("hTA.inhibition", 8, "1 s", name="stop")
    protocol = background + (Settle("3 s") >> on >> Settle("6 s") >> off >> Settle("4 s"))
    levels = Design({"network.hTA.monoamine": [0.5, 1.0, 1.2]})
    return simulate(pool(noise=0), protocol, design=levels).times


def firing(times: np.ndarray, start: float, stop: float) -> np.ndarray:
    """bool, (level, unit)."""
    return count_in_window(times, start, stop) > 0


def test_nothing_fires_before_the_pulse_and_everything_during_it_at_a_normal_level(pulses):
    assert not firing(pulses, 1, 3).any()
    assert firing(pulses, 3, 4)[1].sum() >= 15


def test_low_threshold_units_go_on_after_the_pulse_and_high_threshold_units_do_not(pulses):
    after = firing(pulses, 8, 10)  # 4 to 6 s after it
    # 0, 10 and 16 of 20 by the reference; a unit at the border of bistability may fall either way
    assert after.sum(axis=1).tolist() == pytest.approx([0, 10, 16], abs=1)
    for level in after:  # the first units, without a gap
        assert (np.diff(level.astype(int)) <= 0).all()
    duration = self_sustained_duration(pulses, 4.0)
    assert (duration[1, :8] > 5).all()  # s
    assert (duration[1, 12:] < 2).all()


def test_self_sustained_rates_are_those_of_the_reference(pulses):
    after, rate = firing(pulses, 8, 10), rate_in_window(pulses, 8, 10)
    normal, high = (rate[level][after[level]] for level in (1, 2))
    # 2 to 7.5 and 3 to 20 pps; rates in a 2-s window are multiples of 0.5
    assert normal.max() == pytest.approx(7.5, abs=0.5)
    assert normal.min() == pytest.approx(2, abs=1)
    assert high.max() == pytest.approx(20, abs=0.5)
    assert high.min() == pytest.approx(3, abs=1)


def test_a_pulse_of_inhibition_ends_self_sustained_firing(pulses):
    assert not firing(pulses, 13, 15).any()
