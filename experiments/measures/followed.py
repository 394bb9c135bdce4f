"""What decomposed units do in a ramp of torque that a person follows, and what the whole muscle does in it.

Torque is in percent of the maximal voluntary torque (MVC), measured just before (`experiments.measures.torque`).
Where a recruitment is read from it, it is averaged over half a second, as an unfused contraction of few units asks for.
"""

from typing import Any

import numpy as np

from experiments.measures.decomposed import Decomposed, since
from experiments.measures.torque import error, percent
from sim.analysis.brace import brace_height
from sim.analysis.delta_f import DeltaF, delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.means import known_mean, known_slope, known_spread
from sim.analysis.recruitment import derecruitment_time, recruitment_time, value_at
from sim.analysis.self_sustained import count_in_window
from sim.analysis.smoothing import RateConvention, peak_rate
from sim.measure import Measure
from sim.results.view import View

SMOOTH = 0.5
"""s over which torque is averaged where a recruitment is read."""
SOON = 0.5
"""s after the target, from when on a unit that fires has not let go."""
SETTLED = 1.0
"""s of a maximal effort before its rates are counted."""


def followed_measures(
    of: Decomposed, rest: float, convention: DeltaFConvention, brace: RateConvention
) -> tuple[Measure, ...]:
    """The measures of a ramp.

    Args:
        of: the units that are read.
        rest: s, before which nothing is asked.
        convention: of the ΔF; the peak rate takes its smoother.
        brace: rates that the brace height is read from.
    """
    units: dict[str, Any] = {"of": of}
    with_torque, with_rate = {**units, "rest": rest}, {**units, "rate": convention.rate}
    whole = {**units, "convention": convention}
    return (
        Measure("delta_f", "pps", "ΔF, mean over test units", mean_delta_f, whole),
        Measure("delta_f_spread", "pps", "ΔF, SD over the test units", delta_f_spread, whole),
        Measure("n_test_units", "1", "test units that have a ΔF", n_test_units, whole),
        Measure("test_share", "1", "share of the decomposed units that have a ΔF", share_tested, whole),
        Measure("peak_rate", "pps", "peak smoothed rate, mean over units", mean_peak, with_rate),
        Measure("peak_rate_spread", "pps", "peak smoothed rate, SD over units", peak_spread, with_rate),
        Measure(
            "peak_rate_slope", "pps", "peak smoothed rate, slope on recruitment, for each % of MVC", peak_slope,
            {**with_rate, "rest": rest},
        ),
        Measure("recruitment", "%", "torque at recruitment, of the MVC, unit mean", mean_recruitment, with_torque),
        Measure("recruitment_first", "%", "torque at recruitment, of the MVC, lowest", first_recruitment, with_torque),
        Measure("recruitment_last", "%", "torque at recruitment, of the MVC, highest", last_recruitment, with_torque),
        Measure(
            "hysteresis", "%", "torque at recruitment less at derecruitment, of the MVC, mean over units", hysteresis,
            with_torque,
        ),
        Measure("effort_hysteresis", "1", "effort at recruitment less at derecruitment, of its top", of_effort, units),
        Measure("effort_top", "1", "effort (A_e), largest mean over half a second of the ramp", effort_top, units),
        Measure("interval_cv", "1", "variation of neighbouring intervals, mean over units", interval_cv, units),
        Measure(
            "brace_height", "%rTri", "brace height against the target, mean over valid units", brace_of,
            {**units, "rate": brace},
        ),
        Measure("n_decomposed", "1", "decomposed units", n_decomposed, units),
        Measure("n_recruited", "1", "units of the muscle that are recruited", n_recruited, units),
        Measure("n_still_firing", "1", f"units that fire {SOON:g} s after the ramp", n_still_firing, units),
        Measure("error", "%", "torque less target, root mean square, of the MVC", error, {"rest": rest}),
        Measure("mvc_rate", "pps", "rate in the maximal effort, mean over units that fire", mvc_rate, units),
        Measure("mvc_recruited", "1", "share of the units that fire in the maximal effort", mvc_recruited, units),
    )  # fmt: skip


