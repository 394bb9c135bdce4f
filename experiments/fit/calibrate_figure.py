"""Targets observed and simulated, the course of the loss, the numbers that were found, and what replaces what."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MultipleLocator

from experiments.figure.caption import caption
from experiments.figure.look import (
    AMBER,
    BLUE,
    COLUMN_WIDTH,
    GREY,
    INK,
    PALE,
    level_colours,
    new_figure,
    styled,
    title,
)
from experiments.fit.calibrated import Row

REACH = 8.0
"""Uncertainties to either side that are drawn; what lies farther stands at the edge."""
NAMED = 8
"""Terms of the loss that are named, the largest in the end; the others are pale."""
WRITTEN = 10
"""Numbers, up to which each correlation is written out."""
WITHIN = 2.0
"""Uncertainties within which a target counts as met."""


@styled
def draw(m: xr.Dataset, targets: str) -> Figure:
    """The figure.

    Args:
        m: the answer of `Calibrate`.
        targets: who was observed, for the caption.
    """
    rows, numbers = m.sizes["target"], m.sizes["number"]
    figure = new_figure(COLUMN_WIDTH, 1.2 + 0.27 * rows + 2.3 + 0.26 * numbers + 0.4)
    grid = figure.add_gridspec(3, 1, height_ratios=[0.7 + 0.27 * rows, 2.0, 0.7 + 0.26 * numbers])
    upper, middle, lower = (figure.add_subfigure(grid[k]) for k in range(3))
    left, right = upper.subplots(1, 2, width_ratios=[1, 1.25])
    _targets(left, right, m)
    _course(middle.subplots(), m)
    left, right = lower.subplots(1, 2, width_ratios=[1.5, 1])
    _numbers(left, m)
    _correlations(right, m)
    caption(
        figure,
        f"{m.attrs.get('simulated', '')} Targets {targets}. A: mean and SD of {m.sizes['seed']} seeds that the search "
        f"has not seen; hollow, before; grey, within {WITHIN:g} uncertainties; amber, held out. C: best set, and where "
        f"the loss rises by less than {m.attrs['search_rise']:.2g}; hollow, not determined, dotted, at least.",
    )
    return figure


def _targets(axes: Axes, words: Axes, m: xr.Dataset) -> None:
    count = m.sizes["target"]
    sure = m["uncertainty"].values
    axes.axvspan(-WITHIN, WITHIN, color=PALE, lw=0)
    axes.axvline(0, color=GREY, lw=0.8)
    for k in range(count):
        colour = AMBER if m["held_out"].values[k] else BLUE
        for case in (0, 1):
            spread = float(m["simulated_spread"].values[k, case]) / sure[k]
            away = float(m["away"].values[k, case])
            if not np.isfinite(away):
                continue
            at, edge = np.clip(away, -REACH, REACH), abs(away) > REACH
            mark = (">" if away > 0 else "<") if edge else "o"
            bar = 0.0 if edge or not np.isfinite(spread) else spread
            face = colour if case else "white"
            axes.errorbar(
                at, k + 0.12 * (1 - 2 * case), xerr=bar, fmt=mark, ms=4, color=colour, mfc=face, mew=0.9,
                elinewidth=0.9, zorder=3 + case,
            )  # fmt: skip
    units = [f" ({unit})" if unit != "1" else "" for unit in map(str, m["target_unit"].values)]
    names = [_words(name) for name in m["target"].values]
    axes.set_yticks(range(count), [name + unit for name, unit in zip(names, units, strict=True)])
    axes.set(xlim=(-REACH - 0.6, REACH + 0.6), ylim=(count - 0.4, -0.6), xlabel="simulated − observed (uncertainties)")
    axes.xaxis.set_major_locator(MultipleLocator(2))
    title(axes, "A", "Targets: observed, before and fitted")
    words.set_axis_off()
    words.set(xlim=(0, 1), ylim=axes.get_ylim())
    rows = [Row.of(m, k) for k in range(count)]
    for heading, at, cells in (
        ("observed", 0.31, [row.observed.removesuffix(row.unit) for row in rows]),
        ("before", 0.56, [row.before for row in rows]),
        ("fitted", 0.81, [row.after for row in rows]),
        ("missed by", 1.0, [row.missed for row in rows]),
    ):
        style: dict[str, Any] = {"ha": "right", "va": "center", "fontsize": 5.8, "in_layout": False}
        words.text(at, -0.75, heading, color=GREY, **style)
        for k, cell in enumerate(cells):
            bold = "bold" if rows[k].missed and heading != "before" else "normal"
            words.text(at, k, cell.replace("not measurable", "–"), color=INK, fontweight=bold, **style)


def _course(axes: Axes, m: xr.Dataset) -> None:
    loss, terms = m["search_loss"].values, m["search_terms"].values
    best = np.minimum.accumulate(loss)
    at = np.maximum.accumulate(np.where(loss == best, np.arange(len(loss)), 0))  # the best set so far
    floor = max(1e-3, float(np.min(best)) * 1e-2)
    x = np.arange(1, len(loss) + 1)
    axes.plot(x, np.maximum(best, floor), color=INK, lw=1.6, drawstyle="steps-post", label="loss")
    largest = np.argsort(terms[at[-1]])[::-1][:NAMED]
    colours = dict(zip(sorted(largest), level_colours(len(largest)), strict=True))
    for k, (name, own) in enumerate(zip(m["term"].values, terms.T, strict=True)):
        look = {"color": colours[k], "label": _words(name)} if k in colours else {"color": PALE, "zorder": 0}
        axes.plot(x, np.maximum(own[at], floor), lw=0.9, drawstyle="steps-post", **look)
    axes.set(yscale="log", xlabel="sets tried", ylabel="best so far", xlim=(1, max(2, len(loss))))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
    axes.legend(loc="upper right", ncols=3, fontsize=6.2)
    title(axes, "B", "Course of the loss, and the terms that it is the sum of")


def _numbers(axes: Axes, m: xr.Dataset) -> None:
    count, units = m.sizes["number"], np.atleast_1d(m.attrs["search_units"])
    for k in range(count):
        known = bool(m["search_determined"].values[k])
        colour = BLUE if known else GREY
        axes.plot([0, 1], [k, k], color=PALE, lw=4, solid_capstyle="butt", zorder=0)
        trusted = bool(m["search_trusted"].values[k])
        axes.plot(m["search_place"].values[k], [k, k], color=colour, lw=1.6, ls="-" if trusted else (0, (1.5, 1)))
        axes.plot(m["search_point"].values[k], k, "o", ms=4, color=colour, mfc=colour if known else "white", mew=0.9)
        words = f"{m['search_value'].values[k]:.3g} {units[k]}".removesuffix(" 1").replace("-", "−")
        axes.text(1.04, k, words, va="center", fontsize=6, color=INK)
    names = [_words(name) for name in m["number"].values]
    axes.set_yticks(range(count), names)
    axes.set(xlim=(-0.02, 1.02), ylim=(count - 0.4, -0.6), xlabel="along the range of each number")
    title(axes, "C", "Numbers that were found")


def _correlations(axes: Axes, m: xr.Dataset) -> None:
    count, names = m.sizes["number"], [_words(name) for name in m["number"].values]
    values = m["search_correlation"].values
    axes.imshow(np.where(np.eye(count, dtype=bool), np.nan, values), cmap="PuOr_r", vmin=-1, vmax=1)
    for (k, j), x in np.ndenumerate(values):
        if k != j and count <= WRITTEN:
            ink = "white" if abs(x) > 0.7 else INK
            axes.text(j, k, f"{x:.1f}".replace("-", "−"), ha="center", va="center", fontsize=5.5, color=ink)
    axes.set_xticks(range(count), names, rotation=45, ha="right", fontsize=6)
    axes.set_yticks(range(count), names, fontsize=6)
    axes.tick_params(length=0)
    title(axes, "D", "Correlations")


def _words(name: object) -> str:
    return str(name).replace("delta_f", "ΔF").replace("_", " ")
