"""Values by path, as a person or a program gives them, to numbers along `sample`."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.spec.kinds import table
from sim.spec.params import Value, check_bounds, nearest
from sim.units import Quantity, UnitError, describe, quantity, shown

Leaves = Mapping[str, Quantity]
Bounds = Mapping[str, tuple[Value | None, Value | None]]
Numbers = dict[str, np.ndarray]


class ValuesError(ValueError):
    """Values that cannot be run; the message is one sentence."""


def given(values: Any, leaves: Leaves, bounds: Bounds, what: str = "the values") -> Numbers:
    """Numbers in coherent units, (sample,) each, or (1,) if there is only one.

    Args:
        values: by path a quantity (a number, or text with its unit), a list of quantities, or an array (numpy, xarray,
            jax), which is in coherent units (ms, mV, nA, uS, ...).
        leaves: every number that may be given.
        bounds: lowest and highest value by path, of those that have them.
        what: how they are called in an error.

    Raises:
        ValuesError: a path that leads nowhere, an array that is none of numbers, or of more than one axis.
        UnitError: another unit, or out of bounds.
    """
    found = {}
    for path, value in table(what, values, ValuesError).items():
        if path not in leaves:
            raise ValuesError(f"{what} name {path!r}, which leads to no number: {nearest(path, leaves)}")
        found[path] = _numbers(f"{path!r} in {what}", value, leaves[path])
        low, high = bounds.get(path, (None, None))
        for extreme in (found[path].min(), found[path].max()):
            _check(f"{path!r} in {what}", Quantity(float(extreme), leaves[path].dimensions), (low, high))
    return found


def _check(what: str, found: Quantity, bounds: tuple[Value | None, Value | None]) -> None:
    """Its bounds, with the number in the sentence as a person writes it."""
    try:
        check_bounds(what, found, bounds)
    except UnitError:
        unit = describe(found.dimensions)
        check_bounds(what, f"{found.number:.9g}" + ("" if unit == "no unit" else f" {unit}"), bounds)
        raise


def _numbers(what: str, value: Any, leaf: Quantity) -> np.ndarray:
    if hasattr(value, "dtype"):
        numbers = np.asarray(value)
        if numbers.dtype.kind not in "fiu" or numbers.ndim > 1 or not numbers.size or not np.isfinite(numbers).all():
            raise ValuesError(
                f"{what} is an array of finite numbers, one for each sample, not {numbers.dtype} {numbers.shape}."
            )
        return np.atleast_1d(numbers).astype(float)
    several = list(value) if isinstance(value, (list, tuple, range)) and not isinstance(value, Quantity) else [value]
    if not several:
        raise ValuesError(f"{what} holds no value; give one for each sample.")
    read = [quantity(x, what) for x in several]
    for x, written in zip(read, several, strict=True):
        if x.dimensions != leaf.dimensions:
            raise UnitError(
                f"{what} must be in {describe(leaf.dimensions)}, but {shown(written)} is in {describe(x.dimensions)}."
            )
    return np.array([x.number for x in read])


def streams(stream: Any) -> np.ndarray:
    """Numbers of random streams, int64, (sample,) or (1,).

    Raises:
        ValuesError: they are no whole numbers from 0.
    """
    numbers = np.asarray(stream)
    if numbers.dtype.kind not in "iu" or numbers.ndim > 1 or not numbers.size or numbers.min() < 0:
        raise ValuesError(f"`stream` numbers random streams, whole numbers from 0, not {shown(stream)}.")
    return np.atleast_1d(numbers).astype(np.int64)


def together(numbers: Numbers, stream: np.ndarray) -> tuple[Numbers, np.ndarray]:
    """All of one length: what is single is the same in every sample.

    Raises:
        ValuesError: two of different lengths.
    """
    lengths = {path: len(x) for path, x in numbers.items()} | {"stream": len(stream)}
    longest = max(lengths, key=lambda name: lengths[name])
    count = lengths[longest]
    for name, length in lengths.items():
        if length not in (1, count):
            raise ValuesError(
                f"{longest!r} has {count} values but {name!r} has {length}; give one for each sample, or a single one."
            )
    return {path: np.broadcast_to(x, count) for path, x in numbers.items()}, np.broadcast_to(stream, count)
