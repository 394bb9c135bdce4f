"""What is computed from a shared number follows it: in the declaration, in a state and in every sample of a design."""

from dataclasses import replace

import numpy as np
import pytest

from sim.design import Design
from sim.spec.formula import FormulaError
from sim.spec.network import Network, NetworkError
from sim.spec.params import Param
from sim.spec.protocol import Hold, Settle
from sim.spec.shared import Shared
from sim.spec.state import State
from sim.units import UnitError, quantity
from tests.unit.test_states import NETWORK

DELAY = "network.nerve.delay"
VELOCITY = Shared(
    "velocity", "50 m/s", {f"{DELAY}.low": "0.2*metre/velocity", f"{DELAY}.high": "length/velocity"}, "Hursh 1939",
    ("1 m/s", None),
)  # fmt: skip
LENGTH = Shared("length", "0.4 m", {"network.*.tau": "length/(100*metre/second)"}, "chosen")
WITH = replace(NETWORK, shared=(VELOCITY, LENGTH))
DRIVE = Hold("soleus.I", "1.5 nA") + Hold("tibialis.I", "0.49 nA") + Settle("200 ms")


def test_what_is_fed_has_the_values_of_its_formulas():
    delay = WITH.projections[0].table()["delay"]
    assert [value.number for value in delay.leaves().values()] == [4, 8, 0]
    assert WITH.population("tibialis").table()["tau"] == Param(
        "4.0 ms", "= length/(100*metre/second)", ("0.1 ms", None)
    )


def test_a_shared_number_is_a_leaf_and_what_it_feeds_is_none():
    assert WITH.leaves()["network.velocity"] == quantity("50 m/s")
    assert WITH.bounds()["network.velocity"] == ("1 m/s", "1e3 m/s")
    assert NETWORK.leaves().keys() - WITH.leaves().keys() == {
        f"{DELAY}.low", f"{DELAY}.high", "network.soleus.tau", "network.tibialis.tau",
    }  # fmt: skip


def test_a_state_of_the_shared_number_moves_what_it_feeds():
    slow = WITH.under(State("demyelinated", {"network.velocity": {"scale": 0.5}}, "chosen"))
    assert [value.number for value in slow.projections[0].table()["delay"].leaves().values()] == [8, 16, 0]
    assert slow.shared[0].source == "Hursh 1939; × 0.5 by state demyelinated: chosen"


def test_every_sample_of_a_design_computes_its_own(simulate):
    fast, slow = simulate(WITH, DRIVE, design=Design({"network.velocity": ["50 m/s", "20 m/s"]})).steps
    for found, velocity in ((fast, 50), (slow, 20)):
        apart = replace(NETWORK, shared=(replace(VELOCITY, value=f"{velocity} m/s"), LENGTH))
        np.testing.assert_array_equal(found, simulate(apart, DRIVE).steps[0])
        written = {f"{DELAY}.low": [f"{200 / velocity} ms"], f"{DELAY}.high": [f"{400 / velocity} ms"]}
        taus = {f"network.{name}.tau": ["4 ms"] for name in ("soleus", "tibialis")}
        plain = simulate(NETWORK, DRIVE, design=Design({**written, **taus})).steps[0]
        np.testing.assert_array_equal(found, plain)
    assert not np.array_equal(fast, slow)


def test_a_network_without_shared_numbers_completes_nothing():
    numbers = {"network.soleus.E": np.array([-60.0])}
    assert NETWORK.completed(numbers) == numbers


def with_(feeds=None, **how) -> Network:
    feeds = {f"{DELAY}.low": "0.2*metre/velocity"} if feeds is None else feeds
    return replace(NETWORK, shared=(replace(VELOCITY, feeds=feeds, **how),))


REFUSED = {
    "another unit": (lambda: with_(feeds={DELAY: "2*velocity"}), UnitError, [DELAY, "ms", "2*velocity"]),
    "an unknown name": (lambda: with_(feeds={DELAY: "0.2*metre/speed"}), FormulaError, ["'speed'"]),
    "a path to nothing": (lambda: with_(feeds={"network.nerv.delay": "1*ms"}), NetworkError, ["feeds 'network.nerv"]),
    "no formula": (lambda: with_(feeds={DELAY: 4}), NetworkError, ["text", "4"]),
    "the name of a population": (lambda: with_(name="soleus"), NetworkError, ["'soleus' names two"]),
    "the name of a unit": (lambda: with_(name="ms"), FormulaError, ["'ms'", "rename"]),
    "two words": (lambda: with_(name="conduction velocity"), NetworkError, ["one word"]),
    "out of its bounds": (lambda: with_(value="0.5 m/s"), UnitError, ["0.5 m/s", "lower bound"]),
    "what it feeds out of bounds": (lambda: with_(feeds={DELAY: "-1*ms"}), UnitError, [DELAY, "-1*ms", "bound"]),
    "computed twice": (
        lambda: with_(feeds={DELAY: "1*ms", f"{DELAY}.low": "2*ms"}),
        NetworkError,
        [f"{DELAY}.low", "twice", "1*ms", "2*ms"],
    ),
    "infinite": (lambda: with_(value="0 m/s", bounds=(None, None)), UnitError, [f"{DELAY}.low", "finite"]),
    "set by a state": (
        lambda: WITH.under(State("slow", {DELAY: "9 ms"})),
        NetworkError,
        ["'slow'", f"{DELAY}.low", "0.2*metre/velocity", "'network.velocity'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_computed_is_refused_in_a_sentence(what):
    declare, error, quoted = REFUSED[what]
    with pytest.raises(error) as problem:
        declare()
    said = str(problem.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    for piece in quoted:
        assert piece in said


def test_a_design_that_sets_what_is_computed_is_refused_in_a_sentence(prepare):
    with pytest.raises(NetworkError, match=r"the design changes 'network\.soleus\.tau', which is computed"):
        prepare(WITH, DRIVE, design=Design({"network.soleus.tau": ["5 ms"]}))


def test_a_design_cannot_bring_what_is_computed_out_of_bounds(prepare):
    with pytest.raises(UnitError, match=r"network\.soleus\.tau.* below its lower bound of 0\.1 ms"):
        prepare(WITH, DRIVE, design=Design({"network.length": ["0.4 m", "1 mm"]}))
