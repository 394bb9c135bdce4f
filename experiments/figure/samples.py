"""Individual samples as small points, and their mean with its 95 % interval: the one way in which figures show them."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes


def samples(
    axes: Axes,
    at: Any,
    m: xr.Dataset,
    name: str,
    colour: Any,
    *,
    width: float = 0.0,
    beside: float = 0.0,
    line: str = "",
    hollow: bool = False,
    across: bool = False,
    label: str | None = None,
    size: float = 3.4,
    points: bool = True,
) -> None:
    """Draw one measure at some places.

    Args:
        at: where along the axis, (place,) or a number.
        m: with `name` (place, ...) or (...), what remains being samples, and `name_mean`, `name_half` (place,) or ().
        width: over which the points of a place are spread.
        beside: how far points (to the left) and mean (to the right) stand apart.
        line: style of the line that joins the means.
        hollow: empty points.
        across: places run along the vertical axis.
        size: of the mean's point.
        points: draw the samples; False where something else shows them.
    """
    at = np.atleast_1d(np.asarray(at, float))
    values = m[name].values.reshape(len(at), -1)
    mean, half = (np.atleast_1d(m[f"{name}_{part}"].values) for part in ("mean", "half"))
    count = values.shape[1]
    aside = np.linspace(-0.5, 0.5, count) * width if count > 1 else np.zeros(1)
    apart = beside if count > 1 else 0.0
    face = "white" if hollow else colour
    if count > 1 and points:
        places = (at[:, None] - apart + aside).ravel()
        small = {"ms": 1.8 if hollow else 2.2, "color": colour, "mfc": face, "mew": 0.4 * hollow, "alpha": 0.5}
        axes.plot(*_turned(places, values.ravel(), across), "o", zorder=2, **small)
    bars: dict[str, Any] = {"xerr" if across else "yerr": np.nan_to_num(half)}
    axes.errorbar(
        *_turned(at + apart, mean, across), ls=line, color=colour, marker="o", ms=size, mfc=face, mew=0.9, lw=1.2,
        elinewidth=1.1, zorder=5, label=label, **bars,
    )  # fmt: skip


def _turned(x: Any, y: Any, across: bool) -> tuple[Any, Any]:
    return (y, x) if across else (x, y)
