"""The figure of `input_output`: output and force over the command, gain, and self-sustained firing over the pool."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, level_colours, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.published import gain as cats


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `InputOutput`."""
    figure = new_figure(COLUMN_WIDTH, 4.6)
    (first, second), (third, fourth) = figure.subplots(2, 2)
    colours = level_colours(m.sizes["level"])
    _output(first, m, colours)
    _force(second, m, colours)
    _gain(third, m)
    _sustained(fourth, m, colours)
    title(first, "A", "Output over input")
    title(second, "B", "Force over input")
    title(third, "C", "Gain")
    title(fourth, "D", "After a second of input")
    caption(
        figure,
        f"{m.attrs['simulated']} Command of {m.attrs['muscle']} rises slowly (A to C), or is strong for a second (D). "
        f"{m.sizes['seed']} seeds, {m.attrs['failed']} of {m.attrs['runs']} failed. Small, seeds (D: a motoneuron in a "
        f"seed); large, mean and 95 % interval; grey, cats (D: low thresholds > {cats.LONG:g} s, high < "
        f"{cats.SHORT:g} s; recalled).",
    )
    return figure


def _output(axes: Axes, m: xr.Dataset, colours: list) -> None:
    for k, level in enumerate(m["level"].values):
        own = m["output"].sel(level=level).transpose("seed", "command")
        axes.plot(m["command"].values, own.mean("seed").values, color=colours[k], lw=1.2, label=f"{level:g}")
    axes.set(xlabel="excitatory command A_e", ylabel="summed rate of the pool (pps)", xlim=(0, None), ylim=(0, None))
    axes.set_ylim(0, 1.3 * axes.get_ylim()[1])  # room for the legend
    axes.legend(title="level of monoamines", title_fontsize=6.5, loc="upper left", ncols=2)


def _force(axes: Axes, m: xr.Dataset, colours: list) -> None:
    for k, level in enumerate(m["level"].values):
        own = m["force"].sel(level=level).transpose("seed", "command")
        axes.plot(m["command"].values, own.mean("seed").values, color=colours[k], lw=1.2)
    axes.set(xlabel="excitatory command A_e", ylabel="force (% of the maximum)", xlim=(0, None), ylim=(0, 105))


def _gain(axes: Axes, m: xr.Dataset) -> None:
    axes.axhspan(*cats.POOL_GAIN, color=GREY, alpha=0.25, lw=0)
    own = m[["times", "times_mean", "times_half"]].transpose("level", ...)
    samples(axes, np.arange(m.sizes["level"]), own, "times", BLUE, width=0.25, beside=0.15)
    axes.set_xticks(range(m.sizes["level"]), [f"{level:g}" for level in m["level"].values])
    axes.set(xlabel="level of monoamines", ylabel="times the gain at level 0", xlim=(-0.6, m.sizes["level"] - 0.4))
    axes.set_ylim(0, None)


def _sustained(axes: Axes, m: xr.Dataset, colours: list) -> None:
    axes.axhline(cats.LONG, color=GREY, lw=0.8, ls="--")
    axes.axhline(cats.SHORT, color=GREY, lw=0.8, ls="--")
    rank = 100 * (m["motoneuron"].values - 0.5) / m.sizes["motoneuron"]
    for k, level in enumerate(m["level"].values):
        own = m["lasts"].sel(level=level).transpose("seed", "motoneuron").values
        axes.plot(
            np.tile(rank, len(own)), own.ravel(), "o", ms=1.8, alpha=0.5, mew=0, color=colours[k], label=f"{level:g}"
        )
    axes.set(xlabel="rank of the motoneuron (%)", ylabel="goes on firing for (s)", xlim=(0, 100))
    axes.set_ylim(-0.2, None)
