"""Why does ΔF change? What is behind it in the very units that it is read from, which no experiment sees.

Each participant follows the same ramp in every case, under the same random numbers. Beside the change of ΔF stand those
of the persistent inward current, of inhibition at the dendrites and the soma, and of the monoaminergic level.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import DeltaFQuestion
from experiments.measures.behind import CONDUCTANCES, behind_measures
from experiments.measures.by_muscle import as_muscle, of_muscle
from experiments.measures.decomposed import Decomposed
from experiments.people import delta_f_why_figure
from experiments.question import Asked
from experiments.statistics import change, named, percent, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure
from sim.spec.kinds import parts

SHOWN = ("delta_f", "peak_rate", "pic", "pic_kept", "level", *CONDUCTANCES)
PERCENT = ("delta_f", "peak_rate", "pic", "level")
TOLD = (
    ("ΔF", "delta_f_percent", 0, "%"), ("current", "pic_percent", 1, "%"), ("kept", "pic_kept_effect", 2, "nA"),
    ("level", "level_percent", 1, "%"), ("inhibition of dendrites", "g_recip_dend_effect", 1, "nS"),
    ("of the soma", "g_recip_soma_effect", 1, "nS"),
)  # fmt: skip
"""Words, name, digits and unit of what is said of a case."""


@dataclass(frozen=True)
class DeltaFWhy(DeltaFQuestion):
    """Settings, besides the convention:

    Args:
        units: which units of each muscle are decomposed.
        control: case that the others are compared with.

    Raises:
        ValueError: no muscle.
    """

    dims: ClassVar[tuple[str, ...]] = ("case",)
    units: Sequence[Decomposed] = field(kw_only=True)
    control: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "units", parts("`units` of the question", self.units, Decomposed, ValueError))
        if not self.units:
            raise ValueError("a question about motor units decomposes those of one muscle at least; give `units`.")

    @property
    def muscles(self) -> tuple[str, ...]:
        """In the order in which they are shown."""
        return tuple(of.population for of in self.units)

    def measures(self) -> tuple[Measure, ...]:
        """Of each muscle, as MUSCLE_NAME."""
        return tuple(one for of in self.units for one in as_muscle(of.population, behind_measures(of, self.chosen)))

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure along (muscle, case, participant, seed) and its change from the control.

        Raises:
            ValueError: the design lacks the control.
        """
        folded = asked.folded()
        named(folded, "case", self.control)
        cases = [str(x) for x in folded["case"].values]
        rows: list[xr.Dataset] = []
        for muscle in self.muscles:
            own = of_muscle(folded, muscle)
            effects = {f"{x}_effect": change(own[x], "case", cases, self.control) for x in SHOWN}
            rows.append(own.assign(effects | {f"{x}_percent": percent(own[x], "case", self.control) for x in PERCENT}))
        together = xr.concat(rows, xr.Variable("muscle", list(self.muscles)))
        return summarised(together).assign_attrs(control=self.control)

    def draw(self, m: xr.Dataset) -> Figure:
        """Of each muscle: the change of ΔF, of current, level and inhibition in every case."""
        return delta_f_why_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What changes in every case, of each muscle."""
        lines = []
        for muscle in self.muscles:
            at = m.sel(muscle=muscle, case=self.control)
            lines.append(
                f"{muscle}, {self.control}: ΔF {mean_and_sd(at, 'delta_f', 2, 'pps')}, current "
                f"{mean_and_sd(at, 'pic', 1, 'nA')}, kept {mean_and_sd(at, 'pic_kept', 2, 'nA', sign=True)}, level "
                f"{mean_and_sd(at, 'level', 2, '')}"
            )
            for case in (str(x) for x in m["case"].values if x != self.control):
                here = m.sel(muscle=muscle, case=case)
                told = [
                    f"{words} {number(here[f'{name}_mean'], digits, unit, sign=True)} "
                    f"(± {number(here[f'{name}_half'], digits)})"
                    for words, name, digits, unit in TOLD
                ]
                lines.append(f"{muscle}, {case}: {', '.join(told)}")
        return lines

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            f"ΔF: {self.chosen.describe()}.",
            "Current: of all dendrites, largest in the ramp, averaged over half a second; kept: at the unit's end less "
            "at its begin. Conductances: mean over the ramp; level: what multiplies the conductance of the current. "
            "Means over the decomposed units; paired within the participant; points, participants; large points, mean "
            "with its 95 % interval. None of this is known of people.",
        ]
