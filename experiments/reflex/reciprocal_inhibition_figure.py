"""The figure of `reciprocal_inhibition`: the first milliseconds, the whole time course, and depth over intensity."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, level_colours, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.published import reflexes as people

EARLY = 10.0
"""ms, of panel A."""


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `ReciprocalInhibition`."""
    figure = new_figure(COLUMN_WIDTH, 3.0)
    first, whole, depth = figure.subplots(1, 3, width_ratios=[1, 1.5, 0.8])
    colours = level_colours(m.sizes["case"])
    early = m.sel(interval=m["interval"] <= EARLY)
    for k, case in enumerate(m["case"].values):
        _course(first, early.sel(case=case), colours[k], str(case))
        _course(whole, m.sel(case=case), colours[k], str(case))
    low, high = people.RECIPROCAL_DEPTH
    first.fill_between(people.RECIPROCAL_WINDOW, 100 - high, 100 - low, color=GREY, alpha=0.25, lw=0)
    first.set(xlabel="interval (ms)", ylabel="H reflex (% of control)")
    whole.set_xscale("symlog", linthresh=2, linscale=0.4)
    whole.set_xticks([0, 2, 5, 10, 20, 50, 100, 200], ["0", "2", "5", "10", "20", "50", "100", "200"])
    whole.set(xlabel="interval (ms)")
    top = whole.get_ylim()[1]
    for words, window in (("D1", people.D1_WINDOW), ("D2", people.D2_WINDOW)):
        whole.plot(window, [top, top], color=GREY, lw=2, solid_capstyle="butt", clip_on=False)
        whole.text(np.sqrt(window[0] * window[1]), top, words, ha="center", va="bottom", fontsize=6.5, color=GREY)
    first.legend(title="conditioning", title_fontsize=7, loc="lower center", ncols=2, columnspacing=0.8)
    lowest = min(first.get_ylim()[0], whole.get_ylim()[0])
    for axes in (first, whole):
        axes.axhline(100, color=INK, lw=0.6, ls=":")
        axes.set_ylim(lowest - 0.3 * (top - lowest), top)  # room for the legend
    _depth(depth, m)
    title(first, "A", "First milliseconds")
    title(whole, "B", "Time course")
    title(depth, "C", "2 to 4 ms")
    caption(
        figure,
        f"{m.attrs['simulated']} The {m.attrs['nerve'].replace('_', ' ')} nerve is stimulated before the H reflex of "
        f"the {m.attrs['muscle']}. {m.sizes['seed']} seeds, {m.attrs['failed']} of {m.attrs['runs']} failed. Small "
        "points, seeds, each of its own control (common random numbers); large points, mean with its 95 % interval; "
        "grey, people.",
    )
    return figure


def _course(axes: Axes, m: xr.Dataset, colour: object, label: str) -> None:
    x, mean, half = (m[name].values for name in ("interval", "reflex_mean", "reflex_half"))
    values = m["reflex"].transpose("interval", ...).values
    axes.plot(np.repeat(x, values.shape[1]), values.ravel(), "o", ms=1.6, alpha=0.35, color=colour, zorder=2)
    axes.errorbar(x, mean, yerr=np.nan_to_num(half), color=colour, marker="o", ms=2.8, lw=1.1, label=label, zorder=4)


def _depth(axes: Axes, m: xr.Dataset) -> None:
    low, high = people.RECIPROCAL_DEPTH
    axes.axhspan(100 - high, 100 - low, color=GREY, alpha=0.25, lw=0)
    samples(axes, np.arange(m.sizes["case"]), m[["early", "early_mean", "early_half"]].transpose("case", ...), "early",
            BLUE, width=0.3, beside=0.15)  # fmt: skip
    axes.axhline(100, color=INK, lw=0.6, ls=":")
    axes.set_xticks(range(m.sizes["case"]), [str(case) for case in m["case"].values], rotation=35)
    axes.set_xlim(-0.6, m.sizes["case"] - 0.4)
