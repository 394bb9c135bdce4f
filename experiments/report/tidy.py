"""Measures as a tidy table: a row for each sample, a column for each factor, each number of its sets and each measure,
units in the header.

The header is plain ASCII without brackets (`delta_f_pps`), so that a table is read anywhere as it stands.
"""

import csv
import io

import numpy as np
import xarray as xr

from experiments.report.columns import header
from experiments.statistics import SETS
from sim.results.grid import factors
from sim.results.status import Status


def tidy(table: xr.Dataset) -> str:
    """Measures of every sample as CSV; a cell is empty where there is no number.

    Args:
        table: measures and factors along `sample`, with `status`.
    """
    names = [name for name in factors(table) if name in table.coords]
    names += _of_sets(table, names)
    measures = [str(name) for name, x in table.data_vars.items() if x.dims == ("sample",) and name != "status"]
    columns = [table[name].values for name in (*names, *measures)]
    status = table["status"].values
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["sample", *(_head(table[name]) for name in (*names, *measures)), "status"])
    numbers = table["sample"].values if "sample" in table.coords else np.arange(table.sizes["sample"])
    for k, number in enumerate(numbers):
        rows.writerow([number, *(_cell(column[k]) for column in columns), Status(int(status[k])).name.lower()])
    return text.getvalue()


def _of_sets(table: xr.Dataset, names: list[str]) -> list[str]:
    """The numbers of sets that a factor only counts, as points and draws: by their own names, or else by path."""
    if not set(SETS) & set(names):
        return []
    said = {*names, *(f"{name}_index" for name in names), "sample", "stream", "status"}
    there = [str(name) for name, x in table.coords.items() if x.dims == ("sample",) and name not in said]
    numbers = [name for name in there if table[name].dtype.kind in "iuf"]
    return [name for name in numbers if "." not in name] or numbers


def _head(variable: xr.DataArray) -> str:
    return header(str(variable.name), str(variable.attrs.get("units", "1")))


def _cell(value: object) -> str:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.9g}"
    return str(value)
