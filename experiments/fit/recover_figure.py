"""What is recovered, by units seen, by simulations learnt from, and by kind of summary: a row for each number."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from scipy.stats import binom

from experiments.figure.caption import caption
from experiments.figure.look import COLUMN_WIDTH, GREY, INK, PALE, level_colours, message, new_figure, styled, title
from experiments.fit.driven import WORDS
from experiments.words import number

KINDS = {
    "delta_f": "ΔF",
    "rate over time": "rates\nover time",
    "units active": "units active\nover time",
    "all": "all\nof them",
}
ESTIMATOR = "the\nestimator"
CHANCE = 0.95
"""How often an honest interval lies in the band of chance."""


@styled
def draw(m: xr.Dataset) -> Figure:
    """Numbers downwards: explained by units (A) and simulations (B), coverage (C), explained by kind of summary (D)."""
    if not m.attrs["usable"]:
        figure = new_figure(COLUMN_WIDTH, 2.0)
        message(figure.subplots(), "no simulation to recover anything from")
        return figure
    names = [WORDS.get(str(name), str(name)) for name in m["number"].values]
    figure = new_figure(COLUMN_WIDTH, 2.4 + 0.42 * len(names))
    grid = figure.add_gridspec(2, 1, height_ratios=[1.3 + 0.2 * len(names), 0.6 + 0.2 * len(names)])
    upper, lower = (figure.add_subfigure(grid[k]) for k in range(2))
    first, second, third = upper.subplots(1, 3, sharey=True)
    seen, level = m["seen"].values, int(np.argmax(m["level"].values))
    explained, learnt, held = (
        100 * x for x in (m["explained"].values, m["learnt_explained"].values, m["coverage"].values[:, level])
    )
    _rows(first, explained, [f"{n} units" for n in seen], "variance explained (%)")
    _rows(second, learnt, [f"{n:,}" for n in m["learnt"].values], "variance explained (%)")
    _rows(third, held, [f"{n} units" for n in seen], "holds the truth (%)")
    low = min(0.0, float(np.nanmin([explained.min(), learnt.min()])))
    for axes in (first, second):
        axes.set_xlim(1.05 * low, 100)
    wanted = float(m["level"].values[level])
    ends = 100 * np.array(binom.interval(CHANCE, m.attrs["usable"], wanted)) / m.attrs["usable"]
    third.axvspan(*ends, color=PALE, lw=0, zorder=0)
    third.axvline(100 * wanted, color=GREY, lw=0.8, zorder=0)
    third.set_xlim(min(held.min(), ends[0]) - 2, max(held.max(), ends[1]) + 2)
    first.set_yticks(range(len(names)), names)
    first.set_ylim(len(names) - 0.5, -0.5)
    title(first, "A", "By units seen")
    title(second, "B", "By simulations learnt")
    title(third, "C", f"Coverage of {100 * wanted:.0f} % intervals")
    axes = lower.subplots()
    _kinds(axes, m, names)
    title(axes, "D", "Variance that each kind of summary explains by itself (%)")
    caption(
        figure,
        f"{m.attrs.get('simulated', '')} {m.attrs['usable']} fresh simulations, each a recording of so many units "
        f"(B, D: {max(seen)}). A to C: the estimator; grey, {100 * CHANCE:.0f} % of honest intervals. D: regressions "
        "on one kind of summary alone, on all, and the estimator.",
    )
    return figure


def _rows(axes: Axes, values: np.ndarray, labels: list[str], words: str) -> None:
    """A point for each row and shade: values (shade, number), pale before dark."""
    colours = level_colours(len(labels))[::-1]
    rows = np.arange(values.shape[1])
    axes.hlines(rows, values.min(axis=0), values.max(axis=0), color=GREY, lw=0.6, zorder=1)
    for own, colour, label in zip(values, colours, labels, strict=True):
        axes.plot(own, rows, "o", ms=4, mew=0, color=colour, label=label, zorder=2)
    axes.set_xlabel(words)
    axes.tick_params(axis="y", length=0)
    axes.legend(
        fontsize=6, loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=3, columnspacing=0.8, handletextpad=0.1
    )


def _kinds(axes: Axes, m: xr.Dataset, names: list[str]) -> None:
    columns = [*(KINDS.get(str(b), str(b)) for b in m["block"].values), ESTIMATOR]
    most = m["explained"].values[int(np.argmax(m["seen"].values))]
    values = 100 * np.vstack([m["block_explained"].values, most]).T
    axes.imshow(np.clip(values, 0, 100), cmap="Blues", vmin=0, vmax=130, aspect="auto")
    for row, column in np.ndindex(values.shape):
        share = float(values[row, column])
        said = number(share, 0) if np.isfinite(share) else "–"
        axes.text(column, row, said, ha="center", va="center", color=INK)
    axes.axvline(len(columns) - 2.5, color="white", lw=2)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
