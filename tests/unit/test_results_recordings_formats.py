"""What decomposers write is read to the sample, whatever the file is called and however it is compressed."""

import bz2
import gzip
import json
import lzma

import numpy as np
import pytest

from sim.results.recordings import formats, guarded
from sim.results.recordings.files import files_of, read
from sim.results.recordings.parts import RecordingError
from sim.results.schema import NO_SPIKE, spike_times
from tests import made_recordings as made

NAMES = {"MUedit, MATLAB 5": "units.mat", "MUedit2": "units.npz", "DEMUSE": "units.mat"}
NEED_H5PY = ("MUedit, MATLAB 7.3", "NWB")


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch):
    """Read without a process for each file, which `test_results_recordings_limits.py` looks at."""
    monkeypatch.setattr(guarded, "recording", formats.recording)
    monkeypatch.setattr(guarded, "force", formats.force)


def written(name, folder):
    """The file of a format, whose writer may insist on an ending, under a name that says nothing."""
    if name in NEED_H5PY:
        pytest.importorskip("h5py")
    path = folder / NAMES.get(name, "units")
    made.MADE[name](path)
    return path.rename(folder / "recording of today")


def trains(dataset):
    return [row[np.isfinite(row)] for row in spike_times(dataset).values[0]]


@pytest.mark.parametrize("name", made.MADE)
def test_every_format_gives_the_same_discharges_under_any_name(name, tmp_path):
    dataset = read(written(name, tmp_path))
    assert dataset.attrs["recording"] == "recording of today"
    for found, samples in zip(trains(dataset), made.UNITS, strict=True):
        np.testing.assert_allclose(found, samples / made.FS, rtol=0, atol=6e-7)  # s; CSV is written to the microsecond


@pytest.mark.parametrize(
    "name", ["openhdemg JSON", "MUedit, MATLAB 5", "MUedit, MATLAB 7.3", "DEMUSE", "MUedit2", "NWB"]
)
def test_samples_are_right_to_the_sample(name, tmp_path):
    dataset = read(written(name, tmp_path))
    assert dataset.attrs["fs_hz"] == made.FS
    for row, samples in zip(dataset["spike_sample"].values[0], made.UNITS, strict=True):
        np.testing.assert_array_equal(row[row != NO_SPIKE], samples)


@pytest.mark.parametrize("name", ["openhdemg JSON", "openhdemg JSON, first beta", "MUedit, MATLAB 5", "DEMUSE", "NWB"])
def test_the_force_is_a_value_for_each_sample(name, tmp_path):
    dataset = read(written(name, tmp_path))
    np.testing.assert_allclose(dataset["force"].values[0], made.FORCE, rtol=0, atol=1e-12)
    np.testing.assert_allclose(dataset["time"], np.arange(len(made.FORCE)) / made.FS, rtol=0, atol=1e-12)


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, lambda x: gzip.compress(bz2.compress(x))])
@pytest.mark.parametrize("name", ["CSV", "DEMUSE", "openhdemg JSON", "NWB"])
def test_compression_changes_nothing(name, pack, tmp_path):
    path = written(name, tmp_path)
    path.write_bytes(pack(path.read_bytes()))
    assert [len(train) for train in trains(read(path))] == [len(u) for u in made.UNITS]


