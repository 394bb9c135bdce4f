"""A store is whole, labelled and resumable whatever happens to the process that writes it."""

import errno
import random
import resource
import subprocess
import sys
import time
import warnings
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
import zarr

import sim
from sim.results.disk import StoreError
from sim.results.drafts import present
from sim.results.schema import Schema, Variable, simulation_schema
from sim.results.slabs import slabs
from sim.results.status import Status
from sim.results.store import Store

N_SAMPLES, N_UNITS, CAPACITY, N_TIMES, PER_SLAB = 90, 3, 16, 20, 4


def schema() -> Schema:
    design = xr.Dataset(
        {
            "stream": ("sample", np.arange(N_SAMPLES) // 2),
            "protocol.inhibition.level": ("sample", np.linspace(0, 30, N_SAMPLES), {"units": "nS"}),
        }
    )
    traces = [
        Variable("soma_v", ("sample", "unit", "time"), "float32", "mV", "somatic potential", mantissa_bits=11),
        Variable("force", ("sample", "time"), "float32", "N", "force"),
    ]
    return simulation_schema(
        design,
        populations=["motoneurons", "motoneurons", "renshaw"],
        spike_capacity=CAPACITY,
        dt_ms=0.05,
        traces=traces,
        times={"time": np.arange(N_TIMES) * 0.1},
    )


def create(path: Path, **changes) -> Store:
    return Store.create_or_resume(
        path, schema(), **({"digest": "0123456789ab", "samples_per_slab": PER_SLAB} | changes)
    )


def simulated(slab: slice) -> dict[str, np.ndarray]:
    """Results that depend on the number of the sample alone, as those of the simulator do."""
    one = [np.random.default_rng(sample) for sample in range(slab.start, slab.stop)]
    n_spikes = np.array([rng.integers(0, CAPACITY, N_UNITS) for rng in one], "int32")
    steps = np.array([np.sort(rng.integers(0, 40_000, (N_UNITS, CAPACITY))) for rng in one], "int32")
    return {
        "spike_step": np.where(np.arange(CAPACITY) < n_spikes[..., None], steps, np.int32(-1)),
        "n_spikes": n_spikes,
        "soma_v": np.array([rng.normal(-65, 5, (N_UNITS, N_TIMES)) for rng in one], "float32"),
        "force": np.array([rng.normal(0, 1, N_TIMES) for rng in one], "float32"),
    }


def write(store: Store, slab: slice) -> None:
    store.write(slab, simulated(slab), np.full(slab.stop - slab.start, Status.DONE))


def leftovers(folder: Path) -> list[Path]:
    return list(folder.rglob("*.partial"))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory) -> Store:
    store = create(tmp_path_factory.mktemp("whole") / "x.zarr")
    for slab in store.todo():
        write(store, slab)
    return store


def test_what_is_written_is_read_back(uninterrupted):
    dataset = uninterrupted.dataset().load()
    expected = simulated(slice(0, N_SAMPLES))
    for name in ("spike_step", "n_spikes", "force"):
        np.testing.assert_array_equal(dataset[name], expected[name])
        assert dataset[name].dtype == expected[name].dtype
    # 2**-12 of 128 mV: the bits that are kept of a potential below 128 mV
    np.testing.assert_allclose(dataset["soma_v"], expected["soma_v"], rtol=0, atol=128 / 2**12)
    assert uninterrupted.status_counts()[Status.DONE] == N_SAMPLES
    assert uninterrupted.todo() == []


def test_opens_with_plain_xarray_labelled_and_with_units(uninterrupted):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = xr.open_zarr(uninterrupted.path)
        xr.testing.assert_identical(plain.load(), xr.open_zarr(uninterrupted.path, consolidated=False).load())
    assert plain.sizes == {"sample": N_SAMPLES, "unit": N_UNITS, "spike": CAPACITY, "time": N_TIMES}
    assert plain["spike_step"].dims == ("sample", "unit", "spike")
    assert plain["spike_step"].attrs["dt_ms"] == 0.05
    assert plain["soma_v"].attrs["units"] == "mV"
    assert plain["time"].attrs["units"] == "s"
    assert plain["protocol.inhibition.level"].attrs["units"] == "nS"
    assert set(plain.coords) == {
        *("sample", "unit", "time", "population", "stream", "status", "protocol.inhibition.level")
    }
    assert list(plain["population"].values) == ["motoneurons", "motoneurons", "renshaw"]
    assert plain["status"].attrs["flag_meanings"].split()[plain["status"].values[0]] == "done"
    assert plain.attrs["digest"] == "0123456789ab"


