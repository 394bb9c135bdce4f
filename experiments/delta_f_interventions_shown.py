"""The arrays behind the two contractions that `delta_f_interventions` shows: one seed, without and with the train."""

import numpy as np
import xarray as xr
from omegaconf import OmegaConf

from experiments.contraction_example import EVERY
from experiments.pool_spikes import excitation
from experiments.simulated import configuration
from experiments.words import attributes
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.smoothing import smoothed_rate
from sim.units import in_unit


def shown(
    results: xr.Dataset,
    spikes: np.ndarray,
    samples: np.ndarray,
    effect: np.ndarray,
    population: str,
    convention: DeltaFConvention,
) -> dict[str, tuple]:
    """Rates and force of the seed whose effect is nearest to the mean effect.

    Args:
        results: of the simulation.
        spikes: s, (sample, unit, spike).
        samples: (2, seed), numbers of the samples without and with the train, -1 where one failed.
        effect: pps, (seed,), of the train on ΔF, NaN where it is not known.
        population: that contracts.
        convention: of the ΔF; the rates have its smoother.

    Returns:
        `name -> (dims, values, attributes)`; nothing but NaN where no seed has both contractions.
    """
    time, command = excitation(results, population)
    rate_time = np.arange(0, time[-1] + EVERY / 2, EVERY)
    both = (samples >= 0).all(axis=0)
    usable = both & np.isfinite(effect) if (both & np.isfinite(effect)).any() else both
    rate = np.full((2, spikes.shape[1], len(rate_time)), np.nan)
    force, course = np.full((2, len(time)), np.nan), np.full(len(time), np.nan)
    if usable.any():
        known = effect[np.isfinite(effect)]
        away = np.where(usable, np.abs(np.nan_to_num(effect) - (known.mean() if known.size else 0.0)), np.inf)
        chosen = samples[:, int(np.argmin(away))]
        rate = smoothed_rate(spikes[chosen], rate_time, convention=convention.rate)
        force, course = results[f"{population}_force"].values[chosen], command[chosen[0]]
    return {
        "time": ("time", time, attributes("s", "time")),
        "rate_time": ("rate_time", rate_time, attributes("s", "time of the smoothed rates")),
        "shown_command": ("time", course.astype(np.float32), attributes("1", "excitatory command A_e")),
        "shown_rate": (
            ("contraction", "unit", "rate_time"),
            rate.astype(np.float32),
            attributes("pps", "smoothed rates, without and with the train"),
        ),
        "shown_force": (
            ("contraction", "time"),
            force.astype(np.float32),
            attributes("%", "force, without and with the train, in percent of the maximal one"),
        ),
        "stimulated": ("end", _stimulated(results), attributes("s", "begin and end of the train")),
    }


def _stimulated(results: xr.Dataset) -> np.ndarray:
    """Begin and end of the train, s, where the protocol says it."""
    train = OmegaConf.select(configuration(results), "intervention.nerve")
    if train is None:
        return np.full(2, np.nan)
    start, lasts = (in_unit(train[name], "ms", f"{name!r} of the train") / 1000 for name in ("start", "lasts"))
    return np.array([start, start + lasts])
