"""A file cannot stop, fill or fool the one who reads it: whatever is in it, a recording or one sentence, in seconds."""

import gzip
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sim.results.recordings import guarded
from sim.results.recordings.files import read
from sim.results.recordings.formats import recording
from sim.results.recordings.message import packed
from sim.results.recordings.message import recording as unpacked
from sim.results.recordings.parts import Force, RecordingError, Trial
from sim.results.recordings.recording import Recording
from tests import made_recordings as made
from tests.mutations import attempt, mutated

ROOT = Path(__file__).parents[2]
FEW, MANY = 12, 1500
"""Damaged files of each format, in the fast tests and in the slow ones."""


def whole(name, folder):
    if name in ("MUedit, MATLAB 7.3", "NWB"):
        pytest.importorskip("h5py")
    path = folder / {"MUedit2": "whole.npz", "DEMUSE": "whole.mat", "MUedit, MATLAB 5": "whole.mat"}.get(name, "whole")
    made.MADE[name](path)
    return path


def tried(name, folder, count, seed):
    """What reading says of so many damaged files."""
    data, rng, path = whole(name, folder).read_bytes(), np.random.default_rng(seed), folder / "damaged"
    said = []
    for _ in range(count):
        path.write_bytes(mutated(data, rng))
        said.append(attempt(path))
    return said


def test_a_recording_passes_from_one_process_to_another_unchanged():
    force = Force(np.array([0.0, 1.0]), np.array([np.nan, 2.0]), "N")
    plain = Recording("ä '$x_1$'", {"1": np.array([0.5, np.nan]), "2": np.zeros(0)}, 2048.0, force, "a", "b", "c")
    trials = Recording("any", {}, None, trials=(Trial("a", {"1": np.ones(1)}, force), Trial("b", {"2": np.zeros(2)})))
    for one in (plain, trials):
        again = unpacked(packed(one))
        assert (again.name, again.fs_hz, again.muscle, again.note) == (one.name, one.fs_hz, one.muscle, one.note)
        for part, other in zip(again.parts, one.parts, strict=True):
            assert list(part.trains) == list(other.trains)
            for train, true in zip(part.trains.values(), other.trains.values(), strict=True):
                np.testing.assert_array_equal(train, true)
            assert (part.force is None) == (other.force is None)
    np.testing.assert_array_equal(unpacked(packed(plain)).force.values, force.values)
    with pytest.raises(ValueError, match="message was cut off"):
        unpacked(packed(plain)[:50])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the tests copy their process to read")
@pytest.mark.parametrize("name", made.MADE)
def test_damaged_files_end_in_a_recording_or_a_sentence(name, tmp_path):
    said = tried(name, tmp_path, FEW, 7)
    assert all(said)
    assert not any("\n" in one for one in said)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the tests copy their process to read")
@pytest.mark.parametrize("name", made.MADE)
def test_many_damaged_files_end_in_a_recording_or_a_sentence(name, tmp_path):
    said = tried(name, tmp_path, MANY, 11)
    assert all(said)
    if name not in ("zip of a CSV",):  # whose checksum finds every damage
        assert 0 < sum(one == "a recording" for one in said) < MANY


@pytest.mark.parametrize("name", ["openhdemg JSON", "MUedit, MATLAB 5", "NWB", "CSV"])
def test_the_real_process_says_the_same_of_damaged_files(name, tmp_path):
    data, rng, path = whole(name, tmp_path).read_bytes(), np.random.default_rng(3), tmp_path / "damaged"
    for _ in range(2):
        path.write_bytes(mutated(data, rng))
        started = time.monotonic()
        try:
            said = f"{read(path).sizes['unit']} units"
        except RecordingError as problem:
            said = str(problem)
        assert said
        assert "\n" not in said
        assert "Traceback" not in said
        assert time.monotonic() - started < 11


def test_the_real_process_reads_what_this_one_reads(tmp_path):
    made.demuse(tmp_path / "units.mat")
    here, there = recording(tmp_path / "units.mat"), guarded.recording(tmp_path / "units.mat")
    for label, train in here.trains.items():
        np.testing.assert_array_equal(there.trains[label], train)
    np.testing.assert_array_equal(there.force.values, here.force.values)


