"""What a disk that refuses a write says: one sentence instead of a traceback through the storage library."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class StoreError(RuntimeError):
    """A result cannot be opened or written; the message says what was asked, what was found and what to do."""


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
