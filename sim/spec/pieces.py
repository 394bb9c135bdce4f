"""What a protocol is made of once its times are known: straight pieces, pulses and triggers, in ms."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np


class Segment(NamedTuple):
    """A straight piece of a command: from `y0` at `t0` to `y1` at `t1` (ms), nothing outside; each (sample,)."""

    target: str
    t0: np.ndarray
    t1: np.ndarray
    y0: np.ndarray
    y1: np.ndarray


class Pulses(NamedTuple):
    """Pulses of a constant height: the first at `t0`, then one in each `period`, none from `t1` on; each (sample,).

    Args:
        t0, t1, period, width: ms; a pulse lasts at least a window.
    """

    target: str
    t0: np.ndarray
    t1: np.ndarray
    period: np.ndarray
    width: np.ndarray
    level: np.ndarray


class Watch(NamedTuple):
    """A trigger: from `t0` to `t1` (ms) it watches a signal, and starts what it is to do; each (sample,).

    Args:
        name: its own, which numbers its random draws.
        signal: that it watches.
        sign: 1 starts at or above the level, -1 at or below it.
        level: of the signal, coherent units.
        latency, spread: ms; the action starts after latency + a draw between 0 and spread.
        refractory: ms from the start of an action to the next moment at which it can be triggered again; at least as
            long as the action.
        at_most: number of actions.
        pieces: the action, as if it began at time zero.
    """

    name: str
    signal: str
    sign: int
    t0: np.ndarray
    t1: np.ndarray
    level: np.ndarray
    latency: np.ndarray
    spread: np.ndarray
    refractory: np.ndarray
    at_most: int
    pieces: list[Segment | Pulses]


Piece = Segment | Pulses | Watch

Numbers = Mapping[str, np.ndarray]
"""The value of each leaf in each sample, by path, coherent units, (sample,)."""
