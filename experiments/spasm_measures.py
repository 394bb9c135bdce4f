"""What is left of a spasm from some moment on, in a few numbers, from spikes and force."""

import numpy as np
import xarray as xr

from experiments.pool_spikes import pool_spike_times
from experiments.words import attributes
from sim.analysis.self_sustained import count_in_window
from sim.analysis.silence import silence

GAP = 1.0  # s, a pause of all units that counts as silence, and the windows that are looked at
RELIEF = 1.0  # % of maximal force, below which a spasm that a unit or two keep up is hardly felt; chosen

MEASURED = {
    "units_before": ("1", "units that fire in the last second before anything is done"),
    "units_during": ("1", "units that fire in the last second of stimulation"),
    "units_left": ("1", "units that fire in the last second of all"),
    "suppressed": ("1", "no unit fires in the last second of stimulation"),
    "stopped": ("1", "no unit fires in the last second of all"),
    "relieved": ("1", "mean force in the last second of all is below 1 % of the maximal one"),
    "time_to_stop": ("s", "from the begin of what is done to the last spike of the pool, where firing stopped"),
    "recurred": ("1", "all units paused for a second, and then one fired"),
    "force_before": ("%", "mean force in the last second before anything is done, in percent of the maximal one"),
    "force_left": ("%", "mean force in the last second of all, in percent of the maximal one"),
}


def spasm_measures(results: xr.Dataset, population: str, start: float, stop: float) -> dict[str, np.ndarray]:
    """Every measure of `MEASURED`.

    Args:
        results: with the spikes of the population and the signal `POPULATION_force`.
        start: s, when something is done, at least a second after the begin and a second before the end.
        stop: s, when stimulation ends; cut at the end of the recording.

    Returns:
        (sample,) by name.
    """
    spikes, end = pool_spike_times(results, population), end_of(results)
    time, force = results["time"].values, results[f"{population}_force"].values.astype(float)
    stop = min(stop, end)
    found = silence(spikes, start, end, gap=GAP)

    def mean_force(until: float) -> np.ndarray:
        return force[:, (time >= until - GAP - 1e-9) & (time < until - 1e-9)].mean(axis=-1)

    def firing(until: float) -> np.ndarray:
        return (count_in_window(spikes, until - GAP, until) > 0).sum(axis=-1).astype(float)

    return {
        "units_before": firing(start),
        "units_during": firing(stop),
        "units_left": found.units_left.astype(float),
        "suppressed": (firing(stop) == 0).astype(float),
        "stopped": found.stopped.astype(float),
        "relieved": (mean_force(end) < RELIEF).astype(float),
        "time_to_stop": found.time_to_stop,
        "recurred": found.recurred.astype(float),
        "force_before": mean_force(start),
        "force_left": mean_force(end),
    }


def left_of(force: xr.DataArray, untreated: xr.DataArray) -> xr.DataArray:
    """Force in the last second in percent of that of the untreated spasm of the same seed; NaN where that has none."""
    words = "force in the last second, in percent of the untreated spasm's of the same seed"
    return (100 * force / untreated.where(untreated > 0)).assign_attrs(attributes("%", words))


def end_of(results: xr.Dataset) -> float:
    """When the recording ends: s."""
    time = results["time"].values
    return float(time[-1] + (time[1] - time[0]))


def mean_pic(results: xr.Dataset, population: str) -> np.ndarray:
    """Persistent inward current of a motoneuron, mean over the pool: nA, (sample, time).

    Raises:
        ValueError: it was not recorded.
    """
    if "i_pic" not in results:
        raise ValueError("the persistent inward current was not recorded. Set record.variables=[i_pic].")
    members = np.flatnonzero(results["population"].values == population)
    return results["i_pic"].isel(recorded=np.isin(results["recorded"].values, members)).mean("recorded").values


def folded(grid, values: dict[str, np.ndarray]) -> dict[str, xr.DataArray]:
    """Measures on the grid of the design, by name."""
    return {
        name: xr.DataArray(grid.folded(x), dims=grid.dims, name=name, attrs=attributes(*MEASURED[name]))
        for name, x in values.items()
    }
