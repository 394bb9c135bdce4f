"""A sample's spikes do not depend on what ran beside it: batch, place, device, window, other populations, names."""

import logging

import jax
import numpy as np
import pytest

from sim.design import Design
from sim.spec.network import Network, Population
from sim.spec.protocol import Hold, Settle, Step, Triangle
from sim.spec.record import Record

CELLS = 5
DRIVE = Hold("hTA.inhibition", 1.5, name="inhibition") + (
    Settle("50 ms") >> Triangle("hTA.excitation", 30, "300 ms", "150 ms", name="excitation")
)
CONDITIONS = Design({"network.hTA.monoamine": [0.8, 0.9, 1.0, 1.2]}, seeds=2)  # eight samples


@pytest.fixture(scope="module")
def few(pool):
    """A few motoneurons of the pool hTA, their noise on."""
    return pool("hTA", size=CELLS)


@pytest.fixture(scope="module")
def one_by_one(simulate, few):
    """Spikes of the eight conditions, each run alone."""
    run = simulate(few, DRIVE, design=CONDITIONS, batch=1)
    assert (run.counts.sum(axis=1) > 5).all()  # there is something to compare
    return run


@pytest.mark.parametrize("batch", [3, 8, 32])
def test_batching_does_not_change_spikes(simulate, few, one_by_one, batch):
    run = simulate(few, DRIVE, design=CONDITIONS, batch=batch)
    np.testing.assert_array_equal(run.steps, one_by_one.steps)
    np.testing.assert_array_equal(run.counts, one_by_one.counts)


def test_the_order_of_samples_does_not_change_spikes(simulate, few, one_by_one):
    turned = Design({"network.hTA.monoamine": [1.2, 1.0, 0.9, 0.8]}, seeds=2)
    run = simulate(few, DRIVE, design=turned, batch=3)
    order = [6, 7, 4, 5, 2, 3, 0, 1]
    np.testing.assert_array_equal(run.steps, one_by_one.steps[order])


def test_a_sample_does_not_depend_on_the_axes_that_it_was_part_of(simulate, few, one_by_one):
    run = simulate(few, DRIVE, design=Design({"network.hTA.monoamine": [0.9]}, seeds=1, first_seed=1))
    np.testing.assert_array_equal(run.steps[0], one_by_one.steps[3])


IN_CHILD = """
from experiments.verification import runs
import jax, numpy as np
from sim.design import Design
from sim.spec.protocol import Hold, Settle, Triangle
drive = Hold("hTA.inhibition", 1.5, name="inhibition") + (
    Settle("50 ms") >> Triangle("hTA.excitation", 30, "300 ms", "150 ms", name="excitation"))
pool = runs.pool("hTA", size=5)
run = runs.simulate(pool, drive, design=Design({"network.hTA.monoamine": [0.8, 0.9, 1.0, 1.2]}, seeds=2))
print(len(jax.devices()), run.steps.shape, run.steps.tobytes().hex())
"""


@pytest.mark.parametrize("devices", [3, *(pytest.param(few, marks=pytest.mark.slow) for few in (1, 2))])
def test_the_number_of_devices_does_not_change_spikes(in_child, one_by_one, devices):
    flags = f"--xla_force_host_platform_device_count={devices}"
    found = in_child(IN_CHILD, XLA_FLAGS=flags).split()[-5:]
    assert found[0] == str(devices)
    assert found[-1] == one_by_one.steps.tobytes().hex()


@pytest.mark.parametrize("window", ["0.25 ms", "1 ms"])
def test_the_window_does_not_change_spikes(simulate, few, window):
    """In float64 and with a peak in binary fractions: the same line, begun in another window, rounds alike."""
    runs = [simulate(few, DRIVE, dtype="float64", window=w) for w in ("0.5 ms", window)]
    assert runs[0].counts.sum() > 20
    np.testing.assert_array_equal(runs[0].steps, runs[1].steps)


def test_a_silent_population_changes_nothing(simulate, few, pool):
    (cells,) = few.populations
    silent = Population("silent", cells.model, 3)
    alone, before, after = (
        simulate(Network(populations), DRIVE) for populations in ((cells,), (silent, cells), (cells, silent))
    )
    np.testing.assert_array_equal(before.steps[:, 3:], alone.steps)
    np.testing.assert_array_equal(after.steps[:, :CELLS], alone.steps)
    assert before.counts[:, :3].sum() == 0


def test_relabelling_a_population_changes_its_noise_and_nothing_else(simulate, few):
    (cells,) = few.populations

    def named(name: str, noise: float):
        population = Population(name, cells.model, CELLS, {**cells.params, "noise": noise})
        drive = Hold(f"{name}.inhibition", 1.5, name="inhibition") + Step(f"{name}.excitation", 30, "400 ms")
        return simulate(Network((population,)), drive)

    np.testing.assert_array_equal(named("soleus", 0).steps, named("tibialis", 0).steps)
    assert not np.array_equal(named("soleus", 1).steps, named("tibialis", 1).steps)


def test_a_larger_pool_has_the_same_noise_in_its_first_cells(simulate, few):
    (cells,) = few.populations
    record = Record(variables=("z_e_d1",), every="50 ms", commands=False)
    small, large = (
        simulate(Network((Population("hTA", cells.model, size),)), Settle("200 ms"), record=record) for size in (3, 70)
    )
    np.testing.assert_array_equal(small.traces["z_e_d1"], large.traces["z_e_d1"][:, :3])


def test_cells_with_equal_parameters_and_no_noise_fire_together(simulate, few):
    (cells,) = few.populations
    network = Network((Population("hTA", cells.model, 70, {"noise": 0}),))  # more than a chunk of lanes
    steps = simulate(network, DRIVE).steps[0]
    assert (steps[0] >= 0).sum() > 5
    assert (steps == steps[0]).all()


def test_second_batch_does_not_recompile(prepare, few, caplog):
    simulation = prepare(few, DRIVE, design=CONDITIONS, batch=3)
    compiled = []
    for first, last in ((0, 3), (3, 6), (6, 8)):  # the last one is short
        caplog.clear()
        with jax.log_compiles(), caplog.at_level(logging.DEBUG, logger="jax"):
            simulation.run(slice(first, last))
        compiled.append(sum("Compiling" in record.getMessage() for record in caplog.records))
    assert compiled[0] >= 1
    assert compiled[1:] == [0, 0]


COMPILED = """
from experiments.verification.runs import contraction, pool, simulate
from sim.design import Design
level, seed = {level}, {seed}
found = simulate(
    pool("hTA", size=4, monoamine=level), contraction(up="0.2 s", down="0.2 s", before="0.1 s", after="0.1 s"),
    design=Design({{"network.hTA.g_kca.low": ["4e-4 S/cm**2", "{low} S/cm**2"]}}, seeds=2, first_seed=seed),
)
print(int(found.counts.sum()))
"""


def test_another_start_seed_or_value_compiles_nothing_anew(in_child, tmp_path):
    """What was compiled is kept, and no number of a study is part of it."""

    def kept() -> set[str]:
        return {path.name for kind in ("*-cache", "*.so") for path in tmp_path.rglob(kind)}  # of XLA, and of g++

    first = in_child(COMPILED.format(level=1.0, seed=0, low="5e-4"), SHERRINGTON_CACHE=str(tmp_path))
    compiled = kept()
    assert compiled
    other = in_child(COMPILED.format(level=1.2, seed=7, low="6e-4"), SHERRINGTON_CACHE=str(tmp_path))
    assert kept() == compiled
    assert first != other  # it did run something else
