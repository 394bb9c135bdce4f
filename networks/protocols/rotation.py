"""The ankle is turned and held, spindles are driven by gamma motoneurons, and then motoneurons are driven slowly.

Two elements drive them, of which a design leaves one: `ramp`, a slow triangle of the potential at which a voltage clamp
holds their somata (`networks.cells.clamped`), and `drive`, a slow triangle of their command.
"""

from collections.abc import Sequence

from networks.protocols.moved import radians_of
from sim.spec.composed import Protocol, ProtocolError
from sim.spec.protocol import Course, Hold, Settle, Step, Triangle
from sim.units import in_unit

Time = str | float


def joint_rotation(
    *,
    muscles: Sequence[str],
    muscle: str,
    degrees: float,
    turning: Time,
    before: Time,
    clamped: str | float,
    drive: float,
    up: Time,
    down: Time,
    after: Time,
    gamma_static: str | float,
    gamma_dynamic: str | float,
    tonic: float,
) -> Protocol:
    """The ankle is turned to an angle; later motoneurons are clamped, or driven, up and down.

    The design varies `protocol.turn.level_1` and `protocol.turn.level_2` (the angle in radian) together with
    `protocol.speed.level` (that over `turning`, radian per second).

    Args:
        muscles: whose spindles have gamma drive, and whose motoneurons the tonic inhibition.
        muscle: whose motoneurons are clamped or driven.
        degrees: from where the ankle starts, dorsiflexion positive.
        turning: how long it turns.
        before: from the start of turning to the triangle.
        clamped: how far the potential rises above the holding potential of the clamp.
        drive: excitatory command at the top (A_e).
        up, down, after: of the triangle, and of rest after it.
        gamma_static, gamma_dynamic: rates throughout.
        tonic: inhibitory command throughout (A_i).

    Raises:
        ProtocolError: no muscle, a triangle that begins while the ankle turns, or farther than an ankle turns.
        UnitError: a value in the wrong unit.
    """
    takes, lead = in_unit(turning, "ms", "turning"), in_unit(before, "ms", "before")
    if not muscles or takes <= 0 or lead < takes:
        raise ProtocolError(
            "a joint rotation has one muscle at least and turns within the time `before` the triangle, but muscles "
            f"are {list(muscles)}, turning takes {takes:g} ms and before is {lead:g} ms."
        )
    whole = lead + sum(in_unit(x, "ms", name) for x, name in ((up, "up"), (down, "down"), (after, "after")))
    far = radians_of(degrees)
    angle = Course("ankle.imposed_angle", ("0 ms", f"{takes:.9g} ms", f"{whole:.9g} ms"), (0, far, far), name="turn")
    speed = Step("ankle.imposed_velocity", 1000 * far / takes, f"{takes:.9g} ms", name="speed")
    triangles = Triangle(f"{muscle}.command", clamped, up, down, name="ramp") + Triangle(
        f"{muscle}_command.voluntary", drive, up, down, name="drive"
    )
    all_of_it: Protocol = angle + speed + (Settle(before, "before") >> triangles >> Settle(after, "after"))
    for name in muscles:
        all_of_it = (
            all_of_it
            + Hold(f"{name}_spindle.gamma_static", gamma_static, name=f"{name}_static")
            + Hold(f"{name}_spindle.gamma_dynamic", gamma_dynamic, name=f"{name}_dynamic")
            + Hold(f"{name}_command.tonic", tonic, name=f"{name}_tonic")
        )
    return all_of_it
