"""What may happen to a file: each damage takes the file, another one beside it, and a generator of random numbers."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np

Damage = Callable[[Path, Path, np.random.Generator], object]


def _cut(file: Path, other: Path, rng: np.random.Generator) -> None:
    file.write_bytes(file.read_bytes()[: int(rng.integers(max(1, file.stat().st_size)))])


def _flipped(file: Path, other: Path, rng: np.random.Generator) -> None:
    data = bytearray(file.read_bytes())
    if data:
        data[int(rng.integers(len(data)))] ^= 1 << int(rng.integers(8))
    file.write_bytes(bytes(data))


def _linked(file: Path, other: Path, rng: np.random.Generator) -> None:
    file.unlink()
    file.symlink_to(other)


EVERYWHERE: dict[str, Damage] = {
    "cut": _cut,
    "a bit flipped": _flipped,
    "emptied": lambda file, other, rng: file.write_bytes(b""),
    "exchanged": lambda file, other, rng: file.write_bytes(other.read_bytes()),
    "longer": lambda file, other, rng: file.write_bytes(file.read_bytes() + rng.bytes(10)),
}
OF_CACHES: dict[str, Damage] = EVERYWHERE | {
    "a link": _linked,
    "open to all": lambda file, other, rng: file.chmod(0o666),
    "noise": lambda file, other, rng: file.write_bytes(rng.bytes(1000)),
}
OF_RESULTS: dict[str, Damage] = EVERYWHERE | {
    "deleted": lambda file, other, rng: file.unlink(),
    "its folder deleted": lambda file, other, rng: shutil.rmtree(file.parent),
}
