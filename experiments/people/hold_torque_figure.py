"""The figure of `hold_torque`: maximal contractions, ramps and steps in time, and how well they are followed."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.published import contractions as people

COLOURS = (BLUE, VERMILION)
BEFORE, AFTER = 1.0, 1.5
"""s that are drawn before and after a task."""


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `HoldTorque`."""
    figure = new_figure(COLUMN_WIDTH, 4.6)
    axes = figure.subplots(2, 3).ravel()
    _maximal(axes[0], m)
    _followed(axes[1], m, "ramp")
    _followed(axes[2], m, "step")
    _effort(axes[3], m)
    _points(axes[4], m, ("ramp", "step"), "error", "error (r.m.s., % MVC)")
    _points(axes[5], m, ("step",), "cv", "CV of torque (%)", people.FORCE_CV)
    heads = ("Maximal contraction", "Ramp", "Step", "Effort in the ramp", "Error", "Steadiness of the step")
    for letter, here, head in zip("ABCDEF", axes, heads, strict=True):
        title(here, letter, head)
    caption(
        figure,
        f"{m.attrs['simulated']} Dotted, maximal torque; dashed, target. {m.sizes['seed']} seeds, "
        f"{m.attrs['failed']} of {m.attrs['runs']} failed. Small points, seeds; large points, mean with 95 % interval; "
        "grey, people (hand).",
    )
    return figure


def _lines(axes: Axes, m: xr.Dataset, name: str, task: str, begin: float, end: float) -> None:
    """Of each shown seed, from one time to another (s), which alone decide the scale."""
    m = m.sel(time=slice(begin, end))
    for colour, side in zip(COLOURS, m["side"].values, strict=True):
        own = m[name].sel(side=side, task=task)
        for k in range(own.sizes["shown_seed"]):
            label = None if k else str(side)
            axes.plot(m["time"], own.isel(shown_seed=k), color=colour, lw=0.6, alpha=0.8, label=label)
    axes.set_xlabel("time (s)")
    axes.set_xlim(begin, end)


def _span(m: xr.Dataset, task: str) -> tuple[float, float]:
    """s, what is drawn of a task."""
    on = m["target"].sel(task=task).max(("side", "shown_seed")) > 1e-3
    return -BEFORE, float(m["time"].where(on).max()) + AFTER if bool(on.any()) else float(m["time"][-1])


def _maximal(axes: Axes, m: xr.Dataset) -> None:
    _lines(axes, m, "torque", "ramp", float(m["time"][0]), 0.0)
    read = m["read_mean"].sel(task="ramp")
    for colour, side in zip(COLOURS, m["side"].values, strict=True):
        axes.axhline(float(read.sel(side=side)), color=colour, lw=0.8, ls=":")
    axes.set_ylabel("torque (N m)")
    if bool(read.notnull().any()):
        axes.set_ylim(None, 1.35 * float(read.max()))  # room for the legend
    axes.legend(loc="upper right", ncols=2, columnspacing=0.8, handlelength=1.2)


def _followed(axes: Axes, m: xr.Dataset, task: str) -> None:
    span = _span(m, task)
    _lines(axes, m, "percent", task, *span)
    aim = m["target"].sel(task=task, time=slice(*span)).isel(side=0, shown_seed=0)
    axes.plot(aim["time"], aim, color=INK, lw=1.0, ls="--", zorder=5)
    axes.set_ylabel("torque (% MVC)")


def _effort(axes: Axes, m: xr.Dataset) -> None:
    _lines(axes, m, "effort_course", "ramp", *_span(m, "ramp"))
    axes.set_ylabel("effort (excitatory command A_e)")
    axes.set_ylim(0, None)


def _points(
    axes: Axes, m: xr.Dataset, tasks: tuple[str, ...], name: str, label: str, band: tuple[float, float] | None = None
) -> None:
    if band is not None:
        axes.axhspan(*band, color=GREY, alpha=0.2, lw=0)
    for k, task in enumerate(tasks):
        for j, (colour, side) in enumerate(zip(COLOURS, m["side"].values, strict=True)):
            here = m[[name, f"{name}_mean", f"{name}_half"]].sel(side=side, task=task)
            samples(axes, [k + 0.36 * (j - 0.5)], here, name, colour, width=0.1, beside=0.06)
    axes.set_xticks(np.arange(len(tasks)), list(tasks))
    axes.set(xlim=(-0.6, len(tasks) - 0.4), ylabel=label)
    axes.set_ylim(0, None)
