"""A factor of a design: several levels, each with a label and with what it changes."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from sim.spec.change import Change, Scale, Set
from sim.spec.kinds import listed, table, whole
from sim.spec.params import Value
from sim.spec.state import fits
from sim.units import Dimensions, Quantity, quantity, shown

Leaves = Mapping[str, Quantity]
"""Value of every number that may vary, by path."""
Bounds = Mapping[str, tuple[Value | None, Value | None]]
"""Lowest and highest value, by path, of those that have them."""


class DesignError(ValueError):
    """A design that cannot be; the message is one sentence."""


class Each(Sequence[Change]):
    """What each of very many levels does to a number, as one array.

    Args:
        numbers: what it is set to, coherent units, (level,).
        dimensions: of them.
        scale: it is multiplied by them instead.
    """

    def __init__(self, numbers: np.ndarray, dimensions: Dimensions, *, scale: bool = False) -> None:
        self.numbers, self.dimensions, self.scale = numbers, dimensions, scale

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return Each(self.numbers[at], self.dimensions, scale=self.scale)
        number = float(self.numbers[at])
        return Scale(number) if self.scale else Set(Quantity(number, self.dimensions))

    def extremes(self) -> "Each":
        """The lowest and the highest."""
        return Each(np.array([self.numbers.min(), self.numbers.max()]), self.dimensions, scale=self.scale)


Columns = Mapping[str, Sequence[Change | None]]
"""By path, what each level of a factor changes; None leaves the number as it is."""


class Factor(ABC):
    """One dimension of a design; all factors are crossed with each other."""

    name: str
    independent: ClassVar[bool] = False
    """Whether its levels always have random streams of their own."""

    @property
    @abstractmethod
    def labels(self) -> Sequence[str | float]:
        """What each level is called, in order, in `unit`."""

    @property
    def unit(self) -> str:
        """Of the labels."""
        return "1"

    @property
    def words(self) -> str:
        """What the labels are, for an axis of a figure."""
        return self.name

    @abstractmethod
    def columns(self) -> Columns:
        """What each level changes."""

    def carried(self) -> Mapping[str, tuple[np.ndarray, str]]:
        """Other numbers that each level stands for, by name: (level,), and their unit."""
        return {}

    def ends(self) -> "Factor":
        """The same factor with its first and its last level only."""
        return self

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Seeds(Factor):
    """Repetitions under other random streams; the label of each is its number.

    Args:
        count: at least 1.
        first: number of the first one.

    Raises:
        DesignError: one of them is no such number.
    """

    count: int = 1
    first: int = 0
    name: ClassVar[str] = "seed"

    def __post_init__(self) -> None:
        count, first = whole(self.count), whole(self.first)
        if count is None or count < 1:
            raise DesignError(f"a design needs at least one seed, but `seeds` is {shown(self.count)}.")
        check_count("seeds", count)
        if first is None or not 0 <= first < 2**62:
            raise DesignError(f"`first_seed` is the number of a stream, a whole number, not {shown(self.first)}.")
        object.__setattr__(self, "count", count)
        object.__setattr__(self, "first", first)

    @property
    def labels(self) -> range:
        return range(self.first, self.first + self.count)

    @property
    def words(self) -> str:
        return "number of the seed"

    def columns(self) -> Columns:
        return {}


MOST = 10**8
"""Levels of a factor."""


def check_count(what: str, count: int, most: int = MOST) -> None:
    """Raise a sentence when a factor has more levels than there is memory for."""
    if count > most:
        raise DesignError(
            f"{count:.6g} {what} would take {count * 100 / 1e9:.3g} GB of memory for their numbers alone; take "
            f"{most} at most."
        )


def flat(what: str, values: Any, prefix: str = "", *, stop: Any = None) -> Iterator[tuple[str, Any]]:
    """Path and value of every leaf of nested mappings, whose names are joined by dots.

    Args:
        what: how the whole is called in an error.
        stop: function of a mapping that is a value itself, and is not entered.
    """
    for name, value in table(what, values, DesignError).items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and value and not (stop and stop(value)):
            yield from flat(what, value, f"{path}.", stop=stop)
        else:
            yield path, value


def several(path: str, values: Any) -> tuple[Any, ...]:
    """A list of values of a path, at least one.

    Raises:
        DesignError: it is none, or empty.
    """
    found = () if isinstance(values, Mapping) else listed(f"what the design varies {path!r} over", values, DesignError)
    if not found:
        raise DesignError(f"the design varies {path!r} over no value at all; give it at least one.")
    return found


def range_ends(name: str, given: tuple[Any, ...]) -> tuple[Quantity, Quantity]:
    """Lowest and highest value of a range, in one unit.

    Raises:
        DesignError: they are no pair in order.
        UnitError: values that cannot be read.
    """
    read = [quantity(end, f"an end of the range of {name!r}") for end in given]
    if len(read) != 2 or read[0].dimensions != read[1].dimensions or not read[0].number < read[1].number:
        raise DesignError(
            f"the range of {name!r} is its lowest value and a higher one, in one unit, but it is {shown(list(given))}."
        )
    return read[0], read[1]


def matching(path: str, leaves: Leaves) -> list[str]:
    """The leaves to which a path leads: one, both ends of a gradient, or all that fit its `*`."""
    wanted = path.split(".")
    return [
        leaf
        for leaf in leaves
        if fits(wanted, leaf) or (leaf.endswith((".low", ".high")) and fits(wanted, leaf.rpartition(".")[0]))
    ]
