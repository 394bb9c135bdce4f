"""What a protocol says of itself: its elements, when each begins and how long it lasts."""

from collections.abc import Iterable
from typing import Any

from sim.spec.describe import numbers
from sim.spec.describe.tables import Description, Table

COLUMNS = ("element", "kind", "drives or watches", "numbers", "begins", "lasts", "on")


def describe(placed: Iterable[tuple[Any, float, float]], lasts: float) -> Description:
    """A table of a protocol.

    Args:
        placed: an element (see `sim.spec.composed.Element`), its begin and its end, ms; those that a trigger starts
            count from the begin of its action.
        lasts: ms, the whole.
    """
    rows = [row for element, begin, end in placed for row in _rows(element, begin, end)]
    return Description((Table(f"Protocol: {_time(lasts)}", COLUMNS, tuple(rows)),))


def _rows(element: Any, begin: float, end: float, after: str = "") -> list[tuple[str, ...]]:
    kind = type(element).__name__.lower()
    written = element.written()
    fixed = {field: value for field, value in written.all().items() if field not in written.switches}
    at = _time(begin)
    own = (
        element.label,
        kind,
        getattr(element, "target", "") or getattr(element, "signal", ""),
        ", ".join(f"{field} {numbers.said(value)}" for field, value in fixed.items()),
        f"{at} after {after} acts" if after else at,
        _time(end - begin),
        "".join(numbers.said(value) for value in written.switches.values()),
    )
    do = getattr(element, "do", None)
    return [own, *([row for e, t0, t1 in do.placed() for row in _rows(e, t0, t1, element.label)] if do else [])]


def _time(ms: float) -> str:
    return f"{ms / 1000:g} s"
