"""What an imposed stretch and a vibrated tendon do at the ankle, and what is known of people."""

import numpy as np
import pytest

import networks
from experiments.measures.reflex import amplitudes
from experiments.measures.stretch import latency, reflex
from experiments.measures.vibration import mean_torque, one_to_one
from experiments.published import reflexes as people
from networks.human_ankle.cord import PRESYNAPTIC
from networks.protocols import stretch, tendon_vibration
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


@pytest.mark.slow
def test_a_stretch_reflex_grows_with_velocity_and_is_as_late_as_in_people(ankle):
    """At rest and during a small plantarflexion; people answer a stretch at 250 deg/s after 42 ± 3.2 ms."""
    velocity = np.tile(np.repeat([20.0, 80.0, 300.0], SEEDS), 2)
    command = np.repeat([1.5, 4.0], 3 * SEEDS)
    seeds = np.tile(np.arange(SEEDS), 6)
    simulator = Simulator(ankle, stretch(voluntary=1.5, after="450 ms", **STRETCH), RECORD)
    values = {"protocol.voluntary.level": command, **led(velocity)}
    view = View(simulator.run(values, seeds))
    own = ("soleus", amplitudes(ankle, "soleus"), AT)
    size = reflex(view, *own).reshape(2, 3, SEEDS)
    assert (np.diff(size.mean(-1), axis=1) > 2).all()
    assert size[:, 0].mean(-1).max() < 15  # a slow one is hardly answered,
    assert size[:, 2].mean(-1).min() > 15  # a fast one by a part of the pool
    assert size[:, 2].mean(-1).max() < 90
    mean, deviation = people.STRETCH_LATENCY
    late = latency(view, *own).reshape(2, 3, SEEDS)[:, 2]
    assert np.abs(late - mean).max() < 2 * deviation


@pytest.mark.slow
def test_endings_follow_vibration_to_limits_that_grow_with_length(ankle):
    """More endings follow 1:1 at a low frequency, and at a high one more of them in a longer muscle."""
    vibration = tendon_vibration(
        frequency="80 Hz", muscle="soleus", antagonist="tibialis", voluntary=0, antagonist_voluntary=0, tonic=1.5,
        before="200 ms", lasts="1 s", after="20 ms",
    )  # fmt: skip
    frequency = ["30 Hz", "80 Hz", "150 Hz"]
    found = []
    for degrees in (-20.0, 0.0):
        simulator = Simulator(networks.ankle(degrees=degrees), vibration, RECORD)
        view = View(simulator.run({"protocol.own.level": frequency}, np.zeros(3, int)))
        found.append(one_to_one(view, "soleus", 0.3, 1.2))
        assert (mean_torque(view, 0.7, 1.2) - mean_torque(view, 0.0, 0.2) > 0.5).all()  # plantarflexion
    short, longer = found
    assert (np.diff(short) < 0).all()
    assert longer[1] > short[1] + 10


@pytest.mark.slow
def test_late_inhibition_of_a_stretch_reflex_is_presynaptic(ankle):
    """A pulse of twice the motor threshold 70 ms before a fast stretch takes some of the reflex, and next to nothing
    without D2; in people after stroke it takes three quarters, 141 ms before (Veltink et al. 2000)."""
    level, late = np.tile(np.repeat([0.0, 2.0], SEEDS), 2), np.repeat([1.0, 0.0], 2 * SEEDS)
    simulator = Simulator(ankle, stretch(voluntary=4, after="200 ms", **{**STRETCH, "velocity": 300}), RECORD)
    weight = PRESYNAPTIC / ankle.population("soleus_pad").size
    values = {
        "protocol.conditioning.level": level,
        "protocol.lead.duration": "330 ms",
        "network.soleus_pad_d2.weight": weight * late,
    }
    view = View(simulator.run(values, np.tile(np.arange(SEEDS), 4)))
    size = reflex(view, "soleus", amplitudes(ankle, "soleus"), AT).reshape(2, 2, SEEDS).mean(-1)
    left, without = size[:, 1] / size[:, 0]
    assert left < 0.9
    assert without > 0.95
