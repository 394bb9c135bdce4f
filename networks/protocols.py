"""Protocols that several experiments use, named as a physiologist names them."""

from collections.abc import Sequence
from math import pi

from sim.spec.composed import ProtocolError
from sim.spec.protocol import Course, Hold, Protocol, Settle, Step, Train, Trapezoid, Triangle
from sim.units import in_unit, shown

Time = str | float


def triangular_contraction(
    *,
    population: str,
    peak: float,
    up: Time,
    down: Time,
    before: Time,
    after: Time,
    tonic_inhibition: float = 0.0,
    inhibition_slope: float = 0.0,
) -> Protocol:
    """A triangle of excitation, with inhibition that is constant, balanced or push-pull.

    Args:
        peak: excitatory command at the top (A_e of Powers & Heckman 2017).
        up, down: durations of the two flanks.
        before, after: rest before and after.
        tonic_inhibition: inhibitory command throughout (A_i).
        inhibition_slope: change of the inhibitory command at the top of the triangle, which it follows: above zero
            inhibition rises with excitation (balanced), below zero it falls (push-pull).
    """
    excitation = Triangle(f"{population}.excitation", peak, up, down, name="excitation")
    following = Triangle(f"{population}.inhibition", inhibition_slope, up, down, name="inhibition_slope")
    tonic = Hold(f"{population}.inhibition", tonic_inhibition, name="inhibition")
    return tonic + (Settle(before, "before") >> (excitation + following) >> Settle(after, "after"))


def trapezoidal_contraction(
    *,
    population: str,
    peak: float,
    up: Time,
    hold: Time,
    down: Time,
    before: Time,
    after: Time,
    tonic_inhibition: float = 0.0,
    inhibition_slope: float = 0.0,
) -> Protocol:
    """As `triangular_contraction`, with a plateau of duration `hold`."""
    excitation = Trapezoid(f"{population}.excitation", peak, up, hold, down, name="excitation")
    following = Trapezoid(f"{population}.inhibition", inhibition_slope, up, hold, down, name="inhibition_slope")
    tonic = Hold(f"{population}.inhibition", tonic_inhibition, name="inhibition")
    return tonic + (Settle(before, "before") >> (excitation + following) >> Settle(after, "after"))


def shaped_contraction(
    *,
    population: str,
    up: Time,
    hold: Time,
    down: Time,
    before: Time,
    after: Time,
    peak: float,
    shape: float = 0.0,
    tonic: float = 0.0,
    pattern: float = 0.0,
) -> Protocol:
    """A contraction whose flanks may be bent, with inhibition that is constant, balanced or push-pull.

    Each port has a course of eight corners: the beginning, the foot of the rise, half way up, the top, the end of the
    plateau (the top again, of a triangle), half way down, the foot of the fall and the end. A prior gives their levels
    by formulas of the same four numbers (conf/design/drive.yaml).

    Args:
        up, hold, down: durations of rise, plateau and fall.
        before, after: rest before and after.
        peak: excitatory command at the top (A_e).
        shape: bend of the flanks: half way up, excitation is `peak (1 + shape)/2`.
        tonic: lowest inhibitory command (A_i).
        pattern: change of inhibition for each unit of excitation: above zero it rises with excitation (balanced), below
            zero it falls (push-pull).
    """
    durations = [in_unit(x, "s", "a duration of a contraction") for x in (before, up, hold, down, after)]
    rest, rise, plateau, fall, end = durations
    foot = rest + rise + plateau
    times = [0.0, rest, rest + rise / 2, rest + rise, foot, foot + fall / 2, foot + fall, foot + fall + end]
    excitation = [0.0, 0.0, peak * (1 + shape) / 2, peak, peak, peak * (1 + shape) / 2, 0.0, 0.0]
    rested = tonic + max(-pattern, 0.0) * peak
    corners = tuple(f"{t:.9g} ms" for t in times)
    return Course(f"{population}.excitation", corners, tuple(excitation), name="excitation") + Course(
        f"{population}.inhibition", corners, tuple(rested + pattern * x for x in excitation), name="inhibition"
    )


