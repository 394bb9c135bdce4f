"""The figure of `sensitivity`: a panel for each measure, a bar with its interval for each parameter."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, PALE, VERMILION, new_figure, styled, title
from experiments.fit.driven import WORDS
from experiments.words import listed

TITLES = {
    "delta_f": "ΔF", "brace_height": "brace height", "peak_rate": "peak rate", "n_recruited": "units recruited",
    "n_still_firing": "still firing", "peak_force": "peak force", "mean_emg": "mean EMG",
}  # fmt: skip
NOTE = (
    "Bars: index of a number on a measure, with its 95 % bootstrap interval; blue, the measure rises with the number, "
    "red, it falls (by Spearman's rank correlation). Pale: of numbers that cannot matter, drawn at random, more than "
    "5 % have as high an index; the grey band is the interval of one. An index says how much a number matters over its "
    "range: a wider one matters more."
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """Parameters downwards, in the order of their mean index, measures across."""
    shown = [str(name) for name in m["measure"].values]
    with np.errstate(all="ignore"):
        mean = np.nan_to_num(m["index"].values).mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    names = [str(m["number"].values[j]) for j in order]
    figure = new_figure(COLUMN_WIDTH, 1.3 + 0.24 * len(names))
    panels = figure.subplots(1, len(shown), squeeze=False, sharey=True)[0]
    for k, (axes, name) in enumerate(zip(panels, shown, strict=True)):
        here = m.isel(measure=k, number=order)
        title(axes, chr(ord("A") + k), TITLES.get(name, name)).set_fontsize(7)
        if not np.isfinite(here["index"]).all():
            few = int(here["known"]) < m.attrs["fewest"]
            axes.text(0.5, 0.5, "too few sets\nhave it" if few else "never\nchanges", transform=axes.transAxes,
                      ha="center", va="center", color=GREY)  # fmt: skip
            continue
        _bars(axes, here)
    first = panels[0]
    first.set_yticks(range(len(names)), [WORDS.get(name, name) for name in names])
    first.set_ylim(len(names) - 0.5, -0.5)
    known = m["interval"].values[np.isfinite(m["interval"].values)]
    for axes in panels:
        axes.set_xlim(0, 1.05 * known.max() if known.size else 1)
        axes.tick_params(axis="y", length=0)
    ends = [_range(m, j) for j in order]
    for row, said in enumerate(ends):
        panels[-1].text(
            1.04, row, said, transform=panels[-1].get_yaxis_transform(), va="center", fontsize=5.6, color=GREY
        )
    caption(
        figure,
        f"{m.attrs.get('simulated', '')} {m.attrs['sets']} sets of numbers, all varied together over the ranges at the "
        f"right. Bars: index ({m.attrs['method']}) with 95 % interval; blue, the measure rises with the number, red, "
        "it falls; pale, no more than chance. Grey: a number that cannot matter.",
    )
    return figure


def _bars(axes: Axes, here: xr.Dataset) -> None:
    index, (low, high) = here["index"].values, here["interval"].values.T
    rows, matters, rises = np.arange(len(index)), here["matters"].values.astype(bool), here["rank"].values > 0
    axes.axvspan(0, max(0.0, float(here["nothing"].values[1])), color=PALE, lw=0, zorder=0)
    for row in rows:
        colour = BLUE if rises[row] else VERMILION
        axes.barh(row, max(index[row], 0), 0.62, color=colour, alpha=1 if matters[row] else 0.22, lw=0, zorder=1)
        ink = INK if matters[row] else GREY
        axes.plot(
            np.maximum([low[row], high[row]], 0), [row, row], color=ink, lw=0.9 if matters[row] else 0.6, zorder=2
        )
    axes.set_xlabel("index")


def _range(m: xr.Dataset, j: int) -> str:
    """'0.8 to 1.2', '−80 to −65 mV': of a number over the sets."""
    unit = listed(m, "units")[j]
    ends = [float(m[end].values[j]) for end in ("low", "high")]
    digits = int(np.clip(1 - np.floor(np.log10(max(ends[1] - ends[0], 1e-12))), 0, 6))
    low, high = (f"{round(end, digits):g}".replace("-", "−") for end in ends)
    return f"{low} to {high}" + f" {unit}" * (unit != "1")
