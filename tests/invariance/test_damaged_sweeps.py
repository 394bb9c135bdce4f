"""Whatever becomes of the files of a sweep, the same command makes of them what an uninterrupted one makes."""

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import xarray as xr

from sim.backends.simulation import LaneSimulation
from sim.measured import measured, place
from sim.results import claims
from sim.results.disk import DamagedError
from sim.results.status import Status
from sim.results.store import Store
from sim.run import Study, run
from tests.made_sweeps import MEASURES, partly_failing

STUDY = partly_failing(seeds=2, lasting="100 ms")
WITHOUT = replace(STUDY, record=replace(STUDY.record, keep_spikes=False))


@pytest.fixture(scope="module")
def swept(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("swept") / "store.zarr"
    run(STUDY, path, measures=MEASURES)
    return path


@pytest.fixture(scope="module")
def spikeless(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("spikeless") / "store.zarr"
    run(WITHOUT, path, measures=MEASURES)
    return path


def copied(path: Path, folder: Path) -> Path:
    shutil.copytree(path.parent, folder / "copy")
    return folder / "copy" / path.name


def flipped(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-5])


DAMAGE: dict[str, Callable[[Path], object]] = {"deleted": Path.unlink, "flipped": flipped, "cut": cut}


def commanded(study: Study, path: Path) -> tuple[xr.Dataset, xr.Dataset]:
    """As a command does; what it finds damaged when it reads, it makes again."""
    for _ in range(3):
        try:
            run(study, path, measures=MEASURES)
            return measured(path, MEASURES), Store.open(path).dataset().load()
        except DamagedError as problem:
            Store.open(problem.store).withdraw(problem.number)
    pytest.fail("it stays damaged")


def same(study: Study, path: Path, whole: Path) -> None:
    numbers, results = commanded(study, path)
    xr.testing.assert_identical(numbers, measured(whole, MEASURES))
    xr.testing.assert_identical(results.drop_attrs(), Store.open(whole).dataset().load().drop_attrs())


MANY = [pytest.param(damage, 12, marks=pytest.mark.slow) for damage in DAMAGE]


@pytest.mark.parametrize(("damage", "count"), [("deleted", 4), ("flipped", 4), *MANY])
@pytest.mark.parametrize("kind", ["swept", "spikeless"])
def test_any_file_of_a_finished_sweep_may_be_lost_or_damaged(kind, damage, count, request, tmp_path):
    whole, study = request.getfixturevalue(kind), STUDY if kind == "swept" else WITHOUT
    path, chosen = copied(whole, tmp_path), random.Random(f"{damage} {count}")
    files = sorted(file for file in path.parent.rglob("*") if file.is_file() and file.name != "provenance.json")
    assert len({file.relative_to(path.parent).parts[1] for file in files if file.parent != path.parent}) > 8
    for file in chosen.sample(files, count):
        if file.exists():
            DAMAGE[damage](file)
        same(study, path, whole)


def test_what_is_damaged_is_simulated_again_and_nothing_else(swept, tmp_path, monkeypatch, caplog):
    path, ran, simulate = copied(swept, tmp_path), [], LaneSimulation.run
    monkeypatch.setattr(
        LaneSimulation, "run", lambda self, samples: ran.append(list(samples)) or simulate(self, samples)
    )
    (path / "v/c/4/0/0").unlink()
    run(STUDY, path, measures=MEASURES)
    assert ran == [[4]]
    assert f"samples 4 to 4 of {path} are to do again: 'v' is missing" in caplog.text
    same(STUDY, path, swept)


def test_damaged_measures_are_taken_again_from_the_spikes(swept, tmp_path, monkeypatch):
    path = copied(swept, tmp_path)
    kept = place(Store.open(path), MEASURES)
    flipped(kept / "first_spike/c/0")
    (kept / "first_spike/c/1").unlink()
    monkeypatch.setattr(LaneSimulation, "run", lambda *_: pytest.fail("something was simulated"))
    xr.testing.assert_identical(measured(path, MEASURES), measured(swept, MEASURES))


def test_a_flipped_bit_in_spikes_is_found_when_other_measures_are_taken(swept, tmp_path):
    path = copied(swept, tmp_path)
    shutil.rmtree(place(Store.open(path), MEASURES))
    flipped(path / "spike_step/c/0/0/0")
    run(STUDY, path, measures=MEASURES)
    same(STUDY, path, swept)


def test_without_locks_two_processes_do_the_same_slab_and_it_is_whole(swept, tmp_path, monkeypatch, caplog):
    """The other one begins and ends between this one's simulation and its writing."""
    monkeypatch.setattr(claims, "fcntl", None)
    path, simulate, other = tmp_path / "x" / "store.zarr", LaneSimulation.run, []

    def raced(self, samples):
        found = simulate(self, samples)
        if not other:
            other.append(True)
            run(STUDY, path, measures=MEASURES)
        return found

    monkeypatch.setattr(LaneSimulation, "run", raced)
    with caplog.at_level("INFO", "sherrington"):
        run(STUDY, path, measures=MEASURES)
    assert "were finished by another process meanwhile" in caplog.text
    assert (Store.open(path).status() != Status.TODO).all()
    same(STUDY, path, swept)
