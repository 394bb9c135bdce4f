"""What is measured in one contraction of a recording: the table of its units, its pairs, and courses to draw.

Each function gives variables of a Dataset, `name -> (dims, values, attributes)`.
"""

from typing import Any, NamedTuple

import numpy as np
import xarray as xr

from experiments.delta_f.recorded_units_pairs import criteria, pairs
from experiments.delta_f.remembered import remembering
from experiments.recorded_trains import Cleaning, Force, cleaned
from experiments.shown import shown_pair
from experiments.statistics import attributes
from sim.analysis.brace import BraceInvalid, brace_height
from sim.analysis.checks.record import Lost
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.doublets import without_doublets
from sim.analysis.recruitment import derecruitment_time, recruitment_time, value_at
from sim.analysis.smoothing import RateConvention, peak_rate, smoothed_rate
from sim.analysis.spikes import interval_statistics, intervals, spike_count
from sim.results.recordings.recording import Flag

Variables = dict[str, tuple]
POINTS = 400  # of a smoothed rate as it is drawn
FORCE_POINTS = 1000  # of the force as it is drawn
SMALL = np.float32  # seven digits, and a readable measures.json of a hundred units
MENDED = {
    Flag.UNSORTED: "discharges sorted",
    Flag.DUPLICATES: "duplicates dropped",
    Flag.NO_TIME: "discharges without time dropped",
}


class Measured(NamedTuple):
    """One contraction.

    Args:
        table: what stands in the tables, (unit), (control, test) or a number.
        common: what is the same in all contractions.
        shown: the courses that are drawn.
        doubts: what is doubtful, in sentences.
    """

    table: xr.Dataset
    common: Variables
    shown: Variables
    doubts: list[str]


def measured(
    one: xr.Dataset, place: int, chosen: DeltaFConvention, brace: RateConvention, cleaning: Cleaning
) -> Measured:
    """Everything about one contraction.

    Args:
        one: a sample of a recording.
        place: its number among the samples, from 0.
        chosen: convention of the ΔF; its rates give peak and mean rates too.
        brace: rates of the brace height.
        cleaning: what is kept of a train.
    """
    chosen, brace = remembering(chosen, brace)
    _, quality, raw, times, force, used, missing, noted, doubtful = cleaned(one, cleaning)
    whole = (missing & (Lost.RECRUITMENT | Lost.DERECRUITMENT)) == 0
    result = delta_f(times, convention=chosen, whole=whole)
    number = int(one["contraction"].values) if "contraction" in one.variables else place + 1
    first, last = (np.nanmin(raw), np.nanmax(raw)) if np.isfinite(raw).any() else (np.nan, np.nan)
    table = {
        **_units(one, raw, times, used, missing, noted, chosen, brace, cleaning),
        **pairs(times, result, chosen, whole),
        "quality": ("unit", np.array(quality, str), attributes("1", "quality in the words of the file")),
        "number": ((), number, attributes("1", "number of the contraction, from 1")),
        "trial": ((), str(one["trial"].values) if "trial" in one.variables else "", attributes("1", "its name")),
        "first_time": ((), float(first), attributes("s", "first discharge")),
        "last_time": ((), float(last), attributes("s", "last discharge")),
    }
    shown = {**shown_pair(times, result, chosen), **_courses(raw, times, force, chosen)}
    return Measured(xr.Dataset(table), criteria(chosen), shown, doubtful)


