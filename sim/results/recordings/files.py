"""Read and write a recording: any format in, told by its content; CSV or NWB out, by the ending of the name."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.disk import writing
from sim.results.recordings import csv_writer, guarded, nwb_writer, openhdemg_module
from sim.results.recordings.datasets import contents
from sim.results.recordings.formats import sidecar
from sim.results.recordings.parts import RecordingError
from sim.results.recordings.selection import selection

if TYPE_CHECKING:
    import xarray as xr

WRITERS = {".csv": csv_writer.write, ".nwb": nwb_writer.write}


def read(
    path: str | Path,
    *,
    force: str | Path | None = None,
    window: Sequence[float | str] | None = None,
    units: Any = None,
    exclude: Any = None,
    contraction: int | str | None = None,
) -> "xr.Dataset":
    """A recording as a result with a sample for each contraction: see `sim.results.recordings.recording`.

    Args:
        path: openhdemg (JSON, module folder), MUedit (.mat, .npz), DEMUSE, NWB, BIDS events or CSV, compressed or not.
        force: a CSV (time_s,force), instead of what the file itself holds.
        window: [from, to], s or texts such as "2 s"; what is outside is not there.
        units, exclude: labels of the units that are measured, or left out.
        contraction: the number of one, from 1, or its name; None or "all" for each.

    Raises:
        RecordingError: there is no such file, or it does not hold what is needed; one sentence.
        ImportError: NWB or MATLAB 7.3 without h5py.
    """
    path = Path(path)
    chosen = selection(window=window, units=units, exclude=exclude, contraction=contraction)
    try:
        with np.errstate(divide="ignore", invalid="ignore"):  # a rate of 0 is refused when the recording is made
            found = guarded.recording(_there(path))
        if force is not None:
            if len(found.trials) > 1:
                raise RecordingError(
                    f"{path.name} has {len(found.trials)} trials, each on a clock of its own, so no force of another "
                    "file can belong to all. Write the force into the table, or each trial into its own file."
                )
            course, remark = guarded.force(_there(Path(force)))
            found = replace(found, force=course, remarks=(*found.remarks, *([remark] if remark else [])))
    except OSError as problem:
        raise RecordingError(f"cannot read {path.name}: {problem.strerror or problem}.") from problem
    return chosen.of(found).dataset()


def files_of(path: str | Path) -> list[Path]:
    """The files that a recording is read from: itself, those of a module folder, the description beside BIDS events.

    Raises:
        RecordingError: there is nothing at the path.
    """
    path = _there(Path(path))
    if path.is_dir():
        return openhdemg_module.files(path)
    return [path, *([beside] if (beside := sidecar(path)) is not None else [])]


def write(dataset: "xr.Dataset", path: str | Path) -> None:
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


def _there(path: Path) -> Path:
    if path.is_dir():
        return path
    if not path.is_file():
        what = "is no file that can be read" if path.exists() else "there is no file"
        said = f"{str(path)!r} {what}" if path.exists() else f"{what} {str(path)!r}"
        raise RecordingError(f"{said}. Correct the path; it is relative to {str(Path.cwd())!r}.")
    if path.stat().st_size == 0:
        raise RecordingError(f"{path.name} is empty. Copy or export it again.")
    return path
