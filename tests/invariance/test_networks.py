"""A network fires alike whatever runs beside it: batch, place, device, window, silent populations, order, names."""

import logging
from dataclasses import replace

import jax
import numpy as np
import pytest

from sim.design import Design
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Hold, Settle, Step, Train
from sim.spec.record import Record
from sim.spec.trigger import When
from sim.spec.wiring import Random, Table

NUMBERS = {"g": "0.02 uS", "E": "-65 mV", "C": "0.2 nF", "sigma": "2 mV", "v_thr": "-50 mV"}
CELL = Model(
    "a cell",
    Block(
        """
        dv/dt = (g*(E - v) + g_e*(0*mV - v) + g_i*(-80*mV - v) + I)/C + sigma*sqrt(2*g/C)*xi : volt (unless refractory)
        dg_e/dt = -g_e/(3*ms) : siemens
        dg_i/dt = -g_i/(8*ms) : siemens
        dr/dt = -r/(25*ms) : 1
        rested = 1.6/(1 + 0.7*r) : 1
        shut = 0*r : 1
        I : amp
        """,
        params={name: Param(value, "test") for name, value in NUMBERS.items()},
        initial={"v": "-65 mV"},
    ),
    threshold="v > v_thr",
    reset="v = E; r += 1",
    refractory="2 ms",
)
CELLS = 5
A = Population("a", CELL, CELLS, {"C": Graded("0.15 nF", "0.3 nF")})
B = Population("b", CELL, 9, {"v_thr": Graded("-54 mV", "-50 mV")})
EXCITE = Projection("excite", "a", "b.g_e", Graded("8 nS", "16 nS"), Graded("1 ms", "7.3 ms"), Random(0.6))
INHIBIT = Projection("inhibit", "b", "a.g_i", "3 nS", "2 ms", Table(((0.3, 1, 0.7, 0.1, 1 / 3),) * 9))
RATE = Projection("rate", "b.r", "a.I", "-0.02 nA", Graded("0 ms", "6 ms"))
TIRE = Projection("tire", "a", "b.g_e", "9 nS", Graded("3 ms", "11.2 ms"), Random(0.5), gain="rested")
NETWORK = Network((A, B), (EXCITE, INHIBIT, TIRE, RATE), (Signal("activity", "b.r", "mean"),))
REPLY = When(
    "activity",
    Train("b.I", "200 Hz", "20 ms", "0.5 nA", "1 ms", name="burst"),
    above=0.3,
    latency="2 ms",
    spread="5 ms",
    refractory="30 ms",
    name="reply",
)
DRIVE = Settle("10 ms") >> Step("a.I", "0.7 nA", "120 ms") >> Settle("20 ms")
CONDITIONS = Design(
    {"network.inhibit.weight": ["0 nS", "3 nS"], "network.excite.delay.high": ["4 ms", "21 ms"]}, seeds=5
)


def alike(found, expected) -> None:
    np.testing.assert_array_equal(found.steps, expected.steps)
    for name, x in expected.traces.items():
        np.testing.assert_array_equal(found.traces[name], x, err_msg=name)


RECORD = Record(("v", "r"), "5 ms", max_rate="300 Hz")


@pytest.fixture(scope="module")
def one_by_one(simulate):
    """The twenty conditions, each run alone."""
    found = simulate(NETWORK, DRIVE + REPLY, design=CONDITIONS, record=RECORD, batch=1)
    assert (found.counts.sum(axis=1) > 50).all()
    assert (found.traces["actions.reply"] > 1).all()
    assert len(np.unique(found.steps, axis=0)) == 20  # there is something to compare
    return found


@pytest.mark.parametrize("batch", [2, 3, 7, 20, 40])
def test_batching_does_not_change_a_network(simulate, one_by_one, batch):
    alike(simulate(NETWORK, DRIVE + REPLY, design=CONDITIONS, record=RECORD, batch=batch), one_by_one)


def test_a_sample_does_not_depend_on_the_delays_of_others(simulate, one_by_one):
    """The longest delay of a design decides how much is remembered."""
    alone = Design({"network.inhibit.weight": ["3 nS"], "network.excite.delay.high": ["4 ms"]}, seeds=1, first_seed=3)
    found = simulate(NETWORK, DRIVE + REPLY, design=alone, record=RECORD)
    np.testing.assert_array_equal(found.steps[0], one_by_one.steps[13])


IN_CHILD = """
import importlib.util
from experiments.verification.runs import simulate
import jax
spec = importlib.util.spec_from_file_location("networks_alike", {path!r})
own = importlib.util.module_from_spec(spec)
spec.loader.exec_module(own)
found = simulate(own.NETWORK, own.DRIVE + own.REPLY, design=own.CONDITIONS, record=own.RECORD)
print(len(jax.devices()), found.steps.tobytes().hex())
"""


@pytest.mark.parametrize("devices", [3, *(pytest.param(few, marks=pytest.mark.slow) for few in (1, 2))])
def test_the_number_of_devices_does_not_change_a_network(in_child, one_by_one, devices):
    flags = f"--xla_force_host_platform_device_count={devices}"
    found = in_child(IN_CHILD.format(path=__file__), XLA_FLAGS=flags).split()[-2:]
    assert found == [str(devices), one_by_one.steps.tobytes().hex()]


def test_second_batch_of_a_network_does_not_recompile(prepare, caplog):
    simulation = prepare(NETWORK, DRIVE + REPLY, design=CONDITIONS, record=RECORD, batch=8)
    compiled = []
    for first, last in ((0, 8), (8, 16), (16, 20)):  # the last one is short
        caplog.clear()
        with jax.log_compiles(), caplog.at_level(logging.DEBUG, logger="jax"):
            simulation.run(slice(first, last))
        compiled.append(sum("Compiling" in record.getMessage() for record in caplog.records))
    assert compiled[0] >= 1
    assert compiled[1:] == [0, 0]


