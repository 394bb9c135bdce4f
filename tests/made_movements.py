"""Movements of a muscle and what its sensors make of them: protocols and runs that several tests share."""

from collections.abc import Callable

import numpy as np

from networks.cells.spindle import SPINDLE
from sim.results.status import Status
from sim.spec.network import Network, Population
from sim.spec.protocol import Course, Hold, Protocol
from sim.spec.record import Record

PAPER = {"bond_stiffness": 0}
"""The spindle of Mileusnic et al. 2006, without bonds."""


def moved(*corners: tuple[float, float], dynamic: float = 0, static: float = 0) -> Protocol:
    """A spindle whose muscle's length runs straight from corner to corner (s, L0), at constant fusimotor rates (pps).

    A design may vary `protocol.move.time_0`, `protocol.move.level_0` and so on, and `protocol.dynamic.level`.
    """
    times, lengths = zip(*corners, strict=True)
    course = Course("cells.length", tuple(f"{t!r} s" for t in times), lengths, name="move")
    drive = (("gamma_dynamic", dynamic, "dynamic"), ("gamma_static", static, "static"))
    return sum((Hold(f"cells.{port}", f"{pps} Hz", name=name) for port, pps, name in drive), course)


def sensed(simulate: Callable, protocol: Protocol, *names: str, every: str = "1 ms", params=PAPER, **how) -> np.ndarray:
    """Recorded variables of a spindle, (variable, sample, time); rates in pps."""
    names = names or ("ia_rate", "ii_rate")
    spindle = Network((Population("cells", SPINDLE, 1, params),))
    run = simulate(spindle, protocol, record=Record(names, every, commands=False), **how)
    assert (run.status == Status.DONE).all()
    return np.array([run.traces[name][:, 0] * (1000 if name.endswith("_rate") else 1) for name in names])
