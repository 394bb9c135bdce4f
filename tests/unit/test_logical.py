"""Conditions count as numbers where numbers belong, and a text that is wrong says in which line."""

import logging

import numpy as np
import pytest

from sim.backends.jax_backend import JaxBackend
from sim.compile.equations import compile_model
from sim.spec.logical import condition, number
from sim.spec.model import Block, Model, ModelError
from sim.spec.params import Param
from sim.spec.protocol import Settle
from sim.spec.record import Record
from sim.spec.statements import circle, numbered

TABLE = {"E": Param("-50 mV", "test"), "tau": Param("10 ms", "test")}


def cell(text: str, **rules) -> Model:
    return Model("cell", Block(text, params=TABLE, initial={"v": "-60 mV"}), **rules)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("3*(v > E)", "3 * int(v > E)"),
        ("int(v > E)*3", "int(v > E)*3"),
        ("v > E", "int(v > E)"),
        ("-(v > E)", "-int(v > E)"),
        ("clip(v > E, 0, 0.5)", "clip(int(v > E), 0, 0.5)"),
        ("not v > E", "int(not v > E)"),
        ("(0 < x < 1)*x", "int(0 < x and x < 1) * x"),
        ("(x > (v > E))*2", "int(x > int(v > E)) * 2"),
        ("True + x", "1 + x"),
        ("g*(v - E)", "g*(v - E)"),
    ],
)
def test_a_condition_among_numbers_becomes_one(written, read):
    assert number(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("v > E", "v > E"),
        ("v>E and  not x > 2", "v>E and  not x > 2"),
        ("0 < x < 1", "0 < x and x < 1"),
        ("3*(v > E) > 2", "3 * int(v > E) > 2"),
    ],
)
def test_a_condition_stays_one_where_one_belongs(written, read):
    assert condition(written) == read


VALUES = {
    "3*(v > E)": 3.0,
    "(v > E)/2 + (v <= E)": 0.5,
    "int(v > E and not v > 0*mV)": 1.0,
    "int(v < E or v > 0*mV)": 0.0,
    "int(v/(7*mV))": -5.0,  # of -5.71: towards zero
    "int(E > -60*mV)": 1.0,
    "v > E": 1.0,
    "(-50*mV < v < -30*mV)": 1.0,
    "True": 1.0,
}


@pytest.fixture(scope="module", params=[("native", "float32"), ("xla", "float32"), ("xla", "float64")], ids="-".join)
def valued(request, simulate):
    """Courses of every condition as `x_0`, `x_1`, ..., and of states that follow them as `y_0`, ..., in one kernel."""
    kernel, dtype = request.param
    lines = [f"x_{k} = {text} : 1\ndy_{k}/dt = (x_{k} - y_{k})/(0.1*ms) : 1" for k, text in enumerate(VALUES)]
    model = cell("\n".join(["dv/dt = (-40*mV - v)/tau : volt", *lines]))
    record = Record(tuple(f"{x}_{k}" for k in range(len(VALUES)) for x in "xy"), "50 ms", commands=False)
    return simulate(model, Settle("110 ms"), record=record, backend=JaxBackend(kernel), dtype=dtype).traces


@pytest.mark.parametrize("text", VALUES)
def test_the_value_of_a_condition_is_1_or_0_in_every_kernel(valued, text):
    k, expected = list(VALUES).index(text), VALUES[text]  # of v near -40 mV
    assert valued[f"x_{k}"][0, 0, 2] == expected
    assert valued[f"y_{k}"][0, 0, 2] == pytest.approx(expected, abs=1e-6)


def test_a_condition_on_parameters_is_computed_once_per_run():
    model = cell("dv/dt = (E - v)/tau*(1 + (E > -60*mV)) : volt")
    constants = compile_model(model).constants({"E": np.array([-50.0, -70.0]), "tau": np.array([10.0])})
    np.testing.assert_array_equal(constants["_rate_v"], [0.2, 0.1])


