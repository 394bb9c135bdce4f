"""What a disk that refuses a write says, in one sentence; and files that are replaced whole, or not at all."""

import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from sim.results.claims import made


class StoreError(RuntimeError):
    """A result cannot be opened or written; the message says what was asked, what was found and what to do."""


class DamagedError(StoreError):
    """What was read of a slab is not what was written.

    Args:
        sentence: what was found.
        store: path of the store.
        number: of the slab.
    """

    def __init__(self, sentence: str, store: Path, number: int) -> None:
        super().__init__(sentence)
        self.store, self.number = store, number


@contextmanager
def writing(what: str, where: Path, n_bytes: int) -> Iterator[None]:
    """Turn an operating-system error in the block into one sentence.

    Args:
        what: what is being written, for the message.
        where: the file or folder, for the message.
        n_bytes: B, size before compression.

    Raises:
        StoreError: the disk is full, read-only, over quota ...
    """
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"could not write {what} to {where}: {error.strerror or error} (needs up to {n_bytes / 1e6:.3g} MB, "
            f"{free_bytes(where) / 1e6:.3g} MB free). Everything finished so far is kept: make room or give write "
            "permission, then run the same command again and it resumes."
        ) from error


def free_bytes(where: Path) -> int:
    """B, free space at `where` or at its nearest folder that exists."""
    while not where.exists():
        where = where.parent
    return shutil.disk_usage(where).free


@contextmanager
def replacing(path: str | Path, *, flush: bool = True) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` once it is whole and on the disk; if that is a link, the link is replaced.

    Args:
        flush: False leaves it to the system when it is on the disk.

    Raises:
        OSError: the disk refuses; what was there is kept.
    """
    path = Path(path)
    draft = drafted(path)
    try:
        with made(draft) as file:
            yield file
            if flush:
                file.flush()
                os.fsync(file.fileno())
            file.close()
            os.replace(draft, path)
        flush_folders([path.parent] if flush else [])
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def replace(path: str | Path, content: str | bytes) -> None:
    """Write a file whole, or leave what is there.

    Raises:
        StoreError: the disk refuses.
    """
    data = content.encode(errors="replace") if isinstance(content, str) else content
    with writing(Path(path).name, Path(path), len(data)), replacing(path) as file:
        file.write(data)


def drafted(path: Path) -> Path:
    """A name beside `path` that no other process takes, for what is not whole yet; `sim.results.drafts` sweeps it."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex}.draft")


def flush_folders(folders: Iterable[Path]) -> None:
    """Have the names in some folders on the disk, where its kind allows that."""
    for folder in folders:
        with suppress(OSError):
            file = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(file)
            finally:
                os.close(file)


def flush_tree(folder: Path) -> None:
    """Have every file and name below a folder on the disk.

    Raises:
        OSError: the disk refuses.
    """
    for place, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(place, name), "rb") as file:
                os.fsync(file.fileno())
        flush_folders([Path(place)])
