"""Quantities to plain numbers, once on the way in and once on the way out.

Everything below `sim.compile` computes in one coherent system: ms, mV, nA, uS, nF, um, and with them pC, mM
(= 1 amol/um^3), 1e-9 kg, K. A product of such numbers needs no factor: 1 uS x 1 mV = 1 nA, 1 nF x 1 mV / 1 ms = 1 nA.

`quantity("0.05 ms")` parses without brian2, whose import takes seconds; a test holds every unit here against brian2's.
"""

import ast
import re
from decimal import Decimal
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

Dimensions = tuple[float, ...]
"""Exponents of metre, kilogram, second, ampere, kelvin, mole, candela (brian2's order)."""

DIMENSIONLESS: Dimensions = (0.0,) * 7

# One SI base unit is 10**COHERENT[i] units of our system.
COHERENT = (6, 9, 3, 9, 0, 18, 0)

LONGEST = 500
"""Characters of a quantity."""

_NUMBER = re.compile(r"^([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*)$")
_TYPED = str.maketrans({"−": "-", "µ": "u", "μ": "u", "Ω": "ohm", "²": "**2", "³": "**3", "^": "**"})
_PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "d": -1, "": 0, "k": 3, "M": 6, "G": 9}

# unit: long names and symbol, power of ten in SI, dimensions
_BASE: tuple[tuple[tuple[str, ...], int, tuple[int, ...]], ...] = (
    (("metre", "meter", "m"), 0, (1, 0, 0, 0, 0, 0, 0)),
    (("gram", "g"), -3, (0, 1, 0, 0, 0, 0, 0)),
    (("second", "s"), 0, (0, 0, 1, 0, 0, 0, 0)),
    (("amp", "ampere", "A"), 0, (0, 0, 0, 1, 0, 0, 0)),
    (("kelvin", "K"), 0, (0, 0, 0, 0, 1, 0, 0)),
    (("mole", "mol"), 0, (0, 0, 0, 0, 0, 1, 0)),
    (("hertz", "Hz"), 0, (0, 0, -1, 0, 0, 0, 0)),
    (("newton", "N"), 0, (1, 1, -2, 0, 0, 0, 0)),
    (("joule", "J"), 0, (2, 1, -2, 0, 0, 0, 0)),
    (("pascal", "Pa"), 0, (-1, 1, -2, 0, 0, 0, 0)),
    (("watt", "W"), 0, (2, 1, -3, 0, 0, 0, 0)),
    (("coulomb", "C"), 0, (0, 0, 1, 1, 0, 0, 0)),
    (("volt", "V"), 0, (2, 1, -3, -1, 0, 0, 0)),
    (("ohm",), 0, (2, 1, -3, -2, 0, 0, 0)),
    (("siemens", "S"), 0, (-2, -1, 3, 2, 0, 0, 0)),
    (("farad", "F"), 0, (-2, -1, 4, 2, 0, 0, 0)),
    (("molar", "M"), 3, (-3, 0, 0, 0, 0, 1, 0)),
    (("radian", "rad"), 0, (0, 0, 0, 0, 0, 0, 0)),
)


class UnitError(ValueError):
    """A quantity that cannot be read, or that has the wrong unit or range; the message is one sentence."""


class Unit(NamedTuple):
    """A power of ten of SI base units."""

    exponent: float
    dimensions: Dimensions


class Quantity(NamedTuple):
    """A number in the coherent system, and its dimensions."""

    number: float
    dimensions: Dimensions


def _unit_table() -> dict[str, Unit]:
    table = {}
    for names, exponent, dimensions in _BASE:
        for name in names:
            for prefix, power in _PREFIXES.items():
                table[prefix + name] = Unit(exponent + power, tuple(map(float, dimensions)))
    table["pps"] = table["Hz"]  # pulses per second, as motor units are counted
    for length in ("m", "mm", "cm", "um"):
        for power in (2, 3):
            unit = table[length]
            table[f"{length}{power}"] = Unit(unit.exponent * power, tuple(d * power for d in unit.dimensions))
    return table


UNITS = _unit_table()
"""Every unit name that configs and parameter tables may use."""

