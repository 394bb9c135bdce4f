"""A trigger acts when its signal says so, as often and as late as it is told; a train gives each pulse once, in time.

The signal is the time itself, or a wave of it, so that every moment is known beforehand.
"""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sim.compile.interventions import drives, pieces, time_course
from sim.design import Design
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.projection import Signal
from sim.spec.protocol import Hold, Protocol, ProtocolError, Settle, Step, Train, Triangle
from sim.spec.record import Record
from sim.spec.trigger import When
from sim.units import UnitError

WINDOW, END = 0.5, 60  # ms
WATCH = Model("a watch", Block("dnow/dt = 1/ms : 1\nwave = sin(0.1*now) : 1\nu : 1\nw : 1"))
NETWORK = Network((Population("m", WATCH, 1),), signals=(Signal("clock", "m.now"), Signal("wave", "m.wave")))
PULSE = Step("m.u", 1, "3 ms", name="pulse")
T = np.arange(round(END / WINDOW)) * WINDOW


def when(do: Protocol = PULSE, signal: str = "clock", **how) -> When:
    return When(signal, do, name="reply", **how)


@pytest.fixture(scope="module")
def course(simulate):
    """How often the trigger acted in each sample, and the course of `m.u`, (sample, window)."""

    def run(protocol: Protocol, port: str = "m.u", **design):
        found = simulate(
            NETWORK,
            protocol,
            design=Design(**design),
            record=Record(every=f"{WINDOW} ms"),
            scheme="exponential_euler",  # `staggered` has the time half a step earlier
            dtype="float64",
        )
        return found.traces["actions.reply"].tolist(), found.traces[port]

    return run


def pulses(*starts: float, lasts: float = 3, level: float = 1) -> np.ndarray:
    """The course of a port on which a step of `lasts` begins at each of `starts`, ms."""
    return sum((level * ((s <= T) & (s + lasts > T)) for s in starts), np.zeros(len(T)))


def beside(trigger: Protocol) -> Protocol:
    return Settle(f"{END} ms") + trigger


# Levels of the clock lie within a window, so that no rounding decides; it is seen at the next border.

CASES = {  # a trigger, and the starts of its actions, ms
    "never reached": (when(above=1000), []),
    "there from the start": (when(above=-1, at_most=1), [0]),
    "reached in the midst": (when(above=19.8, at_most=1), [20]),
    "below from the start": (when(below=9.8, refractory="8 ms"), [0, 8]),
    "never below": (when(below=-1), []),
    "an action after the other": (when(above=49.8), [50, 53, 56, 59]),
    "no faster than the action lasts": (when(above=49.8, refractory="1 ms"), [50, 53, 56, 59]),
    "as fast as it may": (when(above=19.8, refractory="12 ms"), [20, 32, 44, 56]),
    "the latency comes on top": (when(above=19.8, refractory="12 ms", latency="4 ms"), [24, 40, 56]),
    "not at all": (when(above=-1, at_most=0), []),
    "three times": (when(above=19.8, at_most=3, refractory="5 ms"), [20, 25, 30]),
    "above a wave": (when(signal="wave", above=0.99, refractory="20 ms"), [14.5]),  # 0.1 t = asin(0.99) = 1.43
    "below a wave": (when(signal="wave", below=-0.99, refractory="20 ms"), [46]),  # 2 pi - ... : at 45.7 ms
}


@pytest.mark.parametrize("case", CASES)
def test_a_trigger_acts_when_its_signal_says_so(course, case):
    trigger, starts = CASES[case]
    actions, found = course(beside(trigger))
    assert actions == [len(starts)]
    np.testing.assert_array_equal(found[0], pulses(*starts))


def test_an_action_comes_after_its_latency_to_the_window(course):
    latency = [0, 0.2, 0.3, 0.5, 0.7, 0.8, 1, 3.3, 7.77, 20]
    design = {"protocol.reply.latency": [f"{x} ms" for x in latency]}
    _, found = course(beside(when(above=19.8, at_most=1)), axes=design)
    windows = [0, 0, 1, 1, 1, 2, 2, 7, 16, 40]  # the nearest
    np.testing.assert_array_equal(found, [pulses(20 + w * WINDOW) for w in windows])


