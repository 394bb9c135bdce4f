"""A space of numbers: ranges by name, and the leaves that follow from them.

    Space({"level": [0.8, 1.2], "peak": [8, 30], "shape": [-0.5, 0.5], "ahp": [0.7, 1.7]},
          {"network.hTA.monoamine": "level", "protocol.first.peak": "peak*(0.5 + 0.5*shape)"},
          scaled={"network.hTA.g_kca": "ahp"})

A point of it lies between 0 and 1 along each number, evenly in the number or in its logarithm, so that a uniform point
is a draw of a flat prior.
"""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from sim.design.factor import Bounds, DesignError, Each, Leaves, check_count, flat, matching, range_ends, several
from sim.spec.formula import Formula
from sim.spec.kinds import listed, table
from sim.spec.params import Value, check_bounds, nearest
from sim.units import DIMENSIONLESS, Dimensions, UnitError, coherent_unit, describe, shown


@dataclass(frozen=True)
class Space:
    """Numbers, each between its lowest and its highest value.

    Args:
        ranges: lowest and highest value by name, in one unit. What no formula names is the path of a leaf itself (which
            may also be written as nested mappings).
        of: by path, a formula of the names (see `sim.spec.formula`); several leaves may follow from one number, and one
            leaf from several numbers.
        logarithmic: names that are even in their logarithm.
        scaled: by path, a formula (a plain number) by which the leaf's own value is multiplied; of a gradient both ends
            are, and `*` stands for any word, or part of one.

    Raises:
        DesignError: no range, one that is not a pair in order, or no number above zero where its logarithm is taken.
        UnitError: values that cannot be read, or that mix units.
        FormulaError: a formula that cannot be read, or of a name that is not there.
    """

    ranges: Mapping[str, Sequence[Value]]
    of: Mapping[str, str] = field(default_factory=dict)
    logarithmic: Sequence[str] = ()
    scaled: Mapping[str, str] = field(default_factory=dict)
    low: np.ndarray = field(init=False, compare=False, repr=False)
    high: np.ndarray = field(init=False, compare=False, repr=False)
    dimensions: tuple[Dimensions, ...] = field(init=False, compare=False, repr=False)
    formulas: Mapping[str, Formula] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        ranges, ends = {}, []
        for name, given in flat("the ranges of a space", self.ranges):
            ranges[name] = several(name, given)
            ends.append(range_ends(name, ranges[name]))
        if not ranges:
            raise DesignError("a space needs the range of at least one number, but it has none.")
        logarithmic = listed("`logarithmic` of a space", self.logarithmic, DesignError)
        for name in logarithmic:
            if name not in ranges or ends[list(ranges).index(name)][0].number <= 0:
                raise DesignError(f"the logarithm of {shown(name)} is to be even, but it is no range above zero here.")
        dimensions = tuple(low.dimensions for low, _ in ends)
        names = {name: d for name, d in zip(ranges, dimensions, strict=True) if name.isidentifier()}
        of = table("`of` of a space", dict(flat("`of` of a space", self.of)), DesignError)
        scaled = table("`scaled` of a space", dict(flat("`scaled` of a space", self.scaled)), DesignError)
        formulas = {path: Formula(text, names) for path, text in {**of, **scaled}.items()}
        if twice := sorted(of.keys() & scaled.keys()):
            raise DesignError(f"a space both sets and scales {twice[0]!r}; choose one.")
        for path in scaled:
            if formulas[path].dimensions != DIMENSIONLESS:
                raise UnitError(
                    f"{path!r} is scaled by {scaled[path]!r}, which is in {describe(formulas[path].dimensions)}; scale "
                    "it by a plain number."
                )
        used = {name for formula in formulas.values() for name in formula.used}
        for name in ranges:
            if name not in used and "." not in name:
                raise DesignError(
                    f"{name!r} of a space is the path of no leaf, and no formula of it names it; give `of`, for "
                    f"example {{'network.hTA.monoamine': {name!r}}}."
                )
        for what, value in (
            ("ranges", MappingProxyType(ranges)), ("of", MappingProxyType(of)), ("logarithmic", logarithmic),
            ("scaled", MappingProxyType(scaled)),
            ("low", np.array([low.number for low, _ in ends])), ("high", np.array([high.number for _, high in ends])),
            ("dimensions", dimensions), ("formulas", MappingProxyType(formulas)),
        ):  # fmt: skip
            object.__setattr__(self, what, value)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers, in order."""
        return tuple(self.ranges)

    @property
    def units(self) -> tuple[str, ...]:
        """Coherent unit of each number."""
        return tuple(map(coherent_unit, self.dimensions))

    def __len__(self) -> int:
        return len(self.ranges)

    def numbers(self, points: np.ndarray) -> np.ndarray:
        """Numbers in coherent units from points between 0 and 1, both (..., number)."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        found = low + (high - low) * points
        return np.where(self._even_in_log, np.exp(np.where(self._even_in_log, found, 0.0)), found)

    def points(self, numbers: np.ndarray) -> np.ndarray:
        """Points between 0 and 1 from numbers in coherent units, both (..., number); beyond a range they are beyond."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        return (self._scaled(np.asarray(numbers, float)) - low) / (high - low)

    def columns(self, points: np.ndarray) -> dict[str, Each]:
        """What is done to each leaf, by path, at points (sample, number)."""
        numbers = self.numbers(np.asarray(points, float))
        named = {name: numbers[:, k] for k, name in enumerate(self.names)}
        found = {}
        for name, dimensions in zip(self.names, self.dimensions, strict=True):
            if name not in self._used:
                found[name] = Each(named[name], dimensions)
        for path, formula in self.formulas.items():
            value = np.broadcast_to(formula.value(named), (len(numbers),))
            found[path] = Each(value, formula.dimensions, scale=path in self.scaled)
        return found

    def values(self, points: np.ndarray, leaves: Leaves | None = None) -> dict[str, np.ndarray]:
        """Every leaf that follows, by path, coherent units, (sample,), of points (sample, number).

        Args:
            leaves: the network's and the protocol's own values, which are needed where they are scaled.

        Raises:
            DesignError: they are needed, and not given.
        """
        found = {}
        for path, each in self.columns(points).items():
            if each.scale and leaves is None:
                raise DesignError(f"the space scales {path!r}, whose own value must be known; give `leaves`.")
            for leaf in matching(path, leaves) if leaves else [path]:
                found[leaf] = each.numbers * leaves[leaf].number if leaves and each.scale else each.numbers
        return found

    def sobol(self, count: int, spread: int = 0) -> np.ndarray:
        """Points that fill the space evenly: (count, number); `spread` is the number of the scramble."""
        from scipy.stats import qmc

        check_count("points", count * len(self))
        with warnings.catch_warnings():  # any number of points may be asked for, also one that fills less evenly
            warnings.filterwarnings("ignore", "The balance properties of Sobol")
            found = qmc.Sobol(len(self), rng=np.random.default_rng(spread)).random(count)
        return found[:, np.argsort(np.argsort(self.names))]  # the order of the names decides nothing

    def extremes(self, leaves: Leaves | None = None) -> dict[str, np.ndarray]:
        """Lowest and highest value of each leaf in all of the space (as far as 256 points show), by path, (2,).
        `leaves` as in `values`."""
        found = self.values(np.concatenate([*self._corners()]), leaves).items()
        return {path: np.array([numbers.min(), numbers.max()]) for path, numbers in found}

    def check(self, leaves: Leaves, bounds: Bounds) -> None:
        """Every leaf must be there, in its unit, and within its bounds in all of the space (as far as 256 points show).

        Args:
            leaves: value of every number that may vary, by path.
            bounds: lowest and highest value, by path, of those that have them.

        Raises:
            DesignError: no such path; the sentence names the nearest ones.
            UnitError: another unit, or out of bounds.
        """
        points = np.concatenate([*self._corners()])
        for path, each in self.columns(points).items():
            if not (paths := matching(path, leaves)):
                raise DesignError(f"the space names {path!r}, which leads to no number: {nearest(path, leaves)}")
            for leaf in paths:
                if not each.scale and each.dimensions != leaves[leaf].dimensions:
                    raise UnitError(
                        f"{leaf!r} is in {describe(leaves[leaf].dimensions)}, but the space gives it "
                        f"{describe(each.dimensions)}; write its range in that unit."
                    )
        for path, ends in self.extremes(leaves).items():
            for number in ends:
                if not np.isfinite(number):
                    raise DesignError(f"the space makes {path!r} {number}, which no simulation takes; narrow a range.")
                unit = coherent_unit(leaves[path].dimensions) if any(leaves[path].dimensions) else ""
                found = f"{float(number)!r} {unit}".strip()
                check_bounds(f"{path!r} in the space", found, bounds.get(path, (None, None)))

    def _corners(self) -> Iterator[np.ndarray]:
        """The middle; the ends of each number with all others in the middle, at their lowest and at their highest; and
        what lies between."""
        yield np.full((1, len(self)), 0.5)
        for middle in (0.0, 0.5, 1.0):
            for end in (0.0, 1.0):
                yield np.where(np.eye(len(self), dtype=bool), end, middle)
        yield self.sobol(256)

    @property
    def _used(self) -> set[str]:
        return {name for formula in self.formulas.values() for name in formula.used}

    @property
    def _even_in_log(self) -> np.ndarray:
        return np.array([name in self.logarithmic for name in self.names])

    def _scaled(self, numbers: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return np.where(self._even_in_log, np.log(np.where(self._even_in_log, numbers, 1.0)), numbers)
