"""A measure along one axis: a colour for each series, seeds as small points, their mean with its 95 % interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from scipy.stats import t as student

BAND = 0.4  # of the distance between two neighbouring places, taken by all series together
LEAST = 0.25  # of the largest value, the least height of a panel: smaller differences should look small


def series(axes: Axes, m: xr.Dataset, name: str, colours: Sequence[Any], *, hollow: bool = False) -> None:
    """One line for each series, series and seeds shifted sideways a little.

    Args:
        m: with `name` (x, series, seed), and `name_mean`, `name_sd`, `name_n` (x, series); x is a coordinate.
        colours: of the series.
        hollow: dashed, with empty points.
    """
    along = m[m[name].dims[0]].values
    x = np.asarray(along, dtype=float)
    slot = BAND * (np.diff(x).min() if len(x) > 1 else 1.0) / len(colours)
    line, face = ("--", "white") if hollow else ("-", None)
    for k, colour in enumerate(colours):
        middle = x + slot * (k - (len(colours) - 1) / 2)
        points = m[name].values[:, k]
        mean, sd, n = (m[f"{name}_{part}"].values[:, k] for part in ("mean", "sd", "n"))
        aside = 0.25 * slot if points.shape[1] > 1 else 0.0
        axes.errorbar(
            middle + aside, mean, interval(sd, n), color=colour, ls=line, lw=1.1, elinewidth=1.0, marker="o", ms=3.4,
            mfc=face or colour, mew=0.9,
        )  # fmt: skip
        if aside:
            places = np.repeat(middle - aside, points.shape[1])
            axes.plot(places, points.ravel(), "o", ms=1.8, color=colour, mfc=face or colour, mew=0.4, alpha=0.6)
    low, high = axes.get_ylim()
    lacking = LEAST * max(abs(low), abs(high)) - (high - low)
    if lacking > 0:
        axes.set_ylim(low - lacking / 2, high + lacking / 2)


def interval(sd: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Half width of the 95 % confidence interval of the mean; 0 where fewer than two seeds have a value."""
    enough = n > 1
    factor = student.ppf(0.975, np.where(enough, n - 1, 1))
    return np.where(enough, factor * np.nan_to_num(sd) / np.sqrt(np.maximum(n, 1)), 0)
