"""The figure of `delta_f_validity`: ΔF against the current of its units, and what misleads who reads it."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, VERMILION, new_figure, styled, title

NUMBERS = {
    "pic": "the current itself", "cal": "density of CaL", "kinetics": "activation, time constant",
    "inactivation": "inactivation, time constant", "peak": "strength of the contraction", "tonic": "tonic inhibition",
    "pattern": "balanced − push-pull", "noise": "synaptic noise", "ahp_size": "AHP, size",
    "ahp_duration": "AHP, duration", "sodium": "persistent sodium",
}  # fmt: skip
READINGS = {
    "delta_f": "default", "delta_f_few": "six random units", "delta_f_low": "lowest control unit",
    "delta_f_later_spike_from_first": "from first spike", "delta_f_midpoint_from_first": "midpoints, first spike",
    "delta_f_openhdemg": "openhdemg",
}  # fmt: skip


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `DeltaFValidity`."""
    figure = new_figure(COLUMN_WIDTH, 5.6)
    axes = figure.subplots(2, 2, height_ratios=[1, 1]).ravel()
    _scatter(figure, axes[0], m, "pic", "largest current of its units (nA)")
    _scatter(figure, axes[1], m, "pic_kept", "current at the end − at the begin (nA)")
    _slopes(axes[2], m)
    _ranks(axes[3], m)
    heads = ("ΔF and the current", "ΔF and the current that is kept", "What moves ΔF", "How well ΔF follows")
    for letter, here, head in zip("ABCD", axes, heads, strict=True):
        title(here, letter, head)
    caption(
        figure,
        f"{m.attrs['simulated']} {m.sizes['draw']} sets of numbers, {m.attrs['failed']} of {m.attrs['runs']} failed. "
        "C: one linear model, in standard deviations; bars and points in D with bootstrap intervals, 95 %. Current of "
        "all dendrites, mean over the units that have a ΔF.",
    )
    return figure


def _scatter(figure: Figure, axes: Axes, m: xr.Dataset, name: str, label: str) -> None:
    colour = m["tonic"].values if "tonic" in m.coords else np.zeros(m.sizes["draw"])
    found = axes.scatter(m[name], m["delta_f"], c=colour, s=5, cmap="viridis", lw=0, alpha=0.8)
    value, low, high = (float(x) for x in m["rank"].sel(truth=name, reading="delta_f").values)
    axes.annotate(
        f"ρ = {value:.2f} [{low:.2f}, {high:.2f}]".replace("-", "−"), (0.03, 0.97), xycoords="axes fraction", va="top",
    )  # fmt: skip
    axes.axhline(0, color=GREY, lw=0.6)
    axes.set(xlabel=label, ylabel="ΔF (pps)")
    if "tonic" in m.coords:
        figure.colorbar(found, ax=axes, label="tonic inhibition (A_i)", pad=0.01, aspect=25)


def _slopes(axes: Axes, m: xr.Dataset) -> None:
    names = [str(x) for x in m["number"].values]
    order = [0, *(1 + np.argsort(-np.abs(np.nan_to_num(m["slope"].isel(end=0).values[1:]))))]
    for row, k in enumerate(order):
        value, low, high = m["slope"].values[k]
        axes.plot([low, high], [row, row], color=INK if k == 0 else VERMILION, lw=1.1)
        axes.plot(value, row, "o", color=INK if k == 0 else VERMILION, ms=3.4)
    axes.axvline(0, color=GREY, lw=0.6)
    axes.set_yticks(range(len(order)), [str(NUMBERS.get(names[k], names[k])) for k in order])
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.set_xlabel("change of ΔF at the same others (SD for each SD)")


def _ranks(axes: Axes, m: xr.Dataset) -> None:
    names = [str(x) for x in m["reading"].values]
    for shift, truth, colour, label in ((-0.12, "pic", BLUE, "largest"), (0.12, "pic_kept", VERMILION, "kept")):
        for row, name in enumerate(names):
            value, low, high = m["rank"].sel(truth=truth, reading=name).values
            axes.plot([low, high], [row + shift] * 2, color=colour, lw=1.1)
            axes.plot(value, row + shift, "o", color=colour, ms=3.4, label=f"current, {label}" if row == 0 else None)
    axes.axvline(0, color=GREY, lw=0.6)
    axes.set_yticks(range(len(names)), [READINGS.get(x, x) for x in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(min(0.0, axes.get_xlim()[0]), 1)
    axes.set_xlabel("rank correlation with the current")
    axes.legend(loc="upper left", handletextpad=0.1, borderaxespad=0.1, fontsize=6.5)
