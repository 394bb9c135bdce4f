"""A recording as a table of text: `unit,time_s,force`, with what is told of the whole in lines that begin with #."""

import csv
from pathlib import Path

import numpy as np

from sim.results.recordings.recording import Recording

FLOAT = "{:.12g}"  # enough for a microsecond in a day


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
    if recording.quality:
        header.append("quality")
        rows = [[*row, recording.quality.get(row[0], "") if row[0] else ""] for row in rows]
    with path.open("w", newline="", encoding="utf-8") as file:
        file.writelines(f"# {name}: {text}\n" for name, text in said.items() if text)
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def _text(number: float) -> str:
    """The shortest usual text that is read back as the same number."""
    short = FLOAT.format(number)
    return short if float(short) == number else repr(float(number))
