"""The decomposition file of MUedit2 (`*_decomp.npz`): NumPy arrays in a zip file.

Read are `discharge_times` (for each unit its samples, counted from 0: MUedit2 shifts them only when it reads MATLAB's),
`fsamp` (Hz), `mu_grid_index` and `muscle`. Discharge times are an array of objects, a matrix with a row for each unit
padded at its end with zeros, -1 or NaN, or a vector. Arrays of objects are read as data, without calling anything that
they name (`object_arrays`). There is no force in the file. Source: `save_decomposition_npz` of MUedit2,
muedit/decomp/decomposition_file.py.
"""

import io
import zipfile
from typing import Any

import numpy as np

from sim.results.recordings.object_arrays import plain
from sim.results.recordings.packed import BROKEN, MOST
from sim.results.recordings.parts import RecordingError
from sim.results.recordings.recording import Recording

DISCHARGES = ("discharge_times", "dischargetimes", "distimes", "mupulses")
RATES = ("fsamp", "fs", "sampling_rate", "sampling_frequency")


def read(name: str, data: bytes) -> Recording:
    """Discharges, named from 1 in the order of the file, with the grid in front where there are several.

    Raises:
        RecordingError: the file is cut off, or has no discharges or no sampling rate.
    """
    try:
        arrays = _arrays(name, data)
    except RecordingError:
        raise
    except (*BROKEN, RuntimeError) as problem:
        raise RecordingError(
            f"{name} is no whole file of NumPy arrays ({' '.join(str(problem).split())[:80]}). If it was cut off, copy "
            "it "
            "again; else save it again."
        ) from None
    pulses, rate = (next((arrays[x] for x in names if x in arrays), None) for names in (DISCHARGES, RATES))
    if pulses is None or rate is None:
        lacking = "discharge_times" if pulses is None else "fsamp"
        raise RecordingError(
            f"{name} has no {lacking} (it has {', '.join(arrays)[:200] or 'nothing'}). Save the decomposition in "
            "MUedit2."
        )
    try:
        fs_hz = float(np.ravel(np.asarray(rate, float))[0])
        trains = [samples(train) for train in units(pulses)]
        grids = np.ravel(np.asarray(arrays.get("mu_grid_index", []), float))
    except (TypeError, ValueError, IndexError, OverflowError):
        raise RecordingError(
            f"{name} should hold samples of each unit in discharge_times and a number in fsamp, but does not. Save the "
            "decomposition again in MUedit2."
        ) from None
    named = [f"{unit}" for unit in range(1, len(trains) + 1)]
    if len(grids) == len(trains) and len(set(grids)) > 1:
        named = [f"G{int(grid) + 1}.{unit}" for grid, unit in zip(grids, named, strict=True)]
    muscles = arrays.get("muscle")
    muscle = ", ".join(x for x in (muscles if isinstance(muscles, list) else []) if isinstance(x, str) and x)
    if not fs_hz > 0:
        return Recording(name=name, trains=dict.fromkeys(named, np.zeros(0)), fs_hz=fs_hz)  # which refuses it
    by_name = {unit: train / fs_hz for unit, train in zip(named, trains, strict=True)}
    return Recording(name=name, trains=by_name, fs_hz=fs_hz, muscle=muscle)


def units(pulses: Any) -> list[Any]:
    """The samples of each unit: of a list of arrays, of the rows of a matrix, or of one vector."""
    if isinstance(pulses, list):
        if pulses and not any(isinstance(train, list | np.ndarray) for train in pulses):
            return [pulses]
        return pulses
    return list(pulses) if np.ndim(pulses) == 2 else [np.ravel(pulses)]


def samples(train: Any) -> np.ndarray:
    """float (discharge,), without the padding at its end."""
    values = np.zeros(0) if train is None else np.ravel(np.asarray(train, dtype=float))
    positive = np.flatnonzero(values > 0)
    used = int(positive[-1]) + 1 if len(positive) else 0
    values = values[:used]
    return values[np.isfinite(values) & (values >= 0)]


def _arrays(name: str, data: bytes) -> dict[str, Any]:
    """The arrays that are read, by name in lower case; of others only the name."""
    found: dict[str, Any] = {}
    wanted = (*DISCHARGES, *RATES, "mu_grid_index", "muscle")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for member in archive.infolist():
            key = member.filename.removesuffix(".npy").lower()
            if key not in wanted:
                found[key] = None
                continue
            with archive.open(member) as file:
                content = file.read(MOST // 4 + 1)
            if len(content) > MOST // 4:
                raise RecordingError(
                    f"{key} of {name} holds more than {MOST // 4 // 2**20} MiB, too much for discharges."
                )
            found[key] = _array(content)
    return found


def _array(content: bytes) -> Any:
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = header(file)
    if dtype.kind == "O":
        value = plain(content[file.tell() :])
        return value[0] if shape == () and isinstance(value, list) and len(value) == 1 else value
    if dtype.kind not in "iufbUS":
        raise ValueError(f"an array of {dtype}")
    file.seek(0)
    array = np.load(file, allow_pickle=False)
    return [str(x) for x in array.ravel()] if dtype.kind in "US" else array
