"""`sherrington status`: what is done, what failed and why, what is missing; and a writer that works from behind."""

import threading
import time

import numpy as np
import pytest
import xarray as xr

from experiments.status import main
from sim.fit.history import SEARCH, History
from sim.fit.loss import Judged
from sim.results.disk import StoreError
from sim.results.measures import PACKED
from sim.results.schema import Schema, Variable, simulation_schema
from sim.results.status import Status
from sim.results.store import Store
from sim.results.writer import Writer


def store_at(path, samples: int = 6) -> Store:
    design = xr.Dataset(
        {
            "stream": ("sample", np.arange(samples)),
            "protocol.ramp.up": ("sample", np.linspace(10, 60, samples), {"units": "ms"}),
        }
    )
    schema = simulation_schema(design, populations=["pool"], spike_capacity=2, dt_ms=0.05, traces=[], times={})
    return Store.create(path, schema, digest="0123456789ab", samples_per_slab=2)


def slab(first: int, *status: Status) -> tuple:
    data = {"spike_step": np.full((2, 1, 2), -1, np.int32), "n_spikes": np.zeros((2, 1), np.int32)}
    return slice(first, first + 2), data, np.array(status or (Status.DONE,) * 2, np.int8)


def test_it_says_what_is_done_failed_and_missing(tmp_path, capsys):
    store = store_at(tmp_path / "results" / "store.zarr")
    store.write(*slab(0))
    store.write(*slab(2, Status.DONE, Status.FAILED_SPIKE_OVERFLOW))
    assert main([str(tmp_path / "results")]) == 1
    said = capsys.readouterr().out
    assert "3 of 6 samples done, 1 failed, 2 missing" in said
    assert Status.FAILED_SPIKE_OVERFLOW.sentence in said
    assert "sample 3: protocol.ramp.up 40 ms, stream 3" in said
    assert "runs the 2 that are missing" in said


def test_a_whole_result_is_well(tmp_path, capsys):
    store = store_at(tmp_path / "store.zarr")
    for first in (0, 2, 4):
        store.write(*slab(first))
    assert main([str(tmp_path / "store.zarr")]) == 0
    assert "6 of 6 samples done, 0 failed, 0 missing" in capsys.readouterr().out


def test_variants_are_told_one_by_one_and_measures_are_none(tmp_path, capsys):
    for name in ("one", "other"):
        store_at(tmp_path / name / "store.zarr")
    (tmp_path / "a41f09").mkdir()
    assert main([str(tmp_path)]) == 1
    assert capsys.readouterr().out.count("0 of 6 samples done") == 2


def test_measures_beside_a_store_are_no_result_of_their_own(tmp_path, capsys):
    """They are told of where samples are simulated that they lack."""
    store, schema = store_at(tmp_path / "store.zarr"), Schema({"sample": 6}, ())
    for name, of in (("measured-a.zarr", store.digest), ("measured-b.zarr", "of another store")):
        Store.create(tmp_path / name, schema, digest="a", samples_per_slab=2, attributes={"of": of})
    store.write(*slab(0))
    main([str(tmp_path)])
    said = capsys.readouterr().out
    assert said.count("samples done") == 1
    assert "measured-a.zarr lacks 2 samples that are simulated" in said
    assert "measured-b" not in said


def test_a_case_is_told_by_its_name(tmp_path, capsys):
    design = xr.Dataset({"stream": ("sample", [0, 1]), "case": ("sample", ["spastic", "healthy"])})
    schema = simulation_schema(design, populations=["pool"], spike_capacity=2, dt_ms=0.05)
    store = Store.create(tmp_path / "store.zarr", schema, digest="0", samples_per_slab=2)
    store.write(*slab(0, Status.FAILED_NOT_FINITE, Status.DONE))
    main([str(tmp_path)])
    assert "sample 0: case spastic, stream 0" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["a", "b"], ["--help"], ["nowhere"]])
