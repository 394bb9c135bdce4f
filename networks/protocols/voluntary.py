"""Commands of the muscles of an ankle: steady contractions, and a slow rise with a strong command after it."""

from collections.abc import Sequence

from networks.protocols.held import Time, reticulospinal_drive
from sim.spec.composed import ProtocolError
from sim.spec.protocol import Course, Hold, Protocol, Settle, Trapezoid
from sim.units import in_unit


def isometric_contraction(
    *,
    muscles: Sequence[str],
    command: float,
    tonic: float,
    before: Time,
    up: Time,
    hold: Time,
    reticulospinal: float = 0.0,
) -> Protocol:
    """Voluntary contractions of some muscles: the command rises and is held; a design switches all but one off.

    Args:
        muscles: whose commands, `MUSCLE_command.voluntary`, are driven by elements of the muscle's name.
        command: excitatory command that is reached (A_e).
        tonic: inhibitory command throughout (A_i), of all these muscles.
        before, up, hold: rest, rise and plateau.
        reticulospinal: drive of all muscles of the ankle throughout (A_e).

    Raises:
        ProtocolError: no muscle.
    """
    if not muscles:
        raise ProtocolError("an isometric contraction has one muscle at least; write muscles=[soleus].")
    together: Protocol = reticulospinal_drive(reticulospinal)
    for muscle in muscles:
        drive = Settle(before, f"{muscle}_before") >> Trapezoid(
            f"{muscle}_command.voluntary", command, up, hold, "0 s", name=muscle
        )
        own = Hold(f"{muscle}_command.tonic", tonic, name=f"{muscle}_tonic") + drive
        together = together + own
    return together


def ramp_and_pulse(
    *, muscle: str, peak: float, up: Time, rest: Time, bias: float, pulse: float, after: Time, tonic: float
) -> Protocol:
    """A command that rises slowly and ends, and later a second of a strong one on a weak one.

    Args:
        muscle: whose command it is.
        peak: excitatory command at the end of the rise (A_e).
        up: how long it rises.
        rest: from there to the weak command, which begins two seconds before the strong one.
        bias, pulse: the weak command, and the strong one.
        after: how long the weak one goes on after it.
        tonic: inhibitory command throughout (A_i).
    """
    rise, still, lasts = (in_unit(x, "ms", name) for x, name in ((up, "up"), (rest, "rest"), (after, "after")))
    begins = rise + still
    corners = (0, rise, rise, begins, begins, begins + 2000, begins + 2000, begins + 3000, begins + 3000)
    levels = (0, peak, 0, 0, bias, bias, pulse, pulse, bias, bias)
    times = tuple(f"{x:g} ms" for x in (*corners, begins + 3000 + lasts))
    command = Course(f"{muscle}_command.voluntary", times, levels, name="command")
    return Hold(f"{muscle}_command.tonic", tonic, name="tonic") + command
