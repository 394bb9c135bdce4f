"""What a pool does in one contraction, in a few numbers, from its spikes and its command."""

import numpy as np
import xarray as xr

from experiments.conditions import known_mean
from experiments.pool_spikes import command_end, excitation, pool_spike_times
from sim.analysis.brace import brace_height
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.self_sustained import count_in_window
from sim.analysis.smoothing import peak_rate
from sim.analysis.spikes import spike_count

TOGETHER = 1024  # samples that are measured at once
LAST = 1.0  # s, the end of the recording in which a unit is still firing

MEASURED = {
    "delta_f": ("pps", "ΔF, pool mean"),
    "n_test_units": ("1", "test units that have a ΔF"),
    "brace_height": ("%rTri", "brace height, mean over valid units"),
    "peak_rate": ("pps", "peak smoothed rate, mean over recruited units"),
    "n_recruited": ("1", "units recruited (at least two spikes)"),
    "n_still_firing": ("1", "units that fire after the command, in the last second"),
}


def measured(results: xr.Dataset, population: str, convention: DeltaFConvention) -> dict[str, np.ndarray]:
    """Every measure of `MEASURED` of every contraction, read some samples at a time: memory does not grow with them.

    Returns:
        (sample,) by name.

    Raises:
        ValueError: the command was not recorded.
    """
    parts = []
    for first in range(0, results.sizes["sample"], TOGETHER):
        some = results.isel(sample=slice(first, first + TOGETHER))
        parts.append(pool_measures(pool_spike_times(some, population), *excitation(some, population), convention))
    return {name: np.concatenate([part[name] for part in parts]) for name in MEASURED}


def pool_measures(
    spikes: np.ndarray, time: np.ndarray, command: np.ndarray, convention: DeltaFConvention
) -> dict[str, np.ndarray]:
    """Every measure of `MEASURED`.

    Args:
        spikes: s, (sample, unit, spike).
        time: s, (time,), increasing.
        command: (sample, time).
        convention: of the ΔF; brace height and peak rate take its smoother.

    Returns:
        (sample,) by name; NaN where there is nothing to measure, and for the units that still fire where the command
        lasts to the end.
    """
    result = delta_f(spikes, convention=convention)
    brace = brace_height(spikes, time, command, convention=convention.rate)
    end = command_end(time, command)
    still = count_in_window(spikes, np.maximum(end, time[-1] - LAST), np.inf) > 0
    return {
        "delta_f": result.pool,
        "n_test_units": result.n_test_units.astype(float),
        "brace_height": known_mean(np.where(brace.invalid == 0, brace.brace_height, np.nan)),
        "peak_rate": known_mean(peak_rate(spikes, convention=convention.rate).rate),
        "n_recruited": (spike_count(spikes) > 1).sum(axis=-1).astype(float),
        "n_still_firing": np.where(end < time[-1], still.sum(axis=-1), np.nan),
    }
