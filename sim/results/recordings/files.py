"""Read and write a recording by the ending of its file's name."""

from dataclasses import replace
from pathlib import Path

import xarray as xr

from sim.results.disk import writing
from sim.results.recordings import csv_table, nwb, openhdemg_json
from sim.results.recordings.datasets import contents
from sim.results.recordings.recording import RecordingError

READERS = {
    ".csv": csv_table.read,
    ".tsv": csv_table.read,
    ".txt": csv_table.read,
    ".json": openhdemg_json.read,
    ".gz": openhdemg_json.read,
    ".nwb": nwb.read,
    ".h5": nwb.read,
}
WRITERS = {".csv": csv_table.write, ".nwb": nwb.write}


def read(path: str | Path, *, force: str | Path | None = None) -> xr.Dataset:
    """A recording as a result of one sample: see `sim.results.recordings.recording`.

    Args:
        path: CSV (unit,time_s), openhdemg JSON, or NWB with a Units table.
        force: a CSV (time_s,force), instead of what the file itself holds.

    Raises:
        RecordingError: there is no such file, or it does not hold what is needed; one sentence.
        ImportError: NWB without h5py.
    """
    path = Path(path)
    if path.suffix.lower() not in READERS:
        raise RecordingError(
            f"{path.name} ends in {path.suffix!r}, which is no known format (known: {', '.join(READERS)}). "
            "Export the units as CSV with the columns unit,time_s."
        )
    try:
        found = READERS[path.suffix.lower()](_file(path))
        if force is not None:
            found = replace(found, force=csv_table.read_force(_file(Path(force))))
    except OSError as problem:
        raise RecordingError(f"cannot read {path.name}: {problem.strerror or problem}.") from problem
    return found.dataset()


def write(dataset: xr.Dataset, path: str | Path) -> None:
    """Write a recording (of `read` or `simulated`) as CSV or NWB, by the ending of the name.

    Raises:
        RecordingError: no such format.
        StoreError: the disk refuses.
        ImportError: NWB without h5py.
    """
    path = Path(path)
    if path.suffix.lower() not in WRITERS:
        raise RecordingError(f"cannot write {path.name}. Name it with one of the endings {', '.join(WRITERS)}.")
    with writing("the recording", path, dataset.nbytes):
        WRITERS[path.suffix.lower()](contents(dataset), path)


def _file(path: Path) -> Path:
    if not path.is_file():
        raise RecordingError(
            f"there is no recording {str(path)!r}. Correct the path; it is relative to {str(Path.cwd())!r}."
        )
    if path.stat().st_size == 0:
        raise RecordingError(f"{path.name} is empty. Copy or export it again.")
    return path
