"""The command of a muscle of an ankle that is held throughout, at rest or in a steady contraction."""

from sim.spec.protocol import Hold, Protocol

Time = str | float
"""A duration: "10 s"."""


def held(muscle: str, voluntary: float, tonic: float) -> Protocol:
    """Its excitatory and inhibitory command (A_e and A_i), as the elements `voluntary` and `tonic`."""
    return Hold(f"{muscle}_command.voluntary", voluntary, name="voluntary") + Hold(
        f"{muscle}_command.tonic", tonic, name="tonic"
    )
