"""One circuit for each thing that may couple cells, and the table of them that two back ends must agree on."""

from dataclasses import replace
from typing import Any

import numpy as np

from networks.cells import afferent, spindle, tendon_organ
from sim.design import Design
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Course, Hold, Protocol, Settle, Step, Train, Triangle
from sim.spec.trigger import When
from sim.spec.wiring import OneToOne, Random, Table
from tests.parity.feature import FIRE, LEAK, Feature, cell

NUMBERS = {**LEAK, "v_thr": "-50 mV", "v_reset": "-68 mV"}
RELAY = cell(  # excited and inhibited by spikes, driven by a current, read as a rate
    """
    dv/dt = (g*(E - v) + g_e*(0*mV - v) + g_i*(-80*mV - v) + I)/C : volt (unless refractory)
    dg_e/dt = -g_e/(3*ms) : siemens
    dg_i/dt = -g_i/(8*ms) : siemens
    dr/dt = -r/(25*ms) : 1
    I : amp
    """,
    NUMBERS,
    {**FIRE, "reset": "v = v_reset; r += 1", "refractory": "2 ms"},
    v="-65 mV",
)
BARE = cell("dv/dt = (g*(E - v) + I)/C : volt\nI : amp", NUMBERS, FIRE, v="-65 mV")
WAITING = cell(
    "dv/dt = (g*(E - v) + I)/C : volt (unless refractory)\nI : amp", NUMBERS, {**FIRE, "refractory": "2 ms"}, v="-65 mV"
)
ADAPTING = cell(  # what a spike adds to it, its own spike adds to it too
    "dv/dt = (g*(E - v) + g_k*(-90*mV - v) + I)/C : volt\ndg_k/dt = -g_k/(30*ms) : siemens\nI : amp",
    NUMBERS,
    {**FIRE, "reset": "v = v_reset; g_k += 5*nS"},
    v="-65 mV",
)
MUSCLE = cell(  # a critically damped twitch
    "da/dt = -a/T : 1\ndf/dt = (exp(1)*a - f)/T : 1\nforce = P*f : 1\nstretch : 1\ndl/dt = (stretch - l)/T : 1",
    {"T": "20 ms", "P": 2},
)
NOISY = cell(
    """
    dv/dt = (g*(E - v) + g_e*(0*mV - v) + s + I)/C + 2*mV*sqrt(2*g/C)*xi_v : volt
    dg_e/dt = -g_e/(3*ms) + 2*nS/sqrt(ms)*xi_g : siemens
    ds/dt = -s/(20*ms) + 0.1*nA*sqrt(2/(20*ms))*xi_s : amp
    I : amp
    """,
    NUMBERS,
    FIRE,
    v="-65 mV",
)


def coupled(network: Network, protocol: Protocol, window: str = "0.5 ms", **how: Any) -> Feature:
    """A row of which all is recorded at the start of every window; undriven cells move because others do."""
    return Feature(network, protocol, window=window, every=window, commands=True, **how)


DRIVE = Settle("10 ms") >> Step("a.I", "0.8 nA", "90 ms") >> Settle("20 ms")
A = Population("a", RELAY, 3, {"C": Graded("0.15 nF", "0.3 nF")})
BELOW = Param("-4 nS", "a test", ("-1 uS", "1 uS"))
B = Population("b", RELAY, 4, {"v_thr": Graded("-56 mV", "-50 mV")})
MUSCLES = Population("m", MUSCLE, 3, {"T": Graded("15 ms", "40 ms"), "P": Graded(1, 4, 1.0)})


def spikes(
    source: str = "a",
    target: str = "b.g_e",
    weight: str | Param | Graded = "15 nS",
    delay: str | Graded = "3 ms",
    name: str = "spikes",
    **other: Any,
) -> Projection:
    """Excitation of `b` by `a`, but for what is changed."""
    return Projection(name, source, target, weight=weight, delay=delay, **other)


def two(*projections: Projection, target: Population = B, signals: tuple[Signal, ...] = ()) -> Network:
    """`a` and a target, joined as is said."""
    return Network((A, target), projections, signals)


RESTING = cell(  # what its spikes bring is used up by them: half of it at once, and an ever smaller part of it
    """
    dv/dt = (g*(E - v) + I)/C : volt (unless refractory)
    dleft/dt = (1 - left)/(70*ms) : 1
    dr/dt = -r/(25*ms) : 1
    rested = 1.4/(1 + 0.6*r) : 1
    I : amp
    """,
    NUMBERS,
    {**FIRE, "reset": "v = v_reset; left -= 0.5*left; r += 1", "refractory": "2 ms"},
    v="-65 mV",
    left=1,
)


def depressed(*projections: Projection) -> Network:
    """A source whose spikes bring less the faster it fires, and a target."""
    return Network((replace(A, model=RESTING), replace(B, size=3)), projections)


TO_MUSCLE = Projection("nerve", "a", "m.a", weight=1, delay="5 ms", wiring=OneToOne())
LISTENED = Network(
    (A, MUSCLES, B),
    (TO_MUSCLE,),
    (Signal("force", "m.force"), Signal("length", "m.l", "mean"), Signal("activity", "a.r", "mean")),
)


