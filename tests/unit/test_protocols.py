"""A protocol is a line in time: pieces follow each other with `>>`, add with `+`, and a design may vary its numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.compile.interventions import drives, horizon, pieces, time_course
from sim.design import Design
from sim.spec.params import Param
from sim.spec.protocol import Hold, Protocol, Settle, Step, Trapezoid, Triangle
from sim.spec.record import Record

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
