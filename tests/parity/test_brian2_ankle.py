"""The whole ankle, with collisions, gains, muscles and the joint, for 2 s: the same spikes in JAX and in Brian2."""

import numpy as np
import pytest

import networks
from networks.protocols import stretch
from sim.backends.brian2_backend import Brian2Backend
from sim.backends.jax_backend import JaxBackend
from sim.spec.protocol import Hold, Protocol, Settle, Step, Train
from sim.spec.record import Record

SCALE, SIZE = 0.03, 4
"""325 cells of 69 populations, none of them empty."""


def at_work() -> Protocol:
    """All that an ankle can be given: commands of two antagonists and the drive of all muscles, four volleys of one
    nerve and one of the other, with impulses that meet, a stretch, and a vibrated tendon."""
    turned = stretch(
        degrees=5, velocity=50, muscle="soleus", voluntary=8, tonic=1, nerve="common_peroneal", conditioning=1.5,
        interval="100 ms", before="805 ms", after="1195 ms", reticulospinal=2,
    )  # fmt: skip
    volleys = Settle("200 ms") >> Train("posterior_tibial.stimulus", "2 Hz", "1.8 s", 1.2, name="volleys")
    vibrated = Settle("1.2 s") >> Step("tibialis_ia_ending.vibration", "80 Hz", "600 ms", name="vibration")
    return turned + volleys + vibrated + Hold("tibialis_command.voluntary", 6, name="opposite")


@pytest.mark.slow
def test_both_back_ends_give_the_same_spikes_of_an_ankle_for_two_seconds(simulate):
    """Each spike falls in the same step of 0.05 ms; motoneurons, interneurons and fibres of all muscles fire."""
    network = networks.ankle(scale=SCALE, size=SIZE)
    record = Record(("degrees", "active"), "5 ms", commands=False, max_rate="1 kHz")
    ours, theirs = (
        simulate(network, at_work(), record=record, dtype="float64", backend=backend)
        for backend in (JaxBackend("xla"), Brian2Backend("same"))
    )
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    for name, x in ours.traces.items():
        np.testing.assert_allclose(theirs.traces[name], x, rtol=0, atol=1e-9, err_msg=name)
