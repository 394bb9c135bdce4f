"""The seal of a slab says what it consists of, so that whatever is lost, cut, swapped or changed later is found.

It is a small text in an empty group of the store, written when the data are on the disk and before the status is:

    template 5a3c...                       digest of the store's template, so that it fits in no other store
    status 1111311111111111                code of each sample
    spike_step/c/5/0/0 18342 9f01ab3c      each chunk: B, and its last four bytes, which are its crc32c
    v/c/5/0/0 -                            a chunk that holds the fill value only is no file
    digest 0f6ab1...                       of the number of the slab and of the text before

What is not sealed is not done. That each chunk of a slab is there and ends as it should is known without reading it;
the bytes before are held against the crc32c whenever a chunk is read.
"""

import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import google_crc32c

from sim.results.digest import digest
from sim.results.disk import flush_folders, replacing

FOLDER = "seals"
ABSENT = "-"
AT_ONCE = 16  # files that are flushed together: 200 of them take 30 ms, and 900 ms one after the other (ext4)


class Seal(NamedTuple):
    """What a slab consists of.

    Args:
        codes: `Status` of each of its samples.
        chunks: size and end of each chunk, by its key.
    """

    codes: tuple[int, ...]
    chunks: Mapping[str, str]


def seal(
    root: Path, number: int, template: str, codes: Iterable[int], keys: Sequence[str], *, flush: bool = True
) -> None:
    """Have the chunks of a slab on the disk, and then write its seal.

    Args:
        flush: False leaves it to the system when; the seal then says, after a power cut, that something is lost.

    Raises:
        OSError: the disk refuses.
    """
    lines = [f"template {template}", "status " + "".join(str(int(code)) for code in codes)]
    lines += [f"{key} {end}" for key, end in zip(keys, looks(root, keys, flush=flush), strict=True)]
    text = "\n".join(lines) + "\n"
    place = root / FOLDER / str(number)
    if not place.parent.is_dir():
        remove(place.parent)
        place.parent.mkdir()
    with replacing(place, flush=False) as file:
        file.write(f"{text}digest {digest(str(number), text)}\n".encode())


def looks(root: Path, keys: Sequence[str], *, flush: bool = False) -> list[str]:
    """As `look`, for several files of a store, at once.

    Args:
        flush: have them and the folders that they are in on the disk, too.
    """
    with ThreadPoolExecutor(AT_ONCE) as threads:  # what is flushed at once, a disk writes at once
        found = list(threads.map(lambda key: look(os.path.join(root, key), flush=flush), keys))
        if flush:
            folders = {folder for key in keys for folder in list((root / key).parents)[: key.count("/")]}
            list(threads.map(flush_folders, ([folder] for folder in folders)))
    return found


def sealed(root: Path, number: int, template: str) -> Seal | None:
    """The seal of a slab; None if there is none, or none that fits."""
    try:
        with open(os.path.join(root, FOLDER, str(number)), encoding="utf-8") as file:
            text, _, said = file.read().rpartition("digest ")
    except (OSError, UnicodeDecodeError):
        return None
    if said != f"{digest(str(number), text)}\n":
        return None
    of, status, *lines = text.splitlines()
    if of != f"template {template}":
        return None
    chunks = dict(line.split(" ", 1) for line in lines)
    return Seal(tuple(int(code) for code in status.removeprefix("status ")), chunks)


def break_seal(root: Path, number: int, keys: Iterable[str]) -> None:
    """Take the seal of a slab away, so that the slab is not done, and then its status and its chunks.

    Raises:
        OSError: the disk refuses.
    """
    remove(root / FOLDER / str(number))
    flush_folders([root / FOLDER])
    for key in (f"status/c/{number}", *keys):
        remove(root / key)


def remove(place: Path) -> None:
    """Remove what stands where a file should, if anything does.

    Raises:
        OSError: the disk refuses.
    """
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        with suppress(FileNotFoundError, NotADirectoryError):
            place.unlink()


def look(path: str, *, flush: bool = False) -> str:
    """Size and end of a chunk, as a seal has it.

    Args:
        flush: have it on the disk, too.

    Raises:
        OSError: the disk refuses to flush.
    """
    try:
        file = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except OSError as problem:
        return ABSENT if isinstance(problem, FileNotFoundError) else "unreadable"
    try:
        size = os.fstat(file).st_size
        try:
            os.lseek(file, max(size - 4, 0), os.SEEK_SET)
            end = os.read(file, 4)
        except OSError:  # a folder
            return "unreadable"
        if flush:
            os.fsync(file)
    finally:
        os.close(file)
    return f"{size} {end.hex()}"


def wrong(root: Path, found: Seal, *, thoroughly: bool = False) -> str | None:
    """What is wrong with the chunks of a slab, in words, or None.

    Args:
        thoroughly: every byte of them is read.
    """
    for key, said in found.chunks.items():
        path = os.path.join(root, key)
        if (now := look(path)) != said:
            return _differs(key, now, said)
        if thoroughly and said != ABSENT and not _sums(path):
            return _named(key, "has changed bytes (crc32c)")
    return None


def differs(data: bytes | memoryview | None, key: str, found: Seal | None) -> str | None:
    """What is wrong with a chunk that was read, in words, or None.

    Args:
        found: the seal of its slab; None holds the chunk against its own crc32c only.
    """
    now = ABSENT if data is None else f"{len(data)} {bytes(data[-4:]).hex()}"
    if found is not None and key in found.chunks and found.chunks[key] != now:
        return _differs(key, now, found.chunks[key])
    return None if data is None or sums(data) else _named(key, "has changed bytes (crc32c)")


def sums(data: bytes | memoryview) -> bool:
    """Whether a chunk ends in the crc32c of what is before."""
    return len(data) >= 4 and google_crc32c.value(bytes(data[:-4])) == int.from_bytes(data[-4:], "little")


def _sums(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return sums(file.read())
    except OSError:
        return False


def _differs(key: str, now: str, said: str) -> str:
    if now == ABSENT:
        return _named(key, "is missing")
    if now.partition(" ")[0] != said.partition(" ")[0]:
        return _named(key, "has another length than was written")
    return _named(key, "is not what was written")


def _named(key: str, what: str) -> str:
    return f"'{key.partition('/')[0]}' {what}"
