"""What descends to an ankle and is held throughout: the command of a muscle, at rest or in a steady contraction."""

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
