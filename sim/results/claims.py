"""Which process is at work on what, so that those that were started with the same command share the work.

Each slab is a byte of a file beside the store, and who locks the byte works on the slab. A folder is written into by
many, or cleared by one. The system drops a lock with its process, however that ends. Where there are no locks (some
network file systems, Windows) every claim is granted: work is then done twice, and what comes of it is whole anyway.
"""

import errno
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

log = logging.getLogger("sherrington")
PATIENCE = 600.0  # s: whoever holds a lock for longer has hung
TAKEN = (errno.EACCES, errno.EAGAIN)


class Claims:
    """The claims of this process on the slabs of a store; as a context it drops them when it is left."""

    def __init__(self, store: str | Path) -> None:
        store = Path(store)
        self._path = store.with_name(f".{store.name}.claims")
        self._file: int | None = None

    def take(self, number: int) -> bool:
        """Whether the slab of this number is now this process's own; not if another one has it."""
        if fcntl is None or (file := self._opened()) is None:
            return True
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError as problem:
            return problem.errno not in TAKEN
        return True

    def _opened(self) -> int | None:
        if self._file is None:
            with suppress(OSError):  # a full disk: the store itself says so
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
        return self._file

    def __enter__(self) -> "Claims":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)


class Lock:
    """A file that one process holds alone, or several together; it is there as long as somebody holds it.

    As a context it is dropped when it is left.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def take(self, *, alone: bool) -> bool | None:
        """Whether it is held now; not if another process holds it; None where there are no locks.

        Args:
            alone: by nobody else; if it was held before, it is now held like this.
        """
        if fcntl is None:
            return None
        how = (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB
        for _ in range(100):  # whoever held it last may just be removing the file
            try:
                if self._file is None:
                    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
                    self._file = os.open(self._path, flags, 0o666)
                fcntl.flock(self._file, how)
            except OSError as problem:
                return False if problem.errno in TAKEN else None
            with suppress(OSError):
                if os.path.samestat(os.fstat(self._file), os.stat(self._path)):
                    return True
            self._close()
        return None

    def __enter__(self) -> "Lock":
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None and self.take(alone=True):
            with suppress(OSError):
                os.unlink(self._path)
        self._close()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = None


@contextmanager
def made(path: Path) -> Iterator[BinaryIO]:
    """A new file that is seen to be this process's own (`abandoned`) until the block is left, though it be closed and
    renamed in it.

    Raises:
        OSError: the disk refuses, or there is such a file.
    """
    file, held = path.open("xb"), None
    try:
        while fcntl is not None:
            held = os.dup(file.fileno())
            with suppress(OSError):  # there may be no locks here
                fcntl.flock(held, fcntl.LOCK_EX)
            if path.exists():
                break
            file.close()  # it was taken for an orphan before it was locked
            os.close(held)
            file, held = path.open("xb"), None
        yield file
    finally:
        file.close()
        if held is not None:
            os.close(held)


@contextmanager
def abandoned(path: Path) -> Iterator[bool]:
    """Whether no process holds a file that it `made`, and none will while the block lasts; also where nobody can tell.

    Raises:
        OSError: there is no such file.
    """
    if fcntl is None:
        yield True
        return
    file = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        free = True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as problem:
            free = problem.errno not in TAKEN
        yield free
    finally:
        os.close(file)


@contextmanager
def alone(path: Path, what: str) -> Iterator[bool]:
    """Wait until no other process does something; where there are no locks, and when patience ends, go on.

    What it yields is whether it is known that no other does.

    Args:
        path: of the lock.
        what: is done, for the log.
    """
    with Lock(path) as lock:
        if (mine := lock.take(alone=True)) is False:
            log.info("waiting for another process that is %s", what)
        deadline = time.monotonic() + PATIENCE
        while mine is False:
            if time.monotonic() > deadline:
                log.warning("another process has been %s for %.0f s; this one goes on beside it", what, PATIENCE)
                break
            time.sleep(0.05)
            mine = lock.take(alone=True)
        yield bool(mine)
