"""ΔF: how much less drive a motor unit needs to keep firing than to start, read from another unit's rate.

    ΔF = f_control(recruitment of the test unit) - f_control(derecruitment of the test unit)

The control unit, recruited earlier, stands in for the synaptic drive that both share; persistent inward currents let
the test unit stop at less drive than it started with (Gorassini et al. 2002, doi 10.1152/jn.00024.2001). Every pair
is tried, a pair counts if it meets the convention's criteria, and a test unit's ΔF is the mean over its controls.
"""

from enum import IntFlag
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.chunks import in_chunks
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, DeltaFConvention
from sim.analysis.recruitment import derecruitment_time, recruitment_time
from sim.analysis.spikes import as_spike_times

FLAT = 1e-18  # variance over mean square below which a rate is constant but for rounding


class Failed(IntFlag):
    """Why a pair does not count; several reasons add up, 0 is a pair that counts."""

    NOT_A_PAIR = 1  # a unit with itself, or a control recruited after its test unit
    NO_RATE = 2  # one of the two fires too little to have a smoothed rate
    NO_OVERLAP = 4  # the control has no rate at the test unit's recruitment or derecruitment
    RECRUITED_TOGETHER = 8
    UNCORRELATED = 16
    CONTROL_NOT_MODULATED = 32
    CONTROL_SATURATED = 64
    CONTROL_STOPS_FIRST = 128  # by more than the convention lets a test unit be cut
    NOT_WHOLE = 256  # recruitment or derecruitment of the test unit is not in the record


class PairMeasures(NamedTuple):
    """All that is measured in each pair; all (..., control, test), NaN where it cannot be measured."""

    delta_f: np.ndarray  # pps (or 1, if normalised), also of pairs that fail a criterion
    recruitment_difference: np.ndarray  # s
    correlation: np.ndarray  # 1, Pearson's r
    control_modulation: np.ndarray  # pps
    failed: np.ndarray  # uint16, `Failed`


class DeltaF(NamedTuple):
    """ΔF of a pool, in pps (or 1, if normalised)."""

    pair: np.ndarray  # (..., control, test), NaN unless the pair counts
    failed: np.ndarray  # uint16 (..., control, test), `Failed`; see `tally`
    unit: np.ndarray  # (..., unit), mean over the unit's controls; NaN for a unit without a pair
    pool: np.ndarray  # (...), mean over test units or pairs, as the convention reports
    n_test_units: np.ndarray  # int (...)
    n_pairs: np.ndarray  # int (...)


def delta_f(spike_times: Any, *, convention: DeltaFConvention = LATER_SPIKE_FROM_SECOND, whole: Any = True) -> DeltaF:
    """ΔF of every pair, of every test unit and of the pool.

    Args:
        spike_times: s, (..., unit, spike).
        convention: smoother, recruitment, criteria and report; print its `describe()` beside the result.
        whole: bool, (..., unit) or one for all: whether recruitment and derecruitment of a unit are in the record. One
            that is not whole has no ΔF, but may be the control of others.

    Returns:
        See `DeltaF`. A pool without a pair that counts has NaN and zero test units.

    Raises:
        ValueError: spike times out of order.
    """

    def measure(times: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, ...]:
        measures = _pairs(times, convention, whole)
        return _reduced(measures.delta_f, measures.failed, convention)

    return DeltaF(*_over_samples(measure, spike_times, convention, whole))


def pair_measures(
    spike_times: Any, *, convention: DeltaFConvention = LATER_SPIKE_FROM_SECOND, whole: Any = True
) -> PairMeasures:
    """What every pair was judged by: the ΔF and each criterion's value, also of the pairs that fail.

    Args, Raises: as `delta_f`.

    Returns:
        See `PairMeasures`.
    """
    return PairMeasures(
        *_over_samples(lambda times, whole: _pairs(times, convention, whole), spike_times, convention, whole)
    )


def tally(failed: np.ndarray) -> dict[str, np.ndarray]:
    """How many pairs count, and how many fail each criterion (a pair that fails two is in both numbers).

    Args:
        failed: uint16, (..., control, test), from `delta_f` or `pair_measures`.

    Returns:
        Number of pairs, (...), by name: "tried", "counted" and the names of `Failed` in lower case.
    """
    tried = (failed & Failed.NOT_A_PAIR) == 0
    counts = {"tried": tried, "counted": failed == 0}
    counts |= {str(reason.name).lower(): (failed & reason) != 0 for reason in Failed if reason != Failed.NOT_A_PAIR}
    return {name: (pairs & tried).sum(axis=(-2, -1)) for name, pairs in counts.items()}


def _over_samples(measure: Any, spike_times: Any, convention: DeltaFConvention, whole: Any) -> tuple[np.ndarray, ...]:
    times = as_spike_times(spike_times)
    units, spikes = times.shape[-2:]
    known = np.broadcast_to(np.asarray(whole, dtype=bool), np.broadcast_shapes(np.shape(whole), (units,)))
    scratch = units * (8 * spikes + 2 * units * convention.points)
    return in_chunks(measure, times, known, core=(2, 1), scratch_per_sample=scratch)


