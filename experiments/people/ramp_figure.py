"""The figure of `ramp`: rates of decomposed units under the torque of each muscle, and its measures beside people's."""

from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.figure.caption import caption
from experiments.figure.look import AMBER, BLUE, COLUMN_WIDTH, GREY, VERMILION, message, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.figure.units import rates

COLOURS = (BLUE, AMBER, VERMILION)


class Panel(NamedTuple):
    """Measures side by side: their names with what stands below each, and the label of the axis."""

    head: str
    names: tuple[tuple[str, str], ...]
    label: str


PANELS = (
    Panel("ΔF", (("delta_f", "mean"), ("delta_f_spread", "SD of units")), "ΔF (pps)"),
    Panel("Peak rate", (("peak_rate", "mean"), ("peak_rate_spread", "SD of units")), "peak rate (pps)"),
    Panel(
        "Recruitment", (("recruitment_first", "first"), ("recruitment", "mean"), ("recruitment_last", "last")),
        "torque (% MVC)",
    ),
    Panel("Recruitment − derecruitment", (("hysteresis", "torque"),), "torque (% MVC)"),
    Panel("Onion skin", (("peak_rate_slope", "slope"),), "peak rate on\nrecruitment (pps / % MVC)"),
    Panel("Intervals", (("interval_cv", "neighbours"),), "coefficient of variation"),
)  # fmt: skip


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `Ramp`."""
    muscles = [str(name) for name in m["muscle"].values]
    figure = new_figure(COLUMN_WIDTH, 6.4)
    grid = figure.add_gridspec(2, 1, height_ratios=[1, 1.9])
    upper, lower = (figure.add_subfigure(grid[k]) for k in range(2))
    above = np.atleast_1d(upper.subplots(1, len(muscles), sharey=True))
    below = lower.subplots(2, 3).ravel()
    letters = iter("ABCDEFGHIJKL")
    for axes, muscle in zip(above, muscles, strict=True):
        _contraction(axes, m.sel(muscle=muscle))
        title(axes, next(letters), muscle)
    for axes in above[1:]:
        axes.set_ylabel("")
    for axes, panel in zip(below, PANELS, strict=True):
        _beside(axes, m, panel)
        title(axes, next(letters), panel.head)
    marks = [
        Line2D([], [], marker="o", ls="", ms=3.4, color=c, label=k) for c, k in zip(COLOURS, muscles, strict=False)
    ]
    below[0].legend(handles=marks, loc="upper right", handletextpad=0.1)
    caption(
        figure,
        f"{m.attrs['simulated']} Upper row: decomposed units of one seed (dark, recruited first), torque (grey), "
        f"target (dashed). Below: {m.sizes['seed']} seeds, mean with its 95 % interval; grey, people.",
    )
    return figure


def _contraction(axes: Axes, own: xr.Dataset) -> None:
    rate = own["rate"].values
    known = rate[np.isfinite(rate).any(axis=-1)]
    if not len(known):
        message(axes, "no unit could be followed")
        return
    rates(axes, own["time"].values, known, np.arange(len(known)))
    axes.set_ylim(0, 24)
    axes.plot(own["time"], own["torque"], color=GREY, lw=0.9, alpha=0.7, zorder=0)
    axes.plot(own["time"], own["target"], color=GREY, lw=0.8, ls="--", zorder=0)
    axes.set_ylabel("rate (pps), torque (% MVC)")


def _beside(axes: Axes, m: xr.Dataset, panel: Panel) -> None:
    count = m.sizes["muscle"]
    for j, (name, _) in enumerate(panel.names):
        for k in range(count):
            own, at = m.isel(muscle=k), j + 0.26 * (k - (count - 1) / 2)
            low, high, sure = (float(own[f"{name}_{what}"]) for what in ("low", "high", "sure"))
            if np.isfinite(low):
                for reach, alpha in ((0.0, 0.5), (sure, 0.25)):
                    axes.fill_between(
                        [at - 0.12, at + 0.12], low - reach, high + reach, color=GREY, alpha=alpha, lw=1.2 * (not reach)
                    )
            samples(axes, [at], own, name, COLOURS[k % len(COLOURS)], width=0.08, beside=0.04)
    axes.set_xticks(range(len(panel.names)), [words for _, words in panel.names])
    axes.set(xlim=(-0.6, len(panel.names) - 0.4), ylabel=panel.label)
    if panel.names[0][0] not in ("hysteresis", "peak_rate_slope"):
        axes.set_ylim(0, None)
    else:
        axes.axhline(0, color=GREY, lw=0.6)