def test_a_latency_is_drawn_anew_for_each_action_and_stream(course):
    trigger = when(above=-1, latency="1 ms", spread="2 ms", refractory="9 ms")
    (_, found), (_, again) = course(beside(trigger), seeds=400), course(beside(trigger), seeds=2, first_seed=7)
    starts = [T[np.diff(x, prepend=0) > 0] for x in found]
    drawn = np.array([np.diff(x[:5], prepend=-9) - 9 - 1 for x in starts])  # ms, (stream, action): beyond the latency
    assert set(np.unique(drawn)) == {0, 0.5, 1, 1.5, 2}
    assert len({tuple(x) for x in drawn}) > 300  # of 5**5 that can be
    counts = np.array([(drawn == x).sum() for x in (0, 0.5, 1, 1.5, 2)])
    np.testing.assert_allclose(counts, 400, rtol=0, atol=4 * (2000 * 0.2 * 0.8) ** 0.5)  # uniform: four standard errors
    for first, second in ((0, 1), (1, 2), (3, 4)):
        assert abs(np.corrcoef(drawn[:, first], drawn[:, second])[0, 1]) < 4 / 400**0.5
    np.testing.assert_array_equal(again, found[7:9])


def test_triggers_of_other_names_draw_by_themselves(course):
    def named(name: str) -> np.ndarray:
        watch = When("clock", PULSE, above=-1, spread="20 ms", refractory="9 ms", name=name)
        return course(beside(watch) + when(above=1000, do=Step("m.w", 1, "1 ms")), seeds=9)[1]

    assert not np.array_equal(named("one"), named("other"))


def test_a_trigger_watches_for_as_long_as_what_it_stands_beside(course):
    watched = Settle("10.2 ms") >> (Settle("19.8 ms") + when(above=-1, refractory="6 ms")) >> Settle("30 ms")
    actions, found = course(watched)
    assert actions == [4]
    np.testing.assert_array_equal(found[0], pulses(10, 16, 22, 28))  # the last one goes on after the watch


def test_an_action_may_begin_after_the_watch(course):
    watched = (Settle("20 ms") + when(above=19.3, latency="15 ms")) >> Settle("40 ms")
    assert course(watched)[0] == [1]
    np.testing.assert_array_equal(course(watched)[1][0], pulses(34.5))


def test_a_trigger_beside_nothing_never_acts(course):
    assert course(Settle("10 ms") >> when(above=-1) >> Settle("50 ms"))[0] == [0]


def test_an_action_of_several_parts_keeps_their_times(course):
    do = (Settle("2 ms") >> Step("m.u", 2, "4 ms", name="late")) + Triangle("m.w", 4, "2 ms", "2 ms") + PULSE
    protocol = beside(when(do, above=19.8, at_most=1))
    np.testing.assert_array_equal(course(protocol)[1][0], pulses(20) + pulses(22, lasts=4, level=2))
    triangle = course(protocol, "m.w")[1][0]
    np.testing.assert_array_equal(triangle[40:49], [0, 1, 2, 3, 4, 3, 2, 1, 0])
    assert triangle[:40].sum() + triangle[49:].sum() == 0


def test_an_action_adds_to_what_drives_the_port_anyway(course):
    found = course(Hold("m.u", 0.5) + beside(when(above=19.8, at_most=1)))[1][0]
    np.testing.assert_array_equal(found, 0.5 + pulses(20))


def test_a_trigger_that_is_off_does_not_watch(course):
    actions, found = course(beside(when(above=19.8, at_most=1)), axes={"protocol.reply.on": [0, 1]})
    assert actions == [0, 1]
    np.testing.assert_array_equal(found, [pulses(), pulses(20)])


def test_an_action_may_be_off_while_its_trigger_acts(course):
    actions, found = course(beside(when(above=19.8, at_most=1)), axes={"protocol.pulse.on": [0, 1]})
    assert actions == [1, 1]
    np.testing.assert_array_equal(found, [pulses(), pulses(20)])


def test_a_live_action_reaches_the_cells_at_once(simulate):
    """The port is what the record says: a state that follows it has felt all windows before."""
    model = Model("a sum", Block("dnow/dt = 1/ms : 1\ndx/dt = u/ms : 1\nu : 1"))
    network = Network((Population("m", model, 2),), signals=(Signal("clock", "m.now", "mean"),))
    record = Record(("x",), f"{WINDOW} ms")
    found = simulate(network, beside(when(above=19.8, refractory="11 ms")), record=record, dtype="float64")
    expected = np.cumsum(found.traces["m.u"][0]) * WINDOW - found.traces["m.u"][0] * WINDOW
    assert expected[-1] > 8
    np.testing.assert_allclose(found.traces["x"][0, 1], expected, rtol=0, atol=0.025 + 1e-9)  # half a step, see above


