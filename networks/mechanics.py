"""Muscles about an ankle: what joins units, tendons and joint.

    MUSCLE_units --activation--> MUSCLE_tendon --force x arm--> ankle --angle x arm--> MUSCLE_tendon

The moment arm of a muscle is one number, `network.MUSCLE_arm`, by which its force turns the joint and the joint's angle
lengthens it, so that what the tendon does the joint receives. All three are read at the start of each window.
"""

from collections.abc import Mapping
from math import radians
from typing import NamedTuple

from networks.cells import joint, muscle, tendon
from sim.spec.kinds import table
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Param, nearest
from sim.spec.projection import Projection, Signal
from sim.spec.shared import Shared
from sim.units import quantity, shown

ARMS = {
    "soleus": Param("-45 mm", "chosen between 37 (Manal 2013) and 43 to 56 mm (Maganaris 2000, human Achilles tendon)"),
    "gastrocnemius": Param("-45 mm", "as soleus: the same tendon"),
    "tibialis": Param("37 mm", "Maganaris 2000 (J Biomech 33:375, human): 45 to 29 mm; its mean"),
}
"""Moment arm of each muscle, positive if it dorsiflexes; the same at all angles (simplified)."""


class Mechanics(NamedTuple):
    """Parts of a network; the units wait for spikes on `MUSCLE_units.a` and `.envelope`."""

    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]
    signals: tuple[Signal, ...]
    shared: tuple[Shared, ...]

    def network(self) -> Network:
        """They alone."""
        return Network(*self)


def build(
    units: Mapping[str, int], *, tables: Mapping[str, str] | None = None, degrees: float = 0.0, free: bool = False
) -> Mechanics:
    """The muscles of an ankle and the joint, at rest where they start.

    Args:
        units: muscle -> number of its units.
        tables: muscle -> the one of `ARMS` whose units, tendon and moment arm it has; none is that of its name.
        degrees: where the ankle starts, dorsiflexion positive.
        free: whether it moves; otherwise it is held, or led by the ports `ankle.imposed_angle` and `imposed_velocity`.

    Raises:
        NetworkError: no muscle, an unknown one, no unit, or an angle that no ankle has.
    """
    sizes = table("the muscles of an ankle", units, NetworkError)
    if not sizes:
        raise NetworkError("an ankle has at least one muscle, but there is none; write {'soleus': 900}.")
    populations = [Population("ankle", joint.JOINT, 1, joint.at(degrees, free=free))]
    projections, signals, shared = [], [Signal("ankle_angle", "ankle.degrees")], []
    signals.append(Signal("ankle_torque", "ankle.muscle_torque"))
    for name, size in sizes.items():
        own = (tables or {}).get(name, name)
        if own not in ARMS:
            raise NetworkError(f"there is no muscle {shown(own)} about an ankle: {nearest(own, ARMS)}")
        turns = ARMS[own]
        arm = quantity(turns.value).number / quantity("1 m").number
        populations += [
            Population(f"{name}_units", muscle.ANKLE_UNIT, size, muscle.units(own, size)),
            Population(f"{name}_tendon", tendon.TENDON, 1, tendon.muscle(own, -arm * radians(degrees))),
        ]
        percent = Param(0.01, "units' shares are in percent")
        projections += [
            Projection(f"{name}_activation", f"{name}_units.share", f"{name}_tendon.activation", percent),
            Projection(f"{name}_turns", f"{name}_tendon.force", "ankle.torque", turns),
            Projection(f"{name}_is_led", "ankle.departure", f"{name}_tendon.path", f"{-arm!r} m"),
            Projection(f"{name}_is_moved", "ankle.angular_velocity", f"{name}_tendon.path_velocity", f"{-arm!r} m"),
        ]
        signals.append(Signal(f"{name}_tendon_force", f"{name}_tendon.force"))
        feeds = {
            f"network.{name}_turns.weight": f"{name}_arm",
            f"network.{name}_is_led.weight": f"-{name}_arm",
            f"network.{name}_is_moved.weight": f"-{name}_arm",
        }
        shared.append(Shared(f"{name}_arm", turns.value, feeds, turns.source, ("-100 mm", "100 mm")))
    return Mechanics(tuple(populations), tuple(projections), tuple(signals), tuple(shared))
