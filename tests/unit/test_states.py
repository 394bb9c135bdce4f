"""A state changes what it says, in the order in which states are applied, and a network says which ones it is under."""

import numpy as np
import pytest

from sim.design import Design
from sim.spec.canonical import canonical
from sim.spec.change import Scale, Shift
from sim.spec.model import Block, Model
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection
from sim.spec.protocol import Hold, Settle
from sim.spec.state import State
from sim.units import UnitError, number_in, quantity

CELL = Model(
    "a test",
    Block(
        "dv/dt = (g*(E - v) + g_e*(0*mV - v) + I)/C : volt\ndg_e/dt = -g_e/tau : siemens\nI : amp",
        params={
            "g": Param("0.02 uS", "Table 1", ("0 uS", "1 uS")),
            "E": Param("-75 mV", "Table 1"),
            "C": Param("0.2 nF", "Table 1", ("0.01 nF", None)),
            "tau": Param("3 ms", "Table 1", ("0.1 ms", None)),
        },
        initial={"v": "-65 mV"},
    ),
    threshold="v > -50*mV",
    reset="v = -70*mV",
)
NETWORK = Network(
    (
        Population("soleus", CELL, 3, {"g": Graded("0.01 uS", "0.03 uS", 1.0, "Table 2")}),
        Population("tibialis", CELL, 2),
    ),
    (Projection("nerve", "soleus", "tibialis.g_e", Param("1 nS", "Table 3"), Graded("2 ms", "4 ms", 0.0, "Table 4")),),
)
INJURED = State("injured", {"network.*.E": "-65 mV"}, "Boulenguez et al. 2010")
WEAK = State("weak", {"network.nerve.weight": {"scale": 0.5}})
SLOW = State("slow", {"network": {"nerve": {"delay": {"shift": "1 ms"}}}}, "chosen")


def numbers(network: Network) -> dict[str, float]:
    return {path: value.number for path, value in network.leaves().items()}


def changed(network: Network) -> dict[str, float]:
    """What differs from `NETWORK`, by path."""
    before = numbers(NETWORK)
    return {path: x for path, x in numbers(network).items() if x != before[path]}


def test_a_state_sets_what_it_names_and_nothing_else():
    assert changed(NETWORK.under(INJURED)) == {"network.soleus.E": -65, "network.tibialis.E": -65}


def test_a_graded_parameter_changes_at_both_ends_and_keeps_its_skew():
    assert changed(NETWORK.under(SLOW)) == {"network.nerve.delay.low": 3, "network.nerve.delay.high": 5}
    leaky = NETWORK.under(State("leaky", {"network.*.g": {"scale": 2}}))
    expected = {"network.soleus.g.low": 0.02, "network.soleus.g.high": 0.06, "network.tibialis.g": 0.04}
    assert changed(leaky) == pytest.approx(expected)


def test_a_star_stands_for_a_part_of_an_element_too():
    assert changed(NETWORK.under(State("some", {"network.so*us.E": "-65 mV"}))) == {"network.soleus.E": -65}
    both = NETWORK.under(State("both", {"network.*s.E": "-65 mV"}))
    assert changed(both) == changed(NETWORK.under(INJURED))


def test_one_end_of_a_gradient_may_change_alone():
    assert changed(NETWORK.under(State("steep", {"network.soleus.g.high": "40 nS"}))) == {"network.soleus.g.high": 0.04}
    assert changed(NETWORK.under(State("skewed", {"network.soleus.g.skew": 2}))) == {"network.soleus.g.skew": 2}


def test_states_that_touch_different_numbers_commute():
    assert numbers(NETWORK.under(INJURED, WEAK, SLOW)) == numbers(NETWORK.under(SLOW, INJURED, WEAK))


def test_states_that_touch_one_number_apply_in_order():
    set_, twice = State("set", {"network.nerve.weight": "3 nS"}), State("twice", {"network.nerve.weight": {"scale": 2}})
    first, second = NETWORK.under(set_, twice), NETWORK.under(twice, set_)
    assert number_in(numbers(first)["network.nerve.weight"], "nS") == 6
    assert number_in(numbers(second)["network.nerve.weight"], "nS") == 3
    assert numbers(NETWORK.under(set_).under(twice)) == numbers(first)


