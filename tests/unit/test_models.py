"""A model says what it is in text with units; what cannot be is refused in a sentence that quotes the text."""

import ast
import re
from dataclasses import replace

import numpy as np
import pytest

from networks.cells import powers_heckman
from networks.motor_pool import CELLS
from sim.compile.equations import compile_model
from sim.spec.model import Block, Model, ModelError, rename, statements
from sim.spec.params import Graded, Param
from sim.spec.protocol import Step
from sim.spec.record import Record
from sim.units import UnitError

TABLE = {"g": Param("0.1 uS", "test"), "E": Param("-65 mV", "test"), "C": Param("1 nF", "test")}
MEMBRANE = "dv/dt = g*(E - v)/C : volt"


def cell(text=MEMBRANE, params=None, initial=None, **rules) -> Model:
    start = {"v": "-65 mV"} if initial is None else initial
    return Model("cell", Block(text, params={**TABLE, **(params or {})}, initial=start), **rules)


REFUSED = {  # what is wrong: (how it is written, what the sentence quotes)
    "units in a sum": (dict(text="dv/dt = g*(E - v)/C + E : volt"), ["'E' has unit V", "(g * (E - v)) / C"]),
    "units of a derivative": (dict(text="dv/dt = g*(E - v) : volt"), ["'g*(E - v)' is in nA", "mV/ms is needed"]),
    "units of a subexpression": (dict(text=MEMBRANE + "\nI = g*v*ms : amp"), ["'I = g*v*ms'", "in pC", "nA is needed"]),
    "units in a function": (dict(text="dv/dt = exp(v)*g*(E - v)/C : volt"), ["function exp", "'v'"]),
    "a quantity to the power of a parameter": (
        dict(text=MEMBRANE + "\nx = v**n : volt", params={"n": Param(2, "test")}),
        ["'x = v**n'", "write the exponent as a number"],
    ),
    "an unknown name": (dict(text="dv/dt = g*(E - w)/C : volt"), ["'w' is neither", "choose one of C, E"]),
    "a misspelt name": (
        dict(text="dv/dt = g*(E_leek - v)/C : volt", params={"E_leak": Param("-65 mV", "test")}),
        ["'E_leek' is neither", "did you mean 'E_leak'?"],
    ),
    "an unknown function": (
        dict(text="dv/dt = g*(E - v)/C*foo(v/mV) : volt"),
        ["function foo", "abs, arctan", "exprel"],
    ),
    "time itself": (dict(text=MEMBRANE + "\nx = t/ms : 1"), ["'t' is neither"]),
    "a variable twice": (dict(text=MEMBRANE + "\nv = 3*mV : volt"), ["Duplicate definition of variable 'v'"]),
    "a variable and a parameter": (dict(text=MEMBRANE + "\nE : volt"), ["'E' in its text and in its parameter table"]),
    "a variable named as a unit": (dict(text=MEMBRANE + "\nmV : volt"), ["'mV' is the name of a unit"]),
    "a parameter named as a unit": (dict(params={"nS": Param(1, "test")}), ["'nS' is the name of a unit"]),
    "a parameter named as a constant": (dict(params={"e": Param(1, "test")}), ["'e' has a meaning of its own"]),
    "a parameter named as a function": (dict(params={"exp": Param(1, "test")}), ["'exp' has a meaning of its own"]),
    "a parameter named as a keyword": (dict(params={"lambda": Param(1, "test")}), ["'lambda'", "is no word"]),
    "a parameter that starts with an underscore": (dict(params={"_k0": Param(1, "test")}), ["'_k0'", "rename"]),
    "a circle": (dict(text=MEMBRANE + "\na = b : 1\nb = a : 1"), ["lines 2 and 3", "(a needs b needs a)", "da/dt ="]),
    "a circle of one": (dict(text=MEMBRANE + "\na = 2*a : 1"), ["line 2", "(a needs a)"]),
    "no unit": (dict(text=MEMBRANE + "\n\na = 3"), ["line 3: 'a = 3' has no unit"]),
    "a choice": (dict(text=MEMBRANE + "\na = 1 if v > E else 0 : 1"), ["line 2", "a*int(x > 0) + b*int(x <= 0)"]),
    "an unknown flag": (dict(text="dv/dt = g*(E - v)/C : volt (constant)"), ["flag 'constant' of 'v'"]),
    "an unknown unit": (dict(text="dv/dt = g*(E - v)/C : volts"), ["'volts'"]),
    "an open parenthesis": (dict(text="dv/dt = g*(E - v/C : volt"), ["never closed"]),
    "no text": (dict(text=""), ["has no equations", "write at least one line"]),
    "noise in a subexpression": (dict(text=MEMBRANE + "\nx = xi*ms**0.5 : 1"), ["'x'", "xi"]),
    "a threshold in another unit": (dict(threshold="v > -50"), ["threshold: v > -50", "different units"]),
    "a threshold that is no condition": (dict(threshold="v/mV + 1"), ["'v/mV + 1' is not a condition"]),
    "a threshold on nothing": (dict(threshold="u > 0*mV"), ["'threshold: u > 0*mV'", "'u' is neither"]),
    "a reset that compares": (dict(threshold="v > -50*mV", reset="v == E"), ["'v == E' is not an assignment"]),
    "a reset of a parameter": (dict(threshold="v > -50*mV", reset="E = v"), ["'E = v' is not an assignment"]),
    "a reset in another unit": (dict(threshold="v > -50*mV", reset="v = 3"), ["'v = 3'", "mV is needed"]),
    "a reset by a factor with unit": (dict(threshold="v > -50*mV", reset="v *= E"), ["'v *= E'", "no unit is needed"]),
    "a reset without threshold": (dict(reset="v = E"), ["never fires", "give it a threshold"]),
    "a refractory period without threshold": (dict(refractory="2 ms"), ["never fires", "give it a threshold"]),
    "a potential without start": (dict(initial={}), ["where the potential 'v' starts", "initial={'v': '-65 mV'}"]),
    "a start in another unit": (dict(initial={"v": "-65 nA"}), ["'v' is in mV", "'-65 nA'"]),
    "a start of nothing": (dict(initial={"v": "-65 mV", "w": 3}), ["no state 'w'", "choose one of v"]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_model_that_cannot_be_is_refused_in_one_line_that_quotes_it(what):
    given, quoted = REFUSED[what]
    with pytest.raises(ModelError) as problem:
        cell(**given)
    assert "\n" not in str(problem.value)
    assert str(problem.value).startswith("model 'cell'")
    for piece in quoted:
        assert piece in str(problem.value)


@pytest.mark.parametrize("period", ["2 mV", "0 ms", "2 msec"])
def test_a_refractory_period_is_a_time(period):
    with pytest.raises(UnitError, match=re.escape(repr(period))):
        cell(threshold="v > -50*mV", refractory=period)


def test_a_sum_that_nobody_reads_is_refused():
    block = Block(MEMBRANE, params=TABLE, into={"i_ion": "g*(v - E)"}, initial={"v": "-65 mV"})
    with pytest.raises(ModelError, match="adds to 'i_ion', which is no sum of the cell"):
        Model("cell", block)


def test_noise_whose_amplitude_changes_during_a_run_is_refused():
    noisy = cell(MEMBRANE + "\ndx/dt = -x/ms + (v/mV)*xi/ms**0.5 : 1")
    with pytest.raises(ModelError, match=r"noise amplitude .* of xi .* changes during a run"):
        compile_model(noisy)


def test_one_meaning_for_one_name_across_blocks():
    with pytest.raises(ModelError, match="two blocks give the parameter 'g'"):
        Block(params={"g": Param(1, "a")}) + Block(params={"g": Param(2, "a")})
    assert (Block(params=TABLE) + Block(params=TABLE)).params == TABLE


# ---- blocks

LEAK = Block("i_leak = g*(v - E) : amp", into={"i_ion": "i_leak"}, params={"g": TABLE["g"], "E": TABLE["E"]})
COMPARTMENT = Block("dv/dt = -i_ion/C : volt", sums={"i_ion": "amp"}, params={"C": TABLE["C"]}, initial={"v": "-65 mV"})


def test_a_place_renames_what_a_block_defines_and_shares_what_it_is_given():
    at_soma = (COMPARTMENT + LEAK).at("soma")
    assert statements(at_soma.text) == (
        "dv_soma/dt = -i_ion_soma/C : volt",
        "i_leak_soma = g*(v_soma - E) : amp",
    )
    assert dict(at_soma.into) == {"i_ion_soma": "i_leak_soma"}
    assert dict(at_soma.sums) == {"i_ion_soma": "amp"}
    assert dict(at_soma.initial) == {"v_soma": "-65 mV"}
    assert set(at_soma.params) == {"C", "g", "E"}


def test_renaming_changes_whole_words_only():
    assert rename("dv/dt = g_v*v/C : volt", {"v": "u", "g": "h"}) == "du/dt = g_v*u/C : volt"
    assert rename("dvv/dt = vv + 1.e3*v", {"v": "u", "e3": "x"}) == "dvv/dt = vv + 1.e3*u"
    assert set(LEAK.renamed(g="g_leak").params) == {"g_leak", "E"}


def test_currents_of_several_blocks_add_up_and_an_empty_sum_is_zero():
    other = Block("i_extra = 2*nA : amp", into={"i_ion": "i_extra"})
    text = Model("cell", COMPARTMENT + LEAK + other).equations()
    assert "i_ion = i_leak + i_extra : amp" in text
    assert "i_ion = 0*amp : amp" in Model("cell", COMPARTMENT).equations()


def test_two_places_of_one_block_stand_side_by_side():
    model = Model("cell", (COMPARTMENT + LEAK).at("soma") + (COMPARTMENT + LEAK).at("dend"))
    assert [e.name for e in model.parsed.states] == ["v_soma", "v_dend"]


def test_a_statement_may_run_over_several_lines_and_carry_comments():
    assert statements("x = (1 +   # one\n  2) : 1\n\n# nothing\ny : 1") == ("x = (1 + 2) : 1", "y : 1")


# ---- parameters


@pytest.mark.parametrize("given", [("1 ms", ("2 ms", None)), ("5 ms", (None, "4 ms")), ("1 ms", ("2 mV", None))])
def test_a_parameter_stays_within_its_bounds_and_their_unit(given):
    value, bounds = given
    with pytest.raises(UnitError, match="bound"):
        Param(value, "test", bounds)


def test_a_graded_parameter_follows_its_closed_form():
    graded = Graded("-42 mV", "-39 mV", 1.0)
    numbers = {key: np.array([q.number]) for key, q in graded.leaves().items()}
    expected = [-42 + 3 * (i / 19) ** 2 for i in range(20)]
    # 1e-13 mV: a few roundings of 42 mV
    np.testing.assert_allclose(graded.across(20, numbers)[0], expected, rtol=0, atol=1e-13)
    assert graded.across(1, numbers)[0] == [-42.0]


@pytest.mark.parametrize("given", [("1 ms", "2 mV", 0), ("1 ms", "2 ms", -1), ("1 ms", "2 ms", "1 mV")])
def test_a_gradient_keeps_one_unit_and_a_skew_above_minus_one(given):
    with pytest.raises(UnitError):
        Graded(*given)


def test_every_parameter_has_a_unit_and_a_source(any_model):
    for key, param in any_model.params.items():
        assert param.source.strip(), key
        assert isinstance(param.value, str) or param.quantity.dimensions == (0.0,) * 7, key


@pytest.mark.parametrize("name", CELLS)
def test_every_motoneuron_fires(name):
    assert CELLS[name].threshold


# ---- generated source


def test_the_generated_source_shows_each_equation_above_its_function(any_model):
    model = any_model
    tree = ast.parse(compile_model(model).source)
    functions = {f.name: ast.get_docstring(f) for f in tree.body if isinstance(f, ast.FunctionDef)}
    for state in model.parsed.states:
        shown = functions.get(f"target_{state.name}") or functions[f"slope_{state.name}"]
        assert shown == f"d{state.name}/dt = {state.expression}"
    assert model.name in ast.get_docstring(tree)


def test_only_what_changes_during_a_run_is_computed_in_a_step():
    source = compile_model(powers_heckman.REFERENCE).source
    inside = source.split("def constants")[1].split("\ndef ", 1)[1]
    for constant in ("area_soma", "diam_dend", "celsius", "R_a"):
        assert constant not in re.sub(r"^    '.*'$", "", inside, flags=re.MULTILINE)


def test_cells_of_other_numbers_have_the_same_source():
    model = powers_heckman.REFERENCE
    other = replace(model.block, params={**model.params, "theta_m": Param("-30 mV", "test")})
    assert compile_model(replace(model, block=other)).digest == compile_model(model).digest


NAMES = {"g": "the parameter", "s": "the gate", "I": "the port", "q": "the subexpression"}


def renamed_cell(**names: str) -> Model:
    """A cell whose names are as given; nothing else changes."""
    text = """
        dv/dt = (2*3*g*(E - v) + q + I)/(C*(1 + 0.1*s**2)) : volt
        ds/dt = (1/(1 + exp(-(v + 50*mV)/(5*mV))) - s)/(3*ms + s*ms) : 1
        dsteady/dt = (s - steady)/(3*ms) : 1
        q = g*(E - v)*s*steady : amp
        I : amp
    """
    table = {names.get(key, key): param for key, param in TABLE.items()}
    return Model("cell", Block(rename(text, names), params=table, initial={"v": "-65 mV"}), threshold="v > 0*mV")


@pytest.fixture(scope="module")
def potential(simulate):
    """mV, (time,), of the cell with some names changed."""

    def run(**names: str) -> np.ndarray:
        drive = Step(f"cells.{names.get('I', 'I')}", "3 nA", "5 ms")
        record = Record(("v",), "1 ms", commands=False)
        return simulate(renamed_cell(**names), drive, record=record).traces["v"][0, 0]

    return run


@pytest.fixture(scope="module")
def plain_potential(potential):
    return potential()


@pytest.mark.parametrize("part", NAMES)
@pytest.mark.parametrize("name", ["k0", "loss", "silent", "rate_steady", "dict"])
def test_a_variable_may_have_any_name(potential, plain_potential, part, name):
    """The compiler's own names begin with an underscore, which no name in a text may."""
    np.testing.assert_array_equal(potential(**{part: name}), plain_potential)


def test_a_text_that_was_checked_once_is_not_checked_again(in_child, tmp_path):
    declare = (
        "import sys; from sim.spec.model import Block, Model; "
        "Model('cell', Block('dx/dt = -x/(10*ms) : 1')); print('brian2' in sys.modules)"
    )
    first, second = (in_child(declare, SHERRINGTON_CACHE=str(tmp_path)).strip() for _ in range(2))
    assert (first, second) == ("True", "False")


def test_declaring_without_a_writable_cache_works(in_child):
    declare = "from sim.spec.model import Block, Model; print(Model('cell', Block('dx/dt = -x/(10*ms) : 1')).name)"
    assert in_child(declare, SHERRINGTON_CACHE="/dev/null/nowhere").strip() == "cell"
