"""Participants: people differ, so each one has numbers of their own, the same in everything that is done to them."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from sim.design.factor import Columns, DesignError, Factor, check_count, flat
from sim.spec.change import Scale
from sim.spec.kinds import whole
from sim.units import in_unit, shown


@dataclass(frozen=True)
class Participants(Factor):
    """People, each with factors of their own for some numbers: lognormal, of mean 1.

    Args:
        count: how many people.
        spread: by path, the coefficient of variation between people.
        draw: another number, other people. Who is drawn does not depend on how many are.

    Raises:
        DesignError: nobody, or a spread below zero.
        UnitError: a spread that is no plain number.
    """

    count: int
    spread: Mapping[str, Any]
    draw: int = 0
    name: ClassVar[str] = "participant"
    independent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        count, draw = whole(self.count), whole(self.draw)
        if count is None or count < 1 or draw is None or draw < 0:
            raise DesignError(
                f"participants are counted by whole numbers, but there are {shown(self.count)} of draw "
                f"{shown(self.draw)}; give at least one, and a draw from 0."
            )
        check_count("participants", count, 10**6)
        object.__setattr__(self, "count", count)
        object.__setattr__(self, "draw", draw)
        spread = {}
        for path, value in flat("the spread between participants", self.spread):
            spread[path] = in_unit(value, "", f"the spread of {path!r} between participants")
            if not 0 <= spread[path] < 10:
                raise DesignError(
                    f"the spread of {path!r} between participants is a coefficient of variation, but it is {value!r}; "
                    "give for example 0.1."
                )
        object.__setattr__(self, "spread", MappingProxyType(spread))

    @property
    def labels(self) -> range:
        """From 1."""
        return range(1, self.count + 1)

    @property
    def words(self) -> str:
        return "number of the participant"

    def columns(self) -> Columns:
        found = {}
        for path, cv in self.spread.items():
            sigma = np.sqrt(np.log1p(cv**2))
            word = zlib.crc32(path.encode())
            z = [np.random.default_rng([self.draw, word, person]).standard_normal() for person in self.labels]
            found[path] = [Scale(float(np.exp(sigma * x - sigma**2 / 2))) for x in z]
        return found

    def ends(self) -> "Participants":
        """The first two."""
        return Participants(min(self.count, 2), self.spread, self.draw)
