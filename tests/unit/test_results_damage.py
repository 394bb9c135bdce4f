"""Whatever is done to the files of a store is found: restored, or to do again, and never read for what was written."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

from sim.results import seals
from sim.results.disk import DamagedError, StoreError
from sim.results.mend import mend, troubles
from sim.results.schema import Variable, simulation_schema
from sim.results.status import Status
from sim.results.store import Store

N, PER = 12, 4
CODES = [1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 3, 1]


def made(path: Path) -> Store:
    design = xr.Dataset({"stream": ("sample", np.zeros(N, int)), "x": ("sample", np.arange(N) / 7, {"units": "nS"})})
    traces = [
        Variable("v", ("sample", "unit", "time"), "float32", "mV", "potential", mantissa_bits=11),
        Variable("w", ("sample", "unit", "time"), "float32", "mV", "another", mantissa_bits=11),
        Variable("force", ("sample", "time"), "float32", "N", "force"),
    ]
    schema = simulation_schema(
        design, populations=["a", "b"], spike_capacity=6, dt_ms=0.05, traces=traces, times={"time": np.arange(9) * 0.1}
    )
    store = Store.create(path, schema, digest="0123456789ab", samples_per_slab=PER)
    for slab in store.todo():
        rng = np.random.default_rng(slab.start)
        count = rng.integers(1, 6, (PER, 2)).astype("int32")
        steps = np.sort(rng.integers(0, 4000, (PER, 2, 6)).astype("int32"))
        data = {
            "spike_step": np.where(np.arange(6) < count[..., None], steps, np.int32(-1)),
            "n_spikes": count,
            "v": rng.normal(-65, 5, (PER, 2, 9)).astype("float32"),
            "w": rng.normal(-65, 5, (PER, 2, 9)).astype("float32"),
            "force": np.full((PER, 9), np.nan, "float32"),
        }
        store.write(slab, data, CODES[slab])
    return store


@pytest.fixture(scope="module")
def original(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("original") / "x.zarr"
    made(path)
    return path


@pytest.fixture(scope="module")
def content(original) -> xr.Dataset:
    return Store.open(original).dataset().load()


@pytest.fixture
def path(original, tmp_path) -> Path:
    return Path(shutil.copytree(original, tmp_path / "x.zarr"))


def flipped(file: Path) -> None:
    """One bit in the middle."""
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 4
    file.write_bytes(data)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda file: file.write_bytes(b""),
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-3]),
    "longer": lambda file: file.write_bytes(file.read_bytes() + b"more"),
    "flipped": flipped,
    "noise": lambda file: file.write_bytes(bytes(range(256))),
    "a folder": lambda file: (file.unlink(), file.mkdir()),
}
CHUNKS = ["spike_step/c/1/0/0", "n_spikes/c/1/0", "v/c/1/0/0", "force/c/1/0"]


def consistent(path: Path, content: xr.Dataset) -> list[int]:
    """The samples that are to do; all others are what was written."""
    store = Store.open(path)
    mend(store)
    todo = store.status() == Status.TODO
    now = store.dataset()
    np.testing.assert_array_equal(now["status"].values[~todo], content["status"].values[~todo])
    for name in content.variables:
        along = content[name].dims[:1] == ("sample",)
        kept = ~todo if along else slice(None)
        np.testing.assert_array_equal(now[name].values[kept], content[name].values[kept], err_msg=str(name))
        assert now[name].attrs == content[name].attrs
    return np.flatnonzero(todo).tolist()


@pytest.mark.parametrize("damage", [name for name in DAMAGE if name != "flipped"])
@pytest.mark.parametrize("chunk", CHUNKS[:3])
def test_a_chunk_that_is_not_as_it_was_is_to_do_again_and_it_is_said(path, content, chunk, damage, caplog):
    DAMAGE[damage](path / chunk)
    assert consistent(path, content) == [4, 5, 6, 7]
    assert f"samples 4 to 7 of {path} are to do again: '{chunk.partition('/')[0]}'" in caplog.text


@pytest.mark.parametrize("chunk", CHUNKS[:3])
def test_a_bit_that_flipped_is_one_sentence_when_it_is_read_and_found_when_everything_is(path, chunk):
    flipped(path / chunk)
    store, name = Store.open(path), chunk.partition("/")[0]
    with pytest.raises(DamagedError, match=rf"samples 4 to 7 of .* are damaged: '{name}' has changed bytes") as raised:
        store.dataset()[name].load()
    assert "\n" not in str(raised.value)
    store.dataset()[name].isel(sample=slice(0, 4)).load()
    (trouble,) = troubles(store, thoroughly=True)
    assert trouble.samples == "samples 4 to 7"
    assert not list(troubles(store))  # none that shows without reading


def test_a_chunk_of_the_fill_value_is_no_file_and_one_that_appears_is_found(path, content):
    assert not (path / "force/c/1/0").exists()
    (path / "force/c/1").mkdir(parents=True, exist_ok=True)
    shutil.copy(path / "v/c/1/0/0", path / "force/c/1/0")
    assert consistent(path, content) == [4, 5, 6, 7]


SWAPS = {
    "slabs": ("v/c/0/0/0", "v/c/1/0/0", [0, 1, 2, 3, 4, 5, 6, 7]),
    "counts": ("n_spikes/c/0/0", "n_spikes/c/2/0", [0, 1, 2, 3, 8, 9, 10, 11]),
    "variables": ("v/c/1/0/0", "w/c/1/0/0", [4, 5, 6, 7]),
    "seals": ("seals/0", "seals/1", [0, 1, 2, 3, 4, 5, 6, 7]),
    "status": ("status/c/0", "status/c/1", []),  # the seals know them
    "a status and a variable": ("status/c/1", "v/c/1/0/0", [4, 5, 6, 7]),
    "a status and a seal": ("status/c/1", "seals/1", [4, 5, 6, 7]),
    "coordinates": ("unit/c/0", "sample/c/0", []),
    "metadata": ("v/zarr.json", "w/zarr.json", []),
    "a coordinate and a variable": ("x/c/0", "v/c/1/0/0", [4, 5, 6, 7]),
}


@pytest.mark.parametrize("what", SWAPS)
def test_whole_files_in_the_wrong_place_are_found(path, content, what):
    one, other, again = SWAPS[what]
    (path / one).rename(path / "aside")
    (path / other).rename(path / one)
    (path / "aside").rename(path / other)
    assert consistent(path, content) == again


def test_a_swapped_chunk_is_found_when_it_is_read_too(path):
    (path / "v/c/0/0/0").rename(path / "aside")
    (path / "v/c/1/0/0").rename(path / "v/c/0/0/0")
    with pytest.raises(DamagedError, match=r"'v' (is not what was written|has another length than was written)"):
        Store.open(path).dataset()["v"].isel(sample=0).load()
    with pytest.raises(DamagedError, match="'v' is missing"):
        Store.open(path).dataset()["v"].isel(sample=5).load()


def test_data_that_were_rewritten_with_whole_chunks_are_found(path, content):
    zarr.open_group(path)["v"][4:8] = 0  # type: ignore[index]
    assert consistent(path, content) == [4, 5, 6, 7]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_status_is_restored_from_the_seal_failures_too(path, content, damage, caplog):
    DAMAGE[damage](path / "status/c/1")
    assert Store.open(path).status()[4:8].tolist() == [0] * 4
    assert consistent(path, content) == []
    assert Store.open(path).status().tolist() == CODES
    assert f"samples 4 to 7 of {path} are restored: their status is damaged, but not their data" in caplog.text


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_not_sealed_is_not_done(path, content, damage):
    DAMAGE[damage](path / "seals/1")
    with pytest.raises(DamagedError, match="has lost its seal"):
        Store.open(path).dataset()["v"].load()
    assert consistent(path, content) == [4, 5, 6, 7]


TEMPLATE = ["zarr.json", "v/zarr.json", "x/zarr.json", "status/zarr.json", "x/c/0", "stream/c/0", "population/c/0"]


@pytest.mark.parametrize("damage", [name for name in DAMAGE if name != "a folder"])
@pytest.mark.parametrize("file", TEMPLATE)
def test_names_units_labels_and_coordinates_are_restored(path, content, file, damage, caplog):
    DAMAGE[damage](path / file)
    assert consistent(path, content) == []
    assert f"{path} was damaged in {file}, which is restored from its copy" in caplog.text
    xr.testing.assert_identical(xr.open_zarr(path).load(), content)  # with any tool


@pytest.mark.parametrize("damage", [name for name in DAMAGE if name != "a folder"])
def test_a_damaged_copy_of_the_template_is_made_anew(path, content, damage):
    file = path / "seals/template.zip"
    before = file.read_bytes()
    DAMAGE[damage](file)
    assert consistent(path, content) == []
    assert file.read_bytes() == before


@pytest.mark.parametrize("folder", ["status", "v", "x", "sample"])
def test_a_whole_folder_may_be_lost(path, content, folder):
    shutil.rmtree(path / folder)
    assert consistent(path, content) == (list(range(N)) if folder == "v" else [])
    assert Store.open(path).status_counts()[Status.DONE] == (0 if folder == "v" else CODES.count(1))


def test_a_template_and_its_copy_that_are_both_damaged_are_refused_in_a_sentence(path):
    flipped(path / "seals/template.zip")
    text = (path / "zarr.json").read_text()
    (path / "zarr.json").write_text(text.replace("0123456789ab", "0123456789ac"))
    with pytest.raises(StoreError, match=r"both its description and the copy of that are damaged\). Move it away"):
        Store.open(path)


def test_a_store_without_seals_as_before_is_refused_in_a_sentence(path):
    shutil.rmtree(path / "seals")
    with pytest.raises(StoreError, match="has no copy of its template"):
        Store.open(path)


def test_spikes_that_are_not_as_many_as_were_counted_are_found_by_reading_everything(path, monkeypatch):
    """As if they had been wrong when they were sealed."""
    store = Store.open(path)
    whole = {name: store.dataset()[name].values[4:8] for name in store.names}
    store.write(slice(4, 8), whole | {"n_spikes": whole["n_spikes"] + np.int32(1)}, CODES[4:8], again=True)
    assert not list(troubles(store))
    (trouble,) = troubles(store, thoroughly=True)
    assert trouble.what == "'n_spikes' is not the number of the spikes that are stored"


def test_data_are_on_the_disk_before_their_seal_and_their_status(tmp_path, monkeypatch):
    store, flushed = made(tmp_path / "x.zarr"), []

    def fsync(file: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{file}").readlink().relative_to(store.path).as_posix())

    monkeypatch.setattr(seals.os, "fsync", fsync)
    one = {name: store.dataset()[name].values[4:8] for name in store.names}
    (store.path / "seals/1").unlink()
    place = seals.replacing
    monkeypatch.setattr(
        seals, "replacing", lambda *given, **more: (flushed.append("the seal"), place(*given, **more))[1]
    )
    store.write(slice(4, 8), one, CODES[4:8], again=True)
    before, after = flushed[: flushed.index("the seal")], flushed[flushed.index("the seal") + 1 :]
    chunks = {"spike_step/c/1/0/0", "n_spikes/c/1/0", "v/c/1/0/0", "w/c/1/0/0"}
    assert chunks | {"v/c/1/0", "v/c/1", "v/c", "n_spikes/c/1"} <= set(before)
    assert set(after) == {"seals/1", "status/c/1", "seals", "status/c", "status"}
