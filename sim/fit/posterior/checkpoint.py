"""Where training stands, in one file that is whole or is not there: a kill costs what came after it, and no more."""

import io
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from sim.results.disk import replace
from sim.results.packed import pack, unpack

ABOUT = "about.json"


@dataclass
class Checkpoint:
    """One file.

    Args:
        path: where it lies; None keeps nothing.
        key: digest of all that decides what is trained; a file of another key is not read.
        every: s, at least this long between two writes.
    """

    path: Path | None
    key: str
    every: float = 20.0
    written: float = field(default_factory=time.monotonic, init=False)

    def read(self) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
        """Arrays by name and what was said of them; None if there is no file that is whole and of this key."""
        if self.path is None or not self.path.is_file():
            return None
        found = opened(self.path.read_bytes())
        return found if found is not None and found[1].get("key") == self.key else None

    def write(self, arrays: Mapping[str, np.ndarray], about: Mapping[str, Any], *, now: bool = False) -> None:
        """Replace the file, if it is time or has to be `now`.

        Raises:
            StoreError: the disk refuses.
        """
        if self.path is None or not (now or time.monotonic() - self.written >= self.every):
            return
        self.path.parent.mkdir(parents=True, exist_ok=True)
        replace(self.path, as_file(arrays, {**about, "key": self.key}))
        self.written = time.monotonic()


def as_file(arrays: Mapping[str, np.ndarray], about: Mapping[str, Any]) -> bytes:
    """Arrays by name, and JSON, as one file that says whether it is whole."""
    files = {ABOUT: json.dumps(about, indent=1, ensure_ascii=False).encode()}
    for name, x in arrays.items():
        one = io.BytesIO()
        np.save(one, np.asarray(x), allow_pickle=False)
        files[f"{name}.npy"] = one.getvalue()
    return pack(files)


def opened(data: bytes) -> tuple[dict[str, np.ndarray], dict[str, Any]] | None:
    """What `as_file` packed; None if it is anything else, or is not whole. Nothing in it is run."""
    files = unpack(data)
    if files is None or ABOUT not in files:
        return None
    try:
        about = json.loads(files.pop(ABOUT))
        arrays = {name.removesuffix(".npy"): np.load(io.BytesIO(x), allow_pickle=False) for name, x in files.items()}
    except (ValueError, EOFError, OSError):
        return None
    return (arrays, about) if isinstance(about, dict) else None
