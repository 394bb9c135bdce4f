"""The figure of `recorded_units`: one recording on one page."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import contraction_panels, recorded_units_panels
from experiments.figures import COLUMN_WIDTH, caption, new_figure, styled, title
from experiments.words import number

NAMES = {"discharges": "example_spikes", "rate": "example_rate"}  # as the panel of a pair knows them


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `RecordedUnits`."""
    shown = len(recorded_units_panels.table_rows(m))
    heights = [3.4, 1.8, 0.42 + 0.128 * shown]
    figure = new_figure(COLUMN_WIDTH, sum(heights) + 1.75)
    rows = figure.add_gridspec(3, 1, height_ratios=heights)
    top = rows[0].subgridspec(2, 2, width_ratios=[1.12, 1])
    raster, rates, pair = (figure.add_subplot(place) for place in (top[0, 0], top[1, 0], top[:, 1]))
    middle = rows[1].subgridspec(1, 2, width_ratios=[1.05, 1])
    units, failures = (figure.add_subplot(place) for place in middle)
    table = figure.add_subplot(rows[2])
    recorded_units_panels.raster(raster, m)
    recorded_units_panels.rates(rates, m)
    contraction_panels.pair(pair, m.rename(NAMES))
    recorded_units_panels.unit_delta_f(units, m)
    recorded_units_panels.failures(failures, m)
    recorded_units_panels.table(table, m)
    title(raster, "A", "Discharges and rates over the force" if m.attrs["force_unit"] else "Discharges and rates")
    title(pair, "B", "One pair of units")
    pool = number(m["delta_f_pool"], 2, "" if m.attrs["delta_f_unit"] == "1" else "pps")
    title(units, "C", f"ΔF of each test unit (mean {pool})" if m["n_test_units"] else "ΔF of each test unit")
    title(failures, "D", "Pairs of units")
    beyond = m.sizes["unit"] - shown
    title(table, "E", "Units" + (f" ({shown} of {m.sizes['unit']}; all in units.csv)" if beyond else ""))
    caption(figure, _caption(m))
    return figure


def what(m: xr.Dataset) -> str:
    """The recording in one line."""
    n, a = m.sizes["unit"], m.attrs
    said = [a["muscle"], a["task"], f"{n} motor unit{'s' * (n != 1)}", f"{int(m['n_discharges'].sum())} discharges"]
    said.append("sampling rate not given" if np.isnan(a["fs_hz"]) else f"{a['fs_hz']:g} Hz")
    if not a["force_unit"]:
        said.append("no force")
    elif a["force_missing"]:
        said.append(f"{100 * a['force_missing']:.2g} % of the force missing")
    return f"{a['recording']}: {', '.join(filter(None, said))}"


def mended(m: xr.Dataset) -> list[str]:
    """Remarks on units other than pauses, one line for each kind."""
    by_remark: dict[str, list[str]] = {}
    for label, remark in zip(m["label"].values, m["remark"].values, strict=True):
        for words in filter(None, str(remark).split(", ")):
            if "pause" not in words:
                by_remark.setdefault(words, []).append(str(label))
    return [f"{words}: unit{'s' * (len(units) > 1)} {', '.join(units)}" for words, units in by_remark.items()]


def _caption(m: xr.Dataset) -> str:
    a = m.attrs
    note = f" {a['note']}" if a["note"] else ""
    panels = (
        "A: units from dark to light in order of recruitment; grey, the force. B: dots, instantaneous rates; lines, "
        "smoothed; shown is the pair whose ΔF is nearest to the mean. C: large points, test units (mean over their "
        "controls); small, pairs that count; dashed, the recording's ΔF; ticks, units without a ΔF. D: all pairs in "
        "which the control is recruited first. E: recruited at the first, derecruited at the last discharge; mean rate "
        f"and CoV of the interspike intervals (ISI) without pauses, which are intervals over {a['longest_interval']:g} "
        "s; peak rate and brace height from the smoothed rate; – not measurable or not valid."
    )
    if not a["force_unit"]:
        panels = panels.replace("; grey, the force.", ".")
    repairs = "".join(f" {line[0].upper()}{line[1:]}." for line in mended(m))
    return f"{what(m)}.{note}\n{panels}{repairs}\n{a['convention'].replace('>=', '≥')}."
