"""Contractions of a pool: triangle, trapezoid, bent flanks; inhibition is constant, balanced or push-pull. And a brief
excitation."""

from networks.protocols.held import Time
from sim.spec.protocol import Course, Hold, Protocol, Settle, Step, Trapezoid, Triangle
from sim.units import in_unit


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


def brief_excitation(
    *,
    population: str,
    background: float,
    tonic_inhibition: float,
    pulse: float,
    pulse_duration: Time,
    before: Time,
    after: Time,
) -> Protocol:
    """A brief excitation of a pool on a steady background, and what remains of it.

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