# ---- files made to harm


def bomb(path, size=2**32):
    """Zeros, packed a thousandfold."""
    with gzip.open(path, "wb", compresslevel=9) as file:
        for _ in range(size // 2**24):
            file.write(bytes(2**24))


def deep_json(path):
    path.write_text("[" * 300_000)


def deep_text_in_json(path):
    path.write_text(json.dumps({"FSAMP": "2048", "MUPULSES": "[" * 300_000}))


def huge_numbers(path):
    path.write_text(json.dumps({"FSAMP": "2048", "MUPULSES": "[[" + "1" * 5000 + "]]"}))


def bomb_in_an_archive(path):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("discharge_times.npy", bytes(110 * 2**20))
        archive.writestr("fsamp.npy", b"")


def a_million_units(path):
    path.write_text("unit,time_s\n" + "".join(f"{k},{k}\n" for k in range(30_000)) + "0,1\n" * 30_000)


def a_huge_array(path):
    header = (
        b"\x93NUMPY\x01\x00\x76\x00"
        + b"{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }".ljust(117)
        + b"\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("discharge_times.npy", header)
        archive.writestr("fsamp.npy", header)


HARMFUL = [deep_json, deep_text_in_json, huge_numbers, bomb_in_an_archive, a_million_units, a_huge_array]


@pytest.mark.parametrize("make", HARMFUL, ids=lambda make: make.__name__)
def test_files_made_to_harm_end_in_a_sentence(make, tmp_path):
    make(tmp_path / "units")
    started = time.monotonic()
    with pytest.raises(RecordingError) as problem:
        read(tmp_path / "units")
    assert "\n" not in str(problem.value)
    assert time.monotonic() - started < 11


@pytest.mark.slow
def test_a_bomb_ends_at_the_limit(tmp_path):
    bomb(tmp_path / "units.csv.gz")
    with pytest.raises(RecordingError, match=r"holds more than 400 MiB when it is unpacked|needs more than"):
        read(tmp_path / "units.csv.gz")


def test_a_huge_data_set_is_not_filled(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "units.nwb", "w") as file:
        file["units/spike_times_index"] = [3]
        file["units"].create_dataset("spike_times", (2**40,), "f8", chunks=(1024,), compression="gzip")
    with pytest.raises(RecordingError, match="has 1099511627776 values, too many"):
        read(tmp_path / "units.nwb")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import time; time.sleep(60)", "was not read within"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "ended early (SIGSEGV)"),
        ("raise SystemExit('no luck')", "ended early (no luck)"),
        ("print('no message')", "ended early"),
        ("", "ended early"),
    ],
)
def test_a_process_that_fails_is_one_sentence(code, said, tmp_path, monkeypatch):
    made.table(tmp_path / "units.csv")
    real = subprocess.run

    def instead(command, **settings):
        return real([sys.executable, "-c", code], **settings)

    monkeypatch.setattr(guarded.subprocess, "run", instead)
    monkeypatch.setattr(guarded, "SECONDS", 1.0)
    with pytest.raises(RecordingError) as problem:
        read(tmp_path / "units.csv")
    assert said in str(problem.value)
    assert "units.csv seems to be a table of text" in str(problem.value)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit is the system's")
def test_the_process_gets_no_more_memory_than_its_limit():
    code = (
        "from sim.results.recordings.child import limit; import numpy as np; limit(2**28); np.ones(2**20)\n"
        "try: np.ones(2**27)\nexcept MemoryError: print('refused')\n"
        "try: open('written', 'w').write('x' * 10**6); print('wrote')\nexcept OSError: print('not written')"
    )
    env = {**os.environ, **guarded.ALONE}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env, cwd=ROOT)
    assert done.stdout.split("\n")[:2] == ["refused", "not written"]


def test_modules_planted_beside_a_file_are_not_loaded(tmp_path, monkeypatch):
    made.table(tmp_path / "units.csv")
    (tmp_path / "numpy.py").write_text("raise SystemExit('planted')")
    monkeypatch.chdir(tmp_path)
    assert read("units.csv").sizes["unit"] == 3
