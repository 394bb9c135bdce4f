"""Does firing outlast a brief input, and from which monoaminergic level on?

The soleus of a segment receives a steady background and one brief excitation, at every level, under the same random
streams. What fires after it is kept going by the persistent inward current alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import spasm_figure as figure
from experiments.conditions import conditions, over_seeds
from experiments.pool_spikes import pool_spike_times
from experiments.simulated import in_words
from experiments.spasm_measures import end_of, mean_pic
from experiments.words import attributes, mean_and_sd, number
from sim.analysis.self_sustained import count_in_window, self_sustained_duration
from sim.results.status import Status
from sim.units import in_unit

LATER = (2.0, 4.0)  # s after the input, in which rates and forces are read

MEASURED = {
    "units_before": ("1", "units that fire in the second before the input"),
    "units_after": ("1", "units that fire 2 to 4 s after the input"),
    "units_end": ("1", "units that fire in the last second"),
    "duration": ("s", "from the end of the input to the last spike before a pause of 1 s of all units"),
    "rate_after": ("pps", "discharge rate 2 to 4 s after the input, mean over the units that fire"),
    "force_input": ("%", "peak force, in percent of the maximal one"),
    "force_after": ("%", "mean force 2 to 4 s after the input, in percent of the maximal one"),
}


@dataclass(frozen=True)
class Spasm:
    """Settings of the analysis.

    Args:
        population: the motoneurons.
        ligand: at rest, which adds to the constitutive part of the level.
        start, duration: of the brief input.
        shown: two constitutive parts whose courses are shown; the nearest of the design are taken.
    """

    population: str
    ligand: float
    start: str | float
    duration: str | float
    shown: Sequence[float]

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Every measure on the grid (level, seed), and the courses of one seed at two levels.

        Raises:
            ValueError: the design lacks the axis or has another one, or something was not recorded.
        """
        grid = conditions(results, {"monoamine": f"{self.population}.monoamine"})
        begin = in_unit(self.start, "ms", "the start of the input") / 1000
        end = begin + in_unit(self.duration, "ms", "the duration of the input") / 1000
        spikes = pool_spike_times(results, self.population)
        values = self._values(results, spikes, begin, end)
        data = {
            name: xr.DataArray(grid.folded(x), dims=grid.dims, name=name, attrs=attributes(*MEASURED[name]))
            for name, x in values.items()
        }
        data |= {name: part for array in list(data.values()) for name, part in over_seeds(array).items()}
        places = [grid.nearest(monoamine=value)[0] for value in self.shown]
        shown = places, [int(np.argmax(grid.sample[k] >= 0)) for k in places]  # levels, and a seed of each
        fired = grid.folded(spikes)[shown]
        fired = fired[..., : max(1, int(np.isfinite(fired).sum(axis=-1).max()))]
        return xr.Dataset(
            {
                **data,
                "level": (
                    "monoamine",
                    grid.axes["monoamine"] + self.ligand,
                    attributes("1", "monoaminergic level: constitutive part + ligand"),
                ),
                "shown_force": (
                    ("shown", "time"),
                    grid.folded(results[f"{self.population}_force"].values)[shown].astype(np.float32),
                    attributes("%", "force, in percent of the maximal one"),
                ),
                "shown_pic": (
                    ("shown", "time"),
                    grid.folded(mean_pic(results, self.population))[shown].astype(np.float32),
                    attributes("nA", "persistent inward current of a motoneuron, mean over the pool"),
                ),
                "shown_spikes": (
                    ("shown", "unit", "spike"),
                    fired.astype(np.float32),
                    attributes("s", "spike times"),
                ),
            },
            {
                "monoamine": ("monoamine", grid.axes["monoamine"], attributes("1", "constitutive part of the level")),
                "time": ("time", results["time"].values, attributes("s", "time")),
            },
            {
                "population": self.population,
                "simulated": in_words(results),
                "input": [begin, end],
                "ends": end_of(results),
                "shown_level": [float(grid.axes["monoamine"][k]) + self.ligand for k in places],
                "runs": int(results.sizes["sample"]),
                "failed": int((results["status"].values != Status.DONE).sum()),
                "size": int((results["population"].values == self.population).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """Force, spikes and current at two levels (A, B), and what remains of the input over the level (C to F)."""
        return figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """What fires after the input at every level."""
        m = measures
        lines = [f"{m.attrs['runs']} segments, {m.attrs['failed']} failed; ± is the SD between n seeds"]
        for monoamine in m["monoamine"].values:
            at = m.sel(monoamine=monoamine)
            lines.append(
                f"level {number(at['level'])}: {number(at['units_before_mean'], 1)} units before, "
                f"{mean_and_sd(at, 'units_after', 1, 'units')} 2 to 4 s after the input, "
                f"{mean_and_sd(at, 'rate_after', 1, 'pps')}, force {mean_and_sd(at, 'force_after', 1, '%')}, "
                f"firing lasts {mean_and_sd(at, 'duration', 1, 's')}, "
                f"to the end in {int((at['units_end'] > 0).sum())}"
            )
        return lines

    def _values(self, results: xr.Dataset, spikes: np.ndarray, begin: float, end: float) -> dict[str, np.ndarray]:
        time, force = results["time"].values, results[f"{self.population}_force"].values.astype(float)
        last = end_of(results)
        after = count_in_window(spikes, end + LATER[0], min(end + LATER[1], last))
        firing = (after > 0).sum(axis=-1)
        merged = np.sort(spikes.reshape(len(spikes), 1, -1), axis=-1)  # all units as one
        with np.errstate(invalid="ignore", divide="ignore"):
            rate = after.sum(axis=-1) / firing / (min(end + LATER[1], last) - end - LATER[0])
        later = (time >= end + LATER[0] - 1e-9) & (time < end + LATER[1] - 1e-9)
        return {
            "units_before": (count_in_window(spikes, begin - 1.0, begin) > 0).sum(axis=-1).astype(float),
            "units_after": firing.astype(float),
            "units_end": (count_in_window(spikes, last - 1.0, last) > 0).sum(axis=-1).astype(float),
            "duration": self_sustained_duration(merged, end)[:, 0],
            "rate_after": rate,
            "force_input": force.max(axis=-1),
            "force_after": force[:, later].mean(axis=-1),
        }
