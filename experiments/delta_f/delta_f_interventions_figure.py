"""The figure of `delta_f_interventions`: two contractions, dose and level, and the changes beside those in people."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.behind import behind
from experiments.figure.caption import caption
from experiments.figure.forest import forest
from experiments.figure.look import AMBER, BLUE, COLUMN_WIDTH, GREEN, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.figure.units import by_recruitment, rates
from experiments.published.delta_f_changes import PEOPLE, Change
from experiments.words import listed, span

GROUPS = {"trains": VERMILION, "less": BLUE, "more": GREEN}
COLUMNS = {  # what of people, the model's change beside it, and its axis
    "delta_f": ("delta_f_effect", "ΔF (pps)"),
    "delta_f_percent": ("delta_f_percent", "ΔF (%)"),
    "peak_rate": ("peak_rate_effect", "peak rate (pps)"),
    "brace_height": ("brace_height_effect", "brace height (%rTri)"),
}


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `DeltaFInterventions`."""
    figure = new_figure(COLUMN_WIDTH, 8.6)
    rows = figure.add_gridspec(3, 1, height_ratios=[1.0, 1.0, 1.6])
    top = [figure.add_subplot(place) for place in rows[0].subgridspec(1, 2)]
    for which, axes in enumerate(top):
        _contraction(axes, m, which)
    start = m.attrs["baseline"]
    title(top[0], "A", start.capitalize())
    title(top[1], "B", f"{m.attrs['example']} on the Ia fibres of the {m.attrs['antagonist']}")
    dose, level = (figure.add_subplot(place) for place in rows[1].subgridspec(1, 2))
    _along(dose, m, "frequency", [start, *listed(m, "trains")], VERMILION)
    dose.set_xlabel("frequency of the train (Hz)")
    title(dose, "C", "ΔF against stimulation")
    _along(level, m, "level", [*listed(m, "less"), start, *listed(m, "more")], BLUE)
    level.axvline(1.0, color=GREY, lw=0.7, ls=":")
    level.set_xlabel("monoaminergic level (1 = Powers & Heckman 2017)")
    title(level, "D", "ΔF against monoaminergic level")
    lows, highs = zip(dose.get_ylim(), level.get_ylim(), strict=True)
    for axes in (dose, level):
        axes.set_ylim(min(0.0, *lows), max(highs))
        axes.set_ylabel("ΔF (pps)")
    _comparison([figure.add_subplot(place) for place in rows[2].subgridspec(1, len(COLUMNS), wspace=0.08)], m)
    caption(figure, _caption(m))
    return figure


def _contraction(axes: Axes, m: xr.Dataset, which: int) -> None:
    """Smoothed rates of all units over the command, and the time of the train as a bar."""
    time, clock, rate = m["time"].values, m["rate_time"].values, m["shown_rate"].values
    behind(axes, time, m["shown_command"].values)
    known = np.isfinite(rate[which])
    first = np.where(known.any(axis=-1), clock[known.argmax(axis=-1)], np.nan)
    rates(axes, clock, rate[which], by_recruitment(first))
    axes.set_ylim(0, 1.25 * np.nanmax(rate) if np.isfinite(rate).any() else 1.0)
    if which:
        axes.plot(m["stimulated"].values, [0.95, 0.95], color=VERMILION, lw=3, transform=axes.get_xaxis_transform())
    axes.set_xlim(time[0], time[-1])


def _along(axes: Axes, m: xr.Dataset, name: str, cases: Sequence[str], colour: str) -> None:
    """ΔF of every seed as a line over the cases, and the mean with its 95 % interval; the baseline in black."""
    here = m[["delta_f", "delta_f_mean", "delta_f_half", name]].sel(case=list(cases)).sortby(name)
    x = here[name].values
    axes.plot(x, here["delta_f"].values.reshape(len(x), -1), color=GREY, lw=0.5, alpha=0.5)
    samples(axes, x, here, "delta_f", colour, line="-", size=4)
    at = here.sel(case=m.attrs["baseline"])
    axes.plot(at[name], at["delta_f_mean"], "o", ms=5, color=INK, zorder=6)


def _comparison(panels: Sequence[Axes], m: xr.Dataset) -> None:
    """Changes from the baseline, the model's cases above those of people, for each kind of intervention."""
    labels: dict[float, tuple[str, str]] = {}  # at each place, what and in which colour
    place = 0.0
    for group, colour in GROUPS.items():
        cases, people = listed(m, group), [who for who in PEOPLE if who.intervention == group]
        at = place + np.arange(len(cases) + len(people))
        labels |= dict(zip(at, [*((x, colour) for x in cases), *((x.who, INK) for x in people)], strict=True))
        for axes, (field, (name, _)) in zip(panels, COLUMNS.items(), strict=True):
            forest(axes, m, name, cases, colours=[colour], at=at[: len(cases)].tolist())
            for y, who in zip(at[len(cases) :], people, strict=True):
                _person(axes, y, getattr(who, field))
        place += len(at) + 0.6
    for axes, (_, words) in zip(panels, COLUMNS.values(), strict=True):
        axes.axvline(0, color=INK, lw=0.7, zorder=1)
        axes.set_ylim(place - 0.9, -0.7)
        axes.set_yticks(list(labels), [text if axes is panels[0] else "" for text, _ in labels.values()])
        axes.tick_params(axis="y", length=0, labelsize=6.2)
        axes.set_xlabel(words)
        low, high = axes.get_xlim()
        axes.set_xlim(min(low, -0.2 * high), max(high, -0.2 * low))
    for text, (_, colour) in zip(panels[0].get_yticklabels(), labels.values(), strict=True):
        text.set_color(colour)
    title(panels[0], "E", "Changes (black: people)")


def _person(axes: Axes, y: float, change: Change | None) -> None:
    """What people showed, where it is known."""
    if change is None:
        return
    axes.plot(change.mean, y, "D", ms=3.4, color=INK, zorder=5)
    if change.low is not None and change.high is not None:
        axes.plot([change.low, change.high], [y, y], color=INK, lw=1.0)
    axes.axhspan(y - 0.45, y + 0.45, color=AMBER, alpha=0.10, lw=0)


def _caption(m: xr.Dataset) -> str:
    return (
        f"{m.attrs['simulated']} {m.sizes['case']} cases × {m.sizes['seed']} seeds, {m.attrs['failed']} of "
        f"{m.attrs['runs']} failed. Points, grey lines: seeds; bars: 95 % intervals. Brace height: of "
        f"{span(m['n_brace_valid_mean'].values.round(1))} valid units."
    )
