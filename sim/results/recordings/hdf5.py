"""HDF5 files, read without leaving them: links and data outside the file are not followed, and sizes are checked first.

A file may name others: by external links, by data sets whose values lie elsewhere, by virtual data sets put together
from others, and by soft links that lead through these. None is followed. h5py reads HDF5 (the extra `nwb`)."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from sim.results.extras import installing
from sim.results.recordings.parts import RecordingError

MOST_VALUES = 50_000_000
"""Of one data set that is read."""
HOPS = 8
"""Soft links that follow one another."""


def h5py(what: str) -> Any:
    """The library.

    Raises:
        ImportError: it is not installed.
    """
    try:
        import h5py  # pyright: ignore[reportMissingImports] (an extra)
    except ImportError as missing:
        raise ImportError(
            f"{what} need h5py, which is not installed; {installing('nwb')}, or use CSV (unit,time_s)."
        ) from missing
    return h5py


def opened(source: Path | io.BytesIO, name: str, what: str) -> Any:
    """The file, to read.

    Args:
        source: where it lies, or its bytes.
        name: of the file, for errors.
        what: kinds of files that need the library, for its error.

    Raises:
        RecordingError: it is cut off or no HDF5.
        ImportError: the library is not installed.
    """
    library = h5py(what)
    try:
        return library.File(source, "r")
    except (OSError, RuntimeError, ValueError) as problem:
        raise RecordingError(
            f"{name} is no whole HDF5 file ({' '.join(str(problem).split())[:120]}). If it was cut off, copy it again; "
            "else export it again."
        ) from None


def item(group: Any, path: str, hops: int = HOPS) -> Any:
    """What lies at a path within a group; None if there is nothing, or if the way there leaves the file."""
    library = h5py("HDF5 files")
    here = group
    for part in path.strip("/").split("/"):
        if not isinstance(here, library.Group) or not part or part in (".", ".."):
            return None
        link = here.get(part, getlink=True)
        if isinstance(link, library.SoftLink):
            if hops < 1:
                return None
            start = here.file if link.path.startswith("/") else here
            here = item(start, link.path, hops - 1)
        elif isinstance(link, library.HardLink):
            here = here.get(part)
        else:
            return None
        if here is None:
            return None
    return here


def names(group: Any, most: int = 10_000) -> list[str]:
    """Names of what lies in a group."""
    return [str(name) for name, _ in zip(group, range(most), strict=False)]


def is_dataset(thing: Any) -> bool:
    """Whether a thing holds values."""
    return hasattr(thing, "dtype") and hasattr(thing, "shape")


def array(dataset: Any, name: str) -> np.ndarray:
    """The values of a data set.

    Raises:
        RecordingError: it is no data set, too large, or its values lie in another file.
    """
    if not is_dataset(dataset):
        raise RecordingError(f"{name} has a group where values should be. Export it again.")
    if dataset.is_virtual or dataset.external:
        raise RecordingError(
            f"{dataset.name} of {name} lies in another file, which is not followed. Export one whole file."
        )
    if dataset.size is not None and dataset.size > MOST_VALUES:
        raise RecordingError(f"{dataset.name} of {name} has {dataset.size} values, too many for one recording.")
    return dataset[()] if dataset.shape else np.asarray(dataset[()])


def numbers(dataset: Any, name: str) -> np.ndarray:
    """float, the values of a data set of numbers, in its shape.

    Raises:
        RecordingError: as `array`, or they are no numbers.
    """
    values = array(dataset, name)
    if values.dtype.kind not in "iufb":
        raise RecordingError(
            f"{dataset.name} of {name} should hold numbers, but holds {values.dtype}. Export it again."
        )
    return values.astype(float)


def texts(dataset: Any, name: str) -> list[str]:
    """The values of a data set as texts."""
    values = np.ravel(array(dataset, name))
    return [value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in values]


def told(group: Any, path: str, name: str) -> str:
    """The text at a path; empty where there is none."""
    found = item(group, path)
    return " ".join(texts(found, name)[:1]) if is_dataset(found) and found.size == 1 else ""


def attribute(thing: Any, key: str, default: Any = None) -> Any:
    """An attribute; bytes as text."""
    value = thing.attrs.get(key, default)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value
