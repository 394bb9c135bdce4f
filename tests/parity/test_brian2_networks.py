"""Coupled cells fire the same spikes in JAX and in Brian2, whatever couples them.

In Brian2 spikes travel through its own Synapses and queues, and `method: same` executes our scheme as its abstract
code: one row for each feature of a network (`circuits.py`), all through the same claim. A spike that arrived in another
step would be felt as 1e-2.
"""

import pytest

from sim.engine.integrate import SCHEMES
from tests.parity.circuits import FEATURES, something_happens
from tests.parity.feature import agree, run

QUICK = ("one delay", "noise", "a gain", "two triggers", "a variable onto a port, later", "several things at once")
"""Features that are compared at once; all are, for those who wait."""


@pytest.mark.parametrize("feature", [x if x in QUICK else pytest.param(x, marks=pytest.mark.slow) for x in FEATURES])
def test_back_ends_agree_on_networks(simulate, feature):
    row = FEATURES[feature]
    ours = run(simulate, row)
    something_happens(row, ours)
    agree(row, ours, run(simulate, row, method="same"))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s != "staggered"])
@pytest.mark.parametrize("feature", FEATURES)
def test_back_ends_agree_on_networks_in_every_scheme(simulate, feature, scheme):
    row = FEATURES[feature]
    agree(row, run(simulate, row, scheme), run(simulate, row, scheme, "same"))
