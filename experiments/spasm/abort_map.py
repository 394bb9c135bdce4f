"""Where stimulation of the antagonist's nerve and relaxation stop a spasm, where they shorten it, and where they fail.

A map over what the level of a motoneuron is made of: its constitutive part, which nothing takes away, and the ligand,
which relaxation does. Under the same random streams everywhere, for both tiers of the motoneuron.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from omegaconf import OmegaConf

from experiments import abort_map_figure as figure
from experiments.abort_map_figure import OUTCOMES, treatments
from experiments.case_axes import by_case, places
from experiments.conditions import known_mean, over_seeds
from experiments.simulated import configuration, in_words
from experiments.spasm_measures import folded, left_of, spasm_measures
from experiments.words import attributes, number
from sim.results.status import Status
from sim.units import in_unit

WEAKER = 50.0  # % of the untreated force at the end, below which a spasm that goes on counts as weakened; chosen


@dataclass(frozen=True)
class AbortMap:
    """Settings of the analysis.

    Args:
        population: in spasm.
        start, lasting: when something is done, and for how long the nerve is stimulated.
        treatment: case of stimulation alone; its intensity 0 is the untreated spasm.
        relaxation: case of stimulation and relaxation.
    """

    population: str
    start: str | float
    lasting: str | float
    treatment: str
    relaxation: str

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Every measure on the grid (tier, case, constitutive, ligand, intensity, seed), and the outcomes.

        Raises:
            ValueError: the design lacks one of the axes or cases.
        """
        start = in_unit(self.start, "ms", "the start of what is done") / 1000
        stop = start + in_unit(self.lasting, "ms", "how long the nerve is stimulated") / 1000
        names = [str(name) for name in results["variant"].attrs["names"]] if "variant" in results else ["one tier"]
        which = results["variant"].values if "variant" in results else np.zeros(results.sizes["sample"])
        tiers = [self._tier(results.isel(sample=which == k), start, stop) for k in range(len(names))]
        data = xr.concat(tiers, xr.DataArray(names, dims="tier", name="tier"), combine_attrs="override")
        data["spasm_left"] = left_of(data["force_left"], self._untreated(data["force_left"]))
        summary = {name: x for array in list(data.values()) for name, x in over_seeds(array).items()}
        fractions = self._outcomes(data)
        return xr.Dataset(
            {**summary, **fractions},
            data.coords,
            {
                "population": self.population,
                "treatment": self.treatment,
                "relaxation": self.relaxation,
                "weaker": WEAKER,
                "simulated": in_words(results),
                "train": self._train(results),
                "seeds": int(data.sizes["seed"]),
                "runs": int(results.sizes["sample"]),
                "failed": int((results["status"].values != Status.DONE).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """A map for each treatment and tier (A), and the share of the spasms that stop (B)."""
        return figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """Of the conditions with a spasm: in how many it stops, is weakened, and goes on."""
        m = measures
        lines = [f"{m.attrs['runs']} segments, {m.attrs['failed']} failed"]
        for tier in (str(name) for name in m["tier"].values):
            for words, case, intensity in treatments(m):
                at = m.sel(tier=tier, case=case, intensity=intensity)
                shares = {name: 100 * float(at[f"share_{name}"]) for name, _ in OUTCOMES}
                said = ", ".join(f"{words} in {number(shares[name], 0, '%')}" for name, words in OUTCOMES)
                lines.append(f"{tier}, {words}: of {int(at['spasms'])} untreated spasms that last, {said}")
        return lines

    def _tier(self, results: xr.Dataset, start: float, stop: float) -> xr.Dataset:
        axes = {
            "constitutive": f"{self.population}.monoamine",
            "ligand": "ligand.baseline",
            "intensity": "continuous.level",
        }
        grid = by_case(results, axes, population=self.population)
        places(grid, (self.treatment, self.relaxation))  # which refuses those that the design lacks
        if 0 not in grid.axes["intensity"]:
            raise ValueError("the question compares with the untreated spasm, but no intensity of the design is 0.")
        words = {
            "case": attributes("", "what was done"),
            "constitutive": attributes("1", "constitutive part of the level"),
            "ligand": attributes("1", "ligand at rest, which adds to the level"),
            "intensity": attributes("1", "fraction of the Ia fibres that a pulse recruits"),
        }
        return xr.Dataset(
            folded(grid, spasm_measures(results, self.population, start, stop)),
            {dim: (dim, values, words[dim]) for dim, values in grid.axes.items()},
        )

    def _train(self, results: xr.Dataset) -> str:
        """'100 Hz for 10 s', as far as it is known."""
        frequency = OmegaConf.select(configuration(results), "intervention.continuous.frequency")
        duration = results.coords.get("protocol.continuous.duration")
        parts = [str(frequency or "")]
        if duration is not None:
            parts.append(f"for {float(duration.values[0]) / 1000:g} s")
        return " ".join(filter(None, parts))

    def _untreated(self, array: xr.DataArray) -> xr.DataArray:
        return array.sel(case=self.treatment, intensity=0, drop=True)

    def _outcomes(self, data: xr.Dataset) -> dict[str, xr.DataArray]:
        """Shares of the untreated spasms that last, over all conditions and seeds, and what becomes of each."""
        lasting = self._untreated(data["stopped"]) == 0
        stopped = (data["stopped"] == 1) & lasting
        weaker = (data["stopped"] == 0) & (data["spasm_left"] < WEAKER) & lasting
        same = (data["stopped"] == 0) & (data["spasm_left"] >= WEAKER) & lasting
        dims = ("constitutive", "ligand", "seed")
        known = stopped | weaker | same
        found = {"stopped": stopped, "weaker": weaker, "same": same}
        spasms = known.sum(dims).assign_attrs(attributes("1", "untreated spasms that last to the end"))
        shares = {
            f"share_{name}": (found[name].sum(dims) / spasms.where(spasms > 0)).assign_attrs(
                attributes("1", f"share of the untreated spasms that last: {words}")
            )
            for name, words in OUTCOMES
        }
        untreated = known_mean(self._untreated(data["stopped"]).values)
        said = attributes("1", "share of the seeds in which the untreated segment is silent in the last second")
        return {
            **shares,
            "spasms": spasms,
            "quiet_untreated": xr.DataArray(untreated, dims=("tier", "constitutive", "ligand"), attrs=said),
        }
