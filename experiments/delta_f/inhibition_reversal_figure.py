"""The figure of `inhibition_reversal`: where the effect of inhibition turns, one pair of units, and the reason."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figure import look
from experiments.figure.caption import caption
from experiments.figure.map import annotated_map

STRENGTHS = (look.GREY, look.VERMILION)  # less and more inhibition
DOWN = (0, (3, 1.2))  # line of the falling command
GROUPS = {"ramp": (look.BLUE, "switch off on the ramp"), "outlasting": (look.AMBER, "outlast the command")}
PARTS = {
    "from_hysteresis": (look.BLUE, "test unit's hysteresis"),
    "from_gain": (look.AMBER, "control's gain"),
    "from_own": (look.GREEN, "control's own hysteresis"),
}
COURSES = {
    "control_rate": "control's rate\n(pps)", "control_pic": "control's PIC\n(nA)", "test_pic": "test unit's PIC\n(nA)",
}  # fmt: skip


@look.styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `InhibitionReversal`."""
    figure = look.new_figure(look.COLUMN_WIDTH, 8.8)
    rows = figure.add_gridspec(4, 1, height_ratios=[1.25, 0.85, 0.85, 1.0])
    here = m.sel(peak=m.attrs["peak"])
    maps = [figure.add_subplot(place) for place in rows[0].subgridspec(1, 3)]
    annotated_map(maps[0], here["delta_f_mean"], digits=(2, 0))
    annotated_map(maps[1], here["delta_f_change_mean"], digits=(2, 0), around_zero=True, sign=True)
    annotated_map(maps[2], 100 * here["outlasting_mean"], digits=(0, 0))
    words = ("ΔF (pps)", "Change from least Aᵢ (pps)", "Outlast the command (%)")
    for axes, letter, text in zip(maps, "ABC", words, strict=True):
        look.title(axes, letter, text)
        axes.set_xlabel("tonic inhibition Aᵢ")
    maps[0].set_ylabel("monoaminergic level")
    for k, (row, letter) in enumerate(zip((rows[1], rows[2]), "DE", strict=True)):
        panels = [figure.add_subplot(place) for place in row.subgridspec(1, 3)]
        for axes, name in zip(panels, COURSES, strict=True):
            _loop(axes, m, name, k)
            axes.set_xlabel("excitatory command Aₑ" if k else "")
        look.title(panels[0], letter, f"One pair, level {m.attrs['levels'][k]:g}")
        if not k:
            _loop_legend(panels[1], m)
    last = [figure.add_subplot(place) for place in rows[3].subgridspec(1, 3, width_ratios=[1, 1, 1.05])]
    for axes, panel in zip(last, (_units, _groups, _parts), strict=True):
        panel(axes, m)
    caption(figure, _caption(m))
    return figure


def _loop(axes: Axes, m: xr.Dataset, name: str, level: int) -> None:
    """A course of one unit against the command, up and down, at both inhibitions."""
    axes.set_ylabel(COURSES[name])
    if int(m["pair_unit"][0]) < 0:
        return look.message(axes, "no pair counts\nin all conditions")
    command, t = m["course_command"].values, m["course_time"].values
    top = int(np.argmax(command))
    for colour, y, marks in zip(STRENGTHS, m[name].values[level], m["pair_time"].values[level], strict=True):
        axes.plot(command[: top + 1], y[: top + 1], color=colour)
        axes.plot(command[top:], y[top:], color=colour, ls=DOWN)
        for when, marker in zip(marks, "^v", strict=True):
            at = np.interp(when, t, command), np.interp(when, t, y)
            axes.plot(*at, marker, color=colour, mec=look.INK, mew=0.6, ms=5.5, zorder=5, clip_on=False)
    axes.set_xlim(0, min(command.max(), 2.2 * np.interp(m["pair_time"].values[..., 0].max(), t, command)))
    values = m[name].values[..., command <= axes.get_xlim()[1]]
    if np.isfinite(values).any():
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        axes.set_ylim(max(0, low - 0.08 * (high - low)), high + 0.12 * (high - low))


def _loop_legend(axes: Axes, m: xr.Dataset) -> None:
    for colour, value in zip(STRENGTHS, m.attrs["contrast"], strict=True):
        axes.plot([], [], color=colour, label=f"Aᵢ {value:g}")
    for line, words in (("-", "up"), (DOWN, "down")):
        axes.plot([], [], color=look.INK, lw=1, ls=line, label=words)
    for marker, words in (("^", "test recruited"), ("v", "derecruited")):
        axes.plot([], [], marker, color="white", mec=look.INK, ms=5, label=words)
    close = {"handlelength": 1.5, "handletextpad": 0.4, "columnspacing": 0.9, "borderaxespad": 0.1}
    axes.legend(loc="lower left", bbox_to_anchor=(-0.25, 1.0), ncols=6, **close).set_in_layout(False)


