"""The figure of `pool`: one contraction, and what becomes of it along the factors of the design."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from matplotlib.ticker import MaxNLocator

from experiments.figure.caption import caption
from experiments.figure.contraction import contraction
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, level_colours, message, new_figure, styled, title
from experiments.figure.pair import pair
from experiments.figure.series import series
from experiments.figure.table import Column, cell, table
from experiments.pool.factors import label, level, named, setting, varied
from experiments.words import listed, span

ROWS = {  # of the table: words, digits; and title of a panel
    "delta_f": ("ΔF (pps)", 2, "ΔF (pps)"),
    "n_test_units": ("test units with a ΔF", 1, ""),
    "peak_rate": ("peak rate (pps)", 2, "Peak rate (pps)"),
    "brace_height": ("brace height (%rTri)", 1, "Brace height (%rTri)"),
    "n_brace_valid": ("units with a valid brace height", 1, ""),
    "n_recruited": ("units recruited", 1, "Units"),
    "n_still_firing": ("still firing in the last second", 1, ""),
    "peak_force": ("peak force (% of the maximal one)", 1, "Peak force (%)"),
    "mean_emg": ("mean EMG", 3, "Mean EMG"),
}
MOST_TICKS = 6
ROOM = 26  # letters beneath a panel, before they are turned


def example(m: xr.Dataset) -> dict[str, int]:
    """Place of the contraction shown, by factor."""
    return dict(zip(listed(m, "along"), np.atleast_1d(m.attrs["example"]).astype(int).tolist(), strict=True))


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `Pool`."""
    along = listed(m, "along")
    shown = [name for name, (*_, head) in ROWS.items() if head and name in m]
    figure = new_figure(COLUMN_WIDTH, 4.6 if len(shown) < 5 else 5.8)
    halves = figure.add_gridspec(1, 2, width_ratios=[1, 1.08])
    left, right = (figure.add_subfigure(halves[0, k]) for k in (0, 1))
    raster, rates = left.subplots(2, 1)
    contraction(raster, rates, m, m["time"].values, m["example_command"].values, "command Aₑ")
    title(raster, "A", "One contraction" + "\n" * bool(along))
    above = {"xycoords": "axes fraction", "textcoords": "offset points", "fontsize": 6.5, "color": GREY}
    raster.annotate(", ".join(setting(m, dim, k) for dim, k in example(m).items()), (0, 1), (0, 5), **above)
    if along:
        _along(right, m, along, shown)
    else:
        two, numbers = right.subplots(2, 1, height_ratios=[1.6, 1])
        pair(two, m)
        title(two, "B", "One pair of its units")
        _numbers(numbers, m)
        title(numbers, "C", f"The pool, {varied(m, [])}")
    runs, bars = m.attrs["runs"], along and m.sizes["seed"] > 1
    text = (
        f"{m.attrs['simulated']} {runs} contraction{'s' * (runs != 1)}, {m.attrs['failed']} failed: {varied(m, along)}."
    )
    seeds = " Small points, seeds (common random numbers); large points, their mean with its 95 % interval."
    caption(figure, text + seeds if bars else text)
    return figure


