"""A measure along one factor: a colour for each series, samples as small points, their mean with its 95 % interval."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from experiments.figure.look import BLUE, level_colours
from experiments.figure.samples import samples

BAND = 0.4  # of the distance between two neighbouring places, taken by all series together,
WIDEST = 0.1  # and of the whole axis, at most, where places are numbers
LEAST = 0.25  # of the largest value, the least height of a panel: smaller differences should look small


def series(
    axes: Axes,
    m: xr.Dataset,
    name: str,
    *,
    along: str,
    by: str | None = None,
    x: Any = None,
    colours: Sequence[Any] = (),
    hollow: bool = False,
    categories: bool = False,
) -> None:
    """One line for each series, series and samples shifted sideways a little; named cases are not joined.

    Args:
        m: with `name` (along, by, seed), `name_mean` and `name_half` (along, by).
        along: the factor that runs along the axis.
        by: the factor whose levels are the series; None for a single one.
        x: places along the axis, by default the labels of the factor.
        colours: of the series, by default from dark to light.
        hollow: dashed, with empty points.
        categories: levels are drawn at even distances and labelled.
    """
    levels = m[by].values if by else [None]
    colours = colours or (level_colours(len(levels)) if by else [BLUE])
    places = np.arange(m.sizes[along]) if categories else m[along].values if x is None else x
    places = np.asarray(places, float)
    band = BAND * (np.abs(np.diff(places)).min() if len(places) > 1 else 1.0)
    if len(places) > 1 and not categories:
        band = min(band, WIDEST * np.ptp(places))
    slot = band / len(levels)
    for k, (level, colour) in enumerate(zip(levels, colours, strict=True)):
        here = m.isel({by: k}) if by else m
        here = here[[name, f"{name}_mean", f"{name}_half"]].transpose(along, ...)
        middle = places + slot * (k - (len(levels) - 1) / 2)
        label = None if level is None or hollow else f"{level:g}" if isinstance(level, float) else str(level)
        joined = "" if m[along].dtype.kind in "OUT" else "--" if hollow else "-"
        samples(
            axes, middle, here, name, colour, width=0.1 * slot, beside=0.25 * slot, line=joined, hollow=hollow,
            label=label,
        )  # fmt: skip
    if categories:
        axes.set_xticks(places, [f"{v:g}" if isinstance(v, float) else str(v) for v in m[along].values])
    low, high = axes.get_ylim()
    lacking = LEAST * max(abs(low), abs(high)) - (high - low)
    if lacking > 0:
        axes.set_ylim(low - lacking / 2, high + lacking / 2)
