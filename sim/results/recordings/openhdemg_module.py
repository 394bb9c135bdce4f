"""The module folder of openhdemg 0.2: `manifest.json`, and a binary file for each array, compressed with gzip or not.

Read are MUPULSES (for each unit the samples of its discharges, from 0, one after the other in one file), FSAMP (Hz)
and the first column of REF_SIGNAL. Source: `save_openhdemg_module` of openhdemg, library/openfiles.py, and its page
"Save and load binary modules". Files outside the folder are not followed, whatever the manifest says."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.results.recordings.packed import MOST, contents
from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import Recording

MANIFEST = "manifest.json"
MARKS = (".openhdemg_module", ".openhdemg_collection")


def files(folder: Path) -> list[Path]:
    """The files of a module that are read: the manifest and what it names."""
    found = [folder / MANIFEST]
    try:
        manifest = json.loads(found[0].read_text(encoding="utf-8"))
        found += [_inside(folder, manifest[entry]) for entry in ("MUPULSES", "REF_SIGNAL") if entry in manifest]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass  # reading says what is wrong
    return [path for path in found if path.is_file()]


def read(folder: Path) -> Recording:
    """Discharges, named from 0 in the order of the module, and the reference signal.

    Raises:
        RecordingError: the folder is no module, or a part of it is missing or does not fit the manifest.
    """
    name = folder.name
    if not (folder / MANIFEST).is_file() or (folder / MARKS[1]).exists():
        what = "a collection of openhdemg modules" if (folder / MARKS[1]).exists() else "a folder without manifest.json"
        raise RecordingError(f"{name} is {what}. Name one file, or one module folder of openhdemg.")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        pulses, fs_hz = manifest["MUPULSES"], float(manifest["FSAMP"]["value"])
        data = _bytes(name, folder, pulses)
        parts = zip(pulses["offsets"], pulses["lengths"], pulses["endian_dtypes"], strict=True)
        trains = {str(unit): _array(data, *part) / fs_hz for unit, part in enumerate(parts)}
        force = _force(name, folder, manifest.get("REF_SIGNAL"), fs_hz)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OSError) as problem:
        if isinstance(problem, RecordingError):
            raise
        said = " ".join(str(problem).split())[:80]
        raise RecordingError(
            f"the openhdemg module {name} cannot be read ({type(problem).__name__}: {said}). Save it again in "
            "openhdemg."
        ) from None
    return Recording(name=name, trains=trains, fs_hz=fs_hz, force=force)


def _inside(folder: Path, entry: Mapping[str, Any]) -> Path:
    path = (folder / str(entry["data_file_path"]).replace("\\", "/")).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValueError(f"{entry['data_file_path']} lies outside the folder")
    return path


def _bytes(name: str, folder: Path, entry: Mapping[str, Any]) -> bytes:
    path = _inside(folder, entry)
    if path.stat().st_size > MOST:
        raise RecordingError(f"{path.name} of {name} holds more than {MOST // 2**20} MiB. Save it without raw signals.")
    return contents(f"{path.name} of {name}", path.read_bytes())


def _array(data: bytes, offset: int, length: int, dtype: str) -> np.ndarray:
    kind = _dtype(dtype)
    if not (isinstance(offset, int) and isinstance(length, int) and offset >= 0 and length >= 0):
        raise ValueError(f"a train of {length} samples from byte {offset} on")
    if offset + length * kind.itemsize > len(data):
        raise ValueError(f"a train ends at byte {offset + length * kind.itemsize} of {len(data)}")
    return np.frombuffer(data, kind, length, offset).astype(float)


def _force(name: str, folder: Path, entry: Any, fs_hz: float) -> Force | None:
    if not isinstance(entry, dict) or "data_file_path" not in entry:
        return None
    rows, columns = entry["shape"]
    if not (isinstance(rows, int) and isinstance(columns, int) and rows > 1 and columns > 0):
        return None
    data = _bytes(name, folder, entry)
    values = _array(data, 0, rows * columns, entry["endian_dtype"]).reshape(rows, columns)[:, 0]
    return Force(np.arange(rows) / fs_hz, values)


def _dtype(text: Any) -> np.dtype:
    if not isinstance(text, str) or not re.fullmatch(r"[<>|=]?[iuf][1248]", text):
        raise ValueError(f"values of type {text!r}")
    return np.dtype(text)
