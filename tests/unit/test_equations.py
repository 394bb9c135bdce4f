"""The compiled right-hand side is the text's own value, whatever was split, lifted or gathered on the way."""

import ast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compile import algebra
from sim.compile.equations import compile_model
from sim.compile.namespaces import NUMPY
from sim.spec.model import Block, Model
from sim.spec.protocol import Settle
from sim.spec.record import Record
from sim.units import TEXT_UNITS, describe, quantity

NUMBERS = {name: quantity(f"1 {name}").number for name in TEXT_UNITS}


def as_written(model: Model, values: dict) -> dict:
    """Every subexpression and the slope of every state, evaluated straight from the text."""
    space, waiting = {**NUMPY, **NUMBERS, **values}, {e.name: e.expression for e in model.parsed.subexpressions}
    while waiting:
        for name, text in list(waiting.items()):
            if not algebra.names(ast.parse(text, mode="eval").body) & waiting.keys():
                space[name] = eval(waiting.pop(name), {}, space)
    noise = {channel: 0.0 for e in model.parsed.states for channel in algebra.names(algebra.tree(e.expression))
             if channel.startswith("xi")}  # fmt: skip
    return {e.name: eval(e.expression, {}, {**space, **noise}) for e in model.parsed.states}


def plausible(model: Model, rng: np.random.Generator) -> dict:
    """Potentials, gates and calcium somewhere in their range, (try,)."""
    ranges = {"mV": (-90, 40), "mM": (1e-4, 1e-2)}
    return {
        e.name: rng.uniform(*ranges.get(describe(e.dimensions), (0, 1)), size=200)
        for e in model.parsed.equations
        if e.kind != "subexpression"
    }


def test_the_compiled_slope_is_the_slope_of_the_text(any_model):
    model = any_model
    params = {key: np.float64(param.quantity.number) for key, param in model.params.items()}
    values = plausible(model, np.random.default_rng(0))
    expected = as_written(model, {**params, **values})
    compiled = compile_model(model)
    known = {**compiled.constants(params), **values}
    for equation in compiled.steady.equations:
        if equation.kind == "drift":
            slope = equation.slope(known)
        else:
            target, rate = equation.relaxation(known)
            slope = (target - values[equation.name]) * rate
        scale = np.abs(expected[equation.name]).max()
        # 1e-12: some tens of roundings, of terms that may cancel
        np.testing.assert_allclose(slope, expected[equation.name], rtol=0, atol=1e-12 * scale, err_msg=equation.name)


LINEAR = [
    "a*x + b",
    "(a - x)/b",
    "a*(b - x)*c - x/b",
    "-(x - a)*b",
    "a*(x + b*(x - c))",
    "exp(a)*x + tanh(x)",
    "a",
    "x",
]
BENT = ["x*x", "(x - a)*(b - x)", "x/(1 + x)", "exp(x)", "(a - x)*x*b", "x**2 + x"]
numbers = st.floats(0.1, 3)


@given(st.sampled_from([*LINEAR, *BENT]), numbers, numbers, numbers, numbers)
def test_a_split_sum_has_the_value_of_the_whole(text, a, b, c, x):
    def value(terms) -> float:
        return eval(algebra.text(algebra.total(terms)), {}, {**NUMPY, "a": a, "b": b, "c": c, "x": x})

    constant, coefficient = algebra.split(algebra.tree(text), "x", {})
    whole = eval(text, {}, {**NUMPY, "a": a, "b": b, "c": c, "x": x})
    assert value(constant) + value(coefficient) * x == pytest.approx(whole, abs=1e-12 * (1 + abs(whole)))


@given(st.sampled_from([*LINEAR, *BENT]), numbers, numbers, numbers, numbers)
def test_lifting_constants_does_not_change_a_value(text, a, b, c, x):
    known = {**NUMPY, "a": a, "b": b, "c": c, "x": x}
    lift = algebra.Lift({"a", "b", "c"})
    lifted = algebra.text(lift(algebra.tree(text)))
    constants = {name: eval(expression, {}, known) for expression, name in lift.lifted.items()}
    assert eval(lifted, {}, {**known, **constants}) == pytest.approx(eval(text, {}, known), rel=1e-12)


def test_a_potential_times_itself_needs_no_division_where_its_factor_vanishes(simulate):
    """Izhikevich's k*(v - v_r)*(v - v_t) starts at v_r, where a coefficient v - v_r would be zero."""
    cell = Model("quadratic", Block("dv/dt = 0.1*(v + 60*mV)*(v + 40*mV)/(mV*ms) : volt", initial={"v": "-60 mV"}))
    run = simulate(cell, Settle("5 ms"), record=Record(("v",), "1 ms", commands=False))
    np.testing.assert_array_equal(run.traces["v"][0, 0], -60)


@pytest.mark.parametrize(
    ("text", "folded"), [("2*ms", 2), ("3*mV/(2*ms)", 1.5), ("1/(0.02*ms)", 50), ("60*Hz", 0.06), ("exp(0)*uS", 1)]
)
def test_units_become_numbers_of_the_coherent_system(text, folded):
    assert algebra.value(algebra.tree(text)) == pytest.approx(folded, rel=1e-15)


@pytest.mark.slow
def test_the_source_is_the_same_in_every_process(in_child, tmp_path):
    program = (
        "from networks.cells.powers_heckman import REFERENCE; from sim.compile.equations import compile_model; "
        "print(compile_model(REFERENCE, ('i_pic',)).digest)"
    )
    own = [{"PYTHONHASHSEED": seed, "SHERRINGTON_CACHE": str(tmp_path / seed)} for seed in "12"]  # nothing is kept
    first, second = (in_child(program, **environment) for environment in own)
    assert first == second != ""
