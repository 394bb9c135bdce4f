"""A protocol is a line in time: pieces follow each other with `>>`, add with `+`, and a design may vary its numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compile.interventions import drives, horizon, pieces, time_course
from sim.design import Design
from sim.spec.model import Model
from sim.spec.network import Network, Population
from sim.spec.params import Param
from sim.spec.protocol import Course, Hold, Protocol, ProtocolError, Settle, Step, Train, Trapezoid, Triangle
from sim.spec.record import Record
from sim.units import UnitError

PORT = "pool.I"


def line(protocol: Protocol, windows: np.ndarray, *, window: float = 1.0, **varied) -> np.ndarray:
    """nA, (sample, window), of the port; `varied` gives values of leaves, (sample,)."""
    numbers = {path: np.array([q.number]) for path, q in protocol.leaves().items()} | {
        f"protocol.{path.replace('__', '.')}": np.asarray(x, float) for path, x in varied.items()
    }
    samples = max(len(x) for x in numbers.values()) if numbers else 1
    end = horizon(protocol, numbers)
    found = drives(pieces(protocol, numbers, end=end), (PORT,), window=window, samples=samples)
    return time_course(found[PORT], windows)


def test_a_triangle_rises_and_falls_linearly():
    triangle = Settle("5 ms") >> Triangle(PORT, "8 nA", "4 ms", "2 ms") >> Settle("2 ms")
    np.testing.assert_array_equal(line(triangle, np.arange(13))[0], [0, 0, 0, 0, 0, 0, 2, 4, 6, 8, 4, 0, 0])


def test_a_trapezoid_holds_its_top():
    trapezoid = Trapezoid(PORT, "4 nA", "2 ms", "3 ms", "2 ms")
    np.testing.assert_array_equal(line(trapezoid, np.arange(8))[0], [0, 2, 4, 4, 4, 4, 2, 0])


def test_commands_on_one_port_add():
    both = Hold(PORT, "1 nA", name="tonic") + (
        Settle("2 ms") >> Step(PORT, "2 nA", "3 ms", name="pulse") >> Settle("2 ms")
    )
    np.testing.assert_array_equal(line(both, np.arange(7))[0], [1, 1, 3, 3, 3, 1, 1])


def test_a_hold_lasts_as_long_as_what_it_stands_beside():
    beside = (Hold(PORT, "1 nA") + Settle("3 ms")) >> Settle("4 ms")
    np.testing.assert_array_equal(line(beside, np.arange(7))[0], [1, 1, 1, 0, 0, 0, 0])


def test_what_stands_together_starts_together_and_lasts_as_long_as_the_longest():
    together = (Step(PORT, "1 nA", "2 ms", name="a") + Step(PORT, "1 nA", "4 ms", name="b")) >> Step(
        PORT, "5 nA", "1 ms"
    )
    np.testing.assert_array_equal(line(together, np.arange(5))[0], [2, 2, 1, 1, 5])


def test_a_design_may_vary_levels_and_durations():
    pulse = Settle("1 ms") >> Step(PORT, "1 nA", "2 ms", name="pulse")
    found = line(pulse, np.arange(4), pulse__level=[1, 2, 3], pulse__duration=[1, 2, 3])
    np.testing.assert_array_equal(found, [[0, 1, 0, 0], [0, 2, 2, 0], [0, 3, 3, 3]])


def test_corners_fall_on_the_nearest_window():
    step = Settle("1.4 ms") >> Step(PORT, "1 nA", "1.4 ms")
    np.testing.assert_array_equal(line(step, np.arange(4))[0], [0, 1, 1, 0])


def test_sequences_and_sums_do_not_care_how_they_are_bracketed():
    a, b, c = (Step(PORT, f"{k} nA", "1 ms", name=f"step{k}") for k in (1, 2, 3))
    assert ((a >> b) >> c) == (a >> (b >> c))
    assert ((a + b) + c) == (a + (b + c))


@given(st.lists(st.tuples(st.floats(-5, 5), st.integers(1, 9)), min_size=1, max_size=6))
def test_the_integral_of_steps_is_the_sum_of_their_areas(steps):
    protocol = Settle("3 ms")
    for k, (level, duration) in enumerate(steps):
        protocol = protocol >> Step(PORT, f"{level!r} nA", f"{duration} ms", name=f"step{k}")
    total = line(protocol, np.arange(80))[0].sum()
    # 1e-12: a sum of at most 54 numbers of size 5
    assert total == pytest.approx(sum(level * duration for level, duration in steps), abs=1e-12 * 54 * 5)


def test_a_design_over_durations_runs_as_long_as_its_longest_sample(simulate, one_model):
    cell = one_model("dv/dt = I/C : volt\nI : amp", {"C": Param("1 nF", "test")}, v="0 mV")
    pulse = Settle("1 ms") >> Step("cells.I", "1 nA", "2 ms", name="pulse") >> Settle("2 ms")
    design = Design({"protocol.pulse.duration": ["2 ms", "4 ms"], "protocol.pulse.level": ["1 nA", "3 nA"]})
    run = simulate(cell, pulse, record=Record(("v",), "1 ms", commands=False), design=design, dtype="float64")
    assert run.traces["v"].shape[-1] == 7
    np.testing.assert_allclose(run.traces["v"][:, 0, -1], [2, 6, 4, 12], atol=1e-6)  # float32 as stored


def test_an_axis_may_be_written_as_a_nested_path():
    nested = Design({"network": {"pool": {"g": {"low": ["1 uS", "2 uS"]}}}})
    assert nested == Design({"network.pool.g.low": ["1 uS", "2 uS"]})


def test_a_sample_ends_with_its_own_protocol_whatever_else_the_design_holds(simulate, one_model):
    cell = one_model(
        "dv/dt = I/C : volt\nI : amp",
        {"C": Param("1 nF", "test")},
        rules={"threshold": "v > 5*mV", "reset": "v = 0*mV"},
        v="0 mV",
    )
    held = Hold("cells.I", "2 nA") + Step("cells.I", "0 nA", "20 ms", name="pulse")
    alone = simulate(cell, held)
    beside = simulate(cell, held, design=Design({"protocol.pulse.duration": ["20 ms", "60 ms"]}))
    assert alone.counts[0] > 0
    np.testing.assert_array_equal(beside.counts[0], alone.counts[0])
    assert beside.counts[1] > 2 * alone.counts[0]


def test_a_named_rest_may_vary_in_a_design(simulate, one_model):
    cell = one_model("dv/dt = I/C : volt\nI : amp", {"C": Param("1 nF", "test")}, v="0 mV")
    pulse = Settle("1 ms", "before") >> Step("cells.I", "1 nA", "2 ms")
    design = Design({"protocol.before.duration": ["1 ms", "3 ms"]})
    run = simulate(cell, pulse, record=Record(("v",), "1 ms", commands=False), design=design, dtype="float64")
    np.testing.assert_allclose(run.traces["v"][:, 0], [[0, 0, 1, 2, 2], [0, 0, 0, 0, 1]], atol=1e-9)


def alone(model: Model) -> Network:
    return Network((Population("cells", model, 1),))


# ---- on and off

ELEMENTS = {
    "a hold": Hold(PORT, "3 nA", name="it") + Settle("9 ms"),
    "a step": Step(PORT, "3 nA", "9 ms", name="it"),
    "a triangle": Triangle(PORT, "3 nA", "5 ms", "4 ms", name="it"),
    "a trapezoid": Trapezoid(PORT, "3 nA", "3 ms", "4 ms", "2 ms", name="it"),
    "a train": Train(PORT, "400 Hz", "9 ms", "3 nA", name="it"),
    "a course": Course(PORT, ("0 ms", "4 ms", "9 ms"), ("3 nA", "-1 nA", "2 nA"), name="it"),
}


@pytest.mark.parametrize("what", ELEMENTS)
def test_what_is_off_drives_nothing_and_keeps_its_time(what):
    protocol = ELEMENTS[what] >> Step(PORT, "5 nA", "2 ms", name="next")
    off, on = line(protocol, np.arange(12), it__on=[0, 1])
    np.testing.assert_array_equal(off, [0] * 9 + [5, 5, 0])
    np.testing.assert_array_equal(on, line(protocol, np.arange(12))[0])
    assert on[:9].any()


@pytest.mark.parametrize("wrong", [2, 0.5, -1, "1 mV", True, "yes"])
def test_an_element_is_either_on_or_off(wrong):
    with pytest.raises(ValueError, match=r"'on' of 'it'") as problem:
        Step(PORT, "1 nA", "1 ms", name="it", on=wrong)
    assert "\n" not in str(problem.value)


def test_a_design_cannot_switch_an_element_half_on(prepare, one_model):
    cell = one_model("dv/dt = I/C : volt\nI : amp", {"C": Param("1 nF", "test")}, v="0 mV")
    step = Step("cells.I", "1 nA", "1 ms", name="it")
    with pytest.raises(ProtocolError, match=r"'on' of 'it' is 1 or 0, but the design has 0\.5 for it"):
        prepare(alone(cell), step, design=Design({"protocol.it.on": [0, 0.5]}))
    with pytest.raises(ValueError, match=r"'protocol.it.on' in the design is 2, above its upper bound of 1"):
        prepare(alone(cell), step, design=Design({"protocol.it.on": [0, 2]}))


# ---- courses


def test_a_course_runs_in_straight_lines_and_jumps_where_two_times_are_equal():
    course = Course(PORT, ("2 ms", "4 ms", "4 ms", "6 ms", "8 ms"), ("1 nA", "3 nA", "-2 nA", "0 nA", "0 nA"))
    np.testing.assert_array_equal(line(course, np.arange(10))[0], [0, 0, 1, 2, -2, -1, 0, 0, 0, 0])
    assert horizon(course, {}) == 8


SAME = {
    "a triangle": (Triangle(PORT, "7 nA", "3 ms", "8 ms"), ("0 ms", "3 ms", "11 ms"), (0, 7, 0)),
    "a trapezoid": (Trapezoid(PORT, "7 nA", "3 ms", "2 ms", "8 ms"), ("0 ms", "3 ms", "5 ms", "13 ms"), (0, 7, 7, 0)),
    "a step": (Step(PORT, "7 nA", "6 ms"), ("0 ms", "6 ms"), (7, 7)),
}


@pytest.mark.parametrize("what", SAME)
def test_a_course_of_the_same_corners_is_the_same_command(what):
    shape, times, levels = SAME[what]
    course = Settle("5 ms") >> Course(PORT, times, tuple(f"{level} nA" for level in levels))
    np.testing.assert_array_equal(line(course, np.arange(24)), line(Settle("5 ms") >> shape, np.arange(24)))


def test_a_course_of_the_same_corners_gives_the_same_spikes(simulate, pool):
    held = Hold("hTA.inhibition", 1.5)
    triangle = Triangle("hTA.excitation", 30, "300 ms", "500 ms")
    course = Course("hTA.excitation", ("0 s", "0.3 s", "0.8 s"), (0, 30, 0))
    one, other = (simulate(pool(size=2), held + shape >> Settle("100 ms")) for shape in (triangle, course))
    assert one.counts.sum() > 5
    np.testing.assert_array_equal(one.steps, other.steps)


def test_a_design_may_move_and_lift_a_corner():
    course = Course(PORT, ("0 ms", "2 ms", "4 ms"), ("0 nA", "2 nA", "0 nA"), name="it")
    found = line(course, np.arange(7), it__time_2=[4, 6], it__level_1=[4, -2])
    np.testing.assert_array_equal(found, [[0, 2, 4, 2, 0, 0, 0], [0, -1, -2, -1.5, -1, -0.5, 0]])


WRONG = {
    "one corner": (lambda: Course(PORT, ("1 ms",), ("1 nA",)), "two at least"),
    "too few levels": (lambda: Course(PORT, ("1 ms", "2 ms"), ("1 nA",)), "2 times and 1 levels"),
    "times that fall": (lambda: Course(PORT, ("2 ms", "1 ms"), ("1 nA", "2 nA")), "corner 1 comes before corner 0"),
    "a time below zero": (lambda: Course(PORT, ("-1 ms", "1 ms"), ("1 nA", "2 nA")), "'time_0'"),
    "levels that are no list": (lambda: Course(PORT, ("0 ms", "1 ms"), "1 nA"), "`levels` of a course is a list"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("what", WRONG)
def test_a_course_that_cannot_be_is_refused_in_a_sentence(what):
    declare, quoted = WRONG[what]
    with pytest.raises((ProtocolError, UnitError)) as problem:
        declare()
    assert quoted in str(problem.value)
    assert "\n" not in str(problem.value)


def test_a_design_cannot_put_a_corner_before_the_one_before_it(prepare, one_model):
    cell = one_model("dv/dt = I/C : volt\nI : amp", {"C": Param("1 nF", "test")}, v="0 mV")
    course = Course("cells.I", ("1 ms", "2 ms", "3 ms"), ("0 nA", "1 nA", "0 nA"), name="it")
    with pytest.raises(ProtocolError, match="corner 2 comes before corner 1"):
        prepare(alone(cell), course, design=Design({"protocol.it.time_1": ["2 ms", "5 ms"]}))
