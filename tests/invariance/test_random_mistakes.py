"""A slip of the pen anywhere, a sign or a unit, in any study: refused in one sentence that names it.

The places are those of the study in `conftest.py`; `test_mistakes.py` has the mistakes that are not drawn.
"""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

DRIVES = {"hold": "level", "step": "level", "triangle": "peak", "trapezoid": "peak", "train": "level"}
PATH = "network.pool.g"
UNITS = ("ms", "mV", "nA", "nS", "nF", "Hz", "um", "mM", "")


@st.composite
def drafts(draw) -> dict[str, Any]:
    return dict(
        size=draw(st.integers(1, 4)),
        level=draw(st.floats(-1, 1)),
        time=draw(st.floats(1, 40)),
        seeds=draw(st.integers(1, 3)),
        two=draw(st.booleans()),
    )


@st.composite
def misspelled(draw, word: str) -> str:
    """One letter added, left out or exchanged."""
    k, letter = draw(st.integers(0, len(word) - 1)), draw(st.sampled_from("abcxyzABCXYZ019_. -"))
    return word[:k] + draw(st.sampled_from([letter + word[k], "", letter])) + word[k + 1 :]


def elsewhere(unit: str) -> st.SearchStrategy[str]:
    """A number with another unit."""
    others = st.sampled_from([u for u in UNITS if u != unit])
    return st.builds(lambda x, other: f"{x} {other}".strip(), st.floats(0.1, 100), others)


def slips(place: str) -> st.SearchStrategy:
    field = place.split(".")[1]
    negative, many = st.floats(-1e6, -1e-3), st.floats(101, 1e6)
    path = misspelled(PATH).filter(lambda word: word not in {f"network.pool.{p}" for p in ("g", "E", "C", "a")})
    slipped = {
        "size": st.integers(max_value=0) | st.floats() | st.booleans(),
        "seeds": st.integers(max_value=0) | st.floats() | st.booleans(),
        "first_seed": st.integers(max_value=-1) | st.integers(min_value=2**62) | st.floats() | st.text(),
        "cells": st.lists(st.integers(max_value=-1) | st.integers(min_value=5), min_size=1),
        "variables": st.lists(st.text().filter(lambda name: name not in {"v", "w", "x", "I", "i_in"}), min_size=1),
        "target": misspelled("pool.I").filter(lambda word: word not in ("", "pool.I")),
        "scheme": st.text().filter(lambda name: name not in ("euler", "exponential_euler", "staggered")),
        "dtype": misspelled("float32").filter(lambda name: name != "float32"),
        "axes": st.builds(lambda path: {path: ["20 nS"]}, path)
        | st.builds(lambda x: {PATH: [x]}, elsewhere("nS"))
        | st.builds(lambda x: {PATH: ["20 nS", f"{x} nS"]}, many | negative)
        | st.builds(lambda x: {"protocol.step.duration": [f"{x} ms"]}, negative),
        "params": st.builds(lambda name: {name: "20 nS"}, path.map(lambda word: f"{word[13:]}?"))
        | st.builds(lambda x: {"g": f"{x} nS"}, many | negative)
        | st.builds(lambda x: {"g": x}, elsewhere("nS")),
        "value": st.builds(lambda x: f"{x} nS", many | negative) | elsewhere("nS"),
        "skew": st.floats(max_value=-1),
        "window": st.integers(2, 20).map(lambda k: f"{0.1 * k + 0.03} ms")
        | st.floats(26, 1e9).map(lambda x: f"{x} ms"),
    }
    if field in slipped:
        return slipped[field]
    if field in ("level", "peak"):
        return elsewhere("nA")
    return negative.map(lambda x: f"{x} ms") | elsewhere("ms")  # the rest are times


SLIPS = [
    *(f"{name}.{field}" for name, field in DRIVES.items()),
    *(f"{name}.target" for name in DRIVES),
    *("settle.duration", "step.duration", "triangle.up", "triangle.down"),
    *("trapezoid.up", "trapezoid.hold", "trapezoid.down", "record.every", "numerics.dt", "numerics.window"),
    *("train.duration", "train.width", "when.latency", "when.spread", "when.refractory", "spikes.delay"),
    *("population.size", "population.params", "g.value", "tau.low", "tau.high", "tau.skew"),
    *("design.axes", "design.seeds", "design.first_seed"),
    *("record.cells", "record.variables", "numerics.scheme", "numerics.dtype"),
]


@given(valid=drafts(), slip=st.sampled_from(SLIPS).flatmap(lambda place: st.tuples(st.just(place), slips(place))))
@settings(derandomize=True, database=None, max_examples=200)
def test_a_slip_anywhere_is_refused_in_one_sentence(refused, valid, slip):
    refused(*slip, **valid)


@given(valid=drafts())
@settings(derandomize=True, database=None, max_examples=8)
def test_without_a_mistake_the_same_drafts_are_accepted(accepted, valid):
    accepted(**valid)
