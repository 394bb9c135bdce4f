"""Sets of numbers measured in memory are what a store of them is measured to be, batch by batch, compiled once."""

import logging
import re

import jax
import numpy as np
import pytest

from sim.backends.jax_backend import JaxBackend
from sim.design import Design, Points, Space
from sim.fit.errors import FitError
from sim.fit.evaluator import Evaluator
from sim.measure import Measure
from sim.measured import measured
from sim.results.status import Status
from sim.run import Study, run
from sim.simulator import Simulator
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Param
from sim.spec.protocol import Settle, Step
from sim.spec.record import Record

CELL = Model(
    "noisy integrate-and-fire",
    Block(
        "dv/dt = (E - v + R*I)/tau + sigma*sqrt(2/tau)*xi : volt (unless refractory)\nI : amp",
        params={
            "E": Param("-65 mV", "test"),
            "R": Param("10 Mohm", "test"),
            "tau": Param("10 ms", "test"),
            "sigma": Param("1 mV", "test"),
        },
        initial={"v": "-65 mV"},
    ),
    threshold="v > -50*mV",
    refractory="1 ms",
    reset="v = E",
)
NETWORK = Network((Population("pool", CELL, 3),))
PROTOCOL = Settle("5 ms") >> Step("pool.I", "1.8 nA", "100 ms", name="pulse") >> Settle("5 ms")
RECORD = Record(every="5 ms", max_rate="300 Hz")
SPACE = Space(
    {"current": ["1.6 nA", "2.4 nA"], "network.pool.sigma": ["0.5 mV", "2 mV"]}, {"protocol.pulse.level": "current"}
)


def spikes(view) -> np.ndarray:
    return np.isfinite(view.spikes("pool")).sum((1, 2))


def first_spike(view) -> np.ndarray:
    return np.fmin.reduce(view.spikes("pool"), axis=(1, 2))


def current(view) -> np.ndarray:
    return view.course("pool.I").max(axis=1)


MEASURES = (
    Measure("spikes", "1", "spikes of the pool", spikes),
    Measure("first_spike", "s", "first spike of the pool", first_spike),
    Measure("current", "nA", "highest current", current),
)


def made(**changed) -> Evaluator:
    return Evaluator(NETWORK, PROTOCOL, SPACE, MEASURES, **{"record": RECORD, "seeds": 3, **changed})


@pytest.fixture(scope="module")
def evaluator():
    return made()


@pytest.fixture(scope="module")
def points():
    return SPACE.sobol(10, spread=4)


@pytest.fixture(scope="module")
def found(evaluator, points):
    return evaluator(points)


def test_a_set_is_measured_as_a_sweep_of_it_is(found, points, tmp_path):
    units = {"protocol.pulse.level": "nA", "network.pool.sigma": "mV"}
    values = {path: [f"{float(x)!r} {units[path]}" for x in own] for path, own in SPACE.values(points).items()}
    design = Design(points=Points(values), seeds=3)
    run(Study(NETWORK, PROTOCOL, RECORD, design, JaxBackend(), Numerics()), tmp_path / "store.zarr")
    kept = measured(tmp_path / "store.zarr", MEASURES)
    order = np.lexsort((kept["seed"].values, kept["point"].values))
    for name, numbers in found.measures.items():
        if name != "current":  # a store rounds courses
            np.testing.assert_array_equal(numbers, kept[name].values[order].reshape(-1, 3), err_msg=name)
    assert found.measures["spikes"].std() > 1
    np.testing.assert_allclose(found.measures["current"][:, 0], SPACE.numbers(points)[:, 0], rtol=1e-6)  # float32


def test_all_sets_run_under_the_same_streams_and_a_set_gives_the_same_again(evaluator, found, points):
    again = evaluator(points[[3, 3, 0]])
    for name, numbers in again.measures.items():
        np.testing.assert_array_equal(numbers, found.measures[name][[3, 3, 0]])
    assert (found.measures["spikes"].std(axis=1) > 0).any()  # and the streams of a set differ


@pytest.mark.parametrize("samples", [1, 7, 30, 64])
def test_how_many_run_together_changes_nothing(found, points, samples):
    other = made(samples=samples)(points)
    for name, numbers in other.measures.items():
        np.testing.assert_array_equal(numbers, found.measures[name])
    np.testing.assert_array_equal(other.status, found.status)


