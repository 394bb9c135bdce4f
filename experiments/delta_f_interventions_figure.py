"""The figure of `delta_f_interventions`: two contractions, dose and level, and the changes beside those in people."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.contraction_panels import shade
from experiments.delta_f_interventions_people import PEOPLE, SOURCES, Change, People
from experiments.figures import (
    AMBER,
    BLUE,
    COLUMN_WIDTH,
    GREEN,
    GREY,
    INK,
    PALE,
    VERMILION,
    caption,
    new_figure,
    styled,
    title,
)
from experiments.words import listed, mean_and_sd, number

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


def silenced(m: xr.Dataset) -> str:
    """'the train changes 0 of 31204 spikes', over all seeds."""
    changed, spikes = (float(np.nansum(m[name].values)) for name in ("silenced_spikes", "baseline_spikes"))
    return f"the train of {m.attrs['silenced']!r} changes {changed:.0f} of {spikes:.0f} spikes of the pool"


def _contraction(axes: Axes, m: xr.Dataset, which: int) -> None:
    """Smoothed rates of all units over the command, and the time of the train as a bar."""
    command, rates = m["shown_command"].values, m["shown_rate"].values[which]
    behind = axes.twinx()
    behind.fill_between(m["time"].values, np.nan_to_num(command), color=PALE, lw=0)
    behind.set_ylim(0, 1.25 * max(np.nan_to_num(command).max(), 1e-9))
    behind.set_axis_off()
    axes.set_zorder(behind.get_zorder() + 1)
    axes.patch.set_visible(False)
    order = np.argsort([np.flatnonzero(np.isfinite(r))[0] if np.isfinite(r).any() else 10**6 for r in rates])
    for row, unit in enumerate(order):
        axes.plot(m["rate_time"].values, rates[unit], color=shade(row, len(order)), lw=0.8)
    begin, end = m["stimulated"].values
    if which and np.isfinite(begin):
        axes.plot([begin, end], [0.95, 0.95], color=VERMILION, lw=3, transform=axes.get_xaxis_transform())
    axes.set_xlim(m["time"].values[0], m["time"].values[-1])
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("time (s)")
    axes.set_ylabel("smoothed rate (pps)")


def _along(axes: Axes, m: xr.Dataset, cases: Sequence[str], x: np.ndarray, colour: str) -> None:
    """ΔF of every seed as a line over the cases, and the mean with its 95 % interval."""
    here = m.sel(case=list(cases))
    axes.plot(x, here["delta_f"].values, color=GREY, lw=0.5, alpha=0.5)
    axes.errorbar(
        x, here["delta_f_mean"].values, here["delta_f_half"].values, color=colour, lw=1.5, marker="o", ms=4, zorder=5
    )
    at = m.sel(case=m.attrs["baseline"])
    place = float(x[list(cases).index(m.attrs["baseline"])])
    axes.plot(place, float(at["delta_f_mean"]), "o", ms=5, color=INK, zorder=6)


def _comparison(panels: Sequence[Axes], m: xr.Dataset) -> None:
    """Changes from the baseline, the model's cases above those of people, for each kind of intervention."""
    labels, colours, at = [], [], []
    entries: list[tuple[str, str | People]] = []
    place = 0.0
    for group, (colour, _) in GROUPS.items():
        people = [who for who in PEOPLE if who.intervention == group]
        for entry in (*listed(m, group), *people):
            labels.append(entry.who if isinstance(entry, People) else entry)
            colours.append(INK if isinstance(entry, People) else colour)
            entries.append((group, entry))
            at.append(place)
            place -= 1.0
        place -= 0.6
    for axes, column in zip(panels, COLUMNS, strict=True):
        axes.axvline(0, color=INK, lw=0.7)
        for y, (group, entry) in zip(at, entries, strict=True):
            if isinstance(entry, People):
                _person(axes, y, getattr(entry, column.field))
            else:
                _case(axes, y, m.sel(case=entry), column.name, GROUPS[group][0])
        axes.set_ylim(at[-1] - 0.7, 0.7)
        axes.set_yticks(at, labels if axes is panels[0] else [])
        axes.tick_params(axis="y", length=0, labelsize=6.2)
        axes.set_xlabel(column.words)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, -0.2 * high), max(high, -0.2 * low))
    for text, colour in zip(panels[0].get_yticklabels(), colours, strict=True):
        text.set_color(colour)
    title(panels[0], "E", "Changes (black: people)")


def _case(axes: Axes, y: float, here: xr.Dataset, name: str, colour: str) -> None:
    points = here[name].values
    aside = np.linspace(-0.22, 0.22, len(points)) if len(points) > 1 else np.zeros(1)
    axes.plot(points, y + aside, ".", ms=2, color=colour, alpha=0.45, mew=0)
    mean, half = float(here[f"{name}_mean"]), float(here[f"{name}_half"])
    if np.isfinite(mean):
        axes.errorbar(mean, y, xerr=half, color=colour, marker="o", ms=3.6, lw=1.3, zorder=5)


def _person(axes: Axes, y: float, change: Change | None) -> None:
    if change is None:
        return
    axes.plot(change.mean, y, "D", ms=3.4, color=INK, zorder=5)
    if change.low is not None and change.high is not None:
        axes.plot([change.low, change.high], [y, y], color=INK, lw=1.0)
    axes.axhspan(y - 0.45, y + 0.45, color=AMBER, alpha=0.10, lw=0)


def _caption(m: xr.Dataset) -> str:
    at = m.sel(case=m.attrs["baseline"])
    what = (
        f"{m.attrs['simulated']} {m.attrs['runs']} contractions, {m.attrs['failed']} failed: {m.sizes['case']} cases × "
        f"{m.sizes['seed']} seeds, the same noise in all cases (common random numbers), so changes are paired by seed. "
        f"Baseline: level {number(at['level'])} (constitutive part + ligand), ΔF "
        f"{mean_and_sd(at, 'delta_f', 2, 'pps')}, estimator noise {number(m['noise_pool'], 2, 'pps')}, peak rate "
        f"{mean_and_sd(at, 'peak_rate', 1, 'pps')}, brace height {mean_and_sd(at, 'brace_height', 1, '%rTri')}, peak "
        "force "
        f"{mean_and_sd(at, 'peak_force', 0, '% of maximum')}, more than the 20 % of the people. Both muscles have "
        "cells of "
        "the pool hTA; one draw of the wiring. Every "
        "pulse of a train recruits all Ia fibres of the antagonist and reaches the pool through the Ia interneurons "
        f"only: without them {silenced(m)}. {m.attrs['reversal']}"
    )
    how = (
        "A, B: one seed, units from dark to light in order of recruitment; grey, the command; bar, the train. C, D: "
        "grey, seeds; colour, mean with its 95 % interval; black, the baseline; dotted, the published conductances. E: "
        "small points, seeds; circles, their mean with its 95 % interval; diamonds, people. ± is the SD between seeds. "
        f"{m.attrs['convention'].replace('>=', '≥')}."
    )
    return f"{what}\n{how}\n{SOURCES}"