_SHORT = (
    "um mm cm um2 mm2 cm2 um3 mm3 cm3 us ms pA nA uA mA fmol pmol nmol umol mmol mol kmol Mmol Gmol Hz kHz MHz mV nS "
    "uS pF nF uF nM uM mM"
)
_LONG = [name for names, _, _ in _BASE for name in names if len(name) > 2 and name not in ("rad", "mol", "kelvin")]
TEXT_UNITS = frozenset(
    [prefix + name for name in _LONG for prefix in _PREFIXES if prefix not in ("c", "d")] + ["kelvin", *_SHORT.split()]
)
"""The unit names that equation text may use: brian2's, which leaves `C`, `g` or `m` free as names of variables."""


def _coherent_exponent(dimensions: Dimensions) -> float:
    return sum(d * c for d, c in zip(dimensions, COHERENT, strict=True))


def _read_unit(node: ast.expr, text: str) -> Unit:
    match node:
        case ast.Name(name) if name in UNITS:
            return UNITS[name]
        case ast.Constant(int() as one) if one == 1 and one is not True:
            return Unit(0, DIMENSIONLESS)
        case ast.BinOp(left, ast.Mult(), right):
            a, b = _read_unit(left, text), _read_unit(right, text)
            return Unit(a.exponent + b.exponent, tuple(x + y for x, y in zip(a.dimensions, b.dimensions, strict=True)))
        case ast.BinOp(left, ast.Div(), right):
            a, b = _read_unit(left, text), _read_unit(right, text)
            return Unit(a.exponent - b.exponent, tuple(x - y for x, y in zip(a.dimensions, b.dimensions, strict=True)))
        case ast.BinOp(left, ast.Pow(), power):
            a, n = _read_unit(left, text), _read_power(power, text)
            return Unit(a.exponent * n, tuple(x * n for x in a.dimensions))
    raise UnitError(f"cannot read the unit in {text!r}: {ast.unparse(node)!r} is no unit; write for example '0.05 ms'.")


def _read_power(node: ast.expr, text: str) -> float:
    power = ast.literal_eval(node)
    if isinstance(power, bool) or not isinstance(power, (int, float)) or not abs(power) <= 100:
        raise UnitError(
            f"cannot read the unit in {text!r}: it is raised to the power {ast.unparse(node)}; write a number between "
            "-100 and 100."
        )
    return power


def shown(value: object) -> str:
    """A value as an error quotes it, in one line."""
    try:
        return " ".join(repr(value).split())
    except ValueError:  # Python writes out no whole number of more than 4300 digits
        return "a number too long to be written out"


def quantity(value: "str | float | int | Quantity", what: str = "") -> Quantity:
    """Read a quantity such as `"0.05 ms"`, `"0.1 mS/cm**2"`, or a plain number.

    Args:
        value: the text or number.
        what: how it is called in an error.

    Raises:
        UnitError: the text is not a number followed by an optional unit.
    """
    try:
        return _quantity(value)
    except UnitError as problem:
        raise UnitError(f"{what}: {problem}" if what else str(problem)) from None


def _quantity(value: "str | float | int | Quantity") -> Quantity:
    if isinstance(value, Quantity):
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise UnitError(f"expected a quantity such as '0.05 ms' or a plain number, found {shown(value)}.")
    if value != value:  # NaN
        raise UnitError("expected a quantity such as '0.05 ms' or a plain number, found NaN.")
    try:
        return _finite(_read(value) if isinstance(value, str) else Quantity(float(value), DIMENSIONLESS), value)
    except OverflowError:
        raise UnitError(f"a quantity must be finite, but {shown(value)} is too large for a number.") from None


@lru_cache(maxsize=4096)
def _read(value: str) -> Quantity:
    if len(value) > LONGEST:
        raise UnitError(f"cannot read a quantity of {len(value)} characters; write for example '0.05 ms'.")
    try:
        number, unit = _number_and_unit(value)
        tree = ast.parse(unit or "1", mode="eval").body
        exponent, dimensions = _read_unit(tree, value)
    except (SyntaxError, ValueError, AttributeError, TypeError, RecursionError, MemoryError, ArithmeticError) as error:
        if isinstance(error, UnitError):
            raise
        raise UnitError(
            f"cannot read the quantity {value!r}; write a number and a unit, for example '0.05 ms'."
        ) from None
    power = exponent + _coherent_exponent(dimensions)
    if power != int(power):
        return Quantity(float(number) * 10.0**power, dimensions)
    exact = number.scaleb(int(power)) if abs(power) < 1000 else Decimal("inf")
    return Quantity(float(exact), dimensions)  # the same to the last bit however it is written: 0.05 ms, 50 us


