"""Recordings come in as results: each format is read, mended and written, and what cannot be read says why."""

import builtins
import gzip
import json

import numpy as np
import pytest
import xarray as xr

from sim.results.recordings import formats, guarded
from sim.results.recordings.datasets import keep, simulated
from sim.results.recordings.files import read, write
from sim.results.recordings.parts import Flag, Force, RecordingError
from sim.results.recordings.recording import Recording
from sim.results.schema import NO_SPIKE, spike_times
from sim.results.status import Status
from sim.results.store import StoreError

FORMATS = ["csv", "nwb"]
FORCE = Force(np.arange(5) / 2, np.array([0.0, 1.5, np.nan, 1.25, -0.1]), "% MVC")
TRAINS = {"3": np.array([0.5, 1.0, 1.75]), "MU 7, left": np.array([0.25]), "silent": np.zeros(0)}


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Read without a process for each file, which `test_results_recordings_limits.py` looks at."""
    monkeypatch.setattr(guarded, "recording", formats.recording)
    monkeypatch.setattr(guarded, "force", formats.force)


@pytest.fixture
def recording():
    return Recording("any", TRAINS, 2048.0, FORCE, "soleus", "20 % triangle", "a note").dataset()


def needs(ending):
    if ending == "nwb":
        pytest.importorskip("h5py")


def as_openhdemg(path, **changes):
    """An openhdemg file: gzip, and JSON texts inside JSON."""
    entries = {
        "SOURCE": "CUSTOMCSV",
        "FSAMP": 2048.0,
        "MUPULSES": [[512, 1024, 1536], [700], []],
        "REF_SIGNAL": {"columns": [0], "index": [0, 1, 2, 3], "data": [[0.0], [None], [2.5], [3.0]]},
    } | changes
    texts = {name: json.dumps(value) for name, value in entries.items() if value is not ...}
    path.write_bytes(gzip.compress(json.dumps(texts).encode()))
    return path


def written(folder, text, name="units.csv"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


# ---- the schema


def test_a_recording_has_the_dimensions_and_names_of_a_result(recording):
    assert recording["spike_sample"].dims == ("sample", "unit", "spike")
    assert recording["force"].dims == ("sample", "time")
    assert recording["force"].attrs["units"] == "% MVC"
    assert recording["status"].values == [Status.DONE]
    np.testing.assert_array_equal(recording["n_spikes"][0], [3, 1, 0])
    assert recording.attrs | {"fs_hz": 2048.0, "muscle": "soleus", "task": "20 % triangle"} == recording.attrs


def test_discharges_on_the_recorders_samples_are_counted_in_them(recording):
    np.testing.assert_array_equal(recording["spike_sample"][0, 0], [1024, 2048, 3584])
    np.testing.assert_array_equal(recording["spike_sample"][0, 1], [512, NO_SPIKE, NO_SPIKE])
    np.testing.assert_array_equal(spike_times(recording)[0, 0], TRAINS["3"])


@pytest.mark.parametrize(("fs_hz", "train"), [(None, [0.1, 0.2]), (100.0, [0.1, 0.2037]), (100.0, [-0.5, 0.2])])
def test_discharges_off_the_samples_stay_times(fs_hz, train):
    dataset = Recording("any", {"0": np.array(train)}, fs_hz).dataset()
    assert "spike_sample" not in dataset
    np.testing.assert_array_equal(spike_times(dataset)[0, 0], train)


def test_a_recording_is_kept_as_a_store_and_found_again(recording, tmp_path):
    kept = keep(recording, tmp_path / "recording.zarr", digest="0123")
    again = keep(recording, tmp_path / "recording.zarr", digest="0123").load()
    xr.testing.assert_equal(again.drop_vars(["label", "population"]), recording.drop_vars(["label", "population"]))
    assert [str(label) for label in again["label"].values] == list(TRAINS)
    np.testing.assert_array_equal(spike_times(kept), spike_times(recording))
    assert again.attrs["muscle"] == "soleus"
    with pytest.raises(StoreError, match="holds those of 0123"):
        keep(recording, tmp_path / "recording.zarr", digest="4567")


# ---- round trips


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("fs_hz", [2048.0, 10240.0, None])
@pytest.mark.parametrize("force", [FORCE, None])
def test_what_is_written_reads_back_the_same(ending, fs_hz, force, tmp_path):
    needs(ending)
    dataset = Recording("any", TRAINS, fs_hz, force, "soleus", "a task", "a note").dataset()
    write(dataset, tmp_path / f"units.{ending}")
    again = read(tmp_path / f"units.{ending}")
    again.attrs["recording"] = "any"
    xr.testing.assert_identical(again, dataset)


@pytest.mark.parametrize("ending", FORMATS)
def test_any_time_survives_writing(ending, tmp_path):
    needs(ending)
    train = np.sort(np.random.default_rng(1).uniform(-1, 1e4, 500))
    write(Recording("any", {"0": train}).dataset(), tmp_path / f"units.{ending}")
    np.testing.assert_array_equal(spike_times(read(tmp_path / f"units.{ending}"))[0, 0], train)


@pytest.mark.parametrize("ending", FORMATS)
def test_the_same_recording_gives_the_same_file(ending, recording, tmp_path):
    needs(ending)
    for name in ("a", "b"):
        write(recording, tmp_path / f"{name}.{ending}")
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


def result(dt_ms=0.05):
    """A simulation of two samples, two pools and a command."""
    steps = np.full((2, 3, 4), NO_SPIKE, np.int32)
    steps[1, :2, :3] = [[100, 2100, 4400], [333, 4001, 9999]]
    return xr.Dataset(
        {
            "spike_step": (("sample", "unit", "spike"), steps, {"dt_ms": dt_ms}),
            "soleus.excitation": (("sample", "time"), [[0.0, 1.0], [0.0, 2.0]], {"units": "1"}),
        },
        {"population": ("unit", ["soleus", "soleus", "tibialis"]), "time": [0.0, 0.5]},
    )


@pytest.mark.parametrize("ending", FORMATS)
def test_a_simulated_sample_reads_back_to_the_same_spikes(ending, tmp_path):
    needs(ending)
    one = simulated(result(), sample=1, population="soleus")
    write(one, tmp_path / f"pool.{ending}")
    again = read(tmp_path / f"pool.{ending}")
    expected = spike_times(result().isel(sample=[1], unit=[0, 1])).values[..., :3]
    np.testing.assert_allclose(spike_times(again), expected, rtol=0, atol=1e-9)  # s, rounding; a step is 5e-5
    np.testing.assert_array_equal(again["spike_sample"], result()["spike_step"][[1], :2, :3])
    np.testing.assert_array_equal(again["force"], [[0, 2]])
    assert again.attrs["fs_hz"] == pytest.approx(20_000, abs=1e-6)
    assert "not recorded" in again.attrs["note"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, "one population, but None was asked for and there are soleus, tibialis"),
        ({"population": "gastrocnemius"}, "there are soleus, tibialis"),
        ({"population": "soleus", "sample": 2}, "no sample 2; the result has 0 to 1"),
        ({"population": "soleus", "force": "torque"}, "'torque' was not recorded"),
    ],
)
def test_a_sample_that_is_not_there_is_refused(asked, found):
    with pytest.raises(RecordingError, match=found):
        simulated(result(), **asked)


# ---- reading


def test_discharges_and_force_stand_in_one_table(tmp_path):
    text = "# fs_hz: 100\n# force_unit: N\nunit,time_s,force\n2,0.1,\n10,0.2,\n2,0.3,\n,0,1\n,0.5,2\n\n"
    dataset = read(written(tmp_path, text))
    assert list(dataset["label"].values) == ["2", "10"]
    np.testing.assert_array_equal(dataset["spike_sample"][0], [[10, 30], [20, NO_SPIKE]])
    np.testing.assert_array_equal(dataset["force"], [[1, 2]])
    assert dataset["force"].attrs["units"] == "N"


@pytest.mark.parametrize(
    "text", ["unit;time_s\n1;0,25\n", "unit\ttime_s\n1\t0.25\n", "\ufeffUnit, Time_s\r\n1.0, 0.25\r\n"]
)
def test_tables_of_other_spreadsheets_are_read(text, tmp_path):
    dataset = read(written(tmp_path, text))
    assert spike_times(dataset).values == [[[0.25]]]
    assert list(dataset["label"].values) == ["1"]


@pytest.mark.parametrize("ending", ["csv", "json", "nwb"])
def test_a_force_of_its_own_file_replaces_the_one_inside(ending, recording, tmp_path):
    needs(ending)
    path = tmp_path / f"units.{ending}"
    as_openhdemg(path) if ending == "json" else write(recording, path)
    dataset = read(path, force=written(tmp_path, "time_s,torque\n0,1\n1,2\n3,5\n", "torque.csv"))
    np.testing.assert_array_equal(dataset["force"], [[1, 2, 5]])
    np.testing.assert_array_equal(dataset["time"], [0, 1, 3])


@pytest.mark.parametrize("fs_hz", [2048.0, 5120.0])
def test_openhdemg_counts_samples_from_0_at_its_rate(fs_hz, tmp_path):
    dataset = read(as_openhdemg(tmp_path / "units.json", FSAMP=fs_hz))
    np.testing.assert_array_equal(dataset["spike_sample"][0, 0], [512, 1024, 1536])
    np.testing.assert_allclose(spike_times(dataset)[0, 0], np.array([512, 1024, 1536]) / fs_hz, rtol=0, atol=1e-12)
    np.testing.assert_array_equal(dataset["force"], [[0, np.nan, 2.5, 3]])
    np.testing.assert_array_equal(dataset["time"], np.arange(4) / fs_hz)


@pytest.mark.parametrize("signal", [..., None, {"columns": [0], "index": [], "data": []}])
def test_openhdemg_without_a_reference_signal_has_no_force(signal, tmp_path):
    assert "force" not in read(as_openhdemg(tmp_path / "units.json", REF_SIGNAL=signal))


def test_plain_json_is_read_too(tmp_path):
    packed = as_openhdemg(tmp_path / "packed.json").read_bytes()
    (tmp_path / "units.json").write_bytes(gzip.decompress(packed))
    assert read(tmp_path / "units.json").sizes["unit"] == 3


def test_the_index_of_nwb_does_not_wrap(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "units.nwb", "w") as file:
        file["units/spike_times"] = np.arange(200) / 10
        file["units/spike_times_index"] = np.array([150, 150, 200], np.uint8)
        file["units/id"] = [4, 8, 9]
        file["acquisition/Elbow torque/data"] = np.array([1, 2, 3], np.int16)
        file["acquisition/Elbow torque/data"].attrs.update(conversion=0.5, unit="N*m")
        file["acquisition/Elbow torque/starting_time"] = 1.0
        file["acquisition/Elbow torque/starting_time"].attrs["rate"] = 10.0
    dataset = read(tmp_path / "units.nwb")
    np.testing.assert_array_equal(dataset["n_spikes"], [[150, 0, 50]])
    assert list(dataset["label"].values) == ["4", "8", "9"]
    np.testing.assert_array_equal(dataset["force"], [[0.5, 1.0, 1.5]])
    np.testing.assert_allclose(dataset["time"], [1.0, 1.1, 1.2])
    assert dataset["force"].attrs["units"] == "N*m"


@pytest.mark.parametrize(("label", "names"), [(["a", "b"], ["a", "b"]), (["a", "a"], ["4", "8"]), (["a"], ["4", "8"])])
def test_units_of_nwb_keep_apart_whatever_they_are_called(label, names, tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "units.nwb", "w") as file:
        file["units/spike_times"] = [0.1, 0.2, 0.3]
        file["units/spike_times_index"] = np.array([1, 3], np.uint8)
        file["units/id"] = [4, 8]
        file.create_dataset("units/label", data=label, dtype=h5py.string_dtype())
    assert list(read(tmp_path / "units.nwb")["label"].values) == names


def test_what_is_written_has_the_parts_of_an_nwb_file(recording, tmp_path):
    h5py = pytest.importorskip("h5py")
    write(recording, tmp_path / "units.nwb")
    with h5py.File(tmp_path / "units.nwb") as file:
        assert file.attrs["neurodata_type"] == "NWBFile"
        assert {"identifier", "session_description", "session_start_time", "timestamps_reference_time"} <= set(file)
        assert {"file_create_date", "acquisition", "analysis", "general", "processing", "stimulus"} <= set(file)
        units = file["units"]
        assert list(units.attrs["colnames"]) == ["spike_times", "label", "muscle"]
        assert file[units["spike_times_index"].attrs["target"]] == units["spike_times"]
        assert units["spike_times"].attrs["resolution"] == 1 / 2048
        typed = [file, units, *units.values(), file["acquisition/force"]]
        assert len({item.attrs["object_id"] for item in typed}) == len(typed)


# ---- what is mended


@pytest.mark.parametrize(
    ("train", "flag"),
    [
        ([0.1, 0.2, 0.3], Flag(0)),
        ([0.3, 0.1, 0.2], Flag.UNSORTED),
        ([0.1, 0.2, 0.2, 0.3], Flag.DUPLICATES),
        ([0.1, np.nan, 0.2, 0.3], Flag.NO_TIME),
        ([0.3, 0.2, np.nan, 0.1, 0.1], Flag.UNSORTED | Flag.DUPLICATES | Flag.NO_TIME),
    ],
)
@pytest.mark.parametrize("fs_hz", [None, 2000.0])
def test_discharges_are_mended_and_flagged(train, flag, fs_hz):
    dataset = Recording("any", {"0": np.array(train), "1": np.array([0.5])}, fs_hz).dataset()
    np.testing.assert_allclose(spike_times(dataset)[0, 0], [0.1, 0.2, 0.3], rtol=0, atol=1e-12)
    assert list(dataset["flag"].values[0]) == [flag, 0]


# ---- what cannot be read

BROKEN = {
    "empty file": ("units.csv", "", "units.csv is empty"),
    "comments only": ("units.csv", "# fs_hz: 100\n", "holds no table"),
    "a table without units": ("units.csv", "unit,time_s\n", "holds no motor unit"),
    "missing columns": ("units.csv", "unit,rate\n1,2\n", "has the columns unit, rate, but discharges need"),
    "samples without a rate": (
        "units.csv",
        "unit,samples\n1,2\n",
        "counts samples in 'samples', but",
    ),
    "force alone": ("units.csv", "time_s,force\n1,2\n", "has the columns time_s, force, but discharges need"),
    "text in numbers": (
        "units.csv",
        "unit,time_s\n1,0.1\n1,soon\n",
        "line 3: time_s should be a number, but is 'soon'",
    ),
    "an infinite time": ("units.csv", "unit,time_s\n1,inf\n", "line 2: time_s is infinite"),
    "a row cut off": ("units.csv", "unit,time_s\n1,0.1\n1", "line 3 has 1 values for 2 columns"),
    "a force without time": ("units.csv", "unit,time_s,force\n1,0.1,\n,,3\n", "line 3 has a force without time_s"),
    "one sample of force": ("units.csv", "unit,time_s,force\n1,0.1,2\n", "force of units.csv has 1 times"),
    "force backwards": (
        "units.csv",
        "unit,time_s,force\n1,0.1,\n,2,1\n,1,1\n",
        "must increase, but 2 s is followed by 1 s",
    ),
    "a rate of 0": ("units.csv", "# fs_hz: 0\nunit,time_s\n1,0.1\n", "sampling rate of 0.0 Hz"),
    "a rate in words": ("units.csv", "# fs_hz: fast\nunit,time_s\n1,0.1\n", "fs_hz should be a number, but is 'fast'"),
    "no JSON": ("units.json", '{"MUPULSES": ', "is no whole openhdemg file"),
    "other JSON": ("units.json", "[1, 2]", "it holds a list"),
    "JSON without units": ("units.json", '{"FSAMP": "2048.0"}', "has no MUPULSES .it has FSAMP"),
    "JSON without a rate": ("units.json", '{"MUPULSES": "[[1]]"}', "has no FSAMP"),
    "samples in words": ("units.json", '{"MUPULSES": "[[\\"a\\"]]", "FSAMP": "2048"}', "lists of samples in MUPULSES"),
    "an entry cut off": ("units.json", '{"MUPULSES": "[[1, 2", "FSAMP": "2048"}', "MUPULSES of units.json is cut off"),
    "no format": ("units.mat", "\x00\x01 raw", "units.mat is no text and none of the formats that are read"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_cannot_be_read_says_why(what, tmp_path):
    name, text, found = BROKEN[what]
    needs(name.rpartition(".")[2])
    with pytest.raises(RecordingError, match=found) as problem:
        read(written(tmp_path, text, name))
    assert "\n" not in str(problem.value)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("ending", ["json", "nwb"])
def test_a_truncated_file_says_so(ending, share, recording, tmp_path):
    needs(ending)
    path = tmp_path / f"units.{ending}"
    as_openhdemg(path) if ending == "json" else write(recording, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(RecordingError, match="cut off"):
        read(path)


def test_nwb_without_units_says_what_it_has(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "raw.nwb", "w") as file:
        file["acquisition/emg/data"] = [1.0]
    with pytest.raises(RecordingError, match=r"no units/spike_times with an index \(it has acquisition\)"):
        read(tmp_path / "raw.nwb")


def test_two_forces_are_not_guessed_between(recording, tmp_path):
    h5py = pytest.importorskip("h5py")
    write(recording, tmp_path / "units.nwb")
    with h5py.File(tmp_path / "units.nwb", "a") as file:
        file["acquisition/torque/data"] = [1.0, 2.0]
    with pytest.raises(RecordingError, match=r"may be the force \(force, torque\)"):
        read(tmp_path / "units.nwb")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(RecordingError, match=r"there is no file '.*none\.csv'"):
        read(tmp_path / "none.csv")


def test_nwb_without_h5py_says_what_to_install(recording, tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "h5py":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="install the extra 'nwb'"):
        write(recording, tmp_path / "units.nwb")


def test_no_other_format_is_written(recording, tmp_path):
    with pytest.raises(RecordingError, match=r"one of the endings \.csv, \.nwb"):
        write(recording, tmp_path / "units.mat")
