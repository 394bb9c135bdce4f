"""A recording of motor units as a result: a Dataset with the dimensions and names of a simulated one.

It is one `sample` of a result. What differs: a discharge is a sample of the recorder (`spike_sample`, counts of 1/fs)
or, where the times lie on no such grid, a float time (`spike_time`, s); `label` is the name that the file gives a unit;
`force` (sample, time) is the force or torque; and `flag` says what had to be mended in a unit's discharges.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntFlag
from typing import NamedTuple

import numpy as np
import xarray as xr

from sim.results.schema import NO_SPIKE, STATUS
from sim.results.status import Status

OFF_GRID = 0.05  # 1/fs; times closer than this to a sample of the recorder are that sample, written with few decimals
NO_UNIT = "unit not given"  # of a force
FLOAT = "{:.12g}"  # enough for a microsecond in a day


class RecordingError(ValueError):
    """A recording cannot be read or written; the message says what was asked, what was found and what to do."""


class Flag(IntFlag):
    """What was mended in a unit's discharges; several add up, 0 is a unit taken as it came."""

    UNSORTED = 1  # discharges out of order, now sorted
    DUPLICATES = 2  # discharges at the same time, now one
    NO_TIME = 4  # discharges without a time, now left out


class Force(NamedTuple):
    """Force or torque, known at some times."""

    time: np.ndarray  # s, (time,), increasing
    values: np.ndarray  # (time,), NaN where it is not known
    units: str = ""  # "N", "% MVC" ...; empty where the file does not say


@dataclass(frozen=True, eq=False)
class Recording:
    """What a file holds.

    Args:
        name: of the file, without its folder.
        trains: s, (discharge,), by the label of the unit; in any order, NaN where there is no time.
        fs_hz: Hz, sampling rate of the recorder; None where the file does not say.
        force: force or torque, if there is one.
        muscle, task, note: in words; the note stands on the figure.

    Raises:
        RecordingError: there is no unit, or the sampling rate or the force cannot be.
    """

    name: str
    trains: Mapping[str, np.ndarray]
    fs_hz: float | None = None
    force: Force | None = None
    muscle: str = ""
    task: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        if not self.trains:
            raise RecordingError(f"{self.name} holds no motor unit. Export the discharges again, or choose the file.")
        if self.fs_hz is not None and not (np.isfinite(self.fs_hz) and self.fs_hz > 0):
            raise RecordingError(
                f"{self.name} has a sampling rate of {self.fs_hz} Hz. Correct it to a number above 0, or leave it out."
            )
        if self.force is not None:
            self._check_force(self.force)

    def _check_force(self, force: Force) -> None:
        if len(force.time) < 2 or len(force.time) != len(force.values):
            raise RecordingError(
                f"the force of {self.name} has {len(force.time)} times and {len(force.values)} values. "
                "Give it at least two times and one value for each, or leave it out."
            )
        backwards = np.flatnonzero(~(np.diff(force.time) > 0))
        if len(backwards):
            at = backwards[0]
            raise RecordingError(
                f"the times of the force of {self.name} must increase, but {force.time[at]:g} s is followed by "
                f"{force.time[at + 1]:g} s (number {at + 2}). Sort them and give each time once."
            )

    def dataset(self) -> xr.Dataset:
        """The recording as a result of one sample: (sample, unit, spike), and (sample, time) with a force."""
        trains = [np.asarray(train, dtype=float) for train in self.trains.values()]
        on_grid = self.fs_hz is not None and all(_on_grid(train * self.fs_hz) for train in trains)
        if on_grid:
            trains = [np.rint(train * self.fs_hz) for train in trains]
        mended = [_mended(train) for train in trains]
        longest = max(1, *(len(train) for train, _ in mended))
        table = np.full((1, len(trains), longest), np.nan)
        for row, (train, _) in zip(table[0], mended, strict=True):
            row[: len(train)] = train
        spikes = (
            xr.Variable(
                ("sample", "unit", "spike"),
                np.where(np.isnan(table), NO_SPIKE, table).astype(np.int64),
                {
                    "units": "1",
                    "long_name": "sample of the recorder at each discharge, from 0",
                    "fs_hz": self.fs_hz,
                    "padding": NO_SPIKE,
                },
            )
            if on_grid
            else xr.Variable(("sample", "unit", "spike"), table, {"units": "s", "long_name": "time of each discharge"})
        )
        units = ("sample", "unit")
        flags = {"flag_masks": [int(f) for f in Flag], "flag_meanings": " ".join(str(f.name).lower() for f in Flag)}
        variables: dict[str, xr.Variable] = {
            "spike_sample" if on_grid else "spike_time": spikes,
            "n_spikes": xr.Variable(
                units,
                np.array([[len(train) for train, _ in mended]], np.int32),
                {"units": "1", "long_name": "discharges"},
            ),
            "flag": xr.Variable(
                units,
                np.array([[int(flag) for _, flag in mended]], np.uint8),
                {"units": "1", "long_name": "what was mended in the discharges", **flags},
            ),
        }
        coordinates: dict[str, xr.Variable] = {
            "sample": xr.Variable("sample", [0], {"long_name": "recording"}),
            "unit": xr.Variable("unit", np.arange(len(trains)), {"long_name": "recorded unit"}),
            "label": xr.Variable("unit", np.array(list(self.trains), object), {"long_name": "name of the unit"}),
            "population": xr.Variable(
                "unit", np.array([self.muscle or "recorded"] * len(trains), object), {"long_name": "muscle of the unit"}
            ),
            STATUS.name: xr.Variable("sample", np.array([Status.DONE], np.int8), STATUS.attributes),
        }
        if self.force is not None:
            variables["force"] = xr.Variable(
                ("sample", "time"),
                np.asarray(self.force.values, dtype=float)[None],
                {"units": self.force.units or NO_UNIT, "long_name": "force or torque"},
            )
            coordinates["time"] = xr.Variable(
                "time", np.asarray(self.force.time, dtype=float), {"units": "s", "long_name": "time"}
            )
        said = {"recording": self.name, "muscle": self.muscle, "task": self.task, "note": self.note}
        attributes = {**said, **({} if self.fs_hz is None else {"fs_hz": float(self.fs_hz)})}
        return xr.Dataset(variables, coordinates, attributes)


def _on_grid(samples: np.ndarray) -> bool:
    """Whether all times, in samples, are whole and none is negative, which no sample of a recorder is."""
    known = samples[np.isfinite(samples)]
    return bool((np.abs(known - np.rint(known)) < OFF_GRID).all() and (np.rint(known) >= 0).all())


def _mended(train: np.ndarray) -> tuple[np.ndarray, Flag]:
    """The discharges with a time, increasing, each once; and what that took."""
    flag = Flag(0)
    known = train[np.isfinite(train)]
    if len(known) and len(known) < len(train):
        flag |= Flag.NO_TIME
    if (np.diff(known) < 0).any():
        flag |= Flag.UNSORTED
    once = np.unique(known)
    if len(once) < len(known):
        flag |= Flag.DUPLICATES
    return once, flag
