"""The figure of `paired_delta_f`: from one contraction to the map of all of them."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments import contraction_panels
from experiments.figures import (
    COLUMN_WIDTH,
    GREY,
    INK,
    VERMILION,
    caption,
    level_colours,
    message,
    new_figure,
    styled,
    title,
)
from experiments.map_panel import annotated_map
from experiments.series_panel import interval
from experiments.words import mean_and_sd, number

HUMAN = (
    "For orientation only, people at 20 % of maximal force (young adults, computed from the public data set "
    "orssatto/PICs-ageing, mean (SD) over units): tibialis anterior ΔF 4.39 (1.39), peak rate 14.5 (2.3) pps; soleus "
    "ΔF 2.74 (1.25), peak rate 10.5 (1.8) pps"
)
HUMAN_PEAK = 14.5  # pps, the faster of the two


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `PairedDeltaF`."""
    figure = new_figure(COLUMN_WIDTH, 9.4)
    rows = figure.add_gridspec(3, 1, height_ratios=[1.15, 1.2, 1.0])
    top = rows[0].subgridspec(2, 2, width_ratios=[1, 1.05])
    raster, rates, pair = (figure.add_subplot(place) for place in (top[0, 0], top[1, 0], top[:, 1]))
    level, inhibition = m.attrs["example"]
    contraction_panels.raster(raster, m)
    contraction_panels.rates(rates, m)
    contraction_panels.pair(pair, m)
    title(raster, "A", f"One contraction (level {level:g}, Aᵢ {inhibition:g})")
    title(pair, "B", "One pair of its units")
    maps = [figure.add_subplot(place) for place in rows[1].subgridspec(1, 3)]
    lasting = m["outlasting_mean"].values > 0.5
    annotated_map(maps[0], m["delta_f_mean"], m["delta_f_sd"], digits=(2, 2), marked=lasting)
    annotated_map(maps[1], m["brace_height_mean"], m["brace_height_sd"], digits=(0, 1))
    annotated_map(maps[2], m["peak_rate_mean"], m["peak_rate_sd"], digits=(1, 2))
    title(maps[0], "C", "ΔF (pps)")
    title(maps[1], "", "Brace height (%rTri)")
    title(maps[2], "", "Peak rate (pps)")
    maps[0].set_ylabel("monoaminergic level")
    for axes in maps:
        axes.set_xlabel("tonic inhibition Aᵢ")
    below = [figure.add_subplot(place) for place in rows[2].subgridspec(1, 2, width_ratios=[1.35, 1])]
    _lines(below[0], m)
    _effect(below[1], m)
    caption(figure, _caption(m))
    return figure


def _lines(axes: Axes, m: xr.Dataset) -> None:
    """ΔF against inhibition: a line for each level, seeds as points, the mean with its 95 % interval."""
    x, levels = m["inhibition"].values, m["monoamine"].values
    step = np.diff(x).min() if len(x) > 1 else 1.0
    for k, (level, colour) in enumerate(zip(levels, level_colours(len(levels)), strict=True)):
        aside = x + 0.055 * step * (k - (len(levels) - 1) / 2)
        points, mean = m["delta_f"].values[k], m["delta_f_mean"].values[k]
        spread = interval(m["delta_f_sd"].values[k], m["delta_f_n"].values[k])
        axes.plot(np.repeat(aside, points.shape[1]), points.ravel(), ".", ms=2.2, color=colour, alpha=0.4, mew=0)
        axes.errorbar(aside, mean, spread, color=colour, lw=1.3, elinewidth=1.0, marker="o", ms=2.6, label=f"{level:g}")
    if not np.isfinite(m["delta_f_mean"].values).any():
        message(axes, "no pair of units meets the criteria")
    axes.set_xlabel("tonic inhibition Aᵢ")
    axes.set_ylabel("ΔF (pps)")
    handles, labels = axes.get_legend_handles_labels()
    axes.legend(
        handles[::-1],
        labels[::-1],
        title="level",
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        handlelength=1.0,
        borderaxespad=0.2,
    )
    title(axes, "D", "ΔF against inhibition")