def test_a_new_store_is_all_to_do(tmp_path):
    store = create(tmp_path / "x.zarr", attributes={"provenance": "{}"})
    slabs = store.todo()
    assert [slabs[0], slabs[-1]] == [slice(0, 4), slice(88, 90)]
    assert store.status_counts() == {status: N_SAMPLES * (status == Status.TODO) for status in Status}
    assert (store.dataset()["spike_step"] == -1).all()
    assert store.dataset().attrs["provenance"] == "{}"


def test_resume_equals_uninterrupted_write(tmp_path, uninterrupted):
    for turn in range(3):
        store = create(tmp_path / "x.zarr", samples_per_slab=PER_SLAB + turn)  # the store keeps its own slabs
        for slab in store.todo()[turn % 2 :: 3 - turn]:
            write(store, slab)
    assert store.todo() == []
    xr.testing.assert_identical(store.dataset().load(), uninterrupted.dataset().load())


def test_slices_of_several_processes_never_share_a_slab(tmp_path):
    store = create(tmp_path / "x.zarr")
    first = store.todo(slice=0, slices=3)
    write(store, first[0])  # what is done meanwhile does not move the other slices
    shares = [store.todo(slice=number, slices=3) for number in range(3)]
    assert sorted(slab.start for share in shares for slab in share) == [slab.start for slab in store.todo()]
    assert shares[0] == first[1:]


def test_a_failed_sample_is_finished_and_the_rest_of_its_slab_is_kept(tmp_path):
    store = create(tmp_path / "x.zarr")
    data = simulated(slice(0, 4))
    data["soma_v"][2] = np.nan
    store.write(slice(0, 4), data, [1, 3, 2, 4])
    assert store.todo()[0] == slice(4, 8)
    assert store.status()[:5].tolist() == [1, 3, 2, 4, 0]
    assert np.isnan(store.dataset()["soma_v"][2]).all()
    np.testing.assert_array_equal(store.dataset()["spike_step"][:4], data["spike_step"])


def test_a_silent_slab_replaces_what_a_killed_writer_left(tmp_path):
    store = create(tmp_path / "x.zarr")
    zarr.open_group(store.path)["spike_step"][0:4] = 5  # data without status
    silent = simulated(slice(0, 4)) | {"spike_step": np.full((4, N_UNITS, CAPACITY), -1, "int32")}
    store.write(slice(0, 4), silent, np.ones(4, int))
    assert (store.dataset()["spike_step"][:4] == -1).all()


@pytest.mark.parametrize("slab", [slice(2, 6), slice(0, 8), slice(88, 92), slice(0, 3), slice(92, 96), slice(4, 4)])
def test_unaligned_slab_is_refused(tmp_path, slab):
    store = create(tmp_path / "x.zarr")
    with pytest.raises(ValueError, match=r"not one slab of this store.* Write the slabs that todo\(\) returns"):
        store.write(slab, {}, [])


def test_a_slab_that_another_process_has_finished_meanwhile_is_left_as_it_is(tmp_path, caplog):
    store, other = create(tmp_path / "x.zarr"), Store.open(tmp_path / "x.zarr")
    write(other, slice(0, 4))
    before = store.dataset().load()
    with caplog.at_level("INFO", "sherrington"):
        store.write(slice(0, 4), {name: x * 0 for name, x in simulated(slice(0, 4)).items()}, [Status.DONE] * 4)
    assert "samples 0 to 3 were finished by another process meanwhile" in caplog.text
    xr.testing.assert_identical(store.dataset().load(), before)


@pytest.mark.parametrize(
    ("change", "status", "sentence"),
    [
        ({"n_spikes": np.zeros((4, 3), "int64")}, [1] * 4, r"'n_spikes' .* int64 .* Convert or pad"),
        ({"force": np.zeros((4, 19), "float32")}, [1] * 4, r"'force' .* \(4, 19\), but the store holds .*\(4, 20\)"),
        ({"lenght": np.zeros(4)}, [1] * 4, "Write exactly the variables of the schema"),
        ({}, [1, 1, 1], "Give one code for each sample"),
        ({}, [1, 1, 1, 0], "Give one code for each sample"),
        ({}, [1, 1, 1, 9], "Give one code for each sample"),
    ],
)
def test_data_that_do_not_fit_are_refused_before_anything_is_written(tmp_path, change, status, sentence):
    store = create(tmp_path / "x.zarr")
    with pytest.raises(ValueError, match=sentence):
        store.write(slice(0, 4), simulated(slice(0, 4)) | change, status)
    assert (store.dataset()["n_spikes"] == -1).all()


def test_store_of_another_digest_is_refused_with_a_sentence(uninterrupted):
    with pytest.raises(StoreError, match=r"asked for .*ffff.*holds those of 0123456789ab.*Choose another path"):
        Store.open(uninterrupted.path, digest="ffffffffffff")
    assert Store.open(uninterrupted.path) == Store.open(uninterrupted.path, digest="0123456789ab") == uninterrupted


