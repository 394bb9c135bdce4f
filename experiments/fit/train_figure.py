"""What an estimator recovers: posterior means against the truth, and the coverage of its intervals."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, level_colours, message, new_figure, styled, title
from experiments.fit.driven import WORDS
from experiments.words import listed

ACROSS = 3
"""Panels of a row."""


@styled
def draw(m: xr.Dataset) -> Figure:
    """A panel for each number, and one for the coverage."""
    names = [str(name) for name in m["number"].values]
    rows = -(-(len(names) + 1) // ACROSS)
    figure = new_figure(COLUMN_WIDTH, 2.3 * rows + 0.5)
    panels = figure.subplots(rows, ACROSS, squeeze=False).ravel()
    if not m.attrs["usable"]:
        for axes in panels[1:]:
            axes.remove()
        message(panels[0], "no simulation to train on")
        return figure
    for k, name in enumerate(names):
        axes = panels[k]
        low, high = np.atleast_1d(m.attrs["low"])[k], np.atleast_1d(m.attrs["high"])[k]
        unit = "" if listed(m, "units")[k] == "1" else f" ({listed(m, 'units')[k]})"
        axes.plot([low, high], [low, high], color=GREY, lw=0.8)
        axes.plot(m["truth"].values[:, k], m["mean"].values[:, k], "o", ms=1.8, mew=0, color=BLUE, alpha=0.5)
        axes.set(xlabel=f"truth{unit}", ylabel="posterior mean" if k % ACROSS == 0 else "", xlim=(low, high),
                 ylim=(low, high), box_aspect=1)  # fmt: skip
        axes.text(0.04, 0.97, f"R² {m['explained'].values[k]:.2f}", transform=axes.transAxes, va="top", color=INK)
        title(axes, chr(ord("A") + k), WORDS.get(name, name))
    axes = panels[len(names)]
    level = 100 * m["level"].values
    axes.plot([20, 100], [20, 100], color=GREY, lw=0.8)
    for k, (name, colour) in enumerate(zip(names, level_colours(len(names)), strict=True)):
        axes.plot(level, 100 * m["coverage"].values[:, k], "o-", ms=2.5, lw=0.8, color=colour, label=name)
    axes.set(xlabel="central interval (%)", ylabel="holds the truth (%)", xlim=(20, 100), ylim=(20, 100), box_aspect=1)
    axes.legend(fontsize=5, loc="lower right", ncols=1 + (len(names) > 4), columnspacing=0.8, handlelength=1.2)
    title(axes, chr(ord("A") + len(names)), "coverage")
    for spare in panels[len(names) + 1 :]:
        spare.remove()
    few, many = m.attrs["seen"]
    shown = np.shape(m["truth"])[0]
    caption(
        figure,
        f"{m.attrs.get('simulated', '')} Estimator trained on {m.attrs['usable']} simulated contractions, each seen as "
        f"recordings of {few} to {many} units; {shown} of {m.attrs['held_out']} that it never saw are shown. Coverage: "
        "share of these whose central interval holds the truth.",
    )
    return figure
