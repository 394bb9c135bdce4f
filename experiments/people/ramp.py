"""What do the motor units of a person do in a slow ramp of torque, beside those of people?

A maximal effort tells the person what 20 % are; then the torque follows a triangle. Of the units that can be followed,
some are decomposed, as in people, and what is read from people's trains is read from these: rates, ΔF, the torque at
which units begin and end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.fit.observed import Targets
from experiments.measures.by_muscle import as_muscle, of_muscle
from experiments.measures.decomposed import Decomposed
from experiments.measures.followed import followed_measures, ramp, trains
from experiments.measures.torque import percent
from experiments.people import ramp_figure
from experiments.question import Asked
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd
from sim.analysis.smoothing import smoothed_rate
from sim.measure import Measure
from sim.results.view import View
from sim.spec.kinds import listed, parts, table
from sim.spec.params import nearest
from sim.units import in_unit

EVERY = 0.1
"""s from one drawn moment to the next."""
ROOM = 1.5
"""s that are drawn before and after the ramp."""


@dataclass(frozen=True)
class Ramp(BraceQuestion):
    """Settings, besides those of ΔF and brace height:

    Args:
        units: which units of each muscle are decomposed.
        tasks: case of the design -> the muscles that are read in it.
        people: muscle -> what was observed of people; a muscle of whom nothing is known has no entry.
        before: how long nothing is asked at first.

    Raises:
        ValueError: a muscle that is read in no task or in two, or whose units are not decomposed.
    """

    units: Sequence[Decomposed] = field(kw_only=True)
    tasks: Mapping[str, Sequence[str]] = field(kw_only=True)
    people: Mapping[str, Targets] = field(kw_only=True)
    before: str | float = field(kw_only=True)
    dims: ClassVar[tuple[str, ...]] = ("case",)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "units", parts("`units` of the question", self.units, Decomposed, ValueError))
        tasks = {
            case: listed(f"the muscles of {case!r}", muscles, ValueError)
            for case, muscles in table("`tasks` of the question", self.tasks, ValueError).items()
        }
        object.__setattr__(self, "tasks", tasks)
        asked = [muscle for muscles in tasks.values() for muscle in muscles]
        if sorted(asked) != sorted(set(asked)) or set(asked) != set(self.muscles):
            raise ValueError(
                f"every muscle is read in one task, but units are decomposed of {', '.join(self.muscles)} and the "
                f"tasks have {', '.join(asked)}."
            )
        if strange := [
            name for name in table("`people` of the question", self.people, ValueError) if name not in asked
        ]:
            raise ValueError(f"people have {strange[0]!r}, which is not read here: {nearest(strange[0], asked)}")
        for muscle, targets in self.people.items():
            targets.aims(self._measures(muscle))  # checks what they are of

    @property
    def muscles(self) -> tuple[str, ...]:
        """In the order in which they are shown."""
        return tuple(of.population for of in self.units)

    @property
    def rest(self) -> float:
        """s, before which nothing is asked."""
        return in_unit(self.before, "ms", "question.before") / 1000

    def measures(self) -> tuple[Measure, ...]:
        """Of each muscle: NAME of its measure in a ramp, as MUSCLE_NAME."""
        return tuple(one for muscle in self.muscles for one in as_muscle(muscle, self._measures(muscle)))

    def _measures(self, muscle: str) -> tuple[Measure, ...]:
        of = self.units[self.muscles.index(muscle)]
        return followed_measures(of, self.rest, self.chosen, self.brace_rate)

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure along (muscle, seed), read in the muscle's own task; the rates of one sample of each muscle.

        Raises:
            ValueError: the design lacks a task.
        """
        folded = asked.folded()
        named(folded, "case", *self.tasks)
        where = {muscle: case for case, muscles in self.tasks.items() for muscle in muscles}
        rows = [of_muscle(folded.sel(case=where[muscle], drop=True), muscle) for muscle in self.muscles]
        m = summarised(xr.concat(rows, xr.Variable("muscle", list(self.muscles))))
        samples = [folded["sample"].sel(case=where[muscle]) for muscle in self.muscles]
        return m.assign(self.shown(asked, samples)).assign(self.observed(m))

    def shown(self, asked: Asked, samples: Sequence[xr.DataArray]) -> dict[str, tuple]:
        """Smoothed rates and torque in the first finished sample of each muscle's task, (muscle, unit, time)."""
        rates, torques, targets, aims = [], [], [], np.zeros(0)
        for of, own in zip(self.units, samples, strict=True):
            view = asked.done(own)
            begin, _, end = (float(x[0]) for x in ramp(view))
            begin, end = (begin, end) if end > begin else (0.0, 1.0)  # of a sample that is not there
            aims = np.arange(-ROOM, end - begin + ROOM, EVERY)
            rates.append(self._rates(view, of, aims + begin))
            for course, kept in ((percent(view, self.rest), torques), (100 * view.course("person.target"), targets)):
                kept.append(np.interp(aims + begin, view.time, course[0]))
        shape = (len(rates), max(map(len, rates)), len(aims))
        filled = np.full(shape, np.nan)
        for k, own in enumerate(rates):
            filled[k, : len(own)] = own
        return {
            "rate": (("muscle", "unit", "time"), filled, attributes("pps", "smoothed rate of a decomposed unit")),
            "torque": (("muscle", "time"), np.array(torques), attributes("%", "torque, of the MVC")),
            "target": (("muscle", "time"), np.array(targets), attributes("%", "target, of the MVC")),
            "time": ("time", aims, attributes("s", "time after the begin of the ramp")),
        }

    def _rates(self, view: View, of: Decomposed, time: np.ndarray) -> np.ndarray:
        """Of the decomposed units of one sample, in order of recruitment: (unit, time)."""
        spikes = trains(view, of)[0]
        spikes = spikes[np.isfinite(spikes[:, 0])]
        order = np.argsort(spikes[:, 0]) if len(spikes) else np.zeros(0, int)
        return (
            smoothed_rate(spikes[order], time, convention=self.chosen.rate) if len(spikes) else np.zeros((0, len(time)))
        )

    def observed(self, m: xr.Dataset) -> dict[str, tuple]:
        """What people do, NAME_low to NAME_high, and its uncertainty, NAME_sure: (muscle,), NaN where not known."""
        aims = {
            muscle: {aim.target.measure: aim for aim in targets.aims(self._measures(muscle))}
            for muscle, targets in self.people.items()
        }
        found = {}
        for name in [str(x) for x in m if f"{x}_mean" in m]:
            rows = np.full((3, len(self.muscles)), np.nan)
            for k, muscle in enumerate(self.muscles):
                if (aim := aims.get(muscle, {}).get(name)) is not None:
                    rows[:, k] = aim.low, aim.high, aim.uncertainty
            for what, row in zip(("low", "high", "sure"), rows, strict=True):
                found[f"{name}_{what}"] = ("muscle", row, attributes(m[name].attrs["units"], f"people: {what}"))
        return found

    def draw(self, m: xr.Dataset) -> Figure:
        """Rates of units and torque of each muscle (A to C), and its measures beside those of people (D to I)."""
        return ramp_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Each muscle in one line."""
        return [
            f"{muscle}: ΔF {mean_and_sd(own, 'delta_f', 2, 'pps')} at a peak rate of "
            f"{mean_and_sd(own, 'peak_rate', 1, 'pps')} (SD between units "
            f"{mean_and_sd(own, 'peak_rate_spread', 1, 'pps')}), recruited at "
            f"{mean_and_sd(own, 'recruitment', 1, '%')} of the MVC, {mean_and_sd(own, 'hysteresis', 1, '%')} above "
            f"derecruitment, intervals vary by {mean_and_sd(own, 'interval_cv', 2, '')}, torque beside its target "
            f"{mean_and_sd(own, 'error', 2, '% MVC')}; in the maximal effort {mean_and_sd(own, 'mvc_rate', 1, 'pps')}"
            for muscle in self.muscles
            for own in [m.sel(muscle=muscle)]
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        told = [f"{muscle}: {targets.who}" for muscle, targets in self.people.items()]
        lacking = [muscle for muscle in self.muscles if muscle not in self.people]
        return [
            f"ΔF: {self.chosen.describe()}.",
            f"People: {'; '.join(told) or 'none'}."
            + (f" No within-person numbers are known of {', '.join(lacking)}." if lacking else ""),
            "Grey: what was observed, with one standard error of its mean or, where that is not known, an uncertainty "
            "that was chosen (conf/targets). Small points, seeds; large points, mean with its 95 % interval.",
        ]
