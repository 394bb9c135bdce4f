"""Tables of a recording's units and pairs, as CSV that any program reads, and that can be put beneath each other.

Names of columns are plain ASCII with the unit behind; the conventions stand in columns of their own.
"""

import csv
import io
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any

import numpy as np
import xarray as xr

from experiments.figure.units import by_recruitment
from experiments.report.columns import header
from sim.analysis.brace import BraceInvalid
from sim.analysis.delta_f import Failed

PACKED = (".gz", ".bz2", ".xz", ".zip")
UNITS = {  # column: variable
    "n_discharges": "n_discharges",
    "recruitment_time": "recruitment_time",
    "derecruitment_time": "derecruitment_time",
    "recruitment_force": "recruitment_force",
    "derecruitment_force": "derecruitment_force",
    "force_hysteresis": "force_hysteresis",
    "recruitment_rate": "recruitment_rate",
    "derecruitment_rate": "derecruitment_rate",
    "peak_rate": "peak_rate",
    "peak_time": "peak_time",
    "mean_rate": "mean_rate",
    "cv_interval": "cov_interval",
    "n_doublets": "n_doublets",
    "n_pauses": "n_pauses",
    "brace_height": "brace_height",
    "delta_f": "delta_f",
    "n_controls": "n_controls",
}
PAIRS = {
    "delta_f": "pair_delta_f",
    "recruitment_difference": "pair_recruitment_difference",
    "correlation_r": "pair_correlation",
    "control_modulation": "pair_control_modulation",
}


def units(m: xr.Dataset) -> str:
    """One line a unit and contraction, in order of recruitment; a cell is empty where there is no number."""
    names = [header(column, m[name].attrs["units"]) for column, name in UNITS.items()]
    brace = names.index(header("brace_height", "%rTri")) + 1
    names = [*names[:brace], "brace_valid", "brace_invalid_because", *names[brace:]]

    def row(one: xr.Dataset, k: int) -> list[str]:
        cells = [_cell(one[name].values[k]) for name in UNITS.values()]
        why = int(one["brace_invalid"].values[k])
        cells[brace:brace] = ["FALSE" if why else "TRUE", _reasons(BraceInvalid, why)]
        said = [str(one[name].values[k]) for name in ("quality", "remark")]
        return [str(one["label"].values[k]), *cells, *said, m.attrs["convention"], m.attrs["brace_convention"]]

    head = ["recording", "contraction", "trial", "unit", *names, "quality", "remark", "convention", "brace_convention"]
    return _text(head, ([*_where(one), *row(one, k)] for one in _each(m) for k in _order(one)))


def pairs(m: xr.Dataset) -> str:
    """One line a pair and contraction, with what it was judged by and why it failed."""
    names = [header(column, m[name].attrs["units"]) for column, name in PAIRS.items()]

    def rows(one: xr.Dataset) -> Iterable[list[str]]:
        failed, label, order = one["pair_failed"].values, one["label"].values, _order(one)
        for test in order:
            for control in order:
                why = int(failed[control, test])
                if not why & Failed.NOT_A_PAIR:
                    cells = [_cell(one[name].values[control, test]) for name in PAIRS.values()]
                    yield [str(label[control]), str(label[test]), *cells, _reasons(Failed, why), m.attrs["convention"]]

    head = ["recording", "contraction", "trial", "control", "test", *names, "failed", "convention"]
    return _text(head, ([*_where(one), *row] for one in _each(m) for row in rows(one)))


def stem(recording: str) -> str:
    """The name of a file without folder and ending."""
    name = PurePath(recording)
    return PurePath(name.stem).stem if name.suffix.lower() in PACKED else name.stem


def _each(m: xr.Dataset) -> list[xr.Dataset]:
    return [m.isel(contraction=k) for k in range(m.sizes["contraction"])]


def _order(one: xr.Dataset) -> list[int]:
    return by_recruitment(one["first_discharge"].values).tolist()


def _where(one: xr.Dataset) -> list[str]:
    return [stem(one.attrs["recording"]), f"{int(one['number'])}", str(one["trial"].values)]


def _reasons(kind: Any, why: int) -> str:
    return " and ".join(str(reason.name).lower() for reason in kind if why & reason)


def _cell(value: Any) -> str:
    return "" if np.isnan(value) else f"{value:.{6 if np.asarray(value).dtype == np.float32 else 9}g}"


def _text(head: list[str], rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([head, *rows])
    return text.getvalue()
