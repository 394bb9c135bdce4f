"""What a person is asked for who sees the torque of the ankle: all there is, and after a rest a ramp or a step."""

from collections.abc import Sequence

from networks.protocols.held import Time, resting
from sim.spec.composed import ProtocolError
from sim.spec.protocol import Protocol, Settle, Trapezoid, Triangle

AT_ONCE = "1 ms"
"""In which a target steps up or down, or a maximal effort begins and ends."""


def torque_task(
    *,
    muscles: Sequence[str],
    tonic: float,
    target: float,
    before: Time,
    effort: Time,
    rest: Time,
    up: Time,
    down: Time,
    hold: Time,
    after: Time,
    maximal: float = 1,
    ramp: float = 1,
    step: float = 0,
    reticulospinal: float = 0.0,
) -> Protocol:
    """A maximal effort, from which the person reads the maximal voluntary torque; then a ramp or a step.

    Args:
        muscles: of the ankle, whose motoneurons are inhibited alike throughout.
        tonic: that inhibitory command (A_i).
        target: at the top of the ramp and of the step, part of the maximal voluntary torque.
        before, after: rest before and after.
        effort: how long the person tries as hard as possible.
        rest: from then to the task.
        up, down: flanks of the ramp, a triangle.
        hold: how long the step lasts.
        maximal: 1, or 0 for a person who is not asked for a maximal effort and goes by what is known.
        ramp, step: 1 for the task that is asked for, 0 for the other; neither, for the maximal effort alone.
        reticulospinal: drive of all muscles throughout (A_e).

    Raises:
        ProtocolError: no muscle, or both tasks.
    """
    if not muscles:
        raise ProtocolError("an ankle has one muscle at least; write muscles=[soleus].")
    if ramp and step:
        raise ProtocolError("a person is asked for a ramp or a step, but here for both; set one of them to 0.")
    measured = Trapezoid("person.maximal", 1, AT_ONCE, effort, AT_ONCE, name="maximal", on=maximal)
    tasks = Triangle("person.target", target, up, down, name="ramp", on=ramp) + Trapezoid(
        "person.target", target, AT_ONCE, hold, AT_ONCE, name="step", on=step
    )
    asked = Settle(before, "before") >> measured >> Settle(rest, "rest") >> tasks >> Settle(after, "after")
    return resting(muscles, tonic, reticulospinal) + asked
