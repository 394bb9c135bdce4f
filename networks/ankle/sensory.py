"""From a muscle to the cord: spindle and tendon organ, the endings of Ia, II and Ib fibres, and their axons."""

from networks.ankle.muscle import Muscle
from networks.ankle.parts import Parts, joined
from networks.cells import afferent, axon, spindle, terminal
from networks.nerve import IA_VELOCITY, REMOTO, End, axons
from sim.spec.network import Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection


def sensory(own: Muscle) -> Parts:
    """The senses of a muscle and their fibres, as far as the cord."""
    name = own.name
    spindles = Population(f"{name}_spindle", spindle.SPINDLE, 1)
    endings = Parts(
        populations=(
            spindles,
            *(Population(f"{name}_{kind}_ending", afferent.ENDING, getattr(own, kind)) for kind in ("ia", "ii", "ib")),
            Population(f"{name}_ia_terminal", terminal.TERMINAL, own.ia),
        ),
        projections=tuple(
            Projection(
                f"{name}_spindle_to_{kind}",
                f"{name}_spindle.{kind}_rate",
                f"{name}_{kind}_ending.rate",
                weight=Param(1.0, "the sensitivity of each fibre is its own"),
            )
            for kind in ("ia", "ii")
        ),
    )
    return joined((endings, _axons(own, "ia", f"{name}_ia_terminal.a")))