def ramp(view: View) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """s, when the target begins, is highest and ends: (sample,) each; infinite where there is none."""

    def compute() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        aim = view.course("person.target")
        on, time = aim > 0, view.time
        begin, end = np.where(on, time, np.inf).min(axis=-1), np.where(on, time, -np.inf).max(axis=-1)
        return begin, np.where(on.any(axis=-1), time[aim.argmax(axis=-1)], -np.inf), end

    return view.once("ramp", compute)


def trains(view: View, of: Decomposed) -> np.ndarray:
    """Spikes of the decomposed units since the ramp began: s, (sample, unit, spike)."""
    begin, top, _ = ramp(view)
    return of.trains(view, begin, top)


def units_delta_f(view: View, of: Decomposed, convention: DeltaFConvention) -> DeltaF:
    """ΔF of every decomposed unit and of all."""
    return view.once(("delta_f", of, convention), lambda: delta_f(trains(view, of), convention=convention))


def peaks(view: View, of: Decomposed, rate: RateConvention) -> np.ndarray:
    """Peak of the smoothed rate of every decomposed unit: pps, (sample, unit)."""
    return view.once(("peaks", of, rate), lambda: peak_rate(trains(view, of), convention=rate).rate)


def recruitment(view: View, of: Decomposed, rest: float) -> np.ndarray:
    """Torque at the second spike of every decomposed unit: % MVC, (sample, unit)."""
    when = recruitment_time(trains(view, of), at_spike=2)
    return view.once(("recruitment", of), lambda: value_at(when, view.time, smoothed(view, rest)))


def derecruitment(view: View, of: Decomposed, rest: float) -> np.ndarray:
    """Torque at the last spike of every decomposed unit: % MVC, (sample, unit)."""
    last = np.minimum(derecruitment_time(trains(view, of)), view.time[-1])
    return view.once(("derecruitment", of), lambda: value_at(last, view.time, smoothed(view, rest)))


def smoothed(view: View, rest: float) -> np.ndarray:
    """Torque, a running mean: % MVC, (sample, time)."""
    return view.once(("smoothed", rest), lambda: averaged(percent(view, rest), view.time))


def averaged(course: np.ndarray, time: np.ndarray) -> np.ndarray:
    """A running mean over `SMOOTH` about each time, in the unit of the course (sample, time)."""
    half = max(0, round(SMOOTH / (time[1] - time[0]) / 2))
    sums = np.pad(course, ((0, 0), (half + 1, half)), mode="edge").cumsum(axis=-1)
    return (sums[:, 2 * half + 1 :] - sums[:, : -2 * half - 1]) / (2 * half + 1)


def mean_delta_f(view: View, of: Decomposed, convention: DeltaFConvention) -> np.ndarray:
    """pps, (sample,)."""
    return units_delta_f(view, of, convention).pool


def delta_f_spread(view: View, of: Decomposed, convention: DeltaFConvention) -> np.ndarray:
    """pps, (sample,)."""
    return known_spread(units_delta_f(view, of, convention).unit)


def n_test_units(view: View, of: Decomposed, convention: DeltaFConvention) -> np.ndarray:
    """(sample,)."""
    return units_delta_f(view, of, convention).n_test_units


