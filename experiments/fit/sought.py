"""What a calibration looks for, and how: numbers of a space, by CMA-ES under the same random streams."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.design import Space
from sim.fit.errors import FitError
from sim.fit.search import Rules
from sim.spec.kinds import part, table, whole
from sim.spec.params import Value, nearest
from sim.units import coherent_unit, in_unit, shown


@dataclass(frozen=True)
class Sought:
    """The numbers and the search.

    Args:
        space: the numbers with their ranges, and the leaves that follow from them.
        seeds: random streams that each set is simulated under, the same for all.
        first_seed: number of the first of them.
        population: sets of a generation.
        generations: how many there are at most, in units of the first population; a restart takes twice as many sets.
        restarts: runs after the first one.
        draw: seed of the draws of CMA-ES.
        start: numbers by name, with their units, where the first run begins; the middle of its range of any other.
        width: standard deviation of the first generation of a run, as a part of the ranges.

    Raises:
        FitError: a number that cannot be, or too few sets to say how well each number is determined.
    """

    space: Space
    seeds: int = 4
    first_seed: int = 1000
    population: int = 16
    generations: int = 60
    restarts: int = 1
    draw: int = 0
    start: Mapping[str, Value] = field(default_factory=dict)
    width: float = 0.3

    def __post_init__(self) -> None:
        part("search.space", self.space, Space, FitError)
        least = {"seeds": 1, "first_seed": 0, "population": 4, "generations": 1, "restarts": 0, "draw": 0}
        for name, low in least.items():
            value = whole(getattr(self, name))
            if value is None or value < low:
                raise FitError(f"search.{name} is a whole number from {low}, but it is {shown(getattr(self, name))}.")
        object.__setattr__(self, "start", table("search.start", self.start, FitError))
        if not isinstance(self.width, (int, float)) or isinstance(self.width, bool) or not 0 < self.width <= 1:
            raise FitError(f"search.width is a part of the ranges, above 0 to 1, but it is {shown(self.width)}.")
        _ = self.first
        if self.evaluations < self.fewest:
            raise FitError(
                f"how {len(self.space)} numbers are determined is read from at least {self.fewest} sets, but "
                f"{self.generations} generations of {self.population} are {self.evaluations}; raise search.generations."
            )

    @property
    def first(self) -> np.ndarray:
        """The point where the first run begins, (number,).

        Raises:
            FitError: a number that is not sought, or one beyond its range.
        """
        point = np.full(len(self.space), 0.5)
        for name, value in self.start.items():
            if name not in self.space.names:
                raise FitError(f"search.start has {name!r}, which is not sought: {nearest(name, self.space.names)}")
            k = self.space.names.index(name)
            numbers = self.space.numbers(point)
            numbers[k] = in_unit(value, self.space.units[k], f"search.start.{name}")
            point[k] = self.space.points(numbers)[k]
            if not 0 <= point[k] <= 1:
                raise FitError(f"search.start.{name} is {shown(value)}, beyond its range; give one within it.")
        return point

    @property
    def evaluations(self) -> int:
        """Sets that are simulated at most."""
        return self.population * self.generations

    @property
    def fewest(self) -> int:
        """Sets that a profile takes: twice the coefficients of a quadratic."""
        return (len(self.space) + 1) * (len(self.space) + 2)

    @property
    def rules(self) -> Rules:
        """When the search ends."""
        return Rules(self.evaluations, self.restarts)

    @property
    def streams(self) -> range:
        """The random streams of the search."""
        return range(self.first_seed, self.first_seed + self.seeds)

    def changes(self, point: np.ndarray, leaves: Mapping[str, Any]) -> dict[str, str]:
        """Every leaf that follows from a point (number,), by path, as a text with its unit."""
        values = self.space.values(point[None], leaves)
        return {path: _written(x[0], leaves[path].dimensions) for path, x in values.items()}


def _written(number: float, dimensions: Any) -> str:
    unit = coherent_unit(dimensions)
    return f"{float(number)!r} {unit}" if unit != "1" else repr(float(number))
