"""From the command of a muscle to its muscle fibres: motoneurons and their axons; impulses run both ways."""

from networks.cells import axon
from networks.cells.descending import COMMAND
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
