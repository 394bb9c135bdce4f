"""The figure of `changes`: ΔF of each participant in every case, and what changes beside what changes in people."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREEN, GREY, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.published.delta_f_changes import PEOPLE, Change

COLUMNS = (
    ("delta_f_effect", "delta_f", "ΔF, change (pps)"),
    ("peak_rate_percent", "peak_rate_percent", "peak rate, change (%)"),
    ("brace_height_effect", "brace_height", "brace height,\nchange (%rTri)"),
)
"""Measure, what of people it stands beside, and its axis."""


@styled
def draw(m: xr.Dataset, control: str, beside: Mapping[str, str]) -> Figure:
    """The figure.

    Args:
        m: the answer of `Changes`.
        control: case that the others are compared with.
        beside: case -> kind of what was done to people.
    """
    muscles = [str(name) for name in m["muscle"].values]
    others = [str(name) for name in m["case"].values if name != control]
    figure = new_figure(COLUMN_WIDTH, 0.9 + len(muscles) * (1.0 + 0.32 * len(others)))
    axes = np.atleast_2d(figure.subplots(len(muscles), 4, squeeze=False, width_ratios=[1.15, 1, 1, 1]))
    letters = iter("ABCDEFGHIJKLMNOP")
    for row, muscle in zip(axes, muscles, strict=True):
        own = m.sel(muscle=muscle)
        _joined(row[0], own, [control, *others])
        title(row[0], next(letters), muscle)
        for k, (here, (name, people, label)) in enumerate(zip(row[1:], COLUMNS, strict=True)):
            _changed(here, own, name, others, beside, people)
            here.set_xlabel(label)
            here.set_yticks(range(len(others)), others if k == 0 else [""] * len(others))
            title(here, next(letters), "")
    failed = f"{m.attrs['failed']} of {m.attrs['runs']} runs failed"
    who = "participant" if "participant" in m.dims else "seed"
    caption(
        figure,
        f"{m.attrs['simulated']} {m.sizes[who]} {who}s, {failed}. Lines join a {who}; points, mean "
        f"with 95 % interval. Changes from {control}, paired; green, people with 95 % intervals.",
    )
    return figure


def _joined(axes: Axes, own: xr.Dataset, cases: list[str]) -> None:
    values = own["delta_f"].sel(case=cases).transpose("case", ...).values.reshape(len(cases), -1)
    axes.plot(np.arange(len(cases)), values, color=GREY, lw=0.5, alpha=0.6)
    for k, case in enumerate(cases):
        samples(axes, [k], own.sel(case=case), "delta_f", BLUE if k == 0 else VERMILION, points=False)
    axes.set_xticks(range(len(cases)), cases, rotation=30, ha="right")
    axes.set(xlim=(-0.4, len(cases) - 0.6), ylabel="ΔF (pps)")
    axes.set_ylim(0, None)


def _changed(axes: Axes, own: xr.Dataset, name: str, cases: list[str], beside: Mapping[str, str], people: str) -> None:
    axes.axvline(0, color=GREY, lw=0.6)
    for row, case in enumerate(cases):
        samples(axes, [row - 0.12], own.sel(case=case), name, VERMILION, width=0.2, across=True)
        known = [getattr(p, people) for p in PEOPLE if p.intervention == beside.get(case)]
        for k, x in enumerate(x for x in known if x is not None):
            _people(axes, x, row + 0.16 + 0.12 * k)
    axes.set_ylim(len(cases) - 0.4, -0.6)


def _people(axes: Axes, x: Change, at: float) -> None:
    if x.low is not None and x.high is not None:
        axes.plot([x.low, x.high], [at, at], color=GREEN, lw=1.0)
    axes.plot(x.mean, at, "D", color=GREEN, ms=2.6)
