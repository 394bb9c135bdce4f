"""Conditions among numbers mean the same in both back ends."""

import numpy as np
import pytest

from sim.backends.brian2_backend import Brian2Backend
from sim.spec.model import Block, Model
from sim.spec.params import Param
from sim.spec.protocol import Settle, Triangle
from sim.spec.record import Record

CELL = Model(
    "a cell that asks",
    Block(
        """
        dv/dt = (E - v)/tau + (I/C)*(1 + (v > E)/2) - 3*(v > E and not w < 0.2)*mV/ms : volt
        dw/dt = ((-62*mV < v < -55*mV) - w)/(5*ms) : 1
        step = int((v - E)/(3*mV)) + (w >= 0.5) : 1
        I : amp
        """,
        params={"E": Param("-65 mV", "test"), "tau": Param("10 ms", "test"), "C": Param("1 nF", "test")},
        initial={"v": "-65 mV"},
    ),
    threshold="v > -50*mV*(1 - 0.02*(w > 0.5))",
    refractory="2 ms",
    reset="v = E + 2*mV*(w > 0.3)",
)


@pytest.mark.parametrize(("scheme", "method"), [("staggered", "same"), ("euler", "same"), ("euler", "euler")])
def test_conditions_count_alike_in_brian2(simulate, scheme, method):
    protocol = Settle("5 ms") >> Triangle("cells.I", "6 nA", "60 ms", "40 ms")
    record = Record(("v", "w", "step"), "0.5 ms", commands=False, max_rate="400 Hz")

    def run(backend):
        return simulate(CELL, protocol, record=record, backend=backend, scheme=scheme, dtype="float64")

    ours, theirs = run(None), run(Brian2Backend(method))
    assert ours.counts[0, 0] > 3
    assert set(np.unique(ours.traces["step"])) >= {0, 1, 2}
    if method == "same":
        np.testing.assert_array_equal(ours.steps, theirs.steps)
        for name, values in ours.traces.items():
            np.testing.assert_allclose(values, theirs.traces[name], rtol=0, atol=1e-9, err_msg=name)
    else:  # Brian2 holds a command over a step
        assert abs(int(ours.counts[0, 0]) - int(theirs.counts[0, 0])) <= 1
