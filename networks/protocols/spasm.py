"""A spasm: a brief effort of some muscles of an ankle, and what remains of it."""

from collections.abc import Sequence

from networks.protocols.held import Time, resting, some, together
from sim.spec.protocol import Protocol, Settle, Step


def spasm(
    *,
    muscles: Sequence[str],
    excited: Sequence[str],
    tonic: float,
    pulse: float,
    pulse_duration: Time,
    before: Time,
    after: Time,
    reticulospinal: float = 0.0,
) -> Protocol:
    """A brief excitation at rest, as of an effort that people with an injured cord make, and what remains of it.

    Args:
        muscles: of the ankle, whose motoneurons are inhibited alike throughout.
        excited: muscles that the brief excitation reaches, by their commands.
        tonic: that inhibitory command (A_i).
        pulse: the brief excitatory command (A_e), for `pulse_duration`.
        before, after: how long before and after it.
        reticulospinal: drive of all muscles throughout (A_e).

    Raises:
        ProtocolError: no muscle.
    """
    some("muscles", muscles)
    some("excited", excited)
    first, *others = (Step(f"{m}_command.voluntary", pulse, pulse_duration, name=f"{m}_pulse") for m in excited)
    brief = Settle(before, "before") >> together(first, others) >> Settle(after, "after")
    return resting(muscles, tonic, reticulospinal) + brief
