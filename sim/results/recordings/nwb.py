"""Neurodata Without Borders (NWB 2): the Units table, and a force or torque among the acquired series.

`units/spike_times` holds the times of all units behind one another, `units/spike_times_index` where each unit ends. NWB
is HDF5, so h5py reads and writes it (the extra `nwb`). What is written is a small whole file of NWB 2.7: its header,
the table with the columns `label` and `muscle`, and the series `acquisition/force`.
"""

import uuid
from pathlib import Path
from typing import Any

import numpy as np

from sim.results.recordings.recording import NO_UNIT, Force, Recording, RecordingError

START = "1970-01-01T00:00:00+00:00"
"""Stands for a start that is not known; NWB asks for one."""


def read(path: Path) -> Recording:
    """Discharges of the Units table, named by its `label`, else its `id`.

    Raises:
        RecordingError: the file is cut off, is no HDF5, or has no Units table; or several series may be the force.
        ImportError: h5py is not installed.
    """
    h5py = _h5py()
    try:
        file = h5py.File(path, "r")
    except OSError as problem:
        raise RecordingError(
            f"{path.name} is no whole NWB file ({problem}). If it was cut off, copy it again; else export it again."
        ) from None
    with file:
        try:
            return _read(h5py, file, path)
        except (OSError, KeyError, TypeError, IndexError) as problem:
            raise RecordingError(
                f"the Units table of {path.name} cannot be read ({' '.join(str(problem).split())}). Export it again."
            ) from None


def _read(h5py: Any, file: Any, path: Path) -> Recording:
    units = file.get("units")
    if units is None or "spike_times" not in units or "spike_times_index" not in units:
        raise RecordingError(
            f"{path.name} has no units/spike_times with an index (it has {', '.join(file) or 'nothing'}). "
            "Export the sorted or decomposed units."
        )
    times = units["spike_times"][:].astype(float)
    ends = units["spike_times_index"][:].astype(np.int64)  # stored in the smallest unsigned type, which wraps
    if len(ends) and (ends[-1] > len(times) or (np.diff(ends) < 0).any()):
        raise RecordingError(
            f"the Units table of {path.name} ends at {ends[-1]} of {len(times)} times. Export it again."
        )
    names = _names(units, len(ends))
    resolution = float(units["spike_times"].attrs.get("resolution", 0) or 0)
    muscles = sorted(set(units["muscle"].asstr()[:])) if "muscle" in units else []
    return Recording(
        name=path.name,
        trains={str(name): times[start:end] for name, start, end in zip(names, np.r_[0, ends[:-1]], ends, strict=True)},
        fs_hz=1 / resolution if resolution > 0 else None,
        force=_force(h5py, file, path),
        muscle=", ".join(muscles),
        task=_told(file, "general/experiment_description"),
        note=_told(file, "general/notes"),
    )


def _names(units: Any, count: int) -> list[str]:
    """Labels of the units if each has its own, else their ids, else their numbers."""
    given = [units["label"].asstr()[:]] if "label" in units else []
    given += [units["id"][:]] if "id" in units else []
    names = ([str(name) for name in column] for column in given)
    return next((column for column in names if len(set(column)) == len(column) == count), [*map(str, range(count))])


def _force(h5py: Any, file: Any, path: Path) -> Force | None:
    series = {
        name: item
        for name, item in file.get("acquisition", {}).items()
        if isinstance(item, h5py.Group) and "data" in item and any(word in name.lower() for word in ("force", "torque"))
    }
    if not series:
        return None
    if len(series) > 1:
        raise RecordingError(
            f"{path.name} has several series that may be the force ({', '.join(sorted(series))}). "
            "Write the right one as CSV (time_s,force) and add force=THAT.csv."
        )
    (item,) = series.values()
    data = item["data"]
    values = data[:].astype(float) * data.attrs.get("conversion", 1.0) + data.attrs.get("offset", 0.0)
    if values.ndim != 1:
        raise RecordingError(
            f"the force of {path.name} has the shape {values.shape}, but one course in time is needed. "
            "Write it as CSV (time_s,force) and add force=THAT.csv."
        )
    if "timestamps" in item:
        time = item["timestamps"][:].astype(float)
    else:
        start = item["starting_time"]
        time = float(start[()]) + np.arange(len(values)) / float(start.attrs["rate"])
    units = data.attrs.get("unit", "")
    return Force(time, values, units if isinstance(units, str) else units.decode())


