"""The figure of `abort_spasm`: a row for each thing that is done, force and current over time, and what is left."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figures import BLUE, COLUMN_WIDTH, GREY, INK, VERMILION, caption, new_figure, styled, title
from experiments.words import listed

LEVELS = (BLUE, "#56B4E9", INK)  # of the constitutive levels, in order
SUMMARY = (
    ("time_to_stop", "time to stop (s)"),
    ("spasm_left", "force left (%)"),
    ("pulses", "pulses"),
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `AbortSpasm`."""
    shown, doses = listed(m, "shown"), listed(m, "doses")
    levels = m["constitutive"].values
    figure = new_figure(COLUMN_WIDTH, 9.7)
    rows = figure.add_gridspec(2, 1, height_ratios=[len(shown) * 0.85, 1.75])
    widths = [1.6] * len(levels) + [0.75] * len(SUMMARY)
    top = rows[0].subgridspec(len(shown), len(widths), width_ratios=widths, hspace=0.02, wspace=0.03)
    for row, case in enumerate(shown):
        for column, level in enumerate(levels):
            axes = figure.add_subplot(top[row, column])
            _course(axes, m, case, level)
            if column == 0:
                axes.set_ylabel(case.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=6.8)
            if row == 0:
                head = f"Level {float(m['level'][column]):.2f}: force (% of max.)"
                title(axes, "A" if column == 0 else "", head).set_fontsize(7.2)
                axes.annotate(
                    "PIC", (1.0, 0.02), xycoords="axes fraction", ha="right", va="bottom", fontsize=6, color=GREY
                )
            axes.tick_params(labelbottom=row == len(shown) - 1)
            if row == len(shown) - 1:
                axes.set_xlabel("time (s)")
    for column, (name, words) in enumerate(SUMMARY):
        axes = figure.add_subplot(top[:, len(levels) + column])
        _summary(axes, m, shown, name)
        axes.set_xlabel(words, fontsize=6.5)
        if column == 0:
            title(axes, "B", "All seeds")
    below = rows[1].subgridspec(1, 2)
    left, right = (figure.add_subplot(place) for place in below)
    _doses(left, m, doses, "stopped", 100.0)
    left.set_ylabel("seeds in which firing stops (%)")
    title(left, "C", "Larger doses: does the spasm stop?")
    _doses(right, m, doses, "spasm_left", 1.0)
    right.set_ylabel("force left (% of untreated)")
    title(right, "D", "Larger doses: what is left")
    caption(figure, _caption(m))
    return figure


def _course(axes: Axes, m: xr.Dataset, case: str, level: float) -> None:
    """Force upwards, the persistent inward current beneath, pulses as a strip of ticks."""
    here, time = m.sel(case=case, constitutive=level), m["time"].values
    late = m.sel(constitutive=level)["shown_force"].sel(time=slice(m.attrs["start"] - 1, None)).values
    top = max(1.45 * float(np.nanmax(late, initial=0.0)), 1.0)
    pic = m.sel(constitutive=level)["shown_pic"].values
    deepest = min(float(np.nanmin(pic)) if np.isfinite(pic).any() else -1.0, -1e-3)
    force = np.minimum(here["shown_force"].values, top)
    axes.fill_between(time, force, color=BLUE, alpha=0.3, lw=0)
    axes.plot(time, force, color=BLUE, lw=0.9)
    given = here["shown_pulses"].values > 0
    if given.any():
        axes.vlines(time[given], 0.90 * top, top, color=VERMILION, lw=0.6)
    axes.plot(time, here["shown_pic"].values / -deepest * 0.45 * top, color=GREY, lw=0.9)
    axes.axhline(0, color=INK, lw=0.5)
    axes.axvline(m.attrs["start"], color=INK, lw=0.6, ls=":")
    axes.set_ylim(-0.5 * top, 1.05 * top)
    axes.set_xlim(time[0], m.attrs["ends"])
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    ticks = [t for t in MaxNLocator(2, steps=[1, 2, 5, 10]).tick_values(0, top / 1.45) if 0 <= t <= top]
    axes.set_yticks(ticks)
    axes.tick_params(labelsize=6)


