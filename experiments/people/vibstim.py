"""What keeps a muscle active when vibration and stimulation have ended, and what calms it?

Each participant makes a maximal effort; a train sets the intensity that evokes a part of it; then the Achilles tendon
is vibrated, with bouts of that stimulation. Every case has the same random numbers, so effects are paired.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.equivalence import equivalence
from experiments.measures.torque import percent as percent_of_mvc
from experiments.measures.vibstim import KEPT, LATE, SETTLED, SUSTAINED, WINDOW, vibration, vibstim_measures
from experiments.mixed import needed
from experiments.people import vibstim_figure
from experiments.published import vibstim as people
from experiments.question import Asked, Question
from experiments.statistics import attributes, change, effect_size, named, per_person, percent, share, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure
from sim.spec.kinds import table, whole
from sim.spec.params import nearest
from sim.units import in_unit

EFFECTS = ("torque_vibration", "warm_up", "torque_sustained", "emg_vibration", "emg_sustained")
TORQUES = ("torque_vibration", "torque_sustained")
DURATIONS = ("before", "lead", "bout", "gap", "lasts")
EVERY = 0.1
"""s from one drawn moment to the next."""
BEFORE, AFTER = 2.0, 6.0
"""s that are drawn before and after the vibration."""
HALF = 0.5
"""Of the effect of the yardstick, the bound within which a change counts as none."""


@dataclass(frozen=True)
class VibStim(Question):
    """Settings:

    Args:
        control: case that the others are compared with.
        beside: case -> what was done to people ("relaxation" or "reciprocal inhibition") that it stands beside.
        yardstick: case, half of whose effect is the bound within which that of another counts as none.
        before, lead, bouts, bout, gap, lasts: of the protocol.

    Raises:
        ValueError: something that was not done to people, or statsmodels is not installed.
    """

    dims: ClassVar[tuple[str, ...]] = ("case",)
    control: str = field(kw_only=True)
    beside: Mapping[str, str] = field(kw_only=True)
    yardstick: str = field(kw_only=True)
    before: str | float = field(kw_only=True)
    lead: str | float = field(kw_only=True)
    bouts: int = field(kw_only=True)
    bout: str | float = field(kw_only=True)
    gap: str | float = field(kw_only=True)
    lasts: str | float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        needed()
        for case, what in table("`beside` of the question", self.beside, ValueError).items():
            if what not in people.LOWERED:
                raise ValueError(f"{case!r} stands beside {what!r}, {nearest(str(what), people.LOWERED)}")
        if (count := whole(self.bouts)) is None or count < 1:
            raise ValueError(f"a trial has one bout of stimulation at least, but `bouts` is {self.bouts!r}.")
        last, needs = float(self.stimulated[-1, 1]), SETTLED + WINDOW
        for name, found, least, why in (
            ("lead", self.seconds["lead"], WINDOW, "torque before the first bout is a mean over so long"),
            ("bout", self.seconds["bout"], SETTLED, "torque in a bout is read over so long"),
            ("lasts", self.seconds["lasts"] - last, needs, "so long after the last bout torque is read in vibration"),
        ):
            if found < least:
                beyond = " beyond the last bout" * (name == "lasts")
                raise ValueError(
                    f"{name} of the protocol is {found:g} s{beyond}, but {why}; give it {least:g} s at least."
                )

    @property
    def seconds(self) -> dict[str, float]:
        """Of each duration."""
        return {k: in_unit(getattr(self, k), "ms", f"question.{k}") / 1000 for k in DURATIONS}

    @property
    def stimulated(self) -> np.ndarray:
        """s from the begin of the vibration, begin and end of each bout: (bout, 2)."""
        s = self.seconds
        begins = s["lead"] + np.arange(self.bouts) * (s["bout"] + s["gap"])
        return np.stack([begins, begins + s["bout"]], axis=-1)

    def measures(self) -> tuple[Measure, ...]:
        found = self.stimulated
        ends = float(found[0, 0]), float(found[-1, 1])
        return vibstim_measures(self.seconds["before"], *ends, ("soleus", "gastrocnemius"))

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure along (case, participant, seed), its change from the control, equivalence, and mean courses.

        Raises:
            ValueError: the design lacks a case.
        """
        folded = asked.folded()
        named(folded, "case", self.control, self.yardstick, *self.beside)
        cases = [str(x) for x in folded["case"].values]
        effects = {f"{x}_effect": change(folded[x], "case", cases, self.control) for x in EFFECTS}
        parts = {f"{x}_percent": percent(folded[x], "case", self.control) for x in TORQUES}
        m = summarised(folded.drop_vars("sample").assign(effects | parts))
        sizes = {f"{x}_d": effect_size(effects[f"{x}_effect"]) for x in EFFECTS}
        return (
            m.assign(sizes | self._equivalent(m, cases))
            .assign(self._courses(asked, folded["sample"]))
            .assign(
                bouts=(("bout", "end"), self.stimulated, attributes("s", "begin and end of the bouts of stimulation"))
            )
            .assign_attrs(control=self.control, yardstick=self.yardstick)
        )

    def _equivalent(self, m: xr.Dataset, cases: list[str]) -> dict[str, tuple]:
        """Of each effect: the bound, the 90 % interval, and p of an effect as large as the bound, (case,)."""
        found: dict[str, tuple] = {}
        for name in EFFECTS:
            values = m[f"{name}_effect"].transpose("case", ...)
            mean, half = (float(m[f"{name}_effect_{x}"].sel(case=self.yardstick)) for x in ("mean", "half"))
            bound = HALF * abs(mean) if abs(mean) > half > 0 else np.nan  # of an effect that may be none, none
            rows = np.full((3, len(cases)), np.nan)
            for k in range(len(cases)):
                own = per_person(values.isel(case=k))
                if bound > 0 and np.isfinite(own).any():
                    told = equivalence(own, bound)
                    rows[:, k] = told.low, told.high, told.p
            for part, row, units in zip(("low", "high", "p"), rows, ("%", "%", "1"), strict=True):
                words = f"{name}: two one-sided tests against half of the effect of {self.yardstick}, {part}"
                found[f"{name}_none_{part}"] = ("case", row, attributes(units, words))
            found[f"{name}_bound"] = ((), bound, attributes("%", f"{name}: half of the effect of {self.yardstick}"))
        return found

    def _courses(self, asked: Asked, samples: xr.DataArray) -> dict[str, tuple]:
        """Torque of every participant in time, from before the vibration on: (case, person, time)."""
        ordered = samples.transpose("case", ...)
        flat = ordered.values.ravel()
        view = asked.view(np.maximum(flat, 0))
        time = np.arange(-BEFORE, self.seconds["lasts"] + AFTER, EVERY)
        begins, x = vibration(view)[0], percent_of_mvc(view, self.seconds["before"])
        rows = [
            np.interp(time + begin, view.time, row, right=np.nan)
            if number >= 0 and np.isfinite(begin)
            else np.full(len(time), np.nan)
            for number, begin, row in zip(flat, begins, x, strict=True)
        ]
        every = xr.DataArray(np.reshape(rows, (*ordered.shape, len(time))), dims=(*ordered.dims, "time"))
        people = np.moveaxis(per_person(every, "case", "time"), -1, 1)
        return {
            "course": (("case", "person", "time"), people, attributes("%", "torque, of the MVC")),
            "time": ("time", time, attributes("s", "time after the begin of the vibration")),
        }

    def draw(self, m: xr.Dataset) -> Figure:
        """Torque in time (A), during and after the vibration of each participant (B to D), and changes (E to G)."""
        return vibstim_figure.draw(m, self.beside)

    def headline(self, m: xr.Dataset) -> list[str]:
        """The control, and what every other case changes."""
        at = m.sel(case=self.control)
        sustained = per_person(at["torque_sustained"])
        kept, n = int((sustained >= KEPT).sum()), int(np.isfinite(sustained).sum())
        told = f"{kept} of {n} ({', '.join(f'{x:.0f}' for x in share(kept, n)[1:])} %)" if n else "nobody"
        lines = [
            f"{self.control}: set to {mean_and_sd(at, 'torque_set', 1, '% MVC')} at "
            f"{mean_and_sd(at, 'intensity', 2, 'MT')}; just before the vibration "
            f"{mean_and_sd(at, 'torque_before', 1, '% MVC')}; during vibration after the stimulation "
            f"{mean_and_sd(at, 'torque_vibration', 1, '% MVC')}, of it since before the stimulation "
            f"{mean_and_sd(at, 'warm_up', 1, '% MVC', sign=True)}; after the vibration "
            f"{mean_and_sd(at, 'torque_sustained', 1, '% MVC')}, kept by {told}; after some seconds "
            f"{mean_and_sd(at, 'torque_late', 1, '% MVC')}"
        ]
        for case in (str(x) for x in m["case"].values if x != self.control):
            here = m.sel(case=case)
            parts = [
                f"{word} {mean_and_sd(here, f'{name}_effect', 2, '% MVC', sign=True)}, "
                f"{number(here[f'{name}_percent_mean'], 0, '%', sign=True)}, 95 % interval ± "
                f"{number(here[f'{name}_effect_half'], 2)}, effect size {number(here[f'{name}_d'], 1, sign=True)}"
                + self._none(here, case, name)
                for word, name in (("during", "torque_vibration"), ("after", "torque_sustained"))
            ]
            lines.append(f"{case}: " + "; ".join(parts))
        return lines

    def _none(self, here: xr.Dataset, case: str, name: str) -> str:
        if case == self.yardstick:
            return ""
        if not float(here[f"{name}_bound"]) > 0:
            return f", held against nothing, as that of {self.yardstick} may be none"
        low, high, p, bound = (float(here[f"{name}_{x}"]) for x in ("none_low", "none_high", "none_p", "bound"))
        verdict = "equivalent to none" if p < 0.05 else "not shown to be none"
        return (
            f", {verdict} (90 % interval {number(low, 2, sign=True)} to {number(high, 2, sign=True)} beside "
            f"± {number(bound, 2)}, half of {self.yardstick})"
        )

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "Plantarflexor torque above that at rest before everything, in % of the maximal voluntary torque measured "
            f"before. During: for a second, from half a second after the last bout. After: from {SUSTAINED[0]:g} to "
            f"{SUSTAINED[1]:g} s after the vibration (some seconds: {LATE[0]:g} to {LATE[1]:g}); kept, {KEPT:g} % MVC "
            "or more. These windows are chosen: people's are known in words only.",
            "A change counts as none where its 90 % interval lies within half of the effect of the yardstick (two "
            "one-sided tests, statsmodels). Lines join participants (common random numbers); large points, mean with "
            "its 95 % interval.",
            people.SOURCES,
        ]
