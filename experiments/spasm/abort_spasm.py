"""What stops a spasm: stimulation of the antagonist's nerve, continuous or in answer to EMG, force or a person, and
relaxation.

The same spasm in every case of the design, under the same random streams, at several constitutive levels. Everything
acts through the circuit: pulses on the antagonist's Ia fibres, and the ligand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import abort_spasm_figure as figure
from experiments.case_axes import by_case, known, places
from experiments.conditions import Conditions, known_mean, over_seeds
from experiments.pool_spikes import pool_spike_times
from experiments.series_panel import interval
from experiments.simulated import in_words
from experiments.spasm_measures import RELIEF, end_of, folded, left_of, mean_pic, spasm_measures
from experiments.words import attributes, mean_and_sd, number
from sim.results.status import Status
from sim.units import in_unit


@dataclass(frozen=True)
class AbortSpasm:
    """Settings of the analysis; cases are given by their names in the design.

    Args:
        population: in spasm.
        nerve: afferents that are stimulated.
        ligand: at rest, which adds to the constitutive part of the level.
        start, lasting: when something is done, and how long the nerve is stimulated.
        untreated: case in which nothing is.
        shown: cases shown over time, from top to bottom.
        doses: cases of continuous trains of other doses, shown as a summary.
    """

    population: str
    nerve: str
    ligand: float
    start: str | float
    lasting: str | float
    untreated: str
    shown: Sequence[str]
    doses: Sequence[str]

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Every measure on the grid (case, constitutive level, seed), and the course of one seed in every case.

        Raises:
            ValueError: the design has no cases or lacks one of these, or something was not recorded.
        """
        grid = by_case(results, {"constitutive": f"{self.population}.monoamine"}, population=self.population)
        start = in_unit(self.start, "ms", "the start of what is done") / 1000
        untreated = places(grid, [self.untreated])[0]
        stop = start + in_unit(self.lasting, "ms", "how long the nerve is stimulated") / 1000
        data = folded(grid, spasm_measures(results, self.population, start, stop))
        data["pulses"] = xr.DataArray(
            grid.folded(_pulses(results, self.nerve)), dims=grid.dims, attrs=attributes("1", "pulses given")
        )
        data["spasm_left"] = left_of(data["force_left"], data["force_left"].isel(case=untreated))
        for name, array in list(data.items()):
            found = over_seeds(array.rename(name))
            half = interval(found[f"{name}_sd"].values, found[f"{name}_n"].values)
            words = f"{array.attrs['long_name']}: half of the 95 % interval of the mean"
            said = attributes(array.attrs["units"], words)
            data |= found | {f"{name}_half": xr.DataArray(half, dims=grid.dims[:-1], attrs=said)}
        levels = grid.axes["constitutive"] + self.ligand
        return xr.Dataset(
            {
                **data,
                "level": ("constitutive", levels, attributes("1", "level at rest: constitutive part + ligand")),
                **self._courses(results, grid, data["spasm_left"].values),
            },
            {
                "case": ("case", grid.axes["case"], attributes("", "what was done")),
                "constitutive": (
                    "constitutive",
                    grid.axes["constitutive"],
                    attributes("1", "constitutive part of the level"),
                ),
                "time": ("time", results["time"].values, attributes("s", "time")),
            },
            {
                "population": self.population,
                "untreated": self.untreated,
                "shown": known(grid, self.shown),
                "doses": known(grid, self.doses),
                "start": start,
                "stop": stop,
                "relief": RELIEF,
                "ends": end_of(results),
                "ligand": self.ligand,
                "simulated": in_words(results),
                "runs": int(results.sizes["sample"]),
                "failed": int((results["status"].values != Status.DONE).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """Force and current in every case (A), what is left of the spasm (B), and what larger doses do (C)."""
        return figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """What every case does at every level."""
        m = measures
        lines = [f"{m.attrs['runs']} segments, {m.attrs['failed']} failed; ± is the SD between n seeds"]
        for constitutive in m["constitutive"].values:
            for case in (str(name) for name in m["case"].values):
                at = m.sel(constitutive=constitutive, case=case)
                n = int(at["stopped_n"])
                lines.append(
                    f"level {number(at['level'])}, {case}: stopped in {int(at['stopped'].sum())} of {n} seeds, after "
                    f"{mean_and_sd(at, 'time_to_stop', 1, 's')}; silent in {int(at['suppressed'].sum())} when "
                    f"stimulation ends, came back in {int(at['recurred'].sum())}; in the end "
                    f"{mean_and_sd(at, 'units_left', 1, 'units')}, force {mean_and_sd(at, 'force_left', 1, '%')}, "
                    "below "
                    f"{m.attrs['relief']:g} % in {int(at['relieved'].sum())}; {number(at['pulses_mean'], 0)} pulses"
                )
        return lines

    def _courses(self, results: xr.Dataset, grid: Conditions, left: np.ndarray) -> dict[str, tuple]:
        """Force, current and pulses of the seed that is nearest to the mean in all cases, at each level."""
        away = ((left - known_mean(left)[..., None]) ** 2).sum(axis=0)  # NaN where a case failed
        seed = np.argmin(np.where(np.isfinite(away), away, np.inf), axis=-1)
        sample = np.stack([grid.sample[:, k, place] for k, place in enumerate(seed)], axis=1)  # (case, constitutive)
        time = results["time"].values
        pulses = _pulse_times(results, self.nerve)
        edges = np.append(time, end_of(results))
        counted = np.stack([np.histogram(times[np.isfinite(times)], edges)[0] for times in pulses])
        dims = ("case", "constitutive", "time")
        force = results[f"{self.population}_force"].values.astype(np.float32)
        pic = mean_pic(results, self.population).astype(np.float32)
        missing = (sample < 0)[..., None]
        return {
            "shown_force": (
                dims,
                np.where(missing, np.nan, force[sample]),
                attributes("%", "force of the seed shown, in percent of the maximal one"),
            ),
            "shown_pic": (
                dims,
                np.where(missing, np.nan, pic[sample]),
                attributes("nA", "persistent inward current of a motoneuron, mean over the pool, of the seed shown"),
            ),
            "shown_pulses": (
                dims,
                np.where(missing, 0, counted[sample]).astype(np.int16),
                attributes("1", "pulses up to the next time, of the seed shown"),
            ),
        }


def _pulse_times(results: xr.Dataset, nerve: str) -> np.ndarray:
    """When the fibre that every pulse recruits fired: s, (sample, spike). It is the one that fires most."""
    times = pool_spike_times(results, nerve)
    busiest = np.isfinite(times).sum(axis=-1).argmax(axis=-1)
    return times[np.arange(len(times)), busiest]


def _pulses(results: xr.Dataset, nerve: str) -> np.ndarray:
    return np.isfinite(_pulse_times(results, nerve)).sum(axis=-1).astype(float)
