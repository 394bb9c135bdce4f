"""MATLAB files of level 5 and 7.3 as one thing: structs are dicts, cell arrays are object arrays, the rest is numbers.

Level 5 (scipy reads it) is what MATLAB's `save` writes by default; 7.3 is HDF5 behind 512 bytes of MATLAB's own, with
the axes of every array reversed, cells as references to what lies in `#refs#`, and an empty array as the shape that it
would have, marked by the attribute `MATLAB_empty`. Source: MathWorks, "MAT-file versions", and the files themselves.
"""

import io
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from sim.results.recordings import hdf5
from sim.results.recordings.parts import RecordingError

DEEPEST = 6
MOST_CELLS = 100_000
SKIPPED = frozenset(("data", "SIG", "emgnotgrid", "EMG", "Pulsetrain", "Pulsetrainclean", "IPTs", "EMGmask"))
"""Large parts that are never needed; in level 5 they are read with the struct that holds them."""


def library() -> Any:
    """What reads level 5; it takes a while to load."""
    from scipy.io import matlab

    return matlab


def level_5(source: Path | io.BytesIO, name: str, wanted: tuple[str, ...]) -> tuple[dict[str, Any], list[str]]:
    """The variables that are wanted, and the names of all.

    Raises:
        RecordingError: the file is cut off or damaged.
    """
    io_matlab = library()
    try:
        names = [str(found[0]) for found in io_matlab.whosmat(source)]
        chosen = [one for one in names if one in wanted]
        if isinstance(source, io.BytesIO):
            source.seek(0)
        found = io_matlab.loadmat(source, variable_names=chosen, squeeze_me=False) if chosen else {}
    except (
        io_matlab.MatReadError,
        zlib.error,
        ValueError,
        TypeError,
        OSError,
        NotImplementedError,
        EOFError,
        KeyError,
        IndexError,
    ) as problem:
        raise RecordingError(
            f"{name} is no whole MATLAB file ({' '.join(str(problem).split())[:80]}). If it was cut off, copy it "
            "again; "
            "else save it again."
        ) from None
    return {one: _plain(found[one], 0) for one in chosen if one in found}, names


def _plain(value: Any, depth: int) -> Any:
    if depth > DEEPEST:
        raise RecordingError("a MATLAB file is nested too deeply. Save the discharges by themselves.")
    if isinstance(value, np.ndarray) and value.dtype.names:
        if value.size == 0:
            return {}
        first = value.ravel()[0]  # of an array of structs
        return {field: _plain(first[field], depth + 1) for field in value.dtype.names if field not in SKIPPED}
    if isinstance(value, np.ndarray) and value.dtype == object:
        cells = np.empty(value.shape, object)
        for index in np.ndindex(value.shape):
            cells[index] = _plain(value[index], depth + 1)
        return cells
    return value


def level_73(file: Any, name: str, wanted: tuple[str, ...]) -> tuple[dict[str, Any], list[str]]:
    """The variables that are wanted of an open HDF5 file, and the names of all.

    Raises:
        RecordingError: too many cells, or a part lies outside the file.
    """
    names = [one for one in hdf5.names(file) if not one.startswith("#")]
    budget = [MOST_CELLS]
    found = {one: hdf5.item(file, one) for one in names if one in wanted}
    return {one: _read(file, thing, name, budget, 0) for one, thing in found.items() if thing is not None}, names


def _read(file: Any, thing: Any, name: str, budget: list[int], depth: int) -> Any:
    if depth > DEEPEST:
        raise RecordingError(f"{name} is nested too deeply. Save the discharges by themselves.")
    budget[0] -= 1
    if budget[0] < 0:
        raise RecordingError(f"{name} has more than {MOST_CELLS} cells, too many for one recording.")
    if not hdf5.is_dataset(thing):
        inside = {field: hdf5.item(thing, field) for field in hdf5.names(thing) if field not in SKIPPED}
        return {field: _read(file, one, name, budget, depth + 1) for field, one in inside.items() if one is not None}
    if thing.attrs.get("MATLAB_empty", 0):
        return np.zeros((0, 0))
    values = hdf5.array(thing, name)
    if values.dtype != object:
        if hdf5.attribute(thing, "MATLAB_class") == "char" and values.dtype.kind in "iu":
            return "".join(chr(int(c)) for c in values.ravel()[:1000])
        return values.T
    if any(isinstance(one, str | bytes) for one in values.ravel()[:1]):
        return hdf5.texts(thing, name)
    cells = np.empty(values.shape, object)
    for index in np.ndindex(values.shape):
        inside = file[values[index]] if values[index] else None
        cells[index] = None if inside is None else _read(file, inside, name, budget, depth + 1)
    return cells.T if cells.ndim == 2 else cells.reshape(1, -1)
