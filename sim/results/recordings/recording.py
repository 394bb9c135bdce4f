"""A recording of motor units as a result: a Dataset with the dimensions and names of a simulated one.

Each contraction is one `sample` of a result, with its number (`contraction`) and times (`start`, `stop`, s). What
differs: a discharge is a sample of the recorder (`spike_sample`, counts of 1/fs) or, where the times lie on no such
grid, a float time (`spike_time`, s); `label` is the name that the file gives a unit, and `quality` what it says of
it; `force` (sample, time) is the force or torque, NaN outside the contraction; and `flag` says what had to be mended
in a unit's discharges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.results.recordings.contractions import contraction_windows, long_silences
from sim.results.recordings.parts import Contraction, Flag, Force, RecordingError, Trial, once_each

if TYPE_CHECKING:
    import xarray as xr

OFF_GRID = 0.05  # 1/fs; times closer than this to a sample of the recorder are that sample, written with few decimals
NO_UNIT = "unit not given"  # of a force
LATEST = 1e11  # s; three thousand years
FASTEST = 1e7  # Hz; samples of LATEST are whole numbers of 64 bits
MOST_CELLS = 20_000_000  # of the table of discharges, contractions times units times the longest train


@dataclass(frozen=True, eq=False)
class Recording:
    """What a file holds.

    Args:
        name: of the file, without its folder.
        trains: s, (discharge,), by the label of the unit; in any order, NaN where there is no time.
        fs_hz: Hz, sampling rate of the recorder; None where the file does not say.
        force: force or torque, if there is one; equal times are averaged, and it is remarked.
        muscle, task, note: in words; the note stands on the figure.
        trials: what the file sets apart, instead of `trains` and `force`; each is a contraction.
        quality: what the file says of a unit, by its label.
        remarks: what reading had to decide, for the one who looks at the result.
        only: number of the contraction that is measured, from 1; None for each.

    Raises:
        RecordingError: there is no unit, or the sampling rate, a time or the force cannot be.
    """

    name: str
    trains: Mapping[str, np.ndarray]
    fs_hz: float | None = None
    force: Force | None = None
    muscle: str = ""
    task: str = ""
    note: str = ""
    trials: tuple[Trial, ...] = ()
    quality: Mapping[str, str] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    only: int | None = None

    def __post_init__(self) -> None:
        for words in ("name", "muscle", "task", "note"):
            object.__setattr__(self, words, _writable(getattr(self, words)))
        if not self.labels:
            raise RecordingError(f"{self.name} holds no motor unit. Export the discharges again, or choose the file.")
        if self.fs_hz is not None and not (np.isfinite(self.fs_hz) and 0 < self.fs_hz <= FASTEST):
            raise RecordingError(
                f"{self.name} has a sampling rate of {self.fs_hz} Hz. Correct it to a number above 0 and up to "
                f"{FASTEST:g}, or leave it out."
            )
        self._check_size(len(self.parts))
        for trial in self.parts:
            self._check_trains(trial.trains)
        forces = [trial.force and once_each(trial.force) for trial in self.parts]
        for found in filter(None, forces):
            self._check_force(found[0])
        remarks = (*self.remarks, *(found[1] for found in forces if found and found[1]))
        object.__setattr__(self, "remarks", tuple(dict.fromkeys(remarks)))
        mended = tuple(
            trial._replace(force=found and found[0]) for trial, found in zip(self.parts, forces, strict=True)
        )
        object.__setattr__(self, "trials" if self.trials else "force", mended if self.trials else mended[0].force)

    @property
    def parts(self) -> tuple[Trial, ...]:
        """The trials; the whole as one where the file sets none apart."""
        return self.trials or (Trial("", self.trains, self.force),)

    @property
    def labels(self) -> tuple[str, ...]:
        """Labels of all units, in the order of the file."""
        return tuple(dict.fromkeys(label for trial in self.parts for label in trial.trains))

    def contractions(self) -> tuple[Contraction, ...]:
        """Every contraction: the trials, or else what is found by silences of all units and the force."""
        if self.trials:
            ends = [contraction_windows(*_arrays(trial)).ravel().tolist() for trial in self.trials]
            return tuple(
                Contraction(k, all_ends[0], all_ends[-1], trial)
                for k, (all_ends, trial) in enumerate(zip(ends, self.trials, strict=True), 1)
            )
        (whole,) = self.parts
        windows = contraction_windows(*_arrays(whole)).tolist()
        return tuple(Contraction(k, start, stop, whole) for k, (start, stop) in enumerate(windows, 1))

    def dataset(self) -> "xr.Dataset":
        """The recording as a result: (sample, unit, spike), and (sample, time) with a force; a sample a contraction."""
        import xarray as xr

        from sim.results.schema import NO_SPIKE, STATUS
        from sim.results.status import Status

        found = [one for one in self.contractions() if self.only in (None, one.number)]
        self._check_size(len(found))
        on_grid = self.fs_hz is not None and all(
            _on_grid(np.asarray(train, float) * self.fs_hz) for part in self.parts for train in part.trains.values()
        )
        grid = self.fs_hz if on_grid else None
        mended = [self._cut(one, grid) for one in found]
        rows = [[train if grid is None else np.rint(train * grid) for train, _ in one] for one in mended]
        longest = max(1, *(len(train) for row in rows for train in row))
        table = np.full((len(found), len(self.labels), longest), np.nan)
        for sample, row in zip(table, rows, strict=True):
            for unit, train in zip(sample, row, strict=True):
                unit[: len(train)] = train
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
                units, np.isfinite(table).sum(axis=2).astype(np.int32), {"units": "1", "long_name": "discharges"}
            ),
            "flag": xr.Variable(
                units,
                np.array([[int(flag) for _, flag in one] for one in mended], np.uint8),
                {"units": "1", "long_name": "what was mended in the discharges", **flags},
            ),
        }

        def along(dim: str, values: Any, long_name: str, dtype: type = object, **said: str) -> xr.Variable:
            return xr.Variable(dim, np.array(values, dtype), {"long_name": long_name, **said})

        samples, labels = range(len(found)), self.labels
        coordinates: dict[str, xr.Variable] = {
            "sample": along("sample", samples, "contraction of the recording", int),
            "contraction": along("sample", [x.number for x in found], "number of the contraction", int, units="1"),
            "start": along("sample", [x.start for x in found], "start of the contraction", float, units="s"),
            "stop": along("sample", [x.stop for x in found], "end of the contraction", float, units="s"),
            "unit": along("unit", range(len(labels)), "recorded unit", int),
            "label": along("unit", labels, "name of the unit"),
            "population": along("unit", [self.muscle or "recorded"] * len(labels), "muscle of the unit"),
            STATUS.name: xr.Variable("sample", np.full(len(found), Status.DONE, np.int8), STATUS.attributes),
        }
        if self.trials:
            coordinates["trial"] = along("sample", [x.trial.name for x in found], "what the file calls the contraction")
        if self.quality:
            said = [self.quality.get(label, "") for label in labels]
            coordinates["quality"] = along("unit", said, "quality of the unit, as the file says it")
        forces = [x.trial.force for x in found if x.trial.force is not None]
        if forces:
            clock = forces[0].time if len(forces) == 1 else np.unique(np.concatenate([f.time for f in forces]))
            variables["force"] = xr.Variable(
                ("sample", "time"),
                np.stack([_force_within(one, np.asarray(clock, float), alone=len(found) == 1) for one in found]),
                {"units": forces[0].units or NO_UNIT, "long_name": "force or torque"},
            )
            coordinates["time"] = along("time", clock, "time", float, units="s")
        remarks = [*self.remarks, *self._silences(found)]
        said = {"recording": self.name, "muscle": self.muscle, "task": self.task, "note": self.note}
        attributes = {**said, "remarks": remarks, **({} if self.fs_hz is None else {"fs_hz": float(self.fs_hz)})}
        return xr.Dataset(variables, coordinates, attributes)

    def _cut(self, one: Contraction, grid: float | None) -> list[tuple[np.ndarray, Flag]]:
        """The discharges of each unit within a contraction, on the samples of a rate, and what was mended in it."""
        found = []
        for label in self.labels:
            train = np.asarray(one.trial.trains.get(label, ()), dtype=float)
            train, flag = _mended(train if grid is None else np.rint(train * grid) / grid)
            found.append((train[(train >= one.start) & (train <= one.stop)], flag))
        return found

    def _silences(self, found: Sequence[Contraction]) -> list[str]:
        return [
            f"all units are silent from {start:.4g} to {stop:.4g} s within what is taken as one contraction; "
            "window=[from,to] measures a part"
            for one in found
            for start, stop in long_silences(_arrays(one.trial)[0], one.start, one.stop)
        ]

    def _check_size(self, contractions: int) -> None:
        longest = max([1, *(len(train) for trial in self.parts for train in trial.trains.values())])
        if contractions * len(self.labels) * longest > MOST_CELLS:
            raise RecordingError(
                f"{self.name} has {contractions} contractions of {len(self.labels)} units with up to {longest} "
                "discharges, too many for one recording. Is another column the unit? Export less of it."
            )

    def _check_trains(self, trains: Mapping[str, np.ndarray]) -> None:
        for label, train in trains.items():
            if not (np.isnan(train) | (np.abs(train) <= LATEST)).all():
                raise RecordingError(
                    f"{self.name} has a discharge of the unit {label} at {np.nanmax(np.abs(train)):g} s, which cannot "
                    "be. "
                    "Export it again, in seconds."
                )

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
        if not (np.abs(force.time[[0, -1]]) <= LATEST).all() or np.isinf(force.values).any():
            raise RecordingError(f"the force of {self.name} has infinite values or times. Export it again.")


def _arrays(trial: Trial) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """s, (unit, spike) padded with NaN; and time and values of the force."""
    longest = max([1, *(len(train) for train in trial.trains.values())])
    times = np.full((len(trial.trains), longest), np.nan)
    for row, train in zip(times, trial.trains.values(), strict=True):
        row[: len(train)] = train
    if trial.force is None:
        return times, None, None
    return times, np.asarray(trial.force.time, float), np.asarray(trial.force.values, float)


def _force_within(one: Contraction, clock: np.ndarray, *, alone: bool) -> np.ndarray:
    """(time,), the force of a contraction, NaN outside it."""
    force = one.trial.force
    if force is None:
        return np.full(len(clock), np.nan)
    time, values = np.asarray(force.time, float), np.asarray(force.values, float)
    if len(time) != len(clock) or (time != clock).any():
        values = np.interp(clock, time, values, left=np.nan, right=np.nan)
    return values if alone else np.where((clock >= one.start) & (clock <= one.stop), values, np.nan)


def _writable(text: str) -> str:
    """A text without halves of characters, as names of files and JSON may hold, which no file and no figure takes."""
    return text.encode("utf-8", "replace").decode("utf-8")


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
