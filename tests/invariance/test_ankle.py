"""A closed loop of the whole ankle: cut into steps, kept and taken up again, or in other batches, it stays the same.

The joint is free: muscles turn it, which stretches spindles, whose fibres reach the motoneurons again, while a
stimulator acts on the nerve whenever the EMG is large.
"""

import numpy as np
import pytest
import xarray as xr

import networks
from sim.simulator import Simulator
from sim.spec.protocol import Hold, Protocol, Settle, Step, Train
from sim.spec.record import Record
from sim.spec.trigger import When

RECORD = Record(
    variables=("angle", "v_soma", "stock"), every="10 ms", max_rate="300 Hz",
    populations=("soleus", "tibialis", "ankle", "soleus_in", "soleus_ia_terminal", "soleus_motor_belly"),
)  # fmt: skip
VALUES = {"protocol.drive.level": [6.0, 10.0, 10.0, 14.0, 10.0]}
STREAMS = [1, 1, 2, 3, 4]


def protocol() -> Protocol:
    """A contraction of the soleus, whose EMG sets off pulses on the nerve of its antagonist."""
    pulse = Train("common_peroneal.stimulus", "20 Hz", "60 ms", 1.5, name="pulse")
    return (
        (Settle("50 ms") >> Step("soleus_command.voluntary", 10, "250 ms", name="drive"))
        + Hold("soleus_command.tonic", 1.5, name="tonic")
        + When("soleus_emg", pulse, above=0.3, refractory="100 ms", name="answer")
    )


@pytest.fixture(scope="module")
def simulator():
    return Simulator(networks.ankle(scale=0.02, free=True), protocol(), RECORD)


@pytest.fixture(scope="module")
def whole(simulator):
    return simulator.run(VALUES, STREAMS)


def joined(parts: list[xr.Dataset]) -> np.ndarray:
    """Steps of spikes of what was seen piece by piece, (sample, unit, spike), the last ones -1."""
    steps = np.concatenate([x.spike_step.values for x in parts], axis=-1)
    return np.take_along_axis(steps, np.argsort(steps < 0, axis=-1, kind="stable"), -1)


def same_spikes(steps: np.ndarray, whole: xr.Dataset) -> None:
    width = max(steps.shape[-1], whole.sizes["spike"])
    padded = [np.pad(x, ((0, 0), (0, 0), (0, width - x.shape[-1])), constant_values=-1)
              for x in (steps, whole.spike_step.values)]  # fmt: skip
    np.testing.assert_array_equal(*padded)


@pytest.mark.slow
def test_the_loop_is_closed(whole):
    """It contracts, turns the joint, and its EMG calls the stimulator, which answers differently in different cases."""
    assert int(whole.n_spikes.sum()) > 300
    assert (whole["actions.answer"] > 0).any()
    angle = whole["angle"].values
    assert np.nanmax(np.ptp(angle, axis=-1)) > 1e-3  # rad
    assert len({int(x) for x in whole.n_spikes.sum("unit")}) == len(STREAMS)


@pytest.mark.slow
def test_stepping_it_is_the_whole_run(simulator, whole):
    state, seen = simulator.first(VALUES, STREAMS), []
    for windows in (1, 1, 150, 37, 200, 211):
        state = simulator.advance(state, windows)
        seen.append(simulator.observe(state))
    same_spikes(joined(seen), whole)
    np.testing.assert_array_equal(seen[-1]["actions.answer"], whole["actions.answer"])


@pytest.mark.slow
def test_taken_up_from_a_file_it_goes_on_as_if_it_had_not_stopped(simulator, whole, tmp_path):
    half = simulator.advance(simulator.first(VALUES, STREAMS), 307)
    half.save(tmp_path / "half.npz")
    fresh = Simulator(networks.ankle(scale=0.02, free=True), protocol(), RECORD)
    rest = fresh.advance(fresh.load(tmp_path / "half.npz"), 293)
    same_spikes(joined([simulator.observe(half), fresh.observe(rest)]), whole)


@pytest.mark.slow
@pytest.mark.parametrize("samples", [1, 2, 8])
def test_batches_do_not_change_it(samples, whole):
    other = Simulator(networks.ankle(scale=0.02, free=True), protocol(), RECORD, samples=samples)
    xr.testing.assert_identical(other.run(VALUES, STREAMS), whole)
