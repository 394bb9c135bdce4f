"""What cannot be designed, or does not fit the network and the protocol, is refused in one sentence."""

import pytest

from sim.design import Cases, Design, DesignError, Participants, Points, sobol, table
from sim.units import UnitError
from tests.made_designs import BOUNDS, E_CL, LEAVES, LEVEL, ON, RANGES, RATE, crossed

REFUSED = {  # what is asked: (how, the error, what the sentence quotes)
    "no case": (lambda: Cases({}), DesignError, ["at least one", "'case'"]),
    "cases in a list": (lambda: crossed(cases=["train"]), DesignError, ["`cases`", "a table", "['train']"]),
    "a case left empty": (lambda: crossed(cases={"train": None}), DesignError, ["'train'", "a table", "None"]),
    "a case without name": (lambda: crossed(cases={3: {}}), DesignError, ["`cases`", "3", "in quotes"]),
    "a case that cannot be read": (lambda: crossed(cases={"a": {ON: "much"}}), UnitError, [f"'{ON}'", "'a'", "'much'"]),
    "a change of two kinds": (
        lambda: crossed(cases={"a": {ON: {"scale": 1, "shift": 2}}}),
        UnitError,
        [f"'{ON}'", "one of set, scale and shift"],
    ),
    "a scale with a unit": (
        lambda: crossed(cases={"a": {E_CL: {"scale": "2 mV"}}}),
        UnitError,
        ["plain number", "2 mV"],
    ),
    "an axis without values": (lambda: Design({"network.x": []}), DesignError, ["'x'", "at least one"]),
    "an axis over a value twice": (lambda: Design({RATE: ["1 kHz", "1000 Hz"]}), DesignError, ["twice"]),
    "an axis in two units": (lambda: Design({RATE: ["1 kHz", "1 s"]}), UnitError, ["different units", "1/ms and ms"]),
    "a factor twice": (
        lambda: crossed(axes={"case": {"values": [1], "of": ON}}),
        DesignError,
        ["two factors", "'case'"],
    ),
    "no seed": (lambda: crossed(seeds=0), DesignError, ["at least one seed", "0"]),
    "a stream below zero": (lambda: crossed(first_seed=-1), DesignError, ["`first_seed`", "-1"]),
    "ends in words": (lambda: crossed(ends_only="no"), DesignError, ["`ends_only`", "'no'"]),
    "an independent factor that is none": (
        lambda: crossed(independent=["levle"]),
        DesignError,
        ["'levle'", "did you mean 'level'"],
    ),
    "points that are none": (lambda: crossed(points={LEVEL: [1]}), DesignError, ["`points`", "a Points"]),
    "nobody": (lambda: Participants(0, {}), DesignError, ["at least one", "0"]),
    "a spread of no path": (lambda: Participants(2, {"x": {"cv": 0.1, "of": []}}), DesignError, ["x", "no path"]),
    "a spread without its paths": (lambda: Participants(2, {"x": {"cv": 0.1}}), DesignError, ["x", "cv", "of"]),
    "a path that is spread twice": (
        lambda: Participants(2, {E_CL: 0.1, "x": {"cv": 0.1, "of": [E_CL]}}),
        DesignError,
        [E_CL, "twice"],
    ),
    "a spread below zero": (lambda: Participants(2, {E_CL: -0.1}), DesignError, [E_CL, "-0.1"]),
    "no path": (lambda: Points({}), DesignError, ["at least one path"]),
    "no value": (lambda: Points({LEVEL: []}), DesignError, ["at least one"]),
    "columns of two lengths": (lambda: Points({"a": [1, 2], "b": [1]}), DesignError, ["'a' 2", "'b' 1"]),
    "points in two units": (lambda: Points({RATE: ["10 Hz", "10 mV"]}), UnitError, [RATE, "different units"]),
    "no range": (lambda: sobol({}, count=8), DesignError, ["at least one of them"]),
    "one end": (lambda: sobol({LEVEL: [1]}, count=8), DesignError, [LEVEL, "[1]"]),
    "ends in the wrong order": (lambda: sobol({LEVEL: [2, 1]}, count=8), DesignError, [LEVEL, "[2, 1]"]),
    "ends in two units": (lambda: sobol({RATE: ["1 Hz", "2 ms"]}, count=8), DesignError, [RATE, "in one unit"]),
    "no points": (lambda: sobol(RANGES, count=0), DesignError, ["`count`", "not 0"]),
    "a logarithm of zero": (lambda: sobol({"a": [0, 1]}, count=2, logarithmic=["a"]), DesignError, ["above zero"]),
    "a logarithm in plain text": (lambda: sobol(RANGES, count=2, logarithmic=LEVEL), DesignError, ["is a list", LEVEL]),
}
UNFIT = {  # what does not fit the network and the protocol
    "a case of nothing": ({"cases": {"a": {"protocol.nerv.on": 1}}}, DesignError, ["'protocol.nerv.on'", f"'{ON}'"]),
    "an axis of nothing": (
        {"axes": {"network.soleus.monoamin": [1]}},
        DesignError,
        ["leads to no number", f"'{LEVEL}'"],
    ),
    "a case in another unit": ({"cases": {"a": {RATE: "10 ms"}}}, UnitError, [f"'{RATE}'", "in 1/ms", "ms"]),
    "a case without unit": ({"cases": {"a": {RATE: 60}}}, UnitError, ["no unit", "in 1/ms"]),
    "a shift in another unit": ({"cases": {"a": {E_CL: {"shift": 3}}}}, UnitError, [f"'{E_CL}'", "no unit"]),
    "a case out of bounds": ({"cases": {"a": {ON: 2}}}, UnitError, [f"'{ON}'", "2", "upper bound of 1"]),
    "a scaled number out of bounds": (
        {"cases": {"a": {LEVEL: {"scale": 20}}}},
        UnitError,
        [f"'{LEVEL}'", "10.0", "upper bound of 5"],
    ),
    "a number that two factors set": (
        {"cases": {"a": {LEVEL: 0.1}}},
        DesignError,
        [f"'{LEVEL}'", "'level' and along 'case'", "scale or shift"],
    ),
    "a formula in another unit": (
        {"axes": {"velocity": {"values": ["60 m/s"], "of": {RATE: "1*metre/velocity"}}}, "cases": {}},
        UnitError,
        [f"'{RATE}'", "in 1/ms", "ms"],
    ),
}


