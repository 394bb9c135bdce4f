"""What can be made again is kept between runs, and taken from there only if it is whole and this user's own.

Every file ends with a line that holds the digest of its name and of all before it, so that one that was cut, damaged
or exchanged is made anew. What is kept may be run (generated Python, compiled libraries), so the folder must belong to
this user and be closed to all others; where it does not, a folder of this process alone takes its place, and the log
says so.
"""

import atexit
import hashlib
import logging
import os
import shutil
import stat
import tempfile
import time
from functools import lru_cache
from pathlib import Path

log = logging.getLogger("sherrington")
_LINE = b"\n# sha256 %s\n"
_END = len(_LINE % (b"0" * 64))
_DRAFT = ".draft"
_STALE = 3600.0  # s, a draft that is older was left over by a process that was killed
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def cache_folder() -> Path:
    """`$SHERRINGTON_CACHE`, else `sherrington` in the user's cache folder."""
    if folder := os.environ.get("SHERRINGTON_CACHE"):
        return Path(folder).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sherrington"


def folder(kind: str) -> Path:
    """The folder of a kind of things, this user's own.

    Raises:
        OSError: nothing can be written anywhere.
    """
    found = _home(cache_folder()) / kind
    if not found.is_dir():
        found.mkdir(mode=0o700, exist_ok=True)
    if why := _foreign(found):
        raise OSError(f"{found} {why}")
    return found


def whole(kind: str, name: str) -> Path | None:
    """The file of that name, if there is one and it is as it was written; what is not is deleted, with a line of the
    log."""
    try:
        path = folder(kind) / name
        return path if _read(path) is not None else None
    except OSError:
        return None


def recall(kind: str, name: str) -> str | None:
    """The text of that name, as `whole`."""
    try:
        content = _read(folder(kind) / name)
        return None if content is None else content.decode()
    except (OSError, UnicodeDecodeError):
        return None


def remember(kind: str, name: str, content: str | bytes) -> Path | None:
    """Keep something, whole or not at all, and replace what has its name; None where nothing can be kept.

    Returns:
        Where it lies; the file is longer than the content by one line.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        own = folder(kind)
        _sweep(own)
        number, draft = tempfile.mkstemp(prefix=f".{name}.", suffix=_DRAFT, dir=own)  # exclusive, for this user alone
        try:
            with os.fdopen(number, "wb") as file:
                file.write(data + _line(name, data))
                file.flush()
                os.fsync(file.fileno())
            os.replace(draft, own / name)
        finally:
            Path(draft).unlink(missing_ok=True)
    except OSError:
        return None
    return own / name


def drafts(kind: str) -> "tempfile.TemporaryDirectory[str]":
    """A folder to make something in, on the disk where it will be kept; as a context it goes when it is left."""
    own = folder(kind)
    _sweep(own)
    return tempfile.TemporaryDirectory(prefix=".", suffix=_DRAFT, dir=own)


def _line(name: str, content: bytes) -> bytes:
    """The last line of a file: the digest of its content, and of its name, so that no other can take its place."""
    return _LINE % hashlib.sha256(name.encode() + b"\0" + content).hexdigest().encode()


def _read(path: Path) -> bytes | None:
    """What was written, without its last line; None if there is nothing, or something else."""
    try:
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        return None
    with os.fdopen(number, "rb") as file:
        state = os.fstat(number)
        own = stat.S_ISREG(state.st_mode) and _is_mine(state) and not state.st_mode & _OTHERS_WRITE
        data = file.read() if own else b""
    content = data[:-_END]
    if own and data[-_END:] == _line(path.name, content):
        return content
    why = "it is damaged" if own else "it is not a file of this user alone"
    log.warning("%s is made anew: %s", path, why)
    path.unlink(missing_ok=True)
    return None


@lru_cache
def _home(place: Path) -> Path:
    """The folder of all kinds: `place` if it is this user's own, else one for this process."""
    try:
        if not place.is_dir():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
        why = _foreign(place)
        if not why and place.stat().st_mode & _OTHERS_WRITE:  # whatever lies there may be anyone's
            log.warning("others could write to %s: what was kept there is made anew", place)
            place.chmod(0o700)
            for item in place.iterdir():
                shutil.rmtree(item) if item.is_dir() and not item.is_symlink() else item.unlink()
        if not why and place.stat().st_mode & 0o077:
            place.chmod(0o700)
            why = "cannot be closed to other users" if place.stat().st_mode & _OTHERS_WRITE else ""
        if not why and not os.access(place, os.W_OK | os.X_OK):
            why = "cannot be written"
    except OSError as problem:
        why = f"cannot be used ({problem.strerror or problem})"
    if not why:
        return place
    own = Path(tempfile.mkdtemp(prefix="sherrington-"))
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    log.warning(
        "%s %s, so nothing that is compiled is kept for the next start; name a folder of yours in SHERRINGTON_CACHE.",
        place,
        why,
    )
    return own


def _foreign(place: Path) -> str:
    """Why a folder is not this user's own, in words; empty if it is."""
    state = place.lstat()
    if not stat.S_ISDIR(state.st_mode):
        return "is no folder"
    return "" if _is_mine(state) else f"belongs to another user (number {state.st_uid})"


def _is_mine(state: os.stat_result) -> bool:
    return not hasattr(os, "geteuid") or state.st_uid == os.geteuid()


@lru_cache
def _sweep(place: Path) -> None:
    """Delete what processes that were killed have left over; once for each folder."""
    for item in place.glob(f".*{_DRAFT}"):
        try:
            if time.time() - item.lstat().st_mtime > _STALE:
                shutil.rmtree(item) if item.is_dir() and not item.is_symlink() else item.unlink()
        except OSError:
            continue
