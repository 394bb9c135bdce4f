"""A spike arrives in the step that its delay says, with its exact weight; what cannot be connected is refused."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.design import Design
from sim.results.status import Status
from sim.spec.model import Block, Model
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Settle
from sim.spec.record import Record
from sim.spec.wiring import All, Convergent, OneToOne, Random, Table, WiringError
from sim.units import UnitError


def cell(text: str, numbers: dict | None = None, initial: dict | None = None, **rules: str) -> Model:
    params = {name: Param(value, "Table 1") for name, value in (numbers or {}).items()}
    return Model("a test", Block(text, params=params, initial=initial or {}), **rules)


CLOCK = cell("dx/dt = 1/T : 1", {"T": "7 ms"}, threshold="x > 1", reset="x = 0")
ONCE = cell("dx/dt = 1/T : 1", {"T": "3.1 ms"}, threshold="x > 1", reset="x = -1e6")
STORE = cell("dg/dt = 0*g/ms : 1")  # adds up what arrives and keeps it
LEAKY = cell("dg/dt = -g/tau : 1", {"tau": "5 ms"})
ECHO = cell("dg/dt = 0*g/ms : 1", threshold="g > 0", reset="g = 0")  # fires at the end of the step of an arrival
FOLLOWER = cell("dy/dt = (u - y)/tau : 1\nu : 1", {"tau": "0.1 ms"})

DT, WINDOW, END = 0.05, 0.5, 30.0  # ms
SPIKES = Record(commands=False, max_rate="1 kHz")
EVERY_WINDOW = Record(("g",), f"{WINDOW} ms", commands=False)
CLOCKS = Population("source", CLOCK, 7, {"T": Graded("3.13 ms", "7.77 ms")})


def nerve(source: Population, model: Model, size: int = 7, **how) -> Network:
    """A source to a target by a projection called `nerve`."""
    how = {"weight": 1, "delay": "2 ms", "wiring": OneToOne(), **how}
    return Network((source, Population("target", model, size)), (Projection("nerve", "source", "target.g", **how),))


# ---- when it arrives


def every_echo_comes_after(delay: Any, steps: np.ndarray) -> None:
    """Each cell of the target fires in the step that starts when the spike arrives; `delay` in steps, (7,)."""
    for sent, late, echo in zip(steps[:7], np.broadcast_to(delay, 7), steps[7:], strict=True):
        expected = sent[sent >= 0] + late + 1  # spikes are counted at the end of their step
        expected = expected[expected <= round(END / DT)]
        assert len(expected) > 1
        np.testing.assert_array_equal(echo[echo >= 0], expected)


def test_a_spike_arrives_after_its_delay_to_the_step(simulate):
    delays = np.arange(10, 51)  # from one window to five, through every step of a window
    design = Design({"network.nerve.delay": [f"{k * DT:.2f} ms" for k in delays]})
    found = simulate(nerve(CLOCKS, ECHO), Settle(f"{END} ms"), design=design, record=SPIKES)
    for delay, steps in zip(delays, found.steps, strict=True):
        every_echo_comes_after(delay, steps)


@pytest.fixture(scope="module")
def axons(prepare):
    """Seven axons whose delays are set sample by sample; nothing is compiled anew."""
    lengths = Design({"network.nerve.delay.low": ["0.5 ms"], "network.nerve.delay.high": ["9 ms"]})
    network = nerve(CLOCKS, ECHO, delay=Graded("0.5 ms", "9 ms"))
    return prepare(network, Settle(f"{END} ms"), design=lengths, record=SPIKES, batch=1)


@settings(max_examples=25)
@given(low=st.floats(0.5, 9), high=st.floats(0.5, 9))
def test_each_axon_has_its_own_delay_rounded_to_steps(axons, low, high):
    ends = {"network.nerve.delay.low": low, "network.nerve.delay.high": high}
    axons.design = axons.design.assign_coords({path: ("sample", [x]) for path, x in ends.items()})
    slab = axons.run(slice(0, 1))
    assert slab.status == Status.DONE
    every_echo_comes_after(np.rint(np.linspace(low, high, 7) / DT).astype(int), slab.arrays["spike_step"][0])


@pytest.mark.parametrize("delay", [1.0, 1.35, 2.2])
def test_an_arrival_is_a_jump_by_the_weight(simulate, delay):
    network = nerve(Population("source", ONCE, 1), LEAKY, 1, weight=0.7, delay=f"{delay} ms")
    found = simulate(network, Settle("8 ms"), record=EVERY_WINDOW, dtype="float64")
    arrival = found.steps[0, 0, 0] * DT + delay
    t = np.arange(16) * WINDOW
    since = t - arrival
    expected = np.where(since > DT / 2, 0.7 * np.exp(-since / 5), 0)  # a record sees the state before what arrives then
    np.testing.assert_allclose(found.traces["g"][0, 1], expected, rtol=0, atol=1e-12)  # rounding


def test_a_record_and_a_signal_see_a_state_before_the_spikes_that_arrive_then(simulate):
    network = nerve(Population("source", ONCE, 1), STORE, 1, delay="0.85 ms")
    network = Network(network.populations, network.projections, (Signal("heard", "target.g"),))
    found = simulate(network, Settle("8 ms"), record=Record(("g",), f"{WINDOW} ms"))
    arrival = found.steps[0, 0, 0] * DT + 0.85
    assert arrival == pytest.approx(4)  # a border of windows
    expected = np.arange(16) * WINDOW > 4
    np.testing.assert_array_equal(found.traces["g"][0, 1], expected)
    np.testing.assert_array_equal(found.traces["heard"][0], expected)


def test_a_graded_projection_comes_windows_later(simulate):
    clock = Population("source", cell("dx/dt = 1/ms : 1"), 3)
    delays = [0, 0.7, 0.8, 4.5]
    design = Design({"network.line.delay": [f"{x} ms" for x in delays]})
    network = Network(
        (clock, Population("target", cell("dy/dt = 1e3/ms*(u - y) : 1\nu : 1"), 3)),
        (Projection("line", "source.x", "target.u", weight=2, delay="1 ms", wiring=OneToOne()),),
    )
    record = Record(("y",), f"{WINDOW} ms")
    found = simulate(
        network, Settle("8 ms"), design=design, record=record, dtype="float64", scheme="exponential_euler"
    )  # `staggered` has x half a step earlier
    window = np.arange(16)
    for delay, y in zip((0, 1, 2, 9), found.traces["y"], strict=True):
        expected = 2 * WINDOW * np.maximum(window - 1 - delay, 0)  # y is where the port was in the window before
        np.testing.assert_allclose(y[3], np.where(window > 0, expected, 0), rtol=0, atol=1e-9)  # rounding


# ---- how much arrives


@pytest.mark.parametrize("sources", [1, 40, 300])
def test_the_weights_of_spikes_that_arrive_together_add_exactly(simulate, sources):
    table = Table(tuple(map(tuple, np.random.default_rng(sources).uniform(-1, 3, (sources, 5)))))
    network = nerve(Population("source", ONCE, sources), STORE, 5, weight=0.3, wiring=table)
    found = simulate(network, Settle("8 ms"), record=EVERY_WINDOW).traces["g"][0, sources:, -1]
    total = np.rint(np.array(table.rows) * 2**12).sum(axis=0) / 2**12
    np.testing.assert_array_equal(found, np.float32(0.3) * total.astype(np.float32))


def test_a_design_varies_weight_and_delay_by_path(simulate):
    network = nerve(Population("source", ONCE, 2), STORE, 2, weight=Graded(1, 2), delay=Graded("1 ms", "2 ms"))
    design = Design(
        {
            "network.nerve.weight.low": [1, 3],
            "network.nerve.weight.high": [5],
            "network.nerve.delay.high": ["1.5 ms", "3.5 ms"],
        }
    )
    found = simulate(network, Settle("8 ms"), design=design, record=EVERY_WINDOW).traces["g"][:, 2:]
    np.testing.assert_array_equal(found[..., -1], [[1, 5], [1, 5], [3, 5], [3, 5]])
    began = (found > 0).argmax(-1) * WINDOW  # the spike at 3.15 ms + its delay, at the next border
    np.testing.assert_array_equal(began, [[4.5, 5], [4.5, 7], [4.5, 5], [4.5, 7]])


def test_a_uniform_weight_and_delay_have_paths_of_their_own():
    assert {"network.nerve.weight", "network.nerve.delay"} <= set(nerve(CLOCKS, ECHO).leaves())


@pytest.mark.parametrize(("wiring", "pairs"), [(All(), np.ones((7, 7))), (OneToOne(), np.eye(7))])
def test_a_wiring_reaches_whom_it_says(simulate, wiring, pairs):
    once = Population("source", ONCE, 7, {"T": Graded("2 ms", "14 ms")})  # one after the other
    found = simulate(nerve(once, STORE, wiring=wiring), Settle("20 ms"), record=EVERY_WINDOW)
    border = np.ceil((found.steps[:, :7, 0] * DT + 2 + DT / 2) / WINDOW).astype(int)[0]
    rises = np.diff(found.traces["g"][0, 7:], prepend=0).T  # (time, target)
    np.testing.assert_array_equal(rises[border], pairs)
    assert rises.sum() == pairs.sum()


def test_a_random_wiring_connects_about_as_many_as_asked_and_others_by_another_name_or_seed():
    tables = [Random(0.3).table(100, 80, "a"), Random(0.3).table(100, 80, "b"), Random(0.3, 1).table(100, 80, "a")]
    for table in tables:
        assert table.mean() == pytest.approx(0.3, abs=4 * (0.3 * 0.7 / 8000) ** 0.5)  # four standard errors
    assert not np.array_equal(tables[0], tables[1])
    assert not np.array_equal(tables[0], tables[2])
    np.testing.assert_array_equal(tables[0], Random(0.3).table(100, 80, "a"))
    assert not Random(0).table(9, 9, "a").any()
    assert Random(1).table(9, 9, "a").all()


@pytest.mark.parametrize(("how", "expected"), [("sum", 21), ("mean", 3)])
def test_a_signal_is_the_sum_or_the_mean_of_a_variable(simulate, how, expected):
    still = Population("source", cell("dx/dt = 0*x/ms : 1\ny = x + a : 1", {"a": 3}), 7, {"a": Graded(0, 6)})
    found = simulate(
        Network((still,), signals=(Signal("heard", "source.y", how),)), Settle("3 ms"), record=Record(every="1 ms")
    )
    np.testing.assert_allclose(found.traces["heard"], [[expected] * 3], rtol=0, atol=1e-6)  # a rounding of 3, float32


# ---- what a paper prints


def test_a_network_describes_its_populations_and_projections_with_numbers_and_sources():
    projection = Projection(
        "nerve",
        "source",
        "target.g",
        Param(0.5, "Eccles 1957"),
        Graded("2 ms", "4 ms", source="Hursh 1939"),
        Random(0.2),
    )
    network = Network((CLOCKS, Population("target", LEAKY, 1)), (projection,), (Signal("heard", "target.g", "mean"),))
    said = str(network.describe())
    for line in (
        ["source: 7 cells of a test"],
        ["T", "3.13", "7.77", "ms"],
        ["target: 1 cell of a test"],
        ["tau", "5", "ms", "Table 1"],
        ["nerve", "source", "target.g", "Random", "0.2", "0.5", "2 ms to 4 ms"],
        ["nerve", "weight", "0.5", "Eccles 1957"],
        ["nerve", "delay", "2", "4", "ms", "Hursh 1939"],
        ["heard", "mean", "target.g"],
    ):
        assert any(all(piece in found for piece in line) for found in said.splitlines()), line


# ---- what cannot be

NEURON = cell(
    "dv/dt = (g*(E - v) + I)/C : volt\ndg/dt = -g/tau : siemens\nr = g*(E - v) : amp\nnow = I*2 : amp\nI : amp",
    {"E": "-65 mV", "C": "1 nF", "tau": "5 ms"},
    {"v": "-65 mV"},
    threshold="v > -50*mV",
)
PAIR = (Population("a", NEURON, 3), Population("b", NEURON, 2), Population("m", FOLLOWER, 3))


def joined(source: Any = "a", target: str = "b.g", weight: Any = "1 nS", delay: Any = "2 ms", **how: Any):
    return lambda: Network(PAIR, (Projection(how.pop("name", "ab"), source, target, weight, delay, **how),))


def heard(*signals: tuple[str, ...]):
    return lambda: Network(PAIR, signals=tuple(Signal(*s) for s in signals))


SPIKE = Projection("ab", "a", "b.g", "1 nS", "2 ms")
REFUSED = {  # what is asked: (how, the error, what the sentence quotes)
    "an unknown source": (joined("aa"), NetworkError, ["'ab'", "population 'aa'", "'a'"]),
    "an unknown target": (joined(target="c.g"), NetworkError, ["'ab'", "population 'c'", "not there"]),
    "a target without a state": (joined(target="b"), NetworkError, ["'ab'", "no state", "g, v"]),
    "an unknown state": (joined(target="b.gg"), NetworkError, ["'ab'", "'gg'", "no state", "'g'"]),
    "spikes onto a port": (joined(target="b.I"), NetworkError, ["'ab'", "'I'", "a port takes a graded projection"]),
    "a variable onto a state": (
        joined("a.r", "b.g", 1),
        NetworkError,
        ["'ab'", "'g'", "no port", "a state takes a spiking projection"],
    ),
    "an unknown port": (joined("a.r", "b.J", 1), NetworkError, ["'ab'", "'J'", "no port", "I"]),
    "an unknown variable": (joined("a.rr", "b.I", 1), NetworkError, ["'ab'", "'rr'", "'r'"]),
    "a parameter as a variable": (joined("a.tau", "b.I", 1), NetworkError, ["'ab'", "'tau'"]),
    "a variable that follows a port": (joined("a.now", "b.I", 1), NetworkError, ["'ab'", "'now'", "port 'I'"]),
    "a source that never fires": (joined("m"), NetworkError, ["'ab'", "never fire", "threshold", "'m.VARIABLE'"]),
    "a weight of spikes in mV": (joined(weight="1 mV"), UnitError, ["'ab'", "in uS", "'b.g'", "in mV"]),
    "a weight of spikes without unit": (joined(weight=1), UnitError, ["'ab'", "in uS", "a plain number"]),
    "a graded weight of spikes in mV": (joined(weight=Graded("1 mV", "2 mV")), UnitError, ["'ab'", "in uS", "in mV"]),
    "a weight of a variable in nA": (joined("a.r", "b.I", "1 nA"), UnitError, ["'ab'", "a plain number", "in nA"]),
    "a weight of a variable without unit": (joined("a.v", "b.I", 1), UnitError, ["'ab'", "in uS", "a plain number"]),
    "a delay in mV": (joined(delay="2 mV"), UnitError, ["delay", "'ab'", "a time"]),
    "a delay below zero": (joined(delay="-2 ms"), UnitError, ["delay", "'ab'", "negative", "-2 ms"]),
    "an axon's delay below zero": (joined(delay=Graded("1 ms", "-2 ms")), UnitError, ["delay", "'ab'", "-2 ms"]),
    "a name of two words": (joined(name="a b"), NetworkError, ["one word", "'a b'"]),
    "a source that is no name": (joined(3), NetworkError, ["source", "'ab'", "3"]),
    "a wiring that is none": (joined(wiring="all"), NetworkError, ["wiring", "'ab'", "'all'", "OneToOne"]),
    "one to one between different sizes": (joined(wiring=OneToOne()), WiringError, ["'ab'", "3", "2", "Random"]),
    "a table with too few rows": (joined(wiring=Table(((1, 1),))), WiringError, ["'ab'", "3 rows of 2", "1 rows of 2"]),
    "a table with rows too long": (
        joined(wiring=Table(((1, 1, 1),) * 3)),
        WiringError,
        ["3 rows of 2", "of 3 numbers"],
    ),
    "an uneven table": (joined(wiring=Table(((1,), (1, 2), (1, 2)))), WiringError, ["3 rows of 2", "1 or 2 numbers"]),
    "an empty table": (joined(wiring=Table(())), WiringError, ["3 rows of 2", "no numbers"]),
    "a table of words": (lambda: Table((("a", "b"),)), WiringError, ["rows of numbers", "'a'"]),
    "a table that is no table": (lambda: Table(3), WiringError, ["rows of numbers", "3"]),
    "a table with NaN": (lambda: Table(((1, np.nan),)), WiringError, ["finite"]),
    "a probability above one": (lambda: Random(1.5), WiringError, ["between 0 and 1", "1.5"]),
    "a probability below zero": (lambda: Random(-0.1), WiringError, ["between 0 and 1", "-0.1"]),
    "a probability that is NaN": (lambda: Random(np.nan), WiringError, ["between 0 and 1", "nan"]),
    "a probability in words": (lambda: Random("half"), WiringError, ["a number", "'half'"]),
    "half a draw": (lambda: Random(0.5, 0.5), WiringError, ["whole number", "0.5"]),
    "two projections of one name": (lambda: Network(PAIR, (SPIKE, SPIKE)), NetworkError, ["'ab'", "rename"]),
    "a projection named as a population": (joined(name="b"), NetworkError, ["'b'", "rename"]),
    "two signals of one name": (heard(("s", "a.v"), ("s", "b.v")), NetworkError, ["'s'", "rename"]),
    "a signal of nobody": (heard(("s", "c.v")), NetworkError, ["'s'", "population 'c'"]),
    "a signal of an unknown variable": (heard(("s", "a.w")), NetworkError, ["'s'", "'w'"]),
    "a signal of a population": (heard(("s", "a")), NetworkError, ["'s'", "'population.variable'"]),
    "a signal that follows a port": (heard(("s", "a.now")), NetworkError, ["'s'", "'now'", "port 'I'"]),
    "a signal of a port": (heard(("s", "a.I")), NetworkError, ["'s'", "'I'"]),
    "a signal by another rule": (heard(("s", "a.v", "median")), NetworkError, ["'s'", "'median'"]),
    "a signal of two words": (heard(("my force", "a.v")), NetworkError, ["one word", "'my force'"]),
}


def one_sentence(problem: BaseException, quoted: list[str]) -> None:
    said = str(problem)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    for piece in quoted:
        assert piece in said


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_connected_is_refused_in_a_sentence(what):
    declare, error, quoted = REFUSED[what]
    with pytest.raises(error) as problem:
        declare()
    one_sentence(problem.value, quoted)


SHORT = {  # delay, what a design makes of it
    "alone": ("0.45 ms", {}),
    "in a design": ("2 ms", {"network.nerve.delay": ["3 ms", "0.4 ms"]}),
    "of one axon": (Graded("0.1 ms", "2 ms"), {}),
    "of one axon in a design": (Graded("2 ms", "3 ms"), {"network.nerve.delay.high": ["3 ms", "0 ms"]}),
}


@pytest.mark.parametrize("where", SHORT)
def test_a_spike_takes_at_least_a_window(prepare, where):
    delay, axes = SHORT[where]
    with pytest.raises(NetworkError) as problem:
        prepare(nerve(CLOCKS, ECHO, delay=delay), Settle("5 ms"), design=Design(axes))
    one_sentence(problem.value, ["'nerve'", "within its window of 0.5 ms", "at least a window"])


def test_a_graded_projection_needs_no_delay(prepare):
    line = Projection("line", "m.y", "m.u", 1)
    prepare(Network((PAIR[2],), (line,)), Settle("5 ms"))


def test_a_delay_below_zero_in_a_design_is_refused(prepare):
    with pytest.raises(UnitError) as problem:
        prepare(nerve(CLOCKS, ECHO), Settle("5 ms"), design=Design({"network.nerve.delay": ["1 ms", "-1 ms"]}))
    one_sentence(problem.value, ["'network.nerve.delay'", "-1 ms"])


def test_a_weight_in_another_unit_in_a_design_is_refused(prepare):
    with pytest.raises(UnitError) as problem:
        prepare(nerve(CLOCKS, ECHO), Settle("5 ms"), design=Design({"network.nerve.weight": ["1 nS"]}))
    one_sentence(problem.value, ["'network.nerve.weight'"])


def test_every_target_of_a_convergent_wiring_hears_as_many_cells():
    table = Convergent(4).table(20, 300, "a")
    assert (table.sum(axis=0) == 4).all()
    assert set(np.unique(table)) == {0, 1}
    assert table.sum(axis=1).min() > 30  # 60 of 300 for each source: none is forgotten
    np.testing.assert_array_equal(table, Convergent(4).table(20, 300, "a"))
    assert not np.array_equal(table, Convergent(4).table(20, 300, "b"))
    assert not np.array_equal(table, Convergent(4, 1).table(20, 300, "a"))


def test_projections_that_name_the_same_draw_reach_the_same_cells():
    one, other = (Convergent(3, drawn_for="cells").table(9, 30, name) for name in ("soma", "dendrites"))
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("wrong", "quoted"),
    [
        (lambda: Convergent(0), "`number`"),
        (lambda: Convergent(2.5), "2.5"),
        (lambda: Convergent(1, -1), "`wiring`"),
        (lambda: Convergent(1, 0, 3), "`drawn_for`"),
        (lambda: Convergent(10).table(9, 4, "p"), "'p' is to hear 10 source cells, but there are 9"),
    ],
)
def test_a_convergent_wiring_that_cannot_be_is_refused_in_one_sentence(wrong, quoted):
    with pytest.raises(WiringError, match=re.escape(quoted)):
        wrong()
