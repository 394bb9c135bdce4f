"""Discharges and force as a table of text: one row for each discharge, or one column for each unit.

    # fs_hz: 2048
    # force_unit: % MVC
    unit,time_s,force
    3,1.25,
    ,1.30,12.5

A row with a unit is one of its discharges; with an empty time it only says that there is such a unit. A row with a
force is a sample of it; a table may have one without the other. Which column is which, and in what unit, its name says
(`columns`). Samples become times by the rate that a comment line or a column tells; they are counted from 0 unless a
line `# first_sample: 1` says otherwise. Rows of another `trial` (`contraction`, `repetition`, `condition` ...) are a
contraction of their own. A table with one column for each unit is read by `csv_wide`.

The events of BIDS (`onset`, `duration`, `unit_id`), as MUedit2 exports them, are such a table; the JSON file of the
same name beside it may tell the unit of `onset`, `SamplingFrequency` and `TaskName`.
"""

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.results.recordings import csv_wide
from sim.results.recordings.parts import Force, RecordingError, Trial
from sim.results.recordings.recording import Recording
from sim.results.recordings.table import EMPTY, Table, table

EXPECTED = "the columns unit,time_s (discharges), time_s,force (force), or unit,time_s,force (both)"
RATES = ("fs_hz", "fs", "fsamp", "sampling_rate", "samplingrate", "sampling_frequency", "samplingfrequency")
MOST_GUESSED = 50
"""Values of a column without a known name that may set trials apart."""


def read(name: str, text: str, sidecar: Mapping[str, Any] | None = None) -> Recording:
    """Discharges, and the force if the table has one.

    Args:
        name: of the file.
        text: of the file.
        sidecar: what the JSON file beside an events file says.

    Raises:
        RecordingError: no such columns, a row that is cut off, or text where a number should be.
    """
    found = _described(table(name, text), sidecar or {})
    unit = found.named("unit")
    if unit is None or (found.named("time") is None and found.named("sample") is None):
        if csv_wide.fits(found):
            return csv_wide.read(found, rate(found))
        raise RecordingError(_wrong_columns(found, "discharges need a unit and a time, or a column for each unit"))
    remarks: list[str] = []
    times = clock(found)
    labels = _labels(found, unit)
    rows = np.flatnonzero(labels != "")
    trial_of = _trials(found)
    if trial_of is None:
        _refuse_hidden_trials(found, labels, times)
        trials = ()
        trains, force = _trains(labels, times, rows), _force(found, times, labels, None, remarks)
    else:
        trains, force = {}, None
        trials = tuple(
            Trial(
                one,
                _trains(labels, times, rows[trial_of[rows] == one]),
                _force(found, times, labels, trial_of == one, remarks),
            )
            for one in dict.fromkeys(trial_of[rows].tolist())
        )
    return Recording(
        name=name,
        trains=trains,
        fs_hz=rate(found),
        force=force,
        trials=trials,
        quality=_quality(found, labels),
        remarks=tuple(dict.fromkeys(remarks)),
        muscle=found.said.get("muscle", ""),
        task=found.said.get("task", ""),
        note=found.said.get("note", ""),
    )


def read_force(name: str, text: str) -> tuple[Force, str]:
    """The force of a table with a time and a force, and a remark.

    Raises:
        RecordingError: as `read`, or there is no force.
    """
    found, remarks = table(name, text), []
    timed = found.named("time") is not None or found.named("sample") is not None
    force = _force(found, clock(found), None, None, remarks) if timed else None
    if force is None:
        raise RecordingError(_wrong_columns(found, "a force needs 'time_s' and 'force' (or 'torque')"))
    return force, "; ".join(remarks)


def rate(found: Table) -> float | None:
    """Hz, the sampling rate that a comment line or a column tells; None if none does.

    Raises:
        RecordingError: a column that tells several.
    """
    told = found.told(*RATES)
    if told is not None or (k := found.named("rate")) is None:
        return told
    rates = found.numbers(k)
    rates = np.unique(rates[np.isfinite(rates)])
    if len(rates) > 1:
        raise RecordingError(f"{found.name} tells several sampling rates in {found.columns[k].name!r}. Keep one.")
    return float(rates[0]) if len(rates) else None


def clock(found: Table) -> np.ndarray:
    """s, (row,), the time of each row, NaN where the cell is empty.

    Raises:
        RecordingError: samples without a rate or that are not whole, or a unit of time that is not known.
    """
    k = found.named("time")
    k = found.named("sample") if k is None else k
    assert k is not None
    return seconds(found, k, rate(found))


def seconds(found: Table, k: int, fs_hz: float | None) -> np.ndarray:
    """s, (row,), one column of times or samples.

    Raises:
        RecordingError: as `clock`.
    """
    return csv_wide.seconds(found, found.columns[k], found.numbers(k), fs_hz)


def _described(found: Table, sidecar: Mapping[str, Any]) -> Table:
    """The table with what the file beside it says."""
    if isinstance(rate := sidecar.get("SamplingFrequency"), int | float) and not isinstance(rate, bool):
        found.said.setdefault("fs_hz", repr(rate).replace(".", found.decimal))
    if isinstance(task := sidecar.get("TaskName"), str):
        found.said.setdefault("task", task[:200])
    for k, one in enumerate(found.columns):
        about = sidecar.get(one.name)
        if one.role == "time" and not one.units and isinstance(about, dict) and isinstance(about.get("Units"), str):
            found.columns[k] = one._replace(units=about["Units"])
    return found