def test_half_of_it_and_twice_that_are_the_same_numbers_again():
    half, twice = (State(f"times {x}", {"network.*.*": {"scale": x}}) for x in (0.5, 2))
    assert numbers(NETWORK.under(half)) != numbers(NETWORK)
    assert numbers(NETWORK.under(half).under(twice)) == numbers(NETWORK)


def test_a_state_is_what_a_design_of_the_same_numbers_is(simulate):
    drive = Hold("soleus.I", "1 nA") + Settle("100 ms")
    path = "network.soleus.g.low"
    made = NETWORK.under(State("tight", {path: {"scale": 0.7}}))
    state = simulate(made, drive)
    design = simulate(NETWORK, drive, design=Design({path: [quantity("0.01 uS")._replace(number=0.01 * 0.7)]}))
    assert state.counts.sum() > 5
    np.testing.assert_array_equal(state.steps, design.steps)


def test_a_network_keeps_and_sources_the_states_that_it_is_under():
    network = NETWORK.under(INJURED, WEAK)
    assert [state.name for state in network.states] == ["injured", "weak"]
    assert network.population("soleus").table()["E"].source == (
        "set to -65 mV by state injured: Boulenguez et al. 2010"
    )
    assert network.projections[0].table()["weight"].source == "Table 3; × 0.5 by state weak"
    assert NETWORK.states == ()


def test_states_are_values_that_enter_the_digest():
    assert State("weak", {"network": {"nerve": {"weight": {"scale": 0.5}}}}) == WEAK
    assert hash(State("weak", {"network.nerve.weight": Scale(0.5)})) == hash(WEAK)
    assert str(SLOW) == "slow: network.nerve.delay + 1 ms (chosen)"
    assert State("a", {"network.nerve.delay": Shift("1 ms")}) != State("b", {"network.nerve.delay": Shift("1 ms")})
    assert canonical(NETWORK.under(WEAK)) != canonical(NETWORK)
    assert "weak" in canonical(WEAK)


REFUSED = {
    "no such parameter": (
        {"network.soleus.E_cl": "-65 mV"},
        ["'network.soleus.E_cl'", "no number", "network.soleus.E"],
    ),
    "a star that fits nothing": ({"network.*.monoamine": 1}, ["'network.*.monoamine'", "no number"]),
    "a number of the protocol": ({"protocol.pulse.level": 1}, ["'protocol.pulse.level'", "network"]),
    "another unit": ({"network.soleus.E": "1 ms"}, ["'network.soleus.E'", "mV", "1 ms"]),
    "a shift in another unit": ({"network.soleus.E": {"shift": 1}}, ["'network.soleus.E'", "+ 1"]),
    "a scale with a unit": ({"network.soleus.E": {"scale": "2 mV"}}, ["plain number", "'2 mV'"]),
    "out of bounds": ({"network.soleus.g": {"scale": 200}}, ["bad", "'g' of population 'soleus'", "upper bound"]),
    "a delay below zero": ({"network.nerve.delay": {"shift": "-3 ms"}}, ["bad", "'nerve'", "negative"]),
    "a skew that cannot be": ({"network.soleus.g.skew": -1}, ["skew", "-1"]),
    "one number twice": (
        {"network.*.E": "-65 mV", "network.soleus.E": "-60 mV"},
        ["'network.soleus.E' twice", "two states"],
    ),
    "nothing": ({}, ["changes nothing"]),
    "no table": ([1], ["`changes`", "table"]),
    "no change": ({"network.soleus.E": {"scale": 1, "shift": "1 mV"}}, ["no number of the network"]),
    "an unreadable value": ({"network.soleus.E": "much"}, ["'much'"]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_state_that_cannot_be_is_refused_in_a_sentence(what):
    changes, quoted = REFUSED[what]
    with pytest.raises((NetworkError, UnitError)) as problem:
        NETWORK.under(State("bad", changes))  # type: ignore[arg-type]
    said = str(problem.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    for piece in quoted:
        assert piece in said


def test_what_is_no_state_is_refused():
    with pytest.raises(NetworkError, match="is a State"):
        NETWORK.under("injured")  # type: ignore[arg-type]
