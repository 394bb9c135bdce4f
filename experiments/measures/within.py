"""How the units of a pool differ within one contraction, as decomposed units of one person do."""

from typing import Any

import numpy as np

from experiments.measures.pool import n_recruited, n_test_units, unit_delta_f, unit_peaks
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.means import known_mean, known_slope, known_spread
from sim.analysis.recruitment import recruitment_time, value_at
from sim.analysis.smoothing import RateConvention
from sim.measure import Measure
from sim.results.view import View


def within_measures(population: str, convention: DeltaFConvention) -> tuple[Measure, ...]:
    """The measures of a contraction.

    Args:
        population: name of the pool; recruitment needs its command `POPULATION.excitation`.
        convention: of the ΔF; the peak rate takes its smoother.
    """
    pool: dict[str, Any] = {"population": population}
    with_rate, whole = {**pool, "rate": convention.rate}, {**pool, "convention": convention}
    return (
        Measure("delta_f_spread", "pps", "ΔF, SD over the test units", delta_f_spread, whole),
        Measure("peak_rate_spread", "pps", "peak smoothed rate, SD over recruited units", peak_rate_spread, with_rate),
        Measure(
            "peak_rate_slope", "pps", "peak smoothed rate, slope on recruitment, over the whole command",
            peak_rate_slope, with_rate,
        ),
        Measure("recruitment", "1", "recruitment, part of the command's peak, mean over units", recruitment_mean, pool),
        Measure("recruitment_first", "1", "recruitment of the first unit, part of the peak", recruitment_first, pool),
        Measure("recruitment_last", "1", "recruitment of the last unit, part of the peak", recruitment_last, pool),
        Measure("test_share", "1", "share of the recruited units that have a ΔF", share_tested, whole),
    )  # fmt: skip


def delta_f_spread(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """Standard deviation (n - 1) of the ΔF of the test units: pps, (sample,)."""
    return known_spread(unit_delta_f(view, population, convention).unit)


def peak_rate_spread(view: View, population: str, rate: RateConvention) -> np.ndarray:
    """Standard deviation (n - 1) of the peak rates of recruited units: pps, (sample,)."""
    return known_spread(unit_peaks(view, population, rate))


def peak_rate_slope(view: View, population: str, rate: RateConvention) -> np.ndarray:
    """Least-squares slope of the peak rates on recruitment: pps for the whole of the command, (sample,).

    Below zero, units that are recruited earlier fire faster (the onion skin).
    """
    return known_slope(recruitment(view, population), unit_peaks(view, population, rate))


def recruitment_mean(view: View, population: str) -> np.ndarray:
    """Mean over units: part of the command's peak, (sample,)."""
    return known_mean(recruitment(view, population))


def recruitment_first(view: View, population: str) -> np.ndarray:
    """The lowest: part of the command's peak, (sample,)."""
    return np.fmin.reduce(recruitment(view, population), axis=-1)


def recruitment_last(view: View, population: str) -> np.ndarray:
    """The highest: part of the command's peak, (sample,)."""
    return np.fmax.reduce(recruitment(view, population), axis=-1)


def share_tested(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """Share of the recruited units that are test units with a ΔF: (sample,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return n_test_units(view, population, convention) / n_recruited(view, population)


def recruitment(view: View, population: str) -> np.ndarray:
    """The command at the second spike of each unit: part of its peak, (sample, unit); NaN of a unit that fires less."""

    def compute() -> np.ndarray:
        command = view.course(f"{population}.excitation")
        when = recruitment_time(view.spikes(population), at_spike=2)
        with np.errstate(invalid="ignore", divide="ignore"):
            return value_at(when, view.time, command) / command.max(axis=-1)[:, None]

    return view.once(("recruitment", population), compute)
