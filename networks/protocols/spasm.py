"""A spasm: a brief effort of some muscles of an ankle, and what remains of it."""

from collections.abc import Sequence

from networks.protocols.held import Time, reticulospinal_drive
from sim.spec.composed import ProtocolError
from sim.spec.protocol import Hold, Protocol, Settle, Step


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
    for name, given in (("muscles", muscles), ("excited", excited)):
        if not given:
            raise ProtocolError(f"`{name}` names one muscle at least; write {name}=[soleus].")
    steady: Protocol = reticulospinal_drive(reticulospinal)
    for muscle in muscles:
        steady = steady + Hold(f"{muscle}_command.tonic", tonic, name=f"{muscle}_tonic")
    first, *others = (Step(f"{m}_command.voluntary", pulse, pulse_duration, name=f"{m}_pulse") for m in excited)
    brief: Protocol = first
    for other in others:
        brief = brief + other
    return steady + (Settle(before, "before") >> brief >> Settle(after, "after"))
