"""The figure of `vibstim`: torque in time, each participant's torque in every case, and the changes."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import AMBER, BLUE, COLUMN_WIDTH, GREEN, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.published import vibstim as people
from experiments.statistics import half_width

COLOURS = (BLUE, VERMILION, AMBER, INK, GREY)
LEVELS = (
    ("torque_vibration", "during (% MVC)", people.TORQUE_VIBRATION[20]),
    ("warm_up", "increase (% MVC)", people.WARM_UP[20]),
    ("torque_sustained", "after (% MVC)", people.SUSTAINED[1.0]),
)
"""Measure, its axis, and what people show at an evoked 20 % MVC."""


@styled
def draw(m: xr.Dataset, beside: Mapping[str, str]) -> Figure:
    """The figure.

    Args:
        m: the answer of `VibStim`.
        beside: case -> what was done to people.
    """
    cases = [str(x) for x in m["case"].values]
    control = str(m.attrs["control"])
    others = [case for case in cases if case != control]
    figure = new_figure(COLUMN_WIDTH, 4.6 + 0.2 * len(others))
    grid = figure.add_gridspec(3, 3, height_ratios=[1.1, 1, 0.35 + 0.2 * len(others)])
    _courses(figure.add_subplot(grid[0, :]), m, [control, *others])
    for k, (name, label, known) in enumerate(LEVELS):
        axes = figure.add_subplot(grid[1, k])
        _joined(axes, m, [control, *others], name, label, known)
        title(axes, "BCD"[k], "")
        axes = figure.add_subplot(grid[2, k])
        _changes(axes, m, others, name, beside)
        axes.set_yticks(range(len(others)), others if k == 0 else [""] * len(others))
        axes.set_xlabel("change (% MVC)")
        title(axes, "EFG"[k], "")
    who = "participant" if "participant" in m.dims else "seed"
    failed = f"{m.attrs['failed']} of {m.attrs['runs']} failed"
    caption(
        figure,
        f"{m.attrs['simulated']} {m.sizes[who]} {who}s, {failed}. A: mean, 95 % interval. Lines join a {who}; points, "
        f"mean with 95 % interval; green, people (mean ± SD; ◀ lowered, | not). Grey, half of {m.attrs['yardstick']}.",
    )
    return figure


def _courses(axes: Axes, m: xr.Dataset, cases: list[str]) -> None:
    time = m["time"].values
    for begin, end in m["bouts"].values:
        axes.axvspan(begin, end, color=AMBER, alpha=0.2, lw=0)
    for k, case in enumerate(cases):
        colour = COLOURS[k % len(COLOURS)]
        x = m["course"].sel(case=case).values
        with np.errstate(invalid="ignore"):
            n = np.isfinite(x).sum(axis=0)
            mean = np.where(n > 0, np.nansum(x, axis=0) / np.maximum(n, 1), np.nan)
            spread = np.sqrt(np.nansum((x - mean) ** 2, axis=0) / np.maximum(n - 1, 1))
        half = half_width(spread, n)
        axes.fill_between(time, mean - half, mean + half, color=colour, alpha=0.15, lw=0)
        axes.plot(time, mean, color=colour, lw=0.9, label=case)
    axes.set(xlabel="time after the begin of vibration (s)", ylabel="torque (% MVC)", xlim=(time[0], time[-1]))
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(cases), borderaxespad=0.1)
    title(axes, "A", "Vibration and stimulation")


def _joined(axes: Axes, m: xr.Dataset, cases: list[str], name: str, label: str, known: people.Known) -> None:
    values = m[name].sel(case=cases).transpose("case", ...).values.reshape(len(cases), -1)
    axes.plot(np.arange(len(cases)), values, color=GREY, lw=0.5, alpha=0.6)
    for k, case in enumerate(cases):
        samples(axes, [k], m.sel(case=case), name, COLOURS[k % len(COLOURS)], points=False)
    axes.errorbar([-0.35], [known.mean], yerr=[known.sd], fmt="D", color=GREEN, ms=2.6, lw=1.0, elinewidth=1.0)
    axes.set_xticks(range(len(cases)), cases, rotation=30, ha="right")
    axes.set(xlim=(-0.6, len(cases) - 0.6), ylabel=label)


def _changes(axes: Axes, m: xr.Dataset, cases: list[str], name: str, beside: Mapping[str, str]) -> None:
    bound = float(m[f"{name}_bound"])
    if bound > 0:
        axes.axvspan(-bound, bound, color=GREY, alpha=0.15, lw=0)
    axes.axvline(0, color=GREY, lw=0.6)
    for row, case in enumerate(cases):
        samples(axes, [row - 0.1], m.sel(case=case), f"{name}_effect", VERMILION, width=0.2, across=True)
        if case in beside:
            lowered = name in people.LOWERED[beside[case]]
            axes.plot([0], [row + 0.25], "<" if lowered else "|", color=GREEN, ms=4)
    axes.set_ylim(len(cases) - 0.4, -0.6)
