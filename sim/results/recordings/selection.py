"""A part of a recording: some units, a window in time, one contraction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.results.recordings.columns import SECONDS
from sim.results.recordings.parts import Force, RecordingError, Trial
from sim.results.recordings.recording import Recording

EVERY = "all"


@dataclass(frozen=True)
class Selection:
    """What of a recording is measured; made by `selection`.

    Args:
        window: s, from and to, included; None for all.
        units: labels, None for all.
        exclude: labels that are left out.
        contraction: its number from 1, or the name of its trial; None for each by itself.
    """

    window: tuple[float, float] | None = None
    units: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    contraction: int | str | None = None

    def of(self, recording: Recording) -> Recording:
        """The part of a recording.

        Raises:
            RecordingError: it has no such unit, window or contraction; one sentence with what there is.
        """
        found, said = _of_units(recording, self.units, self.exclude), []
        if found is not recording:
            said.append(f"{len(found.labels)} of {len(recording.labels)} units were chosen")
        if self.window is not None:
            found = _within(found, *self.window)
            said.append(f"only what is between {self.window[0]:g} and {self.window[1]:g} s was taken")
        if self.contraction is not None:
            found = _only(found, self.contraction)
            said.append(f"contraction {found.only} of {len(found.contractions())} was chosen")
        return replace(found, remarks=(*found.remarks, *said)) if said else found


def selection(*, window: Any = None, units: Any = None, exclude: Any = None, contraction: Any = None) -> Selection:
    """A selection from what people write.

    Args:
        window: [from, to], each s or a text such as "2 s" or "1500 ms".
        units, exclude: labels, numbers or texts; one of them or several.
        contraction: "all", a number from 1, or the name of a trial.

    Raises:
        RecordingError: something else; one sentence.
    """
    number = contraction
    if number is None or number == EVERY:
        number = None
    elif isinstance(number, bool) or not isinstance(number, int | str) or (isinstance(number, int) and number < 1):
        raise RecordingError(f"contraction is all, or the number of one, from 1, but it is {contraction!r}.")
    chosen = None if units is None else _labels("units", units)
    if chosen == ():
        raise RecordingError("units is an empty list. Name the units to measure, or leave units out for all.")
    return Selection(None if window is None else _window(window), chosen, _labels("exclude", exclude), number)


def _window(window: Any) -> tuple[float, float]:
    if isinstance(window, str | bytes | Mapping) or not isinstance(window, Iterable) or len(ends := [*window]) != 2:
        raise RecordingError(f"window is [from, to] in seconds, such as window=[0,22], but it is {window!r}.")
    start, stop = (_seconds(end) for end in ends)
    if not start < stop:
        raise RecordingError(f"window is [from, to] in seconds, but {ends[0]} is not before {ends[1]}.")
    return start, stop


def _seconds(value: Any) -> float:
    """s, of a number or a quantity."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, str) and (
        found := re.fullmatch(r"\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?|[+-]?inf)\s*(\S*)\s*", value)
    ):
        factor = SECONDS.get(found[2] or "s")
        if factor is not None and re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+|inf)([eE][+-]?\d+)?", found[1]):
            return float(found[1]) * factor
    raise RecordingError(
        f"window is [from, to] in seconds, such as window=[0,22] or ['2 s','24 s'], but has {value!r}."
    )


def _labels(key: str, value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, Mapping):
        raise RecordingError(f"{key} is a list of units, such as {key}=[1,2], but it is {value!r}.")
    several = [value] if isinstance(value, str | int | float) or not isinstance(value, Iterable) else [*value]
    return tuple(dict.fromkeys(str(one).removesuffix(".0") if isinstance(one, float) else str(one) for one in several))


def _of_units(recording: Recording, units: Sequence[str] | None, exclude: Sequence[str]) -> Recording:
    there = recording.labels
    for key, asked in (("units", units or ()), ("exclude", exclude)):
        lacking = [one for one in asked if one not in there]
        if lacking:
            raise RecordingError(
                f"{key} names {', '.join(lacking)}, but the units of {recording.name} are {_listed(there)}. Correct it."
            )
    kept = [one for one in there if (units is None or one in units) and one not in exclude]
    if not kept:
        raise RecordingError(f"no unit of {recording.name} is left, which has {_listed(there)}. Exclude fewer.")
    if len(kept) == len(there):
        return recording

    def of(trains: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {label: train for label, train in trains.items() if label in kept}

    return replace(
        recording,
        trains=of(recording.trains),
        trials=tuple(trial._replace(trains=of(trial.trains)) for trial in recording.trials),
        quality={label: said for label, said in recording.quality.items() if label in kept},
    )


def _within(recording: Recording, start: float, stop: float) -> Recording:
    fired = np.concatenate([np.zeros(0), *(train for part in recording.parts for train in part.trains.values())])
    fired = fired[np.isfinite(fired)]
    if not ((fired >= start) & (fired <= stop)).any():
        said = f"they are from {fired.min():.6g} to {fired.max():.6g} s" if len(fired) else "there is none"
        raise RecordingError(
            f"{recording.name} has no discharge between {start:g} and {stop:g} s; {said}. Move the window."
        )

    def cut(trial: Trial) -> Trial:
        trains = {label: train[~((train < start) | (train > stop))] for label, train in trial.trains.items()}
        force = trial.force
        if force is not None:
            inside = (force.time >= start) & (force.time <= stop)
            force = Force(force.time[inside], force.values[inside], force.units) if inside.sum() > 1 else None
        return Trial(trial.name, trains, force)

    parts = tuple(map(cut, recording.parts))
    remarks = recording.remarks
    if any(one.force is None and two.force is not None for one, two in zip(parts, recording.parts, strict=True)):
        remarks = (*remarks, "there is no force within the window")
    if recording.trials:
        return replace(recording, trials=parts, remarks=remarks)
    return replace(recording, trains=parts[0].trains, force=parts[0].force, remarks=remarks)


def _only(recording: Recording, contraction: int | str) -> Recording:
    found = recording.contractions()
    named = {one.trial.name: one.number for one in found if one.trial.name}
    number = named.get(str(contraction)) if str(contraction) in named else contraction
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    if number not in [one.number for one in found]:
        times = "; ".join(
            f"{one.number}{f' ({one.trial.name})' if one.trial.name else ''}: {one.start:.4g} to {one.stop:.4g} s"
            for one in found[:10]
        )
        raise RecordingError(
            f"there is no contraction {contraction!r} in {recording.name}; it has {len(found)} ({times}). Choose one "
            "of "
            "these, or a window=[from,to]."
        )
    return replace(recording, only=int(number))


def _listed(labels: Sequence[str]) -> str:
    return ", ".join(labels[:30]) + (f" ... ({len(labels)} in all)" if len(labels) > 30 else "")
