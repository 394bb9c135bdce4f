"""What a file seems to be, told by its first bytes and never by its name."""

from pathlib import Path

HDF5 = b"\x89HDF\r\n\x1a\n"
PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}
OTHERS = {
    b"\x93NUMPY": "a single NumPy array",
    b"PAR1": "a Parquet table",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"%PDF": "a PDF",
    b"0       ": "an EDF file of signals",
    b"\xffBIOSEMI": "a BDF file of signals",
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"7z\xbc\xaf": "a 7-Zip archive",
    b"Rar!": "a RAR archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"SQLite format 3": "a database",
}
"""Kinds that are known and not read."""
HEAD = 2048
"""B, from the start of a file, that tell its kind."""


def packing(head: bytes) -> str | None:
    """How a file is compressed; None if it is not."""
    return next((name for magic, name in PACKED.items() if head.startswith(magic)), None)


def other(head: bytes) -> str | None:
    """A kind that is not read, in words; None if it is none of these."""
    return next((name for magic, name in OTHERS.items() if head.startswith(magic)), None)


def is_hdf5(head: bytes) -> bool:
    """Whether a file is HDF5; MATLAB puts 512 bytes of its own in front."""
    return any(head[start : start + 8] == HDF5 for start in (0, 512, 1024))


def is_matlab_5(head: bytes) -> bool:
    """Whether a file is a MAT-file of level 5, which MATLAB writes unless it is asked for another."""
    return len(head) >= 128 and head[126:128] in (b"IM", b"MI") and not is_hdf5(head)


def is_json(text: str) -> bool:
    """Whether a text can only be JSON."""
    return text.lstrip()[:1] in ("{", "[")


def seems(path: Path) -> str:
    """What a file or folder seems to be, in words with their article, for an error."""
    if path.is_dir():
        return "a folder"
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError:
        return "something that cannot be opened"
    if packed := packing(head):
        return f"a {packed} file"
    if is_hdf5(head):
        return "a MATLAB 7.3 file" if head.startswith(b"MATLAB") else "an HDF5 file"
    if is_matlab_5(head):
        return "a MATLAB file"
    if named := other(head):
        return named
    if b"\x00" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return "a binary file"
    return "a JSON file" if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[") else "a table of text"