def test_what_is_not_a_store_is_refused_with_a_sentence(tmp_path):
    with pytest.raises(StoreError, match=r"no store at .* Run the experiment first"):
        Store.open(tmp_path / "nothing.zarr")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    zarr.create_group(tmp_path / "other.zarr")
    for name in ("folder", "file", "other.zarr"):
        with pytest.raises(StoreError, match=r"exists but is not a result store .* nothing was changed"):
            create(tmp_path / name)
    with pytest.raises(StoreError, match=r"it exists. Resume it with open\(\)"):
        Store.create(tmp_path / "folder", schema(), digest="a", samples_per_slab=4)


@contextmanager
def largest_file(n_bytes: int):
    """The operating system refuses larger files: a true error of a true write, without being root."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_full_disk_is_one_sentence_and_loses_nothing_finished(tmp_path, uninterrupted):
    store = create(tmp_path / "x.zarr")
    write(store, slice(0, 4))
    before = store.dataset().load()
    with largest_file(64), pytest.raises(StoreError) as raised:
        write(store, slice(4, 8))
    sentence = str(raised.value)
    assert "\n" not in sentence
    for part in ("samples 4:8", "x.zarr", "File too large", "MB free", "finished so far is kept", "it resumes"):
        assert part in sentence
    assert store.todo()[0] == slice(4, 8)
    xr.testing.assert_identical(store.dataset().isel(sample=slice(0, 4)).load(), before.isel(sample=slice(0, 4)))
    for slab in create(tmp_path / "x.zarr").todo():
        write(store, slab)
    assert not leftovers(tmp_path)
    xr.testing.assert_identical(store.dataset().load(), uninterrupted.dataset().load())


def test_full_disk_at_creation_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(zarr.Group, "create_array", full)
        with pytest.raises(StoreError, match=r"could not write the template .*x.zarr: No space left on device"):
            create(tmp_path / "x.zarr")
    assert not list(tmp_path.iterdir())
    assert create(tmp_path / "x.zarr").todo()


def child(code: str, folder: Path) -> subprocess.Popen:
    """Another process, with the functions of this file."""
    paths = [str(Path(sim.__file__).parents[1]), str(Path(__file__).parent)]
    script = f"import sys; sys.path[:0] = {paths}\nfrom {Path(__file__).stem} import *\n{code}"
    return subprocess.Popen([sys.executable, "-c", script], cwd=folder, stdout=subprocess.PIPE)


def killed_after(seconds: float, code: str, folder: Path) -> None:
    """Kill a child so long after its first line of output, which says that it is at work."""
    process = child(code, folder)
    assert process.stdout is not None
    assert process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    process.communicate()


def test_killed_writer_leaves_only_whole_slabs(tmp_path, uninterrupted):
    code = "store = create(Path('x.zarr'))\nfor slab in store.todo(): write(store, slab); print(slab, flush=True)"
    moments, whole = random.Random(0), uninterrupted.dataset().load()
    for _ in range(5):
        store = create(tmp_path / "x.zarr")
        if not store.todo():
            break
        killed_after(moments.uniform(0.0, 0.03), code, tmp_path)
        codes, now = store.status(), store.dataset().load()
        assert all(len(set(codes[slab])) == 1 for slab in slabs(N_SAMPLES, PER_SLAB))
        finished = codes == Status.DONE
        assert finished.any()
        for name in whole.data_vars:
            np.testing.assert_array_equal(now[name][finished], whole[name][finished])
    for slab in store.todo():
        write(store, slab)
    with present(tmp_path):  # as a run begins
        assert not leftovers(tmp_path)
    xr.testing.assert_identical(store.dataset().load(), whole)


def test_killed_creator_leaves_a_whole_store_or_none(tmp_path):
    code = "for i in range(99): print(create(Path(f'{i}.zarr')), flush=True)"
    moments = random.Random(1)
    for _ in range(3):
        killed_after(moments.uniform(0.0, 0.1), code, tmp_path)
        for path in tmp_path.glob("[0-9]*.zarr"):
            assert len(Store.open(path).todo()) == 23


def test_processes_may_create_and_fill_one_store_together(tmp_path, uninterrupted):
    code = "store = create(Path('x.zarr'))\nfor slab in store.todo(slice={}, slices=2): write(store, slab)"
    for process in [child(code.format(number), tmp_path) for number in range(2)]:
        process.communicate()
        assert process.returncode == 0
    xr.testing.assert_identical(Store.open(tmp_path / "x.zarr").dataset().load(), uninterrupted.dataset().load())
