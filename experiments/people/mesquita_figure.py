"""The figure of `mesquita`: each participant under control and intervention, and a table of what agrees with people."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREEN, GREY, VERMILION, new_figure, styled, title
from experiments.figure.table import Column, cell, table
from experiments.statistics import half_width

SHOWN = (
    ("delta_f", "ΔF (pps)"),
    ("torque_vibration", "torque during\nvibration (% MVC)"),
    ("torque_sustained", "torque after\nvibration (% MVC)"),
)


@styled
def draw(m: xr.Dataset, muscle: str) -> Figure:
    """The figure, from the answer of `Mesquita`."""
    names = [str(x) for x in m["intervention"].values]
    figure = new_figure(COLUMN_WIDTH, 2.0 * len(names) + 2.6)
    grid = figure.add_gridspec(len(names) + 1, 3, height_ratios=[1.0] * len(names) + [1.25])
    letters = iter("ABCDEFGHIJ")
    for k, name in enumerate(names):
        for j, (measure, label) in enumerate(SHOWN):
            axes = figure.add_subplot(grid[k, j])
            own = m.sel(intervention=name, measure=measure)
            _pairs(axes, own, name)
            axes.set_ylabel(f"{muscle}\n{label}" if j == 0 else label)
            title(axes, next(letters), f"{name}" if j == 0 else "")
    axes = figure.add_subplot(grid[-1, :])
    _table(axes, m, names)
    title(axes, next(letters), "")
    caption(
        figure,
        f"{m.attrs['simulated']} {m.sizes['person']} people in both conditions, {m.attrs['failed']} of "
        f"{m.attrs['runs']} runs failed. Lines, people; points, mean with 95 % interval. Of people "
        "directions alone are known.",
    )
    return figure


def _pairs(axes: Axes, own: xr.Dataset, name: str) -> None:
    values = own["value"].values
    axes.plot([0, 1], values, color=GREY, lw=0.6, alpha=0.7)
    for at, x, colour in zip((0, 1), values, (BLUE, VERMILION), strict=True):
        known = x[np.isfinite(x)]
        if known.size:
            half = float(half_width(known.std(ddof=1) if known.size > 1 else 0.0, known.size))
            axes.errorbar([at], [known.mean()], yerr=[half], fmt="o", color=colour, ms=3.6, lw=1.2, zorder=5)
    falls = own["observed"].item() == "lowered"
    axes.annotate(
        f"people: {own['observed'].item()}", (0.97, 0.97), xycoords="axes fraction", ha="right", va="top",
        fontsize=6.5, color=GREEN, fontweight="bold" if falls else "normal",
    )  # fmt: skip
    axes.set_xticks([0, 1], ["control", name])
    axes.set_xlim(-0.35, 1.35)


def _table(axes: Axes, m: xr.Dataset, names: list[str]) -> None:
    columns = [
        Column(
            "",
            [f"{words} ({units})" for words, units in zip(m["words"].values, m["units"].values, strict=True)],
            0.0,
            left=True,
        )
    ]
    for k, name in enumerate(names):
        own, at = m.sel(intervention=name), 0.3 + 0.36 * k
        change = [f"{_signed(a)} ± {cell(b, 2)}" for a, b in zip(own["mean"].values, own["half"].values, strict=True)]
        columns += [
            Column("people", [str(x) for x in own["observed"].values], at, left=True),
            Column(f"{name}:\nsimulated ± 95 %", change, at + 0.21),
            Column("", [_short(str(x)) for x in own["agrees"].values], at + 0.225, left=True, weight="bold"),
        ]
    table(axes, columns, size=6.5)


def _signed(x: float) -> str:
    return cell(x, 2) if x != x or x < 0 else f"+{cell(x, 2)}"


def _short(verdict: str) -> str:
    return {
        "agrees": "agrees", "does not agree": "no", "same direction, interval includes 0": "direction",
        "not shown to be none": "open", "no change shown": "none shown",
    }.get(verdict, "–")  # fmt: skip
