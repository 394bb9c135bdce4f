"""The figure of `tendon_vibration`: how endings follow, the tonic vibration reflex, H reflexes, antagonists."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import (
    AMBER,
    BLUE,
    COLUMN_WIDTH,
    GREY,
    INK,
    VERMILION,
    level_colours,
    new_figure,
    styled,
    title,
)
from experiments.figure.samples import samples
from experiments.published import reflexes as people


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `TendonVibration`."""
    figure = new_figure(COLUMN_WIDTH, 4.9)
    grid = figure.add_gridspec(2, 6)
    first, second = (figure.add_subplot(grid[0, at : at + 3]) for at in (0, 3))
    third, fourth, fifth = (figure.add_subplot(grid[1, at : at + 2]) for at in (0, 2, 4))
    rest = m.sel(case=m.attrs["rest"])
    _endings(first, rest, m.attrs["muscle"])
    title(first, "A", "Ia endings")
    _courses(second, m)
    title(second, "B", "Torque over time")
    _reflex(third, rest)
    title(third, "C", "Tonic vibration reflex")
    _tested(fourth, rest)
    title(fourth, "D", "H reflex meanwhile")
    _antagonists(fifth, m)
    title(fifth, "E", "Contracting antagonist")
    caption(
        figure,
        f"{m.attrs['simulated']} The tendon is vibrated for {m.attrs['lasts']:g} s. {m.sizes['frequency']} frequencies "
        f"× {m.sizes['case']} cases × {m.sizes['seed']} seeds, {m.attrs['failed']} of {m.attrs['runs']} failed. Small "
        "points, seeds (common random numbers); large points, mean with its 95 % interval; grey, people.",
    )
    return figure


def _line(axes: Axes, m: xr.Dataset, name: str, colour: str, label: str, *, hollow: bool = False) -> None:
    here = m[[name, f"{name}_mean", f"{name}_half"]].transpose("frequency", ...)
    x = m["frequency"].values.astype(float)
    samples(axes, x, here, name, colour, line="--" if hollow else "-", hollow=hollow, label=label)


def _endings(axes: Axes, m: xr.Dataset, muscle: str) -> None:
    vibrated = m.sel(frequency=m["frequency"] > 0)
    _line(axes, vibrated, f"{muscle}_locked", BLUE, "1:1")
    _line(axes, vibrated, f"{muscle}_sub", AMBER, "subharmonic", hollow=True)
    axes.axvline(people.VIBRATION_LIMIT, color=GREY, lw=0.8, ls="--", label="highest 1:1, people")
    axes.set(xlabel="frequency of vibration (Hz)", ylabel="% of the endings", ylim=(-4, 125))
    axes.legend(loc="upper left", ncols=3, columnspacing=0.6, handlelength=1.2, handletextpad=0.4)


def _courses(axes: Axes, m: xr.Dataset) -> None:
    levels = m["shown_frequency"].values
    for f, colour in zip(levels, level_colours(len(levels)), strict=True):
        axes.plot(m["course_time"], m["course"].sel(shown_frequency=f), color=colour, lw=1.0, label=f"{f:g}")
    top = axes.get_ylim()[1]
    axes.plot([0, m.attrs["lasts"]], [1.1 * top] * 2, color=INK, lw=2, solid_capstyle="butt")
    axes.legend(title="Hz", title_fontsize=7, loc="upper right", ncols=3, columnspacing=0.8)
    time = m["course_time"].values
    axes.set(xlabel="time after the start of vibration (s)", ylabel="plantarflexor torque (N m)")
    axes.set_xlim(float(time[0]), float(time[-1]))
    axes.set_ylim(axes.get_ylim()[0], 1.6 * top)


def _reflex(axes: Axes, m: xr.Dataset) -> None:
    _line(axes, m, "pull_early", AMBER, "torque, 0.1 to 0.6 s", hollow=True)
    _line(axes, m, "pull", BLUE, "torque, last second")
    axes.set(xlabel="frequency of vibration (Hz)", ylabel="change of torque (N m)")
    axes.legend(loc="upper left")
    axes.set_ylim(axes.get_ylim()[0], 1.3 * axes.get_ylim()[1])


def _tested(axes: Axes, m: xr.Dataset) -> None:
    _line(axes, m, "h_left", BLUE, "largest H reflex")
    axes.axhline(people.VIBRATED_H, color=GREY, lw=1.2, label="people")
    axes.axhline(100, color=INK, lw=0.6, ls=":")
    axes.set(xlabel="frequency of vibration (Hz)", ylabel="% of that without vibration", ylim=(0, 150))
    axes.legend(loc="upper right")


def _antagonists(axes: Axes, m: xr.Dataset) -> None:
    muscle, antagonist = m.attrs["muscle"], m.attrs["antagonist"]
    other = m.sel(case=m.attrs["contracting"], frequency=m["frequency"] > 0)
    own = m.sel(case=m.attrs["opposite"], frequency=m["frequency"] > 0)
    _line(axes, own, f"{muscle}_rate_left", BLUE, f"rate, {muscle}")
    _line(axes, own, f"{muscle}_emg_late_left", BLUE, f"EMG, {muscle}", hollow=True)
    _line(axes, other, f"{antagonist}_rate_left", VERMILION, f"rate, {antagonist}")
    _line(axes, other, f"{antagonist}_emg_late_left", VERMILION, f"EMG, {antagonist}", hollow=True)
    axes.axhline(100, color=INK, lw=0.6, ls=":")
    low, high = np.sort(people.VIBRATED_RATE)
    axes.axhspan(100 + low, 100 + high, color=GREY, alpha=0.4, lw=0, label="rates, people")
    axes.set(xlabel="frequency of vibration (Hz)", ylabel="% of that without vibration")
    axes.set_ylim(0, 150)
    axes.legend(loc="lower right")
