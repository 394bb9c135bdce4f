"""The figure of `sweep`: a panel for each measure and parameter, a point for each parameter set."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figures import BLUE, COLUMN_WIDTH, GREY, VERMILION, caption, message, new_figure, styled
from experiments.words import listed, number

WORDS = {
    "delta_f": "ΔF (pps)",
    "brace_height": "brace height\n(%rTri)",
    "peak_rate": "peak rate (pps)",
    "n_recruited": "units recruited",
}
MOST = 6  # parameters that fit a page


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `Sweep`."""
    shown = [str(name) for name in m["measure"].values]
    strongest = np.nan_to_num(np.abs(m["rank_correlation"].values)).max(axis=0)
    columns = sorted(np.argsort(-strongest, kind="stable")[:MOST])
    figure = new_figure(COLUMN_WIDTH, 1.35 * len(shown) + 1.5)
    panels = figure.subplots(len(shown), len(columns), sharex="col", sharey="row", squeeze=False)
    units = listed(m, "path_units")
    for row, name in enumerate(shown):
        for place, column in enumerate(columns):
            axes = panels[row, place]
            _scatter(axes, m, name, column)
            if place == 0:
                axes.set_ylabel(WORDS[name])
            if row == len(shown) - 1:
                axes.set_xlabel(_label(str(m["path"].values[column]), units[column]), fontsize=6.5)
    caption(figure, _caption(m, len(columns)))
    return figure


def _scatter(axes: Axes, m: xr.Dataset, name: str, column: int) -> None:
    x, y = m["parameters"].values[column], m[name].values
    if not np.isfinite(y).any():
        return message(axes, "nothing to measure")
    rank = float(m["rank_correlation"].sel(measure=name).values[column])
    axes.plot(x, y, "o", ms=2.6, color=BLUE, alpha=0.7, mew=0)
    strong = VERMILION if abs(rank) >= 0.5 else GREY
    if np.isfinite(rank):
        axes.annotate(
            f"ρ {number(rank, 2, sign=True)}", (0.98, 0.98), xycoords="axes fraction", ha="right", va="top",
            fontsize=6.2, color=strong,
        )  # fmt: skip
    axes.margins(y=0.2)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    return None


def _label(path: str, unit: str) -> str:
    """'network.hTA.tau_ca.low (ms)' on two lines."""
    head, _, tail = path.partition(".")
    return f"{head}\n{tail}" + ("" if unit == "1" else f" ({unit})")


def _caption(m: xr.Dataset, columns: int) -> str:
    left = "" if columns == m.sizes["path"] else f" Of {m.sizes['path']} parameters the {columns} that matter most."
    return (
        f"{m.attrs['simulated']} {m.attrs['runs']} contractions, {m.attrs['failed']} failed: {m.sizes['point']} "
        f"parameter sets, all parameters varied together, × {m.attrs['seeds']} seeds. A point is one set, its mean "
        "over the seeds; ρ, Spearman's rank correlation over the sets that have a value, red from 0.5 on: it says what "
        f"moves a measure within these ranges, not by how much, and no interval is given.{left}\n"
        f"{m.attrs['convention'].replace('>=', '≥')}."
    )