def when(do: Protocol, **how) -> Protocol:
    """The drive, and something done in answer to the force."""
    return DRIVE + When("force", do, name="reply", **how)


TAP = Step("b.I", "1.5 nA", "6.2 ms")
SPINDLE = Network(
    (
        Population("spindle", spindle.SPINDLE, 1),
        Population("organs", tendon_organ.TENDON_ORGAN, 1, {"G_2": "4e-6 N"}),
        Population("ia", afferent.ENDING, 4, {**afferent.IA, "conduction": "3 ms"}),
        Population("ib", afferent.ENDING, 2, afferent.IB),
        Population("node", afferent.FIBRE, 4, {"stimulus_threshold": Graded(0, 0.75)}),
    ),
    (
        Projection("primary", "spindle.ia_rate", "ia.rate"),
        Projection("stretch", "spindle.stretch", "ia.stretch"),
        Projection("force", "organs.ib_rate", "ib.rate"),
        Projection("up", "node", "ia.antidromic", delay="3 ms", wiring=OneToOne()),
    ),
)
MOVEMENT = (
    Course("spindle.length", ("0 ms", "20 ms", "60 ms", "140 ms", "140 ms", "180 ms"), (1, 1, 1.06, 1.06, 0.98, 0.98))
    + Hold("spindle.gamma_dynamic", "60 Hz")
    + Hold("organs.force", "6e-6 N")
    + (Settle("70 ms") >> Step("ia.vibration", "110 Hz", "60 ms"))
    + (Settle("30 ms") >> Train("node.stimulus", "60 Hz", "30 ms", 0.6, "0.5 ms"))
)
FEATURES = {
    "a spindle, tendon organs and their endings": coupled(SPINDLE, MOVEMENT),
    "one delay": coupled(two(spikes()), DRIVE),
    "a delay of one window": coupled(two(spikes(delay="0.5 ms")), DRIVE),
    "a delay for each axon": coupled(two(spikes(delay=Graded("0.73 ms", "11.18 ms"))), DRIVE),
    "one cell to one cell": coupled(two(spikes(wiring=OneToOne(), weight="50 nS"), target=replace(B, size=3)), DRIVE),
    "random pairs": coupled(two(spikes(wiring=Random(0.5), weight="30 nS")), DRIVE),
    "a table of pairs": coupled(
        two(spikes(wiring=Table(((1, 0.3, 0, 2), (0.5, 1 / 3, 0, 0), (0, 0, 0.7, 1))), weight="20 nS")), DRIVE
    ),
    "a weight for each target": coupled(two(spikes(weight=Graded("5 nS", "40 nS", 1.0))), DRIVE),
    "two projections onto one state": coupled(
        two(
            spikes(),
            spikes(name="others", weight=BELOW, delay=Graded("2 ms", "4 ms")),
        ),
        DRIVE,
    ),
    "excitation and inhibition": coupled(
        two(spikes(weight="30 nS"), spikes(target="b.g_i", name="others", delay="7 ms")), DRIVE
    ),
    "onto the potential": coupled(two(spikes(target="b.v", weight="6 mV"), target=Population("b", BARE, 2)), DRIVE),
    "onto a potential that waits": coupled(
        two(spikes(target="b.v", weight="16 mV", delay=Graded("1 ms", "3.3 ms")), target=Population("b", WAITING, 2)),
        DRIVE,
    ),
    "onto a state that the reset changes": coupled(
        two(spikes(target="b.g_k", weight="4 nS"), target=Population("b", ADAPTING, 2)),
        DRIVE + Step("b.I", "2 nA", "150 ms", name="other"),
    ),
    "onto itself": coupled(
        Network((A,), (spikes(target="a.g_i", weight="10 nS", delay=Graded("0.7 ms", "3 ms")),)), DRIVE
    ),
    "a loop": coupled(
        two(spikes(), spikes("b", "a.g_i", "10 nS", Graded("1 ms", "6 ms"), "back", wiring=Random(0.7))), DRIVE
    ),
    "a variable onto a port": coupled(two(Projection("rate", "a.r", "b.I", weight="0.2 nA")), DRIVE),
    "a variable onto a port, later": coupled(
        two(Projection("rate", "a.r", "b.I", Graded("0.1 nA", "0.4 nA"), Graded("0.6 ms", "7.3 ms"), Random(0.6))),
        DRIVE,
    ),
    "a variable onto its own port": coupled(
        Network((A,), (Projection("rate", "a.r", "a.I", weight="-0.05 nA", delay="1 ms"),)), DRIVE
    ),
    "a subexpression, through a table": coupled(
        replace(
            LISTENED,
            projections=(
                TO_MUSCLE,
                Projection(
                    "gauge",
                    "m.force",
                    "b.I",
                    "0.3 nA",
                    wiring=Table(((1, 0.3, 0, -1), (0.5, 1 / 3, 0, 2), (0, 0, 0.7, 1))),
                ),
            ),
        ),
        DRIVE,
    ),
    "two variables, spikes and a command in one cell": coupled(
        replace(
            LISTENED,
            projections=(
                TO_MUSCLE,
                spikes(),
                Projection("rate", "a.r", "b.I", "0.1 nA", "2 ms"),
                Projection("gauge", "m.force", "b.I", "0.1 nA", "1 ms"),
            ),
        ),
        DRIVE + Triangle("b.I", "0.5 nA", "60 ms", "90 ms"),
    ),
    "a gain": coupled(depressed(spikes(weight="40 nS", gain="rested")), DRIVE),
    "a gain, with spikes on their way": coupled(
        depressed(spikes(weight="40 nS", delay=Graded("0.73 ms", "31.2 ms"), gain="left")),
        DRIVE,
        design=Design(seeds=2),
    ),
    "two gains of one cell, one of them through two projections": coupled(
        depressed(
            spikes(weight="30 nS", gain="left", wiring=OneToOne()),
            spikes(name="others", weight="40 nS", delay="12 ms", gain="rested"),
            spikes(name="late", weight="30 nS", delay="23 ms", gain="left", wiring=Table(((1, 0.25, -0.5),) * 3)),
            spikes(name="plain", weight="2 nS"),
        ),
        DRIVE,
    ),
    "a course with a jump": coupled(
        two(spikes()),
        Course(
            "a.I", ("3 ms", "40.3 ms", "40.3 ms", "90 ms", "160 ms"), ("0.2 nA", "1 nA", "-0.5 nA", "1.2 nA", "0 nA")
        ),
    ),
    "on and off": coupled(
        LISTENED,
        when(TAP, above=1.5, refractory="20 ms") + Hold("b.I", "0.1 nA", name="tonic"),
        design=Design({"protocol.tonic.on": [0, 1]}),
        batch=2,
    ),
    "signals": coupled(LISTENED, DRIVE),
    "a train": coupled(
        two(spikes()), Settle("7.3 ms") >> Train("a.I", "83 Hz", "150 ms", "2 nA", "2.3 ms") >> Settle("20 ms")
    ),
    "two trains on a ramp": coupled(
        two(spikes()),
        Train("a.I", "730 Hz", "100 ms", "0.8 nA", name="fast")
        + Train("a.I", "41.7 Hz", "120 ms", "1 nA", "1 ms")
        + Triangle("a.I", "1 nA", "80 ms", "80 ms", name="ramp"),
    ),
    "above a level": coupled(LISTENED, when(TAP, above=1.5, refractory="20 ms")),
    "below a level": coupled(LISTENED, when(TAP, below=1.5, refractory="20 ms")),
    "after a latency": coupled(LISTENED, when(TAP, above=1.5, latency="7.4 ms", refractory="30 ms")),
    "after a drawn latency": coupled(
        LISTENED, when(TAP, above=1.5, latency="2 ms", spread="13 ms", refractory="20 ms"), design=Design(seeds=3)
    ),
    "at most twice": coupled(LISTENED, when(TAP, above=1.5, at_most=2)),
    "several things at once": coupled(
        replace(LISTENED, projections=(TO_MUSCLE, Projection("stretch", "m.l", "b.I", "0.3 nA"))),
        when(
            Train("a.I", "150 Hz", "25 ms", "2 nA", "1.2 ms", name="burst")
            + (Settle("3 ms") >> Triangle("m.stretch", 2, "4 ms", "9 ms")),
            above=2,
            latency="4 ms",
            refractory="50 ms",
        ),
    ),
    "two triggers": coupled(
        LISTENED,
        when(TAP, above=1.5, refractory="20 ms")
        + When(
            "activity",
            Step("b.I", "0.7 nA", "10 ms", name="push") + Step("a.I", "-1 nA", "5 ms", name="pull"),
            above=1,
            latency="1 ms",
        ),
    ),
    "noise": coupled(
        Network(
            (A, Population("b", NOISY, 3), Population("c", NOISY, 2)),
            (spikes(), spikes("b", "c.g_e", "30 nS", "2 ms", "onwards")),
        ),
        DRIVE,
        design=Design(seeds=2),
    ),
    "samples of a design": coupled(
        replace(LISTENED, projections=(TO_MUSCLE, spikes(delay=Graded("2 ms", "4 ms")))),
        when(TAP, above=1.5, refractory="20 ms"),
        design=Design(
            {
                "network.spikes.weight": ["10 nS", "20 nS"],
                "network.spikes.delay.high": ["3 ms", "9 ms"],
                "protocol.reply.above": [1, 3],
            }
        ),
        batch=5,
    ),
}


def something_happens(row: Feature, found) -> None:
    """Cells fire, triggers act, and every projection moves what it reaches."""
    assert found.counts.sum() > 5
    assert all((x > 0).all() for name, x in found.traces.items() if name.startswith("actions."))
    network = row.populations()
    sizes = [p.size for p in network.populations]
    cells = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    for projection in network.projections:
        k = [p.name for p in network.populations].index(projection.target_population)
        state = projection.into if projection.spiking else network.populations[k].model.parsed.states[0].name
        assert np.ptp(found.traces[state][:, cells[k]]) > 0, projection.name
