"""The figure of `abort_spasm`: a row for each thing that is done, force and current over time, and what is left."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from scipy.stats import binomtest

from experiments.figures import BLUE, COLUMN_WIDTH, GREY, INK, VERMILION, caption, new_figure, styled, title
from experiments.words import listed, number

LEVELS = (BLUE, "#56B4E9", INK)  # of the constitutive levels, in order
SUMMARY = (
    ("time_to_stop", "time to\nstop (s)"),
    ("units_left", "units in\nthe end"),
    ("spasm_left", "force in the\nend (%)"),
    ("pulses", "pulses\ngiven"),
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `AbortSpasm`."""
    shown, doses = listed(m, "shown"), listed(m, "doses")
    levels = m["constitutive"].values
    figure = new_figure(COLUMN_WIDTH, 9.7)
    rows = figure.add_gridspec(2, 1, height_ratios=[len(shown) * 0.85, 1.75])
    widths = [1.6] * len(levels) + [0.62] * len(SUMMARY)
    top = rows[0].subgridspec(len(shown), len(widths), width_ratios=widths, hspace=0.02, wspace=0.03)
    for row, case in enumerate(shown):
        for column, level in enumerate(levels):
            axes = figure.add_subplot(top[row, column])
            _course(axes, m, case, level)
            if column == 0:
                axes.set_ylabel(case.replace(", ", ",\n"), rotation=0, ha="right", va="center", fontsize=6.8)
            if row == 0:
                title(axes, "A" if column == 0 else "", f"Level {float(m['level'][column]):.2f}")
                pic = m["shown_pic"].sel(constitutive=level).values
                deepest = np.nanmin(pic, initial=0.0) if np.isfinite(pic).any() else 0.0
                axes.annotate(
                    f"PIC, down to {number(deepest, 0, 'nA')}", (1.0, 0.0), xycoords="axes fraction", ha="right",
                    va="bottom", fontsize=5.6, color=GREY,
                )  # fmt: skip
            axes.tick_params(labelbottom=row == len(shown) - 1)
            if row == len(shown) - 1:
                axes.set_xlabel("time (s)")
    for column, (name, words) in enumerate(SUMMARY):
        axes = figure.add_subplot(top[:, len(levels) + column])
        _summary(axes, m, shown, name)
        axes.set_xlabel(words, fontsize=6.2)
        if column == 0:
            title(axes, "B", "All seeds")
    below = rows[1].subgridspec(1, 2)
    left, right = (figure.add_subplot(place) for place in below)
    _stopped(left, m, doses)
    left.set_ylabel("share of the seeds (%)")
    title(left, "C", "Continuous trains of other doses")
    _left(right, m, doses)
    right.set_ylabel("units that fire in the end")
    title(right, "D", "What is left")
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
                    xycoords=("axes fraction", "data"), ha="right", va="center", fontsize=5.4, color=colour,
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


def _stopped(axes: Axes, m: xr.Dataset, cases: Sequence[str]) -> None:
    """Share of the seeds in which no unit fires in the end (full), or force is below what is felt (hollow)."""
    for k, level in enumerate(m["constitutive"].values):
        colour = LEVELS[k % len(LEVELS)]
        for place, case in enumerate(cases):
            here = m.sel(constitutive=level, case=case)
            n = int(here["stopped_n"])
            if not n:
                continue
            for name, face, aside in (("stopped", colour, 0.0), ("relieved", "white", 0.1)):
                count = int(here[name].sum())
                ends = binomtest(count, n).proportion_ci(method="exact")
                share = 100 * count / n
                spread = [[share - 100 * ends.low], [100 * ends.high - share]]
                x = place + 0.3 * (k - (len(m["constitutive"]) - 1) / 2) + aside
                axes.errorbar(x, share, spread, fmt="o", color=colour, mfc=face, ms=3.8, lw=0.9)
        axes.plot([], [], "o", color=colour, ms=3.8, label=f"level {float(m['level'].values[k]):.2f}")
    axes.plot([], [], "o", color=INK, mfc="white", ms=3.8, label=f"force below {m.attrs['relief']:g} %")
    axes.set_ylim(-4, 104)
    _named(axes, cases)
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.48), handletextpad=0.2)


def _left(axes: Axes, m: xr.Dataset, cases: Sequence[str]) -> None:
    """Units that fire in the end, every seed and the mean with its 95 % interval."""
    for k, level in enumerate(m["constitutive"].values):
        colour, aside = LEVELS[k % len(LEVELS)], 0.3 * (k - (len(m["constitutive"]) - 1) / 2)
        for place, case in enumerate(cases):
            here = m.sel(constitutive=level, case=case)
            points = here["units_left"].values
            spread = np.linspace(-0.1, 0.1, len(points)) if len(points) > 1 else np.zeros(1)
            axes.plot(place + aside + spread, points, ".", ms=2, color=colour, alpha=0.45, mew=0)
            mean, half = float(here["units_left_mean"]), float(here["units_left_half"])
            if np.isfinite(mean):
                axes.errorbar(place + aside, mean, half, color=colour, marker="o", ms=3.8, lw=1.1)
    axes.set_ylim(bottom=-0.5)
    _named(axes, cases)


def _named(axes: Axes, cases: Sequence[str]) -> None:
    axes.set_xticks(range(len(cases)), [case.replace(" of the ", "\nof the ").replace(", ", ",\n") for case in cases])
    axes.set_xlim(-0.6, len(cases) - 0.4)
    axes.tick_params(axis="x", labelsize=5.8)


def _caption(m: xr.Dataset) -> str:
    levels = ", ".join(f"{float(x):.2f}" for x in m["level"].values)
    return (
        f"{m.attrs['simulated']} A brief excitation (1 s) starts a spasm; from the dotted line on something is done. "
        f"{m.attrs['runs']} segments, {m.attrs['failed']} failed: {m.sizes['case']} cases × levels {levels} "
        f"(constitutive part + ligand {m.attrs['ligand']:g}) × {m.sizes['seed']} seeds, the same noise in all cases, "
        "one "
        "draw of the wiring. Stimulation (100 % of the antagonist's Ia fibres unless said; dose and frequency are "
        "chosen) "
        f"ends at {m.attrs['stop']:g} s; then it is seen whether firing comes back. A: the seed nearest to the means; "
        "blue, force in percent of maximum (cut during the excitation; scales differ); red, pulses; grey beneath, "
        "persistent inward current "
        "of a motoneuron, mean over the pool. Bursts answer EMG or force above a level after 50 ms (where the spasm "
        "goes "
        "on they come as fast as the pause allows, so that both are the same), the button 0.3 to 1 s after force is "
        "above "
        "it; relaxation takes all release of ligand away, or 40 %, to the end; ligand clears with a chosen time "
        "constant, "
        "which sets how long that takes. B: small points, seeds; large points, mean with its 95 % interval, levels "
        "in the "
        "colours of C; in the end: in the last second; fractions, seeds in which no unit fires then, and time to "
        "stop is "
        "of those only; force in percent of the untreated spasm's of the same seed. C: exact 95 % intervals; IPSP × n: "
        "reciprocal inhibition n times as strong as fitted (largest IPSP 2 mV at rest); E_Cl −65 mV: chloride reverses "
        "higher, as after injury. The literature gives no success rates or times to stop for people."
    )
