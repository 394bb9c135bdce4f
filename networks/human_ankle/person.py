"""The person whose ankle it is: sees its torque late, and commands the muscles that turn it to one side."""

from collections.abc import Iterable

from networks.cells.person import PERSON
from networks.human_ankle.muscle import Muscle
from networks.human_ankle.parts import Parts
from networks.mechanics import ARMS
from sim.spec.network import Population
from sim.spec.params import Param
from sim.spec.projection import Projection, Signal
from sim.units import quantity

SEEN = Projection(
    "torque_is_seen",
    "ankle.muscle_torque",
    "person.seen",
    weight=Param(1.0, "the torque itself"),
    delay=Param(
        "150 ms",
        "chosen: people who hold a force gain nothing from being shown it more often than 6.4 times per second "
        "(Slifkin, Vaillancourt & Newell 2000, J Neurophysiol 84:1708, human, abstract), but in tracking by hand the "
        "delay is longer, 264 to 341 ms (doi 10.1080/00222895.1996.9941739, abstract)",
        ("0 ms", "1 s"),
    ),
)


def dorsal(own: Muscle) -> bool:
    """Whether a muscle turns the foot up."""
    return quantity(ARMS[own.mechanics].value).number > 0


def person(muscles: Iterable[Muscle]) -> Parts:
    """One, who does nothing until a target is set; muscles of one side are commanded alike."""
    commands = tuple(
        Projection(
            f"person_commands_{own.name}",
            f"person.{'dorsal' if dorsal(own) else 'plantar'}_effort",
            f"{own.name}_command.voluntary",
            weight=Param(1.0, "chosen: all muscles of a side alike"),
        )
        for own in muscles
    )
    signals = tuple(Signal(f"person_{what}", f"person.{what}") for what in ("effort", "mvc", "side"))
    return Parts((Population("person", PERSON, 1),), (SEEN, *commands), signals)
