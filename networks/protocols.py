"""Protocols that several experiments use, named as a physiologist names them."""

from sim.spec.protocol import Hold, Protocol, Settle, Step, Train, Trapezoid, Triangle
from sim.spec.trigger import When

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


def stimulated_contraction(
    *,
    population: str,
    nerve: str,
    contraction: Protocol,
    frequency: str | float,
    start: Time,
    duration: Time,
    intensity: float = 0.0,
    release: float = 0.0,
) -> Protocol:
    """A contraction while a nerve is stimulated, at another release of ligand; neither happens unless a design says so.

    Args:
        population: that contracts.
        nerve: afferents that are stimulated, for example `tibialis_ia`.
        contraction: of the population.
        frequency, start, duration: of the train of pulses.
        intensity: fraction of the afferents that a pulse recruits.
        release: of ligand, added to its baseline throughout.
    """
    train = Settle(start, "before_stimulus") >> Train(f"{nerve}.stimulus", frequency, duration, intensity, name="nerve")
    return contraction + train + Hold("ligand.release", release, name="release")


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


NEVER = 1e6
"""A level that no signal reaches: a trigger that does not act."""


def interrupted_spasm(
    *,
    spasm: Protocol,
    nerve: str,
    muscle: str,
    wait: Time,
    lasts: Time,
    frequency: str | float,
    burst: Time,
    pause: Time,
    relaxing: Time,
    relaxed: Time,
) -> Protocol:
    """A spasm, and everything that may be done against it; each is nothing unless a design says so.

    The elements, by name: `continuous` (a train throughout), `emg` and `force` (a burst each time that this signal of
    the muscle is above a level), `button` (a person who sees the force above a level presses after 0.3 to 1 s, and
    again), `relaxation` (release of ligand falls along a ramp and stays there).

    Args:
        spasm: the spasm.
        nerve: afferents of the antagonist.
        muscle: whose force and EMG are watched.
        wait: until anything is done.
        lasts: how long stimulation goes on; relaxation has its own durations.
        frequency: of all trains.
        burst: duration of one burst.
        pause: shortest time from one burst to the next possible trigger, the burst included.
        relaxing, relaxed: durations of the ramp of relaxation, and of what follows it.
    """

    def train(duration: Time, name: str) -> Train:
        return Train(f"{nerve}.stimulus", frequency, duration, 1.0, name=name)

    def watched(signal: str, name: str, latency: Time, spread: Time = "0 ms") -> When:
        do = train(burst, f"{name}_burst")
        return When(f"{muscle}_{signal}", do, above=NEVER, latency=latency, spread=spread, refractory=pause, name=name)

    continuous = Train(f"{nerve}.stimulus", frequency, lasts, 0.0, name="continuous")
    closed = (
        watched("emg", "emg", latency="50 ms")
        + watched("force", "force", latency="50 ms")
        + watched("force", "button", latency="300 ms", spread="700 ms")
    )
    calm = Trapezoid("ligand.release", 0.0, relaxing, relaxed, "0 ms", name="relaxation")
    stimulation = (Settle(lasts, "lasts") + continuous + closed) >> Settle(
        "0 s"
    )  # triggers watch for as long as it lasts
    return spasm + (Settle(wait, "wait") >> (stimulation + calm))