@pytest.mark.parametrize("window", ["0.25 ms", "1 ms"])
def test_the_window_does_not_change_what_spikes_do(simulate, window):
    """In float64: the same weights, added up in another loop, round alike."""
    network = replace(NETWORK, projections=(EXCITE, INHIBIT))
    found = [simulate(network, DRIVE, dtype="float64", window=w, record=SPIKES) for w in ("0.5 ms", window)]
    assert found[0].counts.sum() > 50
    np.testing.assert_array_equal(found[0].steps, found[1].steps)


SPIKES = Record(commands=False, max_rate="300 Hz")
SEEDS = Design(seeds=3)


@pytest.fixture(scope="module")
def uncoupled(simulate):
    """The driven pool by itself, as cells that nothing couples."""
    found = simulate(Network((A,)), DRIVE, design=SEEDS, record=SPIKES)
    assert (found.counts.sum(axis=1) > 30).all()
    return found


SILENT = {  # what stands beside the pool and must not be felt
    "connections of no weight": (B, (replace(EXCITE, wiring=Random(1)), replace(INHIBIT, weight="0 nS"))),
    "no connection at all": (B, (replace(INHIBIT, wiring=Random(0)),)),
    "cells that never fire": (replace(B, params={"v_thr": "50 mV", "sigma": "0 mV"}), (INHIBIT,)),
    "a variable of no weight": (B, (EXCITE, replace(RATE, weight="0 nA"))),
    "a variable that stays zero": (replace(B, params={"v_thr": "50 mV", "sigma": "0 mV"}), (RATE,)),
    "targets that answer nothing": (B, (EXCITE,)),
    "spikes of no gain": (B, (EXCITE, replace(INHIBIT, gain="shut"))),
}


@pytest.mark.parametrize("what", SILENT)
def test_what_brings_nothing_changes_nothing(simulate, uncoupled, what):
    other, projections = SILENT[what]
    found = simulate(Network((other, A), projections), DRIVE, design=SEEDS, record=SPIKES)
    np.testing.assert_array_equal(found.steps[:, other.size :], uncoupled.steps)


def test_to_be_listened_to_changes_nothing(simulate, uncoupled):
    network = Network((A,), signals=(Signal("activity", "a.r"),))
    silent = replace(REPLY, do=Step("a.I", "9 nA", "5 ms", name="pulse"), above=1e6)
    found = simulate(network, DRIVE + silent, design=SEEDS, record=SPIKES)
    np.testing.assert_array_equal(found.steps, uncoupled.steps)


def test_motoneurons_fire_coupled_as_they_fire_alone(simulate, pool):
    """With their noise: the same spikes through the lanes of a network, whatever the batch."""
    (cells,) = pool("hTA", size=CELLS).populations
    drive = Hold("hTA.inhibition", 1.5) + Step("hTA.excitation", 30, "200 ms")
    alone = simulate(Network((cells,)), drive, design=SEEDS, record=SPIKES)
    assert (alone.counts.sum(axis=1) > 5).all()
    network = Network((cells, B), (Projection("ventral_root", "hTA", "b.g_e", "5 nS", "3 ms"),))
    for batch in (1, 3):
        found = simulate(network, drive, design=SEEDS, record=SPIKES, batch=batch)
        np.testing.assert_array_equal(found.steps[:, :CELLS], alone.steps)
    assert (found.counts[:, CELLS:].sum(axis=1) > 5).all()


def test_the_order_of_populations_and_projections_changes_nothing(simulate):
    turned = replace(NETWORK, populations=(B, A), projections=(RATE, TIRE, INHIBIT, EXCITE))
    one, other = (simulate(n, DRIVE + REPLY, design=SEEDS, record=SPIKES) for n in (NETWORK, turned))
    np.testing.assert_array_equal(one.steps[:, :CELLS], other.steps[:, 9:])
    np.testing.assert_array_equal(one.steps[:, CELLS:], other.steps[:, :9])
    assert one.counts[:, CELLS:].sum() > 50


def test_the_name_of_a_projection_changes_nothing_where_it_draws_nothing(simulate):
    renamed = replace(NETWORK, projections=(EXCITE, replace(INHIBIT, name="recurrent"), TIRE, RATE))
    one, other = (simulate(n, DRIVE + REPLY, design=SEEDS, record=SPIKES) for n in (NETWORK, renamed))
    np.testing.assert_array_equal(one.steps, other.steps)


def test_cells_with_the_same_inputs_fire_together(simulate):
    """More than a chunk of lanes, without noise."""
    source = replace(A, params={**A.params, "sigma": "0 mV"})
    target = Population("b", CELL, 150, {"sigma": "0 mV"})
    network = Network((source, target), (replace(EXCITE, weight="9 nS", wiring=Table(((0.7,) * 150,) * CELLS)),))
    steps = simulate(network, DRIVE, record=SPIKES).steps[0, CELLS:]
    assert (steps[0] >= 0).sum() > 5
    assert (steps == steps[0]).all()


def test_a_random_wiring_is_the_same_in_every_process(in_child):
    text = "from sim.spec.wiring import Random; print(Random(0.3, 5).table(9, 14, 'ab').astype(bool).tobytes().hex())"
    here = Random(0.3, 5).table(9, 14, "ab").astype(bool).tobytes().hex()
    assert {in_child(text, PYTHONHASHSEED=seed).strip() for seed in ("1", "2")} == {here}
