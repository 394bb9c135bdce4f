"""Parameters as rows of a table: value, unit, bounds and source, a gradient with both ends and its skew."""

import re

from sim.spec.params import Bounds, Graded, Param, Value
from sim.spec.ranges import unknown
from sim.units import Quantity, coherent_unit, quantity

COLUMNS = ("value", "to", "skew", "unit", "bounds", "source")
_NUMBER = re.compile(r"^\s*([-+−]?[\d.]+(?:[eE][-+]?\d+)?)\s*(.*)$")


def row(param: Param | Graded, bounds: Bounds | None = None) -> tuple[str, ...]:
    """The cells of `COLUMNS`; `bounds` are the parameter's own unless they are given."""
    limits = param.bounds if isinstance(param, Param) and bounds is None else bounds or (None, None)
    if isinstance(param, Param):
        number, unit = split(param.value)
        return number, "", "", unit, between(limits), param.source
    (low, unit), (high, other) = split(param.low), split(param.high)
    high = high if other == unit else f"{high} {other}"
    return low, high, f"{quantity(param.skew).number:g}", unit, between(limits), param.source


def split(value: Value) -> tuple[str, str]:
    """Number and unit of a quantity, as they are written; of one that was computed, six digits of the number."""
    if isinstance(value, Quantity):
        return f"{value.number:g}", coherent_unit(value.dimensions)
    if isinstance(value, str) and (found := _NUMBER.match(value)):
        number = found[1] if len(found[1]) < 15 else f"{float(found[1]):.6g}"
        return number, found[2].strip()
    return (f"{value:g}" if isinstance(value, (int, float)) else str(value)), ""


def said(value: Value) -> str:
    """A quantity as it is written."""
    return " ".join(filter(None, split(value)))


def between(bounds: Bounds) -> str:
    """'0 to 5', 'from 0 uS', 'to 1', 'any' where a slip of the keyboard alone is refused, or nothing."""
    low, high = bounds
    if low is None and high is None:
        return ""
    if unknown(bounds):
        return "any"
    if high is None:
        return f"from {said(low)}"  # type: ignore[arg-type]
    return f"to {said(high)}" if low is None else f"{said(low)} to {said(high)}"
