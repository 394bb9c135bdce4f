"""How does a person who sees the torque of the ankle follow a target, and how strong is the person?

The person (`networks.cells.person`) commands the muscles that turn the ankle to one side, sees its torque late, and
mends what is amiss. Each side has three tasks: all that there is, a slow ramp up and down, a step.
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
from sim.units import in_unit, number_in

SIDES = ("plantarflexion", "dorsiflexion")
TASKS = ("maximal", "ramp", "step")
DURATIONS = ("before", "up", "down", "hold", "effort")
LEAST = (
    ("before", 0.49, "torque is counted from rest, which the person sees late and sets to zero"),
    ("hold", 2 * LEAD, "the first and the last second of a target are left out"),
    ("up and down", 2 * LEAD, "the first and the last second of a target are left out"),
    ("effort", BEST, "the maximal torque is a mean over half a second of it"),
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
        before, up, down, hold, effort: rest, flanks of the ramp, how long the step and the maximal effort last.
    """

    dims: ClassVar[tuple[str, ...]] = ("case",)

    target: float = field(kw_only=True)
    before: str | float = field(kw_only=True)
    up: str | float = field(kw_only=True)
    down: str | float = field(kw_only=True)
    hold: str | float = field(kw_only=True)
    effort: str | float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < in_unit(self.target, "", "question.target") <= 1:
            raise ValueError(f"a target is a part of the maximal torque, above 0 to 1, but it is {self.target}.")
        lasts = self.seconds | {"up and down": self.seconds["up"] + self.seconds["down"]}
        for name, least, why in LEAST:
            if lasts[name] <= least:
                raise ValueError(
                    f"{name} of the protocol is {lasts[name]:g} s, but {why}; give it more than {least:g} s."
                )

    @cached_property
    def seconds(self) -> dict[str, float]:
        """Of each duration."""
        return {k: in_unit(getattr(self, k), "ms", f"question.{k}") / 1000 for k in DURATIONS}

    def measures(self) -> tuple[Measure, ...]:
        return torque_measures(self.seconds["before"])

    def answer(self, asked: Asked) -> xr.Dataset:
        """All measures along (side, task, seed), and what was told and found of the MVC.

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
        told = [asked.number(f"network.person.{name}") for name in ("plantar_mvc", "dorsal_mvc")]
        m["told"] = ("side", [number_in(x, "N*m") for x in told], attributes("N*m", "MVC that the person is told"))
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
            "percent": (dims, of(percent(view, rest)), attributes("%", "the same, of the MVC that the person is told")),
            "target": (dims, of(target(view)), attributes("%", "target, of the MVC")),
            "effort_course": (dims, of(view.course("person_effort")), attributes("1", "effort (A_e)")),
            "time": ("time", view.time[every] - rest, attributes("s", "time after the begin of the task")),
        }

    def draw(self, m: xr.Dataset) -> Figure:
        """Maximal contractions (A), ramps (B), steps (C), effort (D), errors (E) and unrest (F)."""
        return hold_torque_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """MVC, errors, and the step, of each side."""
        return [
            f"{side}: MVC {mean_and_sd(own.sel(task='maximal'), 'mvc', 1, 'N m')} (told {float(own['told']):.0f}); "
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
            "of a maximal effort. Errors leave out the first and the last second of a target. Lines, up to three "
            "seeds; small points, seeds; large points, mean with its 95 % interval.",
            f"People hold a force within {low:g} to {high:g} % (CV; fingers and hand). The person's gains are fitted "
            "to a step that is reached within a second; no error of people in a ramp, and none after a step, is known "
            "here.",
        ]