def test_a_threshold_may_calculate_with_conditions(simulate):
    model = cell(
        "dv/dt = (-40*mV - v)/tau : volt",
        threshold="(v > -45*mV) + (v > E) > 1",
        refractory="2 ms",
        reset="v = E*(v > E) - 60*mV*(v <= E)",
    )
    plain = cell("dv/dt = (-40*mV - v)/tau : volt", threshold="v > -45*mV", refractory="2 ms", reset="v = E")
    found, expected = simulate(model, Settle("0.2 s")), simulate(plain, Settle("0.2 s"))
    np.testing.assert_array_equal(found.steps, expected.steps)
    assert expected.counts[0, 0] > 5


# ---- lines

WRONG = {
    "a unit": ("dv/dt = (E - v)/tau : volt\n\n# what follows is wrong\nx = E : 1", "line 4: in 'x = E'"),
    "a name": ("dv/dt = (E - v)/tau : volt\nx = F : 1", "line 2: in 'x = F': 'F' is neither"),
    "syntax": ("dv/dt = (E - v)/tau : volt\nx = = 3 : 1", "line 2: the equations cannot be read: 'x = = 3 : 1'"),
    "twice": ("x = 1 : 1\nx = 2 : 1\ndv/dt = (E - v)/tau : volt", "line 2: the equations cannot be read: Duplicate"),
    "several lines": ("dv/dt = (E\n - v)/tau : volt\nx = (1\n + E) : 1", "line 3: in 'x = (1 + E)'"),
    "a parenthesis": ("x = 3 : 1\ndv/dt = (E - v/tau : volt", "line 2: the equations cannot be read: 'dv/dt"),
    "a flag": ("x = 3 : 1\ndv/dt = (E - v)/tau : volt (event-driven)", "line 2"),
    "a unit's name": ("dv/dt = (E - v)/tau : volt\nnA = 3 : 1", "line 2"),
}


@pytest.mark.parametrize("what", WRONG)
def test_an_error_names_its_line(what):
    text, said = WRONG[what]
    with pytest.raises(ModelError) as problem:
        cell(text)
    assert str(problem.value).startswith(f"model 'cell', {said}")


def test_statements_keep_the_number_of_their_first_line():
    assert numbered("# a\na = (1 +\n 2) : 1\n\nb : 1 # c") == ((2, "a = (1 + 2) : 1"), (5, "b : 1"))


def test_the_circle_is_the_whole_of_it_and_nothing_else():
    lines = ["a = b + k : 1", "b = c*d : 1", "c = 2*b : 1", "d = 3 : 1", "dx/dt = -x*a/ms : 1"]
    assert circle(lines) == ["b", "c"]
    assert circle([*lines[:2], *lines[3:], "c = x : 1"]) == []


# ---- parameters that nothing reads


def test_a_parameter_that_nothing_reads_is_remarked_once(caplog):
    with caplog.at_level(logging.WARNING, logger="sherrington"):
        for _ in range(2):
            Model("forgetful", Block("dv/dt = -v/tau : volt", params=TABLE, initial={"v": "-60 mV"}))
    assert caplog.messages == [
        "model 'forgetful' has the parameter E in its table, but nothing reads it: is a name in the text misspelt?"
    ]


def test_what_a_threshold_or_a_reset_reads_is_read(caplog):
    with caplog.at_level(logging.WARNING, logger="sherrington"):
        Model(
            "attentive",
            Block(
                "dv/dt = -v/tau : volt",
                params=TABLE | {"top": Param("-40 mV", "test")},
                initial={"v": "-60 mV"},
            ),
            threshold="v > top",
            refractory=".5 ms",
            reset="v = E",
        )
    assert not caplog.messages


def test_every_parameter_of_the_projects_cells_is_read(any_model):
    assert any_model.params.keys() <= any_model.parsed.reads([any_model.threshold, any_model.refractory])
