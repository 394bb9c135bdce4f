"""What stops a spasm: stimulation of the antagonist's nerve, continuous or in answer to EMG, force or a person, and
relaxation.

The same spasm in every case of the design, under the same random streams, at several constitutive levels. Everything
acts through the circuit: pulses on the antagonist's nerve, and the ligand.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.spasm import RELIEF, left_of, pulse_times, pulses, spasm_measures, window
from experiments.question import Asked, Question
from experiments.spasm import abort_spasm_figure
from experiments.spasm.courses import courses
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure


@dataclass(frozen=True)
class AbortSpasm(Question):
    """Settings of the analysis; cases are given by their names in the design.

    Args:
        population: in spasm.
        nerve: stimulator of the nerve.
        ligand: path of the ligand at rest, which adds to the constitutive part of the level.
        start, lasting: when something is done, and how long the nerve is stimulated.
        untreated: case in which nothing is.
        shown: cases shown over time, from top to bottom.
        doses: cases of continuous trains of other doses, shown as a summary.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "constitutive")

    population: str
    nerve: str
    ligand: str
    start: str | float
    lasting: str | float
    untreated: str
    shown: Sequence[str]
    doses: Sequence[str]

    def measures(self) -> tuple[Measure, ...]:
        given = Measure("pulses", "1", "pulses given", pulses, {"nerve": self.nerve})
        return *spasm_measures(self.population, *window(self.start, self.lasting, "stimulation")), given

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure on the grid (case, constitutive, seed), and the course of one seed in every case."""
        m = asked.folded().sortby("constitutive")
        named(m, "case", self.untreated, *self.shown, *self.doses)
        m["spasm_left"] = left_of(m["force_left"], m["force_left"].sel(case=self.untreated, drop=True))
        m = summarised(m)
        ligand = asked.number(self.ligand)
        m = m.assign(level=(m["constitutive"] + ligand).drop_vars("constitutive"))
        m["level"].attrs = attributes("1", "level at rest: constitutive part + ligand")
        left = m["spasm_left"]  # shown is the seed that is nearest to the mean in all cases, at each level
        away = ((left - left.mean("seed")) ** 2).sum("case", skipna=False).fillna(np.inf)
        samples = m["sample"].isel(seed=away.argmin("seed")).drop_vars("seed")
        view, found = courses(asked, samples, self.population)
        edges = np.append(view.time, view.end)
        counts = [np.histogram(times[np.isfinite(times)], edges)[0] for times in pulse_times(view, self.nerve)]
        given = found["shown_force"].copy(data=np.reshape(counts, found["shown_force"].shape).astype(np.int16))
        found["shown_pulses"] = given.where(samples >= 0, 0).assign_attrs(attributes("1", "pulses up to the next time"))
        start, stop = window(self.start, self.lasting, "stimulation")
        return m.assign(found).assign_attrs(
            untreated=self.untreated, shown=list(self.shown), doses=list(self.doses), start=start, stop=stop,
            relief=RELIEF, ends=view.end, ligand=ligand,
        )  # fmt: skip

    def draw(self, m: xr.Dataset) -> Figure:
        """Force and current in every case (A), what is left of the spasm (B), and what larger doses do (C, D)."""
        return abort_spasm_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What every case does at every level."""
        return [
            f"level {number(at['level'])}, {at['case'].item()}: stopped in {int(at['stopped'].sum())} of "
            f"{int(at['stopped_n'])} seeds, after {mean_and_sd(at, 'time_to_stop', 1, 's')}; silent in "
            f"{int(at['suppressed'].sum())} when stimulation ends, came back in {int(at['recurred'].sum())}; in the "
            f"end {mean_and_sd(at, 'units_left', 1, 'units')}, force {mean_and_sd(at, 'force_left', 1, '%')}, below "
            f"{m.attrs['relief']:g} % in {int(at['relieved'].sum())}; {number(at['pulses_mean'], 0)} pulses"
            for level in range(m.sizes["constitutive"])
            for at in (m.isel(constitutive=level, case=case) for case in range(m.sizes["case"]))
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        levels = ", ".join(f"{float(x):.2f}" for x in m["level"].values)
        return [
            "A brief effort (1 s) starts a spasm; from the dotted line on something is done: "
            f"{m.sizes['case']} cases × levels {levels} (constitutive part + ligand {m.attrs['ligand']:g}) × "
            f"{m.sizes['seed']} seeds, the same noise in all cases, one draw of the wiring. Stimulation of the "
            "antagonist's nerve (dose and frequency are chosen; MT, its motor threshold) ends at "
            f"{m.attrs['stop']:g} s; then it is seen whether firing comes back.",
            "A: the seed nearest to the means; blue, force in percent of maximum (cut during the effort; scales "
            "differ); red, pulses; grey beneath, persistent inward current (PIC) of a motoneuron, mean over the pool. "
            "Bursts answer EMG or force above a level after 50 ms (where the spasm is stronger than that they come as "
            "fast as the pause allows, so that both are the same), the button 0.3 to 1 s after force is above it; "
            "relaxation takes all release of ligand away, or 40 %, to the end; ligand clears with a chosen time "
            "constant, which sets how long that takes.",
            "B: small points, seeds; large points, mean with its 95 % interval, levels in the colours of C; in the "
            "end: in the last second; fractions, seeds in which no unit fires then, and time to stop is of those only; "
            "force in percent of the untreated spasm's of the same seed. C: exact 95 % intervals; IPSP × n: reciprocal "
            "inhibition n times as strong as fitted; E_Cl −65 mV: chloride reverses "
            "higher, as after injury.",
            "The literature gives no success rates or times to stop for people.",
        ]
