"""How far sets of numbers are from what was observed: a sum of terms, one for each target.

    term = weight * z^2/(1 + z^2/10,000),    z = (simulated - observed)/uncertainty

so that with a weight of 1 the loss is a chi-square as long as targets are missed by less than tens of uncertainties,
and no term ever passes 10,000 times its weight. A set that lacks a measure is worse than any set that has all of them,
by a finite amount, and the worse the more it lacks; the loss of a set is never NaN.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.fit.errors import FitError
from sim.measure import Measure
from sim.spec.kinds import listed, named, parts
from sim.spec.params import Value, nearest
from sim.units import UnitError, describe, quantity, shown

MOST = 1e4
"""What a term comes to at most, in times its weight: that of a target missed by very many uncertainties."""
FARTHEST = 1e100
"""Uncertainties beyond which none are told apart, so that their square is a number."""
ENOUGH = 0.5
"""Share of the seeds of a set that must have a measure, for the set to have it."""


@dataclass(frozen=True)
class Target:
    """What was observed of one measure.

    Args:
        measure: its name.
        value: a number in the unit of the measure, a text with a unit ("4.4 pps"), or the lowest and the highest that
            are as good as observed (-inf and inf leave a side open).
        uncertainty: one standard deviation of the value; None is 1 in the unit of the measure.
        weight: of the term, which has nothing to do with uncertainty: how much it matters.
        of: "mean" of the measure over the seeds of a set, or its "spread", the standard deviation over them. What
            varies over the units of a pool is a measure of its own.
        name: of the term; the name of the measure unless given, followed by "spread" where it is that.

    Raises:
        FitError: something in it cannot be.
    """

    measure: str
    value: Value | Sequence[Value]
    uncertainty: Value | None = None
    weight: float = 1.0
    of: str = "mean"
    name: str = ""

    def __post_init__(self) -> None:
        named("`measure` of a target", self.measure, FitError)
        if self.of not in ("mean", "spread"):
            raise FitError(f"a target is of the mean or the spread of a measure, but `of` is {shown(self.of)}.")
        number = isinstance(self.weight, (int, float)) and not isinstance(self.weight, bool)
        if not (number and 0 < self.weight < np.inf):
            raise FitError(f"the weight of a target is a number above zero, but it is {shown(self.weight)}.")
        if not self.name:
            object.__setattr__(self, "name", self.measure + (" spread" if self.of == "spread" else ""))


class Judged(NamedTuple):
    """How far some sets are from what was observed.

    Args:
        loss: (set,), finite; the smaller, the nearer.
        terms: what it is the sum of, by name, (set,) each.
    """

    loss: np.ndarray
    terms: dict[str, np.ndarray]


class Aim(NamedTuple):
    """A target in the unit of its measure."""

    target: Target
    low: float
    high: float
    uncertainty: float


@dataclass(frozen=True)
class Loss:
    """The sum over some targets.

    Args:
        targets: at least one.
        measures: that are taken; each target is of one of them, in its unit.

    Raises:
        FitError: no target, two of one name, one of a measure that is not taken, in another unit, or with an
            uncertainty that is not above zero.
    """

    targets: Sequence[Target]
    measures: Sequence[Measure] = field(compare=False, repr=False)
    aims: tuple[Aim, ...] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        targets = parts("`targets` of a loss", self.targets, Target, FitError)
        if not targets:
            raise FitError("a loss needs at least one target, but it has none; say what was observed.")
        names = [target.name for target in targets]
        if twice := [name for k, name in enumerate(names) if name in names[:k]]:
            raise FitError(f"two targets are called {twice[0]!r}; give one of them another name.")
        taken = {m.name: m for m in parts("`measures` of a loss", self.measures, Measure, FitError)}
        for target in targets:
            if target.measure not in taken:
                raise FitError(f"a target is of the measure {target.measure!r}, which is not taken: "
                               f"{nearest(target.measure, taken)}")  # fmt: skip
        object.__setattr__(self, "targets", targets)
        object.__setattr__(self, "aims", tuple(_aim(target, taken[target.measure]) for target in targets))

    @property
    def names(self) -> tuple[str, ...]:
        """Of the terms, in order."""
        return tuple(target.name for target in self.targets)

    @property
    def worst(self) -> float:
        """Above the loss of any set that has all measures."""
        return (MOST + 1) * sum(target.weight for target in self.targets)

    def __call__(self, measures: Mapping[str, np.ndarray]) -> Judged:
        """Of some sets, from measures (set, seed) by name; NaN is missing.

        Raises:
            FitError: a measure is not there, or the spread of a single seed is asked for.
        """
        terms = {aim.target.name: self._term(aim, measures) for aim in self.aims}
        return Judged(np.sum([*terms.values()], axis=0), terms)

    def _term(self, aim: Aim, measures: Mapping[str, np.ndarray]) -> np.ndarray:
        target = aim.target
        if target.measure not in measures:
            raise FitError(f"the measure {target.measure!r} was not taken: {nearest(target.measure, measures)}")
        found = np.asarray(measures[target.measure], float)
        spread = target.of == "spread"
        if spread and found.shape[1] < 2:
            raise FitError(f"{target.name!r} is the spread over seeds, but there is one seed; give at least two.")
        known = np.isfinite(found)
        count = known.sum(axis=1)
        at = np.where(known, found, 0).sum(axis=1) / np.maximum(count, 1)
        if spread:
            away = np.where(known, found - at[:, None], 0)
            at = np.sqrt((away**2).sum(axis=1) / np.maximum(count - 1, 1))
        missed = np.maximum(np.maximum(aim.low - at, at - aim.high), 0) / aim.uncertainty
        square = np.minimum(missed, FARTHEST) ** 2
        share = count / found.shape[1]
        there = (share >= ENOUGH) & (count > spread)
        return np.where(there, target.weight * MOST * square / (MOST + square), self.worst * (2 - share))


def _aim(target: Target, measure: Measure) -> Aim:
    what, value = f"the target {target.name!r}", target.value
    ends: Any = (value, value)
    pair = not isinstance(value, (str, int, float, np.number)) and not hasattr(value, "dimensions")
    if pair:
        ends = listed(what, value, FitError)
    if len(ends) != 2:
        raise FitError(f"{what} is one value, or the lowest and the highest, not {shown(value)}.")
    low, high = (_number(what, end, measure.unit) for end in ends)
    if not low <= high or not (np.isfinite(low) or np.isfinite(high)) or low == np.inf or high == -np.inf:
        raise FitError(f"{what} is one value, or the lowest and the highest, not {shown(value)}.")
    uncertainty = 1.0 if target.uncertainty is None else _number(what, target.uncertainty, measure.unit)
    if not 0 < uncertainty < np.inf:
        raise FitError(f"the uncertainty of {what} is above zero, but it is {shown(target.uncertainty)}.")
    return Aim(target, low, high, uncertainty)


def _number(what: str, value: Value, unit: str) -> float:
    """A number in the unit of a measure, which may be one that only physiologists know ("pps", "%rTri")."""
    if isinstance(value, (int, float, np.number)) and not isinstance(value, bool):
        if value != value:
            raise FitError(f"{what} is NaN; leave out what was not observed.")
        return float(value)
    if isinstance(value, str) and unit != "1" and value.strip().endswith(unit):
        try:
            return float(value.strip().removesuffix(unit))
        except ValueError:  # "5 ms" ends with "s"
            pass
    try:
        found = quantity(value)
    except UnitError as problem:
        raise FitError(f"{what} is a number in {_said(unit)}, but it is {shown(value)}.") from problem
    try:
        one = quantity(f"1 {unit}" if unit != "1" else 1.0)
    except UnitError:
        one = None
    if one is None or found.dimensions != one.dimensions:
        raise FitError(f"{what} is in {_said(unit)}, but {shown(value)} is in {describe(found.dimensions)}.")
    return found.number / one.number


def _said(unit: str) -> str:
    return "no unit" if unit == "1" else unit
