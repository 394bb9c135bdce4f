"""A pulse on a nerve of an ankle, by itself or some time after one on another nerve."""

from networks.cells.axon import STRONGEST
from networks.protocols.held import Time, held
from sim.spec.composed import ProtocolError
from sim.spec.protocol import Protocol, Settle, Train
from sim.units import in_unit, shown


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
    *,
    nerve: str,
    intensity: float,
    muscle: str,
    voluntary: float,
    tonic: float,
    before: Time,
    after: Time,
    reticulospinal: float = 0.0,
) -> Protocol:
    """One pulse on a nerve, of a muscle at rest or in a steady contraction.

    Args:
        nerve: a stimulator, for example `posterior_tibial`.
        intensity: in multiples of the motor threshold.
        muscle: that is looked at; its command is held throughout.
        voluntary, tonic: excitatory and inhibitory command (A_e and A_i).
        before, after: how long before and after the pulse; at most a second after it.
        reticulospinal: drive of all muscles of the ankle throughout (A_e).
    """
    pulse = Train(f"{nerve}.stimulus", "1 Hz", after, multiple(intensity, nerve), name="stimulus")
    return held(muscle, voluntary, tonic, reticulospinal) + (Settle(before, "before") >> pulse)


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
    reticulospinal: float = 0.0,
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
        nerve=nerve, intensity=intensity, muscle=muscle, voluntary=voluntary, tonic=tonic, before=before, after=after,
        reticulospinal=reticulospinal,
    )  # fmt: skip
    return test + (Settle(f"{lead:g} ms", "lead") >> other)
