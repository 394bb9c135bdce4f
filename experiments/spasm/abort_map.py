"""Where stimulation of the antagonist's nerve and relaxation stop a spasm, where they shorten it, and where they fail.

A map over what the level of a motoneuron is made of: its constitutive part, which nothing takes away, and the ligand,
which relaxation does. Under the same random streams everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.spasm import left_of, spasm_measures, window
from experiments.question import Asked, Question
from experiments.spasm import abort_map_figure
from experiments.spasm.abort_map_figure import OUTCOMES, treatments
from experiments.statistics import attributes, expect, named, summarised
from experiments.words import number
from sim.measure import Measure

DIMS = ("case", "constitutive", "ligand", "intensity")
PLACES = ("constitutive", "ligand", "seed")  # over which spasms are counted
WEAKER = 50.0  # % of the untreated force at the end, below which a spasm that goes on counts as weakened; chosen


@dataclass(frozen=True)
class AbortMap(Question):
    """Settings of the analysis.

    Args:
        population: in spasm.
        start, lasting: when something is done, and for how long the nerve is stimulated.
        frequency: of its train.
        treatment: case of stimulation alone; its intensity 0 is the untreated spasm.
        relaxation: case of stimulation and relaxation.
    """

    population: str
    start: str | float
    lasting: str | float
    frequency: str | float
    treatment: str
    relaxation: str

    def measures(self) -> tuple[Measure, ...]:
        return spasm_measures(self.population, *window(self.start, self.lasting, "stimulation"))

    def fits(self, factors: Mapping[str, int]) -> None:
        expect(factors, DIMS, self.name)

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure on the grid (case, constitutive, ligand, intensity, seed), and the outcomes.

        Raises:
            ValueError: the design lacks one of these, one of the cases, or the untreated spasm.
        """
        m = asked.folded(*DIMS).sortby(list(DIMS[1:]))
        named(m, "case", self.treatment, self.relaxation)
        if 0 not in m["intensity"].values:
            raise ValueError("the question compares with the untreated spasm, but no intensity of the design is 0.")
        untreated = m[["stopped", "force_left"]].sel(case=self.treatment, intensity=0, drop=True)
        m["spasm_left"] = left_of(m["force_left"], untreated["force_left"])
        m = summarised(m)
        lasting, stopped, left = untreated["stopped"] == 0, m["stopped"], m["spasm_left"]
        found = {
            "stopped": (stopped == 1) & lasting,
            "weaker": (stopped == 0) & (left < WEAKER) & lasting,
            "same": (stopped == 0) & (left >= WEAKER) & lasting,
        }
        known = found["stopped"] | found["weaker"] | found["same"]
        m["spasms"] = known.sum(PLACES).assign_attrs(attributes("1", "untreated spasms that last to the end"))
        for name, words in OUTCOMES:
            m[f"share_{name}"] = found[name].sum(PLACES) / m["spasms"].where(m["spasms"] > 0)
            m[f"share_{name}"].attrs = attributes("1", f"share of the untreated spasms that last: {words}")
        said = attributes("1", "share of the seeds in which the untreated muscle is silent in the last second")
        quiet = m["stopped_mean"].sel(case=self.treatment, intensity=0, drop=True)
        m["quiet_untreated"] = quiet.assign_attrs(said)
        after = asked.view([0]).end - window(self.start, self.lasting, "stimulation")[1]
        return m.assign_attrs(
            treatment=self.treatment, relaxation=self.relaxation, weaker=WEAKER, after=max(after, 0.0),
            train=f"{self.frequency} for {self.lasting}",
        )  # fmt: skip

    def draw(self, m: xr.Dataset) -> Figure:
        """A map for each treatment (A), and the share of the spasms that stop (B)."""
        return abort_map_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Of the conditions with a spasm: in how many it stops, is weakened, and goes on."""
        return [
            f"{words}: of {int(at['spasms'])} untreated spasms that last, "
            + ", ".join(f"{becomes} in {number(100 * at[f'share_{name}'], 0, '%')}" for name, becomes in OUTCOMES)
            for words, case, intensity in treatments(m)
            for at in [m.sel(case=case, intensity=intensity)]
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            f"A brief effort starts a spasm; then the antagonist's nerve is stimulated ({m.attrs['train']}; intensity "
            "in motor thresholds, MT), or the release of ligand is taken away, which then clears with its time "
            "constant (chosen; no number is known), or both. After the train "
            f"{m.attrs['after']:.0f} s are left in which firing "
            f"may come back. {m.sizes['constitutive'] * m.sizes['ligand']} levels × "
            f"{m.sizes['case'] * m.sizes['intensity']} treatments × {m.sizes['seed']} seeds, the same noise in all, "
            "one draw of the wiring.",
            "A: mean over seeds of the force in the last second, in percent of the untreated spasm; white, the "
            "untreated muscle has no spasm that lasts (left of the dotted line); grey, nothing was measured. Black: "
            "the border at which half of the seeds are silent in the end. That stimulation sees the sum of the two "
            "parts, and relaxation nothing without ligand, is built in.",
            f"B: weakened, firing goes on with less than {m.attrs['weaker']:g} % of the untreated force; shares depend "
            "on the ranges of the map. No such map is known for people.",
        ]
