"""The figure of `delta_f_interventions`: two contractions, dose and level, and the changes beside those in people."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figure.behind import behind
from experiments.figure.caption import caption
from experiments.figure.forest import forest
from experiments.figure.look import AMBER, BLUE, COLUMN_WIDTH, GREEN, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.figure.units import by_recruitment, rates
from experiments.published.delta_f_changes import PEOPLE, Change
from experiments.words import listed

GROUPS = {"trains": (VERMILION, "train on the antagonist's Ia"), "less": (BLUE, "less ligand"), "more": (GREEN, "more")}


class Column(NamedTuple):
    """One measure of the comparison with people: `field` of `People`, `name` of the model's change."""

    words: str
    field: str
    name: str


COLUMNS = (
    Column("ΔF (pps)", "delta_f", "delta_f_effect"),
    Column("ΔF (%)", "percent", "delta_f_percent"),
    Column("peak rate (pps)", "peak_rate", "peak_rate_effect"),
    Column("brace height (%rTri)", "brace_height", "brace_height_effect"),
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `DeltaFInterventions`."""
    figure = new_figure(COLUMN_WIDTH, 9.6)
    rows = figure.add_gridspec(3, 1, height_ratios=[1.0, 1.0, 1.5])
    top = rows[0].subgridspec(1, 2)
    without, treated = (figure.add_subplot(place) for place in top)
    _contraction(without, m, 0)
    _contraction(treated, m, 1)
    top_rate = np.nanmax(m["shown_rate"].values) if np.isfinite(m["shown_rate"].values).any() else 1.0
    for axes in (without, treated):
        axes.set_ylim(0, 1.25 * top_rate)
    title(without, "A", m.attrs["baseline"].capitalize())
    title(treated, "B", f"{m.attrs['example']} on the Ia fibres of the {m.attrs['antagonist']}")
    middle = rows[1].subgridspec(1, 2)
    dose, level = (figure.add_subplot(place) for place in middle)
    start, trains = m.attrs["baseline"], listed(m, "trains")
    _along(dose, m, [start, *trains], m["frequency"].sel(case=[start, *trains]).values, VERMILION)
    dose.set_xlabel("frequency of the train (Hz)")
    title(dose, "C", "ΔF against stimulation")
    ligand = [*listed(m, "less"), start, *listed(m, "more")]
    _along(level, m, ligand, m["level"].sel(case=ligand).values, BLUE)
    level.axvline(1.0, color=GREY, lw=0.7, ls=":")
    level.set_xlabel("monoaminergic level (1 = Powers & Heckman 2017)")
    title(level, "D", "ΔF against monoaminergic level")
    reach = [axes.get_ylim() for axes in (dose, level)]
    for axes in (dose, level):
        axes.set_ylim(min(0.0, *(low for low, _ in reach)), max(high for _, high in reach))
        axes.set_ylabel("ΔF (pps)")
    _comparison([figure.add_subplot(place) for place in rows[2].subgridspec(1, len(COLUMNS), wspace=0.08)], m)
    caption(figure, _caption(m))
    return figure


def _contraction(axes: Axes, m: xr.Dataset, which: int) -> None:
    """Smoothed rates of all units over the command, and the time of the train as a bar."""
    shown = m["shown_rate"].values[which]
    behind(axes, m["time"].values, m["shown_command"].values)
    begins = [m["rate_time"].values[np.isfinite(x)][0] if np.isfinite(x).any() else np.nan for x in shown]
    rates(axes, m["rate_time"].values, shown, by_recruitment(np.array(begins)))
    if which:
        bar = {"color": VERMILION, "lw": 3, "transform": axes.get_xaxis_transform()}
        axes.plot(m["stimulated"].values, [0.95, 0.95], **bar)
    axes.set_xlim(m["time"].values[0], m["time"].values[-1])


def _along(axes: Axes, m: xr.Dataset, cases: Sequence[str], x: np.ndarray, colour: str) -> None:
    """ΔF of every seed as a line over the cases, and the mean with its 95 % interval."""
    here = m.sel(case=list(cases))
    axes.plot(x, here["delta_f"].transpose("case", "seed").values, color=GREY, lw=0.5, alpha=0.5)
    samples(axes, x, here, "delta_f", colour, line="-", size=4, points=False)
    at = float(m["delta_f_mean"].sel(case=m.attrs["baseline"]))
    axes.plot(x[list(cases).index(m.attrs["baseline"])], at, "o", ms=5, color=INK, zorder=6)
    axes.set_ylabel("ΔF (pps)")


def _comparison(panels: Sequence[Axes], m: xr.Dataset) -> None:
    """Changes from the baseline, the model's cases above those of people, for each kind of intervention."""
    labels, inks, at, place = [], [], [], 0.0
    groups = []  # cases, their places, their colour; people and their places
    for group, (colour, _) in GROUPS.items():
        cases, people = listed(m, group), [who for who in PEOPLE if who.intervention == group]
        places = [place - k for k in range(len(cases) + len(people))]
        groups.append((cases, places[: len(cases)], colour, list(zip(people, places[len(cases) :], strict=True))))
        labels += [*cases, *(who.who for who in people)]
        inks += [colour] * len(cases) + [INK] * len(people)
        at += places
        place = at[-1] - 1.6
    for axes, column in zip(panels, COLUMNS, strict=True):
        axes.axvline(0, color=INK, lw=0.7)
        for cases, places, colour, people in groups:
            forest(axes, m, column.name, cases, colours=[colour], at=places)
            for who, y in people:
                _person(axes, y, getattr(who, column.field))
        axes.set_ylim(at[-1] - 0.7, 0.7)
        axes.set_yticks(at, labels if axes is panels[0] else [])
        axes.tick_params(axis="y", length=0, labelsize=6.2)
        axes.set_xlabel(column.words)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, -0.2 * high), max(high, -0.2 * low))
    for text, colour in zip(panels[0].get_yticklabels(), inks, strict=True):
        text.set_color(colour)
    title(panels[0], "E", "Changes (black: people)")


def _person(axes: Axes, y: float, change: Change | None) -> None:
    if change is None:
        return
    axes.plot(change.mean, y, "D", ms=3.4, color=INK, zorder=5)
    if change.low is not None and change.high is not None:
        axes.plot([change.low, change.high], [y, y], color=INK, lw=1.0)
    axes.axhspan(y - 0.45, y + 0.45, color=AMBER, alpha=0.10, lw=0)


def _caption(m: xr.Dataset) -> str:
    return (
        f"{m.attrs['simulated']} {m.sizes['case']} cases × {m.sizes['seed']} seeds, {m.attrs['failed']} of "
        f"{m.attrs['runs']} failed; changes are paired by seed. Grey lines and small points, seeds; large points, mean "
        "with its 95 % interval; diamonds, people."
    )