def _pairs(spike_times: np.ndarray, convention: DeltaFConvention, whole: np.ndarray) -> PairMeasures:
    """All pairs of a chunk of samples (sample, unit, spike); whole (sample, unit)."""
    criteria = convention.criteria
    samples, units, _ = spike_times.shape
    fit = convention.rate.fit(spike_times)
    recruited = recruitment_time(spike_times, at_spike=convention.recruitment_spike)
    stopped = derecruitment_time(spike_times)

    # In order of recruitment (units recruited together: the one that lasts longer first) every control precedes its
    # test units, so half of all ordered pairs need no look.
    order = np.lexsort((-stopped, recruited), axis=-1)
    earlier, later = np.triu_indices(units, 1)
    control, test = order[:, earlier], order[:, later]

    def of_control(values: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, control, axis=1)

    def of_test(values: np.ndarray) -> np.ndarray:
        return np.take_along_axis(values, test, axis=1)

    start = of_test(recruited)
    stop = np.minimum(of_test(stopped), of_control(fit.end))
    t = start[..., None] + (stop - start)[..., None] * np.linspace(0, 1, convention.points)
    t = np.where((stop > start)[..., None], np.minimum(t, stop[..., None]), np.nan)
    rate = fit.at(control, t)
    change = rate[..., 0] - rate[..., -1]
    modulation = np.fmax.reduce(rate, axis=-1) - np.fmin.reduce(rate, axis=-1)
    r = _correlation(rate, fit.at(test, t))
    apart = start - of_control(recruited)
    delta = change
    if convention.normalised:
        fall = rate[..., 0] - fit.at(control, of_control(fit.end)[..., None])[..., 0]
        delta = np.divide(change, fall, out=np.full_like(change, np.nan), where=fall > 0)

    statistic = np.where(r > 0, r if criteria.correlation == "r" else r**2, -np.inf)
    no_rate = np.isnan(of_control(fit.end)) | np.isnan(of_test(fit.end))
    no_overlap = np.isnan(delta) & ~no_rate
    judged = ~(no_rate | no_overlap)
    failed = Failed.NO_RATE * no_rate + Failed.NO_OVERLAP * no_overlap
    failed = failed + Failed.RECRUITED_TOGETHER * (judged & ~(apart >= criteria.min_recruitment_difference))
    failed = failed + Failed.UNCORRELATED * (judged & ~(statistic >= criteria.min_correlation))
    failed = failed + Failed.CONTROL_NOT_MODULATED * (judged & ~(modulation >= criteria.min_control_modulation))
    if criteria.min_saturation_gap is not None:
        saturated = ~(np.abs(change - modulation) > criteria.min_saturation_gap)
        failed = failed + Failed.CONTROL_SATURATED * (judged & saturated)
    early = of_test(stopped) - of_control(stopped) > criteria.max_cut
    failed = failed + Failed.CONTROL_STOPS_FIRST * (judged & early) + Failed.NOT_WHOLE * ~of_test(whole)

    def as_matrix(values: np.ndarray, elsewhere: Any, dtype: Any = float) -> np.ndarray:
        matrix = np.full((samples, units, units), elsewhere, dtype)
        matrix[np.arange(samples)[:, None], control, test] = values
        return matrix

    return PairMeasures(
        as_matrix(delta, np.nan),
        as_matrix(apart, np.nan),
        as_matrix(r, np.nan),
        as_matrix(modulation, np.nan),
        as_matrix(failed, Failed.NOT_A_PAIR, np.uint16),
    )


def _correlation(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Pearson's r over time (trapezoidal rule on the even times of the last axis), where both rates are known.

    NaN if either rate is constant.
    """
    weight = np.where(np.isnan(a + b), 0.0, 1.0)
    weight[..., [0, -1]] /= 2
    a, b = (np.where(weight > 0, rate, 0) for rate in (a, b))
    with np.errstate(invalid="ignore", divide="ignore"):
        total = weight.sum(axis=-1)
        size = [(weight * rate**2).sum(axis=-1) for rate in (a, b)]
        a, b = (rate - ((weight * rate).sum(axis=-1) / total)[..., None] for rate in (a, b))
        spread = [(weight * rate**2).sum(axis=-1) for rate in (a, b)]
        r = (weight * a * b).sum(axis=-1) / np.sqrt(spread[0] * spread[1])
    varies = (spread[0] > FLAT * size[0]) & (spread[1] > FLAT * size[1])
    return np.where(varies, r, np.nan)


def _reduced(pair: np.ndarray, failed: np.ndarray, convention: DeltaFConvention) -> tuple[np.ndarray, ...]:
    counts = failed == 0
    pair = np.where(counts, pair, np.nan)
    unit = _mean(np.swapaxes(pair, -2, -1))
    pool = _mean(unit) if convention.report == "test_units" else _mean(pair.reshape(len(pair), -1))
    return pair, failed, unit, pool, np.isfinite(unit).sum(axis=-1), counts.sum(axis=(-2, -1))


def _mean(values: np.ndarray) -> np.ndarray:
    """Mean along the last axis of what is known there, added up in order of size: units have no order of their own."""
    values = np.sort(values, axis=-1)
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.where(known, values, 0).sum(axis=-1) / known.sum(axis=-1)
