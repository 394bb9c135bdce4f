"""The study as a whole: four answers side by side, and what of them agrees with people."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from experiments.people.mesquita import ROWS, Mesquita, verdict
from experiments.question import Asked
from experiments.statistics import change, effect_size, summarised

PEOPLE = 12
CASES = ["control", "nerve", "relaxation"]
NAMES = ("delta_f_reciprocal_inhibition", "delta_f_relaxation", "vibstim_reciprocal_inhibition", "vibstim_relaxation")
ASKED = {
    "reciprocal inhibition": {"ramp": NAMES[0], "vibration and stimulation": NAMES[2], "case": "nerve"},
    "relaxation": {"ramp": NAMES[1], "vibration and stimulation": NAMES[3], "case": "relaxation"},
}
FALLS = {"delta_f": (0.5, 0.5), "torque_vibration": (0.0, 2.0), "torque_sustained": (0.0, 1.0)}
"""By how much the nerve and relaxation lower a measure."""


def asking(**other) -> Mesquita:
    return Mesquita(**({"muscle": "gastrocnemius", "asked": ASKED, "control": "control"} | other))


def answer(rows, *, none: bool) -> xr.Dataset:
    """What an experiment answers: each participant has a level and an effect of its own."""
    rng = np.random.default_rng(1)
    found = {}
    for row in rows:
        falls = [0.0, *FALLS.get(row.name, (0.0, 0.0))]
        x = 5 + rng.normal(0, 1, PEOPLE) - np.array(falls)[:, None] + rng.normal(0, 0.1, (3, PEOPLE))
        found[row.name] = (("case", "participant"), x, {"units": row.units, "long_name": row.words})
    m = xr.Dataset(found, coords={"case": CASES, "participant": np.arange(PEOPLE)}).expand_dims(seed=1)
    effects = {f"{row.name}_effect": change(m[row.name], "case", CASES, "control") for row in rows}
    m = summarised(m.assign(effects)).assign(
        {f"{k.removesuffix('_effect')}_d": effect_size(x) for k, x in effects.items()}
    )
    if none:
        for row in rows:
            m = m.assign_attrs(yardstick="relaxation")
            m[f"{row.name}_none_low"] = m[f"{row.name}_none_high"] = m[f"{row.name}_effect_mean"]
            m[f"{row.name}_none_p"] = ("case", [np.nan, 0.01, 0.9])
    return m.assign_attrs(simulated="Simulated.")


@pytest.fixture(scope="module")
def answers() -> dict[str, xr.Dataset]:
    ramp = answer(ROWS[:1], none=False).expand_dims(muscle=["soleus", "gastrocnemius"])
    trial = answer(ROWS[1:], none=True)
    return dict(zip(NAMES, (ramp, ramp, trial, trial), strict=True))


def told(question: Mesquita, answers) -> xr.Dataset:
    runs = xr.Dataset({"status": ("sample", np.ones(4, int))})
    return question.answer(Asked(runs, runs, question, answers))


def test_effects_and_verdicts_are_those_of_the_answers(answers):
    m = told(asking(), answers)
    agrees = {i: dict(zip(m["measure"].values, m["agrees"].sel(intervention=i).values, strict=True)) for i in ASKED}
    assert float(m["mean"].sel(intervention="relaxation", measure="torque_vibration")) == pytest.approx(-2, abs=0.2)
    assert {agrees[i][name] for i in ASKED for name in FALLS} == {"agrees"}
    assert m["value"].sizes["person"] == PEOPLE
    assert m["observed"].sel(intervention="reciprocal inhibition", measure="torque_sustained").item() == "no change"


def test_it_is_drawn_and_said(answers):
    question = asking()
    m = told(question, answers).assign_attrs(runs=4, failed=0, simulated="Simulated.")
    assert isinstance(question.draw(m), Figure)
    lines = question.headline(m)
    assert len(lines) == 2 * len(ROWS) + 2  # and of each torque, how often cohorts would show what people's did
    assert "of cohorts as large as people's 100 % would show a fall" in lines[0]
    assert "no fall that is shown, in 9" in lines[-2]
    assert lines[0].startswith("reciprocal inhibition, ΔF: −0.5")


@pytest.mark.parametrize(
    ("falls", "mean", "half", "p", "yardstick", "said"),
    [
        (True, -1.0, 0.5, np.nan, False, "agrees"),
        (True, -1.0, 1.5, np.nan, False, "same direction, interval includes 0"),
        (True, 0.2, 0.5, np.nan, False, "does not agree"),
        (False, -0.1, 0.2, 0.01, False, "agrees"),
        (False, -0.3, 0.2, 0.01, False, "agrees"),
        (False, -0.1, 0.2, 0.3, False, "not shown to be none"),
        (False, -1.0, 0.2, 0.9, False, "does not agree"),
        (False, -0.1, 0.2, np.nan, False, "not shown to be none"),
        (False, -0.1, 0.2, np.nan, True, "no change shown"),
        (False, -1.0, 0.2, np.nan, True, "does not agree"),
        (False, 0.0, 0.0, np.nan, False, "not shown to be none"),
        (True, np.nan, 0.2, np.nan, False, "not measurable"),
    ],
)
def test_a_verdict_follows_from_the_interval_or_from_equivalence(falls, mean, half, p, yardstick, said):
    assert verdict(falls, mean, half, 12, p, yardstick=yardstick) == said
    assert verdict(falls, mean, half, 1, p, yardstick=yardstick) == "not measurable"


def test_what_cannot_be_asked_is_refused(answers):
    with pytest.raises(ValueError, match="no intervention of this study: did you mean 'relaxation'"):
        asking(asked={"relaxing": ASKED["relaxation"]})
    with pytest.raises(ValueError, match="one intervention at least"):
        asking(asked={})
    with pytest.raises(ValueError, match="has no muscle 'tibialis'"):
        told(asking(muscle="tibialis"), answers)
    with pytest.raises(ValueError, match="is asked of"):
        asking(asked={"relaxation": {"ramp": "x"}})
    with pytest.raises(ValueError, match="there are delta_f_relaxation"):
        told(asking(), {NAMES[1]: answers[NAMES[1]]})
    with pytest.raises(ValueError, match="has no case 'sleep'"):
        told(asking(asked={"relaxation": ASKED["relaxation"] | {"case": "sleep"}}), answers)