def test_what_cannot_be_looked_at_is_one_sentence(tmp_path, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_failure_is_listed_ten_times_at_most(tmp_path, capsys):
    store = store_at(tmp_path / "store.zarr", samples=24)
    for first in range(0, 24, 2):
        store.write(*slab(first, Status.FAILED_NOT_FINITE, Status.FAILED_NOT_FINITE))
    assert main([str(tmp_path / "store.zarr")]) == 1
    said = capsys.readouterr().out
    assert said.count("    sample ") == 10
    assert "and 14 more" in said


# ---- damage


def whole_store(path) -> Store:
    store = store_at(path)
    for first in (0, 2, 4):
        store.write(*slab(first))
    return store


def test_what_is_damaged_counts_as_missing_and_is_named(tmp_path, capsys):
    store = whole_store(tmp_path / "store.zarr")
    (store.path / "n_spikes/c/1/0").unlink()
    assert main([str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "4 of 6 samples done, 0 failed, 2 missing" in said
    assert "samples 2 to 3 are damaged: 'n_spikes' is missing; the same command simulates them again" in said
    assert store.finished(slice(2, 4))  # it was only looked at


def test_only_reading_everything_finds_a_flipped_bit_and_then_it_is_missing(tmp_path, capsys):
    store = whole_store(tmp_path / "store.zarr")
    file = store.path / "n_spikes/c/1/0"
    data = bytearray(file.read_bytes())
    data[5] ^= 1
    file.write_bytes(data)
    assert main([str(tmp_path)]) == 0
    assert main(["--verify", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "samples 2 to 3 are damaged: 'n_spikes' has changed bytes (crc32c); the same command simulates them" in said
    assert store.todo() == [slice(2, 4)]  # as it said
    assert main([str(tmp_path), "--verify"]) == 1
    assert "2 missing" in capsys.readouterr().out


def test_a_status_that_is_damaged_is_told_from_the_seal(tmp_path, capsys):
    store = store_at(tmp_path / "store.zarr")
    for first in (0, 4):
        store.write(*slab(first))
    store.write(*slab(2, Status.DONE, Status.FAILED_SPIKE_OVERFLOW))
    (store.path / "status/c/1").write_bytes(b"")
    assert main([str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "5 of 6 samples done, 1 failed, 0 missing" in said
    assert "their status is damaged, but not their data; the same command writes it anew" in said


@pytest.mark.parametrize("verify", [[], ["--verify"]])
def test_measures_that_are_damaged_are_told(tmp_path, capsys, verify):
    store = whole_store(tmp_path / "store.zarr")
    schema = Schema({"sample": 6}, (Variable("m", ("sample",), "float64", "1", "a measure"),))
    kept = Store.create(
        tmp_path / "measured-a.zarr", schema, digest="a", samples_per_slab=2, attributes={"of": store.digest}
    )
    for first in (0, 2, 4):
        kept.write(slice(first, first + 2), {"m": np.array([1.0, 2.0])}, [Status.DONE] * 2)
    assert main([*verify, str(tmp_path)]) == 0
    (kept.path / "m/c/2").write_bytes(b"1234567")
    assert main([*verify, str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "measured-a.zarr lacks 2 samples that are simulated" in said
    assert "samples 4 to 5 are damaged: 'm' has another length than was written; the same command measures them" in said


def test_a_result_that_cannot_be_opened_any_more_is_a_sentence(tmp_path, capsys):
    store = whole_store(tmp_path / "store.zarr")
    (store.path / "seals/template.zip").unlink()
    (store.path / "zarr.json").write_text("{")
    assert main([str(tmp_path / "store.zarr")]) == 1
    said = capsys.readouterr().out
    assert "both its description and the copy of that are damaged" in said
    assert said.count("\n") == 1


def test_it_needs_neither_jax_nor_brian2(in_child, tmp_path):
    store_at(tmp_path / "store.zarr")
    text = (
        f"import sys; from experiments.status import main; main([{str(tmp_path)!r}]); "
        "print(sorted({'jax', 'brian2', 'matplotlib'} & set(sys.modules)))"
    )
    assert in_child(text).splitlines()[-1] == "[]"


# ---- the writer from behind


class Slow:
    """A store whose writing takes its time, and which refuses one slab."""

    def __init__(self, refused: int | None = None) -> None:
        self.refused, self.written, self.at_once, self.most = refused, [], 0, 0
        self.lock = threading.Lock()

    def write(self, slab, data, status) -> None:
        number = slab.start
        with self.lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        time.sleep(0.02)
        with self.lock:
            self.at_once -= 1
        if number == self.refused:
            raise StoreError(f"slab {number} refused.")
        self.written.append(number)


def written(store: Slow, given: list[int], problem: type[BaseException] | None = None) -> None:
    with Writer() as writer:
        for number in range(5):
            given.append(number)
            writer.do(store.write, slice(number, number + 1), {}, [])
            if problem is not None:
                raise problem


def test_slabs_are_written_in_order_one_at_a_time_and_all_of_them():
    store = Slow()
    written(store, [])
    assert store.written == [0, 1, 2, 3, 4]
    assert store.most == 1


@pytest.mark.parametrize("refused", [0, 3, 4])
def test_a_refusal_stops_the_sweep_and_keeps_what_was_written(refused):
    store, given = Slow(refused), []
    with pytest.raises(StoreError, match=f"slab {refused} refused"):
        written(store, given)
    assert store.written == list(range(refused))
    assert len(given) <= refused + 2  # the next one was under way


def test_an_error_of_the_sweep_is_not_hidden_by_one_of_the_writer():
    with pytest.raises(KeyboardInterrupt):
        written(Slow(0), [], KeyboardInterrupt)


@pytest.mark.parametrize(
    ("finished", "said"), [(False, "not finished; the same command goes on"), (True, "; finished")]
)
def test_a_search_without_a_store_is_told(tmp_path, capsys, finished, said):
    """A calibration has no store until its search is done."""
    history = History(["a", "b"], "0123456789ab")
    history.add(np.zeros((3, 2)), Judged(np.array([4.0, 2.5, 3.0]), {"peak_rate": np.array([4.0, 2.5, 3.0])}))
    (tmp_path / SEARCH).mkdir()
    history.write(tmp_path / SEARCH / f"{SEARCH}.zip")
    if finished:
        (tmp_path / SEARCH / PACKED).touch()
    assert main([str(tmp_path)]) == int(not finished)
    out = capsys.readouterr().out
    assert "3 sets evaluated, lowest loss 2.5" in out
    assert said in out
