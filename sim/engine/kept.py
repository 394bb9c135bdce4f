"""What XLA compiled, checked before it is used: JAX reads its cache itself, and would run one file in another's place.

Beside each file of JAX's cache lies one that holds its checksum.
"""

import logging
import zlib
from functools import lru_cache
from pathlib import Path

from sim.cache import folder

log = logging.getLogger("sherrington")
SUM = ".crc32"


def checked(kind: str) -> Path | None:
    """The folder for what JAX compiles, without what is not as it was; None where nothing can be kept."""
    try:
        found = folder(kind)
    except OSError:
        return None
    _check(found)
    return found


_looked: dict[Path, int] = {}
"""When a folder had last changed as its files were looked at, ns."""


def sealed(place: Path | None) -> None:
    """Write the checksums of what is new in a folder."""
    if place is None or _changed(place) == _looked.get(place):
        return
    for file in _files(place):
        beside = file.with_name(file.name + SUM)
        try:
            if not beside.exists():
                beside.write_text(_sum(file))
        except OSError:  # another process may delete it, or the disk is full: it is checked less
            continue
    _looked[place] = _changed(place)


def _changed(place: Path) -> int:
    """When a name last came into a folder or left it, ns."""
    try:
        return place.stat().st_mtime_ns
    except OSError:
        return -1


@lru_cache
def _check(place: Path) -> None:
    """Delete what differs from its checksum; once for each process."""
    for file in _files(place):
        beside = file.with_name(file.name + SUM)
        try:
            if file.is_symlink() or (beside.exists() and beside.read_bytes() != _sum(file).encode()):
                log.warning("%s is compiled anew: it is damaged", file.name)
                file.unlink()
                beside.unlink(missing_ok=True)
        except OSError:
            continue


def _files(place: Path) -> list[Path]:
    return [file for file in place.glob("*-cache") if not file.is_dir()]


def _sum(file: Path) -> str:
    return f"{zlib.crc32(file.read_bytes()):08x}"