def _units(
    one: xr.Dataset,
    raw: np.ndarray,
    times: np.ndarray,
    force: Force | None,
    missing: np.ndarray,
    noted: list[list[str]],
    chosen: DeltaFConvention,
    brace: RateConvention,
    cleaning: Cleaning,
) -> Variables:
    """The table of units, each column (unit).

    Args:
        raw, times: s, (unit, spike): as in the file, and what is measured.
        force: None where there is none to measure by.
        missing: `Lost` of each unit.
        noted: remarks on each unit.
    """
    longest = cleaning.longest_interval
    start = np.where(missing & Lost.RECRUITMENT, np.nan, recruitment_time(times))
    stop = np.where(missing & Lost.DERECRUITMENT, np.nan, derecruitment_time(times))
    usual, peak = interval_statistics(times, longest=longest), peak_rate(times, convention=chosen.rate)
    pauses = (intervals(times) > longest).sum(axis=-1)
    doublets = without_doublets(raw, cleaning.shortest_interval)[1]
    fit = chosen.rate.fit(times[None])
    at = np.stack([fit.start, fit.end], axis=-1)
    ends = fit.at(np.arange(len(times))[None], at)[0]
    force_on = force_off = height = np.full(len(times), np.nan)
    invalid, unit = np.full(len(times), BraceInvalid.NOT_MEASURABLE, np.uint8), "1"
    if force is not None:
        unit = force.unit
        force_on, force_off = (value_at(when, force.time, force.values) for when in (start, stop))
        found = brace_height(times, force.time, force.values, convention=brace)
        unusable = (missing & Lost.BRACE) != 0
        height = np.where(unusable, np.nan, found.brace_height)
        invalid = np.where(unusable, BraceInvalid.NOT_MEASURABLE, found.invalid).astype(np.uint8)
    mended = [
        _mended(Flag(int(flag)), int(n), np.isnan(rate) and not gone & Lost.EVERYTHING)
        for flag, n, rate, gone in zip(one["flag"].values, spike_count(raw), peak.rate, missing, strict=True)
    ]
    paused = [[f"{n} pause{'s' * (n > 1)}"] if n else [] for n in pauses.tolist()]
    remark = [", ".join([*a, *b, *c]) for a, b, c in zip(noted, mended, paused, strict=True)]
    columns: dict[str, tuple[Any, str, str]] = {
        "n_discharges": (spike_count(raw), "1", "discharges"),
        "first_discharge": (recruitment_time(raw), "s", "first discharge, also of a unit that is cut"),
        "recruitment_time": (start, "s", "first discharge"),
        "derecruitment_time": (stop, "s", "last discharge"),
        "recruitment_force": (force_on, unit, "force at the first discharge"),
        "derecruitment_force": (force_off, unit, "force at the last discharge"),
        "force_hysteresis": (force_on - force_off, unit, "force at the first minus force at the last discharge"),
        "recruitment_rate": (np.where(np.isnan(start), np.nan, ends[:, 0]), "pps", "smoothed rate where it begins"),
        "derecruitment_rate": (np.where(np.isnan(stop), np.nan, ends[:, 1]), "pps", "smoothed rate where it ends"),
        "peak_rate": (peak.rate, "pps", "highest smoothed rate"),
        "peak_time": (peak.time, "s", "when it is highest"),
        "mean_rate": (1 / usual.mean, "pps", f"1 / mean interval of at most {longest:g} s"),
        "cov_interval": (100 * usual.cv, "%", f"CoV of the intervals of at most {longest:g} s"),
        "n_pauses": (pauses, "1", f"intervals longer than {longest:g} s"),
        "n_doublets": (doublets, "1", f"intervals below {cleaning.shortest_interval:g} s, left out of rates"),
        "brace_height": (height, "%rTri", "brace height, also where it is not valid"),
        "brace_invalid": (invalid, "1", "why a brace height should not be used, 0 if it may be"),
        "mended": (np.array([", ".join(x) for x in mended], str), "1", "what was mended, or is missing"),
        "remark": (np.array(remark, str), "1", "what to know about the unit"),
    }
    return {name: ("unit", values, attributes(*words)) for name, (values, *words) in columns.items()}


def _courses(raw: np.ndarray, times: np.ndarray, force: Force | None, chosen: DeltaFConvention) -> Variables:
    """Discharges, smoothed rates and force to draw."""
    start, stop = _drawn(raw[np.isfinite(raw)], force)
    clock = np.linspace(start, stop, POINTS)
    force_time, values, unit = clock[[0, -1]], np.full(2, np.nan), "1"
    if force is not None and (inside := (force.time >= start) & (force.time <= stop)).sum() > 1:
        force_time, values, unit = force.time[inside], force.values[inside], force.unit
    rate = smoothed_rate(times, clock, convention=chosen.rate).astype(SMALL)
    as_drawn = attributes(unit, "force or torque as drawn")
    return {
        "discharges": (("unit", "spike"), raw.astype(float), attributes("s", "time of each discharge")),
        "rate_time": ("rate_time", clock, attributes("s", "time of the smoothed rates")),
        "rate": (("unit", "rate_time"), rate, attributes("pps", "smoothed rate")),
        "force_time": ("force_time", _thinned(force_time), attributes("s", "time of the force as drawn")),
        "force": ("force_time", _thinned(values).astype(SMALL), as_drawn),
    }


def _drawn(fired: np.ndarray, force: Force | None) -> tuple[float, float]:
    """From and to (s): the discharges, and of the force what is not longer than they are before or behind them.

    A clock may have run for hours before, and a force may be of another one.
    """
    if not len(fired):
        return (0.0, 1.0) if force is None else (float(force.time[0]), float(force.time[-1]))
    first, stop = float(fired.min()), max(float(fired.max()), float(fired.min()) + 0.1)
    around = stop - first
    begin, end = (0.0, stop) if force is None else (float(force.time[0]), float(force.time[-1]))
    start = begin if first - around <= begin < first else first
    return start, end if stop < end <= stop + around else stop


def _mended(flag: Flag, discharges: int, no_rate: bool) -> list[str]:
    said = [words for bit, words in MENDED.items() if bit in flag]
    if discharges < 2:
        said.append("one discharge" if discharges else "no discharge")
    elif no_rate:
        said.append("too few for a rate")
    return said


def _thinned(values: np.ndarray) -> np.ndarray:
    """Means over neighbours, so that at most FORCE_POINTS remain; NaN where all of them are."""
    blocks = np.array_split(values, min(len(values), FORCE_POINTS))
    return np.array([np.nan if np.isnan(block).all() else np.nanmean(block) for block in blocks])
