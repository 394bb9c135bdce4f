"""The trains of one contraction of a recording as they are measured: without doublets and what is no firing."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr

from sim.analysis.checks.checks import doubts, lost, remarks, said
from sim.analysis.checks.force import overlaps, with_holes
from sim.analysis.checks.record import Lost, Record
from sim.analysis.doublets import without_doublets
from sim.analysis.steady import steady_firing
from sim.results.recordings.recording import NO_UNIT
from sim.results.schema import spike_times


@dataclass(frozen=True)
class Cleaning:
    """What is kept of a train, as the arguments of `RecordedUnits`; times in s."""

    longest_interval: float
    shortest_interval: float
    steady: int
    plausible: tuple[float, float]
    left_out: tuple[str, ...]


class Force(NamedTuple):
    """The force of a contraction."""

    time: np.ndarray  # s, (time,)
    values: np.ndarray  # (time,), NaN where it is not known
    unit: str


class Cleaned(NamedTuple):
    """The trains of a contraction, and what is to be known of them.

    Args:
        names: of the units.
        quality: of each, in the words of the file.
        raw, times: s, (unit, spike): as in the file, and what is measured.
        force: as recorded; None if there is none.
        used: the same where it overlaps the discharges, else None.
        missing: `Lost` of each unit.
        noted: remarks on each unit.
        doubts: what is doubtful, in sentences.
    """

    names: list[str]
    quality: list[str]
    raw: np.ndarray
    times: np.ndarray
    force: Force | None
    used: Force | None
    missing: np.ndarray
    noted: list[list[str]]
    doubts: list[str]


def cleaned(one: xr.Dataset, cleaning: Cleaning) -> Cleaned:
    """The trains of one contraction (a sample of a recording) as they are measured."""
    raw, force, names = spike_times(one).values, _force(one), [*map(str, one["label"].values)]
    quality = [str(x) for x in one["quality"].values] if "quality" in one.variables else [""] * len(names)
    record = _record(one, raw, force, names, quality, cleaning)
    found = doubts(record)
    missing = lost(found, len(names))
    times = steady_firing(
        without_doublets(raw, cleaning.shortest_interval)[0], cleaning.steady, cleaning.longest_interval
    )
    times = np.where((missing & Lost.EVERYTHING)[:, None], np.nan, times)
    used = force if force is not None and overlaps(record) else None
    return Cleaned(names, quality, raw, times, force, used, missing, remarks(found, len(names)), said(found, names))


def _force(one: xr.Dataset) -> Force | None:
    if "force" not in one:
        return None
    time, values = one["time"].values.astype(float), one["force"].values.astype(float)
    return Force(*with_holes(time, values), str(one["force"].attrs["units"]))


def _record(
    one: xr.Dataset, raw: np.ndarray, force: Force | None, names: list[str], quality: list[str], cleaning: Cleaning
) -> Record:
    start, stop = (float(one[name].values) if name in one.variables else np.nan for name in ("start", "stop"))
    clock = values = None
    if force is not None:
        known = np.flatnonzero(np.isfinite(force.values))
        part = slice(known[0], known[-1] + 1) if len(known) else slice(None)
        clock, values = force.time[part], force.values[part]
    return Record(
        raw,
        names,
        quality,
        start,
        stop,
        clock,
        values,
        "" if force is None or force.unit == NO_UNIT else force.unit,
        cleaning.shortest_interval,
        cleaning.longest_interval,
        cleaning.plausible,
        cleaning.left_out,
    )
