"""Tables of a recording's units and pairs, as CSV for a spreadsheet."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import numpy as np
import xarray as xr

from experiments.figure.units import by_recruitment
from sim.analysis.delta_f import Failed


def units(m: xr.Dataset) -> str:
    """One line a unit, in order of recruitment; a cell is empty where there is no number."""
    force, delta = m.attrs["force_unit"] or "no force", m.attrs["delta_f_unit"]
    columns = {
        "discharges": "n_discharges",
        "recruitment (s)": "recruitment_time",
        f"recruitment ({force})": "recruitment_force",
        "derecruitment (s)": "derecruitment_time",
        f"derecruitment ({force})": "derecruitment_force",
        "mean rate (pps)": "mean_rate",
        "peak rate (pps)": "peak_rate",
        "CoV of intervals (%)": "cov_interval",
        "pauses": "n_pauses",
        "brace height (%rTri)": "brace_height",
        f"ΔF ({delta})": "delta_f",
        "controls": "n_controls",
    }
    usable = m.assign(brace_height=m["brace_height"].where(m["brace_invalid"] == 0))
    rows = (
        [m["label"].values[k], *(_cell(usable[name].values[k]) for name in columns.values()), m["remark"].values[k]]
        for k in by_recruitment(m["recruitment_time"].values)
    )
    return _text(m, ["unit", *columns, "remark"], rows)


def pairs(m: xr.Dataset) -> str:
    """One line a pair, with what it was judged by and why it failed."""

    def reasons(why: int) -> str:
        return " and ".join(str(reason.name).lower() for reason in Failed if why & reason)

    columns = ["pair_delta_f", "pair_recruitment_difference", "pair_correlation", "pair_control_modulation"]
    failed, label = m["pair_failed"].values, m["label"].values
    order = by_recruitment(m["recruitment_time"].values)
    tried = [(c, t) for t in order for c in order if not int(failed[c, t]) & Failed.NOT_A_PAIR]
    rows = (
        [label[c], label[t], *(_cell(m[name].values[c, t]) for name in columns), reasons(int(failed[c, t]))]
        for c, t in tried
    )
    header = ["control", "test", f"ΔF ({m.attrs['delta_f_unit']})", "recruited apart (s)", "r"]
    return _text(m, [*header, "control modulation (pps)", "failed"], rows)


def _cell(value: Any) -> str:
    return "" if np.isnan(value) else f"{value:.6g}"


def _text(m: xr.Dataset, header: list[str], rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return f"# {m.attrs['recording']}: {m.attrs['convention']}\n{text.getvalue()}"
