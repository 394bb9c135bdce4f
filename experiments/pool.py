"""What a pool does under a command: one contraction in full, and its measures along the axes of any design."""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import pool_figure
from experiments.conditions import Conditions, conditions, over_seeds
from experiments.contraction_example import example
from experiments.conventions import convention
from experiments.design_axes import DIMS, dims, paths, setting, unit_as_written, varied
from experiments.pool_measures import MEASURED, measured
from experiments.pool_spikes import excitation, pool_spike_times
from experiments.simulated import in_words
from experiments.words import attributes, mean_and_sd, number
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.design import Design
from sim.results.status import Status
from sim.units import quantity


@dataclass(frozen=True)
class Pool:
    """Settings of the analysis.

    Args:
        population: name of the pool.
        design: of the simulation, whose axes are drawn; at most two.
        convention: of the ΔF, by name (see `experiments.conventions`) or declared in full.

    Raises:
        ValueError: a third axis, or no such convention.
    """

    population: str
    design: Design
    convention: DeltaFConvention | str = "later_spike_from_second"

    def __post_init__(self) -> None:
        object.__setattr__(self, "convention", convention(self.convention))
        paths(self.design)

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Measures of every contraction on the grid (axes..., seed), and one contraction in full.

        Raises:
            ValueError: the command was not recorded, or the results are of another design.
        """
        chosen = convention(self.convention)
        grid = self._grid(results)
        values = measured(results, self.population, chosen)
        data = {
            name: xr.DataArray(grid.folded(values[name]), dims=grid.dims, name=name, attrs=attributes(*MEASURED[name]))
            for name in MEASURED
        }
        data |= {name: part for array in list(data.values()) for name, part in over_seeds(array).items()}

        place = tuple((len(values) - 1) // 2 for values in grid.axes.values())  # the middle of each axis
        shown = grid.sample[place]
        shown = shown[shown >= 0]
        first = int(shown[0]) if shown.size else 0
        alone = results.isel(sample=[first])
        one, (time, command) = pool_spike_times(alone, self.population)[0], excitation(alone, self.population)
        one = one if shown.size else np.full_like(one, np.nan)
        axes = [(path, unit_as_written(values[0])) for path, values in self.design.axes.items()]
        return xr.Dataset(
            {**data, **example(one, time, command[0], chosen)},
            {
                dim: (dim, values / quantity(f"1 {unit}").number, attributes(unit or "1", path))
                for (dim, values), (path, unit) in zip(grid.axes.items(), axes, strict=True)
            },
            {
                "simulated": in_words(results),
                "convention": chosen.describe(),
                "example": list(place),
                "runs": int(results.sizes["sample"]),
                "failed": int((results["status"].values != Status.DONE).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """One contraction, and the measures against the axes; without axes, one pair of units and a table."""
        return pool_figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """Runs, the measures at both ends of the first axis (in the middle of the second), and the convention."""
        m = measures
        runs = f"{m.attrs['runs']} contraction{'s' * (m.attrs['runs'] != 1)} of the pool {self.population}"
        spread = "; ± is the SD between n seeds" if m.sizes["seed"] > 1 else ""
        lines = [f"{runs}, {m.attrs['failed']} failed: {varied(m)}{spread}"]
        middle = dict(zip(dims(m), map(int, m.attrs["example"]), strict=True))
        for which in sorted({0, m.sizes["first"] - 1}) if middle else [0]:
            place = middle | {"first": which} if middle else {}
            where = ", ".join(setting(m, dim, index) for dim, index in place.items())
            lines += [f"{where}: {words}" if where else words for words in _answers(m.isel(place), short=bool(place))]
        return [*lines, m.attrs["convention"]]

    def _grid(self, results: xr.Dataset) -> Conditions:
        if named := paths(self.design):
            return conditions(results, dict(zip(DIMS, named, strict=False)))
        done = results["status"].values == Status.DONE
        return Conditions({}, np.where(done, np.arange(len(done)), -1), self.population)


def _answers(here: xr.Dataset, *, short: bool) -> list[str]:
    """The measures of one condition, in one line or in two."""
    digits = int(here.sizes["seed"] > 1)  # of a mean of counts
    rates = (
        f"ΔF {mean_and_sd(here, 'delta_f', 2, 'pps')} from {number(here['n_test_units_mean'], digits)} test units, "
        f"peak rate {mean_and_sd(here, 'peak_rate', 2, 'pps')}"
    )
    units = (
        f"{number(here['n_recruited_mean'], digits)} of {here.sizes['unit']} units recruited, "
        f"{number(here['n_still_firing_mean'], digits)} still fire in the last second"
    )
    return (
        [f"{rates}; {units}"]
        if short
        else [f"{rates}, brace height {mean_and_sd(here, 'brace_height', 1, '%rTri')}", units]
    )
