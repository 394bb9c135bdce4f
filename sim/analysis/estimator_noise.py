"""How far a ΔF hangs on a handful of last spikes.

A smoothed rate bends at its ends with the last few rates, and a ΔF reads the control's rate there, where it often
falls steeply. A decomposition that loses the last spikes of a unit, or a model that fires one more, therefore moves
ΔF; an effect smaller than that is not measured by one ramp.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.analysis.chunks import in_chunks
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, DeltaFConvention
from sim.analysis.spikes import as_spike_times, without_last_spikes


class EstimatorNoise(NamedTuple):
    """Half the range of ΔF over the re-estimates (units as ΔF); NaN where fewer than two of them exist."""

    unit: np.ndarray  # (..., unit)
    pool: np.ndarray  # (...)
    unit_estimates: np.ndarray  # (..., dropped, unit), after dropping 0, 1 ... last spikes
    pool_estimates: np.ndarray  # (..., dropped)


def estimator_noise(
    spike_times: Any, *, convention: DeltaFConvention = LATER_SPIKE_FROM_SECOND, most_dropped: int = 3
) -> EstimatorNoise:
    """Estimator noise of ΔF: half its range while 0, 1 ... `most_dropped` last spikes are taken from every unit.

    All units lose the same number of spikes at once, and everything is measured and judged anew: smoothed rates,
    derecruitment times, which pairs count (so the pool's value includes a change of its test units). The estimates
    mostly move one way, to a smaller ΔF, because derecruitment comes earlier; look at them before reading the half
    range as scatter. It is no standard error: it says nothing about noise in the drive, nor about which units a
    recording happened to find.

    Args:
        spike_times: s, (..., unit, spike).
        convention: as for `delta_f`.
        most_dropped: largest number of last spikes taken from each unit.

    Returns:
        See `EstimatorNoise`.

    Raises:
        ValueError: spike times out of order, or `most_dropped` below one.
    """
    if most_dropped < 1:
        raise ValueError(f"estimator noise needs at least one dropped spike, but most_dropped is {most_dropped}.")

    def measure(times: np.ndarray) -> tuple[np.ndarray, ...]:
        trains = [without_last_spikes(times, dropped) for dropped in range(most_dropped + 1)]
        results = [delta_f(train, convention=convention) for train in trains]
        units = np.stack([result.unit for result in results], axis=1)
        pools = np.stack([result.pool for result in results], axis=1)
        return _half_range(units), _half_range(pools), units, pools

    times = as_spike_times(spike_times)
    scratch = (most_dropped + 1) * times.shape[-2] * times.shape[-1]
    return EstimatorNoise(*in_chunks(measure, times, core=(2,), scratch_per_sample=scratch))


def _half_range(estimates: np.ndarray) -> np.ndarray:
    """Along axis 1 (dropped)."""
    half = (np.fmax.reduce(estimates, axis=1) - np.fmin.reduce(estimates, axis=1)) / 2
    return np.where(np.isfinite(estimates).sum(axis=1) > 1, half, np.nan)
