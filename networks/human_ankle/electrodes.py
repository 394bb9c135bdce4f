"""Stimulators over the nerves and over the bellies: what lies under each, and the width of its pulses."""

from collections.abc import Iterable

from networks.cells.stimulator import STIMULATOR
from networks.human_ankle.muscle import Muscle
from networks.human_ankle.parts import Parts
from networks.nerve import pulse_width
from sim.spec.network import Population
from sim.spec.params import Param
from sim.spec.projection import Projection


def over_belly(muscle: str) -> str:
    """The name of the stimulator over the belly of a muscle."""
    return f"{muscle}_electrode"


def electrodes(muscles: Iterable[Muscle]) -> Parts:
    """One for each nerve, named after it, and one over the belly of each muscle (`over_belly`).

    Each reaches the motor, Ia and Ib axons of its muscles; group II fibres need more current and are left out.
    """
    beneath: dict[str, list[str]] = {}
    for own in muscles:
        for electrode, site in ((own.nerve, "nerve"), (over_belly(own.name), "belly")):
            nodes = [f"{own.name}_{kind}_{site}" for kind in ("motor", "ia", "ib")]
            beneath.setdefault(electrode, []).extend(nodes)
    return Parts(
        populations=tuple(Population(electrode, STIMULATOR, 1) for electrode in beneath),
        projections=tuple(
            Projection(
                f"{electrode}_to_{node}",
                f"{electrode}.intensity",
                f"{node}.stimulus",
                weight=Param(1.0, "in multiples of the motor threshold: every axon under the electrode feels the same"),
            )
            for electrode, nodes in beneath.items()
            for node in nodes
        ),
        shared=tuple(
            pulse_width(electrode, nodes, "1 ms", "chosen: as for H reflexes") for electrode, nodes in beneath.items()
        ),
    )
