"""Which process is at work on which slab, so that two that were started with the same command share the work.

Each slab is a byte of a file beside the store, and who locks the byte works on the slab. The system drops a lock with
its process, however that ends. Where there are no locks (some network file systems, Windows) every claim is granted.
"""

import errno
import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None


class Claims:
    """The claims of this process on the slabs of a store; as a context it drops them when it is left."""

    def __init__(self, store: str | Path) -> None:
        store = Path(store)
        self._path = store.with_name(f".{store.name}.claims")
        self._file: int | None = None

    def take(self, number: int) -> bool:
        """Whether the slab of this number is now this process's own; not if another one has it."""
        if fcntl is None or self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError as problem:
            return problem.errno not in (errno.EACCES, errno.EAGAIN)
        return True

    def __enter__(self) -> "Claims":
        try:
            self._file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError:  # a full disk: the store itself says so
            self._file = None
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            os.close(self._file)
