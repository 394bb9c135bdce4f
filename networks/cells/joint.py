"""An ankle: the foot turns about one axis, held, led or free.

    angle = position + departure        d departure/dt = angular_velocity        radian, dorsiflexion positive
    free:   inertia angular_velocity' = torque + ligaments - stiffness (angle - rest) - viscosity angular_velocity
                                        - weight lever cos(angle + pitch)
    held:   angular_velocity' = (imposed_angle - departure)/servo**2 + 2 (imposed_velocity - angular_velocity)/servo

A held joint follows what is imposed, whatever torques act (critically damped; without anything imposed it stands
exactly still); a ramp is followed without lag if its velocity is imposed too. Ligaments resist at the ends of the range
of motion, exponentially; muscles' own passive forces are not among them (they come with the muscles).
"""

from math import radians

from sim.spec.model import Block, Model
from sim.spec.network import NetworkError
from sim.spec.params import Param
from sim.spec.within import Within
from sim.units import shown

DE_LEVA = "de Leva 1996 (J Biomech 29:1223), 73 kg"
FALISSE = "Anderson & Pandy 1999, as in Falisse 2019 (J R Soc Interface 16:20190402)"

RANGE = (-50.0, 30.0)
"""Degrees, plantarflexion to dorsiflexion: what an ankle can be held at."""
FASTEST = 2000.0
"""Degrees per second either way (chosen): more than any foot or motor turns."""

JOINT = Model(
    "ankle",
    Block(
        """
        torque : newton*metre                                    # of the muscles, dorsiflexion positive
        imposed_angle : 1                                        # radian, relative to `position`
        imposed_velocity : 1                                     # radian per second
        ddeparture/dt = angular_velocity : 1
        dangular_velocity/dt = loose*(torque + passive)/inertia + (1 - loose)*servo_rate/servo : hertz
        dmuscle_torque/dt = (torque - muscle_torque)/tau_seen : newton*metre     # what a dynamometer shows
        angle = position + departure : 1
        degrees = angle*180/pi : 1
        loose = int(free > 0.5) : 1
        ends = clip(angle, -1.2, 0.8) : 1                        # beyond them ligaments resist no more than there
        plantar = plantar_ligament*exp(-plantar_rise*(ends - plantar_end)) : newton*metre
        dorsal = dorsal_ligament*exp(dorsal_rise*(ends - dorsal_end)) : newton*metre
        gravity = -weight*lever*cos(angle + pitch) : newton*metre
        elastic = plantar - dorsal - stiffness*(angle - rest) : newton*metre
        passive = elastic - viscosity*angular_velocity + gravity : newton*metre
        servo_rate = (imposed_angle - departure)/servo + 2*(imposed_velocity/second - angular_velocity) : hertz
        """,
        params={
            "free": Param(0.0, "1: free, 0: held or led", (0, 1)),
            "position": Param(0.0, "radian; where it starts, and is held", (radians(RANGE[0]), radians(RANGE[1]))),
            "inertia": Param(
                "0.0085 kg*m**2",
                DE_LEVA + ": foot of 1.0 kg, gyration 66 mm; 50 mm before and 40 mm below the ankle, chosen",
                ("1e-4 kg*m**2", "10 kg*m**2"),
            ),
            "weight": Param("9.8 N", DE_LEVA + ": 1.37 % of the body", ("0 N", None)),
            "lever": Param("50 mm", "chosen: centre of mass 44 % of 258 mm from the heel, ankle 65 mm", ("0 mm", None)),
            "pitch": Param(0.0, "radian, of the sole at the neutral angle: 0 sitting, pi/2 on the back", (-3.2, 3.2)),
            "viscosity": Param("0.1 N*m*s", FALISSE, ("0 N*m*s", "100 N*m*s")),
            "stiffness": Param(
                "5 N*m", "chosen, per radian; with the muscles' passive forces see the tests", ("0 N*m", "1e4 N*m")
            ),
            "rest": Param(-0.2, "chosen; radian", (-1, 1)),
            "dorsal_ligament": Param("2.03 N*m", FALISSE, ("0 N*m", "1e3 N*m")),
            "dorsal_rise": Param(38.11, FALISSE + "; per radian", (0, 50)),
            "dorsal_end": Param(0.52, FALISSE + "; radian", (0, 0.8)),
            "plantar_ligament": Param("0.18 N*m", FALISSE, ("0 N*m", "1e3 N*m")),
            "plantar_rise": Param(12.12, FALISSE + "; per radian", (0, 50)),
            "plantar_end": Param(-0.74, FALISSE + "; radian", (-1.2, 0)),
            "servo": Param("1 ms", "chosen: a stiff dynamometer", ("0.2 ms", "100 ms")),
            "tau_seen": Param("1 ms", "numerical: short against a twitch", ("0.1 ms", None)),
        },
        initial={"departure": 0, "angular_velocity": "0 Hz", "muscle_torque": "0 N*m"},
        within={
            "imposed_angle": Within(
                "(position + imposed_angle)*180/pi",
                *RANGE,
                "the angle of the ankle",
                f"it is turned between {RANGE[0]:g} degrees (plantarflexion) and {RANGE[1]:g} (dorsiflexion), counted "
                "from the neutral angle; turn it less far, or start elsewhere (network.degrees)",
                "degrees",
            ),
            "imposed_velocity": Within(
                "imposed_velocity*180/pi",
                -FASTEST,
                FASTEST,
                "the velocity of the ankle",
                f"no ankle is turned faster than {FASTEST:g} degrees per second; turn it more slowly",
                "degrees per second",
            ),
        },
    ),
)
"""It never fires."""


def at(degrees: float, *, free: bool = False) -> dict[str, float]:
    """The rows of an ankle that starts at an angle and is held there, or free.

    Args:
        degrees: dorsiflexion positive, within `RANGE`.
        free: whether it moves.

    Raises:
        NetworkError: an angle that no ankle has.
    """
    number = isinstance(degrees, (int, float)) and not isinstance(degrees, bool)
    if not number or not RANGE[0] <= degrees <= RANGE[1]:
        raise NetworkError(
            f"an ankle starts between {RANGE[0]:g} degrees (plantarflexion) and {RANGE[1]:g} (dorsiflexion), but it is "
            f"to start at {shown(degrees)}; choose an angle within."
        )
    return {"position": radians(degrees), "free": float(free)}
