"""A spasm: a brief excitation, and what remains of it."""

from networks.protocols.held import Time
from sim.spec.protocol import Hold, Protocol, Settle, Step


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
