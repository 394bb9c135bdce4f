"""What is said of people who follow a torque: each side's maximal torque, ramp and step, from a result made up."""

import numpy as np
import pytest
import xarray as xr
from matplotlib.figure import Figure

from experiments.people.hold_torque import SIDES, TASKS, HoldTorque
from sim.design import Design
from sim.results.status import Status
from sim.units import quantity
from tests.made_results import answered, failing

METRE = quantity("1 N*m").number
TIME = np.arange(0, 31, 0.02)
BEGIN = 9.0
"""s, of the task: a rest of 1 s, a maximal effort of 3 s, a rest of 5 s."""
MVC = {"plantarflexion": 100.0, "dorsiflexion": 40.0}
"""N m."""
AIMS = {
    "ramp": 0.2 * np.clip(1 - np.abs(TIME - BEGIN - 10) / 10, 0, None),
    "step": np.where((TIME >= BEGIN) & (TIME < BEGIN + 6), 0.2, 0.0),
}
HARD = ((TIME >= 1) & (TIME < 4)).astype(float)
CASES = [f"{side}, {task}" for side in SIDES for task in TASKS]


def asking(**other) -> HoldTorque:
    given = {
        "target": 0.2, "before": "1 s", "effort": "3 s", "rest": "5 s", "up": "10 s", "down": "10 s", "hold": "6 s"
    }  # fmt: skip
    return HoldTorque(**(given | other))


@pytest.fixture(scope="module")
def whole() -> xr.Dataset:
    """Four tasks of two seeds: who follows exactly, in the second seed 1 % of the MVC above the target."""
    made = Design(cases={case: {} for case in CASES}, seeds=2).dataset()
    runs = [(*case.split(", "), int(seed)) for case, seed in zip(made["case"].values, made["seed"].values, strict=True)]
    mvc = np.array([[MVC[side]] for side, _, _ in runs])
    sign = np.array([[1.0 if side == "dorsiflexion" else -1.0] for side, _, _ in runs])
    aims = np.array([AIMS[task] for _, task, _ in runs])
    off = np.array([[0.01 * seed] for _, _, seed in runs])

    def course(x) -> tuple:
        return ("sample", "time"), np.broadcast_to(np.asarray(x, float), (len(runs), len(TIME)))

    return made.assign(
        {
            "ankle_torque": course(METRE * sign * mvc * (HARD + aims + off * (aims > 0))),
            "person_side": course(sign),
            "person_mvc": course(METRE * np.where(TIME < 4, 10.0, mvc)),
            "person_effort": course(60 * HARD + 40 * aims),
            "person.target": course(aims),
            "person.maximal": course(HARD),
        }
    ).assign_coords(time=TIME, status=("sample", np.full(len(runs), Status.DONE)))


def test_each_side_has_a_maximal_torque_that_its_percents_are_of(whole):
    m = answered(asking(), whole)
    for name in ("mvc", "read"):
        for side in SIDES:
            assert m[name].sel(side=side).values == pytest.approx(np.full((2, 2), MVC[side]))
    np.testing.assert_allclose(m["bias"], np.broadcast_to([0, 1], (2, 2, 2)), atol=1e-6)
    assert np.isnan(m["cv"].sel(task="ramp")).all()
    assert not np.isnan(m["cv"].sel(task="step")).any()


def test_time_is_counted_from_the_task(whole):
    m = answered(asking(), whole)
    for task, aim in AIMS.items():
        np.testing.assert_allclose(
            m["target"].sel(task=task, side=SIDES[0]).isel(shown_seed=0), 100 * np.interp(m["time"] + BEGIN, TIME, aim)
        )
    top = m["target"].sel(task="ramp", side=SIDES[0]).isel(shown_seed=0)
    assert float(top["time"][top.values.argmax()]) == pytest.approx(10, abs=0.02)


def test_panels_of_tasks_are_scaled_by_the_task_and_not_by_the_maximal_effort(whole):
    m = answered(asking(), whole).assign_attrs(simulated="Simulated.")
    figure = asking().draw(m)
    maximal, ramp, step, effort, *_ = figure.axes
    assert maximal.get_ylim()[1] > max(MVC.values())
    assert maximal.get_xlim() == pytest.approx((-BEGIN, 0), abs=0.03)
    assert all(20 < axes.get_ylim()[1] < 30 for axes in (ramp, step))
    assert effort.get_ylim()[1] < 12


def test_it_says_what_was_measured_and_what_the_person_reads(whole):
    question = asking()
    lines = question.headline(answered(question, whole))
    assert len(lines) == len(SIDES)
    assert "plantarflexion: MVC 100.0 ± 0.0 N m" in lines[0]
    assert "read as 40.0 ± 0.0 N m" in lines[1]


def test_without_a_maximal_effort_there_is_a_task_and_no_mvc(whole):
    idle = whole.assign({"person.maximal": 0 * whole["person.maximal"]})
    m = answered(asking(), idle).assign_attrs(simulated="Simulated.")
    assert np.isnan(m["mvc"]).all()
    assert m["read"].sel(side="dorsiflexion").values == pytest.approx(np.full((2, 2), 40.0))
    assert isinstance(asking().draw(m), Figure)


def test_what_failed_is_counted_and_not_drawn(whole):
    m = answered(asking(), failing(whole)).assign_attrs(simulated="Simulated.")
    assert m.attrs["failed"] == len(CASES) * 2
    assert isinstance(asking().draw(m), Figure)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("target", 0, "above 0 to 1"),
        ("target", 1.2, "above 0 to 1"),
        ("before", "0.4 s", "counted from rest"),
        ("effort", "1 s", "a mean over half a second"),
        ("rest", "0 s", "sees late that the torque has gone"),
        ("hold", "2 s", "first and the last second"),
    ],
)
def test_settings_that_cannot_be_answered_are_refused(name, value, why):
    with pytest.raises(ValueError, match=why):
        asking(**{name: value})


def test_a_ramp_that_is_too_short_is_refused():
    with pytest.raises(ValueError, match=r"ramp \(up and down\) of the protocol is 2 s"):
        asking(up="1 s", down="1 s")


def test_a_design_without_a_task_is_refused(whole):
    with pytest.raises(ValueError, match="dorsiflexion, step"):
        answered(asking(), whole.isel(sample=whole["case"].values != "dorsiflexion, step"))
