"""The pool hTA against NEURON: the published model (Powers & Heckman 2017, ModelDB 239582) with its noise off.

Excitation rises to A_e 30 and falls again, 10 s each, over a constant inhibition A_i 1.5. Our run has the default
scheme, dt 0.05 ms and float32. `converged` is NEURON with dt 0.005 ms, second order and without rate tables; the other
three are NEURON as published (dt 0.025 ms, first order), with the dendritic calcium conductance at 0.8, 1.0 and 1.2.
"""

import numpy as np
import pytest

from experiments.verification.passive import GEOMETRY, REST, lowest_threshold_cell
from experiments.verification.reference import neuron
from sim.analysis.delta_f import delta_f
from sim.analysis.smoothing import rate_difference
from sim.analysis.spikes import spike_count
from sim.design import Design

SCALES = [0.8, 1.0, 1.2]  # of the dendritic calcium conductance


@pytest.fixture(scope="module")
def ours(simulate, pool, contraction):
    """Our spike times at each scale, s, (unit, spike)."""
    run = simulate(pool(noise=0), contraction(), design=Design({"network.hTA.monoamine": SCALES}))
    return dict(zip(SCALES, run.times, strict=True))


def test_every_motoneuron_fires_as_often_as_in_neuron_converged(ours):
    found, expected = spike_count(ours[1.0]), spike_count(neuron("gcal1.0_converged"))
    # 1 spike or 0.5 %: where a train ends, a last interval of 300 ms is there or not
    assert (np.abs(found - expected) <= np.maximum(1, 0.005 * expected)).all()
    assert found.sum() == pytest.approx(expected.sum(), rel=0.001)  # ends that fall either way cancel


def test_every_motoneuron_is_recruited_when_neuron_converged_recruits_it(ours):
    difference = ours[1.0][:, 0] - neuron("gcal1.0_converged")[:, 0]
    assert np.abs(difference).max() < 1e-3  # s; the drive rises by 0.003 in this time


def test_every_rate_follows_neuron_converged(ours):
    assert rate_difference(ours[1.0], neuron("gcal1.0_converged")).max() < 0.25  # pps; a missing last spike moves 0.1


def test_delta_f_is_that_of_neuron_converged(ours):
    found, expected = (delta_f(times).pool for times in (ours[1.0], neuron("gcal1.0_converged")))
    # 0.2 pps: a polynomial's end moves by that when a train gains or loses its last spike
    assert found == pytest.approx(expected, abs=0.2)


@pytest.mark.parametrize("scale", SCALES)
def test_neurons_own_step_fires_within_a_hundredth(ours, scale):
    found, expected = spike_count(ours[scale]), spike_count(neuron(f"gcal{scale}"))
    # NEURON's default step is first order and itself loses 0.5 % of its spikes against its converged run
    np.testing.assert_allclose(found, expected, rtol=0.01)
    assert delta_f(ours[scale]).pool == pytest.approx(delta_f(neuron(f"gcal{scale}")).pool, abs=0.25)


@pytest.mark.slow
def test_single_precision_costs_at_most_a_spike(simulate, pool, contraction, ours):
    run = simulate(pool(noise=0), contraction(), design=Design({"network.hTA.monoamine": SCALES}), dtype="float64")
    for single, double in zip(ours.values(), run.times, strict=True):
        assert np.abs(spike_count(single) - spike_count(double)).max() <= 1
        # slow gates stand still while their step is below float32's resolution, so late cells are recruited a bit early
        assert np.abs(single[:, 0] - double[:, 0]).max() < 2e-3  # s


@pytest.mark.slow
def test_halving_the_step_changes_no_count_by_more_than_one_and_hardly_delta_f(simulate, pool, contraction, ours):
    run = simulate(pool(noise=0), contraction(), dt="0.025 ms")
    assert np.abs(run.counts[0] - spike_count(ours[1.0])).max() <= 1
    assert delta_f(run.times[0]).pool == pytest.approx(delta_f(ours[1.0]).pool, abs=0.1)  # pps


# ---- passive values that NEURON itself reports for the lowest-threshold cell

PASSIVE = {**GEOMETRY, **REST}


@pytest.fixture(scope="module")
def passive():
    return lowest_threshold_cell()


@pytest.mark.parametrize("name", PASSIVE)
def test_geometry_and_rest_are_those_of_neuron(passive, name):
    value, half_a_digit = PASSIVE[name]
    assert passive[name] == pytest.approx(value, abs=half_a_digit)
