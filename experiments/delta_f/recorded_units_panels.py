"""Panels of a recording: discharges and rates over the force, ΔF of the units, failed pairs, and the table of units."""

from textwrap import shorten

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from experiments.contraction_panels import shade
from experiments.figures import GREY, INK, PALE, TEST, message

MOST_ROWS = 24  # of the table in the figure
TICK = 0.4  # pt, a discharge


def by_recruitment(m: xr.Dataset) -> np.ndarray:
    """Numbers of the units in order of their first discharge, silent ones last."""
    first = m["recruitment_time"].values
    return np.argsort(np.where(np.isnan(first), np.inf, first), kind="stable")


def raster(axes: Axes, m: xr.Dataset) -> None:
    """Discharges of every unit, in order of recruitment, over the force."""
    _force(axes, m, labelled=False)
    order = by_recruitment(m)
    for row, unit in enumerate(order):
        times = m["discharges"].values[unit]
        axes.vlines(
            times[np.isfinite(times)], row + 0.6, row + 1.4, color=shade(row, len(order)), lw=TICK, rasterized=True
        )
    axes.set_ylim(0.3, len(order) + 0.7)
    axes.set_ylabel("motor unit\n(by recruitment)")
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True, min_n_ticks=1))
    axes.tick_params(labelbottom=False)


def rates(axes: Axes, m: xr.Dataset) -> None:
    """Smoothed rate of every unit, over the force."""
    _force(axes, m, labelled=True)
    order = by_recruitment(m)
    rate = m["rate"].values
    for row, unit in enumerate(order):
        axes.plot(m["rate_time"].values, rate[unit], color=shade(row, len(order)), lw=0.8)
    axes.set_ylim(0, 1.12 * np.nanmax(rate) if np.isfinite(rate).any() else 1)
    axes.set(xlabel="time (s)", ylabel="smoothed rate (pps)")
    if not np.isfinite(rate).any():
        axes.text(0.5, 0.5, "no unit fires enough\nfor a rate", transform=axes.transAxes, ha="center", color=GREY)


def unit_delta_f(axes: Axes, m: xr.Dataset) -> None:
    """ΔF of every test unit against the force (else the time) of its recruitment; small, its pairs."""
    unit = m["delta_f"].values
    if not np.isfinite(unit).any():
        axes.set_axis_off()
        return message(axes, "no pair of units meets\nthe criteria")
    with_force = np.isfinite(m["recruitment_force"].values).any()
    x = m["recruitment_force" if with_force else "recruitment_time"].values
    counts = m["pair_failed"].values == 0
    control, test = np.nonzero(counts)
    axes.plot(x[test], m["pair_delta_f"].values[control, test], ".", ms=2.5, color=GREY, alpha=0.6, mew=0)
    axes.plot(x, unit, "o", ms=4, color=TEST, mec="white", mew=0.4)
    axes.axhline(float(m["delta_f_pool"]), color=INK, lw=0.7, ls="--")
    none = np.isnan(unit) & np.isfinite(x)
    low, high = axes.get_ylim()
    axes.set_ylim(min(0, low), high)
    axes.plot(x[none], np.full(none.sum(), 0.03), "|", ms=5, color=GREY, mew=0.7, transform=axes.get_xaxis_transform())
    axes.set_xlabel(f"force at recruitment ({m.attrs['force_unit']})" if with_force else "time of recruitment (s)")
    axes.set_ylabel("ΔF" + ("" if m.attrs["delta_f_unit"] == "1" else f" ({m.attrs['delta_f_unit']})"))


def failures(axes: Axes, m: xr.Dataset) -> None:
    """How many pairs count, and how many fail each criterion."""
    counts, words = m["pairs_by_criterion"].values, m["criterion_words"].values
    if not counts[0]:
        axes.set_axis_off()
        return message(axes, "no pair of units")
    rows = np.arange(len(counts))[::-1]
    colours = [INK, TEST, *[GREY] * (len(counts) - 2)]
    axes.barh(rows, counts, height=0.62, color=colours)
    for row, count in zip(rows, counts, strict=True):
        axes.annotate(f"{count}", (count, row), (3, 0), textcoords="offset points", va="center", fontsize=6.5)
    axes.set_yticks(rows, words)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1.15 * counts.max())
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.set_xlabel("pairs (one may fail several criteria)")


