"""A study runs to its end whatever interrupts it, and its digest names everything that decides the result."""

import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from sim.backends.jax_backend import JaxBackend, JaxSimulation
from sim.design import Design, Participants, Points, Prior, Space
from sim.results.disk import StoreError
from sim.results.status import Status
from sim.results.store import Store
from sim.run import Study, run
from sim.spec.canonical import SAID, canonical
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Graded, Param
from sim.spec.protocol import Hold, Sequence, Settle, Step, Trapezoid, Triangle
from sim.spec.record import Record
from tests.made_sweeps import sweep

ROOT = Path(__file__).parents[2]

STUDY = """
import sys, time
from sim.backends.simulation import LaneSimulation
from sim.results.store import Store
from sim.run import run
from tests.made_sweeps import sweep
"""
INTERRUPTED = """
write = Store.write
Store.write = lambda *args: (write(*args), time.sleep(0.5))  # long enough to be caught in the middle
run(sweep(seeds=4), sys.argv[1], batch=2)
"""


@pytest.fixture(scope="module")
def noisy_study() -> Study:
    return sweep(seeds=4)


@pytest.fixture(scope="module")
def uninterrupted(noisy_study, tmp_path_factory):
    return run(noisy_study, tmp_path_factory.mktemp("whole") / "store.zarr", batch=2).load()


def test_the_study_has_something_to_compare(uninterrupted):
    assert (uninterrupted.status == Status.DONE).all()
    assert (uninterrupted.n_spikes.sum("unit") > 5).all()
    assert len(np.unique(uninterrupted.n_spikes.sum("unit"))) > 3


def test_resume_equals_uninterrupted_run(noisy_study, uninterrupted, tmp_path):
    path = tmp_path / "store.zarr"
    child = subprocess.Popen([sys.executable, "-c", STUDY + INTERRUPTED, str(path)], cwd=ROOT)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and child.poll() is None:
            if path.exists() and Store.open(path).status_counts()[Status.DONE] >= 4:
                break
            time.sleep(0.02)
        os.kill(child.pid, signal.SIGKILL)
    finally:
        child.kill()
        child.wait()
    done = Store.open(path).status_counts()[Status.DONE]
    assert 4 <= done < 12  # killed in the middle
    resumed = run(noisy_study, path, batch=5).load()  # the store's own slabs are kept
    assert Store.open(path).samples_per_slab == 1
    assert resumed.drop_attrs().identical(uninterrupted.drop_attrs())


@pytest.mark.parametrize("batch", [1, 3, 5, 64])
def test_a_store_is_the_same_whatever_the_batch(batch, noisy_study, uninterrupted, tmp_path):
    """Its slabs follow from the study, and so do the files on disk, byte for byte but for what tells when and where."""
    path = tmp_path / "store.zarr"
    found = run(noisy_study, path, batch=batch).load()
    assert found.drop_attrs().identical(uninterrupted.drop_attrs())
    other = tmp_path / "other.zarr"
    run(noisy_study, other, batch=7)

    def content(store):
        files = [file for file in store.rglob("*") if file.is_file() and file != store / "zarr.json"]
        return {str(file.relative_to(store)): file.read_bytes() for file in files}

    assert content(path) == content(other)


def test_a_store_begun_on_a_small_machine_goes_on_in_the_batches_of_a_large_one(tmp_path, monkeypatch):
    study, path, ran = sweep(seeds=40), tmp_path / "store.zarr", []  # 120 samples in slabs of 4
    simulate = JaxSimulation.run
    monkeypatch.setattr(JaxSimulation, "run", lambda self, samples: ran.append(
        (self.batch, len(samples))) or simulate(self, samples))  # fmt: skip
    full, write = StoreError("the disk is full"), Store.write

    def filling(store, slab, *given):
        if slab.start == 16:
            raise full
        write(store, slab, *given)

    with monkeypatch.context() as interrupting:
        interrupting.setattr(Store, "write", filling)
        with pytest.raises(StoreError):
            run(study, path, batch=3)
    store = Store.open(path)
    assert store.samples_per_slab == 4
    assert store.status_counts()[Status.DONE] == 16
    assert set(ran) == {(3, 3)}
    ran.clear()
    resumed = run(study, path, batch=64).load()
    assert ran == [(64, 64), (64, 40)]
    whole = run(study, tmp_path / "whole.zarr", batch=32).load()
    assert resumed.drop_attrs().identical(whole.drop_attrs())


TOLD = """
write = Store.write
Store.write = lambda store, slab, *rest: (write(store, slab, *rest), print(slab.start, flush=True), time.sleep(0.2))
"""


