"""The figure of `inhibition_reversal`: where the effect of inhibition turns, one pair of units, and the reason."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figures import (
    AMBER,
    BLUE,
    COLUMN_WIDTH,
    GREEN,
    GREY,
    INK,
    VERMILION,
    caption,
    message,
    new_figure,
    styled,
    title,
)
from experiments.map_panel import annotated_map
from experiments.words import number

BEFORE, AFTER = GREY, VERMILION  # less and more inhibition
GROUP_STYLE = {"ramp": (BLUE, "switch off on the ramp"), "outlasting": (AMBER, "outlast the command")}
PART_STYLE = {
    "from_hysteresis": (BLUE, "test unit's hysteresis"),
    "from_gain": (AMBER, "control's gain"),
    "from_own": (GREEN, "control's own hysteresis"),
}
COURSES = {
    "control_rate": "control's rate\n(pps)",
    "control_pic": "control's PIC\n(nA)",
    "test_pic": "test unit's PIC\n(nA)",
}


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `InhibitionReversal`."""
    figure = new_figure(COLUMN_WIDTH, 9.6)
    rows = figure.add_gridspec(4, 1, height_ratios=[1.25, 0.85, 0.85, 1.0])
    here = m.sel(peak=m.attrs["peak"])
    maps = [figure.add_subplot(place) for place in rows[0].subgridspec(1, 3)]
    annotated_map(maps[0], here["delta_f"], digits=(2, 0))
    annotated_map(maps[1], here["delta_f_change"], digits=(2, 0), around_zero=True, sign=True)
    annotated_map(maps[2], 100 * here["outlasting"], digits=(0, 0))
    title(maps[0], "A", "ΔF (pps)")
    title(maps[1], "B", "Change from least Aᵢ (pps)")
    title(maps[2], "C", "Outlast the command (%)")
    maps[0].set_ylabel("monoaminergic level")
    for axes in maps:
        axes.set_xlabel("tonic inhibition Aᵢ")
    for k, (row, letter) in enumerate(zip((rows[1], rows[2]), "DE", strict=True)):
        panels = [figure.add_subplot(place) for place in row.subgridspec(1, 3)]
        for axes, name in zip(panels, COURSES, strict=True):
            _loop(axes, m, name, k)
        title(panels[0], letter, f"One pair, level {m.attrs['levels'][k]:g}")
        if k:
            for axes in panels:
                axes.set_xlabel("excitatory command Aₑ")
        else:
            _loop_legend(panels[1], m)
    last = [figure.add_subplot(place) for place in rows[3].subgridspec(1, 3, width_ratios=[1, 1, 1.05])]
    _units(last[0], m)
    _groups(last[1], m)
    _parts(last[2], m)
    caption(figure, _caption(m))
    return figure


def _loop(axes: Axes, m: xr.Dataset, name: str, level: int) -> None:
    """A course of one unit against the command, up and down, at both inhibitions."""
    axes.set_ylabel(COURSES[name])
    if int(m["pair_unit"][0]) < 0:
        return message(axes, "no pair counts\nin all conditions")
    command, t = m["course_command"].values, m["course_time"].values
    top = int(np.argmax(command))
    for k, colour in enumerate((BEFORE, AFTER)):
        y, marks = m[name].values[level, k], m["pair_time"].values[level, k]
        axes.plot(command[: top + 1], y[: top + 1], color=colour, lw=1.2)
        axes.plot(command[top:], y[top:], color=colour, lw=1.2, ls=(0, (3, 1.2)))
        for when, marker in zip(marks, "^v", strict=True):
            place = np.interp(when, t, command), np.interp(when, t, y)
            axes.plot(*place, marker, color=colour, mec=INK, mew=0.6, ms=5.5, zorder=5, clip_on=False)
    reach = np.interp(m["pair_time"].values[..., 0].max(), t, command)
    axes.set_xlim(0, min(command.max(), 2.2 * reach))
    shown = command <= axes.get_xlim()[1]
    values = m[name].values[..., shown]
    if np.isfinite(values).any():
        low, high = float(np.nanmin(values)), float(np.nanmax(values))
        axes.set_ylim(max(0, low - 0.08 * (high - low)), high + 0.12 * (high - low))


