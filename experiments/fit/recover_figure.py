"""What is recovered, by units seen, by simulations learnt from, and by kind of summary."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import COLUMN_WIDTH, GREY, INK, level_colours, message, new_figure, styled, title
from experiments.fit.driven import WORDS

KINDS = {
    "delta_f": "ΔF",
    "rate over time": "rates over time",
    "units active": "units active over time",
    "all": "all of them",
}


@styled
def draw(m: xr.Dataset) -> Figure:
    """Four panels."""
    figure = new_figure(COLUMN_WIDTH, 6.2)
    if not m.attrs["usable"]:
        message(figure.subplots(), "no simulation to recover anything from")
        return figure
    grid = figure.add_gridspec(2, 3, height_ratios=[1, 1.15])
    panels = [figure.add_subplot(grid[0, k]) for k in range(3)]
    below = figure.add_subplot(grid[1, :])
    names = [str(name) for name in m["number"].values]
    colours = level_colours(len(names))
    seen, learnt = m["seen"].values, m["learnt"].values
    level = int(np.argmax(m["level"].values))
    for axes, x, values, words in (
        (panels[0], seen, m["explained"].values, "units seen"),
        (panels[1], learnt, m["learnt_explained"].values, "simulations learnt from"),
        (panels[2], seen, m["coverage"].values[:, level], "units seen"),
    ):
        for k, (name, colour) in enumerate(zip(names, colours, strict=True)):
            axes.plot(x, 100 * values[:, k], "o-", ms=3, lw=1, color=colour, label=WORDS.get(name, name))
        axes.set(xlabel=words, xticks=x)
    panels[1].set_xscale("log", base=2)
    panels[1].set_xticks(learnt, [f"{n:,}" for n in learnt])
    panels[1].minorticks_off()
    for axes in panels[:2]:
        axes.set(ylim=(min(0, 100 * np.nanmin(m["explained"].values)), 100))
    panels[0].set_ylabel("variance explained (%)")
    wanted = 100 * float(m["level"].values[level])
    panels[2].axhline(wanted, color=GREY, lw=0.8)
    panels[2].set(ylim=(wanted - 15, 100), ylabel="holds the truth (%)")
    title(panels[0], "A", "By units seen")
    title(panels[1], "B", "By simulations")
    title(panels[2], "C", f"Coverage of {wanted:.0f} % intervals")
    panels[2].legend(fontsize=5.5, loc="lower right", ncols=2)
    _kinds(below, m, names)
    title(below, "D", "What each kind of summary explains by itself (% of the variance)")
    caption(
        figure,
        f"{m.attrs.get('simulated', '')} {m.attrs['usable']} fresh simulations, each a recording of so many units "
        f"(B, D: {max(seen)}). A to C: the trained estimator; D: regressions on one kind of summary alone.",
    )
    return figure


def _kinds(axes: Axes, m: xr.Dataset, names: list[str]) -> None:
    values = 100 * m["block_explained"].values
    axes.imshow(np.clip(values, 0, 100), cmap="Blues", vmin=0, vmax=130, aspect="auto")
    for j, k in np.ndindex(values.shape):
        axes.text(k, j, f"{max(values[j, k], 0):.0f}", ha="center", va="center", color=INK)
    axes.set_xticks(range(len(names)), [WORDS.get(name, name).replace(" of ", "\nof ") for name in names])
    axes.set_yticks(range(len(values)), [KINDS.get(str(b), str(b)) for b in m["block"].values])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
