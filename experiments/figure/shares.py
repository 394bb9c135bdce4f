"""Shares: how many samples of a condition show something, with the exact 95 % interval, or what becomes of them all."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from experiments.figure.look import GREY
from experiments.statistics import share


def shares(axes: Axes, at: Any, values: xr.DataArray, colour: Any, *, hollow: bool = False) -> None:
    """Points with exact (Clopper & Pearson) 95 % intervals; nothing where no sample has a value.

    Args:
        at: where along the axis, (place,).
        values: (place, sample), 1 where a sample shows it, 0 where it does not, NaN where it has no value.
    """
    for x, row in zip(at, values.values, strict=True):
        row = row[np.isfinite(row)]
        if row.size:
            percent, low, high = share(int(row.sum()), row.size)
            face = "white" if hollow else colour
            spread = [[percent - low], [high - percent]]
            axes.errorbar(x, percent, spread, fmt="o", color=colour, mfc=face, ms=3.8, lw=0.9)
    axes.set_ylim(-4, 104)
    axes.set_ylabel("share of the seeds (%)")


def stacked(
    axes: Axes, y: float, parts: Sequence[float], colours: Sequence[Any], *, height: float, words: str = "",
    labels: Sequence[str] = (),
) -> None:  # fmt: skip
    """One bar that parts make up; a part that is not known is left out.

    Args:
        parts: shares, from 0 to 1.
        words: behind the bar.
        labels: of the parts, for a legend; only for one of the bars.
    """
    ends = 100 * np.cumsum(np.nan_to_num(parts))
    for k, (colour, end) in enumerate(zip(colours, ends, strict=True)):
        begin = ends[k - 1] if k else 0.0
        axes.barh(y, end - begin, 0.9 * height, left=begin, color=colour, label=labels[k] if labels else None)
    axes.text(101, y, words, va="center", fontsize=5.6, color=GREY)
    axes.set(xlim=(0, 125), xticks=[0, 25, 50, 75, 100])