def _loop_legend(axes: Axes, m: xr.Dataset) -> None:
    start, end = m.attrs["contrast"]
    for colour, value in ((BEFORE, start), (AFTER, end)):
        axes.plot([], [], color=colour, label=f"Aᵢ {value:g}")
    axes.plot([], [], color=INK, lw=1, label="up")
    axes.plot([], [], color=INK, lw=1, ls=(0, (3, 1.2)), label="down")
    axes.plot([], [], "^", color="white", mec=INK, ms=5, label="test recruited")
    axes.plot([], [], "v", color="white", mec=INK, ms=5, label="derecruited")
    legend = axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.25, 1.0),
        ncols=6,
        handlelength=1.5,
        handletextpad=0.4,
        columnspacing=0.9,
        borderaxespad=0.1,
    )
    legend.set_in_layout(False)


def _units(axes: Axes, m: xr.Dataset) -> None:
    """ΔF of every test unit at the high level, at both inhibitions."""
    title(axes, "F", f"Each test unit, level {m.attrs['levels'][1]:g}")
    axes.set(xlabel="test unit (by size)", ylabel="ΔF (pps)")
    values, lasting = m["unit_delta_f"].values[1], m["unit_outlasting"].values[1]
    if not np.isfinite(values).any():
        return message(axes, "no pair counts")
    number_of = np.arange(1, values.shape[1] + 1)
    for k, (colour, value) in enumerate(zip((BEFORE, AFTER), m.attrs["contrast"], strict=True)):
        axes.plot(number_of, values[k], "-", color=colour, lw=0.8, label=f"Aᵢ {value:g}")
        for state, face in ((False, colour), (True, "white")):
            there = np.isfinite(values[k]) & (lasting[k] == state)
            axes.plot(number_of[there], values[k][there], "o", color=colour, mfc=face, mew=1, ms=3.6)
    axes.plot([], [], "o", color=INK, mfc="white", ms=3.6, label="outlasts")
    axes.set_ylim(0, 1.35 * np.nanmax(values))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.legend(loc="upper right", handlelength=1.0, borderaxespad=0.1, ncols=2, columnspacing=0.8)


def _groups(axes: Axes, m: xr.Dataset) -> None:
    """Change of ΔF with inhibition at every level, by what the test unit does at the end of the command."""
    title(axes, "G", "Effect of inhibition on ΔF")
    axes.set(xlabel="monoaminergic level", ylabel="change of ΔF (pps)")
    places = np.arange(m.sizes["monoamine"])
    shown = m.attrs["peak"]
    for group, (colour, words) in GROUP_STYLE.items():
        for peak in m["peak"].values:
            line, face, label = ("-", colour, words) if peak == shown else (":", "white", None)
            effect = m["effect"].sel(group=group, peak=peak).values
            axes.plot(places, effect, "o", ls=line, mfc=face, label=label, ms=3.6, color=colour, lw=1, mew=1)
    known = m["effect"].sel(group=list(GROUP_STYLE)).values
    if np.isfinite(known).any():
        high, low = np.nanmax(known), np.nanmin(known)
        axes.axhline(0, color=INK, lw=0.7, zorder=0)
        axes.set_ylim(min(low, 0) - 0.2, max(high, 0) + 0.5 * max(high - low, 0.4))
        axes.legend(loc="upper left", handlelength=1.2, borderaxespad=0.1)
    else:
        return message(axes, "nothing to compare")
    axes.set_xticks(places, [f"{level:g}" for level in m["monoamine"].values])
    axes.tick_params(axis="x", labelsize=6)