def _effect(axes: Axes, m: xr.Dataset) -> None:
    """Change of ΔF with inhibition at every level, paired by seed."""
    levels, change, mean = m["monoamine"].values, m["delta_f_effect"].values, m["delta_f_effect_mean"].values
    start, end = m.attrs["contrast"]
    places = np.arange(len(levels))
    aside = np.linspace(-0.28, 0.28, change.shape[1]) if change.shape[1] > 1 else np.zeros(1)
    spread = interval(m["delta_f_effect_sd"].values, m["delta_f_effect_n"].values)
    axes.axhline(0, color=INK, lw=0.7)
    axes.plot((places[:, None] + aside).ravel(), change.ravel(), ".", ms=2.8, color=GREY, alpha=0.7, mew=0)
    axes.errorbar(places, mean, spread, fmt="o", ms=4, color=VERMILION, lw=1.4, zorder=5)
    axes.set_xticks(places, [f"{level:g}" for level in levels])
    axes.set_xlabel("monoaminergic level")
    axes.set_ylabel(f"change of ΔF (pps)\nfrom Aᵢ {start:g} to {end:g}")
    known = np.abs(change[np.isfinite(change)])
    reach = 1.3 * max(known.max(initial=0), 0.1)
    axes.set_ylim(-reach, reach)
    axes.set_xlim(-0.6, len(levels) - 0.4)
    if known.size:
        axes.text(0.02, 0.99, "inhibition raises ΔF", transform=axes.transAxes, va="top", color=GREY, fontsize=7)
        axes.text(0.02, 0.01, "inhibition lowers ΔF", transform=axes.transAxes, va="bottom", color=GREY, fontsize=7)
    else:
        message(axes, "nothing to compare")
    title(axes, "E", "Effect of inhibition, by seed")


def _caption(m: xr.Dataset) -> str:
    level, inhibition = m.attrs["example"]
    here = m.sel(monoamine=level, inhibition=inhibition)
    there, peak = f"level {level:g}, Aᵢ {inhibition:g}", float(here["peak_rate_mean"])
    beside = "faster than either muscle" if peak > HUMAN_PEAK else "not faster than tibialis anterior"
    compared = (
        f"; the model's units peak at {peak:.1f} pps on average at {there}, {beside}" if np.isfinite(peak) else ""
    )
    what = (
        f"{m.attrs['simulated']} {m.attrs['runs']} contractions, {m.attrs['failed']} failed: "
        f"{m.sizes['monoamine']} monoaminergic levels (multiplier of the dendritic L-type Ca conductance) × "
        f"{m.sizes['inhibition']} tonic inhibitory commands Aᵢ × {m.sizes['seed']} seeds; the seeds' noise is the same "
        "in all conditions (common random numbers). A: units from dark to light in order of recruitment; grey, the "
        "command. B: dots, instantaneous rates; lines, smoothed; shown is the pair whose ΔF is nearest to the pool's. "
        "C: mean over seeds and ± SD between seeds; * more than half of the recruited units outlast the command, and "
        "ΔF lacks their true derecruitment. D, E: small points, seeds; large points, their mean with its 95 % interval "
        "(in D shifted sideways a little); E is paired by seed."
    )
    how = (
        f"{m.attrs['convention'].replace('>=', '≥')}. Estimator noise at {there}, one unit's last spike left out at a "
        f"time: {number(m['noise_pool'], 2, 'pps')} for the pool, {number(m['noise_single'], 2, 'pps')} r.m.s. for a "
        f"single test unit. ΔF there: {mean_and_sd(here, 'delta_f', 2, 'pps')}, from "
        f"{number(here['n_test_units_mean'], 1)} test units. Brace height and peak rate use the same smoother."
    )
    return f"{what}\n{how}\n{HUMAN}{compared}."
