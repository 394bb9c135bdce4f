"""Muscle units of an ankle: the twitch, its sum, fatigue, and the numbers of whole muscles."""

from dataclasses import replace

import numpy as np
import pytest

from networks.cells.muscle import ANKLE_UNIT, FATIGUE, WHOLE, units
from sim.spec.model import Model
from sim.spec.network import Network, NetworkError, Population
from sim.spec.protocol import Settle
from sim.spec.record import Record
from sim.units import quantity
from tests.made_ankle import NEWTON

HALF_STEP = 0.025  # ms; states are kept this long before the moment of recording


def starting(**initial) -> Model:
    """The unit as arriving spikes would leave it; `fused` spikes keep `a` where it is."""
    block = replace(ANKLE_UNIT.block, initial={**ANKLE_UNIT.block.initial, **initial})
    if initial.get("a", 0) > 1:
        block = replace(block, text=block.text.replace("da/dt = -a/contraction_time", "da/dt = 0/second"))
    return replace(ANKLE_UNIT, block=block)


def course(simulate, model: Model, length: str, every: str, *variables: str, dtype: str = "float64", **rows):
    """Of one unit, name -> (time,)."""
    unit = Network((Population("cells", model, 1, {"contraction_time": "60 ms", "twitch_force": "0.5 N", **rows}),))
    found = simulate(unit, Settle(length), record=Record(variables, every, commands=False), dtype=dtype)
    return {name: x[0, 0] for name, x in found.traces.items()}


def test_a_twitch_follows_its_closed_form(simulate):
    t = np.arange(800) * 0.5 - HALF_STEP
    f = np.e * t / 60 * np.exp(-t / 60)
    found = course(simulate, starting(a=1), "400 ms", "0.5 ms", "force", tetanus_ratio=5.0)["force"] / NEWTON
    np.testing.assert_allclose(found, 0.5 * 5 * f**2 / (f**2 + 4), rtol=0, atol=2e-6)  # N; (dt/T)^2 of the peak


def test_a_twitch_falls_to_half_as_fast_as_it_rises(simulate):
    """People: 60 against 61 ms in tibialis (Andreassen 1987), 99.6 against 112.4 in the triceps (Sale 1982)."""
    force = course(simulate, starting(a=1), "400 ms", "0.5 ms", "force", tetanus_ratio=5.0)["force"]
    peak = force.argmax()
    half = np.flatnonzero(force > force[peak] / 2)[-1]
    assert 0.5 * peak == pytest.approx(60, abs=0.5)
    assert 0.8 < (half - peak) / peak < 1.25


@pytest.mark.parametrize("ratio", [3.0, 5.0, 10.0])
def test_force_rises_with_the_rate_and_never_exceeds_the_tetanus(simulate, ratio):
    forces = [
        course(simulate, starting(a=a), "2 s", "5 ms", "force", tetanus_ratio=ratio)["force"] / NEWTON
        for a in (1.1, 3, 10, 100, 1e4)
    ]
    assert (np.diff([f[-1] for f in forces]) > 0).all()
    assert max(f.max() for f in forces) <= 0.5 * ratio
    assert forces[-1][-1] == pytest.approx(0.5 * ratio, rel=1e-6)


# ---- fatigue


def test_a_unit_does_not_tire_unless_it_is_asked_to(simulate):
    found = course(simulate, starting(a=30), "20 s", "1 s", "fatigue")
    assert (found["fatigue"] == 0).all()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_force_is_lost_with_the_time_constant_of_fatigue(simulate, dtype):
    """Under a fused tetanus of known activity; in single precision too, where 60 s are 1.2 million steps."""
    how = {"tetanus_ratio": 5.0, "fatigability": 0.5, "tau_fatigue": "60 s", "dtype": dtype}
    found = course(simulate, starting(a=30, f=30 * np.e), "60 s", "10 s", "fatigue", "force", **how)
    used = (30 * np.e) ** 2 / ((30 * np.e) ** 2 + 4)
    expected = 0.5 * used * -np.expm1(-np.arange(6) / 6)
    np.testing.assert_allclose(found["fatigue"], expected, rtol=0, atol=2e-6)  # half a step of 60 s, and float32
    np.testing.assert_allclose(found["force"] / NEWTON, 2.5 * used * (1 - expected), rtol=0, atol=1e-5)


def test_fatigue_is_regained_at_rest(simulate):
    found = course(simulate, starting(fatigue=0.4), "60 s", "10 s", "fatigue", fatigability=0.5)
    np.testing.assert_allclose(found["fatigue"], 0.4 * np.exp(-np.arange(6) / 6), rtol=0, atol=1e-6)
    assert FATIGUE.params["fatigability"].value == 0


# ---- whole muscles


def across(name: str, size: int) -> dict[str, np.ndarray]:
    table = Population("units", ANKLE_UNIT, size, units(name, size)).table()
    leaves = {k: {leaf: np.array([q.number]) for leaf, q in row.leaves().items()} for k, row in table.items()}
    return {k: np.broadcast_to(row.across(size, leaves[k])[0], size) for k, row in table.items()}


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("size", [1, 2, 35, 350])
def test_all_units_in_tetanus_bring_the_force_of_the_whole_however_many_they_are(name, size):
    values = across(name, size)
    total = (values["twitch_force"] * values["tetanus_ratio"]).sum()
    assert total == pytest.approx(quantity(WHOLE[name].value).number, rel=1e-12)


@pytest.mark.parametrize("name", WHOLE)
def test_later_units_are_faster_and_stronger(name):
    values = across(name, 50)
    assert (np.diff(values["contraction_time"]) < 0).all()
    assert (np.diff(values["twitch_force"]) > 0).all()
    np.testing.assert_allclose(values["emg_amplitude"], values["twitch_force"] / values["twitch_force"][-1], rtol=1e-9)


def test_tibialis_units_differ_as_those_of_people_do():
    """Twitch torques of 0.7 to 16, mean 5.7 mN m (Andreassen 1987); their scale is that of the whole muscle."""
    force = across("tibialis", 350)["twitch_force"]
    assert force[-1] / force[0] == pytest.approx(16 / 0.7, rel=0.01)
    assert force[-1] / force.mean() == pytest.approx(16 / 5.7, rel=0.01)


def test_what_is_no_muscle_is_refused_in_a_sentence():
    with pytest.raises(NetworkError, match=r"no muscle units of 'solues'.*'soleus'"):
        units("solues", 3)
    with pytest.raises(NetworkError, match="at least one unit, but its size is 0"):
        units("soleus", 0)
