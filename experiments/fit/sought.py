"""What a calibration looks for, and how: numbers of a space, by CMA-ES under the same random streams."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.design import Space
from sim.fit.errors import FitError
from sim.fit.search import Rules
from sim.spec.kinds import part, whole
from sim.units import coherent_unit, shown


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

    def __post_init__(self) -> None:
        part("search.space", self.space, Space, FitError)
        least = {"seeds": 1, "first_seed": 0, "population": 4, "generations": 1, "restarts": 0, "draw": 0}
        for name, low in least.items():
            value = whole(getattr(self, name))
            if value is None or value < low:
                raise FitError(f"search.{name} is a whole number from {low}, but it is {shown(getattr(self, name))}.")
        if self.evaluations < self.fewest:
            raise FitError(
                f"how {len(self.space)} numbers are determined is read from at least {self.fewest} sets, but "
                f"{self.generations} generations of {self.population} are {self.evaluations}; raise search.generations."
            )

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