def _summary(axes: Axes, m: xr.Dataset, cases: Sequence[str], name: str) -> None:
    """Seeds as points, their mean with its 95 % interval, for every case at its row; levels above each other."""
    levels = m["constitutive"].values
    for row, case in enumerate(cases):
        for k, level in enumerate(levels):
            here = m.sel(case=case, constitutive=level)
            y = row + 0.32 * (k - (len(levels) - 1) / 2)
            points = here[name].values
            colour = LEVELS[k % len(LEVELS)]
            aside = np.linspace(-0.1, 0.1, len(points)) if len(points) > 1 else np.zeros(1)
            axes.plot(points, y + aside, ".", ms=2, color=colour, alpha=0.45, mew=0)
            mean, half = float(here[f"{name}_mean"]), float(here[f"{name}_half"])
            if np.isfinite(mean):
                axes.errorbar(mean, y, xerr=half, color=colour, marker="o", ms=3.2, lw=1.1, zorder=5)
            if name == "time_to_stop":
                axes.annotate(
                    f"{int(here['stopped'].sum())}/{int(here['stopped_n'])}", (1.0, y),
                    xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=5.6, color=colour,
                )  # fmt: skip
    axes.set_ylim(len(cases) - 0.5, -0.5)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0.0), high * (1.6 if name == "time_to_stop" else 1.05))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.tick_params(labelsize=6)
    for row in range(1, len(cases)):
        axes.axhline(row - 0.5, color=GREY, lw=0.3)


def _doses(axes: Axes, m: xr.Dataset, cases: Sequence[str], name: str, scale: float) -> None:
    """A measure over the doses, a line for each level."""
    places = np.arange(len(cases))
    for k, level in enumerate(m["constitutive"].values):
        here = m.sel(constitutive=level, case=list(cases))
        colour = LEVELS[k % len(LEVELS)]
        half = np.zeros(len(cases)) if name == "stopped" else here[f"{name}_half"].values
        axes.errorbar(
            places, scale * here[f"{name}_mean"].values, half, color=colour, lw=1.2, marker="o", ms=3.6,
            label=f"level {float(here['level']):.2f}",
        )  # fmt: skip
    axes.set_xticks(places, [case.replace(", ", ",\n") for case in cases])
    axes.tick_params(axis="x", labelsize=6)
    axes.set_ylim(-4, max(104.0, axes.get_ylim()[1]))
    axes.legend(loc="best")


def _caption(m: xr.Dataset) -> str:
    levels = ", ".join(f"{float(x):.2f}" for x in m["level"].values)
    return (
        f"{m.attrs['simulated']} A brief excitation (1 s) starts a spasm; from the dotted line on something is done. "
        f"{m.attrs['runs']} segments, {m.attrs['failed']} failed: {m.sizes['case']} cases × levels {levels} "
        f"(constitutive part + ligand {m.attrs['ligand']:g}) × {m.sizes['seed']} seeds, the same noise in all cases. "
        "A: one seed; blue, force in percent of maximum (cut during the excitation); red, pulses on all Ia fibres of "
        "the antagonist, which act through the Ia interneurons; grey beneath, persistent inward current of a "
        "motoneuron, mean over the pool, scaled to its largest. Bursts answer EMG or force above a level after 50 ms, "
        "the button 0.3 to 1 s after force is above it; relaxation takes the release of ligand away, which then clears "
        "with its time constant (chosen; no number is known). B: small points, seeds; large points, mean with "
        "its 95 % interval, levels in the colours of C; fractions, seeds in which no unit fires in the last second; "
        "force left is that after the dotted line in percent of the untreated spasm of the same seed. C, D: continuous "
        "trains; IPSP × n: reciprocal inhibition n times as strong as fitted (largest IPSP 2 mV at rest). The "
        "literature gives no success rates or times to stop for people."
    )
