"""A pulse on a nerve of an ankle some time after other pulses on it, or after a stretch: post-activation depression."""

from networks.protocols.held import Time
from networks.protocols.moved import turn
from networks.protocols.reflexes import nerve_stimulus
from sim.spec.protocol import Course, Protocol, Settle, Step, Train
from sim.units import in_unit, positive


def depressed_reflex(
    *,
    nerve: str,
    intensity: float,
    interval: Time,
    pulses: float,
    degrees: float,
    velocity: float,
    muscle: str,
    voluntary: float,
    tonic: float,
    before: Time,
    after: Time,
) -> Protocol:
    """A test pulse on a nerve some time after other pulses on it, or after the ankle was turned and brought back.

    The design varies `protocol.train.frequency` (1/interval), `protocol.train.duration` (`pulses` intervals),
    `protocol.lead.duration` (`before` less that) and `protocol.rest.duration` (`before` less the way there and the
    interval); `protocol.train.on` and those of `stretch`, `there` and `back` say which of both is done.

    Args:
        nerve, intensity: a stimulator, and every pulse in multiples of the motor threshold.
        interval: from pulse to pulse, and from the end of the dorsiflexion to the test pulse.
        pulses: before the test pulse, as far apart as the interval.
        degrees, velocity: of the dorsiflexion (degrees and degrees per second); the ankle returns as fast, at once.
        muscle: that is looked at; its command is held throughout.
        voluntary, tonic: excitatory and inhibitory command (A_e and A_i).
        before, after: how long before and after the test pulse; at most a second after it.

    Raises:
        ProtocolError: the ankle would never be there, or an intensity that no pulse has.
        UnitError: a value in the wrong unit, no interval, or more than fits before the test pulse.
    """
    whole, gap = in_unit(before, "ms", "before"), positive(interval, "ms", "the interval between pulses")
    takes, far, speed = turn(degrees, velocity)
    test = nerve_stimulus(
        nerve=nerve, intensity=intensity, muscle=muscle, voluntary=voluntary, tonic=tonic, before=before, after=after
    )
    train = Train(f"{nerve}.stimulus", f"{1000 / gap:.9g} Hz", f"{pulses * gap:.9g} ms", intensity, name="train")
    corners = ("0 ms", f"{takes:.9g} ms", f"{2 * takes:.9g} ms")
    angle = Course("ankle.imposed_angle", corners, (0, far, 0), name="stretch")
    moved = Step("ankle.imposed_velocity", speed, f"{takes:.9g} ms", name="there") >> Step(
        "ankle.imposed_velocity", -speed, f"{takes:.9g} ms", name="back"
    )
    return (
        test
        + (Settle(f"{whole - pulses * gap:.9g} ms", "lead") >> train)
        + (Settle(f"{whole - takes - gap:.9g} ms", "rest") >> (angle + moved))
    )