def _parts(axes: Axes, m: xr.Dataset) -> None:
    """The change of ΔF as a sum of three parts, for both levels and both kinds of test units."""
    title(axes, "H", "Parts of that effect")
    axes.set_ylabel("change of ΔF (pps)")
    low, high = m.attrs["levels"]
    cases = [
        ("ramp", low, f"level {low:g}\non the ramp"),
        ("ramp", high, f"level {high:g}\non the ramp"),
        ("outlasting", high, f"level {high:g}\noutlasting"),
    ]
    known = [float(m["effect"].sel(group=g, monoamine=v, peak=m.attrs["peak"])) for g, v, _ in cases]
    if not np.isfinite(known).any():
        return message(axes, "nothing to compare")
    drawn = 0.0
    for place, (group, level, _) in enumerate(cases):
        at = m.sel(group=group, monoamine=level, peak=m.attrs["peak"])
        for k, (name, (colour, words)) in enumerate(PART_STYLE.items()):
            value = float(at[name])
            axes.bar(place + 0.25 * (k - 1), value, 0.23, color=colour, label=None if place else words)
            drawn = max(drawn, abs(np.nan_to_num(value)))
        total = float(at["effect"])
        axes.plot([place - 0.4, place + 0.4], [total, total], color=INK, lw=1.4, label=None if place else "sum")
        if not np.isfinite(total):
            axes.text(place, 0.1, "none", ha="center", color=GREY)
    axes.axhline(0, color=INK, lw=0.7)
    axes.set_xticks(range(len(cases)), [words for *_, words in cases])
    axes.tick_params(axis="x", length=0, labelsize=6.3)
    axes.set_ylim(top=1.75 * drawn if drawn else 1)
    axes.legend(loc="upper left", handlelength=1.0, borderaxespad=0.1, labelspacing=0.25)


def _caption(m: xr.Dataset) -> str:
    (start, end), (low, high), peak = m.attrs["contrast"], m.attrs["levels"], m.attrs["peak"]
    control, test = (int(unit) + 1 for unit in m["pair_unit"].values)

    def change(group: str, level: float) -> str:
        return number(m["effect"].sel(group=group, monoamine=level, peak=peak), 2, "pps", sign=True)

    def states(name: str, digits: int) -> str:
        both = m[name].sel(group="outlasting", monoamine=high, peak=peak).values
        return f"{number(both[0], digits)} → {number(both[1], digits)}"

    def over_pairs(inhibition: float) -> str:
        return number(m["delta_f_over_pairs"].sel(monoamine=high, inhibition=inhibition, peak=peak))

    ramp = m["effect"].sel(group="ramp").values
    negative, known = int((ramp < 0).sum()), int(np.isfinite(ramp).sum())
    pair = f" (units {control} and {test})" if control > 0 else ""
    what = (
        f"{m.attrs['simulated']} {m.attrs['runs']} contractions, {m.attrs['failed']} failed. Shown: Aₑ peak {peak:g}; "
        "open symbols in G, the other peak. C: share of the test units that fire after the command has ended. "
        f"D, E: one pair{pair} that counts in all four conditions; PIC, "
        "dendritic persistent inward current, inward positive, spikes smoothed away by a Hann window of 0.5 s. F-H "
        f"compare Aᵢ {start:g} with {end:g}; G and H in the same pairs. Exactly, ΔF = gain × hysteresis − own: the "
        "hysteresis of the test unit (command at recruitment minus at derecruitment), read with the control's gain "
        "(fall of its rate per command between the two), less the control's own hysteresis (its rate falling minus "
        "rising, at the test unit's recruitment)."
    )
    why = (
        f"Inhibition narrows the hysteresis, and so lowers ΔF, of test units that switch off on the ramp: "
        f"{change('ramp', low)} at level {low:g}, {change('ramp', high)} at {high:g}; lower in {negative} of {known} "
        f"combinations of level and peak. It raises ΔF of test units that outlast the command without it: "
        f"{change('outlasting', high)} at {high:g}, though their hysteresis stays ({states('group_hysteresis', 1)}). "
        "With little inhibition the command ends before they switch off. Their control's PIC, full at their "
        f"recruitment either way ({states('control_pic_recruited', 1)} nA), is then still full at their derecruitment, "
        f"and lets go only with inhibition ({states('control_pic_derecruited', 1)} nA): the control's rate, which "
        f"hardly fell, now falls (gain {states('group_gain', 2)} pps per unit of command). The reversal tells of "
        "self-sustained firing that inhibition ends, not of a larger PIC (test unit's at recruitment "
        f"{states('test_pic_recruited', 1)} nA). Averaged over pairs instead of test units, the pool's ΔF at {high:g} "
        f"goes from {over_pairs(start)} to {over_pairs(end)} pps."
    )
    found = np.isfinite(float(m["effect"].sel(group="outlasting", monoamine=high, peak=peak)))
    return "\n".join([what, *([why] if found else []), f"{m.attrs['convention'].replace('>=', '≥')}."])