def write(recording: Recording, path: Path) -> None:
    """Write a whole NWB file.

    Raises:
        ImportError: h5py is not installed.
    """
    h5py = _h5py()
    text = h5py.string_dtype()
    trains = list(recording.trains.values())
    with h5py.File(path, "w") as file:

        def typed(item: Any, kind: str, namespace: str = "core", **attributes: Any) -> Any:
            # The identity follows from the content, so that the same recording gives the same file.
            identity = uuid.uuid5(uuid.NAMESPACE_OID, f"{recording.name}:{item.name}")
            named = {"neurodata_type": kind, "namespace": namespace, "object_id": str(identity), **attributes}
            for name, value in named.items():
                item.attrs[name] = value
            return item

        typed(file, "NWBFile", nwb_version="2.7.0")
        for name in ("acquisition", "analysis", "processing", "stimulus/presentation", "stimulus/templates", "general"):
            file.create_group(name)
        file["identifier"] = recording.name
        file["session_description"] = f"Motor units of {recording.name}. {recording.note}".strip()
        file["session_start_time"] = file["timestamps_reference_time"] = START
        file.create_dataset("file_create_date", data=[START], dtype=text, maxshape=(None,))
        for place, told in (("general/experiment_description", recording.task), ("general/notes", recording.note)):
            if told:
                file[place] = told

        words = {"label": "name of the unit", "muscle": "muscle of the unit"}
        texts = {"label": list(recording.trains), "muscle": [recording.muscle] * len(trains)}
        if not recording.muscle:
            del texts["muscle"]
        units = typed(file.create_group("units"), "Units", description="decomposed motor units")
        units.attrs.create("colnames", ["spike_times", *texts], dtype=text)
        typed(
            units.create_dataset("id", data=np.arange(len(trains))),
            "ElementIdentifiers",
            "hdmf-common",
        )
        times = typed(
            units.create_dataset("spike_times", data=np.concatenate([np.zeros(0), *trains])),
            "VectorData",
            "hdmf-common",
            description="s, the discharges of all units",
        )
        if recording.fs_hz is not None:
            times.attrs["resolution"] = 1 / recording.fs_hz
        ends = typed(
            units.create_dataset("spike_times_index", data=np.cumsum([len(t) for t in trains]).astype(np.uint64)),
            "VectorIndex",
            "hdmf-common",
            description="where the discharges of each unit end",
        )
        ends.attrs["target"] = times.ref
        for name, values in texts.items():
            column = units.create_dataset(name, data=values, dtype=text)
            typed(column, "VectorData", "hdmf-common", description=words[name])

        if recording.force is not None:
            series = typed(
                file.create_group("acquisition/force"),
                "TimeSeries",
                description="force or torque",
                comments="no comments",
            )
            data = series.create_dataset("data", data=recording.force.values)
            data.attrs.update(conversion=1.0, offset=0.0, resolution=-1.0, unit=recording.force.units or NO_UNIT)
            stamps = series.create_dataset("timestamps", data=recording.force.time)
            stamps.attrs.update(interval=np.int32(1), unit="seconds")


def _told(file: Any, place: str) -> str:
    return str(file[place].asstr()[()]) if place in file else ""


def _h5py() -> Any:
    try:
        import h5py  # pyright: ignore[reportMissingImports] (an extra)
    except ImportError as missing:
        raise ImportError(
            "NWB files need h5py, which is not installed. Install the extra 'nwb' (pip install 'sherrington[nwb]'), or "
            "use CSV (unit,time_s)."
        ) from missing
    return h5py
