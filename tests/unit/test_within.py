"""What a port may be given is checked before anything runs: of protocols, of every sample of a design, of programs."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compile.interventions import drives, pieces, time_course
from sim.design import Space
from sim.fit.evaluator import Evaluator
from sim.gradient import gradient
from sim.measure import Measure
from sim.simulator import Simulator
from sim.spec.canonical import canonical
from sim.spec.formula import FormulaError
from sim.spec.model import Block, Model, ModelError
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Course, Hold, ProtocolError, Settle, Step, Train
from sim.spec.record import Record
from sim.spec.targets import check_declared, check_within
from sim.spec.trigger import When
from sim.spec.wiring import All, Table
from sim.spec.within import Within, extremes
from sim.units import UnitError

TEXT = "dx/dt = (a + offset - x)/tau : 1\na : 1\nb : hertz"
PARAMS = {"tau": Param("2 ms", "test"), "offset": Param(1.0, "test")}
SUM = Within("a + offset", -5, 10, "the sum", "it is -5 to 10")


def cell(**within) -> Model:
    return Model("cell", Block(TEXT, params=PARAMS, initial={"x": 0}, within=within))


def alone(model: Model, offset=1.0) -> Network:
    signals = (Signal("height", "cells.x", "mean"),)
    return Network((Population("cells", model, 3, {"offset": offset}),), signals=signals)


NETWORK = alone(cell(a=SUM))
WAIT = Settle("10 ms")

FIT = {
    "as high as may be": Hold("cells.a", 9) + WAIT,
    "as low as may be": Hold("cells.a", -6) + WAIT,
    "one after the other": Step("cells.a", 6, "5 ms", "first") >> Step("cells.a", 6, "0.1 s", "then"),
    "one where another ends, within rounding": (Settle("0.1 ms") >> Settle("0.2 ms") >> Step("cells.a", 6, "1 ms", "x"))
    + Step("cells.a", 6, "0.3 ms", "y"),
    "what takes away from another": Hold("cells.a", 20, "much") + Hold("cells.a", -15, "less") + WAIT,
    "what is off": Hold("cells.a", 90, on=0) + WAIT,
    "trains that do not meet": Train("cells.a", "100 Hz", "50 ms", 6, name="one")
    + (Settle("5 ms") >> Train("cells.a", "100 Hz", "40 ms", 6, name="other")),
    "an action": WAIT + When("height", Step("cells.a", 9, "1 ms"), above=0.5),
}
BEYOND = {
    "a level": (Hold("cells.a", 9.1) + WAIT, "a command without a name brings to 'cells.a' makes the sum 10.1"),
    "below": (
        Hold("cells.a", -7, "low") + WAIT,
        "what 'low' brings to 'cells.a' makes the sum -6, but it is -5 to 10.",
    ),
    "two at once": (
        Hold("cells.a", 6, "one") + (WAIT >> Step("cells.a", 6, "1 ms", "two")),
        "what 'one' and 'two' bring to 'cells.a' makes the sum 13, but",
    ),
    "a corner": (Course("cells.a", ("0 ms", "1 ms", "2 ms"), (0, 20, 0), "peak"), "makes the sum 21, but"),
    "the end of a ramp that jumps back": (Course("cells.a", ("0 ms", "1 ms", "1 ms", "2 ms"), (0, 20, 0, 0)), "sum 21"),
    "a pulse": (
        Train("cells.a", "10 Hz", "1 s", 12, name="pulse"),
        "what 'pulse' brings to 'cells.a' makes the sum 13",
    ),
    "a pulse on a ramp": (
        Course("cells.a", ("0 ms", "10 ms", "20 ms"), (0, 6, 0), "up")
        + Train("cells.a", "99 Hz", "30 ms", 6, name="on"),
        "makes the sum 13",
    ),
    "an action": (WAIT + When("height", Step("cells.a", 30, "1 ms", "act"), above=0.5), "what 'act' brings .* sum 31"),
}


@pytest.mark.parametrize("what", FIT)
def test_what_a_port_may_be_given_is_accepted(what):
    check_declared(NETWORK, FIT[what])


@pytest.mark.parametrize("what", BEYOND)
def test_what_a_port_may_not_be_given_is_refused(what):
    protocol, said = BEYOND[what]
    with pytest.raises(ProtocolError, match=said):
        check_declared(NETWORK, protocol)
    with pytest.raises(ProtocolError, match=said):
        Simulator(NETWORK, protocol)


def test_each_cell_counts_with_its_own_numbers():
    network = alone(cell(a=SUM), Graded(0.0, 4.0, 0.0, "test"))
    check_declared(network, Hold("cells.a", 6) + WAIT)
    with pytest.raises(ProtocolError, match="makes the sum 11, but"):
        check_declared(network, Hold("cells.a", 7) + WAIT)


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(NETWORK, Hold("cells.a", 3, "held") + WAIT, live=("cells.a", "cells.b"))


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"protocol.held.level": 9.5}, "what 'held' brings to 'cells.a' makes the sum 10.5, but"),
        ({"protocol.held.level": [2, 12, 13]}, "makes the sum 13 in 2 of 3 samples, but|sum 14 in 2 of 3 samples"),
        ({"network.cells.offset": 8}, "makes the sum 11, but"),
        ({"network.cells.offset": [3, -6], "protocol.held.level": [3, 0]}, "makes the sum -6 in 1 of 2 samples, but"),
    ],
)
def test_a_program_gives_values_within(simulator, values, said):
    for ask in (simulator.first, simulator.run, lambda x: simulator.change(simulator.first(stream=[0] * 3), x)):
        if ask not in (simulator.first, simulator.run) and len(np.atleast_1d(next(iter(values.values())))) != 3:
            continue
        with pytest.raises(ProtocolError, match=said):
            ask(values)
    assert simulator.first({"protocol.held.level": 9}).samples == 1


def test_what_is_given_live_is_within(simulator):
    state = simulator.first({"network.cells.offset": [0, 6]}, [0, 1])
    said = r"what 'held' and a program bring to 'cells.a' makes the sum 11 in 1 of 2 samples"
    with pytest.raises(ProtocolError, match=said):
        simulator.advance(state, 1, live={"cells.a": 2})  # and 3 by the protocol
    later = simulator.advance(state, 1, live={"cells.a": 1, "cells.b": "1 kHz"})
    assert later.window == 1
    changed = simulator.change(later, {"protocol.held.level": 4})
    with pytest.raises(ProtocolError, match=said):  # it is held
        simulator.advance(changed, 1)


def test_what_is_given_live_meets_what_the_protocol_brings_then():
    protocol = Settle("10 ms") >> Step("cells.a", 6, "10 ms", "step") >> Settle("10 ms")
    simulator = Simulator(NETWORK, protocol, live=("cells.a",))
    state = simulator.advance(simulator.first(), 20, live={"cells.a": 4})
    with pytest.raises(ProtocolError, match=r"'step' and a program bring to 'cells.a' makes the sum 11, but"):
        simulator.advance(state, 1)
    assert simulator.advance(simulator.advance(state, 20, live={"cells.a": 3}), 100, live={"cells.a": 9}).window == 140


def test_what_is_given_live_meets_an_action_that_may_still_come():
    act = When("height", Step("cells.a", 6, "1 ms", "act"), above=9, name="reply")
    simulator = Simulator(NETWORK, act + Settle("10 ms"), live=("cells.a",))
    with pytest.raises(ProtocolError, match="makes the sum 11, but"):
        simulator.advance(simulator.first(), 1, live={"cells.a": 4})
    after = simulator.advance(simulator.first(), 40)
    assert simulator.advance(after, 1, live={"cells.a": 9}).window == 41


def test_a_derivative_is_taken_within():
    record = Record(("x",), "1 ms")
    protocol = Hold("cells.a", 3, "held") + WAIT
    slope = gradient(NETWORK, protocol, lambda c: jnp.mean(c["cells.x"]), ["protocol.held.level"], record=record)
    with pytest.raises(ProtocolError, match=r"what 'held' brings to 'cells.a' makes the sum 10\.5, but"):
        slope({"protocol.held.level": 9.5})
    with pytest.raises(UnitError, match=r"'protocol.held.level' is 2000000.0, above its upper bound"):
        slope({"protocol.held.level": 2e6})
    assert slope({"protocol.held.level": 9}).by_path["protocol.held.level"] > 0


def times(low: float, high: float) -> st.SearchStrategy:
    return st.floats(low, high).map(lambda x: round(x, 3))


PULSES = st.lists(
    st.tuples(times(0, 20), times(0, 60), times(20, 999), times(0, 4), st.sampled_from([-2, 1, 3])),
    min_size=2,
    max_size=3,
)


@given(trains=PULSES, step=st.sampled_from([0, 5]), since=st.integers(0, 60), windows=st.integers(1, 80))
def test_trains_add_where_their_pulses_meet_as_the_engine_gives_them(trains, step, since, windows):
    own = [
        Settle(f"{start} ms") >> Train("cells.a", f"{rate} Hz", f"{lasts} ms", level, f"{width} ms", f"train_{k}")
        for k, (start, lasts, rate, width, level) in enumerate(trains)
    ]
    protocol = sum(own, Step("cells.a", step, "100 ms", "step"))
    found = pieces(protocol, {})
    course = time_course(
        drives(found, ("cells.a",), window=0.5, samples=1)["cells.a"], np.arange(since, since + windows)
    )
    low, high = extremes(found, 0.5 * since, 0.5 * (since + windows))
    assert high[0] >= course.max()
    assert low[0] <= course.min()
    alone = [max(level, 0) for *_, level in trains]
    assert high[0] <= max(course.max(), step + max(alone))  # a train alone may pulse at any moment of it


def test_pulses_of_several_trains_at_once_are_refused():
    one, other = (Train("cells.a", f"{rate} Hz", "1 s", 6, name=f"at_{rate}") for rate in (100, 30))
    with pytest.raises(ProtocolError, match=r"what 'at_100' and 'at_30' bring to 'cells.a' makes the sum 13, but"):
        check_declared(NETWORK, one + other)
    many = networks_of_samples(one + (Settle("5 ms", "wait") >> Train("cells.a", "100 Hz", "1 s", 6, name="other")))
    many({"protocol.wait.duration": np.array([1.0, 5.0, 9.4])})
    with pytest.raises(ProtocolError, match="makes the sum 13 in 2 of 3 samples"):
        many({"protocol.wait.duration": np.array([1.0, 0.0, 10.0])})


def networks_of_samples(protocol):
    """Check of a protocol with some of its numbers given for each sample."""
    leaves = {**NETWORK.leaves(), **protocol.leaves()}
    numbers = {path: np.array([x.number]) for path, x in leaves.items()}
    return lambda given: check_within(NETWORK, protocol, {**numbers, **given})


# ---- what graded projections carry


def electrode(weight=1.0, wiring=None) -> Network:
    """Two electrodes, what they give, and cells beneath them."""
    text = "dfelt/dt = (given - felt)/tau : 1\ngiven : 1"
    own = Within("given", -50, 50, "the current", "it is -50 to 50", followed_by="felt")
    model = Model("electrode", Block(text, params={"tau": PARAMS["tau"]}, initial={"felt": 0}, within={"given": own}))
    reach = Projection("reach", "electrode.felt", "cells.a", weight, wiring=wiring or All())
    return Network((Population("electrode", model, 2), NETWORK.population("cells")), (reach,))


@pytest.mark.parametrize(
    ("weight", "level", "said"),
    [
        (1, 5, "makes the sum 11 , but"),
        (-1, 5, "makes the sum -9, but"),
        (Graded(1.0, 3.0, 0.0, "test"), 2, "makes the sum 13, but"),
    ],
)
def test_what_a_graded_projection_carries_is_within(weight, level, said):
    protocol = Hold("electrode.given", level, "pulse") + WAIT
    with pytest.raises(ProtocolError, match=said.replace(" ,", ",")) as refused:
        check_declared(electrode(weight), protocol)
    assert str(refused.value).startswith("what 'pulse' brings to 'electrode.given', through 'reach', makes the sum")
    check_declared(electrode(weight), Hold("electrode.given", 1, "pulse") + WAIT)
    check_declared(electrode(weight, Table(((0.5, 0.5, 0.5), (0, 0, 0)))), protocol)  # of one of them, half


def test_what_a_program_gives_live_is_carried_too():
    simulator = Simulator(electrode(), WAIT, live=("electrode.given",))
    with pytest.raises(
        ProtocolError, match=r"what a program brings to 'electrode.given', through 'reach', makes the sum 11"
    ):
        simulator.advance(simulator.first(), 1, live={"electrode.given": 5})


def test_a_design_may_not_vary_a_weight_beyond_what_is_carried():
    simulator = Simulator(electrode(), Hold("electrode.given", 2, "pulse") + WAIT)
    with pytest.raises(ProtocolError, match="makes the sum 13 in 1 of 2 samples"):
        simulator.first({"network.reach.weight": [1, 3]})


def none(view) -> np.ndarray:
    return np.zeros(1)


def test_a_search_does_not_begin_where_it_would_leave_the_range():
    measure = Measure("spikes", "1", "spikes", none)
    protocol = Hold("cells.a", 3, "held") + WAIT
    record = Record(("x",), "1 ms", commands=False)
    for high, fits in ((8, True), (11, False)):
        space = Space({"protocol.held.level": [0, high]})
        if fits:
            Evaluator(NETWORK, protocol, space, [measure], record=record)
        else:
            with pytest.raises(ProtocolError, match="makes the sum 12 in 1 of 2 samples"):
                Evaluator(NETWORK, protocol, space, [measure], record=record)


def test_a_range_decides_no_result():
    assert canonical(alone(cell())) == canonical(NETWORK)


def test_a_range_goes_where_its_port_goes():
    with_port = Block("dx/dt = (a - x)/tau : 1\na : 1", params=PARAMS, initial={"x": 0}, within={"a": SUM})
    renamed = with_port.renamed(a="given", offset="from_rest")
    assert renamed.within["given"].of == "given + from_rest"
    assert (renamed + Block("dy/dt = -y/tau : 1")).within == renamed.within


@pytest.mark.parametrize(
    ("within", "error", "said"),
    [
        ({"c": SUM}, ModelError, "has no port 'c' to be given: choose one of a, b"),
        ({"x": SUM}, ModelError, "has no port 'x'"),
        ({"b": SUM}, ModelError, "is of that port and of parameters"),
        ({"a": Within("a + b/hertz", 0, 1, "it", "no")}, ModelError, "is of that port and of parameters"),
        ({"a": Within("2*off", 0, 1, "it", "no")}, FormulaError, "uses 'off', which is neither"),
        ({"a": Within("a + x", 0, 1, "it", "no")}, FormulaError, "uses 'x', which is neither"),
        ({"a": Within("a", "0 Hz", "1 Hz", "it", "no")}, UnitError, "it, 'a', is in no unit, but not '0 Hz'"),
        (
            {"a": Within("a", 1, 2, "it", "it is 1 to 2")},
            ModelError,
            "it is 0 while nothing is given to 'a', but it is 1",
        ),
        ({"a": replace(SUM, followed_by="y")}, ModelError, "has no state 'y' that follows 'a'"),
        ({"a": (0, 1)}, ModelError, "'a' in `within` of a block is a Within"),
    ],
)
def test_a_range_that_cannot_be_is_refused(within, error, said):
    with pytest.raises(error, match=said):
        cell(**within)


@pytest.mark.parametrize("ends", [(1, 0), ("1 Hz", 2), ("x", 1), (0, float("nan"))])
def test_ends_that_cannot_be_are_refused(ends):
    with pytest.raises(UnitError):
        Within("a", *ends, "it", "no")
