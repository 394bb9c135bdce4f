"""What a regression makes of the inputs of pools: the variance that it accounts for, and its estimates."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, PALE, message, new_figure, styled, title
from experiments.fit.driven import WORDS
from experiments.published.inputs import ACCOUNTED

ACROSS = 3
"""Panels of a row."""


@styled
def draw(m: xr.Dataset) -> Figure:
    """The variance accounted for (A), and a panel of estimates for each input."""
    names = [str(name) for name in m["number"].values]
    rows = -(-len(names) // ACROSS)
    upper = 0.7 + 0.2 * len(names)
    figure = new_figure(COLUMN_WIDTH, upper + 2.4 * rows + 0.5)
    parts: Any = figure.subfigures(2, 1, height_ratios=[upper, 2.4 * rows])
    above = parts[0].subplots()
    title(above, "A", "Variance of the input that the regression accounts for")
    if "explained" not in m:
        message(above, "no run to learn from")
        return figure
    _shares(above, m, names)
    panels = parts[1].subplots(rows, ACROSS, squeeze=False).ravel()
    for spare in panels[len(names) :]:
        spare.remove()
    for k, (name, axes) in enumerate(zip(names, panels, strict=False)):
        _estimates(axes, m, k, first=k % ACROSS == 0)
        title(axes, chr(ord("B") + k), WORDS.get(name, name))
    done = f"{m.attrs['runs']} of {m.attrs['combinations']} combinations"
    caption(
        figure,
        f"{m.attrs.get('simulated', '')} {done}; the regression learnt from {m.attrs['learnt']} and was tried on "
        f"{m.attrs['held_out']} others, of which {m.sizes['run']} are shown. Bars: second order, light: linear; band: "
        "75 to 90 %, Chardon et al. 2024. Black: mean and SD of the estimates at each value of the input.",
    )
    return figure


def _shares(axes: Axes, m: xr.Dataset, names: list[str]) -> None:
    axes.axvspan(100 * ACCOUNTED[0], 100 * ACCOUNTED[1], color=PALE, lw=0, zorder=0)
    linear, second = (100 * np.clip(m["explained"].values[k], 0, None) for k in (0, 1))
    rows = np.arange(len(names))
    axes.barh(rows, second, 0.62, color=BLUE, zorder=1)
    axes.barh(rows, linear, 0.24, color="#9CC7E2", zorder=2)
    for row, share in zip(rows, m["explained"].values[1], strict=True):
        axes.text(101, float(row), f"{100 * share:.0f} %".replace("-", "−"), va="center", color=INK)
    axes.set(xlim=(0, 108), ylim=(len(names) - 0.5, -0.5), xlabel="variance accounted for (%)", yticks=rows)
    axes.set_yticklabels([WORDS.get(name, name) for name in names])
    axes.tick_params(axis="y", length=0)


def _estimates(axes: Axes, m: xr.Dataset, k: int, *, first: bool) -> None:
    low, high = m.attrs["low"][k], m.attrs["high"][k]
    room = 0.25 * (high - low)
    truth, estimate = m["truth"].values[:, k], m["estimate"].values[:, k]
    levels = np.unique(truth.round(9))
    apart = np.diff(levels).min() if len(levels) > 1 else high - low
    beside = np.random.default_rng(0).uniform(-0.25, 0.25, len(truth)) * min(apart, 0.3 * (high - low))
    ends = (low - room, high + room)
    axes.plot(ends, ends, color=GREY, lw=0.8)
    axes.plot(truth + beside, estimate, "o", ms=1.8, mew=0, color=BLUE, alpha=0.4)
    here = [estimate[np.isclose(truth, level)] for level in levels]
    spread = [x.std(ddof=1) if len(x) > 1 else 0.0 for x in here]
    axes.errorbar(levels, [x.mean() for x in here], spread, fmt="o", color=INK, ms=2.6, lw=0.8)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MaxNLocator(4))
    unit = "" if m.attrs["units"][k] == "1" else f" ({m.attrs['units'][k]})"
    axes.set(xlabel=f"input{unit}", ylabel="estimate" if first else "", xlim=ends, ylim=ends, box_aspect=1)