def spasm(
    *,
    population: str,
    background: float,
    tonic_inhibition: float,
    pulse: float,
    pulse_duration: Time,
    before: Time,
    after: Time,
) -> Protocol:
    """A brief excitation on a steady background, as of a touch or a stretch, and what remains of it.

    Args:
        population: the motoneurons.
        background: excitatory command throughout (A_e).
        tonic_inhibition: inhibitory command throughout (A_i).
        pulse: what the brief excitation adds to the background, for `pulse_duration`.
        before, after: how long before and after it.
    """
    steady = Hold(f"{population}.excitation", background, name="background") + Hold(
        f"{population}.inhibition", tonic_inhibition, name="inhibition"
    )
    brief = Step(f"{population}.excitation", pulse, pulse_duration, name="pulse")
    return steady + (Settle(before, "before") >> brief >> Settle(after, "after"))


STRONGEST = 100.0
"""Multiples of the motor threshold: far more than excites every axon."""


def multiple(intensity: object, nerve: str) -> float:
    """The intensity of a pulse, checked.

    Raises:
        ProtocolError: it is no number from 0 to `STRONGEST`.
    """
    if isinstance(intensity, bool) or not isinstance(intensity, (int, float)) or not 0 <= intensity <= STRONGEST:
        raise ProtocolError(
            f"a pulse on {shown(nerve)} has an intensity of 0 to {STRONGEST:g} times the motor threshold, a plain "
            f"number, but it is {shown(intensity)}."
        )
    return float(intensity)


def nerve_stimulus(
    *, nerve: str, intensity: float, muscle: str, voluntary: float, tonic: float, before: Time, after: Time
) -> Protocol:
    """One pulse on a nerve, of a muscle at rest or in a steady contraction.

    Args:
        nerve: a stimulator, for example `posterior_tibial`.
        intensity: in multiples of the motor threshold.
        muscle: that is looked at; its command is held throughout.
        voluntary, tonic: excitatory and inhibitory command (A_e and A_i).
        before, after: how long before and after the pulse; at most a second after it.
    """
    steady = Hold(f"{muscle}_command.voluntary", voluntary, name="voluntary") + Hold(
        f"{muscle}_command.tonic", tonic, name="tonic"
    )
    pulse = Train(f"{nerve}.stimulus", "1 Hz", after, multiple(intensity, nerve), name="stimulus")
    return steady + (Settle(before, "before") >> pulse)


def conditioned_reflex(
    *,
    nerve: str,
    intensity: float,
    conditioning_nerve: str,
    conditioning: float,
    interval: Time,
    muscle: str,
    voluntary: float,
    tonic: float,
    before: Time,
    after: Time,
) -> Protocol:
    """As `nerve_stimulus`, with a pulse on another nerve some time before it.

    Args:
        conditioning_nerve, conditioning: the other stimulator, and its intensity in multiples of its motor threshold.
        interval: from the conditioning to the test pulse; the conditioning pulse comes at `protocol.lead.duration`,
            which is `before - interval`.
    """
    lead = in_unit(before, "ms", "before") - in_unit(interval, "ms", "interval")
    if lead < 0:
        raise ProtocolError(
            f"the conditioning pulse comes {shown(interval)} before the test pulse, but that comes {shown(before)} "
            "after the start; make `before` longer."
        )
    strength = multiple(conditioning, conditioning_nerve)
    other = Train(f"{conditioning_nerve}.stimulus", "1 Hz", after, strength, name="conditioning")
    test = nerve_stimulus(
        nerve=nerve, intensity=intensity, muscle=muscle, voluntary=voluntary, tonic=tonic, before=before, after=after
    )
    return test + (Settle(f"{lead:g} ms", "lead") >> other)


def isometric_contraction(
    *, muscles: Sequence[str], command: float, tonic: float, before: Time, up: Time, hold: Time
) -> Protocol:
    """Voluntary contractions of some muscles: the command rises and is held; a design switches all but one off.

    Args:
        muscles: whose commands, `MUSCLE_command.voluntary`, are driven by elements of the muscle's name.
        command: excitatory command that is reached (A_e).
        tonic: inhibitory command throughout (A_i), of all these muscles.
        before, up, hold: rest, rise and plateau.

    Raises:
        ProtocolError: no muscle.
    """
    if not muscles:
        raise ProtocolError("an isometric contraction has one muscle at least; write muscles=[soleus].")
    together: Protocol | None = None
    for muscle in muscles:
        drive = Settle(before, f"{muscle}_before") >> Trapezoid(
            f"{muscle}_command.voluntary", command, up, hold, "0 s", name=muscle
        )
        own = Hold(f"{muscle}_command.tonic", tonic, name=f"{muscle}_tonic") + drive
        together = own if together is None else together + own
    assert together is not None
    return together


