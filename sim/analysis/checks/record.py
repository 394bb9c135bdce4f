"""A recording as the checks see it, and what a check says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import IntFlag
from typing import NamedTuple

import numpy as np


class Lost(IntFlag):
    """What of a unit cannot be measured; several add up, 0 is a unit of which all can."""

    RECRUITMENT = 1  # it fires before the record begins: no recruitment, and no ΔF as a test unit
    DERECRUITMENT = 2  # it fires after the record ends
    EVERYTHING = 4
    BRACE = 8  # no brace height: the force does not follow the contraction


NOTHING = Lost(0)


@dataclass(frozen=True, eq=False)
class Record:
    """One contraction of a recording.

    Args:
        times: s, (unit, spike), increasing, padded with NaN, as they were decomposed.
        names: of the units, as the file gives them.
        qualities: of the units, in the words of the file; empty where it says nothing.
        start, stop: s, where the record begins and ends; NaN where that is not known.
        clock, force: s and any unit, (time,); None without a force.
        force_unit: in words; empty where the file gives none.
        shortest_interval: s, a discharge that follows another sooner is a doublet, or one that was detected twice.
        longest_interval: s, a longer interval is a pause.
        plausible: s, from and to: where the median interval of a motor unit lies.
        left_out: words for a quality that is not of a motor unit.
    """

    times: np.ndarray
    names: Sequence[str]
    qualities: Sequence[str] = ()
    start: float = float("nan")
    stop: float = float("nan")
    clock: np.ndarray | None = None
    force: np.ndarray | None = None
    force_unit: str = ""
    shortest_interval: float = 0.01
    longest_interval: float = 0.4
    plausible: tuple[float, float] = (0.02, 0.5)
    left_out: Sequence[str] = field(default=("noise", "artifact", "artefact"))

    @property
    def count(self) -> int:
        """Units."""
        return len(self.times)

    def train(self, unit: int) -> np.ndarray:
        """Discharges of one unit: s, (discharge,)."""
        return self.times[unit][np.isfinite(self.times[unit])].astype(float)


class Doubt(NamedTuple):
    """Something that is doubtful.

    Args:
        words: what was found and what follows, for the headline.
        units: numbers of the units that it is about; empty if it is about the recording.
        remarks: for the table, one for each of them.
        lost: what of them (of all units, if there are none) is not measured.
    """

    words: str
    units: tuple[int, ...] = ()
    remarks: tuple[str, ...] = ()
    lost: Lost = NOTHING


class Check(NamedTuple):
    """One check.

    Args:
        name: of what it looks for.
        find: what it finds in a recording; nothing in one without doubt.
    """

    name: str
    find: Callable[[Record], list[Doubt]]
