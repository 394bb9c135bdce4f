"""What readers of recordings hand over: discharges by unit, a force, trials, and what had to be mended."""

from collections.abc import Mapping
from enum import IntFlag
from typing import NamedTuple

import numpy as np


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


class Trial(NamedTuple):
    """What a column such as `trial` sets apart: the same units again, on a clock of its own."""

    name: str
    trains: Mapping[str, np.ndarray]  # s, (discharge,), by the label of the unit
    force: Force | None = None


class Contraction(NamedTuple):
    """A part of a recording that is measured by itself."""

    number: int  # from 1
    start: float  # s
    stop: float  # s, start and stop included
    trial: Trial  # what it is a part of


def once_each(force: Force) -> tuple[Force, str]:
    """The same force with equal times averaged, as 2048 Hz written to the millisecond repeats them, and a remark."""
    time, values = np.asarray(force.time, float), np.asarray(force.values, float)
    same = np.diff(time) == 0
    if time.shape != values.shape or not same.any() or (np.diff(time) < 0).any():
        return force, ""
    first = np.r_[True, ~same]
    which = np.cumsum(first) - 1
    known = np.isfinite(values)
    count = np.bincount(which, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.bincount(which, np.where(known, values, 0)) / count
    return Force(time[first], means, force.units), (
        f"the force repeats {int(same.sum())} of its {len(time)} times, which have too few digits; values at equal "
        "times are averaged"
    )
