"""A map over two axes with its numbers written in the cells."""

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, TwoSlopeNorm

ROOM = 215.0  # characters times points across a map that takes a third of a page


def annotated_map(
    axes: Axes,
    mean: xr.DataArray,
    sd: xr.DataArray | None = None,
    *,
    digits: tuple[int, int] = (1, 2),
    around_zero: bool = False,
    sign: bool = False,
    marked: np.ndarray | None = None,
    units: xr.DataArray | None = None,
) -> None:
    """Values as colours and numbers, ± the standard deviation beneath them; a dash where there is no value.

    Args:
        mean: (row, column), coordinates are written at the cells; rows upwards.
        sd: as `mean`, or None.
        digits: behind the point, of the mean and of the standard deviation.
        around_zero: colours that part negative from positive, instead of dark to light.
        sign: write + before positive values.
        marked: bool, as `mean`: cells that get an asterisk.
        units: as `mean`, how many units each value is of, written beneath.
    """
    values = mean.values
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    if around_zero:
        reach = max(-low, high, 1e-9)
        norm, palette = TwoSlopeNorm(0, -reach, reach), colormaps["PuOr_r"]
    else:
        norm, palette = Normalize(low, high if high > low else low + 1), colormaps["viridis"]
    axes.pcolormesh(
        np.arange(values.shape[1] + 1), np.arange(values.shape[0] + 1), np.ma.masked_invalid(values), cmap=palette,
        norm=norm, edgecolors="white", linewidth=0.6,
    )  # fmt: skip
    plus = "+" if sign else ""
    for (row, column), value in np.ndenumerate(values):
        if not np.isfinite(value):
            axes.text(column + 0.5, row + 0.5, "–", ha="center", va="center", fontsize=6)
            continue
        red, green, blue, _ = palette(norm(value))
        ink = "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.5 else "black"
        spread = np.nan if sd is None else sd.values[row, column]
        lower = -4.2 if units is None else -1.6  # points
        up = lower + 7.2 if np.isfinite(spread) else 0.0
        star = "*" if marked is not None and marked[row, column] else ""
        text = f"{value:{plus}.{digits[0]}f}{star}".replace("-", "−")
        size = min(6.4, ROOM / len(text) / values.shape[1])
        place = {"xy": (column + 0.5, row + 0.5), "textcoords": "offset points", "ha": "center", "va": "center"}
        axes.annotate(text, xytext=(0, up), fontsize=size, color=ink, **place)
        if np.isfinite(spread):
            axes.annotate(f"±{spread:.{digits[1]}f}", xytext=(0, lower), fontsize=5.2, color=ink, **place)
        if units is not None:
            axes.annotate(f"n {units.values[row, column]:.0f}", xytext=(0, -7.4), fontsize=4.8, color=ink, **place)
    rows, columns = (mean[dim] for dim in mean.dims)
    axes.set_xticks(np.arange(len(columns)) + 0.5, [f"{v:g}" for v in columns.values])
    axes.set_yticks(np.arange(len(rows)) + 0.5, [f"{v:g}" for v in rows.values])
    axes.tick_params(length=0, labelsize=6.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
