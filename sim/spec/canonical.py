"""One text for one declared value: what the digest that names a result store is computed from."""

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

SAID = "said"
"""Marks, in the metadata of a field, what is only said: where a number comes from decides no result."""


def canonical(value: Any) -> str:
    """A declared value as JSON text that is the same whenever the value is the same.

    Dataclasses become their class name and fields, mappings are sorted by key.

    Raises:
        TypeError: something in it is not a declared value (a function, an array).
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {
            f.name: _plain(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if f.compare and SAID not in f.metadata
        }
        return {"": type(value).__name__, **fields}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__} is not a declared value and cannot enter a digest.")
