"""Does firing outlast a brief effort, and from which monoaminergic level on?

The calf of an ankle at rest makes one brief effort, at every level, under the same random streams. What fires after it
is kept going by the persistent inward current, and by the afferents that the contraction itself excites.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.spasm import outlasting_measures, window
from experiments.published.spasms import PEOPLE
from experiments.question import Asked, Question
from experiments.spasm import spasm_figure
from experiments.spasm.courses import courses
from experiments.statistics import attributes, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure


@dataclass(frozen=True)
class Spasm(Question):
    """Settings of the analysis.

    Args:
        population: the motoneurons.
        ligand: path of the ligand at rest, which adds to the constitutive part of the level.
        start, duration: of the brief effort.
        shown: two constitutive parts whose courses are shown; the nearest of the design are taken.
    """

    dims: ClassVar[tuple[str, ...]] = ("monoamine",)

    population: str
    ligand: str
    start: str | float
    duration: str | float
    shown: Sequence[float]

    def measures(self) -> tuple[Measure, ...]:
        return outlasting_measures(self.population, *window(self.start, self.duration, "the input"))

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure on the grid (monoamine, seed), and the courses of one seed at two levels."""
        m = summarised(asked.folded().sortby("monoamine"))
        m = m.assign(level=(m["monoamine"] + asked.number(self.ligand)).drop_vars("monoamine"))
        m["level"].attrs = attributes("1", "monoaminergic level: constitutive part + ligand")
        here = m.sel(monoamine=list(self.shown), method="nearest").rename(monoamine="shown")
        first = (here["sample"] >= 0).argmax("seed")  # a seed that is done
        samples = here["sample"].isel(seed=first).drop_vars(["seed", "shown"])
        view, found = courses(asked, samples, self.population)
        spikes = np.where(samples.values[:, None, None] < 0, np.nan, view.spikes(self.population))
        fired = (("shown", "unit", "spike"), spikes.astype(np.float32), attributes("s", "spike times"))
        return m.assign({**found, "shown_spikes": fired}).assign_attrs(
            input=list(window(self.start, self.duration, "the input")),
            ends=view.end,
            shown_level=here["level"].values.tolist(),
        )

    def draw(self, m: xr.Dataset) -> Figure:
        """Force, spikes and current at two levels (A, B), and what remains of the input over the level (C to F)."""
        return spasm_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What fires after the input at every level."""
        return [
            f"level {number(at['level'])}: {number(at['units_before_mean'], 1)} units before, "
            f"{mean_and_sd(at, 'units_after', 1, 'units')} 2 to 4 s after the input, "
            f"{mean_and_sd(at, 'rate_after', 1, 'pps')}, force {mean_and_sd(at, 'force_after', 1, '%')}, "
            f"firing lasts {mean_and_sd(at, 'duration', 1, 's')}, to the end in {int((at['units_end'] > 0).sum())}"
            for at in (m.sel(monoamine=x) for x in m["monoamine"].values)
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        begin, end = m.attrs["input"]
        return [
            f"A brief effort of the calf from {number(begin, 1)} to {number(end, 1, 's')} (shaded), nothing "
            "else; the same noise at all levels (constitutive part + ligand). A, B: one "
            "seed; units in order of size; PIC, persistent inward current of a motoneuron, mean over the pool. C "
            "to F: small points, seeds; large points, their mean with its 95 % interval; dotted, the level of "
            f"healthy people; F is cut at {number(m.attrs['ends'] - end, 0, 's')}, where the simulation "
            "ends; bands, people.",
            f"{PEOPLE} How long spasms last is not known as a number.",
        ]
