"""One contraction in full, as arrays: spikes, rates, command and one pair of units; and what one spike does to ΔF."""

import numpy as np
import xarray as xr

from experiments.question import Asked
from sim.analysis.delta_f import DeltaF, delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.estimator_noise import estimator_noise
from sim.analysis.means import known_mean
from sim.analysis.recruitment import derecruitment_time, recruitment_time
from sim.analysis.smoothing import smoothed_rate
from sim.analysis.spikes import spike_count

EVERY = 0.1  # s, between two points of a drawn rate
NOISE_SAMPLES = 8  # the estimator noise is measured on so many contractions at most
NOISE = {
    "single": "of one test unit's ΔF: r.m.s. change when the unit loses its last spike",
    "pool": "of the pool's ΔF: half changes, one unit's last spike left out at a time, in quadrature",
}


def contraction(asked: Asked, samples: xr.DataArray, population: str, convention: DeltaFConvention) -> dict[str, tuple]:
    """Variables of an answer that show one contraction: the first of some samples that is done.

    Args:
        samples: their numbers, -1 where there is none.
        population: name of the pool.
        convention: of the ΔF.

    Returns:
        `name -> (dims, values, attributes)`.
    """
    view = asked.done(samples)
    spikes, time, command = view.spikes(population)[0], view.time, view.course(f"{population}.excitation")[0]
    spikes = spikes[:, : max(2, int(spike_count(spikes).max(initial=0)))]
    t = np.arange(0, time[-1] + EVERY / 2, EVERY)
    small = np.float32  # 0.002 ms at 20 s
    return {
        "time": ("time", time, {"units": "s", "long_name": "time"}),
        "rate_time": ("rate_time", t, {"units": "s", "long_name": "time of the smoothed rates"}),
        "example_spikes": (
            ("unit", "spike"), spikes.astype(small), {"units": "s", "long_name": "spike times of the example"},
        ),
        "example_rate": (
            ("unit", "rate_time"),
            smoothed_rate(spikes, t, convention=convention.rate).astype(small),
            {"units": "pps", "long_name": "smoothed rates of the example"},
        ),
        "example_command": ("time", command.astype(small), {"units": "1", "long_name": "excitatory command A_e"}),
        **shown_pair(spikes, delta_f(spikes, convention=convention), convention),
    }  # fmt: skip


def shown_pair(spikes: np.ndarray, result: DeltaF, convention: DeltaFConvention) -> dict[str, tuple]:
    """The pair that stands for all: the one, of those that count, whose ΔF is nearest to the pool's.

    Args:
        spikes: s, (unit, spike).
        result: their ΔF.
        convention: of the ΔF.

    Returns:
        `name -> (dims, values, attributes)`; without a pair `pair_unit` is -1.
    """
    unit, at, level = np.full(2, -1), np.full(2, np.nan), np.full(2, np.nan)
    if int(result.n_pairs):
        away = np.where(result.failed == 0, np.abs(result.pair - result.pool), np.inf)
        unit = np.array(np.unravel_index(np.argmin(away), away.shape))
        last_rate = convention.rate.fit(spikes[None, unit]).end[0, 0]  # of the control unit
        at = np.array([
            recruitment_time(spikes, at_spike=convention.recruitment_spike)[unit[1]],
            min(derecruitment_time(spikes)[unit[1]], last_rate),
        ])  # fmt: skip
        level = smoothed_rate(spikes[None, unit[0]], at, convention=convention.rate)[0]
    return {
        "pair_unit": ("role", unit, {"units": "1", "long_name": "control and test unit of the pair shown, from 0"}),
        "pair_time": ("moment", at, {"units": "s", "long_name": "recruitment and derecruitment of the test unit"}),
        "pair_rate": ("moment", level, {"units": "pps", "long_name": "smoothed rate of the control unit then"}),
    }


def noise(asked: Asked, samples: xr.DataArray, population: str, convention: DeltaFConvention) -> dict[str, tuple]:
    """The estimator noise of ΔF in some samples, as variables of an answer; NaN if none of them is done."""
    found = estimator_noise(asked.done(samples, NOISE_SAMPLES).spikes(population), convention=convention)
    return {
        f"noise_{name}": ((), float(known_mean(getattr(found, name))), {"units": "pps", "long_name": words})
        for name, words in ((name, f"estimator noise {said}") for name, said in NOISE.items())
    }