def share_tested(view: View, of: Decomposed, convention: DeltaFConvention) -> np.ndarray:
    """(sample,); NaN without a unit."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return n_test_units(view, of, convention) / n_decomposed(view, of)


def mean_peak(view: View, of: Decomposed, rate: RateConvention) -> np.ndarray:
    """pps, (sample,)."""
    return known_mean(peaks(view, of, rate))


def peak_spread(view: View, of: Decomposed, rate: RateConvention) -> np.ndarray:
    """pps, (sample,)."""
    return known_spread(peaks(view, of, rate))


def peak_slope(view: View, of: Decomposed, rest: float, rate: RateConvention) -> np.ndarray:
    """Least squares, pps for each % of MVC, (sample,); below zero, units recruited earlier fire faster."""
    return known_slope(recruitment(view, of, rest), peaks(view, of, rate))


def mean_recruitment(view: View, of: Decomposed, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    return known_mean(recruitment(view, of, rest))


def first_recruitment(view: View, of: Decomposed, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    return np.fmin.reduce(recruitment(view, of, rest), axis=-1)


def last_recruitment(view: View, of: Decomposed, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    return np.fmax.reduce(recruitment(view, of, rest), axis=-1)


def hysteresis(view: View, of: Decomposed, rest: float) -> np.ndarray:
    """% MVC, (sample,); above zero, units go on to a torque below that at which they began."""
    return known_mean(recruitment(view, of, rest) - derecruitment(view, of, rest))


def effort_top(view: View, of: Decomposed) -> np.ndarray:
    """A_e, (sample,); NaN without a target."""
    begin, _, end = ramp(view)
    inside = (view.time >= begin[:, None]) & (view.time <= end[:, None])
    effort = averaged(np.where(inside, view.course("person_effort"), 0), view.time)
    return np.where(view.done & (end > begin), effort.max(axis=-1), np.nan)


def of_effort(view: View, of: Decomposed) -> np.ndarray:
    """Part of the largest effort of the ramp, (sample,): how much less command it takes to go on than to begin."""
    begin, _, end = ramp(view)
    time, effort = view.time, view.course("person_effort")
    inside = (time >= begin[:, None]) & (time <= end[:, None])
    top = np.where(inside, effort, 0).max(axis=-1)
    units = trains(view, of)
    last = np.minimum(derecruitment_time(units), time[-1])
    fall = value_at(recruitment_time(units, at_spike=2), time, effort) - value_at(last, time, effort)
    with np.errstate(invalid="ignore", divide="ignore"):
        return known_mean(fall) / top


def interval_cv(view: View, of: Decomposed) -> np.ndarray:
    """Variation of intervals beside their neighbours, which slow changes of rate leave alone: 1, (sample,).

    sqrt(pi)/2 times the mean of 2 |I' - I|/(I' + I), of neighbouring intervals I and I': the coefficient of variation
    of normal intervals that vary little (Holt et al. 1996, J Neurophysiol 75:1806, call the mean CV2).
    """
    intervals = np.diff(trains(view, of), axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        local = 2 * np.abs(np.diff(intervals, axis=-1)) / (intervals[..., 1:] + intervals[..., :-1])
    return known_mean(known_mean(local)) * np.sqrt(np.pi) / 2


def brace_of(view: View, of: Decomposed, rate: RateConvention) -> np.ndarray:
    """%rTri, (sample,). Against the target, which peaks at one known moment, as an unsteady torque does not."""

    def compute() -> np.ndarray:
        found = brace_height(trains(view, of), view.time, 100 * view.course("person.target"), convention=rate)
        return known_mean(np.where(found.invalid == 0, found.brace_height, np.nan))

    return view.once(("brace", of, rate), compute)


def n_decomposed(view: View, of: Decomposed) -> np.ndarray:
    """(sample,)."""
    begin, top, _ = ramp(view)
    return of.found(view, begin, top).sum(axis=-1)


def n_recruited(view: View, of: Decomposed) -> np.ndarray:
    """Of all units, those with two spikes in the ramp, (sample,)."""
    return (np.isfinite(since(view, of.population, ramp(view)[0])).sum(axis=-1) > 1).sum(axis=-1)


def n_still_firing(view: View, of: Decomposed) -> np.ndarray:
    """Of all units, (sample,)."""
    return (count_in_window(view.spikes(of.population), ramp(view)[2] + SOON, np.inf) > 0).sum(axis=-1)


def mvc_rate(view: View, of: Decomposed) -> np.ndarray:
    """pps, (sample,); NaN without a maximal effort of more than a second."""
    rates = _maximal(view, of)
    return known_mean(np.where(rates > 0, rates, np.nan))


def mvc_recruited(view: View, of: Decomposed) -> np.ndarray:
    """Share of all units, (sample,); NaN without a maximal effort."""
    rates = _maximal(view, of)
    return np.where(np.isfinite(rates).all(axis=-1), (rates > 0).mean(axis=-1), np.nan)


def _maximal(view: View, of: Decomposed) -> np.ndarray:
    """Rates in the maximal effort, after its first second: pps, (sample, unit)."""
    hard, time = view.course("person.maximal") > 0, view.time
    begin = np.where(hard, time, np.inf).min(axis=-1) + SETTLED
    end = np.where(hard, time, -np.inf).max(axis=-1)
    known = end > begin
    begin, end = np.where(known, begin, 0.0), np.where(known, end, 1.0)
    count = count_in_window(view.spikes(of.population), begin, end)
    return np.where((view.done & known)[:, None], count / (end - begin)[:, None], np.nan)
