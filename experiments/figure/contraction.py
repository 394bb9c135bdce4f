"""A contraction: the spikes of its units over what drives them, and their smoothed rates beneath."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.figure.behind import behind
from experiments.figure.units import by_recruitment, raster, rates


def contraction(above: Axes, below: Axes, m: xr.Dataset, time: np.ndarray, course: np.ndarray, label: str) -> None:
    """Draw into two panels.

    Args:
        m: with `example_spikes` (unit, spike), `example_rate` (unit, rate_time) and `rate_time`.
        time: s, (time,).
        course: any unit, (time,): the command, or the force.
        label: of the course, with its unit.
    """
    order = by_recruitment(m["example_spikes"].values[:, 0])
    clock = m["rate_time"].values
    behind(above, time, course)
    raster(above, m["example_spikes"].values, order, label="motor unit\n(by recruitment)")
    behind(below, time, course, label)
    rates(below, clock, m["example_rate"].values, order)
    for axes in (above, below):
        axes.set_xlim(clock[0], clock[-1])
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    above.tick_params(labelbottom=False)
