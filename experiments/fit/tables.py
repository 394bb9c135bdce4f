"""A posterior as a table for a spreadsheet."""

import csv
import io

import xarray as xr

from experiments.words import listed

HEAD = ("number", "unit", "mean", "low_90", "high_90", "low_50", "high_50", "identified")


def posterior(m: xr.Dataset) -> str:
    """A row for each number: mean, ends of the 90 and 50 % intervals, and whether the recording says what it is."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEAD)
    for k, name in enumerate(m["number"].values):
        ends = [*m["interval"].values[k], *m["half"].values[k]]
        known = "yes" if m["identified"].values[k] else "no"
        rows.writerow([name, listed(m, "units")[k], *(f"{x:.6g}" for x in (m["mean"].values[k], *ends)), known])
    return text.getvalue()
