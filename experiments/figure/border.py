"""A map over two axes in colour alone, with lines between the conditions in which something happens and the others."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize

from experiments.figure.look import PALE

PALETTE = colormaps["YlOrBr"]


def shaded_map(axes: Axes, values: xr.DataArray, empty: np.ndarray, *, top: float) -> ScalarMappable:
    """Values from 0 to `top` as colours; white where there is nothing to see, grey where nothing is known.

    Args:
        values: (row, column), coordinates at the centres of the cells; rows upwards.
        empty: bool, as `values`.

    Returns:
        What a colour bar shows.
    """
    y, x = (values[dim].values for dim in values.dims)
    norm = Normalize(0, top)
    axes.set_facecolor(PALE)
    left = np.ma.masked_where(empty | ~np.isfinite(values.values), values.values)
    axes.pcolormesh(edges(x), edges(y), left, cmap=PALETTE, norm=norm, lw=0)
    white = np.ma.masked_where(~empty, np.ones(empty.shape))
    axes.pcolormesh(edges(x), edges(y), white, cmap="Greys", vmin=1, vmax=2)
    axes.set_xticks(x, [f"{v:g}" for v in x])
    axes.set_yticks(y, [f"{v:g}" for v in y])
    axes.tick_params(labelsize=5.8)
    return ScalarMappable(norm, PALETTE)


def border(axes: Axes, share: xr.DataArray, colour: Any, style: str = "-") -> None:
    """The line on which a share (row, column), from 0 to 1, is a half; none where it is so nowhere."""
    values = share.values
    if min(values.shape) > 1 and np.nanmin(values, initial=1) < 0.5 < np.nanmax(values, initial=0):
        y, x = (share[dim].values for dim in share.dims)
        axes.contour(x, y, values, levels=[0.5], colors=[colour], linestyles=[style], linewidths=1.3)


def edges(centres: np.ndarray) -> np.ndarray:
    """Where cells end, half way between their centres: (cell + 1,)."""
    if len(centres) < 2:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])
