"""How far a ΔF hangs on one last spike.

A smoothed rate bends at its ends with the last few rates, and a ΔF reads the control's rate there, where it often
falls steeply. A decomposition that loses the last spike of a unit, or a model that fires one more, therefore moves
ΔF; an effect smaller than that is not measured by one ramp.
"""

from typing import Any, NamedTuple

import numpy as np

from sim.analysis.chunks import in_chunks
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND, DeltaFConvention
from sim.analysis.spikes import as_spike_times, spike_count, without_last_spikes


class EstimatorNoise(NamedTuple):
    """What one last spike does to ΔF, in its units (pps, or 1 if normalised)."""

    single: np.ndarray  # (...), root mean square of `own_change` over the units; NaN if no unit has one
    pool: np.ndarray  # (...), half of each `pool_change`, added in quadrature over the units; NaN if there is none
    own_change: np.ndarray  # (..., unit), of a test unit's own ΔF when that unit loses its last spike
    pool_change: np.ndarray  # (..., unit), of the pool's ΔF when that unit, control or test, loses its last spike


def estimator_noise(spike_times: Any, *, convention: DeltaFConvention = LATER_SPIKE_FROM_SECOND) -> EstimatorNoise:
    """Estimator noise of ΔF: leave out the last spike of one unit at a time and estimate anew.

    With d_u the change when unit u alone has lost its last spike,

        single = sqrt(mean_u d_u(ΔF of u)²)        how far the ΔF of one test unit moves
        pool   = sqrt(sum_u (d_u(ΔF of the pool)/2)²)

    Everything is measured and judged anew: smoothed rates, derecruitment, which pairs count. A unit enters the
    pool's value in each of its roles, as control and as test unit. Half a change is the standard deviation of two
    estimates, with and without the spike, that are equally good; the units' spikes are taken to come and go
    independently, hence the quadrature. Neither is a standard error: they say nothing about noise in the drive,
    nor about which units a recording happened to find.

    Args:
        spike_times: s, (..., unit, spike).
        convention: as for `delta_f`.

    Returns:
        See `EstimatorNoise`. A unit that has no ΔF with or without its last spike has no change of its own (NaN);
        a unit without spikes changes nothing (0).

    Raises:
        ValueError: spike times out of order.
    """
    times = as_spike_times(spike_times)
    units = times.shape[-2]
    longest = max(2, int(spike_count(times).max(initial=0)))

    def measure(times: np.ndarray) -> tuple[np.ndarray, ...]:
        whole = delta_f(times, convention=convention)
        last = np.eye(units, dtype=bool)[None, :, :, None]
        less = np.where(last, without_last_spikes(times, 1)[:, None], times[:, None])
        without = delta_f(less, convention=convention)  # (sample, unit that lost its spike, unit)
        own = np.diagonal(without.unit, axis1=1, axis2=2) - whole.unit
        pool = without.pool - whole.pool[:, None]
        with np.errstate(invalid="ignore"):  # nothing known: 0/0
            single = np.sqrt(np.nansum(own**2, axis=-1) / np.isfinite(own).sum(axis=-1))
        both = np.sqrt(np.nansum((pool / 2) ** 2, axis=-1))
        return single, np.where(np.isfinite(pool).any(axis=-1), both, np.nan), own, pool

    return EstimatorNoise(
        *in_chunks(measure, times[..., :longest], core=(2,), scratch_per_sample=2 * units * units * longest)
    )
