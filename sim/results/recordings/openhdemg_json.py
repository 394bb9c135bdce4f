"""The JSON file of openhdemg: compressed with gzip or plain, a table of names whose values are JSON texts themselves.

Read are MUPULSES (for each unit the samples of its discharges, from 0), FSAMP (Hz) and REF_SIGNAL, the force or torque
at every sample, as pandas splits a table into columns, index and data. The unit of the force is not in the file.
"""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from sim.results.recordings.recording import Force, Recording, RecordingError


def read(path: Path) -> Recording:
    """Discharges, named from 0 in the order of the file, and the reference signal.

    Raises:
        RecordingError: the file is cut off, is no JSON, or lacks MUPULSES or FSAMP.
    """
    table = _table(path)
    pulses, fs = _entry(path, table, "MUPULSES"), _entry(path, table, "FSAMP")
    try:
        fs_hz = float(np.ravel(fs)[0])
        trains = {str(unit): np.array(train, dtype=float).ravel() / fs_hz for unit, train in enumerate(pulses)}
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        raise RecordingError(
            f"{path.name} should hold lists of samples in MUPULSES and a sampling rate in FSAMP, but they are "
            f"{_short(pulses)} and {_short(fs)}. Save the file again in openhdemg."
        ) from None
    return Recording(name=path.name, trains=trains, fs_hz=fs_hz, force=_force(path, table, fs_hz))


def _table(path: Path) -> dict[str, Any]:
    try:
        data = path.read_bytes()
        text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
        table = json.loads(text)
    except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError, json.JSONDecodeError) as problem:
        raise RecordingError(
            f"{path.name} is no whole openhdemg file ({problem}). If it was cut off, copy it again; "
            "else save it again in openhdemg."
        ) from None
    if not isinstance(table, dict):
        raise RecordingError(f"{path.name} is JSON, but no openhdemg file: it holds a {type(table).__name__}.")
    return table


def _entry(path: Path, table: dict[str, Any], name: str) -> Any:
    if name not in table:
        raise RecordingError(
            f"{path.name} has no {name} (it has {', '.join(table) or 'nothing'}). "
            "Save a decomposed recording in openhdemg."
        )
    return _unpacked(path, name, table[name])


def _force(path: Path, table: dict[str, Any], fs_hz: float) -> Force | None:
    signal = _unpacked(path, "REF_SIGNAL", table.get("REF_SIGNAL"))
    data = signal.get("data") if isinstance(signal, dict) else None
    if not data:
        return None
    try:
        values = np.array([row[0] for row in data], dtype=float)  # null becomes NaN
    except (TypeError, ValueError, IndexError):
        raise RecordingError(
            f"{path.name} should hold one number for each sample in REF_SIGNAL, but it holds {_short(data)}. "
            "Save the file again in openhdemg."
        ) from None
    return Force(np.arange(len(values)) / fs_hz, values) if len(values) > 1 else None


def _unpacked(path: Path, name: str, value: Any) -> Any:
    """The value of a text of JSON; any other value as it is."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError as problem:
        raise RecordingError(
            f"{name} of {path.name} is cut off or no JSON ({problem}). Save the file again in openhdemg."
        ) from None


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
