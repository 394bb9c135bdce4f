"""What a spike brings may follow a variable of the cell that fired it: depression, presynaptic inhibition.

The variable is read at the start of the window in which the spike is fired, rounded to 1/128, from 0 to 255/128.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.backends.brian2_backend import Brian2Backend
from sim.design import Design
from sim.spec.canonical import canonical
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Graded
from sim.spec.projection import Projection
from sim.spec.protocol import Settle
from sim.spec.record import Record
from sim.spec.wiring import All, OneToOne, Table
from sim.units import UnitError
from tests.parity.feature import cell

STORE = cell("dg/dt = 0*g/ms : 1", {})  # adds up what arrives and keeps it
DT, WINDOW, END = 0.05, 0.5, 60.0  # ms
RECORD = Record(("g",), f"{WINDOW} ms", commands=False, max_rate="1 kHz")


def joined(source: Population, size: int | None = None, **how: Any) -> Network:
    """A source to cells that keep what arrives, by a projection called `nerve`."""
    how = {"weight": 1, "delay": "2 ms", "wiring": OneToOne(), **how}
    target = Population("target", STORE, size or source.size)
    return Network((source, target), (Projection("nerve", "source", "target.g", **how),))


# ---- depression


U, RECOVERY = 0.45, 300.0  # chosen; ms
DEPRESSING = cell(
    "dx/dt = 1/T : 1\ndR/dt = (1 - R)/tau : 1",
    {"T": "50 ms", "U": U, "tau": f"{RECOVERY} ms"},
    {"threshold": "x > 1", "reset": "x = 0; R -= U*R"},
    R=1,
)


@pytest.mark.parametrize("interval", [20, 50, 100, 400])
def test_a_depressing_synapse_follows_the_recursion_of_tsodyks_and_markram(simulate, interval):
    """Each spike uses the part U of what is there, which recovers with one time constant:
    A(n+1) = A(n) (1 - U) exp(-T/tau) + A (1 - exp(-T/tau)).

    Tsodyks & Markram 1997, PNAS 94:719, for an inactivation that is short beside T.
    """
    source = Population("source", DEPRESSING, 1, {"T": f"{interval - DT} ms"})  # fires in the step after x is 1
    length = 8.5 * interval
    found = simulate(joined(source, gain="R"), Settle(f"{length} ms"), record=RECORD)
    fired = found.steps[0, 0] * DT
    np.testing.assert_allclose(np.diff(fired[fired > 0]), interval, rtol=0, atol=DT + 1e-6)
    rises = np.diff(found.traces["g"][0, 1])
    brought = rises[rises > 0]
    expected = [1.0]
    for _ in range(7):
        kept = np.exp(-interval / RECOVERY)
        expected.append(expected[-1] * (1 - U) * kept + 1 - kept)
    assert len(brought) == 8
    # half of what a gain is rounded to; R is read up to a window before the spike, whose time is one of whole steps
    np.testing.assert_allclose(brought, expected, rtol=0, atol=2**-8 + (WINDOW + DT) / RECOVERY)
    assert brought[-1] < 0.98 * brought[0]  # there is something to follow


# ---- which gain


STILL = cell(
    "dx/dt = 1/T : 1\nopen = a : 1", {"T": "3.1 ms", "a": 1}, {"threshold": "x > 1", "reset": "x = -1e6"}
)  # fires once


def test_a_gain_is_rounded_to_its_grid_and_held_between_its_ends(simulate):
    """0 silences, below 0 too; 1 changes nothing."""
    source = Population("source", STILL, 29, {"a": Graded(-0.4, 2.4)})
    found = simulate(joined(source, gain="open", weight=0.7), Settle("8 ms"), record=RECORD)
    asked = np.linspace(-0.4, 2.4, 29)
    gain = np.clip(np.rint(asked * 128), 0, 255) / 128
    np.testing.assert_array_equal(found.traces["g"][0, 29:, -1], np.float32(0.7) * gain.astype(np.float32))
    assert (gain == 0).sum() == 5
    assert gain[14] == 1
    assert gain.max() == 255 / 128


RISING = cell(  # a variable that is a whole multiple of 1/64 at the start of every window
    "dx/dt = 1/T : 1\ndopen/dt = 1/(32*ms) : 1", {"T": "7 ms"}, {"threshold": "x > 1", "reset": "x = 0"}
)


@pytest.mark.parametrize("backend", [None, Brian2Backend("same")], ids=["JAX", "Brian2"])
@pytest.mark.parametrize("wiring", [OneToOne(), All()], ids=str)
def test_a_spike_keeps_the_gain_of_the_window_in_which_it_was_fired(simulate, wiring, backend):
    """Not that of its step, nor of its arrival; and also while later spikes of its cell are on their way."""
    source = Population("source", RISING, 7, {"T": Graded("3.13 ms", "7.77 ms")})
    network = joined(source, gain="open", delay=Graded("0.5 ms", "21.3 ms"), wiring=wiring)
    found = simulate(
        network, Settle(f"{END} ms"), record=RECORD, dtype="float64", scheme="exponential_euler", backend=backend
    )
    delay = np.rint(np.linspace(0.5, 21.3, 7) / DT).astype(int)
    per_window = round(WINDOW / DT)
    expected = np.zeros((7, round(END / WINDOW)))
    for source_cell, steps in enumerate(found.steps[0, :7]):
        fired = steps[steps >= 0]
        assert (np.diff(fired) < delay[-1]).all()
        for step in fired:  # counted at its end
            first = -(-(step + delay[source_cell] + 1) // per_window)  # the border after the step in which it arrives
            expected[source_cell, first:] += (step - 1) // per_window / 64
    if isinstance(wiring, All):
        expected = np.broadcast_to(expected.sum(axis=0), expected.shape)
    np.testing.assert_allclose(found.traces["g"][0, 7:], expected, rtol=0, atol=1e-9)  # rounding, float64


@pytest.mark.parametrize("sources", [1, 40, 300])
def test_gains_and_weights_of_a_volley_add_exactly(simulate, sources):
    random = np.random.default_rng(sources)
    table = random.integers(-10, 32, (sources, 5)) / 32
    source = Population("source", STILL, sources, {"a": Graded(0.1, 1.9) if sources > 1 else 0.6})
    network = joined(source, 5, gain="open", weight=0.3, wiring=Table(tuple(map(tuple, table))))
    found = simulate(network, Settle("8 ms"), record=RECORD).traces["g"][0, sources:, -1]
    asked = np.linspace(0.1, 1.9, sources) if sources > 1 else np.array([0.6])
    total = (np.rint(asked * 128) / 128) @ table
    np.testing.assert_array_equal(found, np.float32(0.3) * total.astype(np.float32))


def test_a_gain_of_one_is_none(simulate):
    """Bit for bit, through wires that the grid of a gain holds."""
    source = Population("source", RISING, 7, {"T": Graded("3.13 ms", "7.77 ms")})
    network = joined(source, wiring=Table(((0.25, 1, 1 / 32, 0, 2, 0.5, -1),) * 7), weight=0.3)
    still = Population("source", cell(
        "dx/dt = 1/T : 1\nopen = a : 1", {"T": "7 ms", "a": 1}, {"threshold": "x > 1", "reset": "x = 0"}
    ), 7, source.params)  # fmt: skip
    (nerve,) = network.projections
    gained = Network((still, network.populations[1]), (replace(nerve, gain="open"),))
    one, other = (simulate(n, Settle("40 ms"), record=RECORD) for n in (network, gained))
    assert one.traces["g"][0, 7:].any()
    np.testing.assert_array_equal(one.traces["g"], other.traces["g"])


def test_a_design_varies_what_a_gain_hangs_on(simulate):
    source = Population("source", STILL, 2)
    design = Design({"network.source.a": [0, 0.5, 1.25]})
    found = simulate(joined(source, gain="open"), Settle("8 ms"), design=design, record=RECORD)
    np.testing.assert_array_equal(found.traces["g"][:, 2:, -1], [[0, 0], [0.5, 0.5], [1.25, 1.25]])


# ---- what is said of it


def test_a_table_that_a_gain_makes_coarser_is_said_to_be(prepare, caplog):
    source = Population("source", STILL, 2)
    exact, fine = Table(((1, 0.5), (1 / 32, 2))), Table(((1, 0.3), (0.01, 2)))
    with caplog.at_level("WARNING", "sherrington"):
        prepare(joined(source, gain="open", wiring=exact), Settle("5 ms"))
        prepare(joined(source, wiring=fine), Settle("5 ms"))
    assert not caplog.records
    with caplog.at_level("WARNING", "sherrington"):
        prepare(joined(source, gain="open", wiring=fine), Settle("5 ms"))
    (record,) = caplog.records
    said = record.getMessage()
    assert "'nerve' are rounded to 1/32, as its spikes have a gain: up to 0.012 off" in said
    assert "1 of 4 pairs are no longer joined" in said


def test_a_network_prints_a_gain_beside_its_weight():
    said = str(joined(Population("source", STILL, 2), gain="open", weight=0.5).describe())
    assert "open × 0.5" in said


def test_a_network_without_gains_has_the_text_that_it_had_before_there_were_any():
    source = Population("source", STILL, 2)
    without, with_gain = joined(source), joined(source, gain="open")
    assert '"gain"' not in canonical(without)
    assert '"gain":"open"' in canonical(with_gain)


NEURON = cell(
    "dv/dt = (g*(E - v) + I)/C : volt\ndr/dt = -r/(20*ms) : 1\nnow = I/nA : 1\nI : amp",
    {"g": "0.02 uS", "E": "-65 mV", "C": "0.2 nF", "k": 0.5},
    {"threshold": "v > -50*mV", "reset": "r += 1"},
    v="-65 mV",
)
FOLLOWER = cell("dg/dt = -g/ms : 1\ndy/dt = (u - y)/ms : 1\nu : 1", {})
REFUSED = {  # what is asked: (source, target, gain, the error, what the sentence quotes)
    "of a graded projection": ("a.r", "b.u", "r", NetworkError, ["'ab'", "'a.r'", "'r'", "one of spikes"]),
    "an unknown variable": ("a", "b.g", "rr", NetworkError, ["gain", "'ab'", "'rr'", "'r'"]),
    "a parameter": ("a", "b.g", "k", NetworkError, ["gain", "'ab'", "'k'"]),
    "a variable with a unit": ("a", "b.g", "v", UnitError, ["gain", "'ab'", "a plain number", "'v' of 'a'", "in mV"]),
    "one that follows a port": ("a", "b.g", "now", NetworkError, ["gain", "'ab'", "'now'", "port 'I'"]),
    "a port": ("a", "b.g", "I", NetworkError, ["gain", "'ab'", "'I'"]),
    "an address": ("a", "b.g", "a.r", NetworkError, ["gain", "'ab'", "one word", "'a.r'"]),
    "a number": ("a", "b.g", 0.5, NetworkError, ["gain", "'ab'", "0.5"]),
    "nothing": ("a", "b.g", "", NetworkError, ["gain", "'ab'", "''"]),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_gain_that_cannot_be_is_refused_in_a_sentence(what):
    source, target, gain, error, quoted = REFUSED[what]
    with pytest.raises(error) as problem:
        Network(
            (Population("a", NEURON, 2), Population("b", FOLLOWER, 2)),
            (Projection("ab", source, target, 1, "1 ms", gain=gain),),
        )
    said = str(problem.value)
    assert "\n" not in said
    assert said.endswith((".", "?"))
    for piece in quoted:
        assert piece in said


def test_a_program_of_brian2_has_no_gains(prepare):
    network = joined(Population("source", STILL, 2), gain="open")
    with pytest.raises(ValueError, match="gains of this study need; take target=numpy"):
        prepare(network, Settle("5 ms"), backend=Brian2Backend(target="cpp_standalone"))
