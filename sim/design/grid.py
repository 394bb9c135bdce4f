"""Every combination of some values of the numbers of a space, or a random part of these: a factor of a design."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from sim.design.factor import DesignError, check_count
from sim.design.over_space import OverSpace
from sim.design.space import Space
from sim.spec.kinds import part, table, whole
from sim.units import shown


@dataclass(frozen=True)
class Grid(OverSpace):
    """Combinations of the values of several numbers, each labelled by its number, from 0.

    It is what axes of a design are, of numbers from which leaves follow together: inhibition that follows excitation,
    say, hangs on both.

    Args:
        space: of the numbers.
        levels: how many values each number has, by its name: the ends of its range and what lies evenly between them
            (in its logarithm, where the space says so).
        share: of the combinations, drawn at random, none twice; 1 takes them all, in order.
        spread: another number, another draw.

    Raises:
        DesignError: a number without levels, levels of no number, fewer than two of one, a share that is none, or that
            leaves no combination.
    """

    space: Space
    levels: Mapping[str, int] = field(default_factory=dict)
    share: float = 1.0
    spread: int = 0
    name: ClassVar[str] = "combination"

    def __post_init__(self) -> None:
        part("`space` of a grid", self.space, Space, DesignError)
        given = table("`levels` of a grid", self.levels, DesignError)
        if lacking := [name for name in self.space.names if name not in given]:
            raise DesignError(
                f"a grid takes several values of each number, but `levels` says nothing of {lacking[0]!r}."
            )
        if unknown := [name for name in given if name not in self.space.names]:
            raise DesignError(
                f"`levels` of a grid names {unknown[0]!r}, which its space lacks; it has {', '.join(self.space.names)}."
            )
        for name, count in given.items():
            if (whole(count) or 0) < 2:
                raise DesignError(f"a grid has at least two values of {name!r}, not {shown(count)}.")
        levels = {name: given[name] for name in self.space.names}
        object.__setattr__(self, "levels", MappingProxyType(levels))
        spread = whole(self.spread)
        if isinstance(self.share, bool) or not isinstance(self.share, (int, float)) or not 0 < self.share <= 1:
            raise DesignError(f"the `share` of a grid is above 0 and at most 1, not {shown(self.share)}.")
        if spread is None or spread < 0:
            raise DesignError(f"the `spread` of a grid is a whole number from 0, not {shown(self.spread)}.")
        check_count("combinations", self.combinations * len(levels))
        if not len(self):
            raise DesignError(f"a share of {self.share:g} of {self.combinations} combinations is none; take more.")

    @property
    def combinations(self) -> int:
        """How many there are, before a share of them is taken."""
        return math.prod(self.levels.values())

    def __len__(self) -> int:
        return round(self.share * self.combinations)

    @property
    def labels(self) -> range:
        return range(len(self))

    def points(self) -> np.ndarray:
        """Where in the space they lie: (combination, number), each between 0 and 1."""
        count, shape = self.combinations, tuple(self.levels.values())
        chosen = np.arange(count)
        if self.share < 1:
            chosen = np.sort(np.random.default_rng(self.spread).permutation(count)[: len(self)])
        places = np.unravel_index(chosen, shape)
        return np.stack([place / (levels - 1) for place, levels in zip(places, shape, strict=True)], axis=-1)

    def ends(self) -> "Grid":
        """The first and the last value of each number, all combined."""
        return Grid(self.space, dict.fromkeys(self.levels, 2))
