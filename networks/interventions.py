"""What may be done beside a protocol, each one element of it: it is added (`+`), and a design switches it on and off.

Each begins at `start` of the whole protocol; its numbers have the path `protocol.NAME...`.
"""

from sim.spec.protocol import Protocol, Settle, Step, Train, Trapezoid
from sim.spec.trigger import When

Time = str | float


def stimulation(
    *,
    nerve: str,
    frequency: str | float,
    start: Time,
    lasts: Time,
    intensity: float = 1.0,
    name: str = "continuous",
    on: float = 1,
) -> Protocol:
    """A nerve is stimulated throughout.

    Args:
        nerve: its afferents in a segment, for example `tibialis_ia`; the stimulator of a nerve of an ankle, for
            example `common_peroneal`.
        frequency: of the pulses.
        intensity: fraction of the afferents that a pulse recruits; of an ankle, in multiples of the motor threshold.
    """
    train = Train(f"{nerve}.stimulus", frequency, lasts, intensity, name=name, on=on)
    return Settle(start, f"{name}_start") >> train


def vibration(
    *, muscle: str, frequency: str | float, start: Time, lasts: Time, name: str = "vibration", on: float = 1
) -> Protocol:
    """The tendon of a muscle of an ankle is vibrated; it reaches the primary endings alone.

    Args:
        muscle: whose tendon it is.
        frequency: of the vibration.
    """
    shaken = Step(f"{muscle}_ia_ending.vibration", frequency, lasts, name=name, on=on)
    return Settle(start, f"{name}_start") >> shaken


def answer(
    *,
    signal: str,
    above: str | float,
    nerve: str,
    frequency: str | float,
    burst: Time,
    pause: Time,
    start: Time,
    lasts: Time,
    latency: Time,
    spread: Time = "0 ms",
    intensity: float = 1.0,
    name: str,
    on: float = 1,
) -> Protocol:
    """A nerve is stimulated for a while each time that a signal is above a level.

    Args:
        signal: that is watched, for example `soleus_emg`, for as long as the answer `lasts`.
        nerve, frequency, intensity: as of `stimulation`.
        burst: duration of one.
        pause: shortest time from one burst to the next possible trigger, the burst included.
        latency, spread: of a device 50 ms, say; a person who sees the signal and presses a button needs 0.3 to 1 s.
    """
    train = Train(f"{nerve}.stimulus", frequency, burst, intensity, name=f"{name}_burst")
    watch = When(signal, train, above=above, latency=latency, spread=spread, refractory=pause, name=name, on=on)
    return Settle(start, f"{name}_start") >> (Settle(lasts, f"{name}_lasts") + watch)


def relaxation(
    *, release: float, relaxing: Time, relaxed: Time, start: Time, name: str = "relaxation", on: float = 1
) -> Protocol:
    """The release of ligand changes along a ramp and stays there; below zero it falls.

    Args:
        release: its change.
        relaxing, relaxed: durations of the ramp, and of what follows it.
    """
    calm = Trapezoid("ligand.release", release, relaxing, relaxed, "0 ms", name=name, on=on)
    return Settle(start, f"{name}_start") >> calm
