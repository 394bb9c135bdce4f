"""Damage to files, drawn at random: what a disk, a transfer, a text editor or an attacker may do to a recording.

rng = np.random.default_rng(1)
for name, make in MADE.items():
    make(path); path.write_bytes(mutated(path.read_bytes(), rng)); attempt(path)
"""

import io
import json
import os
import select
import signal
import struct
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np

from sim.results.recordings import child, message
from sim.results.recordings.parts import RecordingError

NASTY = [
    *(b"\x00", b"\xff", b"\x00" * 64, b"\xff" * 64, b"1e999", b"-1e999", b"nan", b"1" * 400, b"[" * 3000, b"{" * 3000),
    *(b'"' * 3, b"\\", b"\n", b"\r", b",", b";", b"\t", b"#", b"\xed\xa0\x80", "é".encode("latin-1"), b"\xef\xbb\xbf"),
    *(b"9" * 5000, b"-", b"NA", b"null", b"true", b"0", b"1_0", b"0x10", b"1,234", b"1.234,5"),
    *(struct.pack("<q", n) for n in (-1, 2**31 - 1, 2**62, -(2**63))),
    *(struct.pack("<i", n) for n in (-1, 2**31 - 1, 2**20)),
]
"""Pieces that break readers."""


def mutated(data: bytes, rng: np.random.Generator) -> bytes:
    """The file after one to four damages: of its bytes, of what is inside its compression, or of one of its parts.

    A part is a value of JSON, a data set or attribute of HDF5, a member of an archive, a cell of a MATLAB file; such a
    file is whole, and says something else.
    """
    how = int(rng.integers(3))
    if how == 0:
        return _damaged(data, rng)
    inside = _unpacked(data)
    opened, closed = inside if inside is not None else (data, bytes)
    if how == 1:
        return closed(_damaged(opened, rng))
    if opened.lstrip()[:1] in (b"{", b"["):
        return closed(_other_json(opened, rng))
    if data[:4] == b"PK\x03\x04":
        return _other_member(data, rng)
    if data[:8] == b"\x89HDF\r\n\x1a\n" or data[512:520] == b"\x89HDF\r\n\x1a\n":
        return _other_hdf5(data, rng)
    return closed(_damaged(opened, rng))


