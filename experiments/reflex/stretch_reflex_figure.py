"""The figure of `stretch_reflex`: EMG and torque over time, reflex over velocity, and what stimulation leaves of it."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import (
    BLUE,
    COLUMN_WIDTH,
    CONTROL,
    GREY,
    INK,
    TEST,
    level_colours,
    new_figure,
    styled,
    title,
)
from experiments.figure.samples import samples
from experiments.published import reflexes as people


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `StretchReflex`."""
    figure = new_figure(COLUMN_WIDTH, 4.9)
    (first, second), (third, fourth) = figure.subplots(2, 2)
    control = m.sel(shown_case=m.attrs["control"])
    _courses(first, control, "emg_time", "emg")
    first.set_ylabel("rectified EMG (% of M)")
    first.legend(title="deg/s", title_fontsize=7, loc="upper right")
    title(first, "A", f"EMG, {m.attrs['muscle']}")
    _courses(second, control, "course_time", "course")
    second.set_ylabel("plantarflexor torque (N m)")
    title(second, "B", "Torque")
    _curves(third, m)
    title(third, "C", "Reflex over velocity")
    _left(fourth, m)
    title(fourth, "D", "Area under C after stimulation")
    caption(
        figure,
        f"{m.attrs['simulated']} Dorsiflexion by {m.attrs['degrees']:g} degrees, after "
        f"a pulse on the {m.attrs['nerve'].replace('_', ' ')} nerve or none. {m.sizes['seed']} seeds, "
        f"{m.attrs['failed']} of {m.attrs['runs']} failed. Small points, seeds; large points, mean and 95 % interval; "
        "grey, people after stroke.",
    )
    return figure


def _courses(axes: Axes, m: xr.Dataset, time: str, name: str) -> None:
    velocities = m["shown_velocity"].values
    for velocity, colour in zip(velocities, level_colours(len(velocities)), strict=True):
        axes.plot(m[time], m[name].sel(shown_velocity=velocity), color=colour, lw=1.0, label=f"{velocity:g}")
    axes.axvline(0, color=GREY, lw=0.6, ls=":")
    axes.set(xlabel="time after the start of the stretch (ms)", xlim=(float(m[time][0]), float(m[time][-1])))


def _curves(axes: Axes, m: xr.Dataset) -> None:
    x = m["velocity"].values.astype(float)
    for case, colour, label in (
        (m.attrs["control"], CONTROL, "alone"),
        (m.attrs["usual"], TEST, f"{m.attrs['usual']} after stimulation"),
    ):
        here = m.sel(case=case)[["reflex", "reflex_mean", "reflex_half"]].transpose("velocity", ...)
        samples(axes, x, here, "reflex", colour, line="-", label=label)
    for at in people.STRETCH_THRESHOLD:
        axes.axvline(at, color=GREY, lw=0.8, ls="--", zorder=1)
    axes.plot([], [], color=GREY, lw=0.8, ls="--", label="thresholds, stroke")
    axes.set_xscale("log")
    axes.set_xticks(x, [f"{v:g}" for v in x])
    axes.minorticks_off()
    axes.set(xlabel="velocity (deg/s)", ylabel="reflex EMG (% of M)")
    axes.legend(loc="upper left", frameon=True, facecolor="white", edgecolor="none", framealpha=1)
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])


def _left(axes: Axes, m: xr.Dataset) -> None:
    left, error = people.STRETCH_INHIBITED
    m = m.sel(case=m["case"] != m.attrs["control"])
    places = np.arange(m.sizes["case"])
    axes.axhspan(left - error, left + error, color=GREY, alpha=0.25, lw=0)
    axes.axhline(100, color=INK, lw=0.6, ls=":")
    here = m[["area", "area_mean", "area_half"]].transpose("case", ...)
    samples(axes, places, here, "area", BLUE, width=0.2, beside=0.12)
    axes.set_xticks(places, [str(case) for case in m["case"].values])
    axes.set(xlabel="stimulation before the stretch", ylabel="% of the reflex alone", xlim=(-0.6, len(places) - 0.4))
    highest = float(np.nanmax((m["area_mean"] + m["area_half"]).values, initial=0))
    axes.set_ylim(0, max(110, 1.05 * highest, 1.05 * float(np.nanmax(m["area"].values, initial=0))))
