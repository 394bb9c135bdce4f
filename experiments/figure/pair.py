"""A pair of motor units: the rates of control and test unit, and the ΔF that is read between them."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.figure.look import AMBER, CONTROL, INK, TEST, message


def pair(axes: Axes, m: xr.Dataset) -> None:
    """A control and a test unit: instantaneous and smoothed rates, recruitment, derecruitment and the ΔF between."""
    control, test = (int(unit) for unit in m["pair_unit"].values)
    if control < 0:
        axes.set_axis_off()
        return message(axes, "no pair of units meets\nthe criteria")
    t, rate = m["rate_time"].values, m["example_rate"].values
    for unit, colour, name in ((control, CONTROL, "control unit"), (test, TEST, "test unit")):
        spikes = m["example_spikes"].values[unit]
        spikes = spikes[np.isfinite(spikes)].astype(float)
        axes.plot(spikes[1:], 1 / np.diff(spikes), ".", ms=2, color=colour, alpha=0.5, mew=0)
        axes.plot(t, rate[unit], color=colour, lw=1.6, label=f"{name} (unit {_label(m, unit)})")
    at, level = m["pair_time"].values, m["pair_rate"].values
    shown = rate[[control, test]]
    top, bottom = 1.22 * np.nanmax(shown), 0.5 * np.nanmin(shown)
    edge = t[-1]
    for when, value, words in zip(at, level, ("recruited", "derecruited"), strict=True):
        axes.vlines(when, bottom, value, color=INK, lw=0.7, ls=":")
        axes.plot(when, value, "o", ms=4, mfc="white", mec=INK, mew=1, zorder=5)
        share = (when - t[0]) / (edge - t[0])
        left = share > (0.22 if words == "recruited" else 0.8)  # where there is room
        axes.annotate(
            f"test unit\n{words}", (when, bottom), (-2 if left else 2, 2), textcoords="offset points",
            ha="right" if left else "left", va="bottom", fontsize=6,
        )  # fmt: skip
    axes.fill_between([at[0], edge], *level, color=AMBER, alpha=0.35, lw=0)
    for value, when in zip(level, at, strict=True):
        axes.plot([when, edge], [value, value], color=INK, lw=0.6, ls="--")
    arrow = {"arrowstyle": "<->", "mutation_scale": 7, "lw": 0.9, "color": INK, "shrinkA": 0, "shrinkB": 0}
    beyond = edge - 0.03 * (edge - t[0])
    axes.annotate("", (beyond, level[1]), (beyond, level[0]), arrowprops=arrow)
    axes.annotate(  # in a corner that the curves do not reach, in the colour of the band
        f"ΔF = {level[0] - level[1]:.1f} pps",
        (1, 1),
        (-3, -4),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        va="top",
        fontweight="bold",
        bbox={"facecolor": AMBER, "edgecolor": "none", "alpha": 0.35, "pad": 2},
    )
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set(xlim=(t[0], t[-1]), ylim=(bottom, top), xlabel="time (s)", ylabel="discharge rate (pps)")
    axes.legend(loc="upper left", handlelength=1.2, borderaxespad=0.2)


def _label(m: xr.Dataset, unit: int) -> str:
    """The name that a recording gives a unit; else its number, from 1."""
    return str(m["label"].values[unit]) if "label" in m else str(unit + 1)