def test_two_processes_of_one_command_share_the_work(noisy_study, uninterrupted, tmp_path):
    """Each slab is simulated and written by one of them; the system drops what a killed one had claimed."""
    path = tmp_path / "store.zarr"
    command = [sys.executable, "-c", STUDY + TOLD + "run(sweep(seeds=4), sys.argv[1], batch=1)", str(path)]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    written = [[int(word) for word in child.communicate(timeout=120)[0].split()] for child in both]
    assert sorted(written[0] + written[1]) == list(range(12))
    assert min(map(len, written)) > 0  # both were at work
    assert [child.returncode for child in both] == [0, 0]
    found = run(noisy_study, path, batch=1).load()
    assert found.drop_attrs().identical(uninterrupted.drop_attrs())


def test_a_store_that_other_code_has_begun_is_gone_on_with_and_it_is_said(noisy_study, tmp_path, monkeypatch, caplog):
    path = tmp_path / "store.zarr"
    run(noisy_study, path, batch=2, slice=0, slices=2)
    with caplog.at_level("WARNING", "sherrington"):
        run(noisy_study, path, batch=2, slice=0, slices=2)
        assert not caplog.records
        monkeypatch.setattr(JaxSimulation, "device", "1 x another processor, XLA")
        run(noisy_study, path, batch=2, slice=1, slices=2)
    assert "was begun on " in caplog.text
    assert "but this is 1 x another processor, XLA" in caplog.text


SLOWED = """
simulate = LaneSimulation.run
LaneSimulation.run = lambda *args: (time.sleep(0.1), simulate(*args))[1]
print("at work", flush=True)
run(sweep(seeds=20), sys.argv[1], batch=1)
"""


@pytest.mark.slow
def test_a_sweep_killed_twenty_times_ends_equal_to_an_uninterrupted_one(tmp_path):
    """Spike for spike; what was finished stays finished."""
    study = sweep(seeds=20)
    whole = run(study, tmp_path / "whole.zarr", batch=30).load()
    path, moments, done = tmp_path / "killed.zarr", random.Random(0), [0]
    for _ in range(20):
        child = subprocess.Popen(
            [sys.executable, "-c", STUDY + SLOWED, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        assert child.stdout.readline() == "at work\n"
        deadline = time.monotonic() + 60
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(moments.uniform(0, 2.5))  # before the first sample, while computing, while writing
        child.kill()
        child.communicate()
        store = Store.open(path)
        done.append(store.status_counts()[Status.DONE])
        finished = store.status() == Status.DONE
        now = store.dataset().load()
        for name in whole.data_vars:
            np.testing.assert_array_equal(now[name][finished], whole[name][finished])
    assert done == sorted(done)
    assert len(set(done)) > 3  # it was killed at work, not only while starting
    ended = run(study, path, batch=7).load()
    assert ended.drop_attrs().identical(whole.drop_attrs())


def test_batch_size_changes_nothing_in_the_store(noisy_study, uninterrupted, tmp_path):
    whole = run(noisy_study, tmp_path / "store.zarr", batch=32).load()
    assert whole.drop_attrs().identical(uninterrupted.drop_attrs())


def test_a_finished_study_is_not_run_again(noisy_study, tmp_path, monkeypatch):
    path = tmp_path / "store.zarr"
    run(noisy_study, path)
    monkeypatch.setattr(JaxBackend, "prepare", lambda *args: pytest.fail("it was prepared again"))
    assert (run(noisy_study, path).status == Status.DONE).all()


def test_a_course_finer_than_a_window_is_refused(tmp_path):
    study = replace(sweep(), record=Record(("v",), every="0.1 ms"))
    with pytest.raises(ValueError, match=r"once in a window, and a window is 0\.5 ms; give a shorter window"):
        run(study, tmp_path / "store.zarr")


def test_names_units_and_labels_come_with_the_result(uninterrupted):
    assert dict(uninterrupted.sizes) | {"spike": 0} == {
        "sample": 12,
        "unit": 3,
        "recorded": 3,
        "spike": 0,
        "time": 40,
    }
    assert uninterrupted.v.attrs["units"] == "mV"
    assert uninterrupted["network.pool.tau"].attrs["units"] == "ms"
    assert uninterrupted["pool.I"].attrs["units"] == "nA"
    np.testing.assert_array_equal(uninterrupted["network.pool.tau"][::4], [8, 10, 12])
    np.testing.assert_array_equal(uninterrupted.stream[:4], [0, 1, 2, 3])
    np.testing.assert_allclose(uninterrupted.time[:2], [0, 0.005])


# ---- digest

CELL = Model(
    "cell",
    Block(
        "dv/dt = (E - v)/tau + I : volt\nI : volt/second",
        {"E": Param("0 mV", "a"), "tau": Param("1 ms", "a")},
        initial={"v": "1 mV"},
    ),
    threshold="v > 2*mV",
    refractory="1 ms",
    reset="v = 0*mV",
)
POPULATION = Population("pool", CELL, 3, {"E": Graded("0 mV", "1 mV", 0.5, "a")})
PROTOCOL = Hold("pool.I", "1 mV/ms", name="hold") + (
    Settle("1 ms")
    >> Step("pool.I", "1 mV/ms", "2 ms", name="step")
    >> Triangle("pool.I", "1 mV/ms", "2 ms", "3 ms", name="triangle")
    >> Trapezoid("pool.I", "1 mV/ms", "2 ms", "3 ms", "4 ms", name="trapezoid")
)
BASE = Study(
    Network((POPULATION,)),
    PROTOCOL,
    Record(("v",), "1 ms", (0, 1), True, "60 Hz"),
    Design({"network.pool.tau": ["1 ms", "2 ms"]}, seeds=2),
    JaxBackend(),
    Numerics("0.05 ms", "0.5 ms", "staggered", "float32"),
)
OTHER = {  # one other value for each field of each declared part
    Numerics: dict(dt="0.1 ms", window="1 ms", scheme="euler", dtype="float64", bridged=True),
    Record: dict(variables=(), every="2 ms", populations=("pool",), cells=(0,), commands=False, max_rate="50 Hz")
    | dict(keep_spikes=False, bits=9),
    Design: dict(
        axes={"network.pool.tau": ["1 ms", "3 ms"]},
        cases={"a": {"network.pool.tau": {"scale": 2}}},
        points=Points({"network.pool.E.low": ["1 mV"]}),
        participants=Participants(2, {}),
        prior=Prior(Space({"network.pool.tau": ["1 ms", "2 ms"]}), 2),
        seeds=3,
        first_seed=1,
        ends_only=True,
        independent=("pool.tau",),
    ),
    Population: dict(name="other", size=4, params={}, model=replace(CELL, name="other")),
    Model: dict(
        name="other",
        block=replace(CELL.block, initial={"v": "2 mV"}),
        threshold="v > 3*mV",
        refractory="2 ms",
        reset="",
    ),
    Block: dict(
        text=CELL.block.text.replace("E - v", "2*E - v"),
        params={**CELL.block.params, "tau": Param("2 ms", "a")},
        initial={"v": "3 mV"},
        into={"s": "v"},
        sums={"s": "volt"},
    ),
    Param: dict(value="2 ms", bounds=(None, "9 ms")),
    Graded: dict(low="0.5 mV", high="2 mV", skew=1.0),
    Settle: dict(duration="2 ms", name="other"),
    Hold: dict(target="pool.J", level="2 mV/ms", name="x", on=0),
    Step: dict(target="pool.J", level="2 mV/ms", duration="3 ms", name="x", on=0),
    Triangle: dict(target="pool.J", peak="2 mV/ms", up="3 ms", down="4 ms", name="x", on=0),
    Trapezoid: dict(target="pool.J", peak="2 mV/ms", up="3 ms", hold="4 ms", down="5 ms", name="x", on=0),
}


def declared_parts() -> dict[type, object]:
    elements = {type(e): e for e in PROTOCOL.elements()}
    return {
        Numerics: BASE.numerics,
        Record: BASE.record,
        Design: BASE.design,
        Population: POPULATION,
        Model: CELL,
        Block: CELL.block,
        Param: CELL.params["tau"],
        Graded: POPULATION.params["E"],
        **elements,
    }


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, others in OTHER.items() for field in others])
def test_every_declared_value_enters_the_digest(kind, field):
    part = declared_parts()[kind]
    assert canonical(replace(part, **{field: OTHER[kind][field]})) != canonical(part)


