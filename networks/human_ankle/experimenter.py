"""The experimenter: sees the torque and what the person can do at most, and sets the stimulators over the bellies."""

from collections.abc import Iterable

from networks.cells.experimenter import EXPERIMENTER
from networks.human_ankle.electrodes import over_belly
from networks.human_ankle.muscle import Muscle
from networks.human_ankle.parts import Parts
from networks.human_ankle.person import dorsal
from sim.spec.network import Population
from sim.spec.params import Param
from sim.spec.projection import Projection, Signal

ITSELF = Param(1.0, "the number itself")


def experimenter(muscles: Iterable[Muscle]) -> Parts:
    """One, who gives nothing unless a protocol asks; bellies of one side are stimulated alike."""
    seen = (
        Projection("torque_is_read", "ankle.muscle_torque", "experimenter.seen", weight=ITSELF),
        Projection("mvc_is_known", "person.mvc", "experimenter.mvc", weight=ITSELF),
        Projection("side_is_known", "person.side", "experimenter.side", weight=ITSELF),
    )
    given = tuple(
        Projection(
            f"experimenter_stimulates_{own.name}",
            f"experimenter.{'dorsal' if dorsal(own) else 'plantar'}_stimulus",
            f"{over_belly(own.name)}.stimulus",
            weight=Param(1.0, "chosen: all bellies of a side alike, each in multiples of the motor threshold"),
        )
        for own in muscles
    )
    signals = (
        Signal("experimenter_intensity", "experimenter.intensity"),
        Signal("experimenter_brought", "experimenter.brought"),
    )
    return Parts((Population("experimenter", EXPERIMENTER, 1),), (*seen, *given), signals)
