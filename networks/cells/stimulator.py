"""A stimulator: what its electrode gives reaches every axon beneath it.

    di/dt = (stimulus - i)/tau

A pulse of one window on the port `stimulus`, in multiples of the motor threshold, is `intensity` at the start of the
next window, when the axons read it: so a pulse acts one window (0.5 ms) after its command, on all axons alike. It
fires once with each pulse, so that pulses are recorded as spikes are.
"""

from dataclasses import replace

from networks.cells.axon import INTENSITY
from sim.spec.model import Block, Model
from sim.spec.params import Param

STIMULATOR = Model(
    "stimulator",
    Block(
        """
        dintensity/dt = (stimulus - intensity)/tau_electrode : 1
        stimulus : 1                                             # of the motor threshold of its nerve
        """,
        params={"tau_electrode": Param("0.02 ms", "numerical: it follows within a window", ("0.001 ms", "0.1 ms"))},
        initial={"intensity": 0},
        within={"stimulus": replace(INTENSITY, followed_by="intensity")},
    ),
    threshold="intensity > 0.01",
)
