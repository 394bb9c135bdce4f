"""The figure of `isometric_force`: force over command, and its unrest, EMG, recruitment and units over force."""

from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.published import contractions as people

COLOURS = (BLUE, VERMILION)


class Panel(NamedTuple):
    """A measure over force; `band` is what people show, `top` the highest value that is drawn."""

    name: str
    axis: str
    head: str
    band: tuple[float, float] | None = None
    top: float | None = None


RECRUITED = Panel("recruited", "units that fire (% of pool)", "Recruitment", None, 105.0)
UNREST = Panel("force_cv", "CV of force (%)", "Steadiness", people.FORCE_CV, 30.0)
EMG = Panel("emg_percent", "EMG (% of that at MVC)", "Surface EMG")
RATE = Panel("rate", "mean rate (pps)", "Discharge rate")
INTERVALS = Panel("interval_cv", "CV of intervals", "Variability of intervals", people.INTERVAL_CV, 0.5)
SHARED = Panel("common_drive", "common drive", "What units share", people.COMMON_DRIVE, 1.0)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `IsometricForce`."""
    figure = new_figure(COLUMN_WIDTH, 7.6)
    panels = figure.subplots(4, 2)
    axes = panels.ravel()
    _command(axes[0], m)
    _recruitment(axes[1], m)
    for here, panel in zip(axes[2:7], (UNREST, EMG, RATE, INTERVALS, SHARED), strict=True):
        _over_force(here, m, panel)
    _known_rates(axes[4], m)
    _left(axes[7], m)
    heads = ("Force and command", RECRUITED.head, UNREST.head, EMG.head, RATE.head, INTERVALS.head, SHARED.head,
             "Force without PIC")  # fmt: skip
    for letter, here, head in zip("ABCDEFGH", axes, heads, strict=True):
        title(here, letter, head)
    caption(
        figure,
        f"{m.attrs['simulated']} One muscle contracts, the ankle is held. {m.sizes['seed']} seeds, "
        f"{m.attrs['failed']} of {m.attrs['runs']} failed; mean with its 95 % interval; hollow, without calcium PIC. "
        "Grey, people: B Caillet 2023, C fingers, E ramps and MVC, F hand; soleus in B, G and H recalled, not read.",
    )
    return figure


def _command(axes: Axes, m: xr.Dataset) -> None:
    for colour, muscle in zip(COLOURS, m["case"].values, strict=False):
        for k in range(m.sizes["pic"]):
            here = m[["percent", "percent_mean", "percent_half"]].sel(case=muscle).isel(pic=k).transpose("command", ...)
            hollow = k < m.sizes["pic"] - 1
            samples(axes, m["command"].values, here, "percent", colour, line="--" if hollow else "-", hollow=hollow,
                    label=None if hollow else str(muscle))  # fmt: skip
    axes.set_xscale("log")
    ticks = [4, 6, 10, 20, 40, 60]
    axes.set_xticks(ticks, [str(x) for x in ticks])
    axes.minorticks_off()
    axes.set(xlabel="excitatory command A_e", ylabel="force (% MVC)", ylim=(-4, 108))
    axes.legend(loc="upper left")


def _recruitment(axes: Axes, m: xr.Dataset) -> None:
    """Units over force, and in grey what thresholds of people say."""
    _over_force(axes, m, RECRUITED)
    if "tibialis" in m["case"].values:
        part = np.linspace(0, 1, 101)
        axes.plot(people.tibialis_thresholds(part), 100 * part, color=GREY, ls=":", lw=1.1, zorder=1)
        axes.text(52, 78, "tibialis, people", color=GREY, fontsize=6.2, va="top")
    if "soleus" in m["case"].values:
        axes.plot([people.HIGHEST_THRESHOLD["soleus"]], [100], "D", ms=4, mfc="white", mec=GREY, mew=1.1, zorder=6)
        axes.text(99, 92, "soleus, last unit", color=GREY, fontsize=6.2, ha="right", va="top")


def _over_force(axes: Axes, m: xr.Dataset, panel: Panel) -> None:
    if panel.band is not None:
        axes.axhspan(*panel.band, color=GREY, alpha=0.2, lw=0)
    for colour, muscle in zip(COLOURS, m["case"].values, strict=False):
        for k in range(m.sizes["pic"]):
            hollow = k < m.sizes["pic"] - 1
            here = m.sel(case=muscle).isel(pic=k)
            names = [panel.name, f"{panel.name}_mean", f"{panel.name}_half"]
            order = np.argsort(here["percent_mean"].values)
            own = here[names].isel(command=order).transpose("command", ...)
            samples(axes, here["percent_mean"].values[order], own, panel.name, colour, line="--" if hollow else "-",
                    hollow=hollow, points=not hollow, size=2.6 if hollow else 3.4)  # fmt: skip
    axes.set(xlabel="force (% MVC)", ylabel=panel.axis, xlim=(-3, 103))
    axes.set_ylim(0, panel.top)


def _known_rates(axes: Axes, m: xr.Dataset) -> None:
    for colour, muscle in zip(COLOURS, m["case"].values, strict=False):
        if (rate := people.RATE_AT_20.get(str(muscle))) is not None:
            axes.plot([20], [rate], "D", ms=4, mfc="white", mec=GREY, mew=1.1, zorder=6)
            axes.text(18, rate, str(muscle), fontsize=6.2, color=colour, ha="right", va="center")
        if (span := people.RATE_AT_MVC.get(str(muscle))) is not None:
            middle, half = np.mean(span), np.ptp(span) / 2
            axes.errorbar([100], [middle], yerr=[half], fmt="D", ms=4, mfc="white", color=GREY, mew=1.1, zorder=6)


def _left(axes: Axes, m: xr.Dataset) -> None:
    axes.axhline(people.WITHOUT_PIC, color=GREY, lw=0.9, ls="--")
    axes.text(1.62, people.WITHOUT_PIC + 1, "recalled", color=GREY, fontsize=6.2, ha="right", va="bottom")
    for k, name in enumerate(("without_near", "without")):
        for j, (colour, muscle) in enumerate(zip(COLOURS, m["case"].values, strict=False)):
            here = m[[name, f"{name}_mean", f"{name}_half"]].sel(case=muscle)
            samples(axes, [k + 0.3 * (j - 0.5)], here, name, colour, width=0.08, beside=0.05, hollow=True)
    axes.set_xticks([0, 1], ["at the command of\n90 % MVC", "at the command of\nthe MVC"])
    axes.set(xlim=(-0.65, 1.65), ylim=(0, 105), ylabel="force (% MVC)")
