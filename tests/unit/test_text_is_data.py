"""Text is data: nothing that a user writes is run, compiled or handed to brian2 unless it is a plain formula."""

import ast
import builtins
import random
import time

import pytest

from sim.compile.equations import compile_model
from sim.spec import syntax
from sim.spec.formula import Formula, FormulaError
from sim.spec.model import FUNCTIONS, Block, Model, ModelError
from sim.spec.params import Param
from sim.units import UnitError, quantity

HOSTILE = {  # expression: what the error names
    "__import__('os').system('id')": "plain name",
    "().__class__.__bases__": "dot",
    "v.real": "dot",
    "[1, 2][0]": "subscript",
    "(lambda: 1)()": "known functions",
    "[x for x in (1,)]": "comprehension",
    "'text'": "'text'",
    'f"{v}"': "a text",
    "exp(v, out=v)": "plain name",
    "eval(v)": "function eval",
    "print(1)": "function print",
    "(y := 1)": "assignment",
    "1 if v else 2": "'if'",
    "9**9**9": "9 ** 9",
    "9**ceil(1e9)": "write it as a number",
    "v**1000": "1000",
    "((v + 1)**60)**60": "60",
    "1e999": "infinite",
    "10" * 200 + "*v": "too large",
    "_k0 + v": "'_k0'",
    "v # a comment": "comment",
    "1j*v": "1j",
    "v % 2": "remainder",
    "v // 2": "whole division",
    "v ^ 2": "**",
    "v @ v": "tables",
    "{1: v}": "table",
    "*v": "",
    "(" * 300 + "v" + ")" * 300: "",
    "-" * 500 + "v": "levels",
    "v" + "+v" * 500: "levels",
    "v" + "*v" * 15_000: "characters",
    "await v": "",
    "ℯxec": "ℯ",
}
FOUND: list[str] = []


def declared(text: str = "dv/dt = -v/tau : 1", **rules: str) -> Model:
    return Model("cell", Block(text, {"tau": Param("5 ms", "test")}, initial={"v": 0}), **rules)


def added(text: str) -> Model:
    block = Block("dv/dt = -v/ms + s/ms : 1", into={"s": text}, sums={"s": "1"}, initial={"v": 0})
    return Model("cell", block)


WHERE = {
    "equation": lambda text: declared(f"dv/dt = {text} : 1"),
    "subexpression": lambda text: declared(f"dv/dt = -v/tau : 1\nx = {text} : 1"),
    "threshold": lambda text: declared(threshold=f"v > {text}"),
    "refractory": lambda text: declared(threshold="v > 1", refractory=f"v > {text}"),
    "reset": lambda text: declared(threshold="v > 1", reset=f"v = {text}"),
    "sum": added,
    "formula": lambda text: Formula(text, {"v": (0.0,) * 7}),
}


@pytest.fixture(autouse=True)
def nothing_runs(monkeypatch):
    """Whatever is executed here beside our own generated module would leave its name."""
    monkeypatch.setattr(builtins, "print", lambda *_: FOUND.append("print"))
    yield
    assert not FOUND


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:20])
@pytest.mark.parametrize("where", WHERE)
def test_what_is_no_formula_is_refused_in_a_sentence_that_names_it(where, text):
    started = time.monotonic()
    with pytest.raises((ModelError, FormulaError, UnitError)) as problem:
        WHERE[where](text)
    said = str(problem.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    if where in ("subexpression", "formula") and "#" not in text:
        assert any(
            words in said for words in (HOSTILE[text], "cannot be read", "two colons", "no function of formulas")
        )
    assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    "unit", ["volt if 1 else volt", "__import__('os')", "volt.dim", "volt**9**9", "(1).real", "exp(volt)"]
)
def test_a_unit_is_a_product_of_units(unit):
    with pytest.raises(ModelError):
        declared(f"dv/dt = -v/tau : 1\nx = 1*volt : {unit}")


@pytest.mark.parametrize("name", ["exec", "__class__", "_x", "lambda", "exp", "x y", "ὰ", "x;y", 'x"""'])
def test_a_variable_has_a_plain_name(name):
    if name == "exec":  # a word like any other
        assert compile_model(declared(f"dv/dt = -v/tau : 1\n{name} = v : 1")).constants
        return
    with pytest.raises(ModelError):
        declared(f"dv/dt = -v/tau : 1\n{name} = v : 1")


@pytest.mark.parametrize(
    "name", ['"""\nprint("x")\n"""', "'''", "\\", '\\"""\nprint(1)\n', "\n", "{print(1)}", "%s", "\0", "🧠", "a" * 5000]
)
def test_any_name_of_a_model_is_only_said(name):
    model = Model(name, Block("dv/dt = -v/tau : 1", {"tau": Param("5 ms", "test")}, initial={"v": 0}), "v > 1")
    compiled = compile_model(model, ("v",))
    tree = ast.parse(compiled.source)
    assert all(isinstance(node, (ast.FunctionDef, ast.Assign, ast.Expr)) for node in tree.body)
    assert [type(node.value) for node in tree.body if isinstance(node, ast.Expr)] == [ast.Constant]


PIECES = ["v", "tau", "1", "9", "**", "*", "+", "(", ")", ".", "[", "]", "'", '"', '"""', "__class__", "print", "eval"]
PIECES += [
    "lambda",
    ":",
    ",",
    "=",
    "#",
    "\\",
    "\n",
    ";",
    "{",
    "}",
    "@",
    "if",
    "else",
    "for",
    "in",
    "exp",
    "_",
    "__import__",
]


def test_500_random_hostile_texts_run_nothing():
    pick = random.Random(1)
    read = 0
    for _ in range(500):
        text = "".join(pick.choices(PIECES, k=pick.randint(1, 9)))
        read += syntax.wrong(text, FUNCTIONS) == ""
        for where in (f"dv/dt = -v/tau + {text}/tau : 1", f"dv/dt = -v/tau : 1\nx = {text} : 1"):
            if syntax.wrong_equation(where.splitlines()[-1], FUNCTIONS):
                with pytest.raises(ModelError):
                    declared(where)
    assert 0 < read < 500


@pytest.mark.parametrize(
    "text", ["1 ms" + "*ms" * 300, "1 " + "(" * 5000, "9" * 10_000, "1 ms**9**9", "1 __import__('os')"]
)
def test_a_quantity_is_a_number_and_a_unit(text):
    with pytest.raises(UnitError):
        quantity(text)
