"""Coupled cells fire the same spikes in JAX and in Brian2, whatever couples them.

In Brian2 spikes travel through its own Synapses and queues, and `method: same` executes our scheme as its abstract
code: one row for each feature of a network, all through the same claim. With Brian2's own integrators the two share no
numerical code; there spikes approach each other as the step shrinks.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from networks.cells.powers_heckman import REFERENCE
from sim.backends.brian2_backend import Brian2Backend
from sim.design import Design
from sim.engine.integrate import SCHEMES
from sim.results.status import Status
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Course, Hold, Protocol, Settle, Step, Train, Triangle
from sim.spec.record import Record
from sim.spec.trigger import When
from sim.spec.wiring import OneToOne, Random, Table

# mV, uS, nA, 1: a rounding of 1e-16 of a potential in volts is 1e-13 mV, thousands of steps and weighted sums add some
# of them up, and leaky cells forget them; a spike that arrived in another step would be felt as 1e-2.
ROUNDING = 1e-9


def cell(text: str, numbers: dict, rules: dict | None = None, **initial) -> Model:
    params = {name: Param(value, "test") for name, value in numbers.items()}
    return Model("a test", Block(text, params=params, initial=initial), **(rules or {}))


LEAK = {"g": "0.02 uS", "E": "-65 mV", "C": "0.2 nF", "v_thr": "-50 mV", "v_reset": "-68 mV"}
FIRE = {"threshold": "v > v_thr", "reset": "v = v_reset"}
RELAY = cell(  # excited and inhibited by spikes, driven by a current, read as a rate
    """
    dv/dt = (g*(E - v) + g_e*(0*mV - v) + g_i*(-80*mV - v) + I)/C : volt (unless refractory)
    dg_e/dt = -g_e/(3*ms) : siemens
    dg_i/dt = -g_i/(8*ms) : siemens
    dr/dt = -r/(25*ms) : 1
    I : amp
    """,
    LEAK,
    {**FIRE, "reset": "v = v_reset; r += 1", "refractory": "2 ms"},
    v="-65 mV",
)
BARE = cell("dv/dt = (g*(E - v) + I)/C : volt\nI : amp", LEAK, FIRE, v="-65 mV")
WAITING = cell(
    "dv/dt = (g*(E - v) + I)/C : volt (unless refractory)\nI : amp", LEAK, {**FIRE, "refractory": "2 ms"}, v="-65 mV"
)
ADAPTING = cell(  # what a spike adds to it, its own spike adds to it too
    "dv/dt = (g*(E - v) + g_k*(-90*mV - v) + I)/C : volt\ndg_k/dt = -g_k/(30*ms) : siemens\nI : amp",
    LEAK,
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
    LEAK,
    FIRE,
    v="-65 mV",
)


@dataclass(frozen=True)
class Feature:
    """A row of the table; cells that no command drives move because others do."""

    network: Network
    protocol: Protocol
    design: Design = field(default_factory=Design)
    batch: int | None = None
    dt: str = "0.1 ms"
    window: str = "0.5 ms"


DRIVE = Settle("10 ms") >> Step("a.I", "0.8 nA", "150 ms") >> Settle("40 ms")
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
    return Projection(name, source, target, weight=weight, delay=delay, **other)


def two(*projections: Projection, target: Population = B, signals: tuple[Signal, ...] = ()) -> Network:
    return Network((A, target), projections, signals)


TO_MUSCLE = Projection("nerve", "a", "m.a", weight=1, delay="5 ms", wiring=OneToOne())
LISTENED = Network(
    (A, MUSCLES, B),
    (TO_MUSCLE,),
    (Signal("force", "m.force"), Signal("length", "m.l", "mean"), Signal("activity", "a.r", "mean")),
)


def when(do: Protocol, **how) -> Protocol:
    return DRIVE + When("force", do, name="reply", **how)


TAP = Step("b.I", "1.5 nA", "6.2 ms")
FEATURES = {
    "one delay": Feature(two(spikes()), DRIVE),
    "a delay of one window": Feature(two(spikes(delay="0.5 ms")), DRIVE),
    "a delay for each axon": Feature(two(spikes(delay=Graded("0.73 ms", "11.18 ms"))), DRIVE),
    "one cell to one cell": Feature(two(spikes(wiring=OneToOne(), weight="50 nS"), target=replace(B, size=3)), DRIVE),
    "random pairs": Feature(two(spikes(wiring=Random(0.5), weight="30 nS")), DRIVE),
    "a table of pairs": Feature(
        two(spikes(wiring=Table(((1, 0.3, 0, 2), (0.5, 1 / 3, 0, 0), (0, 0, 0.7, 1))), weight="20 nS")), DRIVE
    ),
    "a weight for each target": Feature(two(spikes(weight=Graded("5 nS", "40 nS", 1.0))), DRIVE),
    "two projections onto one state": Feature(
        two(
            spikes(),
            spikes(name="others", weight=BELOW, delay=Graded("2 ms", "4 ms")),
        ),
        DRIVE,
    ),
    "excitation and inhibition": Feature(
        two(spikes(weight="30 nS"), spikes(target="b.g_i", name="others", delay="7 ms")), DRIVE
    ),
    "onto the potential": Feature(two(spikes(target="b.v", weight="6 mV"), target=Population("b", BARE, 2)), DRIVE),
    "onto a potential that waits": Feature(
        two(spikes(target="b.v", weight="16 mV", delay=Graded("1 ms", "3.3 ms")), target=Population("b", WAITING, 2)),
        DRIVE,
    ),
    "onto a state that the reset changes": Feature(
        two(spikes(target="b.g_k", weight="4 nS"), target=Population("b", ADAPTING, 2)),
        DRIVE + Step("b.I", "2 nA", "150 ms", name="other"),
    ),
    "onto itself": Feature(
        Network((A,), (spikes(target="a.g_i", weight="10 nS", delay=Graded("0.7 ms", "3 ms")),)), DRIVE
    ),
    "a loop": Feature(
        two(spikes(), spikes("b", "a.g_i", "10 nS", Graded("1 ms", "6 ms"), "back", wiring=Random(0.7))), DRIVE
    ),
    "a variable onto a port": Feature(two(Projection("rate", "a.r", "b.I", weight="0.2 nA")), DRIVE),
    "a variable onto a port, later": Feature(
        two(Projection("rate", "a.r", "b.I", Graded("0.1 nA", "0.4 nA"), Graded("0.6 ms", "7.3 ms"), Random(0.6))),
        DRIVE,
    ),
    "a variable onto its own port": Feature(
        Network((A,), (Projection("rate", "a.r", "a.I", weight="-0.05 nA", delay="1 ms"),)), DRIVE
    ),
    "a subexpression, through a table": Feature(
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
    "two variables, spikes and a command in one cell": Feature(
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
    "a course with a jump": Feature(
        two(spikes()),
        Course(
            "a.I", ("3 ms", "40.3 ms", "40.3 ms", "90 ms", "160 ms"), ("0.2 nA", "1 nA", "-0.5 nA", "1.2 nA", "0 nA")
        ),
    ),
    "on and off": Feature(
        LISTENED,
        when(TAP, above=1.5, refractory="20 ms") + Hold("b.I", "0.1 nA", name="tonic"),
        design=Design({"protocol.tonic.on": [0, 1]}),
        batch=2,
    ),
    "signals": Feature(LISTENED, DRIVE),
    "a train": Feature(
        two(spikes()), Settle("7.3 ms") >> Train("a.I", "83 Hz", "150 ms", "2 nA", "2.3 ms") >> Settle("20 ms")
    ),
    "two trains on a ramp": Feature(
        two(spikes()),
        Train("a.I", "730 Hz", "100 ms", "0.8 nA", name="fast")
        + Train("a.I", "41.7 Hz", "120 ms", "1 nA", "1 ms")
        + Triangle("a.I", "1 nA", "80 ms", "80 ms", name="ramp"),
    ),
    "above a level": Feature(LISTENED, when(TAP, above=1.5, refractory="20 ms")),
    "below a level": Feature(LISTENED, when(TAP, below=1.5, refractory="20 ms")),
    "after a latency": Feature(LISTENED, when(TAP, above=1.5, latency="7.4 ms", refractory="30 ms")),
    "after a drawn latency": Feature(
        LISTENED, when(TAP, above=1.5, latency="2 ms", spread="13 ms", refractory="20 ms"), design=Design(seeds=3)
    ),
    "at most twice": Feature(LISTENED, when(TAP, above=1.5, at_most=2)),
    "several things at once": Feature(
        replace(LISTENED, projections=(TO_MUSCLE, Projection("stretch", "m.l", "b.I", "0.3 nA"))),
        when(
            Train("a.I", "150 Hz", "25 ms", "2 nA", "1.2 ms", name="burst")
            + (Settle("3 ms") >> Triangle("m.stretch", 2, "4 ms", "9 ms")),
            above=2,
            latency="4 ms",
            refractory="50 ms",
        ),
    ),
    "two triggers": Feature(
        LISTENED,
        when(TAP, above=1.5, refractory="20 ms")
        + When(
            "activity",
            Step("b.I", "0.7 nA", "10 ms", name="push") + Step("a.I", "-1 nA", "5 ms", name="pull"),
            above=1,
            latency="1 ms",
        ),
    ),
    "noise": Feature(
        Network(
            (A, Population("b", NOISY, 3), Population("c", NOISY, 2)),
            (spikes(), spikes("b", "c.g_e", "30 nS", "2 ms", "onwards")),
        ),
        DRIVE,
        design=Design(seeds=2),
    ),
    "samples of a design": Feature(
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


def run(simulate, row: Feature, scheme: str = "staggered", method: str | None = None):
    """The row in JAX, or in Brian2 by some method; every state and course at the start of every window."""
    states = {e.name: None for p in row.network.populations for e in p.model.parsed.states}
    return simulate(
        row.network,
        row.protocol,
        record=Record(tuple(states), row.window, max_rate="1000 Hz"),
        design=row.design,
        batch=row.batch,
        backend=None if method is None else Brian2Backend(method),
        dt=row.dt,
        window=row.window,
        scheme=scheme,
        dtype="float64",
    )


def agree(ours, theirs) -> None:
    """The same spike steps and numbers of actions; states, signals and driven ports alike to rounding."""
    for found in (ours, theirs):
        assert (found.status == Status.DONE).all()
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    for name, x in ours.traces.items():
        tolerance = 0 if name.startswith("actions.") else ROUNDING
        np.testing.assert_allclose(theirs.traces[name], x, rtol=0, atol=tolerance, equal_nan=True, err_msg=name)


def something_happens(row: Feature, found) -> None:
    """Cells fire, triggers act, and every projection moves what it reaches."""
    assert found.counts.sum() > 5
    assert all((x > 0).all() for name, x in found.traces.items() if name.startswith("actions."))
    sizes = [p.size for p in row.network.populations]
    cells = np.split(np.arange(sum(sizes)), np.cumsum(sizes)[:-1])
    for projection in row.network.projections:
        k = [p.name for p in row.network.populations].index(projection.target_population)
        state = projection.into if projection.spiking else row.network.populations[k].model.parsed.states[0].name
        assert np.ptp(found.traces[state][:, cells[k]]) > 0, projection.name


@pytest.mark.parametrize("feature", FEATURES)
def test_back_ends_agree_on_networks(simulate, feature):
    row = FEATURES[feature]
    ours = run(simulate, row)
    something_happens(row, ours)
    agree(ours, run(simulate, row, method="same"))


@pytest.mark.slow
@pytest.mark.parametrize("scheme", [s for s in SCHEMES if s != "staggered"])
@pytest.mark.parametrize("feature", FEATURES)
def test_back_ends_agree_on_networks_in_every_scheme(simulate, feature, scheme):
    row = FEATURES[feature]
    agree(run(simulate, row, scheme), run(simulate, row, scheme, "same"))


# ---- any network

CELLS = {  # model: what may reach its states, what may be read, its port
    "relay": (RELAY, {"g_e": ("5 nS", "20 nS"), "g_i": ("2 nS", "10 nS")}, {"r": "", "v": "/mV"}, "I"),
    "bare": (BARE, {"v": ("-3 mV", "3 mV")}, {"v": "/mV"}, "I"),
    "waiting": (WAITING, {"v": ("1 mV", "9 mV")}, {"v": "/mV"}, "I"),
    "adapting": (ADAPTING, {"g_k": ("-1 nS", "6 nS"), "v": ("1 mV", "3 mV")}, {"g_k": "/uS"}, "I"),
    "noisy": (NOISY, {"g_e": ("2 nS", "10 nS"), "s": ("-0.1 nA", "0.1 nA")}, {"s": "/nA"}, "I"),
    "muscle": (MUSCLE, {"a": (0.2, 1)}, {"force": "", "l": ""}, "stretch"),
}


def random_network(seed: int) -> Feature:
    """Up to three populations of up to six cells, any of them reaching any other in any way, perhaps a trigger."""
    rng = np.random.default_rng(seed)

    def drawn(low: float, high: float, unit: str = "") -> str:
        return f"{float(rng.uniform(low, high)):.4g}{unit}"

    def one_of(options):
        return list(options)[rng.integers(len(options))]

    kinds = {name: one_of(CELLS) for name in "abc"[: rng.integers(1, 4)]}
    kinds["a"] = one_of([k for k in CELLS if k != "muscle"])  # something fires
    populations = [Population(name, CELLS[kind][0], int(rng.integers(1, 7))) for name, kind in kinds.items()]
    size = {p.name: p.size for p in populations}
    projections = []
    for k in range(rng.integers(1, 6)):
        source, target = one_of(kinds), one_of(kinds)
        _, states, _, port = CELLS[kinds[target]]
        n, m = size[source], size[target]
        weights = tuple(tuple(rng.uniform(-0.3, 1, m)) for _ in range(n))
        wiring = one_of([Random(0.6, int(rng.integers(9))), Table(weights), *[OneToOne()] * (n == m)])
        late = Graded(drawn(1, 3, " ms"), drawn(3, 12, " ms")) if rng.random() < 0.6 else drawn(1, 12, " ms")
        if kinds[source] != "muscle" and rng.random() < 0.6:
            into = one_of(states)
            weight = Graded(*states[into]) if rng.random() < 0.5 else one_of(states[into])
            projections.append(Projection(f"p{k}", source, f"{target}.{into}", weight, late, wiring))
        else:
            variable, per = one_of(CELLS[kinds[source]][2].items())
            unit = (" nA" if port == "I" else " 1") + per
            small = {"/mV": 0.002, "/uS": 5}.get(per, 0.1)
            ends = drawn(-small, small, unit), drawn(-small, small, unit)
            projections.append(
                Projection(f"p{k}", f"{source}.{variable}", f"{target}.{port}", Graded(*ends), late, wiring)
            )
    signals, protocol = [], Settle("100 ms")
    for p in populations:
        port, variables = CELLS[kinds[p.name]][3], CELLS[kinds[p.name]][2]
        signals.append(Signal(f"signal_{p.name}", f"{p.name}.{one_of(variables)}", one_of(["sum", "mean"])))
        if port == "I":
            protocol += Settle("5 ms") >> Step(f"{p.name}.I", drawn(0.5, 1, " nA"), drawn(40, 90, " ms"), p.name)
    if rng.random() < 0.7:
        port = CELLS[kinds["a"]][3]
        train = Train(f"a.{port}", drawn(20, 400, " Hz"), drawn(5, 20, " ms"), "0.8 nA", "1 ms", "pulses")
        watched = CELLS[kinds["a"]][2][signals[0].variable]
        level = {"": 0.5, "/mV": "-60 mV", "/uS": "1 nS", "/nA": "0 nA"}[watched]
        latency: dict[str, Any] = {
            "latency": drawn(0, 6, " ms"),
            "spread": drawn(0, 9, " ms"),
            "refractory": drawn(0, 60, " ms"),
        }
        protocol += When("signal_a", train, **{one_of(["above", "below"]): level}, **latency)
    window = one_of(["0.5 ms", "0.3 ms", "1 ms"])
    return Feature(
        Network(tuple(populations), tuple(projections), tuple(signals)),
        protocol,
        Design(seeds=2),
        dt=one_of(["0.1 ms", "0.05 ms"]),
        window=window,
    )


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 15))])
def test_any_network_runs_without_nan_and_alike(simulate, seed):
    row = random_network(seed)
    ours = run(simulate, row)
    assert ours.counts.sum() > 0
    agree(ours, run(simulate, row, method="same"))


# ---- by Brian2's own integrators

LOOP = Feature(
    Network(
        (A, B),
        (
            spikes(delay=Graded("2 ms", "5 ms")),
            spikes("b", "a.g_i", "1 nS", "4 ms", "back"),
            Projection("rate", "a.r", "b.I", "0.05 nA", "3 ms"),
        ),
    ),
    Hold("a.I", "0.8 nA") + Hold("b.I", "0.2 nA") + Settle("100 ms"),
)


def test_exponential_euler_of_brian2_moves_a_loop_as_ours_does(simulate):
    row = replace(LOOP, dt="0.05 ms")
    ours = run(simulate, row, "exponential_euler")
    something_happens(row, ours)
    agree(ours, run(simulate, row, method="exponential_euler"))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["exponential_euler", "rk4"])
def test_the_spikes_of_a_loop_are_those_of_other_integrators_as_the_step_shrinks(simulate, method):
    """A spike, its reset and its arrival fall on whole steps, so that all are of first order in time: halves, at least,
    as the step halves."""
    apart = []
    for dt in ("0.025 ms", "0.0125 ms", "0.00625 ms"):
        row = replace(LOOP, dt=dt)
        ours, theirs = run(simulate, row), run(simulate, row, method=method)
        np.testing.assert_array_equal(ours.counts, theirs.counts)
        apart.append(1000 * np.nanmax(np.abs(ours.times - theirs.times)))  # ms
    coarse, middle, fine = apart
    assert middle < 0.6 * coarse  # 0.6: times are whole steps
    assert fine < 0.6 * middle
    assert fine < 0.2


# ---- one cell for a second

SECOND = Hold("cells.inhibition", 3) + Hold("cells.excitation", 3) + Settle("1 s")  # about 10 pps


@pytest.mark.slow
def test_a_whole_motoneuron_agrees_for_a_second(simulate):
    """A rounding grows on the slow way to a spike to 1e-11 ms of its time, which on its flanks is 1e-9 mV."""
    row = Feature(Network((Population("cells", REFERENCE, 1, {"noise": 0}),)), SECOND, dt="0.05 ms")
    ours, theirs = run(simulate, row), run(simulate, row, method="same")
    spikes = ours.steps[0, 0][ours.steps[0, 0] >= 0] * ours.dt
    assert len(spikes) > 5
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    flank = np.abs(np.arange(2000)[:, None] * 0.5 - spikes).min(axis=1) < 3  # ms
    for name, x in ours.traces.items():
        apart = np.abs(x - theirs.traces[name])
        assert apart[..., ~flank].max() < ROUNDING, name
        assert apart[..., flank].max() < 10 * ROUNDING, name
