"""The settings of a question, as its types say: a number, a quantity, a text, or a list of them."""

import dataclasses
import inspect
import math
import re
import types
import typing
from collections.abc import Sequence
from typing import Any

from sim.spec.kinds import listed, text, whole, yes_or_no
from sim.units import DIMENSIONLESS, UnitError, quantity, shown

TIME = quantity("1 s").dimensions


def checked(question: Any) -> dict[str, Any]:
    """The settings of a question by name, numbers read from texts such as "0.4 s".

    A number that is a time is in seconds.

    Raises:
        ValueError: one of them is of another kind than its type says; one sentence.
    """
    try:
        hints = typing.get_type_hints(type(question))
    except NameError:  # a name that only a type checker knows
        return {}
    fields = (f.name for f in dataclasses.fields(question) if f.init)
    return {name: _read(f"question.{name}", getattr(question, name), hints[name]) for name in fields}


def said_of(kind: Any, name: str) -> str:
    """What the docstring of a class says of one of its settings, on one line; '' if it says nothing."""
    lines, said = (inspect.getdoc(kind) or "").partition("Args:")[2].splitlines(), ""
    for line in lines:
        if (found := re.match(r" {4}(?P<names>\w+(, \w+)*): (?P<said>.*)", line)) is not None:
            if said:
                break
            said = found["said"] if name in found["names"].split(", ") else ""
        elif said and line.startswith(" " * 8):
            said += f" {line.strip()}"
        elif said:
            break
    return said.replace("`", "").rstrip(".")


def _read(what: str, value: Any, hint: Any) -> Any:
    origin, parts = typing.get_origin(hint), typing.get_args(hint)
    if hint is str:
        return text(what, value, ValueError)
    if hint is bool:
        return yes_or_no(what, value, ValueError)
    if hint is float:
        return _number(what, value)
    if hint is int:
        if whole(value) is None:
            raise ValueError(f"{what} is a whole number, but it is {shown(value)}.")
        return value
    if origin in (typing.Union, types.UnionType):
        if type(None) in parts and value is None:
            return value
        if {str, float} <= set(parts):
            quantity(value, what)
        return value
    if origin is tuple and parts[-1:] != (Ellipsis,):
        found = listed(what, value, ValueError)
        if len(found) != len(parts):
            raise ValueError(f"{what} is a list of {len(parts)}, but it has {len(found)}: {shown(list(found))}.")
        return tuple(_read(f"{what}[{k}]", x, part) for k, (x, part) in enumerate(zip(found, parts, strict=True)))
    if origin in (tuple, list, Sequence):
        return tuple(_read(f"{what}[{k}]", x, parts[0]) for k, x in enumerate(listed(what, value, ValueError)))
    return value


def _number(what: str, value: Any) -> float:
    if isinstance(value, str) and value.strip().lower() in ("inf", ".inf"):
        return math.inf
    if isinstance(value, float) and math.isinf(value):
        return value
    found = quantity(value, what)
    if found.dimensions == TIME:
        return found.number / 1000
    if found.dimensions != DIMENSIONLESS:
        raise UnitError(f"{what} is a number, or a time, but it is {shown(value)}.")
    return value if isinstance(value, (int, float)) else found.number