def ramp_and_pulse(
    *, muscle: str, peak: float, up: Time, rest: Time, bias: float, pulse: float, after: Time, tonic: float
) -> Protocol:
    """A command that rises slowly and ends, and later a second of a strong one on a weak one.

    Args:
        muscle: whose command it is.
        peak: excitatory command at the end of the rise (A_e).
        up: how long it rises.
        rest: from there to the weak command, which begins two seconds before the strong one.
        bias, pulse: the weak command, and the strong one.
        after: how long the weak one goes on after it.
        tonic: inhibitory command throughout (A_i).
    """
    rise, still, lasts = (in_unit(x, "ms", name) for x, name in ((up, "up"), (rest, "rest"), (after, "after")))
    begins = rise + still
    corners = (0, rise, rise, begins, begins, begins + 2000, begins + 2000, begins + 3000, begins + 3000)
    levels = (0, peak, 0, 0, bias, bias, pulse, pulse, bias, bias)
    times = tuple(f"{x:g} ms" for x in (*corners, begins + 3000 + lasts))
    command = Course(f"{muscle}_command.voluntary", times, levels, name="command")
    return Hold(f"{muscle}_command.tonic", tonic, name="tonic") + command


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
    """
    lead = in_unit(before, "ms", "before") - in_unit(interval, "ms", "interval")
    end, takes, far = in_unit(after, "ms", "after"), 1000 * degrees / velocity, degrees * pi / 180
    held = Hold(f"{muscle}_command.voluntary", voluntary, name="voluntary") + Hold(
        f"{muscle}_command.tonic", tonic, name="tonic"
    )
    angle = Course("ankle.imposed_angle", ("0 ms", f"{takes:.9g} ms", f"{end:.9g} ms"), (0, far, far), name="stretch")
    speed = Step("ankle.imposed_velocity", velocity * pi / 180, f"{takes:.9g} ms", name="speed")
    pulse = Train(f"{nerve}.stimulus", "1 Hz", "1 ms", conditioning, name="conditioning")
    return held + (Settle(before, "before") >> (angle + speed)) + (Settle(f"{lead:g} ms", "lead") >> pulse)


def tendon_vibration(
    *,
    frequency: str | float,
    muscle: str,
    antagonist: str,
    voluntary: float,
    antagonist_voluntary: float,
    tonic: float,
    before: Time,
    lasts: Time,
    after: Time,
) -> Protocol:
    """The tendon of a muscle is vibrated, of a muscle and its antagonist at rest or in a steady contraction.

    It reaches the primary endings alone (small amplitudes; simplified). Two elements, `own` and `opposite`, vibrate the
    tendon of the muscle and that of its antagonist; the second is off unless a design sets `protocol.opposite.on`.

    Args:
        frequency: of the vibration; 0 is none.
        muscle, antagonist: whose commands are held throughout.
        voluntary, antagonist_voluntary: excitatory commands (A_e) of the two.
        tonic: inhibitory command of both (A_i).
        before, lasts, after: before, during and after the vibration.
    """
    commands = [
        Hold(f"{muscle}_command.voluntary", voluntary, name="voluntary"),
        Hold(f"{antagonist}_command.voluntary", antagonist_voluntary, name="antagonist_voluntary"),
        Hold(f"{muscle}_command.tonic", tonic, name="tonic"),
        Hold(f"{antagonist}_command.tonic", tonic, name="antagonist_tonic"),
    ]
    own = Step(f"{muscle}_ia_ending.vibration", frequency, lasts, name="own")
    opposite = Step(f"{antagonist}_ia_ending.vibration", frequency, lasts, name="opposite", on=0)
    steady = commands[0] + commands[1] + commands[2] + commands[3]
    return steady + (Settle(before, "before") >> (own + opposite) >> Settle(after, "after"))


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
    """
    whole, gap = in_unit(before, "ms", "before"), in_unit(interval, "ms", "interval")
    takes, far, speed = 1000 * degrees / velocity, degrees * pi / 180, velocity * pi / 180
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
