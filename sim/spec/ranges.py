"""Lowest and highest value that make physical sense, by kind of quantity, for every number that has no bounds itself.

They are wide: they refuse what is a slip of the unit or of the keyboard, and leave the rest to `bounds`.
"""

from functools import cache

from sim.units import Dimensions, Quantity, quantity

Value = str | float | int | Quantity
Bounds = tuple[Value | None, Value | None]

TIMES: Bounds = ("0 ms", "21600 s")
"""Durations of a protocol, and other times in it: up to six hours."""
RATES: Bounds = ("1e-6 Hz", "10 kHz")
"""Frequencies of a protocol."""
DELAYS: Bounds = ("0 ms", "10 s")
"""Of a projection."""

_BY_KIND: tuple[tuple[str, str], ...] = (
    ("-1e6", "1e6"),
    ("-200 mV", "200 mV"),
    ("-1 mA", "1 mA"),
    ("-1e3 A/cm**2", "1e3 A/cm**2"),
    ("0 S", "10 mS"),
    ("0 S/cm**2", "1 S/cm**2"),
    ("1e-9 uF", "1e3 uF"),
    ("1e-3 uF/cm**2", "1e3 uF/cm**2"),
    ("1e-3 ohm", "1e15 ohm"),
    ("1e-3 ohm*cm", "1e9 ohm*cm"),
    ("1e-3 ms", "1e6 ms"),
    ("0 Hz", "1 MHz"),
    ("1e-4 um", "10 m"),
    ("1e-6 um**2", "1 m**2"),
    ("1e-9 um**3", "1 m**3"),
    ("0 m/s", "1e3 m/s"),
    ("0 mM", "1e5 mM"),
    ("200 K", "400 K"),
    ("-1e5 N", "1e5 N"),
    ("-1 coulomb", "1 coulomb"),
)
_ANY = 1e12
"""Of any other quantity: the largest value in coherent units, well within float32."""
_UNKNOWN = {quantity(_BY_KIND[0][1]).number, _ANY}


@cache
def of_kind(dimensions: Dimensions) -> tuple[Value, Value]:
    """Lowest and highest value of a quantity of these dimensions."""
    for low, high in _BY_KIND:
        if quantity(low).dimensions == dimensions:
            return low, high
    return Quantity(-_ANY, dimensions), Quantity(_ANY, dimensions)


def limits(dimensions: Dimensions, bounds: Bounds = (None, None)) -> Bounds:
    """Bounds, and those of the kind of quantity on a side that they leave open."""
    low, high = of_kind(dimensions)
    return (low if bounds[0] is None else bounds[0], high if bounds[1] is None else bounds[1])


def unknown(bounds: Bounds) -> bool:
    """Whether bounds are those of a plain number, or of a kind of quantity that is not listed, whatever it is of."""
    low, high = (None if end is None else quantity(end).number for end in bounds)
    return low is not None and high in _UNKNOWN and low == -high
