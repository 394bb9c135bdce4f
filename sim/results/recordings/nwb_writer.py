"""A recording as a small whole file of NWB 2.7: its header, the Units table with the columns `label`, `muscle` and
`quality`, and the series `acquisition/force`. h5py writes it (the extra `nwb`).
"""

import uuid
from pathlib import Path
from typing import Any

import numpy as np

from sim.results.recordings.hdf5 import h5py
from sim.results.recordings.recording import NO_UNIT, Recording

START = "1970-01-01T00:00:00+00:00"
"""Stands for a start that is not known; NWB asks for one."""


def write(recording: Recording, path: Path) -> None:
    """Write a whole NWB file.

    Raises:
        ImportError: h5py is not installed.
    """
    library = h5py("NWB files")
    text = library.string_dtype()
    trains = list(recording.trains.values())
    with library.File(path, "w") as file:

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

        words = {"label": "name of the unit", "muscle": "muscle of the unit", "quality": "quality of the unit"}
        texts = {"label": list(recording.trains)}
        if recording.muscle:
            texts["muscle"] = [recording.muscle] * len(trains)
        if recording.quality:
            texts["quality"] = [recording.quality.get(unit, "") for unit in recording.trains]
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
