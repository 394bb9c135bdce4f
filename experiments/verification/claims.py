"""A claim: what was compared with what, how close it must be and why, and what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class Claim:
    """One row of the report.

    Args:
        name: what is claimed.
        against: what it is compared with.
        tolerance: how close it must be, in the unit of the number, and why.
        found: the numbers.
        met: whether they are that close; None if it could not be checked, and `found` says why.
    """

    name: str
    against: str
    tolerance: str
    found: str
    met: bool | None

    def __post_init__(self) -> None:
        if self.met is not None:
            object.__setattr__(self, "met", bool(self.met))

    @property
    def verdict(self) -> str:
        return {True: "met", False: "**MISSED**", None: "not checked"}[self.met]


class Family(NamedTuple):
    """Claims that rest on the same measurements.

    Args:
        title: heading in the report.
        about: what was done, in a sentence or two.
        measure: () -> numbers, which the figure may draw too.
        claims: numbers -> rows.
    """

    title: str
    about: str
    measure: Callable[[], Any]
    claims: Callable[[Any], list[Claim]]
