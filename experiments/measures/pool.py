"""What a pool does in one contraction, in a few numbers, from its spikes and its command."""

from typing import Any

import numpy as np

from sim.analysis.brace import BraceHeight, brace_height
from sim.analysis.delta_f import DeltaF, delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.means import known_mean
from sim.analysis.recruitment import derecruitment_time
from sim.analysis.self_sustained import count_in_window
from sim.analysis.smoothing import SUPPORT_VECTOR_RATE, RateConvention, peak_rate
from sim.analysis.spikes import spike_count
from sim.measure import Measure
from sim.results.view import View

LAST = 1.0  # s, the end of the recording in which a unit is still firing


def pool_measures(
    population: str, convention: DeltaFConvention, brace: RateConvention = SUPPORT_VECTOR_RATE
) -> tuple[Measure, ...]:
    """The measures of a contraction.

    Args:
        population: name of the pool; all but ΔF and the rates need its command `POPULATION.excitation`.
        convention: of the ΔF; the peak rate takes its smoother.
        brace: rates that the brace height is read from.
    """
    pool: dict[str, Any] = {"population": population}
    with_rate, whole = {**pool, "rate": convention.rate}, {**pool, "convention": convention}
    bent = {**pool, "rate": brace}
    return (
        Measure("delta_f", "pps", "ΔF, pool mean", pool_delta_f, whole),
        Measure("n_test_units", "1", "test units that have a ΔF", n_test_units, whole),
        Measure("brace_height", "%rTri", "brace height, mean over valid units", pool_brace_height, bent),
        Measure("n_brace_valid", "1", "units with a valid brace height", n_brace_valid, bent),
        Measure("peak_rate", "pps", "peak smoothed rate, mean over recruited units", pool_peak_rate, with_rate),
        Measure("n_recruited", "1", "units recruited (at least two spikes)", n_recruited, pool),
        Measure(
            "n_still_firing", "1", "units that fire after the command, in the last second", n_still_firing,
            {**pool, "last": LAST},
        ),
    )  # fmt: skip


def outlasting(population: str) -> Measure:
    """The share of a pool that outlasts its command."""
    words = "fraction of recruited units that fire after the command has ended"
    return Measure("outlasting", "1", words, share_outlasting, {"population": population})


def outlasting_measures(population: str, convention: DeltaFConvention) -> tuple[Measure, ...]:
    """How many units outlast the command, and the ΔF of the others."""
    pool: dict[str, Any] = {"population": population}
    words = "ΔF, pool mean, without the units that outlast the command"
    return (
        Measure("delta_f_without", "pps", words, delta_f_without, {**pool, "convention": convention}),
        Measure("n_outlasting", "1", "units that fire after the command has ended", n_outlasting, pool),
    )


def pool_delta_f(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """ΔF of the pool: pps, (sample,)."""
    return unit_delta_f(view, population, convention).pool


def n_test_units(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """Test units that have a ΔF: (sample,)."""
    return unit_delta_f(view, population, convention).n_test_units


def pool_brace_height(view: View, population: str, rate: RateConvention) -> np.ndarray:
    """Brace height against the command, mean over valid units: %rTri, (sample,)."""
    brace = _brace(view, population, rate)
    return known_mean(np.where(brace.invalid == 0, brace.brace_height, np.nan))


def n_brace_valid(view: View, population: str, rate: RateConvention) -> np.ndarray:
    """Units whose brace height is valid: (sample,)."""
    return (_brace(view, population, rate).invalid == 0).sum(axis=-1)


def pool_peak_rate(view: View, population: str, rate: RateConvention) -> np.ndarray:
    """Peak of the smoothed rate, mean over recruited units: pps, (sample,)."""
    return known_mean(unit_peaks(view, population, rate))


def unit_peaks(view: View, population: str, rate: RateConvention) -> np.ndarray:
    """Peak of the smoothed rate of every unit: pps, (sample, unit)."""
    spikes = view.spikes(population)
    return view.once(("peaks", population, rate), lambda: peak_rate(spikes, convention=rate).rate)


def n_recruited(view: View, population: str) -> np.ndarray:
    """Units with at least two spikes: (sample,)."""
    return (spike_count(view.spikes(population)) > 1).sum(axis=-1)


def n_still_firing(view: View, population: str, last: float) -> np.ndarray:
    """Units that fire after the command, in the last `last` s: (sample,); NaN where the command lasts to the end."""
    time = view.time
    end = command_end(time, view.course(f"{population}.excitation"))
    still = count_in_window(view.spikes(population), np.maximum(end, time[-1] - last), np.inf) > 0
    return np.where(end < time[-1], still.sum(axis=-1), np.nan)


def share_outlasting(view: View, population: str) -> np.ndarray:
    """Fraction of the recruited units that fire after the command has ended: (sample,)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return n_outlasting(view, population) / n_recruited(view, population)


def n_outlasting(view: View, population: str) -> np.ndarray:
    """Recruited units that fire after the command has ended: (sample,)."""
    return _outlasting(view, population).sum(axis=-1)


def delta_f_without(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """ΔF of the pool as if the units that outlast the command had not been recorded: pps, (sample,)."""
    spikes = view.spikes(population)
    return delta_f(np.where(_outlasting(view, population)[..., None], np.nan, spikes), convention=convention).pool


def command_end(time: np.ndarray, command: np.ndarray) -> np.ndarray:
    """When each sample's command (sample, time) has come back to its lowest value for good: s, (sample,)."""
    driven = command > command.min(axis=-1, keepdims=True)
    last = command.shape[-1] - 1 - np.argmax(driven[:, ::-1], axis=-1)
    return time[np.minimum(last + 1, len(time) - 1)]


def unit_delta_f(view: View, population: str, convention: DeltaFConvention) -> DeltaF:
    """ΔF of every unit and of the pool."""
    spikes = view.spikes(population)
    return view.once(("delta_f", population, convention), lambda: delta_f(spikes, convention=convention))


def _brace(view: View, population: str, rate: RateConvention) -> BraceHeight:
    spikes, command = view.spikes(population), view.course(f"{population}.excitation")
    return view.once(("brace", population, rate), lambda: brace_height(spikes, view.time, command, convention=rate))


def _outlasting(view: View, population: str) -> np.ndarray:
    """Which units are recruited and fire after the command has ended: bool, (sample, unit)."""
    spikes = view.spikes(population)
    end = command_end(view.time, view.course(f"{population}.excitation"))
    return (spike_count(spikes) > 1) & (derecruitment_time(spikes) > end[:, None])
