"""Vibration of tendons with bouts of stimulation of the muscles, and what is left of the torque when both have ended.

As people are tested for torque that sustains itself (Mesquita et al. 2022, J Physiol, doi 10.1113/JP282765): 33 s of
vibration of the Achilles tendon, and during it five bouts of 2 s of stimulation of the triceps surae at 20 Hz.
"""

from collections.abc import Sequence

from networks.protocols.held import Time, resting, some, together
from sim.spec.composed import ProtocolError
from sim.spec.kinds import whole
from sim.spec.protocol import Protocol, Settle, Step, Train, Trapezoid
from sim.units import in_unit, shown

AT_ONCE = "1 ms"
"""In which a maximal effort, or the torque that is wanted, begins and ends."""


def vibration_and_stimulation(
    *,
    muscles: Sequence[str],
    vibrated: Sequence[str],
    tonic: float,
    wanted: float,
    vibration: str | float,
    stimulation: str | float,
    bouts: int,
    bout: Time,
    gap: Time,
    lead: Time,
    lasts: Time,
    before: Time,
    effort: Time,
    setting: Time,
    rest: Time,
    after: Time,
    letting_go: float = 0.0,
    lets_go: Time = "1 s",
    reticulospinal: float = 0.0,
) -> Protocol:
    """A maximal effort; a train in which the intensity is set; vibration with bouts of stimulation; and nothing.

    Args:
        muscles: of the ankle, whose motoneurons are inhibited alike throughout.
        vibrated: muscles whose tendons are vibrated.
        tonic: that inhibitory command (A_i).
        wanted: torque that the stimulation is set to evoke, part of the maximal voluntary torque.
        vibration, stimulation: frequencies.
        bouts, bout, gap: how many bouts, how long each, and from the end of one to the begin of the next.
        lead: from the begin of the vibration to that of the first bout.
        lasts: of the vibration.
        before, effort, rest: before the maximal effort, how long it is, and rest after it and after the setting.
        setting: how long a train is in which the intensity is set.
        after: how long nothing is done in the end.
        letting_go: inhibitory command (A_i) beside `tonic` by which the person lets go after the effort and after the
            setting, for `lets_go`; vibration ends without it.
        reticulospinal: drive of all muscles throughout (A_e).

    Raises:
        ProtocolError: no muscle, or bouts that do not end before the vibration does.
    """
    some("muscles", muscles)
    some("vibrated", vibrated)
    count = whole(bouts)
    if count is None or not 1 <= count <= 100:
        raise ProtocolError(f"there are 1 to 100 bouts of stimulation, but `bouts` is {shown(bouts)}.")
    named = {"lead": lead, "bout": bout, "gap": gap, "lasts": lasts}
    first, each, between, end = (in_unit(x, "ms", what) for what, x in named.items())
    last = first + count * each + (count - 1) * between
    if last > end:
        raise ProtocolError(
            f"the last bout of stimulation ends {last / 1000:g} s after the begin of a vibration of {end / 1000:g} s; "
            "give fewer or shorter bouts, or a longer vibration."
        )
    if letting_go and in_unit(lets_go, "ms", "lets_go") > in_unit(rest, "ms", "rest"):
        raise ProtocolError(
            f"the person lets go for {lets_go}, longer than the rest of {rest}; give a shorter lets_go."
        )
    pulses = Train("experimenter.pulse", stimulation, setting, name="setting")
    until = f"{in_unit(setting, 'ms', 'setting') - 2:g} ms"
    aim = Trapezoid("experimenter.wanted", wanted, AT_ONCE, until, AT_ONCE, name="wanted")
    going = muscles if letting_go else ()
    rests = [
        together(
            Settle(rest, name),
            (Step(f"{m}_command.tonic", letting_go, lets_go, name=f"{m}_lets_go_{name}") for m in going),
        )
        for name in ("rest", "rest_after")
    ]
    stimulated: Protocol = Settle(lead, "lead")
    for k in range(1, count + 1):
        stimulated = stimulated >> Train("experimenter.pulse", stimulation, bout, name=f"bout_{k}")
        if k < count:
            stimulated = stimulated >> Settle(gap, f"gap_{k}")
    stimulated = together(
        stimulated,
        (Step(f"{m}_ia_ending.vibration", vibration, lasts, name=f"{m}_vibration") for m in vibrated),
    )
    return resting(muscles, tonic, reticulospinal) + (
        Settle(before, "before")
        >> Trapezoid("person.maximal", 1, AT_ONCE, effort, AT_ONCE, name="maximal")
        >> rests[0]
        >> (pulses + aim)
        >> rests[1]
        >> stimulated
        >> Settle(after, "after")
    )
