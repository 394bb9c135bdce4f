"""What descends to an ankle and is held throughout: the command of a muscle, at rest or in a steady contraction; and of
several muscles at once."""

from collections.abc import Iterable, Sequence

from sim.spec.composed import ProtocolError
from sim.spec.protocol import Hold, Protocol

Time = str | float
"""A duration: "10 s"."""


def held(muscle: str, voluntary: float, tonic: float, reticulospinal: float = 0.0) -> Protocol:
    """The muscle's excitatory and inhibitory command (A_e and A_i), as the elements `voluntary` and `tonic`, and the
    drive of all muscles, as `reticulospinal`."""
    command = Hold(f"{muscle}_command.voluntary", voluntary, name="voluntary") + Hold(
        f"{muscle}_command.tonic", tonic, name="tonic"
    )
    return command + reticulospinal_drive(reticulospinal)


def reticulospinal_drive(level: float) -> Protocol:
    """What reaches all muscles by their shares (A_e), as the element `reticulospinal`; 0 is silence."""
    return Hold("reticulospinal.drive", level, name="reticulospinal")


def resting(muscles: Sequence[str], tonic: float, reticulospinal: float) -> Protocol:
    """The drive of all muscles, and the inhibitory command of these (A_i), as the elements `MUSCLE_tonic`."""
    held = (Hold(f"{muscle}_command.tonic", tonic, name=f"{muscle}_tonic") for muscle in muscles)
    return together(reticulospinal_drive(reticulospinal), held)


def together(first: Protocol, others: Iterable[Protocol]) -> Protocol:
    """All at once."""
    for other in others:
        first = first + other
    return first


def some(name: str, muscles: Sequence[str]) -> None:
    """Refuse none at all.

    Raises:
        ProtocolError: `muscles`, which a protocol calls `name`, is empty.
    """
    if not muscles:
        raise ProtocolError(f"`{name}` names one muscle at least; write {name}=[soleus].")
