"""A factor whose levels are points of a space, each with random streams of its own."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from sim.design.factor import Columns, Factor
from sim.design.space import Space


class OverSpace(Factor):
    """What factors over a space share: leaves follow from the numbers at each point, which stand beside the samples."""

    space: Space
    independent: ClassVar[bool] = True

    @abstractmethod
    def points(self) -> np.ndarray:
        """Where in the space they lie: (level, number), each between 0 and 1."""

    @property
    def words(self) -> str:
        return f"number of the {self.name}"

    def columns(self) -> Columns:
        return self.space.columns(self.points())

    def carried(self) -> Mapping[str, tuple[np.ndarray, str]]:
        numbers, space = self.space.numbers(self.points()), self.space
        named = enumerate(zip(space.names, space.units, strict=True))
        return {name: (numbers[:, k], unit) for k, (name, unit) in named if "." not in name}
