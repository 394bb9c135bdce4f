"""A quantity is read exactly, and every unit means what it means to brian2."""

import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.units import (
    COHERENT,
    DIMENSIONLESS,
    TEXT_UNITS,
    UNITS,
    UnitError,
    coherent_unit,
    describe,
    in_unit,
    number_in,
    positive,
    quantity,
)

COMPARED_BY_LONG_NAME = {"K": "kelvin"}  # brian2 gives kelvin no prefixes


@pytest.fixture(scope="module")
def brian2_units():
    """brian2's unit of every name and symbol."""
    from brian2.units import allunits, stdunits

    found = {}
    for name, unit in (*vars(stdunits).items(), *vars(allunits).items()):
        if isinstance(getattr(unit, "dispname", None), str):
            found.setdefault(name, unit)
            found.setdefault(unit.dispname.replace("^", ""), unit)
    return found


def test_every_unit_has_brian2s_size_and_dimensions(brian2_units):
    compared = 0
    for name, unit in UNITS.items():
        if name not in brian2_units:
            assert name == "pps" or name.endswith(("K", "kelvin")), f"brian2 does not know {name}"
            continue
        theirs = brian2_units[name]
        assert unit.dimensions == tuple(map(float, theirs.dim._dims)), name
        assert 10.0**unit.exponent == pytest.approx(float(theirs), rel=1e-12), name  # their product of powers rounds
        compared += 1
    assert compared > 300


def test_equation_text_may_use_the_units_that_brian2_knows_and_no_other():
    from brian2.core.namespace import DEFAULT_UNITS

    assert UNITS.keys() & DEFAULT_UNITS.keys() == TEXT_UNITS


def test_single_letters_stay_free_for_variables():
    assert not {name for name in TEXT_UNITS if len(name) == 1}


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.05 ms", 0.05),
        ("-67.28 mV", -67.28),
        ("1 s", 1000.0),
        ("20 ms", 20.0),
        ("3 nA", 3.0),
        ("0.1 uS", 0.1),
        ("1.5 nF", 1.5),
        ("1e-4 mM", 1e-4),
        ("60 Hz", 0.06),
        ("22 um", 22.0),
        ("0.1 kohm", 1e-4),
        ("2 1/ms", 2.0),
        ("37", 37.0),
        (1.5, 1.5),
    ],
)
def test_a_quantity_is_the_nearest_number_to_what_is_written(text, number):
    assert quantity(text).number == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.811e-4 S/cm**2", 0.811e-6),
        ("1.355 uF/cm^2", 1.355e-5),
        ("51.04 ohm*cm", 0.5104),
        ("0.009 cm**2/(uA*ms)", 900),
    ],
)
def test_a_compound_unit_is_coherent(text, number):
    # 1e-15 relative: one rounding beside that of the decimal text itself
    assert quantity(text).number == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("22/ms", 22.0),
        ("22 /ms", 22.0),
        ("22*ms", 22.0),
        ("1/(10 ms)", 0.1),
        ("1/(10*ms)", 0.1),
        ("3/(2 ms)", 1.5),
        ("0.5 1/ms", 0.5),
        ("-0.1/mV", -0.1),
        ("6/ms/mV", 6.0),
        ("6/(ms*mV)", 6.0),
    ],
)
def test_a_quantity_may_stand_as_in_an_equation(text, number):
    assert quantity(text).number == number


@pytest.mark.parametrize("text", ["22/4", "22/", "22*", "1/(0 ms)", "2**3", "1/(2 ms)*(3 mV)", "1/(ms", "4/-2 ms"])
def test_what_could_be_meant_in_two_ways_is_refused(text):
    with pytest.raises(UnitError, match="cannot read the"):
        quantity(text)


@given(st.floats(1e-12, 1e12), st.sampled_from(["ms", "mV", "nA", "uS", "nF", "um"]))
def test_a_number_in_a_coherent_unit_is_kept_to_the_last_bit(x, unit):
    assert quantity(f"{x!r} {unit}").number == x


@given(st.floats(1e-9, 1e9), st.sampled_from(sorted(UNITS)))
def test_a_number_comes_back_in_the_unit_that_it_was_written_in(x, unit):
    # two multiplications by a power of ten, each rounded once
    assert number_in(quantity(f"{x!r} {unit}").number, unit) == pytest.approx(x, rel=1e-15)


def test_the_coherent_system_needs_no_factors():
    one = {name: quantity(f"1 {name}") for name in ("ms", "mV", "nA", "uS", "nF", "um", "pC", "mM", "Mohm", "nN", "fJ")}
    assert {q.number for q in one.values()} == {1.0}
    for product_, factors in (("nA", "uS*mV"), ("pC", "nF*mV"), ("pC", "nA*ms"), ("fJ", "nN*um"), ("mV", "Mohm*nA")):
        assert quantity(f"1 {factors}") == one[product_]


def test_every_dimension_is_named_in_the_coherent_system():
    for unit, power in product(UNITS, (1, -1)):
        dimensions = tuple(power * d for d in UNITS[unit].dimensions)
        name = coherent_unit(dimensions)
        if "kg" in name or "amol" in name:
            continue  # named by its base, to be read by people only
        assert quantity(f"1 {name}").dimensions == dimensions, name
    assert describe(DIMENSIONLESS) == "no unit"
    assert len(COHERENT) == len(DIMENSIONLESS)


def one_sentence(problem: Exception) -> str:
    text = str(problem)
    assert text.endswith((".", "?")), text
    assert "\n" not in text
    assert "Traceback" not in text
    return text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ms",
        "0.05 msec",
        "five ms",
        "0.05 ms ms",
        "1 m/",
        "0.05, ms",
        "1 ms+1",
        "1 ms**s",
        "__import__('os')",
        "1 (ms",
    ],
)
def test_what_is_no_quantity_is_refused_in_one_sentence_that_quotes_it(text):
    with pytest.raises(UnitError) as problem:
        quantity(text)
    assert repr(text) in one_sentence(problem.value)


@pytest.mark.parametrize("value", [None, True, [1], {"ms": 1}])
def test_only_text_and_numbers_are_quantities(value):
    with pytest.raises(UnitError) as problem:
        quantity(value)
    assert repr(value) in one_sentence(problem.value)


def test_another_unit_is_refused_with_both_named():
    with pytest.raises(UnitError, match=re.escape("the step must be a quantity in ms, but it is '5 mV' (mV).")):
        in_unit("5 mV", "ms", "the step")
    with pytest.raises(
        UnitError, match=re.escape("'noise' must be a plain number without a unit, but it is '1 nA' (nA).")
    ):
        in_unit("1 nA", "", "'noise'")


@pytest.mark.parametrize("text", ["0 ms", "-1 ms", "1e400 ms"])
def test_a_time_that_must_be_positive_is(text):
    with pytest.raises(UnitError, match="finite"):
        positive(text, "ms", "the step")
