"""The figure of `recorded_units`: one recording on one page."""

from textwrap import shorten

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.figure.caption import caption
from experiments.figure.contraction import contraction
from experiments.figure.look import COLUMN_WIDTH, GREY, INK, TEST, message, new_figure, styled, title
from experiments.figure.pair import pair
from experiments.figure.table import Column, cell, table
from experiments.figure.units import by_recruitment
from experiments.words import number

NAMES = {"discharges": "example_spikes", "rate": "example_rate"}  # as panels of a contraction know them
MOST_ROWS = 24  # of the table in the figure


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `RecordedUnits`: its first contraction in full, and a line for each."""
    whole, m = m, m.isel(contraction=0)
    order = by_recruitment(m["first_discharge"].values)
    shown = order[np.unique(np.linspace(0, len(order) - 1, min(len(order), MOST_ROWS)).round().astype(int))]
    heights = [3.4, 1.8, 0.42 + 0.128 * len(shown)]
    if whole.sizes["contraction"] > 1:
        heights.append(0.42 + 0.128 * min(whole.sizes["contraction"], MOST_ROWS))
    figure = new_figure(COLUMN_WIDTH, sum(heights) + 1.1)
    rows = figure.add_gridspec(len(heights), 1, height_ratios=heights)
    top, middle = rows[0].subgridspec(2, 2, width_ratios=[1.12, 1]), rows[1].subgridspec(1, 2, width_ratios=[1.05, 1])
    raster, rates, two, units, failures, numbers = (
        figure.add_subplot(place) for place in (top[0, 0], top[1, 0], top[:, 1], middle[0], middle[1], rows[2])
    )
    force, named = m.attrs["force_unit"], m.rename(NAMES)
    contraction(raster, rates, named, m["force_time"].values, m["force"].values, f"force ({force})")
    title(raster, "A", "Discharges and rates over the force" if force else "Discharges and rates")
    pair(two, named)
    title(two, "B", "One pair of units")
    unit_delta_f(units, m)
    pool = number(m["delta_f_pool"], 2, "" if m.attrs["delta_f_unit"] == "1" else "pps")
    title(units, "C", "ΔF of each test unit" + f" (mean {pool})" * bool(m["n_test_units"]))
    failed_pairs(failures, m)
    title(failures, "D", "Pairs of units")
    table(numbers, unit_columns(m, shown), size=6.2)
    beyond = f" ({len(shown)} of {len(order)}; all in units.csv)" * (len(order) > len(shown))
    valid = f", brace height valid in {int((m['brace_invalid'] == 0).sum())} of {len(order)}" * bool(force)
    title(numbers, "E", f"Units{beyond}{valid}")
    if len(heights) > 3:
        each = figure.add_subplot(rows[3])
        table(each, contraction_columns(whole.isel(contraction=slice(0, MOST_ROWS))), size=6.2)
        title(each, "F", f"{whole.sizes['contraction']} contractions (A to E are of the first)")
    points = " Large points, test units; small, pairs that count." * bool(m["n_test_units"])
    caption(figure, f"{what(whole)}.{points} {m.attrs['note']}")
    return figure


def what(m: xr.Dataset) -> str:
    """The recording in one line."""
    n, a = m.sizes["unit"], m.attrs
    said = [a["muscle"], a["task"], f"{n} motor unit{'s' * (n != 1)}", f"{int(m['n_discharges'].sum())} discharges"]
    if m.sizes["contraction"] > 1:
        said.append(f"{m.sizes['contraction']} contractions")
    said.append("sampling rate not given" if np.isnan(a["fs_hz"]) else f"{a['fs_hz']:g} Hz")
    if not a["force_unit"]:
        said.append("no force")
    elif a["force_missing"]:
        said.append(f"{100 * a['force_missing']:.2g} % of the force missing")
    return f"{a['recording']}: {', '.join(filter(None, said))}"


def which(one: xr.Dataset) -> str:
    """A contraction in a few words."""
    name = f" '{one['trial'].values}'" if str(one["trial"].values) else ""
    return f"contraction {int(one['number'])}{name} ({float(one['first_time']):.1f} to {float(one['last_time']):.1f} s)"


def unit_delta_f(axes: Axes, m: xr.Dataset) -> None:
    """ΔF of every test unit against the force (else the time) of its recruitment; small, its pairs."""
    unit = m["delta_f"].values
    if not np.isfinite(unit).any():
        axes.set_axis_off()
        return message(axes, "no pair of units meets\nthe criteria")
    with_force = np.isfinite(m["recruitment_force"].values).any()
    x = m["recruitment_force" if with_force else "recruitment_time"].values
    control, test = np.nonzero(m["pair_failed"].values == 0)
    axes.plot(x[test], m["pair_delta_f"].values[control, test], ".", ms=2.5, color=GREY, alpha=0.6, mew=0)
    axes.plot(x, unit, "o", ms=4, color=TEST, mec="white", mew=0.4)
    axes.axhline(float(m["delta_f_pool"]), color=INK, lw=0.7, ls="--")
    none = np.isnan(unit) & np.isfinite(x)
    low, high = axes.get_ylim()
    axes.set_ylim(min(0, low), high)
    axes.plot(x[none], np.full(none.sum(), 0.03), "|", ms=5, color=GREY, mew=0.7, transform=axes.get_xaxis_transform())
    axes.set_xlabel(f"force at recruitment ({m.attrs['force_unit']})" if with_force else "time of recruitment (s)")
    axes.set_ylabel("ΔF" + ("" if m.attrs["delta_f_unit"] == "1" else f" ({m.attrs['delta_f_unit']})"))


def failed_pairs(axes: Axes, m: xr.Dataset) -> None:
    """How many pairs count, and how many fail each criterion."""
    counts, words = m["pairs_by_criterion"].values, m["criterion_words"].values
    if not counts[0]:
        axes.set_axis_off()
        return message(axes, "no pair of units")
    rows = np.arange(len(counts))[::-1]
    axes.barh(rows, counts, height=0.62, color=[INK, TEST, *[GREY] * (len(counts) - 2)])
    for row, count in zip(rows, counts, strict=True):
        axes.annotate(f"{count}", (count, row), (3, 0), textcoords="offset points", va="center", fontsize=6.5)
    axes.set_yticks(rows, words)
    axes.tick_params(axis="y", length=0)
    axes.set(xlim=(0, 1.15 * counts.max()), xlabel="pairs (one may fail several criteria)")
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))


def contraction_columns(m: xr.Dataset) -> list[Column]:
    """The contractions in numbers."""
    fires = m["n_discharges"] > 0
    pairs = m["pairs_by_criterion"].values
    numbers = (
        (0.16, "from\n(s)", m["first_time"], 1),
        (0.24, "to\n(s)", m["last_time"], 1),
        (0.32, "units\nthat fire", fires.sum("unit"), 0),
        (0.41, "\ndischarges", m["n_discharges"].sum("unit"), 0),
        (0.50, "peak rate\n(pps)", m["peak_rate"].mean("unit"), 1),
        (0.58, f"ΔF\n({m.attrs['delta_f_unit']})", m["delta_f_pool"], 2),
        (0.66, "test\nunits", m["n_test_units"], 0),
    )
    return [
        Column("\ncontraction", [f"{int(x)}" for x in m["number"].values], 0.0, left=True, weight="bold"),
        *(Column(head, [cell(float(x), n) for x in values], edge) for edge, head, values, n in numbers),
        Column("pairs\nthat count", [f"{counted} of {tried}" for tried, counted in pairs[:, :2]], 0.76),
    ]


def unit_columns(m: xr.Dataset, shown: np.ndarray) -> list[Column]:
    """The units in numbers; headings of two lines, edges in the width of the page."""
    brace = m["brace_height"].where(m["brace_invalid"] == 0)
    numbers = (
        (0.115, "discharges", m["n_discharges"], 0),
        (0.19, "\n(s)", m["recruitment_time"], 2),
        (0.25, "recruited at\n(force)", m["recruitment_force"], 1),
        (0.335, "\n(s)", m["derecruitment_time"], 2),
        (0.395, "derecruited at\n(force)", m["derecruitment_force"], 1),
        (0.475, "mean rate\n(pps)", m["mean_rate"], 1),
        (0.55, "peak rate\n(pps)", m["peak_rate"], 1),
        (0.62, "CoV ISI\n(%)", m["cov_interval"], 1),
        (0.695, "brace h.\n(%rTri)", brace, 0),
        (0.755, f"ΔF\n({m.attrs['delta_f_unit']})", m["delta_f"], 2),
        (0.83, "controls", m["n_controls"], 0),
    )
    names = [str(m["label"].values[k]) for k in shown]
    remarks = [shorten(str(m["remark"].values[k]), 28, placeholder=" …") for k in shown]
    return [
        Column("unit", [x if len(x) < 10 else f"{x[:8]}…" for x in names], 0.0, left=True, weight="bold"),
        *(Column(head, [cell(float(x[k]), n) for k in shown], edge) for edge, head, x, n in numbers),
        Column("remark", remarks, 0.85, left=True),
    ]
