"""Participants: people differ, so each one has numbers of their own, the same in everything that is done to them."""

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar

import numpy as np

from sim.design.factor import Columns, DesignError, Factor, check_count, flat
from sim.spec.change import Scale
from sim.spec.kinds import listed, whole
from sim.units import in_unit, shown


@dataclass(frozen=True)
class Participants(Factor):
    """People, each with factors of their own for some numbers: lognormal, of mean 1.

    Args:
        count: how many people.
        spread: by path, the coefficient of variation between people; or, by any name, `{"cv": 0.3, "of": [paths]}` for
            numbers that differ together.
        draw: another number, other people. Who is drawn does not depend on how many are.

    Raises:
        DesignError: nobody, a spread below zero or of no path, or a path that has two.
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
        spread = dict(flat("the spread between participants", self.spread, stop=lambda value: "cv" in value))
        object.__setattr__(self, "spread", MappingProxyType(spread))
        paths = [path for _, of, _ in self._spreads() for path in of]
        if twice := sorted({path for path in paths if paths.count(path) > 1}):
            raise DesignError(f"the spread between participants has {twice[0]!r} twice; choose one.")

    @property
    def labels(self) -> range:
        """From 1."""
        return range(1, self.count + 1)

    @property
    def words(self) -> str:
        return "number of the participant"

    def columns(self) -> Columns:
        found = {}
        for name, paths, cv in self._spreads():
            sigma = np.sqrt(np.log1p(cv**2))
            word = zlib.crc32(name.encode())
            z = [np.random.default_rng([self.draw, word, person]).standard_normal() for person in self.labels]
            factors = [Scale(float(np.exp(sigma * x - sigma**2 / 2))) for x in z]
            found.update(dict.fromkeys(paths, factors))
        return found

    def _spreads(self) -> Iterator[tuple[str, tuple[str, ...], float]]:
        """Name, paths and coefficient of variation of each."""
        for name, value in self.spread.items():
            what = f"the spread of {name!r} between participants"
            paths, cv = (name,), value
            if isinstance(value, Mapping):
                if value.keys() != {"cv", "of"}:
                    raise DesignError(f"{what} is a number, or has `cv` and `of`, but it is {shown(value)}.")
                paths, cv = tuple(map(str, listed(f"`of` in {what}", value["of"], DesignError))), value["cv"]
            number = in_unit(cv, "", what)
            if not 0 <= number < 10:
                raise DesignError(f"{what} is a coefficient of variation, but it is {shown(cv)}; give for example 0.1.")
            if not paths:
                raise DesignError(f"{what} is of no path; name one in `of`.")
            yield name, paths, number

    def ends(self) -> "Participants":
        """The first two."""
        return Participants(min(self.count, 2), self.spread, self.draw)
