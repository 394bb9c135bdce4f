"""The MOD files of benchmarks/neuron say what the text of the Powers-Heckman cell says; seen without NEURON."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from networks.cells.powers_heckman import REFERENCE
from sim.compile.namespaces import NUMPY
from sim.units import TEXT_UNITS, quantity

FILES = {
    path.stem: path.read_text() for path in sorted((Path(__file__).parents[2] / "benchmarks" / "neuron").glob("*.mod"))
}
COMMANDS = {"peak", "start", "rise", "inhibition"}  # of the contraction, not of the cell
RENAMED = {"g_cal": "g_cal_1"}
PLACE = {"h_current": "d1", "persistent_calcium": "d1", "synapses": "d1"}
CURRENT = quantity("1 mA/cm**2").number
NUMBERS = {name: quantity(f"1 {name}").number for name in TEXT_UNITS}


def block(text: str, head: str) -> str:
    """What stands between the braces after `head`."""
    begin = text.index("{", re.search(rf"^{head}\b", text, re.MULTILINE).start())
    depth = 0
    for end in range(begin, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if depth == 0:
            return text[begin + 1 : end]
    raise AssertionError(f"the braces of {head} do not close")


def constants(text: str) -> dict[str, tuple[float, str]]:
    """Name -> value and unit, of PARAMETER."""
    found = re.findall(r"^\s*(\w+) = (\S+)(?: \((\S+)\))?$", block(text, "PARAMETER"), re.MULTILINE)
    return {name: (float(value), unit) for name, value, unit in found}


@pytest.mark.parametrize(
    ("file", "name"),
    [(file, name) for file, text in FILES.items() for name in sorted(constants(text).keys() - COMMANDS)],
)
def test_a_constant_is_that_of_the_parameter_table(file, name):
    value, unit = constants(FILES[file])[name]
    expected = REFERENCE.params[RENAMED.get(name, name)].quantity.number
    if name == "faraday":  # NMODL says coulomb and means per mole
        unit = "coulomb/mole"
    assert quantity(f"{value!r} {unit.replace('cm2', 'cm**2')}").number == pytest.approx(expected, rel=1e-12)


def as_python(text: str) -> str:
    """Assignments of an NMODL block as Python: x' becomes slope_x; conditions of one line stay."""
    lines = []
    for line in text.splitlines():
        line = line.strip().replace("^", "**")
        line = re.sub(r"^(\w+)' =", r"slope_\1 =", line)
        line = re.sub(r"^if \((.*)\) \{ (.*) \}$", r"if \1: \2", line)
        if line and not line.startswith(("SOLVE", "CONDUCTANCE", "LOCAL", "TABLE")):
            lines.append(line)
    return "\n".join(lines)


def in_neuron(text: str, values: dict[str, float]) -> dict[str, float]:
    """Currents (mA/cm2) and slopes (/ms) by the MOD file."""
    space = {**{name: value for name, (value, _) in constants(text).items()}, **values}
    space |= {"exp": math.exp, "fabs": abs, "exprel": lambda x, e: (e - 1) / x}
    space["q_na"] = 2 ** ((values["celsius"] - 24) / 10)
    space["rates"] = lambda v: exec(as_python(block(text, "PROCEDURE rates")), space)
    exec(as_python(block(text, "BREAKPOINT")), space)
    if "DERIVATIVE" in text:
        exec(as_python(block(text, "DERIVATIVE gates")), space)
    return {name: x for name, x in space.items() if name.startswith(("i_", "slope_"))}


def in_text(values: dict[str, float]) -> dict[str, float]:
    """Every subexpression and slope of the cell, by its text."""
    space = {**NUMPY, **NUMBERS, **{k: p.quantity.number for k, p in REFERENCE.params.items()}, **values}
    waiting = {e.name: e.expression for e in REFERENCE.parsed.subexpressions}
    while waiting:
        for name, text in list(waiting.items()):
            if not set(re.findall(r"\w+", text)) & waiting.keys():
                space[name] = eval(waiting.pop(name), {}, space)
    noise = {f"xi_{kind}_d{k}": 0.0 for kind in "ei" for k in (1, 2, 3, 4)}
    slopes = {f"slope_{e.name}": eval(e.expression, {}, {**space, **noise}) for e in REFERENCE.parsed.states}
    return {**space, **slopes}


@pytest.mark.parametrize("file", FILES)
def test_currents_and_slopes_are_those_of_the_text(file):
    rng = np.random.default_rng(0)
    place = PLACE.get(file, "soma")
    for v in rng.uniform(-90, 40, size=50):
        values = {e.name: rng.uniform() for e in REFERENCE.parsed.equations if e.kind != "subexpression"}
        values |= {name: v for name in values if name.startswith("v_")}
        values |= {"noise": 0.0, "celsius": 37.0, "Ca_soma": rng.uniform(1e-4, 1e-2)}
        t = rng.uniform(0, 22_000)
        values |= {"excitation": max(0.0, 30 * min(t - 1000, 21_000 - t) / 10_000), "inhibition": 1.5}
        here = {name.removesuffix(f"_{place}"): x for name, x in values.items() if name.endswith(f"_{place}")}
        expected = in_text(values)
        found = in_neuron(FILES[file], {**here, "t": t, "celsius": 37.0})
        assert found
        for name, x in found.items():
            wanted = expected[f"{name}_{place}"] / (CURRENT if name.startswith("i_") else 1)
            assert x == pytest.approx(wanted, rel=1e-9, abs=1e-15), f"{name} at {v} mV"
