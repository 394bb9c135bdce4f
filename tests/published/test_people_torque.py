"""People who hold a torque: they go by their own maximal effort, are beside a ramp by a few percent, and steady."""

import numpy as np
import pytest

import networks
from experiments.measures.torque import torque_measures
from experiments.published import contractions as people
from networks.protocols import torque_task
from sim.measure import evaluate
from sim.simulator import Simulator
from sim.spec.record import Record

pytestmark = pytest.mark.slow
RECORD = Record(every="10 ms", populations=("soleus_motor_belly",))
TASKS = ("ramp", "step")
SIDES = ("plantarflexion", "dorsiflexion")


@pytest.fixture(scope="module")
def tasks():
    """Measures of each task of each side, in two seeds: (side, task) -> name -> (seed,)."""
    protocol = torque_task(
        muscles=("soleus", "gastrocnemius", "tibialis"), tonic=1.5, target=0.2, before="1 s", effort="3 s",
        rest="5 s", up="10 s", down="10 s", hold="6 s", after="1 s",
    )  # fmt: skip
    conditions = [(side, task) for side in SIDES for task in TASKS]
    values = {f"protocol.{task}.on": np.repeat([float(own == task) for _, own in conditions], 2) for task in TASKS}
    values["network.person.dorsal"] = np.repeat([float(side == "dorsiflexion") for side, _ in conditions], 2)
    simulator = Simulator(networks.ankle(), protocol, RECORD)
    found = evaluate(torque_measures(1.0), simulator.run(values, np.tile(np.arange(2), len(conditions))))
    return {where: {name: x[2 * k : 2 * k + 2] for name, x in found.items()} for k, where in enumerate(conditions)}


@pytest.mark.parametrize("side", SIDES)
def test_a_person_goes_by_the_best_half_second_of_the_own_maximal_effort(tasks, side):
    """Within 3 %: what is read with a low-pass filter, beside the largest mean over half a second."""
    for task in TASKS:
        np.testing.assert_allclose(tasks[side, task]["read"], tasks[side, task]["mvc"], rtol=0.03)


def test_a_ramp_to_a_fifth_is_followed_within_a_few_percent_of_its_top(tasks):
    """5 % of the target of 20 %, so 1 % of the MVC. Dorsiflexion has 1.54 ± 0.09 %, its unrest: missed, and held."""
    assert (tasks["plantarflexion", "ramp"]["error"] < 1).all()
    assert ((tasks["dorsiflexion", "ramp"]["error"] > 1) & (tasks["dorsiflexion", "ramp"]["error"] < 2)).all()
    assert all((np.abs(tasks[side, "ramp"]["bias"]) < 0.3).all() for side in SIDES)


@pytest.mark.parametrize("side", SIDES)
def test_a_step_is_reached_within_a_second_and_let_go_as_soon(tasks, side):
    own = tasks[side, "step"]
    assert (own["rise"] < 1).all()
    assert (own["overshoot"] < 40).all()
    assert (own["release"] < 1).all()


def test_plantarflexors_are_nearly_as_steady_as_people(tasks):
    """3.9 ± 0.7 %, at the upper edge of people (4 %). Dorsiflexors are not (8.0 ± 0.8 %): missed, as without a person
    in the loop (docs/experiments/isometric_force.md), and held as it stands."""
    assert tasks["plantarflexion", "step"]["cv"].mean() < 1.25 * people.FORCE_CV[1]
    assert (tasks["dorsiflexion", "step"]["cv"] > people.FORCE_CV[1]).all()