@pytest.mark.parametrize("sets", [16, 32, 48])
def test_sets_are_cut_so_that_few_cells_run_beside_them(sets, monkeypatch):
    """Devices run whole pieces, of 32 or 64 cells in C++: on two cores, 4 batches of 8 pools of 20 cost what 4 of 12
    cost, and 6 of 6 three quarters of it."""
    evaluator = Evaluator(Network((Population("pool", CELL, 20),)), PROTOCOL, SPACE, MEASURES[:1], record=RECORD)
    ran, run = [], Simulator.run

    def counted(self, values, stream):
        ran.append((len(stream), self.lanes(self.samples)))
        return run(self, values, stream)

    monkeypatch.setattr(Simulator, "run", counted)
    evaluator(SPACE.sobol(sets))
    samples, lanes = np.array(ran).T
    assert samples.sum() == sets
    assert 4 <= len(ran) <= 8
    assert lanes.sum() <= 4 * Simulator(Network((Population("pool", CELL, 20),)), PROTOCOL, RECORD).lanes(sets // 4)
    assert (lanes >= 20 * samples).all()


def test_generations_after_the_first_compile_nothing(caplog):
    evaluator = made()
    evaluator(SPACE.sobol(8))

    def compiled(count: int) -> int:
        caplog.clear()
        with jax.log_compiles(), caplog.at_level(logging.DEBUG, logger="jax"):
            evaluator(SPACE.sobol(count, spread=1))
        return sum("Compiling" in record.getMessage() for record in caplog.records)

    assert compiled(8) == compiled(7) == compiled(3) == compiled(1) == 0


def test_a_failed_sample_is_missing_and_says_why():
    wild = Space({"network.pool.tau": ["0.001 ms", "12 ms"]})
    numerics = Numerics(scheme="euler")
    evaluator = Evaluator(NETWORK, PROTOCOL, wild, MEASURES, record=RECORD, numerics=numerics, seeds=2)
    found = evaluator(np.array([[0.0], [1.0]]))
    np.testing.assert_array_equal(found.status, [[Status.FAILED_SPIKE_OVERFLOW] * 2, [Status.DONE] * 2])
    for numbers in found.measures.values():
        np.testing.assert_array_equal(np.isnan(numbers), [[True] * 2, [False] * 2])


def test_a_duration_may_vary_over_its_range():
    space = Space({"protocol.pulse.duration": ["50 ms", "200 ms"]})
    evaluator = Evaluator(NETWORK, PROTOCOL, space, MEASURES[:1], record=RECORD)
    few, many = evaluator(np.array([[0.0], [1.0]])).measures["spikes"][:, 0]
    assert many > 3 * few > 0


def test_settings_are_in_the_digest_and_those_of_the_machine_are_not(evaluator):
    assert made(samples=5).digest == evaluator.digest
    others = [
        made(seeds=2),
        made(first_seed=1),
        Evaluator(NETWORK, PROTOCOL, SPACE, MEASURES[:2], record=RECORD, seeds=3),
    ]
    narrower = Space({**SPACE.ranges, "current": ["1.6 nA", "2.3 nA"]}, SPACE.of)
    others.append(Evaluator(NETWORK, PROTOCOL, narrower, MEASURES, record=RECORD, seeds=3))
    assert len({evaluator.digest, *(other.digest for other in others)}) == 5


def force(view) -> np.ndarray:
    return view.course("pool_force").max(axis=1)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"measures": ()}, "at least one measure"),
        ({"measures": (MEASURES[0], MEASURES[0])}, "two measures are called 'spikes'"),
        ({"measures": (Measure("force", "N", "peak force", force),)}, "'pool_force' was not recorded"),
        ({"space": Space({"network.pool.sigm": ["1 mV", "2 mV"]})}, "did you mean 'network.pool.sigma'"),
        ({"space": Space({"network.pool.sigma": ["1 ms", "2 ms"]})}, "is in mV, but the space gives it ms"),
        ({"seeds": 0}, "at least one from 0"),
        ({"samples": 0}, "`samples` is how many run together"),
        ({"protocol": Settle("0 s")}, "leads to no number"),
    ],
)
def test_parts_that_do_not_fit_are_refused_before_anything_runs(changed, said):
    parts = {"network": NETWORK, "protocol": PROTOCOL, "space": SPACE, "measures": MEASURES, "record": RECORD}
    with pytest.raises(ValueError, match=re.escape(said)) as refused:
        Evaluator(**{**parts, **changed})
    assert str(refused.value).endswith((".", "?"))


@pytest.mark.parametrize("points", [[[0.5]], [0.5, 0.5], [[0.5, 1.01]], [[np.nan, 0.5]], [], [["a", "b"]]])
def test_points_are_rows_between_0_and_1(evaluator, points):
    with pytest.raises(FitError, match="points"):
        evaluator(np.array(points))


MEMORY = """
import resource, sys, numpy as np
from tests.unit.test_fit_evaluator import SPACE, made
evaluator = made(seeds=1)
evaluator(SPACE.sobol(256))
first = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for spread in range(8):
    evaluator(SPACE.sobol(256, spread))
evaluator(SPACE.sobol(4096))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - first) / 1024)
"""


def test_memory_does_not_grow_with_the_number_of_evaluations(in_child):
    """Sixteen times as many samples: their spikes alone would take 4096 x 3 x 33 x 4 B = 1.6 MB, their marks
    4096 x 3 x 220 B = 2.7 MB at once, and three copies of both stay below what the allocator itself moves."""
    assert float(in_child(MEMORY)) < 60  # MB
