"""The whole ankle, with collisions, gains, muscles and the joint: the same spikes in JAX and in Brian2."""

import numpy as np
import pytest

import networks
from networks.protocols import conditioned_reflex
from sim.backends.brian2_backend import Brian2Backend
from sim.backends.jax_backend import JaxBackend
from sim.spec.record import Record


@pytest.mark.slow
def test_both_back_ends_give_the_same_spikes_of_an_ankle(simulate):
    """324 cells of 68 populations; two nerves are stimulated during a contraction, so that impulses meet."""
    network = networks.ankle(scale=0.03, size=4)
    protocol = conditioned_reflex(
        nerve="posterior_tibial", intensity=1.2, conditioning_nerve="common_peroneal", conditioning=1.5,
        interval="5 ms", muscle="soleus", voluntary=4, tonic=1, before="20 ms", after="60 ms",
        reticulospinal=1,
    )  # fmt: skip
    record = Record(("degrees", "active"), "1 ms", commands=False, max_rate="1 kHz")
    ours, theirs = (
        simulate(network, protocol, record=record, dtype="float64", backend=backend)
        for backend in (JaxBackend("xla"), Brian2Backend("same"))
    )
    assert (ours.steps >= 0).sum() > 500
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    for name, x in ours.traces.items():
        np.testing.assert_allclose(theirs.traces[name], x, rtol=0, atol=1e-9, err_msg=name)
