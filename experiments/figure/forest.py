"""Cases beneath each other: samples as small points, their mean with its 95 % interval, for every case and level."""

from collections.abc import Sequence
from typing import Any

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.figure.look import GREY
from experiments.figure.samples import samples


def forest(axes: Axes, m: xr.Dataset, name: str, cases: Sequence[str], *, by: str, colours: Sequence[Any]) -> None:
    """One row for each case, 0, 1, 2 ... downwards, the levels of `by` above each other in it.

    Args:
        m: with `name` (case, by, seed), `name_mean` and `name_half` (case, by).
        cases: labels, from top to bottom.
        colours: of the levels of `by`.
    """
    count = m.sizes[by]
    for row, case in enumerate(cases):
        for k in range(count):
            here = m.sel(case=case).isel({by: k})
            y = row + 0.64 / count * (k - (count - 1) / 2)
            samples(axes, y, here, name, colours[k % len(colours)], width=0.44 / count, across=True, size=3.2)
    axes.xaxis.set_major_locator(MaxNLocator(4))


def rows(axes: Axes, cases: Sequence[str], *, labelled: bool) -> None:
    """The vertical axis of a forest whose rows are 0, 1, 2 ...: names, and thin lines between the rows."""
    axes.set_ylim(len(cases) - 0.5, -0.5)
    axes.set_yticks(range(len(cases)) if labelled else [], cases if labelled else [])
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for row in range(1, len(cases)):
        axes.axhline(row - 0.5, color=GREY, lw=0.3)
