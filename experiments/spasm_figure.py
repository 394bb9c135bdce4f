"""The figure of `spasm`: two levels side by side, and what remains of a brief input over the level."""

from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.contraction_panels import shade
from experiments.figures import AMBER, BLUE, COLUMN_WIDTH, GREY, INK, VERMILION, caption, new_figure, styled, title
from experiments.series_panel import interval
from experiments.words import number

PEOPLE = (
    "People with spinal cord injury. After a voluntary contraction had ended, 8 thenar units (24 %) fired on at 5.9 "
    "± 0.8 pps, with forces of 0.3 to 7.2 % of maximum (grey; Zijdewind & Thomas 2003, J Neurophysiol 89:2065). In "
    "spasms of thenar muscles force was 39 % (SD 33) of that of 50-Hz stimulation, and units fired at 8.8 (SD 3.3) "
    "pps at a quarter of that force and 16.1 (4.1) at the whole (amber; Zijdewind & Thomas 2014, Front Hum Neurosci "
    "8:922). So the raised level of B is like the former, and level 1.2 like the latter. How long spasms last is not "
    "known as a number"
)


class Panel(NamedTuple):
    """A measure over the level; `band` is what people show after a contraction, `spasm` in a spasm, or None."""

    name: str
    axis: str
    head: str
    band: tuple[float, float] | None = None
    spasm: tuple[float, float] | None = None


PANELS = (
    Panel("units_after", "motor units", "Units that fire 2 to 4 s later"),
    Panel("rate_after", "discharge rate (pps)", "Their rate", (5.1, 6.7), (8.8, 16.1)),
    Panel("force_after", "force (% of maximum)", "Force 2 to 4 s later", (0.3, 7.2), (6.0, 72.0)),
    Panel("duration", "time (s)", "Firing after the input"),
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `Spasm`."""
    figure = new_figure(COLUMN_WIDTH, 7.6)
    rows = figure.add_gridspec(2, 1, height_ratios=[1.75, 1.0])
    top = rows[0].subgridspec(3, 2, height_ratios=[1, 1.1, 0.7])
    for column in range(2):
        panels = [figure.add_subplot(top[row, column]) for row in range(3)]
        _course(panels, m, column)
        title(panels[0], "AB"[column], f"Level {m.attrs['shown_level'][column]:.2f}")
    for row in range(3):
        left, right = (figure.axes[3 * column + row] for column in range(2))
        low, high = (pick(a.get_ylim()[k] for a in (left, right)) for k, pick in ((0, min), (1, max)))
        for axes in (left, right):
            axes.set_ylim(low, high)
    below = rows[1].subgridspec(1, len(PANELS))
    for k, panel in enumerate(PANELS):
        axes = figure.add_subplot(below[0, k])
        _over_level(axes, m, panel)
        title(axes, "CDEF"[k], panel.head).set_fontsize(6.8)
    caption(figure, _caption(m))
    return figure


def _course(panels: list[Axes], m: xr.Dataset, which: int) -> None:
    """Force, raster and persistent inward current; the brief input is shaded."""
    force, raster, pic = panels
    time = m["time"].values
    force.fill_between(time, m["shown_force"].values[which], color=BLUE, alpha=0.35, lw=0)
    force.plot(time, m["shown_force"].values[which], color=BLUE, lw=1.0)
    spikes = m["shown_spikes"].values[which]
    for unit, times in enumerate(spikes):
        raster.vlines(times[np.isfinite(times)], unit + 0.6, unit + 1.4, color=shade(unit, len(spikes)), lw=0.35)
    raster.set_ylim(0.3, len(spikes) + 0.7)
    pic.plot(time, m["shown_pic"].values[which], color=VERMILION, lw=1.0)
    for axes in panels:
        axes.axvspan(*m.attrs["input"], color=AMBER, alpha=0.3, lw=0)
        axes.set_xlim(0, m.attrs["ends"])
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.tick_params(labelbottom=axes is pic)
    if which == 0:
        force.set_ylabel("force\n(% of max.)")
        raster.set_ylabel("motoneuron")
        pic.set_ylabel("PIC (nA)")
    pic.set_xlabel("time (s)")


def _over_level(axes: Axes, m: xr.Dataset, panel: Panel) -> None:
    """Seeds as points, their mean with its 95 % interval."""
    x, points = m["level"].values, m[panel.name].values
    if panel.band is not None:
        axes.axhspan(*panel.band, color=GREY, alpha=0.3, lw=0)
    if panel.spasm is not None:
        axes.axhspan(*panel.spasm, color=AMBER, alpha=0.15, lw=0)
    for normal in m.attrs["shown_level"][:1]:
        axes.axvline(normal, color=INK, lw=0.7, ls=":")
    step = np.diff(x).min() if len(x) > 1 else 0.1
    aside = np.linspace(-0.2, 0.2, points.shape[1]) * step if points.shape[1] > 1 else np.zeros(1)
    axes.plot((x[:, None] + aside).ravel(), points.ravel(), ".", ms=2.2, color=BLUE, alpha=0.4, mew=0)
    half = interval(m[f"{panel.name}_sd"].values, m[f"{panel.name}_n"].values)
    axes.errorbar(x, m[f"{panel.name}_mean"].values, half, color=BLUE, lw=1.3, marker="o", ms=3.2)
    axes.set_ylim(0, 1.15 * max(float(np.nanmax(points, initial=0.0)), 1.0))
    axes.set_xlim(x.min() - step, x.max() + step)
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_xlabel("level")
    axes.set_ylabel(panel.axis)


def _caption(m: xr.Dataset) -> str:
    begin, end = m.attrs["input"]
    return (
        f"{m.attrs['simulated']} A brief excitation from {number(begin, 1)} to {number(end, 1, 's')} (shaded) on a "
        f"steady background, nothing else; {m.attrs['runs']} segments, {m.attrs['failed']} failed: "
        f"{m.sizes['monoamine']} levels (constitutive part + ligand) × {m.sizes['seed']} seeds, the same noise at all "
        "levels. A, B: one seed; units in order of size; PIC, persistent inward current of a motoneuron, mean over "
        "the pool. C to F: small points, seeds; large points, their mean with its 95 % interval; dotted, the level of "
        f"the healthy segment; F is cut at {number(m.attrs['ends'] - end, 0, 's')}, where the simulation ends; bands, "
        f"people.\n{PEOPLE}."
    )