def _units(axes: Axes, m: xr.Dataset) -> None:
    """ΔF of every test unit at the high level, at both inhibitions."""
    look.title(axes, "F", f"Each test unit, level {m.attrs['levels'][1]:g}")
    axes.set(xlabel="test unit (by size)", ylabel="ΔF (pps)")
    values, lasting = m["unit_delta_f"].values[1], m["unit_outlasting"].values[1]
    if not np.isfinite(values).any():
        return look.message(axes, "no pair counts")
    unit = np.arange(1, values.shape[1] + 1)
    for y, lasts, colour, a_i in zip(values, lasting, STRENGTHS, m.attrs["contrast"], strict=True):
        axes.plot(unit, y, "o-", color=colour, lw=0.8, ms=3.6, label=f"Aᵢ {a_i:g}")
        axes.plot(unit, np.where(lasts, y, np.nan), "o", color=colour, mfc="white", ms=3.6)
    axes.plot([], [], "o", color=look.INK, mfc="white", ms=3.6, label="outlasts")
    axes.set_ylim(0, 1.35 * np.nanmax(values))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.legend(loc="upper right", handlelength=1.0, borderaxespad=0.1, ncols=2, columnspacing=0.8)


def _groups(axes: Axes, m: xr.Dataset) -> None:
    """Change of ΔF with inhibition at every level, by what the test unit does at the end of the command."""
    look.title(axes, "G", "Effect of inhibition on ΔF")
    axes.set(xlabel="monoaminergic level", ylabel="change of ΔF (pps)")
    known = m["effect"].sel(group=list(GROUPS)).values
    if not np.isfinite(known).any():
        return look.message(axes, "nothing to compare")
    places = np.arange(m.sizes["monoamine"])
    for group, (colour, words) in GROUPS.items():
        for peak in m["peak"].values:
            line, face, label = ("-", colour, words) if peak == m.attrs["peak"] else (":", "white", None)
            effect = m["effect"].sel(group=group, peak=peak).values
            axes.plot(places, effect, "o", ls=line, mfc=face, label=label, ms=3.6, color=colour, lw=1)
    high, low = np.nanmax(known), np.nanmin(known)
    axes.axhline(0, color=look.INK, lw=0.7, zorder=0)
    axes.set_ylim(min(low, 0) - 0.2, max(high, 0) + 0.5 * max(high - low, 0.4))
    axes.legend(loc="upper left", handlelength=1.2, borderaxespad=0.1)
    axes.set_xticks(places, [f"{level:g}" for level in m["monoamine"].values], fontsize=6)


def _parts(axes: Axes, m: xr.Dataset) -> None:
    """The change of ΔF as a sum of three parts, for both levels and both kinds of test units."""
    look.title(axes, "H", "Parts of that effect")
    axes.set_ylabel("change of ΔF (pps)")
    low, high = m.attrs["levels"]
    cases = (("ramp", low, "on the ramp"), ("ramp", high, "on the ramp"), ("outlasting", high, "outlasting"))
    known = [m.sel(group=group, monoamine=level, peak=m.attrs["peak"]) for group, level, _ in cases]
    if not np.isfinite([at["effect"] for at in known]).any():
        return look.message(axes, "nothing to compare")
    for place, at in enumerate(known):
        for k, (name, (colour, words)) in enumerate(PARTS.items()):
            axes.bar(place + 0.25 * (k - 1), at[name], 0.23, color=colour, label=None if place else words)
        total = float(at["effect"])
        axes.plot([place - 0.4, place + 0.4], [total] * 2, color=look.INK, lw=1.4, label=None if place else "sum")
        if not np.isfinite(total):
            axes.text(place, 0.1, "none", ha="center", color=look.GREY)
    axes.axhline(0, color=look.INK, lw=0.7)
    axes.set_xticks(range(len(cases)), [f"level {level:g}\n{words}" for _, level, words in cases], fontsize=6.3)
    axes.tick_params(axis="x", length=0)
    axes.set_ylim(top=1.75 * max(np.nanmax([np.abs(at[name]) for at in known for name in PARTS]), 1e-9))
    axes.legend(loc="upper left", handlelength=1.0, borderaxespad=0.1, labelspacing=0.25)


def _caption(m: xr.Dataset) -> str:
    (start, end), peak = m.attrs["contrast"], m.attrs["peak"]
    return (
        f"{m.attrs['simulated']} {m.attrs['runs']} contractions, {m.attrs['failed']} failed. Shown: Aₑ peak {peak:g}; "
        "open symbols in G, the other peak. D, E: one pair; PIC, persistent inward current. F-H: Aᵢ "
        f"{start:g} and {end:g}; G and H in the same pairs, ΔF = gain × hysteresis − own."
    )
