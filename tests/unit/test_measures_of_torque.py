"""What is measured of a person who follows a torque, on courses that are drawn by hand."""

import numpy as np
import pytest
import xarray as xr

from experiments.measures.torque import torque_measures
from networks.protocols import torque_task
from sim.measure import evaluate
from sim.results.status import Status
from sim.spec.protocol import ProtocolError
from sim.units import quantity

METRE = quantity("1 N*m").number
STEP, REST, END = 0.01, 1.0, 12.0
"""s from one moment to the next, of rest, and of all."""
TIME = np.arange(0, END, STEP)
MVC = 50.0
"""N m."""


def measured(
    torque, target, maximal: float | np.ndarray = 0.0, *, side=1.0, mvc: float | np.ndarray = MVC, status=Status.DONE
) -> dict[str, float]:
    """All measures of one course: torque in N m to the side of the task, target as a part of the MVC."""

    def course(x) -> tuple:
        return ("sample", "time"), np.broadcast_to(np.asarray(x, float), (1, len(TIME)))

    found = xr.Dataset(
        {
            "ankle_torque": course(METRE * side * np.asarray(torque)),
            "person_side": course(side),
            "person_mvc": course(np.asarray(mvc) * METRE),
            "person_effort": course(np.where(np.asarray(target) > 0, 7.0, 0.0)),
            "person.target": course(target),
            "person.maximal": course(maximal),
        },
        coords={"time": TIME, "status": ("sample", np.array([status], np.int8))},
    )
    return {name: float(x[0]) for name, x in evaluate(torque_measures(REST), found).items()}


def standing(size: float = 0.2) -> np.ndarray:
    """A target from 1 to 9 s."""
    return np.where((TIME >= REST) & (TIME < 9), size, 0.0)


@pytest.mark.parametrize("side", [-1.0, 1.0])
@pytest.mark.parametrize("rest", [0.0, 3.0])
def test_a_step_that_is_reached_on_a_line_exceeded_and_let_go(side, rest):
    """Half a second up to 12 N m (a target of 10), 10 from 2 s on; from 9 s on half a second down. Whatever torque
    there is at rest is taken off."""
    x = np.interp(TIME, [0, 1, 1.5, 2, 9, 9.5, END], [0, 0, 12, 10, 10, 0, 0]) + rest
    found = measured(x, standing(), side=side)
    assert found["rise"] == pytest.approx(0.5 * 9 / 12, abs=2 * STEP)
    assert found["overshoot"] == pytest.approx(20, abs=0.5)
    assert found["release"] == pytest.approx(0.9 * 0.5, abs=2 * STEP)
    assert found["error"] == pytest.approx(0, abs=1e-9)
    assert found["cv"] == pytest.approx(0, abs=1e-6)
    assert found["effort"] == pytest.approx(7)
    assert np.isnan(found["mvc"])


def test_errors_are_of_the_maximal_torque_and_leave_out_the_ends():
    """1 N m above a target is 2 % of 50 N m; what happens in the first and in the last second of it is no matter."""
    x = np.where((TIME >= 2) & (TIME <= 8), 11.0, 99.0) * (standing() > 0)
    found = measured(x, standing())
    assert (found["error"], found["bias"]) == pytest.approx((2, 2))
    wave = np.where((TIME >= 2) & (TIME <= 8), 10 + np.sqrt(2) * np.sin(2 * np.pi * TIME), 0)
    found = measured(wave, standing())
    assert found["bias"] == pytest.approx(0, abs=0.02)
    assert found["error"] == pytest.approx(2, rel=0.01)
    assert found["cv"] == pytest.approx(10, rel=0.03)


def test_a_ramp_has_errors_but_neither_rise_nor_steadiness():
    ramp = np.interp(TIME, [0, 1, 5, 9, END], [0, 0, 0.2, 0, 0])
    found = measured(MVC * ramp - 0.5 * (ramp > 0), ramp)
    assert found["bias"] == pytest.approx(-1)
    assert all(np.isnan(found[name]) for name in ("rise", "overshoot", "release", "cv", "mvc"))


def test_the_mvc_is_the_best_half_second_of_a_maximal_effort():
    """A plateau of 40 N m with a peak of 45 for half a second. What is stronger without an effort does not count, and
    an effort of less than half a second has none."""
    hard = ((TIME >= REST) & (TIME < 5)).astype(float)
    x = 40 * hard + 5 * ((TIME >= 2) & (TIME < 2.5)) + 60 * (TIME >= 7)
    assert measured(x, 0 * TIME, hard)["mvc"] == pytest.approx(45, rel=1e-6)
    assert np.isnan(measured(x, 0 * TIME)["mvc"])
    assert np.isnan(measured(x, 0 * TIME, hard * (TIME < 1.2))["mvc"])


def test_what_the_person_reads_is_what_the_person_goes_by_in_the_end():
    """And percents are of that: a person of 50 N m after an effort who went by 10 before."""
    mvc = np.where(TIME < 3, 10.0, MVC)
    found = measured(11 * (standing() > 0), standing(), mvc=mvc)
    assert (found["read"], found["bias"]) == pytest.approx((MVC, 2))


def test_what_failed_has_no_measure():
    found = measured(standing(10), standing(), status=Status.FAILED_NOT_FINITE)
    assert all(np.isnan(x) for x in found.values())


def test_a_person_is_asked_for_one_thing():
    how = {"muscles": ["soleus"], "tonic": 1, "target": 0.2}
    how |= dict.fromkeys(("before", "effort", "rest", "up", "down", "hold", "after"), "1 s")
    with pytest.raises(ProtocolError, match="a ramp or a step, but here for both"):
        torque_task(**how, ramp=1, step=1)
