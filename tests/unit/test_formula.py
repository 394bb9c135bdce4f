"""A formula has the unit that its text says, gives the number that a person would, and is refused in a sentence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.spec.formula import Formula, FormulaError
from sim.units import DIMENSIONLESS, number_in, quantity

UNITS = {"velocity": "m/s", "tau": "ms", "v": "mV", "g": "nS", "share": ""}
NAMES = {name: quantity(f"1 {unit}").dimensions for name, unit in UNITS.items()}
NUMBERS = {name: np.array([quantity(f"{x} {UNITS[name]}").number]) for name, x in
           {"velocity": 50, "tau": 20, "v": -65, "g": 8, "share": 0.25}.items()}  # fmt: skip

VALUES = {  # text: its value in a unit
    "0.8*metre/velocity": (16, "ms"),
    "0.8*metre/velocity + 0.3*ms": (16.3, "ms"),
    "g*(v + 70*mV)": (40, "pA"),
    "tau*exp(-share)": (20 * np.exp(-0.25), "ms"),
    "sqrt(tau*5*ms)": (10, "ms"),
    "clip(tau, 30*ms, 40*ms)": (30, "ms"),
    "abs(v)": (65, "mV"),
    "-v": (65, "mV"),
    "share**2 + 2**share": (0.0625 + 2**0.25, ""),
    "tau**2": (400, "ms**2"),
    "tau**-1": (50, "Hz"),
    "1/tau": (50, "Hz"),
    "2*pi*share": (np.pi / 2, ""),
    "3": (3, ""),
    "log10(100) + tanh(0)": (2, ""),
}


@pytest.mark.parametrize("text", VALUES)
def test_a_formula_has_the_value_and_the_unit_that_it_says(text):
    expected, unit = VALUES[text]
    formula = Formula(text, NAMES)
    assert formula.dimensions == quantity(f"1 {unit}").dimensions
    found = number_in(float(formula.value(NUMBERS).squeeze()), unit)
    assert found == pytest.approx(expected, rel=1e-14)  # two or three roundings


@given(st.lists(st.floats(1, 100), min_size=1, max_size=5))
def test_a_formula_is_computed_of_every_sample(speeds):
    formula = Formula("0.5*metre/velocity + tau", NAMES)
    velocity = np.array([quantity(f"{x!r} m/s").number for x in speeds])
    found = formula.value({"velocity": velocity, "tau": np.array([2.0])})
    np.testing.assert_allclose(found, 500 / np.array(speeds) + 2, rtol=1e-14)


def test_a_formula_says_which_names_it_uses():
    assert Formula("g*v/(1*mV)", NAMES).used == {"g", "v"}
    assert Formula("2*ms", NAMES).used == frozenset()


def test_formulas_are_values():
    assert Formula("2*tau", NAMES) == Formula("2*tau", dict(NAMES))
    assert Formula("2*tau", NAMES) != Formula("3*tau", NAMES)
    assert str(Formula("2*tau", NAMES)) == "2*tau"


def test_dividing_by_nothing_is_infinite_and_not_an_error():
    assert np.isinf(Formula("1/share", NAMES).value({"share": np.array([0.0])})).all()


def test_a_formula_can_be_differentiated():
    import jax

    formula = Formula("exp(-share) + sqrt(share)", NAMES)
    slope = jax.grad(lambda x: jax.numpy.sum(Formula("tanh(share)*2", NAMES).value({"share": x})))(0.3)
    assert formula.dimensions == DIMENSIONLESS
    assert slope == pytest.approx(2 / np.cosh(0.3) ** 2, rel=1e-5)  # float32


REFUSED = {
    "tau + v": ["'tau', which is in ms", "'v', which is in mV"],
    "tau + 1": ["'tau', which is in ms", "no unit"],
    "exp(tau)": ["'exp' of 'tau'", "ms"],
    "tau**share": ["'tau', which has a unit", "no plain number"],
    "2**tau": ["the power 'tau'", "unit"],
    "velocty*ms": ["'velocty'", "did you mean 'velocity'"],
    "0.8 metre": ["cannot be read"],
    "tau if share else 2*tau": ["no formula"],
    "__import__('os')": ["'__import__'"],
    "tau.real": ["'tau.real'"],
    "share == 1": ["no formula"],
    "sine(share)": ["'sine'", "no function"],
    "clip(tau)": ["'clip' 1 numbers"],
    "exp(share, share)": ["'exp' 2 numbers"],
    "'a'": ["no formula"],
    "True": ["no number"],
    "": ["left empty"],
    "(": ["cannot be read"],
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_formula_that_cannot_be_is_refused_in_a_sentence(text):
    with pytest.raises(FormulaError) as problem:
        Formula(text, NAMES)
    said = str(problem.value)
    assert said.endswith(".")
    assert "\n" not in said
    for piece in REFUSED[text]:
        assert piece in said


@pytest.mark.parametrize("name", ["ms", "exp", "pi"])
def test_a_name_cannot_be_that_of_a_unit_or_function(name):
    with pytest.raises(FormulaError, match="rename it"):
        Formula("2", {name: DIMENSIONLESS})
