"""Measures as a tidy table: a row for each sample, a column for each factor and measure, units in the header.

The header is plain ASCII without brackets (`delta_f_pps`), so that a table is read anywhere as it stands.
"""

import csv
import io

import numpy as np
import xarray as xr

from experiments.report.columns import header
from sim.results.grid import factors
from sim.results.status import Status


def tidy(table: xr.Dataset) -> str:
    """Measures of every sample as CSV; a cell is empty where there is no number.

    Args:
        table: measures and factors along `sample`, with `status`.
    """
    names = [name for name in factors(table) if name in table.coords]
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


def _head(variable: xr.DataArray) -> str:
    return header(str(variable.name), str(variable.attrs.get("units", "1")))


def _cell(value: object) -> str:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.9g}"
    return str(value)
