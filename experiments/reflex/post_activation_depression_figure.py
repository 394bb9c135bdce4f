"""The figure of `post_activation_depression`: the reflex after a stretch and when repeated, and what Ia fibres did."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.published import depression as people

SHOWN = [0.2, 0.5, 1, 2, 5, 10, 15]
"""s, ticks."""


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `PostActivationDepression`."""
    figure = new_figure(COLUMN_WIDTH, 3.0)
    stretched, repeated, fired = figure.subplots(1, 3)
    after, again = (m.sel(case=case) for case in (m.attrs["stretched"], m.attrs["repeated"]))
    _course(stretched, after, VERMILION)
    when, left = people.STRETCHED
    stretched.plot(when, left, "D", color=GREY, ms=5, zorder=1)
    stretched.plot(people.RECOVERED, [100, 100], color=GREY, lw=3, solid_capstyle="butt", zorder=1)
    stretched.set(xlabel="time after the stretch (s)", ylabel=f"{m.attrs['muscle']} H reflex (% of control)")
    title(stretched, "A", "after a slow stretch")
    _course(repeated, again, BLUE)
    repeated.fill_between(people.REPEATED, *people.REPEATED_LEFT, color=GREY, alpha=0.3, lw=0)
    repeated.set(xlabel="interval between stimuli (s)")
    title(repeated, "B", "repeated")
    for axes in (stretched, repeated):
        axes.axhline(100, color=GREY, lw=0.6, ls=":")
        axes.set_ylim(0, max(125, stretched.get_ylim()[1], repeated.get_ylim()[1]))
    for at, colour, label in ((after, VERMILION, "stretch"), (again, BLUE, "repetition")):
        _points(fired, at, "ia_active", colour, label)
    fired.set(xlabel="interval (s)", ylabel="Ia terminals that fired before (%)", ylim=(0, 104))
    fired.legend()
    title(fired, "C", "what was active")
    caption(
        figure,
        f"{m.attrs['simulated']} A, dorsiflexion of 20° at 17°/s and back; B, pulses of one strength. "
        f"{m.sizes['interval']} intervals × {m.sizes['seed']} seeds, {m.attrs['failed']} of {m.attrs['runs']} failed. "
        "Small points, seeds (common random numbers); large points, mean with its 95 % interval; grey, people "
        "(A, Exp Brain Res 1993;97:173; B, recalled).",
    )
    return figure


def _course(axes: Axes, m: xr.Dataset, colour: str) -> None:
    _points(axes, m, "reflex", colour)


def _points(axes: Axes, m: xr.Dataset, name: str, colour: str, label: str | None = None) -> None:
    own = m[[name, f"{name}_mean", f"{name}_half"]].transpose("interval", ...)
    samples(axes, m["interval"].values.astype(float), own, name, colour, line="-", label=label)
    axes.set_xscale("log")
    axes.set_xticks(SHOWN, [f"{x:g}" for x in SHOWN])
    axes.minorticks_off()
