"""What is measured in a recording: the table of its units, its pairs with what each was judged by, and courses to draw.

Each function gives variables of a Dataset, `name -> (dims, values, attributes)`.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import xarray as xr

from experiments.statistics import attributes
from sim.analysis.brace import brace_height
from sim.analysis.delta_f import DeltaF, pair_measures, tally
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.recruitment import derecruitment_time, recruitment_time, value_at
from sim.analysis.smoothing import Fit, Smoother, peak_rate, smoothed_rate
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


@dataclass(frozen=True)
class Remembered:
    """Smoother: another one, that fits the same trains once. Each measure asks anew, and a regression takes seconds for
    a hundred units."""

    smoother: Smoother
    fits: dict[bytes, Fit] = field(default_factory=dict, compare=False, repr=False)

    def describe(self) -> str:
        return self.smoother.describe()

    def fit(self, times: np.ndarray, rates: np.ndarray) -> Fit:
        trains = repr(times.shape).encode() + times.tobytes() + rates.tobytes()
        if trains not in self.fits:
            self.fits[trains] = self.smoother.fit(times, rates)
        return self.fits[trains]


def remembering(convention: DeltaFConvention) -> DeltaFConvention:
    """The same convention, for the measures of one recording; its fits go when it goes."""
    return replace(convention, rate=replace(convention.rate, smoother=Remembered(convention.rate.smoother)))


def units(one: xr.Dataset, times: np.ndarray, chosen: DeltaFConvention, longest: float) -> Variables:
    """The table of units, each column (unit).

    Args:
        one: the recording.
        times: s, (unit, spike).
        chosen: its smoother gives peak rate and brace height.
        longest: s, a longer interval is a pause.
    """
    start, stop, count = recruitment_time(times), derecruitment_time(times), spike_count(times)
    usual, peak = interval_statistics(times, longest=longest), peak_rate(times, convention=chosen.rate).rate
    pauses = (intervals(times) > longest).sum(axis=-1)
    force_on = force_off = height = np.full(len(times), np.nan)
    invalid, unit = np.ones(len(times), np.uint8), "1"
    if "force" in one:
        clock, force, unit = one["time"].values, one["force"].values, one["force"].attrs["units"]
        force_on, force_off = (value_at(when, clock, force) for when in (start, stop))
        brace = brace_height(times, clock, force, convention=chosen.rate)
        height, invalid = brace.brace_height, brace.invalid
    remarks = [
        ", ".join(_remarks(Flag(int(flag)), int(n), np.isnan(rate), int(k)))
        for flag, n, rate, k in zip(one["flag"].values, count, peak, pauses, strict=True)
    ]
    columns: dict[str, tuple[Any, str, str]] = {
        "n_discharges": (count, "1", "discharges"),
        "recruitment_time": (start, "s", "first discharge"),
        "derecruitment_time": (stop, "s", "last discharge"),
        "recruitment_force": (force_on, unit, "force at the first discharge"),
        "derecruitment_force": (force_off, unit, "force at the last discharge"),
        "mean_rate": (1 / usual.mean, "pps", f"1 / mean interval of at most {longest:g} s"),
        "peak_rate": (peak, "pps", "highest smoothed rate"),
        "cov_interval": (100 * usual.cv, "%", f"CoV of the intervals of at most {longest:g} s"),
        "n_pauses": (pauses, "1", f"intervals longer than {longest:g} s"),
        "brace_height": (height, "%rTri", "brace height, also where it is not valid"),
        "brace_invalid": (invalid, "1", "why a brace height should not be used, 0 if it may be"),
        "remark": (np.array(remarks, str), "1", "what to know about the unit"),
    }
    return {name: ("unit", values, attributes(*said)) for name, (values, *said) in columns.items()}


def pairs(times: np.ndarray, result: DeltaF, chosen: DeltaFConvention) -> Variables:
    """`delta_f` of units, pool and every pair, what each pair was judged by, and the tally of criteria.

    Args:
        times: s, (unit, spike).
        result: their ΔF.
        chosen: convention of the ΔF; it stands with each of them.
    """
    judged, counts, words = pair_measures(times, convention=chosen), tally(result.failed), criterion_words(chosen)
    names = [name for name in counts if name in words]
    unit, said, pair = "1" if chosen.normalised else "pps", chosen.describe(), ("control", "test")
    tried = np.array([int(counts[name]) for name in names])
    apart = "recruitment of the test unit after that of the control"
    modulation = "range of the control's smoothed rate while the test unit fires"
    found: dict[str, tuple[Any, Any, str, str]] = {
        "delta_f": ("unit", result.unit, unit, f"mean over the controls of the test unit. {said}"),
        "n_controls": ("unit", (result.failed == 0).sum(axis=0), "1", "control units that count for the test unit"),
        "delta_f_pool": ((), float(result.pool), unit, f"mean of the recording. {said}"),
        "n_test_units": ((), int(result.n_test_units), "1", "test units that have a ΔF"),
        "pair_delta_f": (pair, judged.delta_f.astype(SMALL), unit, f"also of pairs that fail a criterion. {said}"),
        "pair_failed": (pair, judged.failed, "1", "sim.analysis.delta_f.Failed; 0 counts"),
        "pair_correlation": (pair, judged.correlation.astype(SMALL), "1", "Pearson's r of the two smoothed rates"),
        "pair_recruitment_difference": (pair, judged.recruitment_difference.astype(SMALL), "s", apart),
        "pair_control_modulation": (pair, judged.control_modulation.astype(SMALL), "pps", modulation),
        "pairs_by_criterion": ("criterion", tried, "1", "pairs tried, counted, failing; a pair may fail several"),
        "criterion": ("criterion", np.array(names, str), "1", "name of the criterion"),
        "criterion_words": ("criterion", np.array([words[name] for name in names], str), "1", "criterion in words"),
    }
    return {name: (dims, values, attributes(*said)) for name, (dims, values, *said) in found.items()}


def criterion_words(chosen: DeltaFConvention) -> dict[str, str]:
    """What each number of a tally says, for the criteria that the convention has."""
    criteria = chosen.criteria
    statistic = {"r": "r", "r_squared": "r²"}[criteria.correlation]
    return {
        "tried": "pairs tried",
        "counted": "counted",
        "no_rate": "too few discharges for a rate",
        "no_overlap": "control has no rate there",
        "recruited_together": f"recruited < {criteria.min_recruitment_difference:g} s apart",
        "uncorrelated": f"{statistic} < {criteria.min_correlation:g}",
        "control_not_modulated": f"control modulated < {criteria.min_control_modulation:g} pps",
        **({} if criteria.min_saturation_gap is None else {"control_saturated": "control saturated"}),
        **({"control_stops_first": "control stops first"} if criteria.control_stops_first == "exclude" else {}),
    }


def courses(one: xr.Dataset, times: np.ndarray, chosen: DeltaFConvention) -> Variables:
    """Discharges, smoothed rates and force to draw."""
    ends = [*times[np.isfinite(times)], *(one["time"].values[[0, -1]] if "force" in one else [])]
    first, stop = (min(ends), max(ends)) if len(ends) > 1 else (0.0, 1.0)
    start = first if first > stop - first else min(0.0, first)  # a clock may have run for hours before
    clock = np.linspace(start, max(stop, start + 0.1), POINTS)
    force_time, force, unit = clock[[0, -1]], np.full(2, np.nan), "1"
    if "force" in one:
        force_time, force, unit = one["time"].values, one["force"].values, one["force"].attrs["units"]
    rate = smoothed_rate(times, clock, convention=chosen.rate).astype(SMALL)
    as_drawn = attributes(unit, "force or torque as drawn")
    return {
        "discharges": (("unit", "spike"), times.astype(SMALL), attributes("s", "time of each discharge")),
        "rate_time": ("rate_time", clock, attributes("s", "time of the smoothed rates")),
        "rate": (("unit", "rate_time"), rate, attributes("pps", "smoothed rate")),
        "force_time": ("force_time", _thinned(force_time), attributes("s", "time of the force as drawn")),
        "force": ("force_time", _thinned(force).astype(SMALL), as_drawn),
    }


def _remarks(flag: Flag, discharges: int, no_rate: bool, pauses: int) -> list[str]:
    said = [words for bit, words in MENDED.items() if bit in flag]
    if discharges < 2:
        said.append("one discharge" if discharges else "no discharge")
    elif no_rate:
        said.append("too few for a rate")
    return [*said, f"{pauses} pause{'s' * (pauses > 1)}"] if pauses else said


def _thinned(values: np.ndarray) -> np.ndarray:
    """Means over neighbours, so that at most FORCE_POINTS remain; NaN where all of them are."""
    blocks = np.array_split(values, min(len(values), FORCE_POINTS))
    return np.array([np.nan if np.isnan(block).all() else np.nanmean(block) for block in blocks])
