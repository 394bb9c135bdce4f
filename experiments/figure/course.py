"""A spasm over time: force upwards, persistent inward current beneath it, pulses as ticks, an input as a shade."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.figure.look import AMBER, BLUE, GREY, INK, VERMILION

BENEATH = 0.45  # of the height of the force, the greatest depth of the current


def course(
    axes: Axes, time: np.ndarray, force: np.ndarray, *, top: float = np.inf, current: np.ndarray | None = None,
    deepest: float = -1.0, pulses: np.ndarray | None = None,
) -> None:  # fmt: skip
    """One sample.

    Args:
        time: s, (time,).
        force: (time,).
        top: force at which it is cut off; needed with a current or pulses.
        current: inward, (time,), drawn beneath in proportion to `deepest`, without an axis of its own.
        deepest: the current that reaches deepest, below zero.
        pulses: s, when pulses were given.
    """
    force = np.minimum(force, top)
    axes.fill_between(time, force, color=BLUE, alpha=0.32, lw=0)
    axes.plot(time, force, color=BLUE, lw=0.9)
    if pulses is not None and pulses.size:
        axes.vlines(pulses, 0.9 * top, top, color=VERMILION, lw=0.6)
    if current is not None:
        axes.plot(time, current / -deepest * BENEATH * top, color=GREY, lw=0.9)
        axes.axhline(0, color=INK, lw=0.5)
        axes.set_ylim(-(BENEATH + 0.05) * top, 1.05 * top)


def shaded(axes: Axes, start: float, stop: float) -> None:
    """When an input was given (s)."""
    axes.axvspan(start, stop, color=AMBER, alpha=0.3, lw=0)


def over_time(axes: Axes, end: float, *, labelled: bool) -> None:
    """The axis of time, from 0 to `end` s; numbers and words only where `labelled`."""
    axes.set_xlim(0, end)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.tick_params(labelbottom=labelled)
    if labelled:
        axes.set_xlabel("time (s)")
