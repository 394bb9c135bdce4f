"""The figure of `pool`: one contraction, and what becomes of it along the axes of the design."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from experiments import contraction_panels
from experiments.design_axes import dims, label, setting, varied
from experiments.figures import (
    BLUE,
    COLUMN_WIDTH,
    GREY,
    INK,
    caption,
    level_colours,
    message,
    new_figure,
    styled,
    title,
)
from experiments.series_panel import series
from experiments.words import number

PANELS = {"delta_f": "ΔF (pps)", "peak_rate": "Peak rate (pps)", "brace_height": "Brace height (%rTri)"}
MOST_TICKS = 6
ROWS = (
    ("ΔF (pps)", "delta_f", 2),
    ("test units with a ΔF", "n_test_units", 1),
    ("peak rate (pps)", "peak_rate", 2),
    ("brace height (%rTri)", "brace_height", 1),
    ("units recruited", "n_recruited", 1),
    ("still firing in the last second", "n_still_firing", 1),
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `Pool`."""
    figure = new_figure(COLUMN_WIDTH, 5.2)
    halves = figure.add_gridspec(1, 2, width_ratios=[1, 1.08])
    left, right = (figure.add_subfigure(halves[0, k]) for k in (0, 1))
    raster, rates = left.subplots(2, 1)
    contraction_panels.raster(raster, m)
    contraction_panels.rates(rates, m)
    title(raster, "A", "One contraction" + "\n" * bool(dims(m)))
    where = ", ".join(setting(m, dim, i) for dim, i in zip(dims(m), m.attrs["example"], strict=True))
    above = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 6.5, "color": GREY}
    raster.annotate(where, (0, 1), (0, 5), **above)
    if dims(m):
        _along(right, m)
    else:
        pair, numbers = right.subplots(2, 1, height_ratios=[1.6, 1])
        contraction_panels.pair(pair, m)
        title(pair, "B", "One pair of its units")
        table(numbers, m)
        title(numbers, "C", f"The pool, {m.sizes['seed']} seed{'s' * (m.sizes['seed'] != 1)}")
    caption(figure, _caption(m))
    return figure


def _along(place: SubFigure, m: xr.Dataset) -> None:
    """The measures against the first axis, a colour for each value of the second."""
    two = "second" in m.dims
    by_series = m if two else m.expand_dims("second", axis=1)
    colours = level_colours(m.sizes["second"]) if two else [BLUE]
    grid = place.add_gridspec(3, 2, height_ratios=[0.001 + 0.16 * two, 1, 1])
    panels: list[Axes] = []
    for k in range(4):
        panels.append(place.add_subplot(grid[1 + k // 2, k % 2], sharex=panels[0] if k else None))
    for letter, axes, (name, words) in zip("BCD", panels, PANELS.items(), strict=False):
        title(axes, letter, words)
        if np.isfinite(m[name].values).any():
            series(axes, by_series, name, colours)
        else:
            message(axes, "no unit has a\nvalid value")
    title(panels[3], "E", f"Units (of {m.sizes['unit']})")
    _units(panels[3], by_series, colours)
    x = m["first"].values
    ticks = x if len(x) <= MOST_TICKS else MaxNLocator(MOST_TICKS, steps=[1, 2, 5, 10]).tick_values(x[0], x[-1])[1:-1]
    for k, axes in enumerate(panels):
        axes.set_xticks(ticks, [f"{value:g}" for value in ticks])
        axes.tick_params(labelbottom=k > 1)
    place.supxlabel(label(m["first"]), fontsize=7.5)
    if two:
        _legend(place.add_subplot(grid[0, :]), m, colours)


def _units(axes: Axes, m: xr.Dataset, colours: list) -> None:
    """Units recruited, and units that still fire at the end."""
    series(axes, m, "n_recruited", colours)
    series(axes, m, "n_still_firing", colours, hollow=True)
    size = m.sizes["unit"]
    axes.set_ylim(-0.03 * size, 1.35 * size)
    axes.set_yticks(np.unique(np.linspace(0, size, 5).round()))
    axes.plot([], [], "o-", color=INK, ms=3.4, label="recruited")
    axes.plot([], [], "o--", color=INK, ms=3.4, mfc="white", mew=0.9, label="firing in the last second")
    axes.legend(loc="upper left", borderaxespad=0.1, handlelength=1.8, fontsize=6.2)


def _legend(axes: Axes, m: xr.Dataset, colours: list) -> None:
    axes.set_axis_off()
    for value, colour in zip(m["second"].values, colours, strict=True):
        axes.plot([], [], "o-", color=colour, ms=3.4, label=f"{value:g}")
    axes.legend(title=label(m["second"]), loc="center", ncols=min(6, len(colours)), handlelength=1.2, columnspacing=1.0)


def table(axes: Axes, m: xr.Dataset) -> None:
    """Mean and SD over seeds of every measure; one seed has no SD."""
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(ROWS), -0.9))
    heads = {0.72: "mean", 0.86: "SD", 1.0: "n"} if m.sizes["seed"] > 1 else {0.72: "value"}
    for edge, head in heads.items():
        axes.text(edge, -0.45, head, ha="right", va="center", color=GREY)
    axes.plot([0, max(heads)], [0, 0], color=GREY, lw=0.6)
    for row, (words, name, digits) in enumerate(ROWS):
        axes.text(0, row + 0.5, words, va="center")
        decimals = (digits, digits, 0) if m.sizes["seed"] > 1 or "(" in words else (0,)
        for edge, part, places in zip(heads, ("mean", "sd", "n"), decimals, strict=False):
            value = float(m[f"{name}_{part}"])
            axes.text(edge, row + 0.5, number(value, places) if value == value else "–", ha="right", va="center")


def _caption(m: xr.Dataset) -> str:
    along, seeds, runs = dims(m), m.sizes["seed"], m.attrs["runs"]
    what = f"{m.attrs['simulated']} {runs} contraction{'s' * (runs != 1)}, {m.attrs['failed']} failed: {varied(m)}."
    if along and seeds > 1:
        what += " The seeds' noise is the same in all conditions (common random numbers)."
    what += " A: units from dark to light in order of recruitment; grey, the command"
    what += "; the first seed." if seeds > 1 else "."
    if not along:
        what += (
            " B: of this contraction, the pair whose ΔF is nearest to its pool's; dots, instantaneous rates; lines, "
            "smoothed. C: means over test units (ΔF), recruited units (peak rate) and valid units (brace height)."
        )
    else:
        if seeds > 1:
            what += " B–E: small points, seeds; large points, their mean with its 95 % interval (shifted sideways)."
        tests = m["n_test_units_mean"].values
        some = np.isfinite(tests).any()
        counts = f", {np.nanmin(tests):.3g} to {np.nanmax(tests):.3g} in a condition" if some else ""
        what += f" B: mean over test units{counts}. C: mean over recruited units. D: mean over valid units."
    how = (
        "Peak rate and brace height use the same smoother; a brace height is valid if the rate accelerates and peaks "
        "no later than the command. Recruited: at least two spikes; last second: of the simulation, after the command."
    )
    return f"{what}\n{m.attrs['convention'].replace('>=', '≥')}. {how}"
