"""An ankle that is moved, and a tendon that is vibrated: what reaches spindles from outside, and a pulse on a nerve."""

from math import pi
from typing import NamedTuple

from networks.cells.joint import RANGE
from networks.protocols.held import Time, held
from networks.protocols.reflexes import multiple
from sim.spec.composed import ProtocolError
from sim.spec.protocol import Course, Hold, Protocol, Settle, Step, Train
from sim.units import in_unit


class Turn(NamedTuple):
    """How the ankle is turned: for so many ms, by so many radians, at so many radians per second."""

    takes: float
    far: float
    speed: float


def radians_of(degrees: float) -> float:
    """How far an ankle is turned, in radians; where it starts, only the network knows (`networks.cells.joint`).

    Raises:
        ProtocolError: farther than from one end of its range to the other.
        UnitError: no plain number.
    """
    far = in_unit(degrees, "", "`degrees` of a movement")
    if abs(far) > RANGE[1] - RANGE[0]:
        raise ProtocolError(
            f"an ankle is to be turned by {far:g} degrees, but it is turned between {RANGE[0]:g} (plantarflexion) and "
            f"{RANGE[1]:g} (dorsiflexion), {RANGE[1] - RANGE[0]:g} in all; turn it less far."
        )
    return far * pi / 180


def turn(degrees: float, velocity: float) -> Turn:
    """An ankle that is turned by some degrees at some degrees per second, dorsiflexion positive.

    Raises:
        ProtocolError: it would never be there, or farther than an ankle turns.
        UnitError: no plain numbers.
    """
    far, speed = in_unit(degrees, "", "`degrees` of a stretch"), in_unit(velocity, "", "`velocity` of a stretch")
    radians = radians_of(degrees)
    if speed == 0 or far / speed < 0:
        raise ProtocolError(
            f"an ankle that is turned by {far:g} degrees at {speed:g} degrees per second is never there; give a "
            "velocity other than 0, of the same sign."
        )
    return Turn(1000 * far / speed, radians, speed * pi / 180)


def stretch(
    *,
    degrees: float,
    velocity: float,
    muscle: str,
    voluntary: float,
    tonic: float,
    nerve: str,
    conditioning: float,
    interval: Time,
    before: Time,
    after: Time,
    reticulospinal: float = 0.0,
) -> Protocol:
    """The ankle is turned at a constant velocity and held there, some time after a pulse on a nerve.

    The design varies `protocol.stretch.time_1` and `protocol.speed.duration` (both `degrees`/velocity) together with
    `protocol.speed.level` (radian per second), and `protocol.lead.duration` (`before - interval`).

    Args:
        degrees: how far the ankle turns, dorsiflexion positive; it must be there within `after`.
        velocity: degrees per second.
        muscle: that is looked at; its command is held throughout.
        voluntary, tonic: excitatory and inhibitory command (A_e and A_i).
        nerve, conditioning: stimulator of the pulse, and its intensity in multiples of the motor threshold; 0 is none.
        interval: from the pulse to the start of the stretch.
        before, after: how long before and after the start of the stretch; at most a second after it.
        reticulospinal: drive of all muscles of the ankle throughout (A_e).

    Raises:
        ProtocolError: the ankle would never be there, or an intensity that no pulse has.
        UnitError: a value in the wrong unit, or an interval that begins before the start.
    """
    lead = in_unit(before, "ms", "before") - in_unit(interval, "ms", "interval")
    end, (takes, far, radians) = in_unit(after, "ms", "after"), turn(degrees, velocity)
    angle = Course("ankle.imposed_angle", ("0 ms", f"{takes:.9g} ms", f"{end:.9g} ms"), (0, far, far), name="stretch")
    speed = Step("ankle.imposed_velocity", radians, f"{takes:.9g} ms", name="speed")
    pulse = Train(f"{nerve}.stimulus", "1 Hz", "1 ms", multiple(conditioning, nerve), name="conditioning")
    turned, stimulated = Settle(before, "before") >> (angle + speed), Settle(f"{lead:g} ms", "lead") >> pulse
    return held(muscle, voluntary, tonic, reticulospinal) + turned + stimulated


def tendon_vibration(
    *,
    frequency: str | float,
    muscle: str,
    antagonist: str,
    voluntary: float,
    antagonist_voluntary: float,
    tonic: float,
    nerve: str,
    intensity: float,
    interval: Time,
    before: Time,
    lasts: Time,
    after: Time,
) -> Protocol:
    """The tendon of a muscle is vibrated, of a muscle and its antagonist at rest or in a steady contraction.

    It reaches the primary endings alone (small amplitudes; simplified). Two elements, `own` and `opposite`, vibrate the
    tendon of the muscle and that of its antagonist; the second is off unless a design sets `protocol.opposite.on`. A
    test pulse comes at `protocol.lead.duration` (`before + interval`), so a longer `protocol.before.duration` moves the
    place of the wave at which it falls.

    Args:
        frequency: of the vibration; 0 is none.
        muscle, antagonist: whose commands are held throughout.
        voluntary, antagonist_voluntary: excitatory commands (A_e) of the two.
        tonic: inhibitory command of both (A_i).
        nerve, intensity: stimulator of the test pulse, and its strength in multiples of the motor threshold; 0 is none.
        interval: from the start of the vibration to the test pulse.
        before, lasts, after: before, during and after the vibration.

    Raises:
        ProtocolError: an intensity that no pulse has.
    """
    lead = in_unit(before, "ms", "before") + in_unit(interval, "ms", "interval")
    pulse = Train(f"{nerve}.stimulus", "1 Hz", "1 ms", multiple(intensity, nerve), name="stimulus")
    commands = [
        Hold(f"{muscle}_command.voluntary", voluntary, name="voluntary"),
        Hold(f"{antagonist}_command.voluntary", antagonist_voluntary, name="antagonist_voluntary"),
        Hold(f"{muscle}_command.tonic", tonic, name="tonic"),
        Hold(f"{antagonist}_command.tonic", tonic, name="antagonist_tonic"),
    ]
    own = Step(f"{muscle}_ia_ending.vibration", frequency, lasts, name="own")
    opposite = Step(f"{antagonist}_ia_ending.vibration", frequency, lasts, name="opposite", on=0)
    steady = commands[0] + commands[1] + commands[2] + commands[3]
    vibrated = Settle(before, "before") >> (own + opposite) >> Settle(after, "after")
    return steady + vibrated + (Settle(f"{lead:g} ms", "lead") >> pulse)