def one_sentence(problem: BaseException, quoted) -> None:
    text = str(problem)
    assert "\n" not in text
    assert text.endswith((".", "?"))
    for piece in quoted:
        assert piece in text


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_is_refused_when_it_is_declared(what):
    declare, error, quoted = REFUSED[what]
    with pytest.raises(error) as problem:
        declare()
    one_sentence(problem.value, quoted)


@pytest.mark.parametrize("what", UNFIT)
def test_what_does_not_fit_is_refused_before_anything_runs(what):
    changes, error, quoted = UNFIT[what]
    with pytest.raises(error) as problem:
        crossed(**changes).check(LEAVES, BOUNDS)
    one_sentence(problem.value, quoted)


def test_what_fits_is_accepted_also_where_cases_repeat_a_value():
    crossed().check(LEAVES, BOUNDS)
    crossed(cases={"one": {ON: 1}, "the same": {ON: "1"}, "as it is": {ON: 0}}).check(LEAVES, BOUNDS)


TABLES = {
    "nothing": ("", "is empty"),
    "a path alone": (f"{LEVEL}\n", "at least one"),
    "a short row": (f"{LEVEL},{RATE}\n1,1 Hz\n2\n", "row 2"),
    "a path twice": (f"{LEVEL},{LEVEL}\n1,2\n", "twice"),
    "no number": (f"{LEVEL}\nhigh\n", "'high'"),
    "an empty cell": (f"{LEVEL},{RATE}\n1,1 Hz\n2,\n", rf"'{RATE}' in row 2 of the table of points '.*sets\.csv'"),
}


@pytest.mark.parametrize("what", TABLES)
def test_a_table_that_cannot_be_is_refused_in_one_sentence(tmp_path, what):
    text, quoted = TABLES[what]
    file = tmp_path / "sets.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=quoted) as problem:
        table(file)
    assert "\n" not in str(problem.value)


def test_a_table_that_is_not_there_is_refused_with_its_name(tmp_path):
    with pytest.raises(DesignError, match=r"nowhere\.csv"):
        table(tmp_path / "nowhere.csv")