def test_a_design_varies_the_trigger_and_its_action(course):
    train = Train("m.u", "100 Hz", "20 ms", 1, name="burst")
    axes = {"protocol.reply.above": [9.8, 29.8], "protocol.burst.frequency": ["100 Hz", "250 Hz"]}
    axes |= {"protocol.burst.level": [1, 3]}
    actions, found = course(beside(when(train, above=9.8, at_most=1)), axes=axes)
    assert actions == [1] * 8
    expected = [
        pulses(*range(start, start + 20, period), lasts=WINDOW, level=level)
        for start in (10, 30)
        for period in (10, 4)
        for level in (1, 3)
    ]
    np.testing.assert_array_equal(found, expected)


def test_a_design_varies_the_length_of_the_action(course):
    axes = {"protocol.pulse.duration": ["1 ms", "12 ms"]}
    actions, found = course(beside(when(above=29.8, refractory="5 ms")), axes=axes)
    assert actions == [6, 3]  # no faster than the action lasts
    np.testing.assert_array_equal(found[0], pulses(*range(30, 60, 5), lasts=1))
    np.testing.assert_array_equal(found[1], pulses(30, 42, 54, lasts=12))


def test_a_trigger_watches_for_minutes(simulate):
    """No count of windows is cut short: there are more than 2**20 of them."""
    protocol = Settle("530 s") + when(above=528_500, at_most=1, do=Step("m.u", 1, "1 s"))
    found = simulate(NETWORK, protocol, record=Record(every="1 s"), dt="0.5 ms", dtype="float64")
    assert found.traces["actions.reply"].tolist() == [1]
    assert found.traces["m.u"][0].nonzero()[0].tolist() == [529]


# ---- trains


def train_of(frequency: float, duration: float, start: float, width: float, window: float) -> np.ndarray:
    """The level in each window of a train that begins at `start`; Hz, ms."""
    protocol = Settle(f"{start} ms") >> Train("m.u", f"{frequency} Hz", f"{duration} ms", 2, f"{width} ms")
    found = drives(pieces(protocol, {}), ("m.u",), window=window, samples=1)["m.u"]
    return time_course(found, np.arange(round((start + duration + 50) / window)))[0]


@given(
    frequency=st.floats(1, 400),
    duration=st.floats(1, 2000),
    start=st.floats(0, 100),
    window=st.sampled_from([0.25, 0.5, 1]),
)
def test_a_train_gives_each_pulse_once_in_the_window_nearest_to_its_time(frequency, duration, start, window):
    period, first, end = 1000 / frequency / window, np.rint(start / window), np.rint((start + duration) / window)
    rounding = duration / (1000 / frequency) / 2048 + 1e-6  # the period counts in whole 1024ths of a window
    nominal = first + np.arange(int(duration * frequency / 1000) + 2) * period  # windows
    assume(np.abs(nominal - (end - 0.5)).min() > rounding)  # the last one is neither in nor out
    level = train_of(frequency, duration, start, 0, window)
    assert set(np.unique(level)) <= {0, 2}
    given_ = np.flatnonzero(level)
    expected = nominal[nominal < end - 0.5]
    assert len(given_) == len(expected)
    assert (np.abs(given_ - expected) <= 0.5 + rounding).all()


@given(frequency=st.floats(1, 150), width=st.floats(0.5, 6))
def test_a_pulse_is_as_wide_as_asked_to_the_window(frequency, width):
    level = train_of(frequency, 500, 20, width, WINDOW)
    edges = np.diff(np.concatenate([[0], level, [0]]))
    wide = (np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0))[:-1]  # the last one may be cut by the end
    assert (wide == np.rint(width / WINDOW)).all()


def test_a_pulse_wider_than_the_period_is_a_step():
    np.testing.assert_array_equal(
        train_of(100, 50, 10, 12, WINDOW) > 0, (np.arange(220) >= 20) & (np.arange(220) < 120)
    )


# ---- what cannot be