def _labels(found: Table, unit: int) -> np.ndarray:
    """The label of the unit of each row, empty where there is none; with the muscle or grid where labels repeat."""
    labels = np.array(
        ["" if text.lower() in EMPTY else re.sub(r"^(\d+)[.,]0+$", r"\1", text) for text in found.cells[unit]],
        dtype=object,
    )
    group = found.named("group")
    if group is None:
        return labels
    groups = np.array(found.cells[group], dtype=object)
    of_label: dict[str, set[str]] = {}
    for label, one in zip(labels, groups, strict=True):
        of_label.setdefault(label, set()).add(one)
    if not any(len(several) > 1 for label, several in of_label.items() if label):
        return labels
    return np.array(
        [f"{one} {label}".strip() if label else "" for label, one in zip(labels, groups, strict=True)], object
    )


def _trains(labels: np.ndarray, times: np.ndarray, rows: np.ndarray) -> dict[str, np.ndarray]:
    """Times of each unit, in the order of the table."""
    names, which = np.unique(labels[rows].astype(str), return_inverse=True)
    order = np.argsort(which, kind="stable")
    parts = np.split(times[rows][order], np.cumsum(np.bincount(which, minlength=len(names)))[:-1])
    by_name = dict(zip(names.tolist(), parts, strict=False)) if len(names) else {}
    return {label: by_name[label] for label in dict.fromkeys(labels[rows].tolist())}


def _trials(found: Table) -> np.ndarray | None:
    """The name of the trial of each row; None if the table has only one."""
    columns = [k for k, one in enumerate(found.columns) if one.role == "trial"]
    columns = [k for k in columns if len({x for x in found.cells[k] if x.lower() not in EMPTY}) > 1]
    if not columns:
        return None
    names = [
        ", ".join(
            cells
            if len(columns) == 1
            else (f"{found.columns[k].name} {x}" for k, x in zip(columns, cells, strict=True))
        )
        for cells in zip(*(found.cells[k] for k in columns), strict=True)
    ]
    return np.array(names, dtype=object)


def _refuse_hidden_trials(found: Table, labels: np.ndarray, times: np.ndarray) -> None:
    """Refuse a column of unknown name with whose values the times of a unit begin anew.

    Raises:
        RecordingError: there is one.
    """
    for k, one in enumerate(found.columns):
        cells = np.array(found.cells[k], dtype=object)
        if one.role or not one.name or not 1 < len(set(found.cells[k])) <= MOST_GUESSED:
            continue
        back, within = 0, 0
        for label in dict.fromkeys(labels.tolist()):
            rows = np.flatnonzero((labels == label) & np.isfinite(times)) if label else np.zeros(0, int)
            fell = np.diff(times[rows]) < 0
            changed = cells[rows][1:] != cells[rows][:-1]
            back, within = back + int((fell & changed).sum()), within + int((fell & ~changed).sum())
        if back and not within:
            raise RecordingError(
                f"the times of the units of {found.name} begin anew where {one.name!r} changes. If it sets trials "
                "apart, name it 'trial'; else sort the table by time."
            )


def _quality(found: Table, labels: np.ndarray) -> dict[str, str]:
    """What a column `quality` says of each unit."""
    k = found.named("quality")
    if k is None:
        return {}
    said: dict[str, dict[str, None]] = {}
    for label, text in zip(labels, found.cells[k], strict=True):
        if label and text.lower() not in EMPTY:
            said.setdefault(label, {})[text] = None
    return {label: "/".join(texts) for label, texts in said.items()}


def _force(
    found: Table, times: np.ndarray, labels: np.ndarray | None, of_trial: np.ndarray | None, remarks: list[str]
) -> Force | None:
    """The force among some rows; a row of a unit counts where it has a number."""
    k = found.named("force")
    if k is None:
        return None
    others = [one.name for j, one in enumerate(found.columns) if one.role == "force" and j != k]
    if others:
        remarks.append(f"{found.columns[k].name!r} is taken for the force, not {' or '.join(map(repr, others))}")
    values = found.numbers(k)
    written = np.array([bool(text) for text in found.cells[k]])
    of_unit = np.zeros(len(values), bool) if labels is None else labels != ""
    chosen = np.where(of_unit, np.isfinite(values), written)
    rows = np.flatnonzero(chosen if of_trial is None else chosen & of_trial)
    if not len(rows):
        return None
    time = times[rows]
    if np.isnan(time).any():
        line = found.lines[rows[int(np.argmax(np.isnan(time)))]]
        raise RecordingError(
            f"{found.name}, line {line} has a {found.columns[k].name} without {_time_name(found)}. Give its time, or "
            "delete it."
        )
    if of_unit[rows].any():  # told at each discharge, unit after unit
        rows = rows[np.argsort(time, kind="stable")]
    return Force(times[rows], values[rows], found.columns[k].units or found.said.get("force_unit", ""))


def _time_name(found: Table) -> str:
    k = found.named("time")
    k = found.named("sample") if k is None else k
    return found.columns[k].name if k is not None else "time"


def _wrong_columns(found: Table, needed: str) -> str:
    names = ", ".join(one.name for one in found.columns)[:120]
    return f"{found.name} has the columns {names}, but {needed}. Name them in the first line; known are {EXPECTED}."
