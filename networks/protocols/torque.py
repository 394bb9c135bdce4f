"""What a person is asked for who sees the torque of the ankle: a ramp, a step, or all there is."""

from collections.abc import Sequence

from networks.protocols.held import Time, reticulospinal_drive
from sim.spec.composed import ProtocolError
from sim.spec.protocol import Hold, Protocol, Settle, Trapezoid, Triangle

AT_ONCE = "1 ms"
"""In which a target steps up or down, or a maximal effort begins and ends."""


def torque_task(
    *,
    muscles: Sequence[str],
    tonic: float,
    target: float,
    before: Time,
    up: Time,
    down: Time,
    hold: Time,
    effort: Time,
    after: Time,
    ramp: float = 1,
    step: float = 0,
    maximal: float = 0,
    reticulospinal: float = 0.0,
) -> Protocol:
    """One of three tasks; a design chooses which.

    Args:
        muscles: of the ankle, whose motoneurons are inhibited alike throughout.
        tonic: that inhibitory command (A_i).
        target: at the top of the ramp and of the step, part of the maximal voluntary torque.
        before, after: rest before and after.
        up, down: flanks of the ramp, a triangle.
        hold: how long the step lasts.
        effort: how long the person tries as hard as possible.
        ramp, step, maximal: 1 for the task that is asked for, 0 for the others.
        reticulospinal: drive of all muscles throughout (A_e).

    Raises:
        ProtocolError: no muscle, or more tasks than one.
    """
    if not muscles:
        raise ProtocolError("an ankle has one muscle at least; write muscles=[soleus].")
    if (asked := [name for name, on in (("ramp", ramp), ("step", step), ("maximal", maximal)) if on])[1:]:
        raise ProtocolError(
            f"a person is asked for one task, but here are {' and '.join(asked)}; set all but one to 0."
        )
    together: Protocol = reticulospinal_drive(reticulospinal)
    for muscle in muscles:
        together = together + Hold(f"{muscle}_command.tonic", tonic, name=f"{muscle}_tonic")
    tasks = (
        Triangle("person.target", target, up, down, name="ramp", on=ramp)
        + Trapezoid("person.target", target, AT_ONCE, hold, AT_ONCE, name="step", on=step)
        + Trapezoid("person.maximal", 1, AT_ONCE, effort, AT_ONCE, name="maximal", on=maximal)
    )
    return together + (Settle(before, "before") >> tasks >> Settle(after, "after"))
