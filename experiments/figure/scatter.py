"""One number of some points against another, with the rank correlation between them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.figure.look import GREY, VERMILION, message
from experiments.words import number

STRONG = 0.5  # a rank correlation that is written in red


def scatter(axes: Axes, x: np.ndarray, y: np.ndarray, rank: np.ndarray, colours: list) -> None:
    """Draw points of several groups, each with its colour.

    Args:
        x, y: (group, point); NaN where there is none.
        rank: rank correlation of each group, (group,); NaN is not written.
    """
    if not np.isfinite(y).any():
        return message(axes, "nothing to measure")
    for k, (here, there, rho, colour) in enumerate(zip(x, y, rank, colours, strict=True)):
        axes.plot(here, there, "o", ms=2.6, color=colour, alpha=0.7, mew=0)
        if np.isfinite(rho):
            ink = colour if len(colours) > 1 else VERMILION if abs(rho) >= STRONG else GREY
            axes.annotate(
                f"ρ {number(rho, 2, sign=True)}", (0.98, 0.98 - 0.1 * k), xycoords="axes fraction", ha="right",
                va="top", fontsize=6.2, color=ink,
            )  # fmt: skip
    axes.margins(y=0.1 + 0.1 * len(colours))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    return None