def _number_and_unit(value: str) -> tuple[Decimal, str]:
    """The two parts of '0.05 ms', and of '22/ms', '22*ms' and '1/(10 ms)', as they stand in equations."""
    number, unit = _NUMBER.match(value.strip().translate(_TYPED)).groups()  # type: ignore[union-attr]
    number, unit = Decimal(number), unit.strip()
    if unit.startswith("*") and not unit.startswith("**"):
        return number, unit[1:].strip() or unit
    if not unit.startswith("/"):
        return number, unit
    below = unit[1:].strip()
    if below.startswith("(") and below.endswith(")") and (inner := _NUMBER.match(below[1:-1].strip())):
        divisor, unit = inner.groups()
        return number / Decimal(divisor), f"1/({unit.removeprefix('*').strip() or 1})"
    return number, f"1/{below}"


def _finite(found: Quantity, value: object) -> Quantity:
    if not all(map(isfinite, (found.number, *found.dimensions))):
        raise UnitError(f"a quantity must be finite, but it is {shown(value)}.")
    return found


def in_unit(value: "str | float | int | Quantity", unit: str, what: str) -> float:
    """The number of a quantity in the coherent system, after a check that it has the dimensions of `unit`.

    Args:
        value: the quantity, for example `"0.5 ms"`.
        unit: any unit of the right dimensions, for example `"ms"`; `""` for a plain number.
        what: how the quantity is called in an error.

    Raises:
        UnitError: unreadable, or of other dimensions.
    """
    found = quantity(value, what)
    if found.dimensions != quantity(f"1 {unit}").dimensions:
        wanted = f"a quantity in {unit}" if unit else "a plain number without a unit"
        raise UnitError(f"{what} must be {wanted}, but it is {value!r} ({describe(found.dimensions)}).")
    return found.number


def positive(value: "str | float | int | Quantity", unit: str, what: str) -> float:
    """As `in_unit`, and larger than zero.

    Raises:
        UnitError: unreadable, of other dimensions, zero, negative or not finite.
    """
    number = in_unit(value, unit, what)
    if not 0 < number < float("inf"):
        raise UnitError(f"{what} must be larger than zero and finite, but it is {value!r}.")
    return number


def si_factor(dimensions: Dimensions) -> float:
    """How many units of the coherent system make one SI unit of these dimensions."""
    return 10.0 ** _coherent_exponent(dimensions)


def number_in(coherent: float, unit: str) -> float:
    """A number of the coherent system expressed in `unit`, for output."""
    return coherent / quantity(f"1 {unit}").number


_COHERENT_NAMES = (
    "ms", "mV", "nA", "uS", "nF", "um", "um**2", "mM", "uS/um**2", "nF/um**2", "nA/um**2", "1/ms", "Mohm", "Mohm*um",
    "mM/ms", "mV/ms", "nA/ms", "pC", "fJ", "nN", "K",
)  # fmt: skip


def describe(dimensions: Dimensions) -> str:
    """The coherent unit of these dimensions as a person reads it: `'ms'`, `'uS/um**2'`, `'no unit'`."""
    if dimensions == DIMENSIONLESS:
        return "no unit"
    for name in _COHERENT_NAMES:
        if quantity(f"1 {name}").dimensions == dimensions:
            return name
    base = ("um", "(1e-9 kg)", "ms", "nA", "K", "amol", "cd")
    return "*".join(f"{b}**{d:g}" if d != 1 else b for b, d in zip(base, dimensions, strict=True) if d)


def coherent_unit(dimensions: Dimensions) -> str:
    """The name of the unit in which a number of these dimensions is kept, and written in Dataset attributes."""
    return "1" if dimensions == DIMENSIONLESS else describe(dimensions)


def written(value: Quantity) -> "str | float | Quantity":
    """A quantity as a person writes it, in its coherent unit; it is read back to the last bit.

    One whose unit has no name that can be read stays as it is.
    """
    if value.dimensions == DIMENSIONLESS:
        return value.number
    text = f"{value.number!r} {describe(value.dimensions)}"
    try:
        return text if quantity(text) == value else value
    except UnitError:
        return value
