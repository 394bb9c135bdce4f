"""Draws of a flat prior over a space, filling it evenly: a factor of a design for very many parameter sets."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.design.factor import DesignError, check_count
from sim.design.over_space import OverSpace
from sim.design.space import Space
from sim.spec.kinds import part, whole
from sim.units import shown

FEW = 256
"""Draws of a prior whose ends alone are asked for: what is learnt from draws needs some."""


@dataclass(frozen=True)
class Prior(OverSpace):
    """Points of a space (a scrambled Sobol sequence), each labelled by its number, from 0.

    Args:
        space: that is filled.
        count: of points; powers of two fill best.
        spread: another number, another scramble.

    Raises:
        DesignError: no point, or a spread that is no whole number from 0.
    """

    space: Space
    count: int
    spread: int = 0
    name: ClassVar[str] = "draw"

    def __post_init__(self) -> None:
        part("`space` of a prior", self.space, Space, DesignError)
        count, spread = whole(self.count), whole(self.spread)
        if count is None or count < 1 or spread is None or spread < 0:
            raise DesignError(
                f"the draws of a prior are counted by whole numbers, but there are {shown(self.count)} of spread "
                f"{shown(self.spread)}; give at least one, and a spread from 0."
            )
        check_count("draws", count * len(self.space))
        object.__setattr__(self, "count", count)
        object.__setattr__(self, "spread", spread)

    @property
    def labels(self) -> range:
        return range(self.count)

    def points(self) -> np.ndarray:
        """Where in the space they lie: (draw, number), each between 0 and 1."""
        return self.space.sobol(self.count, self.spread)

    def ends(self) -> "Prior":
        """A space that is filled with few."""
        return Prior(self.space, min(self.count, FEW), self.spread)
