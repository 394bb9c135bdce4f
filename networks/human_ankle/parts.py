"""What a part of the ankle adds to the network."""

from collections.abc import Iterable
from typing import NamedTuple

from networks.nerve import Axons
from sim.spec.network import Population
from sim.spec.projection import Projection, Signal
from sim.spec.shared import Shared


class Parts(NamedTuple):
    """Populations, and what joins them with each other and with populations of other parts."""

    populations: tuple[Population, ...] = ()
    projections: tuple[Projection, ...] = ()
    signals: tuple[Signal, ...] = ()
    shared: tuple[Shared, ...] = ()


def joined(parts: Iterable[Parts | Axons]) -> Parts:
    """All of them, in order."""
    found = tuple(parts)
    return Parts(
        tuple(p for part in found for p in part.populations),
        tuple(p for part in found for p in part.projections),
        tuple(s for part in found if isinstance(part, Parts) for s in part.signals),
        tuple(s for part in found for s in part.shared),
    )
