"""The figure of `abort_spasm`: a row for each thing that is done, force and current over time, and what is left."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figure.caption import caption
from experiments.figure.course import course, over_time
from experiments.figure.forest import forest, rows
from experiments.figure.look import BLUE, COLUMN_WIDTH, INK, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.figure.shares import shares
from experiments.words import listed, number

LEVELS = (BLUE, "#56B4E9", INK)  # of the constitutive levels, in order
SUMMARY = (
    ("time_to_stop", "time to\nstop (s)"),
    ("units_left", "units in\nthe end"),
    ("spasm_left", "force (% of\nuntreated)"),
    ("pulses", "pulses\ngiven"),
)
ROOM = 1.45  # height of a panel over the largest force in it


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `AbortSpasm`."""
    shown, doses, levels = listed(m, "shown"), listed(m, "doses"), m["level"].values
    figure = new_figure(COLUMN_WIDTH, 9.2)
    parts = figure.add_gridspec(2, 1, height_ratios=[len(shown) * 0.85, 2.0])
    widths = [1.6] * len(levels) + [0.62] * len(SUMMARY)
    top = parts[0].subgridspec(len(shown), len(widths), width_ratios=widths, hspace=0.02, wspace=0.03)
    for row, case in enumerate(shown):
        for column, level in enumerate(levels):
            axes = figure.add_subplot(top[row, column])
            deepest = _course(axes, m.isel(constitutive=column), case)
            over_time(axes, m.attrs["ends"], labelled=row == len(shown) - 1)
            if column == 0:
                axes.set_ylabel(case.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=6.8)
            if row == 0:
                title(axes, "A" if column == 0 else "", f"Level {level:.2f}")
            if row == len(shown) - 1:
                axes.set_xlabel(
                    f"time (s)\nblue: force (% of max.)\ngrey: PIC, down to {number(deepest, 0, 'nA')}", fontsize=6.2
                )
    for column, (name, words) in enumerate(SUMMARY):
        axes = figure.add_subplot(top[:, len(levels) + column])
        _summary(axes, m, shown, name)
        axes.set_xlabel(words, fontsize=6.2)
        if column == 0:
            title(axes, "B", "All seeds")
    left, right = (figure.add_subplot(place) for place in parts[1].subgridspec(1, 2))
    _doses(left, right, m.sel(case=doses))
    title(left, "C", "Continuous trains of other doses")
    title(right, "D", "What is left")
    caption(
        figure,
        f"{m.attrs['simulated']} A brief effort starts a spasm (its force is cut off); from the dotted line on "
        f"something is done. {m.sizes['seed']} seeds (common random numbers), {m.attrs['failed']} of "
        f"{m.attrs['runs']} failed; mean ± 95 %.",
    )
    return figure


def _course(axes: Axes, m: xr.Dataset, case: str) -> float:
    """Force, current and pulses of one case, in the scale of its level; the lowest current of the level, nA."""
    here, time, start = m.sel(case=case), m["time"].values, m.attrs["start"]
    late = m["shown_force"].sel(time=slice(start - 1, None)).values
    top = max(ROOM * float(np.nanmax(late, initial=0.0)), 1.0)
    deepest = float(np.nanmin(m["shown_pic"].values, initial=0.0))
    course(
        axes, time, here["shown_force"].values, top=top, current=here["shown_pic"].values,
        deepest=min(deepest, -1e-3), pulses=time[here["shown_pulses"].values > 0],
    )  # fmt: skip
    axes.axvline(start, color=INK, lw=0.6, ls=":")
    axes.set_yticks([t for t in MaxNLocator(2, steps=[1, 2, 5, 10]).tick_values(0, top / ROOM) if 0 <= t <= top])
    axes.tick_params(labelsize=6)
    return deepest


def _summary(axes: Axes, m: xr.Dataset, cases: Sequence[str], name: str) -> None:
    """One measure of every case at its row, levels above each other."""
    forest(axes, m, name, cases, by="constitutive", colours=LEVELS)
    rows(axes, cases, labelled=False)
    high = axes.get_xlim()[1]
    axes.set_xlim(-0.04 * high, high * (2.1 if name == "time_to_stop" else 1.05))
    axes.xaxis.set_major_locator(MaxNLocator(2 if name == "pulses" else 3, integer=True))
    axes.tick_params(labelsize=6)
    if name == "time_to_stop":
        count = m.sizes["constitutive"]
        for row, k in np.ndindex(len(cases), count):
            here = m.sel(case=cases[row]).isel(constitutive=k)
            y = row + 0.64 / count * (k - (count - 1) / 2)
            axes.annotate(
                f"{int(here['stopped'].sum())}/{int(here['stopped_n'])}", (1.0, y), ha="right", va="center",
                xycoords=("axes fraction", "data"), fontsize=5.4, color=LEVELS[k % len(LEVELS)],
            )  # fmt: skip


def _doses(left: Axes, right: Axes, m: xr.Dataset) -> None:
    """Share of the seeds in which no unit fires in the end (full) or force is hardly felt (hollow); units left."""
    places, count = np.arange(m.sizes["case"]), m.sizes["constitutive"]
    for k, level in enumerate(m["level"].values):
        here, at = m.isel(constitutive=k), places + 0.3 * (k - (count - 1) / 2)
        colour: Any = LEVELS[k % len(LEVELS)]
        shares(left, at, here["stopped"], colour)
        shares(left, at + 0.1, here["relieved"], colour, hollow=True)
        samples(right, at, here, "units_left", colour, width=0.2, size=3.8)
        left.plot([], [], "o", color=colour, ms=3.8, label=f"level {level:.2f}")
    left.plot([], [], "o", color=INK, mfc="white", ms=3.8, label=f"force below {m.attrs['relief']:g} %")
    left.set(ylim=(-4, 130), yticks=[0, 25, 50, 75, 100])
    left.legend(loc="upper center", ncols=count + 1, handletextpad=0.2, columnspacing=1.2, borderaxespad=0.0)
    right.set_ylim(bottom=-0.5)
    right.set_ylabel("units that fire in the end")
    words = [str(case).replace(", ", ",\n") for case in m["case"].values]
    for axes in (left, right):
        axes.set_xticks(places, words)
        axes.set_xlim(-0.6, len(places) - 0.4)
        axes.tick_params(axis="x", labelsize=5.8)
