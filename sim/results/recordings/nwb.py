"""Neurodata Without Borders (NWB 2): the Units table, and a force or torque among the series.

`spike_times` of the table holds the times of all units behind one another, `spike_times_index` where each unit ends.
The table is looked for at `/units`, then in every processing module and the rest of the file; a force, among all
series by its name. A column `quality` (or `unit_quality`) is kept. Source: the NWB schema 2.7,
https://nwb-schema.readthedocs.io. NWB is HDF5, see `hdf5`."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from sim.results.recordings import hdf5
from sim.results.recordings.parts import Force, RecordingError
from sim.results.recordings.recording import Recording

LABELS = ("label", "unit_name", "unit_label", "unit_id", "id")
QUALITY = ("quality", "unit_quality")
FORCES = ("force", "torque", "moment", "dynamometer", "load cell", "load_cell", "loadcell")
DEEPEST, MOST_GROUPS = 6, 5000


def read(name: str, file: Any) -> Recording:
    """Discharges of the Units table, named by its `label`, else its `id`.

    Raises:
        RecordingError: the file has no Units table or several, or several series may be the force.
    """
    groups = dict(_groups(file))
    units = _units(name, groups)
    times = np.ravel(hdf5.numbers(hdf5.item(units, "spike_times"), name))
    ends = np.ravel(hdf5.numbers(hdf5.item(units, "spike_times_index"), name))
    if len(ends) and (ends[-1] > len(times) or ends[0] < 0 or not (np.diff(ends) >= 0).all()):
        raise RecordingError(f"the Units table of {name} ends at {ends[-1]:g} of {len(times)} times. Export it again.")
    ends = ends.astype(np.int64)  # stored in the smallest unsigned type, which wraps
    labels = _labels(name, units, len(ends))
    resolution = hdf5.attribute(hdf5.item(units, "spike_times"), "resolution", 0)
    resolution = float(resolution) if isinstance(resolution, int | float | np.number) else 0.0
    muscles = _column(name, units, ("muscle",), len(ends))
    quality = _column(name, units, QUALITY, len(ends))
    return Recording(
        name=name,
        trains={label: times[a:b] for label, a, b in zip(labels, np.r_[0, ends[:-1]], ends, strict=True)},
        fs_hz=1 / resolution if resolution > 0 else None,
        force=_force(name, groups),
        muscle=", ".join(sorted(set(muscles))),
        task=hdf5.told(file, "general/experiment_description", name),
        note=hdf5.told(file, "general/notes", name),
        quality=dict(zip(labels, quality, strict=True)) if quality else {},
    )


def _groups(file: Any) -> Iterator[tuple[str, Any]]:
    """Every group of the file by its path, the shallow first; links are followed inside the file only."""
    waiting, seen = [("", file, 0)], 0
    while waiting and seen < MOST_GROUPS:
        path, group, depth = waiting.pop(0)
        seen += 1
        yield path or "/", group
        if depth == DEEPEST:
            continue
        for name in hdf5.names(group):
            inside = hdf5.item(group, name)
            if inside is not None and not hdf5.is_dataset(inside) and hasattr(inside, "keys"):
                waiting.append((f"{path}/{name}", inside, depth + 1))


def _units(name: str, groups: dict[str, Any]) -> Any:
    tables = [
        path
        for path, group in groups.items()
        if all(hdf5.is_dataset(hdf5.item(group, part)) for part in ("spike_times", "spike_times_index"))
    ]
    at_home = [path for path in tables if path == "/units"]
    if not tables:
        top = ", ".join(path.strip("/") for path in groups if path.count("/") == 1 and path != "/") or "nothing"
        modules = ", ".join(path.split("/")[2] for path in groups if path.count("/") == 2 and "/processing/" in path)
        raise RecordingError(
            f"{name} has no units/spike_times with an index (it has {top}); searched were /units, the processing "
            "modules "
            f"({modules or 'none'}) and all other groups. Export the sorted or decomposed units."
        )
    if len(tables) > 1 and not at_home:
        raise RecordingError(
            f"{name} has several tables of units ({', '.join(tables[:5])}). Keep one, or write it as CSV (unit,time_s)."
        )
    return groups[(at_home or tables)[0]]


def _labels(name: str, units: Any, count: int) -> list[str]:
    """Labels of the units if each has its own, else their ids, else their numbers."""
    for column in LABELS:
        found = _column(name, units, (column,), count)
        if found and len(set(found)) == count:
            return found
    return [*map(str, range(count))]


def _column(name: str, units: Any, columns: tuple[str, ...], count: int) -> list[str]:
    """A column with one text for each unit; empty where there is none."""
    for column in columns:
        found = hdf5.item(units, column)
        if hdf5.is_dataset(found) and found.shape == (count,) and found.dtype.kind in "iufOSU":
            return hdf5.texts(found, name)
    return []


def _force(name: str, groups: dict[str, Any]) -> Force | None:
    series = {
        path: group
        for path, group in groups.items()
        if any(word in path.rpartition("/")[2].lower() for word in FORCES) and hdf5.is_dataset(hdf5.item(group, "data"))
    }
    if not series:
        return None
    if len(series) > 1:
        short = ", ".join(sorted(path.rpartition("/")[2] for path in series)[:5])
        raise RecordingError(
            f"{name} has several series that may be the force ({short}). "
            "Write the right one as CSV (time_s,force) and add force=THAT.csv."
        )
    (group,) = series.values()
    data = hdf5.item(group, "data")
    values = hdf5.numbers(data, name)
    values = values * float(hdf5.attribute(data, "conversion", 1.0)) + float(hdf5.attribute(data, "offset", 0.0))
    if values.ndim == 2 and 1 in values.shape:
        values = values.ravel()
    if values.ndim != 1:
        raise RecordingError(
            f"the force of {name} has the shape {values.shape}, but one course in time is needed. "
            "Write it as CSV (time_s,force) and add force=THAT.csv."
        )
    stamps, start = hdf5.item(group, "timestamps"), hdf5.item(group, "starting_time")
    if hdf5.is_dataset(stamps):
        time = np.ravel(hdf5.numbers(stamps, name))
    elif hdf5.is_dataset(start) and "rate" in start.attrs:
        first = np.ravel(hdf5.numbers(start, name))
        time = float(first[0]) + np.arange(len(values)) / float(start.attrs["rate"])
    else:
        raise RecordingError(f"the force of {name} has neither timestamps nor a rate. Export it again.")
    units = hdf5.attribute(data, "unit", "")
    return Force(time, values, units if isinstance(units, str) else "")
