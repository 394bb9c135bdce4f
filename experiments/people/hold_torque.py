"""How does a person who sees the torque of the ankle follow a target, and how strong is the person?

The person (`networks.cells.person`) commands the muscles that turn the ankle to one side, sees its torque late, and
mends what is amiss. Each run begins with a maximal effort, from which the person reads the maximal torque; on each side
there are two tasks after it: a slow ramp up and down, and a step.
"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.torque import BEST, LEAD, percent, target, torque, torque_measures
from experiments.people import hold_torque_figure
from experiments.published import contractions as people
from experiments.question import Asked, Question
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd
from sim.measure import Measure
from sim.results.view import View
from sim.units import in_unit

SIDES = ("plantarflexion", "dorsiflexion")
TASKS = ("ramp", "step")
DURATIONS = ("before", "effort", "rest", "up", "down", "hold")
LEAST = (
    ("before", 0.49, "torque is counted from rest, which the person sees late and sets to zero"),
    ("hold", 2 * LEAD, "the first and the last second of a target are left out"),
    ("ramp (up and down)", 2 * LEAD, "the first and the last second of a target are left out"),
    ("effort", 2 * BEST, "the maximal torque is a mean over half a second of it, which it takes some time to reach"),
    ("rest", 0.49, "the person sees late that the torque has gone, and sets it to zero"),
)
"""How long what lasts at least (s), and why."""
SHOWN = 0.02
"""s from one drawn moment to the next."""
MOST = 3
"""Seeds that are drawn in time."""


@dataclass(frozen=True)
class HoldTorque(Question):
    """Settings: what is asked for, and when. The cases of the design are called `SIDE, TASK`.

    Args:
        target: part of the maximal torque.
        before, effort, rest: rest, how long the maximal effort lasts, rest after it.
        up, down, hold: flanks of the ramp, how long the step lasts.
    """

    dims: ClassVar[tuple[str, ...]] = ("case",)

    target: float = field(kw_only=True)
    before: str | float = field(kw_only=True)
    effort: str | float = field(kw_only=True)
    rest: str | float = field(kw_only=True)
    up: str | float = field(kw_only=True)
    down: str | float = field(kw_only=True)
    hold: str | float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < in_unit(self.target, "", "question.target") <= 1:
            raise ValueError(f"a target is a part of the maximal torque, above 0 to 1, but it is {self.target}.")
        lasts = self.seconds | {"ramp (up and down)": self.seconds["up"] + self.seconds["down"]}
        for name, least, why in LEAST:
            if lasts[name] <= least:
                raise ValueError(
                    f"{name} of the protocol is {lasts[name]:g} s, but {why}; give it more than {least:g} s."
                )

    @cached_property
    def seconds(self) -> dict[str, float]:
        """Of each duration."""
        return {k: in_unit(getattr(self, k), "ms", f"question.{k}") / 1000 for k in DURATIONS}

    @property
    def begin(self) -> float:
        """s, of the task, after the maximal effort."""
        return sum(self.seconds[name] for name in ("before", "effort", "rest"))

    def measures(self) -> tuple[Measure, ...]:
        return torque_measures(self.seconds["before"])

    def answer(self, asked: Asked) -> xr.Dataset:
        """All measures along (side, task, seed).

        Raises:
            ValueError: a side lacks a task.
        """
        folded = asked.folded()
        cases = [[f"{side}, {task}" for task in TASKS] for side in SIDES]
        named(folded, "case", *np.ravel(cases))
        m = xr.concat(
            [
                xr.concat([folded.sel(case=case, drop=True) for case in row], xr.Variable("task", list(TASKS)))
                for row in cases
            ],
            xr.Variable("side", list(SIDES)),
        )
        found = summarised(m.drop_vars("sample"))
        return found.assign(self.courses(asked, m["sample"].isel(seed=slice(MOST))))

    def courses(self, asked: Asked, samples: xr.DataArray) -> dict[str, tuple]:
        """Torque, target and effort of some samples in time."""
        flat, rest = samples.values.ravel(), self.seconds["before"]
        view: View = asked.view(np.maximum(flat, 0))
        every = slice(None, None, max(1, round(SHOWN / (view.time[1] - view.time[0]))))
        dims = (*(f"shown_{dim}" if dim == "seed" else dim for dim in map(str, samples.dims)), "time")

        def of(x: np.ndarray) -> np.ndarray:
            known = np.where((flat >= 0)[:, None], x, np.nan)[:, every]
            return known.reshape(*samples.shape, -1)

        return {
            "torque": (dims, of(torque(view, rest)), attributes("N*m", "torque to the side of the task, above rest")),
            "percent": (dims, of(percent(view, rest)), attributes("%", "the same, of the MVC")),
            "target": (dims, of(target(view)), attributes("%", "target, of the MVC")),
            "effort_course": (dims, of(view.course("person_effort")), attributes("1", "effort (A_e)")),
            "time": ("time", view.time[every] - self.begin, attributes("s", "time after the begin of the task")),
        }

    def draw(self, m: xr.Dataset) -> Figure:
        """Maximal contractions (A), ramps (B), steps (C), effort (D), errors (E) and unrest (F)."""
        return hold_torque_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """MVC, errors, and the step, of each side."""
        return [
            f"{side}: MVC {mean_and_sd(ramp, 'mvc', 1, 'N m')} (read as {mean_and_sd(ramp, 'read', 1, 'N m')}); "
            f"error in the ramp {mean_and_sd(ramp, 'error', 2, '% MVC')}, bias "
            f"{mean_and_sd(ramp, 'bias', 2, '% MVC')}; step reached after {mean_and_sd(step, 'rise', 2, 's')}, "
            f"exceeded by {mean_and_sd(step, 'overshoot', 0, '%')}, CV {mean_and_sd(step, 'cv', 1, '%')}, let go "
            f"within {mean_and_sd(step, 'release', 2, 's')}"
            for side in SIDES
            for own in [m.sel(side=side)]
            for ramp, step in [[own.sel(task=task) for task in ("ramp", "step")]]
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        low, high = people.FORCE_CV
        return [
            "Torque of the ankle about its mean at rest, to the side of the task. MVC: largest mean over half a second "
            "of the maximal effort that each run begins with; the person reads it with a low-pass filter. Errors leave "
            "out the first and the last second of a target. Lines, up to three "
            "seeds; small points, seeds; large points, mean with its 95 % interval.",
            f"People hold a force within {low:g} to {high:g} % (CV; fingers and hand). The person's gains are fitted "
            "to a step that is reached within a second; no error of people in a ramp, and none after a step, is known "
            "here.",
        ]
