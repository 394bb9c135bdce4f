"""The figure of `spasm`: two levels side by side, and what remains of a brief effort over the level."""

from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figure.caption import caption
from experiments.figure.course import course, over_time, shaded
from experiments.figure.look import AMBER, COLUMN_WIDTH, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.series import series
from experiments.figure.units import raster
from experiments.published import spasms as people


class Panel(NamedTuple):
    """A measure over the level; `band` is what people show after a contraction, `spasm` in a spasm, or None."""

    name: str
    axis: str
    head: str
    band: tuple[float, float] | None = None
    spasm: tuple[float, float] | None = None


PANELS = (
    Panel("units_after", "motor units", "Units 2 to 4 s later"),
    Panel("rate_after", "discharge rate (pps)", "Their rate", people.RATE_AFTER_CONTRACTION, people.RATE_IN_SPASM),
    Panel("force_after", "force (% of maximum)", "Force 2 to 4 s later", people.FORCE_AFTER_CONTRACTION,
          people.FORCE_IN_SPASM),
    Panel("duration", "time (s)", "Firing after the input"),
)  # fmt: skip


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `Spasm`."""
    figure = new_figure(COLUMN_WIDTH, 7.0)
    rows = figure.add_gridspec(2, 1, height_ratios=[1.75, 1.0])
    top = rows[0].subgridspec(3, 2, height_ratios=[1, 1.1, 0.7])
    panels = [[figure.add_subplot(top[row, column]) for column in range(2)] for row in range(3)]
    for column, level in enumerate(m.attrs["shown_level"]):
        _course([row[column] for row in panels], m.isel(shown=column), labelled=column == 0)
        title(panels[0][column], "AB"[column], f"Level {level:.2f}")
    for row in panels:
        limits = np.array([axes.get_ylim() for axes in row])
        for axes in row:
            axes.set_ylim(limits[:, 0].min(), limits[:, 1].max())
    below = rows[1].subgridspec(1, len(PANELS))
    for k, panel in enumerate(PANELS):
        axes = figure.add_subplot(below[0, k])
        _over_level(axes, m, panel)
        title(axes, "CDEF"[k], panel.head).set_fontsize(6.8)
    caption(
        figure,
        f"{m.attrs['simulated']} A brief effort (shaded). {m.sizes['seed']} seeds (common random numbers), "
        f"{m.attrs['failed']} of {m.attrs['runs']} runs failed; mean ± 95 %. Dotted: healthy. Bands: people after "
        "contractions (grey), in spasms (amber).",
    )
    return figure


def _course(panels: list[Axes], m: xr.Dataset, *, labelled: bool) -> None:
    """Force, raster and persistent inward current; the brief input is shaded."""
    force, units, pic = panels
    course(force, m["time"].values, m["shown_force"].values)
    raster(units, m["shown_spikes"].values)
    pic.plot(m["time"].values, m["shown_pic"].values, color=VERMILION, lw=1.0)
    for axes, label in zip(panels, ("force\n(% of max.)", "motoneuron", "PIC (nA)"), strict=True):
        shaded(axes, *m.attrs["input"])
        over_time(axes, m.attrs["ends"], labelled=axes is pic)
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.set_ylabel(label if labelled else "")


def _over_level(axes: Axes, m: xr.Dataset, panel: Panel) -> None:
    """Seeds as points, their mean with its 95 % interval."""
    for band, colour, alpha in ((panel.band, GREY, 0.3), (panel.spasm, AMBER, 0.15)):
        if band is not None:
            axes.axhspan(*band, color=colour, alpha=alpha, lw=0)
    axes.axvline(m.attrs["shown_level"][0], color=INK, lw=0.7, ls=":")
    x = m["level"].values
    series(axes, m, panel.name, along="monoamine", x=x)
    step = np.diff(x).min() if len(x) > 1 else 0.1
    axes.set_xlim(x.min() - step, x.max() + step)
    axes.set_ylim(0, 1.15 * max(float(np.nanmax(m[panel.name].values, initial=0.0)), 1.0))
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set(xlabel="level", ylabel=panel.axis)
