"""What descends to motoneurons, and from there to muscle fibres: axons, on which impulses run both ways.

    command of a muscle --> its motoneurons <-- reticulospinal drive --> motoneurons of the other muscles

A command is one muscle's own, with its own fluctuation; the reticulospinal drive and what fluctuates in it reach all.
"""

from collections.abc import Iterable

from networks.cells import axon
from networks.cells.descending import COMMAND, RETICULOSPINAL
from networks.human_ankle.muscle import Muscle
from networks.human_ankle.parts import Parts, joined
from networks.nerve import MOTOR_VELOCITY, REMOTO, End, axons
from sim.spec.network import Population
from sim.spec.params import Param
from sim.spec.projection import Projection, Signal

DISTANCES = f"{REMOTO}: nerve 0.8 m, electrodes 0.2 m (posterior tibial) or 0.14 m (common peroneal) from the muscle"


def motor(own: Muscle) -> Parts:
    """Motoneurons, their command and their axons, as far as the muscle units."""
    name = own.name
    pool = own.pool.populations[0]
    fibres = axons(
        f"{name}_motor",
        own.motoneurons,
        sites={"nerve": own.nerve_at, "belly": own.belly_at},
        length=own.length,
        velocity=MOTOR_VELOCITY,
        cord=End(sends=name, hears={f"{name}.antidromic": Param(1.0, "each impulse")}),
        muscle=End(
            hears={
                f"{name}_units.a": Param(1.0, "one spike, one twitch"),
                f"{name}_units.envelope": Param(1.0, "one spike, one potential"),
            }
        ),
        numbers=axon.MOTOR,
        origin=DISTANCES,
    )
    command = tuple(
        Projection(
            f"{name}_command_to_{what}",
            f"{name}_command.{what}",
            f"{name}.{what}",
            weight=Param(1.0, "the command is in units of the conductances that it opens"),
        )
        for what in ("excitation", "inhibition")
    )
    here = Parts(
        populations=(
            Population(name, pool.model, own.motoneurons, pool.params),
            Population(f"{name}_command", COMMAND, 1),
        ),
        projections=command,
        signals=(Signal(f"{name}_emg", f"{name}_units.emg"), Signal(f"{name}_force", f"{name}_units.share")),
    )
    return joined((here, fibres))


def reticulospinal(muscles: Iterable[Muscle]) -> Parts:
    """The drive that reaches the motoneurons of all muscles, to each by its share."""
    projections = tuple(
        Projection(
            f"reticulospinal_to_{own.name}",
            "reticulospinal.excitation",
            f"{own.name}.excitation",
            weight=Param(own.reticulospinal, SHARE),
        )
        for own in muscles
    )
    return Parts((Population("reticulospinal", RETICULOSPINAL, 1),), projections)


SHARE = (
    "chosen: no share of a leg muscle is known. A startle reaches soleus and tibialis anterior, often both at once "
    "(Brown et al. 1991, J Neurol Neurosurg Psychiatry 54:892; Nieuwenhuijzen et al. 2000, J Neurophysiol 84:65; "
    "human, abstracts); in the monkey's arm flexors of the same side are facilitated and extensors suppressed "
    "(Davidson & Buford 2006, Exp Brain Res 173:25, abstract)"
)
