"""Units of a pool over time, from dark to light in order of recruitment: their spikes (raster) and their rates."""

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.figure.look import GREY


def by_recruitment(first: np.ndarray) -> np.ndarray:
    """Numbers of the units in order of their first spike (s, (unit,)), silent ones last."""
    return np.argsort(np.where(np.isnan(first), np.inf, first), kind="stable")


def raster(axes: Axes, spikes: np.ndarray, order: np.ndarray | None = None, *, label: str = "") -> None:
    """Spikes of every unit, one row each.

    Args:
        spikes: s, (unit, spike), padded with NaN.
        order: of the units, from below; by default as they come.
        label: of the vertical axis.
    """
    order = np.arange(len(spikes)) if order is None else order
    for row, unit in enumerate(order):
        times = spikes[unit][np.isfinite(spikes[unit])]
        axes.vlines(times, row + 0.6, row + 1.4, color=shade(row, len(order)), lw=0.35, rasterized=times.size > 2000)
    axes.set_ylim(0.3, len(order) + 0.7)
    axes.set_ylabel(label)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))


def rates(axes: Axes, time: np.ndarray, rate: np.ndarray, order: np.ndarray) -> None:
    """Smoothed rates (pps, (unit, time)) of every unit."""
    for row, unit in enumerate(order):
        axes.plot(time, rate[unit], color=shade(row, len(order)), lw=0.8)
    known = np.isfinite(rate).any()
    axes.set_ylim(0, 1.15 * np.nanmax(rate) if known else 1)
    axes.set(xlabel="time (s)", ylabel="smoothed rate (pps)")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if not known:
        axes.text(0.5, 0.5, "no unit fires enough\nfor a rate", transform=axes.transAxes, ha="center", color=GREY)


def shade(row: int, of: int) -> tuple[float, ...]:
    """Dark for the first recruited, light for the last."""
    return colormaps["cividis"](0.85 * row / max(1, of - 1))