def attempt(path: Path, *, seconds: float = 10.0, n_bytes: int = 2**30) -> str:
    """Read a file in a copy of this process, with the limits of the real one: 'a recording', or the sentence.

    Raises:
        AssertionError: it took longer than it may.
    """
    reading, writing = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reading)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        child.limit(n_bytes)
        with os.fdopen(writing, "wb") as out:
            out.write(child.answer("recording", path, n_bytes))
        os._exit(0)
    os.close(writing)
    end, answer = time.monotonic() + seconds, b""
    while select.select([reading], [], [], max(0.0, end - time.monotonic()))[0]:
        part = os.read(reading, 2**20)
        if not part:
            break
        answer += part
    else:
        os.kill(process, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(process, 0)
    assert time.monotonic() < end + 1, f"{path.name} hung"
    if os.WIFSIGNALED(status):
        return f"ended by signal {os.WTERMSIG(status)}"
    try:
        message.recording(answer).dataset()
    except (RecordingError, ImportError) as problem:
        return str(problem)
    return "a recording"


def _damaged(data: bytes, rng: np.random.Generator) -> bytes:
    made = bytearray(data)
    for _ in range(int(rng.integers(1, 5))):
        if not made:
            break
        at = int(rng.integers(len(made)))
        kind = int(rng.integers(8))
        if kind == 0:  # single bits
            for place in rng.integers(len(made), size=int(rng.integers(1, 20))):
                made[place] ^= 1 << int(rng.integers(8))
        elif kind == 1:  # cut off
            del made[at:]
        elif kind == 2:  # a piece is missing
            del made[at : at + int(rng.integers(1, 200))]
        elif kind == 3:  # a piece comes twice, or somewhere else
            piece = made[at : at + int(rng.integers(1, 400))]
            to = int(rng.integers(len(made)))
            made[to:to] = piece * int(rng.integers(1, 4))
        elif kind == 4:  # something foreign
            made[at:at] = NASTY[int(rng.integers(len(NASTY)))]
        elif kind == 5:  # overwritten
            piece = NASTY[int(rng.integers(len(NASTY)))]
            made[at : at + len(piece)] = piece
        elif kind == 6:  # a number or a word is another one
            _exchange(made, rng)
        else:  # bytes that mean sizes
            made[at & ~7 : (at & ~7) + 8] = struct.pack("<q", int(rng.integers(-10, 2**40)))
    return bytes(made)


def _exchange(made: bytearray, rng: np.random.Generator) -> None:
    """Put a nasty piece in place of what stands between two separators of a text."""
    separators = [k for k, c in enumerate(made[:20000]) if c in b',;:\t\n[]{}"']
    if len(separators) > 1:
        k = int(rng.integers(len(separators) - 1))
        made[separators[k] + 1 : separators[k + 1]] = NASTY[int(rng.integers(len(NASTY)))]


def _unpacked(data: bytes):
    """What is inside gzip or a MATLAB file's first compressed variable, and how to put it back; None for others."""
    try:
        if data[:2] == b"\x1f\x8b":
            return zlib.decompress(data, 31), lambda made: _gzip(made)
        if data[126:128] == b"IM" and data[128:132] == b"\x0f\x00\x00\x00":
            size = struct.unpack("<I", data[132:136])[0]
            rest = data[136 + size :]
            inside = zlib.decompress(data[136 : 136 + size])
            return inside, lambda made: _variable(data[:128], zlib.compress(made), rest)
    except (zlib.error, struct.error):
        pass
    return None


def _other_json(text: bytes, rng: np.random.Generator) -> bytes:
    """JSON with another value at some place, also inside the texts that are JSON themselves."""
    values = [
        None,
        True,
        -1,
        1e300,
        2**70,
        "",
        "x",
        [],
        {},
        [[]],
        [None],
        [[1, "a"]],
        [1, [2]],
        {"0": [1, 2]},
        "[[",
        "NaN",
    ]

    def other(value, depth):
        if isinstance(value, str) and value[:1] in ("[", "{") and depth < 4:
            return json.dumps(other(json.loads(value), depth + 1))
        if not isinstance(value, dict | list) or not value or rng.random() < 0.15:
            return values[int(rng.integers(len(values)))]
        keys = list(value) if isinstance(value, dict) else range(len(value))
        made, key = (dict if isinstance(value, dict) else list)(value), keys[int(rng.integers(len(keys)))]
        made[key] = other(made[key], depth + 1)
        return made

    return json.dumps(other(json.loads(text), 0)).encode()


def _other_member(data: bytes, rng: np.random.Generator) -> bytes:
    """An archive with one member damaged, doubled or renamed."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as other:
        members = archive.namelist()
        chosen = members[int(rng.integers(len(members)))]
        for name in members:
            content = archive.read(name)
            if name == chosen and rng.random() < 0.8:
                content = _damaged(content, rng)
            other.writestr(name if name != chosen or rng.random() < 0.8 else "other.npy", content)
    return made.getvalue()


def _other_hdf5(data: bytes, rng: np.random.Generator) -> bytes:
    """HDF5 with another thing in place of one data set or group, or another attribute."""
    import h5py

    made = io.BytesIO(data)
    with h5py.File(made, "r+") as file:
        places: list[str] = []
        file.visit(places.append)
        place = places[int(rng.integers(len(places)))]
        if rng.random() < 0.3:
            attributes = ["resolution", "conversion", "unit", "rate", "MATLAB_empty", "MATLAB_class"]
            nasty = [np.nan, -1.0, "x", np.zeros(3), np.zeros((0, 2)), b"\xff", 10**18]
            file[place].attrs[attributes[int(rng.integers(6))]] = nasty[int(rng.integers(7))]
            return made.getvalue()
        del file[place]
        others = [
            lambda: file.create_group(place),
            lambda: file.create_dataset(place, data=np.nan),
            lambda: file.create_dataset(place, data=rng.normal(size=(3, 4)) * 1e300),
            lambda: file.create_dataset(place, data=np.array([b"a", b"bc"])),
            lambda: file.create_dataset(place, data=np.array([], "f8")),
            lambda: file.create_dataset(place, data=h5py.Empty("f8")),
            lambda: file.create_dataset(place, shape=(2**40,), dtype="f8", chunks=(1024,)),
            lambda: file.create_dataset(place, data=np.arange(5)[::-1]),
            lambda: file.create_dataset(place, data=[file.ref, None], dtype=h5py.ref_dtype),
            lambda: file.create_dataset(place, data=["1", "ü"], dtype=h5py.string_dtype()),
            lambda: file.__setitem__(place, h5py.SoftLink("/" + places[int(rng.integers(len(places)))])),
            lambda: file.__setitem__(place, h5py.SoftLink("/" + place)),
            lambda: file.__setitem__(place, h5py.ExternalLink("/etc/passwd", "/")),
            lambda: file.create_dataset(place, shape=(5,), dtype="i1", external=[("/etc/hostname", 0, 5)]),
        ]
        others[int(rng.integers(len(others)))]()
    return made.getvalue()


def _gzip(made: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(made) + packer.flush()


def _variable(head: bytes, packed: bytes, rest: bytes) -> bytes:
    return head + struct.pack("<II", 15, len(packed)) + packed + rest
