"""The study of Mesquita et al. 2022: ΔF and self-sustained torque, under reciprocal inhibition and relaxation.

In people both lower ΔF of the gastrocnemius medialis, but only relaxation lowers the torque that goes on by itself
(J Physiol, doi 10.1113/JP282765). Four experiments are asked here what they answered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.cohorts import LEAST, drawn, seen
from experiments.people import mesquita_figure
from experiments.people.vibstim import HALF
from experiments.published import vibstim as people
from experiments.question import Asked, Question
from experiments.statistics import attributes, per_person
from experiments.words import number
from sim.spec.kinds import table
from sim.spec.params import nearest

INTERVENTIONS = ("reciprocal inhibition", "relaxation")
RAMP, TRIAL = "ramp", "vibration and stimulation"


class Row(NamedTuple):
    """A measure: its name, where it is measured, how it is called, and its unit."""

    name: str
    task: str
    words: str
    units: str


ROWS = (
    Row("delta_f", RAMP, "ΔF", "pps"),
    Row("torque_vibration", TRIAL, "torque during vibration", "% MVC"),
    Row("torque_sustained", TRIAL, "torque after vibration", "% MVC"),
    Row("warm_up", TRIAL, "increase in the trial", "% MVC"),
    Row("emg_vibration", TRIAL, "EMG during vibration", "% max"),
    Row("emg_sustained", TRIAL, "EMG after vibration", "% max"),
)
SAID = {"observed": "what people showed", "agrees": "whether the simulation agrees with people"}
PARTS = ("mean", "half", "d", "n", "low90", "high90", "p_none")


def lowered(intervention: str, name: str) -> bool:
    """Whether people showed that an intervention lowers a measure; otherwise they showed no change."""
    return name == "delta_f" or name in people.LOWERED[intervention]


@dataclass(frozen=True)
class Mesquita(Question):
    """Settings:

    Args:
        muscle: whose ΔF is compared.
        asked: intervention -> {ramp: experiment, vibration and stimulation: experiment, case: the case in both}.
        control: case that the others are compared with, in all.

    Raises:
        ValueError: an intervention that there is not, or one without its experiments.
    """

    muscle: str = field(kw_only=True)
    asked: Mapping[str, Mapping[str, str]] = field(kw_only=True)
    control: str = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not table("`asked` of the question", self.asked, ValueError):
            raise ValueError(f"the study asks of one intervention at least; `asked` has {', '.join(INTERVENTIONS)}.")
        for name, given in self.asked.items():
            given = table(f"`asked` of {name!r}", given, ValueError)
            if name not in INTERVENTIONS:
                raise ValueError(f"{name!r} is no intervention of this study: {nearest(name, INTERVENTIONS)}")
            if set(given) != {RAMP, TRIAL, "case"}:
                raise ValueError(
                    f"{name!r} is asked of {{{RAMP}: ..., {TRIAL}: ..., case: ...}}, not of {dict(given)}."
                )

    def answer(self, asked: Asked) -> xr.Dataset:
        """Of every intervention and measure: each participant under control and under it, and the change.

        Raises:
            ValueError: an experiment is missing, or lacks a case.
        """
        shown, rows = list(self.asked), len(ROWS)
        found = {part: np.full((len(shown), rows), np.nan) for part in PARTS}
        yards = np.zeros((len(shown), rows), bool)
        values: dict[tuple[int, int], np.ndarray] = {}
        for k, intervention in enumerate(shown):
            for row, what in enumerate(ROWS):
                m = self._of(asked, intervention, what)
                case = self.asked[intervention]["case"]
                here = m.sel(case=case)
                for part, name in (("mean", "effect_mean"), ("half", "effect_half"), ("n", "effect_n"), ("d", "d")):
                    found[part][k, row] = float(here[f"{what.name}_{name}"])
                yards[k, row] = case == m.attrs.get("yardstick")
                if what.task == TRIAL and not yards[k, row]:
                    for part, name in (("low90", "none_low"), ("high90", "none_high"), ("p_none", "none_p")):
                        found[part][k, row] = float(here[f"{what.name}_{name}"])
                values[k, row] = per_person(m[what.name].sel(case=[self.control, case]), "case")
        most = max(x.shape[1] for x in values.values())
        people_values = np.full((len(shown), rows, 2, most), np.nan)
        for (k, row), x in values.items():
            people_values[k, row, :, : x.shape[1]] = x
        dims = ("intervention", "measure")
        texts = {
            "observed": [["lowered" if lowered(i, r.name) else "no change" for r in ROWS] for i in shown],
            "agrees": [
                [
                    verdict(
                        lowered(i, r.name),
                        *(found[p][k, j] for p in ("mean", "half", "n", "p_none")),
                        yardstick=bool(yards[k, j]),
                    )
                    for j, r in enumerate(ROWS)
                ]
                for k, i in enumerate(shown)
            ],
        }
        return xr.Dataset(
            {
                **{p: (dims, x, attributes("", f"change, {p}, in `units`")) for p, x in found.items()},
                **self._cohorts(asked),
                **{name: (dims, np.array(x), attributes("1", SAID[name])) for name, x in texts.items()},
                "value": ((*dims, "condition", "person"), people_values, attributes("", "of each person, in `units`")),
                "words": ("measure", [r.words for r in ROWS], attributes("", "measure in words")),
                "units": ("measure", [r.units for r in ROWS], attributes("", "unit of the measure")),
            },
            coords={
                "intervention": shown, "measure": [r.name for r in ROWS], "condition": [self.control, "treated"],
            },
            attrs={"simulated": next((str(m.attrs.get("simulated", "")) for m in asked.answers.values()), "")},
        )  # fmt: skip

    def _cohorts(self, asked: Asked) -> dict[str, tuple]:
        """Of cohorts as large as people's, drawn from these: how many show a fall, and what people's showed."""
        fall = np.full((len(self.asked), len(ROWS)), np.nan)
        as_people = np.full((len(ROWS), 2), np.nan)
        for row, what in enumerate(ROWS):
            own, who = {}, {}
            for k, (name, given) in enumerate(self.asked.items()):
                x = per_person(self._of(asked, name, what).sel(case=given["case"])[f"{what.name}_effect"])
                own[name] = x[np.isfinite(x)]
                if len(own[name]) < LEAST:
                    continue
                who[name] = drawn(len(own[name]), people.COHORTS[what.task == TRIAL][name], seed=k)  # other people
                fall[k, row] = seen(own[name], who[name]).fall.mean()
            if set(who) == set(INTERVENTIONS) and not lowered(INTERVENTIONS[0], what.name):
                nerve, calm = INTERVENTIONS
                bound = HALF * np.abs(own[calm][who[calm]].mean(axis=1))
                falls, held = seen(own[calm], who[calm]).fall, seen(own[nerve], who[nerve], bound)
                as_people[row] = (falls & ~held.fall).mean(), (falls & held.none).mean()
        return {
            "cohorts_fall": (("intervention", "measure"), fall, attributes("1", "share of cohorts that show a fall")),
            "cohorts_as_people": (
                ("measure", "none"),
                as_people,
                attributes("1", "share of pairs of cohorts with a fall under relaxation, and no fall shown, or none"),
            ),
        }

    def _of(self, asked: Asked, intervention: str, what: Row) -> xr.Dataset:
        name = self.asked[intervention][what.task]
        if name not in asked.answers:
            raise ValueError(
                f"{intervention} is asked of {name!r}, but there are {', '.join(asked.answers) or 'none'}."
            )
        m = asked.answers[name]
        if what.task == RAMP:
            if self.muscle not in m["muscle"].values:
                there = [str(x) for x in m["muscle"].values]
                raise ValueError(f"{name!r} has no muscle {self.muscle!r}: {nearest(self.muscle, there)}")
            m = m.sel(muscle=self.muscle)
        for case in (self.control, self.asked[intervention]["case"]):
            if case not in m["case"].values:
                raise ValueError(f"{name!r} has no case {case!r}: {nearest(case, map(str, m['case'].values))}")
        return m

    def draw(self, m: xr.Dataset) -> Figure:
        """ΔF and torque of each participant under each intervention (A to F), and what agrees with people (G)."""
        return mesquita_figure.draw(m, self.muscle)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What each intervention changes, and whether people show the same."""
        lines = []
        for intervention in (str(x) for x in m["intervention"].values):
            for row in ROWS:
                own = m.sel(intervention=intervention, measure=row.name)
                lines.append(
                    f"{intervention}, {row.words}: {number(own['mean'], 2, row.units, sign=True)} (95 % interval ± "
                    f"{number(own['half'], 2)}, effect size {number(own['d'], 1, sign=True)}); people: "
                    f"{own['observed'].item()}; {own['agrees'].item()}; of cohorts as large as people's "
                    f"{number(100 * own['cohorts_fall'], 0, '%')} would show a fall"
                )
        for row in ROWS:
            shown, none = m["cohorts_as_people"].sel(measure=row.name).values
            if np.isfinite(shown) and row.name in people.LOWERED["relaxation"]:
                lines.append(
                    f"{row.words}: a fall under relaxation, and under reciprocal inhibition no fall that is shown, in "
                    f"{number(100 * shown, 0, '%')} of cohorts; and a change equivalent to none in "
                    f"{number(100 * none, 0, '%')}"
                )
        return lines

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "Agrees: where people show a fall, the 95 % interval lies below 0; where people show no change, the change "
            "is equivalent to none (90 % interval inside half of what relaxation does). Of relaxation itself it is "
            "said whether its 95 % interval holds 0. In people ΔF was lowered by both (15 and 15 people); by how much "
            "was not at hand.",
            people.SOURCES,
        ]


def verdict(falls: bool, mean: float, half: float, n: float, p_none: float, *, yardstick: bool) -> str:
    """Whether a simulated change is what people show.

    Args:
        falls: people show a fall; otherwise no change.
        mean, half, n: of the change, with half of its 95 % interval, and over how many people.
        p_none: of a change as large as the bound; NaN without a bound.
        yardstick: it is the change that the bound is of, so that it is held against none.
    """
    if not np.isfinite(mean) or n < 2:
        return "not measurable"
    if falls:
        if mean + half < 0:
            return "agrees"
        return "same direction, interval includes 0" if mean < 0 else "does not agree"
    if abs(mean) > half and not p_none < 0.05:
        return "does not agree"
    if p_none < 0.05:
        return "agrees"
    return "no change shown" if yardstick else "not shown to be none"
