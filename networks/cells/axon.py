"""A node: a place of a myelinated axon where it can be stimulated, and how impulses meet there.

A node fires when an impulse reaches it along the axon or when a pulse is strong enough. Its spike travels to both
neighbours, `above` (towards the cord) and `below` (towards the muscle). For each side it keeps one number, which an
impulse that it sends there lowers by 1 and every spike of that neighbour raises by 1 when it arrives:

    below zero     own impulses that nothing has answered yet
    one            an impulse has arrived that met none of them: the node fires

Impulses that run towards each other on the same stretch annihilate, the foremost first. So each arrival answers one
impulse of the node: it met it on the way, or it is the echo of a neighbour that this impulse fired, which is no impulse
at all. What arrives when nothing is owed is real. An impulse that came from one side is sent to the other side only.
An end that did not fire sends no echo, so what is owed is forgotten after the time there and back.

Threshold current of a pulse of width w (Weiss):  I(w) = rheobase (1 + tau/w).  The port `stimulus` is in multiples of
the threshold current of the most excitable motor axon at this width, and is on for one window (0.5 ms), however
short the pulse; were it held, the axon would fire as often as its refractory period lets it.
"""

from sim.spec.model import Block, Model
from sim.spec.params import Graded, Param
from sim.spec.within import Within

MOTOR_REFRACTORY = (
    "human median nerve, motor axons: half of them recover after 1.03 ms, 5 to 99 % after 0.94 to 1.23 ms (Ingram, "
    "Davis & Swash 1987)"
)
SENSORY_REFRACTORY = (
    "human median and sural nerves, sensory axons: shortest interval that is conducted (Tackmann & Lehmann 1974)"
)
STRENGTH_DURATION = "human median nerve, {} axons, n = 20 (Brain 1996;119:439)"
RHEOBASE = "ReMoto (Cisi & Kohn 2008) configuration: thresholds of {}, here in multiples of 12; as rheobases: chosen"

MOTOR = {
    "rheobase": Graded(1.5, 1.0, 0.0, RHEOBASE.format("motor axons 18 (S) to 12 (FF)")),
    "tau": Param("0.459 ms", STRENGTH_DURATION.format("motor") + "; SD 0.126 ms"),
    "refractory_period": Param("1.03 ms", MOTOR_REFRACTORY),
}
"""Numbers of motor axons in the order of their motoneurons, the thinnest first."""

AT_1_MS = (1 + 0.459) / (1 + 0.665)
"""Rheobase of a sensory axon whose threshold at a pulse of 1 ms is that of a motor axon of rheobase 1."""
IA_AT = "; taken for thresholds at a pulse of 1 ms, the thinnest axon needs most: chosen"

IA = {
    "rheobase": Graded(1.5 * AT_1_MS, 8 / 12 * AT_1_MS, 0.0, RHEOBASE.format("Ia axons 18 to 8") + IA_AT),
    "tau": Param("0.665 ms", STRENGTH_DURATION.format("sensory") + "; SD 0.182 ms"),
    "refractory_period": Param("0.7 ms", SENSORY_REFRACTORY),
}
"""Numbers of Ia axons, the thinnest first."""

AT_BELLY = 1.3
SENSORY_AT_BELLY = {
    "rheobase": Graded(
        AT_BELLY * 1.5 * AT_1_MS,
        AT_BELLY * 8 / 12 * AT_1_MS,
        0.0,
        f"{AT_BELLY:g} times that of the nerve: chosen, so that stimulation over the belly excites motor axons first, "
        "as M waves before H reflexes tell (Bergquist, Clair & Collins 2011, J Appl Physiol 110:627, human triceps "
        "surae: recalled, not read), and some Ia axons by pulses of 1 ms, which leave more torque than those of 0.2",
    )
}
"""Of Ia and Ib axons: over a belly they lie scattered, motor axons close together."""

STRONGEST = 100.0
"""Multiples of the motor threshold that a pulse may have (chosen): far more than excites every axon."""
INTENSITY = Within(
    "stimulus",
    0,
    STRONGEST,
    "the intensity of a pulse",
    f"it is 0 to {STRONGEST:g} times the motor threshold; take one within",
    "times the motor threshold",
)
"""What an electrode may give."""

MOMENT = "2 us: short against every step"


def sends(side: str) -> str:
    """Reset: a spike runs to a side, unless it is there that the impulse came from."""
    return f"{side} = (clip({side}, -inf, 0) - 1)*int({side} < 0.5)"


def felt(side: str, kept: str) -> str:
    """An arrival is felt at the end of the step in which it comes, as 0.75, and at no later one: an impulse that
    comes while the axon is refractory is lost.

    Args:
        kept: what is owed, 0 or below.
    """
    return f"d{side}/dt = ({kept} + 0.75*int({side} > 0.8) - {side})/(0.002*ms) : 1          # {MOMENT}"


def facing(side: str) -> Block:
    """One side of a node, whose neighbour is `conduction_SIDE` away."""
    conduction = f"conduction_{side}"
    return Block(
        felt(side, f"clip({side}, -inf, 0)*int(since < 2*{conduction} + answer)"),
        params={
            conduction: Param("1 ms", "as the delay of the projections that join them: `networks.nerve` gives both"),
            "answer": Param("2 ms", "chosen: what a neighbour needs to fire, beyond the way there and back"),
        },
        initial={side: 0},
    )


END = Block(felt("antidromic", "clip(antidromic, -inf, 0)"), initial={"antidromic": 0})
"""Where an axon begins, in a cell that fires at `antidromic > 0.5` too and has `END_RESET`: impulses that run back into
it add 1 to `antidromic`."""
END_RESET = sends("antidromic")

NODE = Model(
    "node of an axon",
    facing("above")
    + facing("below")
    + Block(
        """
        dsince/dt = 1 : second                                                       # since it fired
        needed = rheobase*(1 + tau/pulse_width)/(1 + tau_motor/pulse_width) : 1      # threshold of this axon
        stimulus : 1                                                 # multiples of the lowest motor threshold
        """,
        params={
            "rheobase": Param(1.0, "in multiples of that of the most excitable motor axon", (0.01, 100)),
            "tau": Param(MOTOR["tau"].value, MOTOR["tau"].source, ("0.01 ms", "10 ms")),
            "tau_motor": Param("0.459 ms", "tau of the axon whose threshold is 1", ("0.01 ms", "10 ms")),
            "pulse_width": Param("1 ms", "chosen: as for H reflexes", ("0.01 ms", "10 ms")),
            "refractory_period": Param("1.03 ms", MOTOR_REFRACTORY, ("0.55 ms", "50 ms")),
        },
        initial={"since": "1 s"},
        within={"stimulus": INTENSITY},
    ),
    # 10 us: shorter than a step, longer than what rounding makes of a sum of steps
    threshold="since > refractory_period - 0.01*ms and (above > 0.5 or below > 0.5 or stimulus >= needed)",
    reset=f"{sends('above')}; {sends('below')}; since = 0*ms",
)
"""Three states. An arriving spike adds 1 to `above` or `below`. Its refractory period is longer than a window, so that
a window holds one spike at most, and a pulse excites it once."""
