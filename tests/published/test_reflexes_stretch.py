"""What an imposed stretch does at the ankle, and what is known of people."""

import numpy as np
import pytest

import networks
from experiments.measures.reflex import amplitudes
from experiments.measures.stretch import latency, reflex, torque
from experiments.published import reflexes as people
from experiments.reflex.stretch_reflex import RESPONDS
from networks.protocols import stretch
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.record import Record

AT = 0.4
RECORD = Record(
    every="2 ms", max_rate="240 Hz", populations=("soleus_motor_belly", "tibialis_motor_belly", "soleus_ia_ending")
)
STRETCH = {
    "degrees": 6, "velocity": 100, "muscle": "soleus", "tonic": 1.5, "nerve": "common_peroneal", "conditioning": 0,
    "interval": "140 ms", "before": f"{AT} s",
}  # fmt: skip
SEEDS = 4


def led(velocity: np.ndarray) -> dict[str, object]:
    """The values of `stretch` for some velocities (deg/s)."""
    takes = [f"{x:.9g} s" for x in STRETCH["degrees"] / velocity]
    return {
        "protocol.stretch.time_1": takes,
        "protocol.speed.duration": takes,
        "protocol.speed.level": np.radians(velocity),
    }


@pytest.fixture(scope="module")
def ankle():
    return networks.ankle()


@pytest.fixture(scope="module")
def view(ankle):
    """Three velocities at rest and during a small plantarflexion; then three during it, 140 ms after a pulse of twice
    the motor threshold on the antagonist's nerve; of each four seeds."""
    velocity = np.repeat([20.0, 80.0, 300.0, 20.0, 80.0, 300.0, 300.0, 33.0, 160.0], SEEDS)
    values = {
        "protocol.voluntary.level": np.repeat([1.5, 4.0], [3 * SEEDS, 6 * SEEDS]),
        "protocol.conditioning.level": np.repeat([0.0, 2.0], [6 * SEEDS, 3 * SEEDS]),
        **led(velocity),
    }
    simulator = Simulator(ankle, stretch(voluntary=1.5, after="450 ms", **STRETCH), RECORD)
    return View(simulator.run(values, np.tile(np.arange(SEEDS), 9)))


@pytest.fixture(scope="module")
def own(ankle):
    return "soleus", amplitudes(ankle, "soleus"), AT


@pytest.mark.slow
def test_a_stretch_reflex_grows_with_velocity_and_is_as_late_as_in_people(view, own):
    """At rest and during a small plantarflexion; people answer a stretch at 250 deg/s after 42 ± 3.2 ms."""
    size = reflex(view, *own)[: 6 * SEEDS].reshape(2, 3, SEEDS)
    assert (np.diff(size.mean(-1), axis=1) > 2).all()
    assert size[:, 0].mean(-1).max() < 15  # a slow one is hardly answered,
    assert size[:, 2].mean(-1).min() > 15  # a fast one by a part of the pool
    assert size[:, 2].mean(-1).max() < 90
    mean, deviation = people.STRETCH_LATENCY
    late = latency(view, *own)[: 6 * SEEDS].reshape(2, 3, SEEDS)[:, 2]
    assert np.abs(late - mean).max() < 2 * deviation


@pytest.mark.slow
def test_torque_grows_with_velocity(view):
    """N m beyond that before the stretch, in every seed, at rest and in a contraction."""
    found = torque(view, AT)[: 6 * SEEDS].reshape(2, 3, SEEDS)
    assert (np.diff(found, axis=1) > 1).all()
    assert found[:, 2].max() < 40


@pytest.mark.slow
def test_the_antagonists_nerve_takes_less_of_it_140_ms_later_than_in_people(view, own):
    """In people after stroke a quarter is left: that is missed (docs/experiments/stretch_reflex.md), and held as it
    stands, more than a half in every seed and two thirds to all in the mean."""
    alone, after = reflex(view, *own)[5 * SEEDS : 7 * SEEDS].reshape(2, SEEDS)
    left = after / alone  # people: 0.25 ± 0.06
    assert left.min() > 0.5
    assert 0.67 < left.mean() < 1.0


@pytest.mark.slow
def test_the_velocity_threshold_is_higher_than_that_of_people(view, own):
    """Of a reflex of 5 % of M. In people after stroke 8 deg/s, and 33 after stimulation: both are missed
    (docs/experiments/stretch_reflex.md), and held as they stand, in every seed between 20 and 80 deg/s alone and
    between 33 and 160 after stimulation."""
    alone, low = (x.reshape(3, SEEDS) for x in reflex(view, *own)[3 * SEEDS : 9 * SEEDS].reshape(2, -1))
    without, with_ = people.STRETCH_THRESHOLD
    assert without < 20
    assert alone[0].max() < RESPONDS < alone[1].min()
    assert with_ <= 33
    assert low[1].max() < RESPONDS < low[2].min()