@pytest.mark.parametrize("kind", OTHER)
def test_no_field_is_forgotten(kind):
    assert {f.name for f in fields(kind) if f.init and f.compare and SAID not in f.metadata} == set(OTHER[kind])


def test_where_a_number_comes_from_names_no_result_anew():
    for said in (replace(CELL.params["tau"], source="b"), replace(POPULATION.params["E"], source="b")):
        part = CELL.params["tau"] if isinstance(said, Param) else POPULATION.params["E"]
        assert canonical(said) == canonical(part)
        assert said != part


@pytest.mark.parametrize("part", [f.name for f in fields(Study) if f.name != "backend"])
def test_every_part_of_a_study_enters_its_digest(part):
    other = {
        "network": Network((replace(POPULATION, size=4),)),
        "protocol": Sequence((Settle("9 ms"),)),
        "record": Record(),
        "design": Design(),
        "numerics": Numerics("0.1 ms"),
    }
    assert replace(BASE, **{part: other[part]}).digest() != BASE.digest()


def test_the_digest_is_that_of_the_values_and_not_of_the_objects():
    again = replace(BASE, network=Network((replace(POPULATION),)), numerics=Numerics())
    assert again.digest() == BASE.digest()


def test_the_digest_is_known_without_brian2(in_child):
    text = STUDY + "sweep(seeds=4).digest(); print('brian2' in sys.modules)"
    in_child(text)  # the text may be new to this cache
    assert in_child(text).strip() == "False"
