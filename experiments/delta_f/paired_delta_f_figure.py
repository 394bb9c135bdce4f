"""The figure of `paired_delta_f`: from one contraction to the map of all of them."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.contraction import contraction
from experiments.figure.look import COLUMN_WIDTH, GREY, INK, VERMILION, message, new_figure, styled, title
from experiments.figure.map import annotated_map
from experiments.figure.pair import pair
from experiments.figure.series import series


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `PairedDeltaF`."""
    figure = new_figure(COLUMN_WIDTH, 9.0)
    rows = figure.add_gridspec(3, 1, height_ratios=[1.15, 1.2, 1.0])
    top = rows[0].subgridspec(2, 2, width_ratios=[1, 1.05])
    one, smooth, two = (figure.add_subplot(place) for place in (top[0, 0], top[1, 0], top[:, 1]))
    level, inhibition = m.attrs["example"]
    contraction(one, smooth, m, m["time"].values, m["example_command"].values, "command Aₑ")
    pair(two, m)
    title(one, "A", f"One contraction (level {level:g}, Aᵢ {inhibition:g})")
    title(two, "B", "One pair of its units")
    maps = [figure.add_subplot(place) for place in rows[1].subgridspec(1, 3)]
    lasting = m["outlasting_mean"].values > 0.5
    annotated_map(maps[0], m["delta_f_mean"], m["delta_f_sd"], digits=(2, 2), marked=lasting)
    annotated_map(maps[1], m["brace_height_mean"], m["brace_height_sd"], digits=(0, 1), units=m["n_brace_valid_mean"])
    annotated_map(maps[2], m["peak_rate_mean"], m["peak_rate_sd"], digits=(1, 2))
    for axes, letter, words in zip(maps, "C  ", ("ΔF (pps)", "Brace height (%rTri)", "Peak rate (pps)"), strict=True):
        title(axes, letter.strip(), words)
        axes.set_xlabel("tonic inhibition Aᵢ")
    maps[0].set_ylabel("monoaminergic level")
    below = [figure.add_subplot(place) for place in rows[2].subgridspec(1, 2, width_ratios=[1.35, 1])]
    _lines(below[0], m)
    _effect(below[1], m)
    caption(figure, _caption(m))
    return figure


def _lines(axes, m: xr.Dataset) -> None:
    """ΔF against inhibition: a line for each level."""
    series(axes, m, "delta_f", along="inhibition", by="monoamine")
    if not np.isfinite(m["delta_f_mean"].values).any():
        message(axes, "no pair of units meets the criteria")
    axes.set(xlabel="tonic inhibition Aᵢ", ylabel="ΔF (pps)")
    handles, labels = axes.get_legend_handles_labels()
    beside = {"loc": "center left", "bbox_to_anchor": (1.0, 0.5), "handlelength": 1.0, "borderaxespad": 0.2}
    axes.legend(handles[::-1], labels[::-1], title="level", **beside)
    title(axes, "D", "ΔF against inhibition")


def _effect(axes, m: xr.Dataset) -> None:
    """Change of ΔF with inhibition at every level, paired by seed."""
    start, end = m.attrs["contrast"]
    axes.axhline(0, color=INK, lw=0.7)
    series(axes, m, "delta_f_effect", along="monoamine", colours=[VERMILION], categories=True)
    axes.set(xlabel="monoaminergic level", ylabel=f"change of ΔF (pps)\nfrom Aᵢ {start:g} to {end:g}")
    change = m["delta_f_effect"].values
    known = np.abs(change[np.isfinite(change)])
    reach = 1.3 * max(known.max(initial=0), 0.1)
    axes.set(ylim=(-reach, reach), xlim=(-0.6, m.sizes["monoamine"] - 0.4))
    if known.size:
        axes.text(0.02, 0.99, "inhibition raises ΔF", transform=axes.transAxes, va="top", color=GREY, fontsize=7)
        axes.text(0.02, 0.01, "inhibition lowers ΔF", transform=axes.transAxes, va="bottom", color=GREY, fontsize=7)
    else:
        message(axes, "nothing to compare")
    title(axes, "E", "Effect of inhibition, by seed")


def _caption(m: xr.Dataset) -> str:
    return (
        f"{m.attrs['simulated']} {m.sizes['monoamine']} monoaminergic levels × {m.sizes['inhibition']} tonic "
        f"inhibitory commands × {m.sizes['seed']} seeds, {m.attrs['failed']} of {m.attrs['runs']} failed. Small "
        "points, seeds (common random numbers); large points, mean with its 95 % interval; C, mean ± SD between "
        "seeds, n valid units, * most units outlast the command."
    )
