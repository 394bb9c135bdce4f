"""From a muscle to the cord: spindle and tendon organs, the endings of Ia, II and Ib fibres, and their axons."""

from networks.cells import afferent, axon
from networks.cells import muscle as whole
from networks.cells.spindle import SPINDLE
from networks.cells.tendon_organ import TENDON_ORGAN, of_strength
from networks.cells.terminal import TERMINAL
from networks.human_ankle.motor import DISTANCES
from networks.human_ankle.muscle import Muscle
from networks.human_ankle.parts import Parts, joined
from networks.nerve import IA_VELOCITY, Axons, End, axons
from sim.spec.network import Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection

SPINDLE_LENGTH = (
    "tibialis 0.8: fitted to some 11 Hz of its endings at 25 degrees of plantar flexion (Burke et al. 1979, human); "
    "soleus 0.97, gastrocnemius 0.93: fitted to some 2 Hz at a right angle, relaxed (Wilson et al. 1995, human)"
)
HANDED_ON = Param(1.0, "the same quantity, handed on")
LATER = Graded("1 ms", "1 ms", 0.0, "computed with the axons")
STARTS = Graded(
    1.0, 0.02, 0.0,
    "numerical: fibres do not start in step; against the order of sensitivity, along which most would start at once",
)  # fmt: skip
NUMBERS = {"ia": afferent.IA, "ii": afferent.II, "ib": afferent.IB}


def sensory(own: Muscle) -> Parts:
    """The senses of a muscle and their fibres, as far as the cord: group I fibres are joined to their electrodes."""
    name = own.name
    here = Parts(
        populations=(
            Population(f"{name}_spindle", SPINDLE, 1),
            Population(f"{name}_organ", TENDON_ORGAN, 1, of_strength(str(whole.WHOLE[own.mechanics].value))),
            *(
                Population(
                    f"{name}_{kind}_ending",
                    afferent.ENDING,
                    getattr(own, kind),
                    {"first_goal": STARTS, **numbers, **({} if kind == "ii" else {"conduction": LATER})},
                )
                for kind, numbers in NUMBERS.items()
            ),
            Population(f"{name}_ia_terminal", TERMINAL, own.ia),
        ),
        projections=(
            Projection(
                f"{name}_lengthens_spindle",
                f"{name}_tendon.length",
                f"{name}_spindle.length",
                weight=Param(own.spindle, SPINDLE_LENGTH),
            ),
            *(
                Projection(f"{name}_{called}", f"{name}_{source}", f"{name}_{target}", weight=HANDED_ON)
                for called, source, target in (
                    ("pulls_organ", "tendon.force", "organ.force"),
                    ("spindle_to_ia", "spindle.ia_rate", "ia_ending.rate"),
                    ("spindle_to_ii", "spindle.ii_rate", "ii_ending.rate"),
                    ("organ_to_ib", "organ.ib_rate", "ib_ending.rate"),
                    ("stretches_ia", "spindle.stretch", "ia_ending.stretch"),
                )
            ),
        ),
    )
    return joined((here, _axons(own, "ia"), _axons(own, "ib")))


def _axons(own: Muscle, kind: str) -> Axons:
    fibres = f"{own.name}_{kind}"
    ending = f"{fibres}_ending"
    return axons(
        fibres,
        getattr(own, kind),
        sites={"nerve": own.nerve_at, "belly": own.belly_at},
        length=own.length,
        velocity=IA_VELOCITY,
        cord=End(hears={f"{fibres}_terminal.a": Param(1.0, "each impulse")} if kind == "ia" else {}),
        muscle=End(
            sends=ending,
            hears={f"{ending}.antidromic": Param(1.0, "each impulse")},
            conduction=(f"{ending}.conduction",),
        ),
        numbers=axon.IA,
        origin=DISTANCES,
        differ={"belly": axon.SENSORY_AT_BELLY},
    )
