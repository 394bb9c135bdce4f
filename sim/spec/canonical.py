"""One text for one declared value: what the digest that names a result store is computed from.

Equal quantities have one text, however they are written: `50 us` and `0.05 ms`, 1 and 1.0.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sim.units import Quantity, UnitError, quantity

SAID = "said"
"""Marks, in the metadata of a field, what is only said: where a number comes from decides no result."""
IF_GIVEN = "if given"
"""Marks a field that enters only where it is not None: who does not ask for it has the text that was before it."""
QUANTITY = {"quantity": True}
"""Metadata of a field that holds quantities though its type does not say so (a type of texts and numbers does)."""


def canonical(value: Any) -> str:
    """A declared value as JSON text that is the same whenever the value is the same.

    Dataclasses become their class name and fields, mappings are sorted by key.

    Raises:
        TypeError: something in it is not a declared value (a function, an array).
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any, measured: bool = False) -> Any:
    """As JSON takes it.

    Args:
        measured: texts in it are quantities, where they can be read as such.
    """
    if isinstance(value, Quantity):
        return [_number(value.number), [_number(x) for x in value.dimensions]]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kinds = _quantities(type(value))
        fields = {
            f.name: _plain(getattr(value, f.name), f.name in kinds)
            for f in dataclasses.fields(value)
            if f.compare and SAID not in f.metadata and not (IF_GIVEN in f.metadata and getattr(value, f.name) is None)
        }
        return {"": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return {str(key): _plain(item, measured) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, measured) for item in value]
    if value is None or isinstance(value, bool):
        return value
    if measured and isinstance(value, (str, int, float)):
        try:
            return _plain(quantity(value))
        except UnitError:  # a condition, a name
            pass
    if isinstance(value, (int, float)):
        return _number(value)
    if isinstance(value, str):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__} is not a declared value and cannot enter a digest.")


def _number(x: float) -> float:
    """A whole number without a fraction: 1 for 1.0."""
    return int(x) if isinstance(x, float) and x.is_integer() and abs(x) < 2**53 else x


@lru_cache
def _quantities(kind: type) -> frozenset[str]:
    """The fields of a class whose texts are quantities: those that may hold texts as well as numbers."""
    fields = dataclasses.fields(kind)
    try:
        hints = typing.get_type_hints(kind)
    except NameError:  # a name that only a type checker knows
        return frozenset(f.name for f in fields if "quantity" in f.metadata)
    return frozenset(f.name for f in fields if "quantity" in f.metadata or _both(hints[f.name]))


def _both(hint: Any) -> bool:
    """Whether a type holds texts and numbers in one place."""
    parts = typing.get_args(hint)
    if typing.get_origin(hint) in (typing.Union, types.UnionType) and {str, float} <= set(parts):
        return True
    return any(_both(part) for part in parts)
