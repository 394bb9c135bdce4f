"""Any text for a quantity or a model is read, or refused in one sentence; nothing else comes out.

Texts are valid ones with some of their words exchanged, left out, doubled or moved.
"""

import math
import re

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sim.spec.model import Block, Model, ModelError
from sim.spec.params import Param
from sim.units import UnitError, quantity

ALWAYS_THE_SAME = settings(derandomize=True, database=None, phases=[Phase.generate])
PIECES = [
    "1",
    "0.05",
    "-",
    "+",
    "2",
    "400",
    ".",
    "e",
    " ",
    "ms",
    "mV",
    "uS",
    "cm",
    "**",
    "^",
    "*",
    "/",
    "(",
    ")",
    "1/",
    "μ",
]
PIECES += [
    "²",
    "−",
    "'",
    '"',
    "None",
    "nan",
    "inf",
    "j",
    "[",
    "]",
    ",",
    "\n",
    "#",
    "lambda",
    ":",
    "x",
    "%",
    "Ω",
    "{",
    "}",
    "0",
]


def one_sentence(said: str) -> None:
    assert "\n" not in said
    assert said.endswith((".", "?")), said
    assert len(said) >= 20


def read_or_refused(text: str) -> None:
    try:
        found = quantity(text)
    except UnitError as problem:
        one_sentence(str(problem))
    else:
        assert math.isfinite(found.number)
        assert all(map(math.isfinite, found.dimensions))


@given(text=st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(max_size=8).map("1 ms".__add__))
@settings(ALWAYS_THE_SAME, max_examples=500)
def test_any_text_is_a_finite_quantity_or_refused_in_one_sentence(text):
    read_or_refused(text)


@given(
    unit=st.sampled_from(["ms", "m", "mV", "uS*ms", "(nF/cm**2)"]),
    power=st.integers(-500, 500).map(str)
    | st.floats().map(str)
    | st.sampled_from(["'a'", "None", "1j", "(1,)", "1e999"]),
)
@settings(ALWAYS_THE_SAME, max_examples=100)
def test_any_power_of_a_unit_is_read_or_refused_in_one_sentence(unit, power):
    read_or_refused(f"1 {unit}**{power}")


TEXT = """
    dv/dt = (g*(E - v) + I - w + sigma*xi*ms**0.5)/C : volt (unless refractory)
    dw/dt = -w/tau : amp
    x = 1/(1 + exp(-(v - E)/(5*mV))) : 1
    I : amp
"""
RULES = {"threshold": "v > -50*mV and x > 0.5", "refractory": "2 ms", "reset": "v = E; w += 10*pA*x"}
TABLE = {
    name: Param(value, "test")
    for name, value in {"g": "20 nS", "E": "-65 mV", "C": "0.2 nF", "tau": "20 ms", "sigma": "0.1 nA"}.items()
}
WORDS = re.findall(r"\w+|\*\*|\S|\n", "\n".join([TEXT, *RULES.values()]))


@st.composite
def slipped(draw, text: str) -> str:
    """The text with one to three of its words gone, doubled, or replaced by any other word."""
    words = re.findall(r"\s+|\w+|\*\*|\S", text)
    for _ in range(draw(st.integers(1, 3))):
        k = draw(st.integers(0, len(words) - 1))
        other = draw(st.sampled_from(WORDS))
        words[k] = draw(st.sampled_from(["", words[k] * 2, other, words[k] + other, f"{words[k]} {other}"]))
    return "".join(words)


def declared(which: str, text: str) -> str:
    """What is said against the model with that text; nothing if it is read."""
    texts = {"text": TEXT, **RULES, which: text}
    block = Block(texts.pop("text"), params=TABLE, initial={"v": "-65 mV"})
    try:
        Model("cell", block, **texts)
    except (ModelError, UnitError) as problem:
        return str(problem)
    return ""


@pytest.mark.parametrize("which", ["text", "threshold", "refractory", "reset"])
@given(data=st.data())
@settings(ALWAYS_THE_SAME, max_examples=40)
def test_any_text_of_a_model_is_read_or_refused_in_one_sentence(which, data):
    one_sentence(declared(which, data.draw(slipped({"text": TEXT, **RULES}[which]))) or "It is read without complaint.")
