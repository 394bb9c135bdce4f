"""The figure of `sweep`: a panel for each measure and parameter, a point for each parameter set."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, level_colours, new_figure, styled
from experiments.figure.scatter import scatter
from experiments.pool.factors import label, level, varied
from experiments.words import listed

WORDS = {
    "delta_f": "ΔF (pps)",
    "brace_height": "brace height\n(%rTri)",
    "peak_rate": "peak rate (pps)",
    "n_recruited": "units recruited",
    "peak_force": "peak force (%)",
    "mean_emg": "mean EMG",
}
MOST = 6  # parameters that fit a page
NOTE = (
    "A point is one set, its mean over the seeds; ρ, Spearman's rank correlation over the sets that have a value, red "
    "from 0.5 on: it says what moves a measure within these ranges, not by how much, and no interval is given."
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `Sweep`."""
    shown, by = [str(name) for name in m["measure"].values], listed(m, "along")
    rank = m["rank_correlation"].values.reshape(len(shown), m.sizes["path"], -1)
    strongest = np.nan_to_num(np.abs(rank)).max(axis=(0, 2))
    columns = sorted(np.argsort(-strongest, kind="stable")[:MOST])
    colours = level_colours(m.sizes[by[0]]) if by else [BLUE]
    figure = new_figure(COLUMN_WIDTH, 1.35 * len(shown) + 1.2)
    panels = figure.subplots(len(shown), len(columns), sharex="col", sharey="row", squeeze=False)
    for row, name in enumerate(shown):
        y = np.atleast_2d(m[f"{name}_mean"].transpose(*by, "point").values)
        panels[row, 0].set_ylabel(WORDS[name])
        for axes, column in zip(panels[row], columns, strict=True):
            scatter(axes, np.atleast_2d(m["parameters"].values[column]), y, rank[row, column], colours)
    for axes, column in zip(panels[-1], columns, strict=True):
        head, _, tail = str(m["path"].values[column]).partition(".")
        unit = listed(m, "path_units")[column]
        axes.set_xlabel(f"{head}\n{tail}" + f" ({unit})" * (unit != "1"), fontsize=6.5)
    if by:
        said = [panels[0, 0].plot([], [], "o", color=colour, ms=3.4)[0] for colour in colours]
        words = [level(value) for value in m[by[0]].values]
        figure.legend(said, words, title=label(m[by[0]]), loc="outside upper center", ncols=min(6, len(words)))
    left = f" Of {m.sizes['path']} parameters the {MOST} that matter most." * (m.sizes["path"] > MOST)
    caption(
        figure,
        f"{m.attrs['simulated']} {m.attrs['runs']} contractions, {m.attrs['failed']} failed: {m.sizes['point']} "
        f"parameter sets, all parameters varied together, × {varied(m, by)}. A point is one set, its mean over "
        f"the seeds; ρ, Spearman's rank correlation.{left}",
    )
    return figure
