"""What does something that is done to people do to their motor units in a slow ramp of torque?

Each participant follows the same ramp in every case, under the same random numbers and with the same units decomposed,
so that every effect is paired within the participant. The person sees the torque: whatever lowers it is answered by
more effort.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.measures.by_muscle import as_muscle, of_muscle
from experiments.measures.decomposed import Decomposed
from experiments.measures.followed import followed_measures, units_delta_f
from experiments.mixed import mixed_change, needed
from experiments.people import changes_figure
from experiments.published.delta_f_changes import PEOPLE, SOURCES
from experiments.question import Asked
from experiments.statistics import attributes, change, effect_size, named, percent, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure
from sim.spec.kinds import parts, table
from sim.spec.params import nearest
from sim.units import in_unit

EFFECTS = ("delta_f", "peak_rate", "brace_height", "recruitment", "hysteresis", "effort_top", "error")
PERCENT = ("delta_f", "peak_rate")
PEOPLE_DIMS = ("participant", "seed")
SAID = {
    "mixed_mean": "mean", "mixed_low": "low", "mixed_high": "high", "mixed_p": "p", "mixed_units": "units",
    "mixed_people": "people",
}  # fmt: skip
"""What is kept of a mixed model."""
KINDS = ("trains", "less", "more")
"""Of what people were measured with, as `experiments.published.delta_f_changes` calls it."""


@dataclass(frozen=True)
class Changes(BraceQuestion):
    """Settings, besides those of ΔF and brace height:

    Args:
        units: which units of each muscle are decomposed.
        control: case that the others are compared with.
        beside: case -> the kind of what was done to people ("trains", "less" or "more" ligand) that it stands beside.
        before: how long nothing is asked at first.

    Raises:
        ValueError: no muscle, a kind that there is not, or statsmodels is not installed.
    """

    units: Sequence[Decomposed] = field(kw_only=True)
    control: str = field(kw_only=True)
    beside: Mapping[str, str] = field(kw_only=True)
    before: str | float = field(kw_only=True)
    dims: ClassVar[tuple[str, ...]] = ("case",)

    def __post_init__(self) -> None:
        super().__post_init__()
        needed()
        object.__setattr__(self, "units", parts("`units` of the question", self.units, Decomposed, ValueError))
        if not self.units:
            raise ValueError("a question about motor units decomposes those of one muscle at least; give `units`.")
        for case, kind in table("`beside` of the question", self.beside, ValueError).items():
            if kind not in KINDS:
                raise ValueError(
                    f"{case!r} stands beside {kind!r}, which people were not seen with: {nearest(kind, KINDS)}"
                )

    @property
    def muscles(self) -> tuple[str, ...]:
        """In the order in which they are shown."""
        return tuple(of.population for of in self.units)

    def measures(self) -> tuple[Measure, ...]:
        """Of each muscle: NAME of its measure in a ramp, as MUSCLE_NAME."""
        rest = in_unit(self.before, "ms", "question.before") / 1000
        return tuple(
            one
            for of in self.units
            for one in as_muscle(of.population, followed_measures(of, rest, self.chosen, self.brace_rate))
        )

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure along (muscle, case, participant, seed), its change from the control, and the effect size.

        Raises:
            ValueError: the design lacks a case.
        """
        folded = asked.folded()
        named(folded, "case", self.control, *self.beside)
        rows = [self._effects(of_muscle(folded, muscle)) for muscle in self.muscles]
        together = xr.concat(rows, xr.Variable("muscle", list(self.muscles)))
        m = summarised(together).assign(self._mixed(asked, folded["sample"]))
        sizes = {f"{x}_d": effect_size(together[f"{x}_effect"]) for x in PERCENT}
        return m.assign(sizes).assign_attrs(control=self.control)

    def _effects(self, own: xr.Dataset) -> xr.Dataset:
        cases = own["case"].values.tolist()
        effects = {f"{x}_effect": change(own[x], "case", cases, self.control) for x in EFFECTS}
        return own.assign(effects | {f"{x}_percent": percent(own[x], "case", self.control) for x in PERCENT})

    def _mixed(self, asked: Asked, samples: xr.DataArray) -> dict[str, tuple]:
        """The change of ΔF in the units that have one in both conditions, by a mixed model: (muscle, case)."""
        found = {name: np.full((len(self.muscles), samples.sizes["case"]), np.nan) for name in SAID}
        cases = [str(case) for case in samples["case"].values]
        for row, of in enumerate(self.units):
            units = self._unit_delta_f(asked, of, samples.transpose("case", *PEOPLE_DIMS, missing_dims="ignore"))
            for column in (k for k, case in enumerate(cases) if case != self.control):
                told = mixed_change(units[column] - units[cases.index(self.control)])
                for name, what in SAID.items():
                    found[name][row, column] = getattr(told, what)
        units_of = {"mixed_p": "1", "mixed_units": "1", "mixed_people": "1"}
        return {
            name: (("muscle", "case"), x, attributes(units_of.get(name, "pps"), f"ΔF of units, change: {SAID[name]}"))
            for name, x in found.items()
        }

    def _unit_delta_f(self, asked: Asked, of: Decomposed, samples: xr.DataArray) -> np.ndarray:
        """ΔF of every unit: pps, (case, participant, unit); seeds of a participant stand beside each other."""
        rows = []
        for sample in samples.values.ravel():
            view = asked.view([max(int(sample), 0)])
            found = units_delta_f(view, of, self.chosen).unit[0]
            rows.append(found if sample >= 0 else np.full_like(found, np.nan))
        people = samples.shape[1]
        return np.array(rows).reshape(samples.shape[0], people, -1)

    def draw(self, m: xr.Dataset) -> Figure:
        """Of each muscle: ΔF in every case, lines join a participant (A), and the changes beside people's (B to D)."""
        return changes_figure.draw(m, self.control, self.beside)

    def headline(self, m: xr.Dataset) -> list[str]:
        """The control and the change in every other case, of each muscle."""
        lines = []
        for muscle in self.muscles:
            own = m.sel(muscle=muscle)
            at = own.sel(case=self.control)
            lines.append(
                f"{muscle}, {self.control}: ΔF {mean_and_sd(at, 'delta_f', 2, 'pps')}, peak rate "
                f"{mean_and_sd(at, 'peak_rate', 1, 'pps')}, brace height {mean_and_sd(at, 'brace_height', 1, '%rTri')}"
            )
            for case in (str(x) for x in m["case"].values if x != self.control):
                here = own.sel(case=case)
                lines.append(
                    f"{muscle}, {case}: ΔF {mean_and_sd(here, 'delta_f_effect', 2, 'pps', sign=True)} "
                    f"({number(here['delta_f_percent_mean'], 0, '%', sign=True)}, 95 % interval ± "
                    f"{number(here['delta_f_percent_half'], 0)}; mixed model, {number(here['mixed_units'], 0)} units: "
                    f"{number(here['mixed_mean'], 2, sign=True)} [{number(here['mixed_low'], 2, sign=True)}, "
                    f"{number(here['mixed_high'], 2, sign=True)}]; effect size "
                    f"{number(here['delta_f_d'], 1, sign=True)}), peak rate "
                    f"{number(here['peak_rate_percent_mean'], 1, '%', sign=True)} (± "
                    f"{number(here['peak_rate_percent_half'], 1)}), brace height "
                    f"{mean_and_sd(here, 'brace_height_effect', 1, '%rTri', sign=True)}, effort "
                    f"{mean_and_sd(here, 'effort_top_effect', 2, '', sign=True)}"
                )
        return lines

    def notes(self, m: xr.Dataset) -> list[str]:
        known = sorted({p.who for p in PEOPLE if p.intervention in self.beside.values()})
        return [
            f"ΔF: {self.chosen.describe()}.",
            "The mixed model is of units that have a ΔF in both cases, within participants (or seeds, where there are "
            "no participants): change = mean + participant + rest, restricted maximum likelihood, statsmodels. "
            "Paired within the participant (common random numbers, the same units decomposed, where the same can be "
            "followed). Small points, participants or seeds; large points, mean with its 95 % interval.",
            f"Green, people: {'; '.join(known)}. {SOURCES}" if known else "No numbers of people are known here.",
        ]
