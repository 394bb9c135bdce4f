"""The files of a store as Zarr reads them, each chunk held against the seal of its slab first.

Zarr takes a chunk that is missing for one that was never written, and a whole one for the right one, wherever it comes
from; here both are one sentence.
"""

import os
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from zarr.abc.store import ByteRequest
from zarr.core.buffer import Buffer, BufferPrototype, default_buffer_prototype
from zarr.storage import LocalStore

from sim.results.disk import DamagedError, StoreError
from sim.results.seals import Seal, differs, sealed, sums
from sim.results.slabs import slab_at

KEPT = 1024  # seals in memory
AGAIN = 0.05  # s after which a chunk that does not fit is read again: another process may just be replacing it


@dataclass(frozen=True)
class Sealed:
    """What is known of a store before its chunks are read."""

    root: Path
    template: str
    variables: frozenset[str]
    n_samples: int
    samples_per_slab: int
    _seals: OrderedDict[int, Seal] = field(default_factory=OrderedDict, repr=False, compare=False)

    def seal(self, number: int, *, anew: bool = False) -> Seal | None:
        """The seal of a slab."""
        if not anew and (known := self._seals.get(number)) is not None:
            return known
        found = sealed(self.root, number, self.template)
        self._seals.pop(number, None)
        if found is not None:
            self._seals[number] = found
            while len(self._seals) > KEPT:
                self._seals.popitem(last=False)
        return found

    def unfinished(self, key: str) -> bool:
        """Whether a chunk is of a slab that is to do; what there is of it is of no account."""
        name, number = key.split("/")[0], slab_of(key)
        return (
            name in self.variables
            and self.seal(number, anew=True) is None
            and not (self.root / "status" / "c" / str(number)).exists()
        )

    def check(self, key: str, data: bytes | None, *, anew: bool = False) -> str | None:
        """What is wrong with a chunk that was read, in words, or None."""
        name, number = key.split("/")[0], slab_of(key)
        if name not in self.variables:
            return differs(data, key, None)
        found = self.seal(number, anew=anew)
        return f"'{name}' has lost its seal" if found is None else differs(data, key, found)

    def damaged(self, what: str, number: int | None) -> StoreError:
        """What to say of it."""
        if number is None:
            return StoreError(f"{self.root} is damaged: {what}. The same command restores it.")
        slab = slab_at(number, self.n_samples, self.samples_per_slab)
        return DamagedError(
            f"samples {slab.start} to {slab.stop - 1} of {self.root} are damaged: {what}. The same command makes them "
            "again.",
            self.root,
            number,
        )


class CheckedFiles(LocalStore):
    """As Zarr's own, but for what it gives of a chunk.

    Raises:
        DamagedError: when a chunk of a slab is read and is not what was written.
        StoreError: that of a coordinate is not.
    """

    def __init__(self, root: Path | str, *, read_only: bool = False, known: Sealed) -> None:
        super().__init__(root, read_only=read_only)
        self.known = known

    def with_read_only(self, read_only: bool = False) -> "CheckedFiles":
        return type(self)(self.root, read_only=read_only, known=self.known)

    async def get(
        self, key: str, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        return self._checked(key, await super().get(key, prototype, byte_range), prototype, byte_range)

    def get_sync(
        self, key: str, *, prototype: BufferPrototype | None = None, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        found = super().get_sync(key, prototype=prototype, byte_range=byte_range)
        return self._checked(key, found, prototype, byte_range)

    def _checked(self, key: str, found: Buffer | None, prototype: Any, byte_range: Any) -> Buffer | None:
        if byte_range is not None or "/c/" not in key:
            return found
        raw = None if found is None else found.to_bytes()
        if self.known.check(key, raw) is None:
            return found
        if self.known.unfinished(key):
            return None if raw is None or not sums(raw) else found
        time.sleep(AGAIN)
        data = _content(os.path.join(self.root, key))
        if (what := self.known.check(key, data, anew=True)) is not None:
            sliced = key.split("/")[0] in {"status", *self.known.variables}
            raise self.known.damaged(what, slab_of(key) if sliced else None)
        return None if data is None else (prototype or default_buffer_prototype()).buffer.from_bytes(data)


def slab_of(key: str) -> int:
    """The number of the slab of a chunk: 5 for 'v/c/5/0/0'."""
    return int(key.split("/c/")[1].split("/")[0])


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None