def _along(place: SubFigure, m: xr.Dataset, along: list[str], shown: list[str]) -> None:
    """The measures along the first factor, a colour for each level of the second."""
    first, by = m[along[0]], along[1] if along[1:] else None
    x, colours = first.values, level_colours(m.sizes[by]) if by else [BLUE]
    drawn = {"along": along[0], "by": by, "colours": colours, "categories": named(first)}
    panels = place.subplots(-(-len(shown) // 2), 2, sharex=True, squeeze=False).ravel()
    for letter, axes, name in zip("BCDEFG", panels, shown, strict=False):
        title(axes, letter, ROWS[name][2] + f" (of {m.sizes['unit']})" * (name == "n_recruited"))
        if np.isfinite(m[name].values).any():
            series(axes, m, name, **drawn)
        else:
            message(axes, "no unit has a\nvalid value")
        if name == "n_recruited":
            series(axes, m, "n_still_firing", **drawn, hollow=True)
            _units(axes, m.sizes["unit"])
        if named(first) and sum(map(len, x)) > ROOM:
            axes.tick_params(axis="x", rotation=90, labelsize=6)
        elif not named(first):
            few = MaxNLocator(MOST_TICKS, steps=[1, 2, 5, 10])
            axes.set_xticks(x if len(x) <= MOST_TICKS else few.tick_values(x.min(), x.max())[1:-1])
    for axes in panels[len(shown) :]:
        axes.set_axis_off()
    place.supxlabel(label(first), fontsize=7.5)
    if by:
        said = [panels[0].plot([], [], "o-", color=colour, ms=3.4)[0] for colour in colours]
        few = {"ncols": min(6, len(said)), "handlelength": 1.2, "columnspacing": 1.0}
        place.legend(said, [*map(level, m[by].values)], title=label(m[by]), loc="outside upper center", **few)


def _units(axes: Axes, size: int) -> None:
    """The units that there are, and which points are which."""
    axes.set_ylim(-0.03 * size, 1.35 * size)
    axes.set_yticks(np.unique(np.linspace(0, size, 5).round()))
    said = [
        axes.plot([], [], style, color=GREY, ms=3.4, mfc=face)[0] for style, face in (("o-", GREY), ("o--", "white"))
    ]
    beside = {"loc": "upper left", "borderaxespad": 0.1, "handlelength": 1.8, "fontsize": 6.2}
    axes.legend(said, ["recruited", "firing in the last second"], **beside)


def _numbers(axes: Axes, m: xr.Dataset) -> None:
    """Mean and SD over seeds of every measure; one seed has no SD, and counts whole units."""
    rows = {name: (words, digits) for name, (words, digits, _) in ROWS.items() if name in m}
    several = m["n_recruited"].size > 1
    heads = {"mean": "mean", "sd": "SD", "n": "n"} if several else {"mean": "value"}
    columns = [Column("", [words for words, _ in rows.values()], 0.0, left=True)]
    for part, edge in zip(heads, (0.72, 0.86, 1.0), strict=False):
        counted = {
            name: part == "n" or (not several and words.startswith(("units", "test", "still")))
            for name, (words, _) in rows.items()
        }
        cells = [cell(float(m[f"{name}_{part}"]), 0 if counted[name] else digits) for name, (_, digits) in rows.items()]
        columns.append(Column(heads[part], cells, edge))
    table(axes, columns)


def notes(m: xr.Dataset) -> list[str]:
    """How to read the panels."""
    along, several = listed(m, "along"), m.sizes["seed"] > 1
    panels = (
        "A: units from dark to light in order of recruitment; grey, the command" + "; the first seed" * several + "."
    )
    pair = "of this contraction, the pair whose ΔF is nearest to its pool's; dots, instantaneous rates; lines, smoothed"
    tests, valid = (span(m[f"{name}_mean"].values) for name in ("n_test_units", "n_brace_valid"))
    if not along:
        over = f" B: {pair}. C: means over test units (ΔF), recruited units (peak rate) and valid units (brace height)."
    else:
        over = (
            f" B: mean over test units, {tests} in a condition. C: mean over recruited units. D: mean over valid "
            f"units, {valid} in a condition."
        )
    if along and several:
        over += (
            " The seeds' noise is the same in all conditions (common random numbers). From B on: small points, seeds; "
            "large points, their mean with its 95 % interval (shifted sideways)."
        )
    muscle = " Peak force and mean EMG are those of the whole simulation." * bool({"peak_force", "mean_emg"} & set(m))
    return [
        panels + over,
        "The peak rate takes the smoother of ΔF, brace height rates of its own (see Conventions); a brace height is "
        "valid if the rate accelerates and peaks no later than the command. Recruited: at least two spikes; last "
        f"second: of the simulation, after the command.{muscle}",
    ]
