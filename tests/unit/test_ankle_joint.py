"""The ankle: held, led and free, each against its closed form; energy only leaves it."""

import numpy as np
import pytest

from networks.cells.joint import JOINT, RANGE, at
from sim.spec.network import Network, NetworkError, Population
from sim.spec.protocol import Course, Hold, Settle, Step
from sim.spec.record import Record
from sim.units import quantity
from tests.made_ankle import TORQUE

BARE = {"weight": "0 N", "dorsal_ligament": "0 N*m", "plantar_ligament": "0 N*m", "rest": 0.0}
HALF_STEP = 0.025e-3  # s
DEGREE = np.pi / 180


def run(
    simulate, degrees: float, protocol, *variables: str, free: bool = False, dtype: str = "float64", **rows
) -> dict:
    """name -> (time,) every half millisecond; angles in radian, velocities in radian per second."""
    joint = Network((Population("cells", JOINT, 1, {**at(degrees, free=free), **rows}),))
    wanted = ("angle", "angular_velocity", *variables)
    found = simulate(joint, protocol, record=Record(wanted, "0.5 ms", commands=False), dtype=dtype).traces
    scale = {"angle": 1, "angular_velocity": quantity("1 Hz").number}
    return {k: x[0, 0] / scale.get(k, TORQUE) for k, x in found.items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_held_ankle_stands_exactly_still_whatever_torque_acts(simulate, dtype):
    push = Hold("cells.torque", "1e-4 N*m") + Settle("300 ms")  # as much as a command may; see the muscles' test
    found = run(simulate, -20, push, "muscle_torque", dtype=dtype)
    assert np.ptp(found["angle"]) == 0
    assert (found["angular_velocity"] == 0).all()
    assert found["angle"][0] == pytest.approx(-20 * DEGREE, abs=1e-7)
    assert found["muscle_torque"][-1] == pytest.approx(1e-4, rel=1e-5)


def test_a_ramp_is_followed_without_lag_where_its_velocity_is_imposed_too(simulate):
    """20 degrees in 100 ms; by the angle alone the ankle follows two time constants of the servo later."""
    ramp = Course("cells.imposed_angle", ("0 ms", "50 ms", "150 ms"), (0, 0, 20 * DEGREE)) + Settle("200 ms")
    fast = Settle("50 ms") >> Step("cells.imposed_velocity", 200 * DEGREE, "100 ms")
    t = np.arange(400) * 0.5e-3 - HALF_STEP
    path = np.clip((t - 0.05) / 0.1, 0, 1) * 20 * DEGREE
    late = np.clip((t - 0.052) / 0.1, 0, 1) * 20 * DEGREE
    on = slice(130, 295)  # from 15 ms after its start
    found = run(simulate, -10, ramp + fast)["angle"] + 10 * DEGREE
    np.testing.assert_allclose(found[on], path[on], rtol=0, atol=2e-5)  # rad; a step's worth of the ramp is 1.7e-4
    found = run(simulate, -10, ramp)["angle"] + 10 * DEGREE
    np.testing.assert_allclose(found[on], late[on], rtol=0, atol=2e-5)


def test_a_step_is_followed_without_overshoot(simulate):
    found = run(simulate, 0, Step("cells.imposed_angle", 0.2, "60 ms"))["angle"]
    t = np.arange(120) * 0.5 - 1e3 * HALF_STEP
    expected = 0.2 * (1 - (1 + t) * np.exp(-t))  # critically damped, 1 ms
    np.testing.assert_allclose(found[1:], expected[1:], rtol=0, atol=5e-4)
    assert found.max() <= 0.2 + 1e-9


def test_a_free_ankle_swings_as_its_inertia_stiffness_and_viscosity_say(simulate):
    found = run(simulate, 10, Settle("1 s"), free=True, **BARE)["angle"]
    inertia, stiffness, viscosity = 0.0085, 5.0, 0.1
    decay = viscosity / (2 * inertia)
    omega = np.sqrt(stiffness / inertia - decay**2)
    t = np.arange(2000) * 0.5e-3 - HALF_STEP
    expected = 10 * DEGREE * np.exp(-decay * t) * (np.cos(omega * t) + decay / omega * np.sin(omega * t))
    np.testing.assert_allclose(found[1:], expected[1:], rtol=0, atol=2e-5)  # rad


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("start", [-50, -20, 0, 30])
def test_energy_only_leaves_a_free_passive_ankle(simulate, start, dtype):
    found = run(simulate, start, Settle("2 s"), free=True, dtype=dtype)
    angle, speed = found["angle"].astype(float), found["angular_velocity"].astype(float)
    grid = np.linspace(-1.2, 0.8, 200001)
    ligaments = 0.18 * np.exp(-12.12 * (grid + 0.74)) - 2.03 * np.exp(38.11 * (grid - 0.52))
    torque = ligaments - 5 * (grid + 0.2) - 9.8 * 0.05 * np.cos(grid)
    potential = -np.concatenate([[0], np.cumsum((torque[1:] + torque[:-1]) / 2 * np.diff(grid))])
    energy = 0.0085 * speed**2 / 2 + np.interp(angle, grid, potential)
    assert energy[0] - energy[-1] > 1e-3  # J
    assert np.diff(energy).max() < (1e-6 if dtype == "float64" else 5e-6) * (energy[0] - energy[-1])
    assert np.abs(speed[-1]) < 1e-3


def test_gravity_turns_the_foot_down_when_one_sits_and_not_when_one_lies(simulate):
    def at_rest(pitch: float) -> float:
        return run(simulate, 0, Settle("2 s"), free=True, pitch=pitch)["angle"][-1]

    sitting, lying = at_rest(0.0), at_rest(np.pi / 2 + 0.2)  # there the sole is upright at the rest angle
    assert lying == pytest.approx(-0.2, abs=2e-3)  # ligaments are nearly slack there
    assert sitting < lying - 0.08


def test_an_angle_that_no_ankle_has_is_refused_in_a_sentence():
    low, high = RANGE
    for wrong in (low - 1, high + 1, float("nan"), True, "10"):
        with pytest.raises(NetworkError, match=r"between -50 degrees \(plantarflexion\) and 30"):
            at(wrong)  # type: ignore[arg-type]
    assert at(30)["position"] == pytest.approx(30 * DEGREE)
