"""What the fields of a declaration hold besides quantities: words, texts, tables, lists, whole numbers, other parts.

Each function returns the value, or raises `error` with one sentence that begins with `what` is asked for.
"""

import operator
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from sim.units import shown

T = TypeVar("T")
Error = type[ValueError]


def text(what: str, value: Any, error: Error) -> str:
    """Any text, also an empty one."""
    if not isinstance(value, str):
        raise error(f"{what} is a text, but it is {shown(value)}; write it in quotes.")
    if any("\ud800" <= c <= "\udfff" for c in value):
        raise error(f"{what} is {value!a}, which holds a character that no file can hold; leave it out.")
    return value


def named(what: str, value: Any, error: Error) -> str:
    """A text that says something."""
    if not text(what, value, error).strip():
        raise error(f"{what} is left empty ({value!r}); name it.")
    return value


def word(what: str, value: Any, error: Error) -> str:
    """A name: it becomes a part of paths."""
    if not isinstance(value, str) or not value.isidentifier() or len(value) > 200:
        raise error(f"{what} is one word of letters, digits and '_', 200 at most, but it is {shown(value)}.")
    return value


def yes_or_no(what: str, value: Any, error: Error) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise error(f"{what} is either True or False, but it is {shown(value)}.")
    return value


def whole(value: Any) -> int | None:
    """A whole number, numpy's too; None for anything else."""
    try:
        return None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        return None


def table(what: str, value: Any, error: Error) -> dict[str, Any]:
    """A mapping by name."""
    if not isinstance(value, Mapping):
        raise error(f"{what} is a table by name, but it is {shown(value)}; write {{'name': ...}}.")
    for key in value:
        if not isinstance(key, str):
            said = " (YAML reads on, yes and true so)" if key is True else ""
            raise error(f"{what} is a table by name, but {shown(key)}{said} in it is no name; write it in quotes.")
    return dict(value)


def listed(what: str, value: Any, error: Error) -> tuple[Any, ...]:
    """Several things in an order."""
    if isinstance(value, (str, int, float, complex)):
        raise error(f"{what} is a list, but it is {shown(value)}; write [{value}].")
    ordered = isinstance(value, Iterable) and not isinstance(value, (bytes, bytearray, Mapping, set, frozenset, type))
    try:
        return tuple(value if ordered else None)  # type: ignore[arg-type]
    except TypeError:  # not ordered, or an array of no dimension
        raise error(f"{what} is a list, but it is {shown(value)}; write [...].") from None


def part(what: str, value: Any, kind: type[T], error: Error) -> T:
    """Something of a kind that is declared on its own."""
    if not isinstance(value, kind):
        raise error(f"{what} is a {kind.__name__}, but it is {shown(value)}; give it a {kind.__name__}(...).")
    return value


def parts(what: str, value: Any, kind: type[T], error: Error) -> tuple[T, ...]:
    """A list of such things."""
    return tuple(part(f"each of {what}", item, kind, error) for item in listed(what, value, error))