REFUSED = {  # how, the error, what the sentence quotes
    "no level": (lambda: When("clock", PULSE), ProtocolError, ["'clock'", "`above` or `below`"]),
    "two levels": (lambda: When("clock", PULSE, above=1, below=2), ProtocolError, ["'clock'", "one level"]),
    "less than no action": (lambda: when(above=1, at_most=-1), ProtocolError, ["'clock'", "whole number", "-1"]),
    "half an action": (lambda: when(above=1, at_most=0.5), ProtocolError, ["'clock'", "whole number", "0.5"]),
    "a trigger in a trigger": (lambda: when(when(above=1), above=1), ProtocolError, ["'clock'", "beside: +"]),
    "nothing to do": (lambda: when("stand", above=1), ProtocolError, ["'clock'", "'stand'", "Protocol"]),
    "something that lasts no time": (lambda: when(Hold("m.u", 1), above=1), ProtocolError, ["'clock'", "no time"]),
    "a latency in mV": (lambda: when(above=1, latency="1 mV"), UnitError, ["'latency' of 'reply'", "'1 mV'"]),
    "a latency below zero": (lambda: when(above=1, latency="-1 ms"), UnitError, ["'latency' of 'reply'", "negative"]),
    "a spread below zero": (lambda: when(above=1, spread="-1 ms"), UnitError, ["'spread' of 'reply'", "negative"]),
    "a level that cannot be read": (lambda: when(above="much"), UnitError, ["'much'"]),
    "a frequency of zero": (lambda: Train("m.u", "0 Hz", "1 s"), UnitError, ["'frequency' of 'm.u'", "zero"]),
    "a frequency in ms": (lambda: Train("m.u", "5 ms", "1 s"), UnitError, ["'frequency' of 'm.u'", "'5 ms'"]),
    "a width below zero": (lambda: Train("m.u", "5 Hz", "1 s", width="-1 ms"), UnitError, ["'width' of 'm.u'"]),
}
TOGETHER = {  # a protocol, the axes of a design, the error, what the sentence quotes
    "an unknown signal": (when(signal="clok", above=1), {}, ProtocolError, ["'clok'", "no signal", "'clock'"]),
    "a level in another unit": (when(above="1 mV"), {}, UnitError, ["the level", "'reply'", "'1 mV' is in mV"]),
    "an action on an unknown port": (when(Step("m.v", 1, "1 ms"), above=1), {}, ProtocolError, ["'m.v'", "no port"]),
    "an action in another unit": (when(Step("m.u", "1 nA", "1 ms"), above=1), {}, UnitError, ["'m.u'", "'1 nA'"]),
    "two triggers of one name": (
        when(above=1) + When("wave", Step("m.w", 1, "1 ms"), above=1, name="reply"),
        {},
        ProtocolError,
        ["'reply'", "name"],
    ),
    "two nameless triggers of one signal": (
        When("clock", PULSE, above=1) + When("clock", Step("m.w", 1, "1 ms"), below=1),
        {},
        ProtocolError,
        ["'clock'", "name='...'"],
    ),
    "a latency below zero in a design": (
        when(above=1),
        {"protocol.reply.latency": ["1 ms", "-1 ms"]},
        UnitError,
        ["'protocol.reply.latency'", "-1 ms"],
    ),
    "a frequency of zero in a design": (
        when(Train("m.u", "5 Hz", "1 s", name="burst"), above=1),
        {"protocol.burst.frequency": ["0 Hz"]},
        UnitError,
        ["'protocol.burst.frequency'"],
    ),
    "a level on the other side": (when(above=1), {"protocol.reply.below": [1]}, ValueError, ["'protocol.reply.above'"]),
}


def one_sentence(problem: BaseException, quoted: list[str]) -> None:
    said = str(problem)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    for piece in quoted:
        assert piece in said


@pytest.mark.parametrize("what", REFUSED)
def test_a_trigger_that_cannot_be_is_refused_in_a_sentence(what):
    declare, error, quoted = REFUSED[what]
    with pytest.raises(error) as problem:
        declare()
    one_sentence(problem.value, quoted)


@pytest.mark.parametrize("what", TOGETHER)
def test_a_trigger_that_does_not_fit_is_refused_before_anything_runs(prepare, what):
    protocol, axes, error, quoted = TOGETHER[what]
    with pytest.raises(error) as problem:
        prepare(NETWORK, beside(protocol), design=Design(axes))
    one_sentence(problem.value, quoted)