@pytest.mark.parametrize("packed", [False, True])
def test_a_module_folder_of_openhdemg_is_a_recording(packed, tmp_path):
    made.module(tmp_path / "P01", packed=packed)
    dataset = read(tmp_path / "P01")
    assert dataset.attrs["recording"] == "P01"
    np.testing.assert_array_equal(dataset["spike_sample"].values[0, 1, :5], made.UNITS[1])
    np.testing.assert_array_equal(dataset["force"].values[0], made.FORCE)
    assert {path.name.partition(".")[0] for path in files_of(tmp_path / "P01")} == {
        "manifest",
        "MUPULSES",
        "REF_SIGNAL",
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MUPULSES": {"data_file_path": "../secret"}}, "lies outside the folder"),
        ({"MUPULSES": {"data_file_path": "/etc/hostname"}}, "lies outside the folder"),
        ({"MUPULSES": {"lengths": [10**9, 1, 1]}}, "a train ends at byte"),
        ({"MUPULSES": {"endian_dtypes": ["O"] * 3}}, "values of type 'O'"),
        ({"FSAMP": {"value": 0}}, "sampling rate of 0.0 Hz"),
    ],
)
def test_a_module_is_read_within_its_folder_and_its_files(change, said, tmp_path):
    made.module(tmp_path / "P01")
    (tmp_path / "secret").write_bytes(b"\0" * 800)
    manifest = json.loads((tmp_path / "P01/manifest.json").read_text())
    for entry, values in change.items():
        manifest[entry] |= values
    (tmp_path / "P01/manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(RecordingError, match=said):
        read(tmp_path / "P01")


def test_an_edited_file_of_muedit_is_read_as_edited(tmp_path):
    made.muedit_5(tmp_path / "edited.mat", edited=True)
    dataset = read(tmp_path / "edited.mat")
    assert list(dataset["label"].values) == ["G1.1", "G1.2", "G2.1"]
    assert [len(train) for train in trains(dataset)] == [len(u) for u in made.UNITS]  # the signal has three of each


def test_grids_stand_in_the_names_of_units(tmp_path):
    assert list(read(written("MUedit, MATLAB 5", tmp_path))["label"].values) == ["G1.1", "G1.2", "G2.1"]
    pytest.importorskip("h5py")
    dataset = read(written("MUedit, MATLAB 7.3", tmp_path))
    assert list(dataset["label"].values) == ["G1.1", "G1.2", "G2.1"]
    assert dataset.attrs["muscle"] == "TA"


@pytest.mark.parametrize(
    ("pulses", "units"),
    [
        (np.array([[1, 11, 21, 0], [6, 16, 26, 36]]), [[0, 10, 20], [5, 15, 25, 35]]),  # a row for each unit
        (np.array([[1, 6], [11, 16], [21, 26], [0, 36]]), [[0, 10, 20], [5, 15, 25, 35]]),  # a column
        (np.array([[1.0, 11, 21]]), [[0, 10, 20]]),
        (np.array([[1.0], [11], [21]]), [[0, 10, 20]]),
    ],
)
def test_zeros_at_the_end_of_a_matrix_are_no_discharges(pulses, units, tmp_path):
    from scipy.io import savemat

    savemat(tmp_path / "units.mat", {"MUPulses": pulses, "fsamp": 10.0})
    dataset = read(tmp_path / "units.mat")
    assert [row[row != NO_SPIKE].tolist() for row in dataset["spike_sample"].values[0]] == units


def test_arrays_of_objects_are_read_and_never_called(tmp_path):
    class Planted:
        def __reduce__(self):
            return (open, (str(tmp_path / "planted"), "w"))

    objects = np.empty(2, object)
    objects[:] = [np.array([1, 2, 3]), Planted()]
    np.savez(tmp_path / "units.npz", discharge_times=objects, fsamp=10.0, allow_pickle=True)
    dataset = read(tmp_path / "units.npz")
    assert not (tmp_path / "planted").exists()
    np.testing.assert_array_equal(dataset["n_spikes"], [[3, 0]])


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize("dtype", [np.int64, np.int32, np.uint16, np.float64, ">i4"])
def test_arrays_of_objects_are_read_from_every_version_of_the_format(protocol, dtype):
    import pickle

    from sim.results.recordings.object_arrays import plain

    objects = np.empty(3, object)
    objects[:] = [u.astype(dtype) for u in made.UNITS]
    for found, samples in zip(plain(pickle.dumps(objects, protocol)), made.UNITS, strict=True):
        np.testing.assert_array_equal(found, samples)


def test_one_list_of_numbers_is_one_unit_or_refused(tmp_path):
    for count, path in ((1, tmp_path / "one.json"), (3, tmp_path / "three.json")):
        path.write_text(json.dumps({"MUPULSES": "[10, 20, 30]", "FSAMP": "10", "NUMBER_OF_MUS": str(count)}))
    dataset = read(tmp_path / "one.json")
    np.testing.assert_array_equal(spike_times(dataset).values, [[[1, 2, 3]]])
    assert "read as one unit" in dataset.attrs["remarks"][0]
    with pytest.raises(RecordingError, match="one list of 3 numbers, but a list for each unit"):
        read(tmp_path / "three.json")


# ---- NWB


@pytest.mark.parametrize("where", ["processing/ecephys/units", "processing/emg/motor units", "analysis/units"])
def test_units_are_found_in_processing_modules(where, tmp_path):
    pytest.importorskip("h5py")
    made.nwb(tmp_path / "units.nwb", where=where)
    dataset = read(tmp_path / "units.nwb")
    assert dataset.sizes["unit"] == 3
    assert list(dataset["quality"].values) == ["good", "noise", "good"]
    assert dataset["force"].attrs["units"] == "N*m"


def test_what_was_searched_is_said(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "raw.nwb", "w") as file:
        file["processing/behavior/position/data"] = [1.0]
    with pytest.raises(
        RecordingError, match=r"searched were /units, the processing modules \(behavior\) and all other"
    ):
        read(tmp_path / "raw.nwb")


def test_two_tables_of_units_are_not_guessed_between(tmp_path):
    pytest.importorskip("h5py")
    made.nwb(tmp_path / "a.nwb", where="processing/left/units")
    import h5py

    with h5py.File(tmp_path / "a.nwb", "a") as file:
        file.copy("processing/left/units", file, "processing/right/units")
    with pytest.raises(RecordingError, match="several tables of units"):
        read(tmp_path / "a.nwb")


@pytest.mark.parametrize("kind", ["external link", "soft link to it", "virtual", "external values"])
def test_nothing_outside_an_hdf5_file_is_read(kind, tmp_path):
    h5py = pytest.importorskip("h5py")
    made.nwb(tmp_path / "other.nwb")
    with h5py.File(tmp_path / "units.nwb", "w") as file:
        units = file.create_group("units")
        units["spike_times_index"] = np.array([5], np.uint8)
        if kind == "external link":
            units["spike_times"] = h5py.ExternalLink(str(tmp_path / "other.nwb"), "/units/spike_times")
        elif kind == "soft link to it":
            file["away"] = h5py.ExternalLink(str(tmp_path / "other.nwb"), "/units")
            units["spike_times"] = h5py.SoftLink("/away/spike_times")
        elif kind == "virtual":
            layout = h5py.VirtualLayout((5,), "f8")
            layout[:] = h5py.VirtualSource(str(tmp_path / "other.nwb"), "units/spike_times", (16,))[:5]
            units.create_virtual_dataset("spike_times", layout)
        else:
            units.create_dataset("spike_times", (5,), "f8", external=[(str(tmp_path / "other.nwb"), 0, 40)])
    with pytest.raises(RecordingError, match=r"no units/spike_times|lies in another file, which is not followed"):
        read(tmp_path / "units.nwb")


def test_links_within_an_hdf5_file_are_followed(tmp_path):
    h5py = pytest.importorskip("h5py")
    made.nwb(tmp_path / "units.nwb", where="processing/emg/table")
    with h5py.File(tmp_path / "units.nwb", "a") as file:
        file["units"] = h5py.SoftLink("/processing/emg/table")
    assert read(tmp_path / "units.nwb").sizes["unit"] == 3


# ---- BIDS


def test_the_file_beside_bids_events_tells_the_rest(tmp_path):
    path = tmp_path / "sub-01_task-ramp_events.tsv"
    made.table(path, header="onset\tduration\tunit_id", line="{sample}\tn/a\tMU{unit}")
    path.with_suffix(".json").write_text(
        json.dumps({"SamplingFrequency": made.FS, "TaskName": "ramp", "onset": {"Units": "samples"}})
    )
    dataset = read(path)
    np.testing.assert_array_equal(dataset["spike_sample"].values[0, 2, :4], made.UNITS[2])
    assert dataset.attrs["task"] == "ramp"
    assert [file.suffix for file in files_of(path)] == [".tsv", ".json"]


@pytest.mark.parametrize("text", ["[1, 2]", "{", '{"onset": 3}'])
def test_a_damaged_file_beside_bids_events_is_left_out(text, tmp_path):
    path = tmp_path / "sub-01_task-ramp_events.tsv"
    made.bids(path)
    path.with_suffix(".json").write_text(text)
    assert read(path).sizes["unit"] == 3


def test_halves_of_characters_in_names_are_replaced(tmp_path):
    path = tmp_path / "bad\udcff.csv"  # a byte that is no UTF-8
    made.table(path)
    assert read(path).attrs["recording"] == "bad?.csv"
    (tmp_path / "a.json").write_text(r'{"MUPULSES": {"\ud800": [1, 2]}, "FSAMP": 10}')
    assert list(read(tmp_path / "a.json")["label"].values) == ["?"]


def test_a_folder_is_named_from_within_too(tmp_path, monkeypatch):
    made.module(tmp_path / "P01")
    monkeypatch.chdir(tmp_path / "P01")
    assert read(".").attrs["recording"] == "P01"


@pytest.mark.parametrize("name", ["a folder", "a pipe"])
def test_what_is_no_file_is_refused_at_once(name, tmp_path):
    import os

    (tmp_path / "x").mkdir() if name == "a folder" else os.mkfifo(tmp_path / "x")
    with pytest.raises(RecordingError, match=r"a folder without manifest.json|no file that can be read"):
        read(tmp_path / "x")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PAR1....", "is a Parquet table, which is not read"),
        (b"\x80\x04\x95....", "is a Python pickle, which is not read"),
        (b"\x93NUMPY\x01\x00", "is a single NumPy array, which is not read"),
        (b"\x00\x01\x02 raw", "is no text and none of the formats"),
        (b"[1, 2, 3]", "is JSON, but no openhdemg file"),
    ],
)
def test_other_files_are_called_what_they_are(content, said, tmp_path):
    (tmp_path / "x").write_bytes(content)
    with pytest.raises(RecordingError, match=said):
        read(tmp_path / "x")


def test_a_workbook_and_an_archive_of_several_files_are_refused(tmp_path):
    import zipfile

    for inside, said in (
        (["[Content_Types].xml", "xl/workbook.xml"], "Save it there as CSV"),
        (["a", "b"], "of 2 files"),
    ):
        with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
            for name in inside:
                archive.writestr(name, "x")
        with pytest.raises(RecordingError, match=said):
            read(tmp_path / "x.xlsx")
