"""From the bytes of a file to a recording, in this process; `guarded` does it in another, with limits.

Formats are told apart by content, compressed or not, whatever the ending of the name.
"""

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.results.recordings import kinds
from sim.results.recordings.packed import contents, is_arrays
from sim.results.recordings.parts import Force, RecordingError, once_each
from sim.results.recordings.recording import Recording
from sim.results.recordings.text import decoded

MOST = 4 * 2**30
"""B, of a file that is read as a whole; HDF5 is read in parts."""
MOST_SIDECAR = 2**20
NEEDS_H5PY = "NWB and MATLAB 7.3 files"


def recording(path: Path, ready: Callable[[], None] = lambda: None) -> Recording:
    """What a file, or an openhdemg module folder, holds.

    Args:
        path: of the file.
        ready: called once the libraries that the format needs are loaded.

    Raises:
        RecordingError: it does not hold what is needed; one sentence.
        ImportError: HDF5 without h5py.
    """
    found = _read(path, ready, only_force=False)
    assert isinstance(found, Recording)
    return found


def force(path: Path, ready: Callable[[], None] = lambda: None) -> tuple[Force, str]:
    """The force of a table (time_s,force) or of a recording, and a remark.

    Raises:
        RecordingError: there is none.
        ImportError: HDF5 without h5py.
    """
    found = _read(path, ready, only_force=True)
    if isinstance(found, Recording):
        if found.force is None:
            raise RecordingError(f"{path.name} holds no force. Give a table with the columns time_s,force.")
        return found.force, ""
    course, remark = once_each(found[0])
    return course, "; ".join(filter(None, (found[1], remark)))


def sidecar(path: Path) -> Path | None:
    """The JSON file beside the events of BIDS; None if there is none."""
    stem = path.name
    for ending in (".gz", ".tsv", ".csv", ".txt"):
        stem = stem.removesuffix(ending)
    beside = path.with_name(f"{stem}.json")
    wanted = stem.endswith("_events") and beside != path and beside.is_file()
    return beside if wanted and beside.stat().st_size <= MOST_SIDECAR else None


def _read(path: Path, ready: Callable[[], None], *, only_force: bool) -> Recording | tuple[Force, str]:
    path = path if path.name else path.resolve()
    name = path.name
    if path.is_dir():
        from sim.results.recordings import openhdemg_module

        ready()
        return openhdemg_module.read(path)
    with path.open("rb") as file:
        head = file.read(kinds.HEAD)
    if kinds.is_hdf5(head):
        return _hdf5(path, name, ready)
    if path.stat().st_size > MOST:
        raise RecordingError(f"{name} has more than {MOST // 2**30} GiB, too much to read. Export the units as CSV.")
    data = contents(name, path.read_bytes())
    head = data[: kinds.HEAD]
    if kinds.is_hdf5(head):
        return _hdf5(io.BytesIO(data), name, ready)
    if kinds.is_matlab_5(head):
        from sim.results.recordings import decomposers, matlab

        matlab.library()
        ready()
        return decomposers.read(name, *matlab.level_5(io.BytesIO(data), name, decomposers.WANTED))
    if is_arrays(data):
        from sim.results.recordings import npz

        ready()
        return npz.read(name, data)
    if named := kinds.other(head):
        raise RecordingError(
            f"{name} is {named}, which is not read. Export the units as CSV with the columns unit,time_s."
        )
    text = decoded(name, data)
    del data
    if kinds.is_json(text):
        from sim.results.recordings import openhdemg_json

        ready()
        return openhdemg_json.read(name, text)
    from sim.results.recordings import csv_table

    ready()
    return csv_table.read_force(name, text) if only_force else csv_table.read(name, text, _beside(path))


def _hdf5(source: Path | io.BytesIO, name: str, ready: Callable[[], None]) -> Recording:
    from sim.results.recordings import decomposers, hdf5, matlab, nwb

    hdf5.h5py(NEEDS_H5PY)
    ready()
    with hdf5.opened(source, name, NEEDS_H5PY) as file:
        try:
            if any(hdf5.item(file, one) is not None for one in ("signal", "edition", "MUPulses")):
                return decomposers.read(name, *matlab.level_73(file, name, decomposers.WANTED))
            return nwb.read(name, file)
        except (OSError, RuntimeError, KeyError) as problem:
            if isinstance(problem, RecursionError):
                raise
            raise RecordingError(
                f"{name} is a damaged HDF5 file ({' '.join(str(problem).split())[:100]}). If it was cut off, copy it "
                "again; else export it again."
            ) from None


def _beside(path: Path) -> Mapping[str, Any]:
    """What the JSON file beside the events of BIDS says; nothing if it is damaged."""
    beside = sidecar(path)
    if beside is None:
        return {}
    try:
        said = json.loads(beside.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
