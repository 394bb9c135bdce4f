"""The parts of a ΔF, gain, hysteresis and what the control does of its own, add up to it."""

import numpy as np
import pytest

from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, DeltaFConvention
from sim.analysis.delta_f_parts import parts, pooled
from tests.made_contractions import COMMAND, TIME, pool

EXACT = 0.02  # pps: a unit starts and stops at a spike, up to an interval from where its drive says


def test_the_parts_of_a_delta_f_add_up_to_it():
    spikes = pool()[None]
    taken, whole = parts(spikes, TIME, COMMAND, LATER_SPIKE_FROM_SECOND), delta_f(spikes)
    counts = whole.failed == 0
    assert counts.any()
    assert taken.delta_f[counts] == pytest.approx(whole.pair[counts], abs=1e-9)
    assert (taken.read - taken.own)[counts] == pytest.approx(taken.delta_f[counts], abs=1e-9)
    assert pooled(taken.delta_f, taken.counts, LATER_SPIKE_FROM_SECOND) == pytest.approx(whole.pool)


@pytest.mark.parametrize("gain", [0.3, 0.6])
@pytest.mark.parametrize("hysteresis", [1.5, 3.0])
def test_a_control_that_follows_the_command_has_its_gain_and_no_hysteresis_of_its_own(gain, hysteresis):
    taken = parts(pool(hysteresis, gain)[None], TIME, COMMAND, LATER_SPIKE_FROM_SECOND)
    counts = taken.counts
    assert np.abs(taken.own[counts]).max() < EXACT
    assert taken.read[counts] == pytest.approx(gain * taken.hysteresis[counts], abs=EXACT)
    # recruited at the second spike, stopped at the first one past its command: 0.1 s each, the command moves by 4 per s
    assert taken.hysteresis[counts] == pytest.approx(hysteresis, abs=0.8)


def test_a_normalised_delta_f_has_no_parts():
    with pytest.raises(ValueError, match="normalised: false"):
        parts(pool()[None], TIME, COMMAND, DeltaFConvention(normalised=True))