def table_rows(m: xr.Dataset) -> np.ndarray:
    """Numbers of the units in the table: all, or a choice evenly over the order of recruitment."""
    order = by_recruitment(m)
    return order[np.unique(np.linspace(0, len(order) - 1, min(len(order), MOST_ROWS)).round().astype(int))]


def table(axes: Axes, m: xr.Dataset) -> None:
    """The units in numbers."""
    brace = m["brace_height"].where(m["brace_invalid"] == 0).values
    columns = (  # right edge or left edge (of texts) in the width of the page, heading, values, digits
        (0.115, "discharges", m["n_discharges"].values, 0),
        (0.19, "\n(s)", m["recruitment_time"].values, 2),
        (0.25, "recruited at\n(force)", m["recruitment_force"].values, 1),
        (0.335, "\n(s)", m["derecruitment_time"].values, 2),
        (0.395, "derecruited at\n(force)", m["derecruitment_force"].values, 1),
        (0.475, "mean rate\n(pps)", m["mean_rate"].values, 1),
        (0.55, "peak rate\n(pps)", m["peak_rate"].values, 1),
        (0.62, "CoV ISI\n(%)", m["cov_interval"].values, 1),
        (0.695, "brace h.\n(%rTri)", brace, 0),
        (0.755, f"ΔF\n({m.attrs['delta_f_unit']})", m["delta_f"].values, 2),
        (0.83, "controls", m["n_controls"].values, 0),
    )
    chosen = table_rows(m)
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(chosen) + 0.1, -2.2))
    small = {"fontsize": 6.2, "va": "center"}
    heading_look = {"fontsize": 6.2, "va": "bottom", "color": GREY, "linespacing": 1.15}
    axes.text(0.0, -0.3, "unit", **heading_look)
    axes.text(0.85, -0.3, "remark", **heading_look)
    for edge, heading, _, _ in columns:
        axes.text(edge, -0.3, heading, ha="right", **heading_look)
    axes.plot([0, 1], [-0.05, -0.05], color=GREY, lw=0.6, clip_on=False)
    for row, unit in enumerate(chosen):
        y = row + 0.5
        label = str(m["label"].values[unit])
        axes.text(0.0, y, label if len(label) < 10 else f"{label[:8]}…", fontweight="bold", **small)
        for edge, _, values, digits in columns:
            value = values[unit]
            text = "–" if np.isnan(value) else f"{value:.{digits}f}".replace("-", "−")
            axes.text(edge, y, text, ha="right", color=GREY if np.isnan(value) else INK, **small)
        axes.text(0.85, y, shorten(str(m["remark"].values[unit]), 28, placeholder=" …"), color=INK, **small)


def _force(axes: Axes, m: xr.Dataset, *, labelled: bool) -> None:
    """The force behind a panel, in grey; nothing where there is none."""
    t, force = m["force_time"].values, m["force"].values
    axes.set_xlim(m["rate_time"].values[0], m["rate_time"].values[-1])
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    if not np.isfinite(force).any():
        return
    behind = axes.twinx()
    low = min(0.0, float(np.nanmin(force)))
    behind.fill_between(t, force, low, color=PALE, lw=0)
    behind.set_ylim(low, max(1.08 * float(np.nanmax(force)), low + 1e-9))
    axes.set_zorder(behind.get_zorder() + 1)
    axes.patch.set_visible(False)
    if not labelled:
        return behind.set_axis_off()
    behind.set_ylabel(f"force ({m.attrs['force_unit']})", color=GREY)
    behind.spines["right"].set_visible(True)
    behind.spines["right"].set_color(GREY)
    behind.tick_params(axis="y", colors=GREY)
    behind.yaxis.set_major_locator(MaxNLocator(3))
