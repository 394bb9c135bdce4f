"""Discharges and force as a table of text, which a spreadsheet opens.

    # fs_hz: 2048
    # force_unit: % MVC
    unit,time_s,force
    3,1.25,
    ,1.30,12.5

A row with a `unit` is one of its discharges; with an empty `time_s` it only says that there is such a unit. A row with
a `force` (or `torque`) is a sample of it; a table may have one without the other. Lines that begin with # tell `fs_hz`,
`muscle`, `task`, `force_unit` and `note`, all optional. Commas, semicolons (with decimal commas) and tabs are read.
"""

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from sim.results.recordings.recording import FLOAT, Force, Recording, RecordingError

FORCES = ("force", "torque")
EXPECTED = "the columns unit,time_s (discharges), time_s,force (force), or unit,time_s,force (both)"


@dataclass(eq=False)
class _Table:
    """The text of a file: what it says of itself, and its columns."""

    name: str
    said: dict[str, str] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)
    decimal: str = "."

    def numbers(self, column: str) -> np.ndarray:
        """float (row,), NaN where the cell is empty.

        Raises:
            RecordingError: a cell that is no number.
        """
        values = np.full(len(self.lines), np.nan)
        for row, text in enumerate(self.columns[column]):
            if text:
                values[row] = self._number(text, f"line {self.lines[row]}", column)
        return values

    def told(self, name: str) -> float | None:
        """The number that a comment line tells; None where there is none."""
        return self._number(self.said[name], "a comment line", name) if self.said.get(name) else None

    def _number(self, text: str, where: str, column: str) -> float:
        try:
            number = float(text.replace(self.decimal, "."))
        except ValueError:
            raise RecordingError(
                f"{self.name}, {where}: {column} should be a number, but is {text!r}. Correct it, or leave it empty."
            ) from None
        if np.isinf(number):
            raise RecordingError(f"{self.name}, {where}: {column} is infinite. Correct it, or leave it empty.")
        return number


def read(path: Path) -> Recording:
    """Discharges, and the force if the table has one.

    Raises:
        RecordingError: no such columns, a row that is cut off, or text where a number should be.
    """
    table = _read_table(path)
    if "unit" not in table.columns or "time_s" not in table.columns:
        raise RecordingError(_wrong_columns(table, "discharges need 'unit' and 'time_s'"))
    times, trains = table.numbers("time_s"), {}
    for unit, time in zip(table.columns["unit"], times, strict=True):
        if unit:
            trains.setdefault(unit.removesuffix(".0"), []).append(time)  # whole numbers that were kept as floats
    return Recording(
        name=path.name,
        trains={unit: np.array(train) for unit, train in trains.items()},
        fs_hz=table.told("fs_hz"),
        force=_force(table),
        **{name: table.said.get(name, "") for name in ("muscle", "task", "note")},
    )


def read_force(path: Path) -> Force:
    """The force of a table `time_s,force`.

    Raises:
        RecordingError: as `read`, or there is no force.
    """
    table = _read_table(path)
    force = _force(table) if "time_s" in table.columns else None
    if force is None:
        raise RecordingError(_wrong_columns(table, "a force needs 'time_s' and 'force' (or 'torque')"))
    return force


def write(recording: Recording, path: Path) -> None:
    """Write one table with discharges and force."""
    said = {
        "fs_hz": "" if recording.fs_hz is None else _text(recording.fs_hz),
        **{name: " ".join(getattr(recording, name).split()) for name in ("muscle", "task", "note")},
        "force_unit": recording.force.units if recording.force else "",
    }
    rows: list[list[str]] = []
    for unit, train in recording.trains.items():
        rows += [[unit, _text(time)] for time in train] or [[unit, ""]]
    header = ["unit", "time_s"]
    if recording.force is not None:
        header.append("force")
        rows = [[*row, ""] for row in rows]
        rows += [["", _text(t), "nan" if np.isnan(x) else _text(x)] for t, x in zip(*recording.force[:2], strict=True)]
    with path.open("w", newline="", encoding="utf-8") as file:
        file.writelines(f"# {name}: {text}\n" for name, text in said.items() if text)
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _read_table(path: Path) -> _Table:
    table = _Table(path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise RecordingError(
            f"{path.name} is not a table of text in UTF-8. Export it as CSV (UTF-8) with {EXPECTED}."
        ) from None
    body = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#"):
            name, _, value = line.lstrip("# ").partition(":")
            table.said[name.strip().lower()] = value.strip()
        elif line.strip(" ,;\t"):
            body.append((number, line))
    if not body:
        raise RecordingError(f"{path.name} holds no table. Export it again with {EXPECTED}.")
    delimiter = next((d for d in "\t;" if d in body[0][1]), ",")
    table.decimal = "," if delimiter == ";" else "."
    rows = csv.reader((line for _, line in body), delimiter=delimiter)
    header = [name.strip().lower() for name in next(rows)]
    table.columns = {name: [] for name in header}
    for (number, _), row in zip(body[1:], rows, strict=False):
        if len(row) != len(header):
            raise RecordingError(
                f"{path.name}, line {number} has {len(row)} values for {len(header)} columns ({', '.join(header)}). "
                "If the file was cut off there, export it again; else correct the line."
            )
        for name, cell in zip(header, row, strict=True):
            table.columns[name].append(cell.strip())
        table.lines.append(number)
    return table


def _force(table: _Table) -> Force | None:
    name = next((name for name in FORCES if name in table.columns), None)
    if name is None:
        return None
    rows = [row for row, text in enumerate(table.columns[name]) if text]
    if not rows:
        return None
    time = table.numbers("time_s")[rows]
    if np.isnan(time).any():
        line = table.lines[rows[int(np.argmax(np.isnan(time)))]]
        raise RecordingError(f"{table.name}, line {line} has a {name} without time_s. Give its time, or delete it.")
    return Force(time, table.numbers(name)[rows], table.said.get("force_unit", ""))


def _wrong_columns(table: _Table, needed: str) -> str:
    return (
        f"{table.name} has the columns {', '.join(table.columns)}, but {needed}. "
        f"Name them in the first line; known are {EXPECTED}."
    )


def _text(number: float) -> str:
    """The shortest usual text that is read back as the same number."""
    short = FLOAT.format(number)
    return short if float(short) == number else repr(float(number))
