"""Spike times of one pool, and the command it received."""

import numpy as np
import xarray as xr

from sim.results.schema import spike_times
from sim.results.status import Status


def pool_spike_times(results: xr.Dataset, population: str) -> np.ndarray:
    """Spike times of a population: s, float64 (sample, unit, spike), padded with NaN no further than needed.

    A sample that failed has none.
    """
    pool = results.isel(unit=np.flatnonzero(results["population"].values == population))
    longest = min(pool.sizes["spike"], max(2, int(pool["n_spikes"].max())))
    times = spike_times(pool.isel(spike=slice(0, longest))).values
    return np.where((results["status"].values == Status.DONE)[:, None, None], times, np.nan)


def excitation(results: xr.Dataset, population: str) -> tuple[np.ndarray, np.ndarray]:
    """Times (s, (time,)) and the excitatory command A_e (1, (sample, time)).

    Raises:
        ValueError: the command was not recorded.
    """
    name = f"{population}.excitation"
    if name not in results:
        raise ValueError(f"the command {name!r} was not recorded. Set record.commands=true.")
    return results["time"].values, results[name].values.astype(float)


def command_end(time: np.ndarray, command: np.ndarray) -> np.ndarray:
    """When each sample's command (sample, time) has come back to its lowest value for good: s, (sample,)."""
    driven = command > command.min(axis=-1, keepdims=True)
    last = command.shape[-1] - 1 - np.argmax(driven[:, ::-1], axis=-1)
    return time[np.minimum(last + 1, len(time) - 1)]
