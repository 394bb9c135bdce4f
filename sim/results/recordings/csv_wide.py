"""A table with one column for each unit: the times of its discharges, or 0 and 1 at each sample of the recorder.

Columns of times are named `1`, `MU 1`, `unit_3 (ms)`, are filled from the top and end where a unit stops. A table of
0 and 1 has a time in each row, or tells its sampling rate (`# fs_hz: 2048`). Anything else beside a time, such as
smoothed rates, is refused. openhdemg's own CSV has such columns too (`MUPULSES_1` counts samples, `REF_SIGNAL` is the
force)."""

import numpy as np

from sim.results.recordings.columns import Column, numbered, of_own
from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import Recording
from sim.results.recordings.table import Table

IGNORED = ("raw_signal", "ipts", "binary_mus_firing", "unnamed")
"""Columns of openhdemg and of pandas that hold something else."""


def fits(found: Table) -> bool:
    """Whether a table may have a column for each unit: names with numbers, and beside them time and force at most."""
    own = _own(found)
    named = [found.columns[k].name for k in own]
    if named and all(name.replace(".", "").isdecimal() for name in named):
        counted = [[str(k + first) for k in range(len(named))] for first in (0, 1)]
        if named not in counted:  # a row of numbers without a header
            return False
    rest = [one for k, one in enumerate(found.columns) if k not in own and not _is_ignored(one.name)]
    return bool(own) and all(one.role in ("time", "sample", "force", "rate") for one in rest)


def read(found: Table, fs_hz: float | None) -> Recording:
    """The recording in such a table.

    Raises:
        RecordingError: neither times of discharges nor 0 and 1, or samples without a rate.
    """
    own = _own(found)
    values = [found.numbers(k) for k in own]
    labels = [numbered(found.columns[k].name) or found.columns[k].name for k in own]
    if len(set(labels)) < len(labels):
        twice = next(label for label in labels if labels.count(label) > 1)
        raise RecordingError(f"{found.name} has two columns of the unit {twice!r}. Give each unit its own name.")
    known = np.concatenate([column[np.isfinite(column)] for column in values])
    time, force = found.named("time"), found.named("force")
    time = found.named("sample") if time is None else time
    if len(known) and np.isin(known, (0, 1)).all() and (len(known) > len(own) or 0 in known):
        clock = _clock(found, time, fs_hz)
        trains = {label: clock[column == 1] for label, column in zip(labels, values, strict=True)}
    elif time is not None:
        raise RecordingError(
            f"{found.name} has a time and columns of units that hold more than 0 and 1, as rates do. Export the times "
            "of "
            "the discharges, with the columns unit,time_s."
        )
    else:
        clock = None if force is None else _clock(found, None, fs_hz)
        trains = {
            label: seconds(found, of_own(found.columns[k].name), column[np.isfinite(column)], fs_hz)
            for label, column, k in zip(labels, values, own, strict=True)
        }
    course = None
    if force is not None and clock is not None:
        written = np.array([bool(text) for text in found.cells[force]])
        course = Force(
            clock[written],
            found.numbers(force)[written],
            found.columns[force].units or found.said.get("force_unit", ""),
        )
    muscle, task, note = (found.said.get(word, "") for word in ("muscle", "task", "note"))
    return Recording(found.name, trains, fs_hz, course, muscle, task, note)


def seconds(found: Table, one: Column, values: np.ndarray, fs_hz: float | None) -> np.ndarray:
    """s, times or samples of a column.

    Raises:
        RecordingError: samples without a rate or that are not whole, or a unit of time that is not known.
    """
    factor = one.seconds
    if factor is None:
        if fs_hz is None or not fs_hz > 0:
            raise RecordingError(
                f"{found.name} counts samples in {one.name!r}, but tells no sampling rate. Write it in a line above "
                "the "
                "names of the columns, such as  # fs_hz: 2048"
            )
        known = values[np.isfinite(values)]
        if (known != np.rint(known)).any():
            odd = known[known != np.rint(known)][0]
            raise RecordingError(
                f"{found.name} counts samples in {one.name!r}, but {odd:g} is no whole number. Export it without "
                "thousands separators, or name the column time_s."
            )
        return (values - (found.told("first_sample") or 0)) / fs_hz
    if np.isnan(factor):
        raise RecordingError(
            f"{found.name} gives {one.name!r} in {one.units!r}, but known are s, ms, us, min and samples. Convert it, "
            "or "
            "name the column time_s."
        )
    return values if factor == 1 else values * factor


def _own(found: Table) -> list[int]:
    """The columns of single units."""
    return [
        k
        for k, one in enumerate(found.columns)
        if not one.role and not _is_ignored(one.name) and numbered(one.name) is not None
    ]


def _is_ignored(name: str) -> bool:
    return not name or name.lower().startswith(IGNORED)


def _clock(found: Table, time: int | None, fs_hz: float | None) -> np.ndarray:
    """s, (row,), strictly increasing."""
    if time is None:
        if fs_hz is None or not fs_hz > 0:
            raise RecordingError(
                f"{found.name} has a row for each sample, but neither a time nor a sampling rate. Add a column time_s, "
                "or "
                "a line above the names of the columns, such as  # fs_hz: 2048"
            )
        return np.arange(len(found.lines)) / fs_hz
    clock = seconds(found, found.columns[time], found.numbers(time), fs_hz)
    if np.isnan(clock).any() or (np.diff(clock) <= 0).any():
        raise RecordingError(
            f"{found.name} has columns of 0 and 1, whose times must increase from row to row, each once. Write them "
            "with "
            "more digits, or export the times of the discharges, with the columns unit,time_s."
        )
    return clock
