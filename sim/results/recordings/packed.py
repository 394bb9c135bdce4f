"""Compressed files: what is inside, up to a limit, so that a small file cannot fill the memory."""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib

from sim.results.recordings.kinds import packing
from sim.results.recordings.parts import RecordingError

MOST = 400 * 2**20
"""B, of a file after decompression."""
DEEPEST = 3
"""Compressions of compressions."""
BROKEN = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, ValueError)
"""What the libraries raise of a damaged file; a bad gzip file is an OSError."""


def contents(name: str, data: bytes) -> bytes:
    """The bytes of a file without its compression by gzip, bzip2, xz or zip; an archive of NumPy arrays as it is.

    Raises:
        RecordingError: it is damaged, too large inside, or an archive of several files.
    """
    for _ in range(DEEPEST + 1):
        how = packing(data)
        if how is None or (how == "zip" and is_arrays(data)):
            return data
        try:
            data = _zipped(name, data) if how == "zip" else _streamed(how, data)
        except RecordingError:
            raise
        except BROKEN as problem:
            raise RecordingError(
                f"{name} is no whole {how} file ({' '.join(str(problem).split())[:80]}). If it was cut off, copy it "
                "again; else export it again."
            ) from None
        if len(data) > MOST:
            raise RecordingError(
                f"{name} holds more than {MOST // 2**20} MiB when it is unpacked. Unpack it yourself, and leave out "
                "the raw signals."
            )
        if not data:
            raise RecordingError(f"{name} holds an empty file. Export it again.")
    raise RecordingError(f"{name} is compressed more than {DEEPEST} times over. Unpack it first.")


def is_arrays(data: bytes) -> bool:
    """Whether a zip file is one of NumPy arrays (.npz)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except BROKEN:
        return False
    return bool(names) and all(name.endswith(".npy") for name in names)


def _streamed(how: str, data: bytes) -> bytes:
    kinds = {"gzip": gzip.GzipFile, "bzip2": bz2.BZ2File, "xz": lzma.LZMAFile}
    file = gzip.GzipFile(fileobj=io.BytesIO(data)) if how == "gzip" else kinds[how](io.BytesIO(data))
    with file:
        return file.read(MOST + 1)


def _zipped(name: str, data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        inside = [x for x in archive.infolist() if not x.is_dir() and not _of_the_system(x.filename)]
        if any(x.filename == "[Content_Types].xml" for x in inside):
            raise RecordingError(f"{name} is a document of Excel or another office program. Save it there as CSV.")
        if len(inside) != 1:
            found = ", ".join(x.filename for x in inside[:5]) or "nothing"
            raise RecordingError(f"{name} is an archive of {len(inside)} files ({found}). Unpack it and name one.")
        if inside[0].flag_bits & 1:
            raise RecordingError(f"{name} is protected by a password. Unpack it first.")
        with archive.open(inside[0]) as file:
            return file.read(MOST + 1)


def _of_the_system(path: str) -> bool:
    return path.startswith("__MACOSX/") or path.rpartition("/")[2] in (".DS_Store", "Thumbs.db")
