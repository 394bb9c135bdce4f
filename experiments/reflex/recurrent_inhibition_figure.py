"""The figure of `recurrent_inhibition`: a burst, what the size of a volley does, IPSPs, and rates in a contraction."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `RecurrentInhibition`."""
    figure = new_figure(COLUMN_WIDTH, 4.6)
    axes = figure.subplots(2, 3)
    _burst(axes[0, 0], m)
    _over_axons(axes[0, 1], m, "discharges", "discharges of a cell", BLUE)
    _over_axons(axes[0, 2], m, "active", "cells that discharge (%)", BLUE)
    _potential(axes[1, 0], m)
    _over_axons(axes[1, 1], m, "ipsp", "mean IPSP (mV)", VERMILION)
    _rates(axes[1, 2], m)
    for letter, one, words in zip(
        "ABCDEF",
        axes.ravel(),
        ("A burst", "Discharges", "Renshaw cells", "Silent motoneurons", "Recurrent IPSP", "In a contraction"),
        strict=True,
    ):
        title(one, letter, words)
    caption(
        figure,
        f"{m.attrs['simulated']} Antidromic volleys in the motor axons of the {m.attrs['muscle']}, whose afferents "
        f"reach no motoneuron. {m.sizes['seed']} seeds, {m.attrs['failed']} of {m.attrs['runs']} failed. Small points, "
        "seeds; large points, mean with its 95 % interval.",
    )
    return figure


def _burst(axes: Axes, m: xr.Dataset) -> None:
    axes.bar(m["bin"].values, m["burst"].values, width=float(m["bin"][1] - m["bin"][0]), color=BLUE, lw=0)
    axes.set(xlabel="time after the stimulus (ms)", ylabel="discharges of a cell (Hz)", xlim=(0, None))


def _over_axons(axes: Axes, m: xr.Dataset, name: str, words: str, colour: str) -> None:
    """Against the part of the axons that the volley runs in, not the intensity."""
    order = np.argsort(m["axons_mean"].values)
    x = m["axons_mean"].values[order]
    own = m[[name, f"{name}_mean", f"{name}_half"]].transpose("intensity", ...).isel(intensity=order)
    samples(axes, x, own, name, colour, line="-", width=0.0)
    axes.set(xlabel="motor axons in the volley (%)", ylabel=words, xlim=(-4, 104))
    if name == "ipsp":
        axes.axhline(0, color=INK, lw=0.6, ls=":")
    else:
        axes.set_ylim(0, None)


def _potential(axes: Axes, m: xr.Dataset) -> None:
    time = m["after"].values
    for k, (colour, words) in enumerate(((VERMILION, "with"), (GREY, "without"))):
        axes.plot(time, m["potential"].values[k], color=colour, lw=1.1, label=words)
    axes.axvline(0, color=GREY, lw=0.6, ls=":")
    low, high = axes.get_ylim()
    axes.set_ylim(low - 0.5 * (high - low), high)  # room for the legend
    axes.legend(title=f"Renshaw cells; {m.attrs['shown']:.0f} % of axons", title_fontsize=6.5, loc="lower right")
    axes.set(xlabel="time after the stimulus (ms)", ylabel="mean potential (mV)", xlim=(time[0], time[-1]))


def _rates(axes: Axes, m: xr.Dataset) -> None:
    values = np.stack([m[name].values for name in ("rate_silenced", "rate")])
    axes.plot([0, 1], values, color=GREY, lw=0.7, zorder=1)
    for k, name in enumerate(("rate_silenced", "rate")):
        samples(axes, k, m[[name, f"{name}_mean", f"{name}_half"]], name, (GREY, VERMILION)[k], beside=0.0)
    axes.set_xticks([0, 1], ["without", "with"])
    axes.set(xlim=(-0.5, 1.5), ylabel="rate of units that fire (pps)", xlabel="Renshaw cells")
    axes.set_ylim(0, 1.15 * float(np.nanmax(values)))
