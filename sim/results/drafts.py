"""What a killed process leaves half done, and how it is swept.

A store is built in `.NAME.TOKEN.building`, a file is written as `.NAME.TOKEN.draft`, Zarr's as `NAME.TOKEN.partial`; a
token is drawn by chance, since the numbers of processes collide between machines. Whoever builds a store or fills it
holds a lock on the folder together with all others who do; who holds it alone knows that what is half done there is an
orphan, unless it is a file that somebody is just writing, who locks this file itself.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sim.results.claims import Lock, abandoned

LOCK = ".at-work"
DRAFT = re.compile(r".+\.[0-9a-f]{32}\.(building|draft|partial)")
SWEEPING = 10.0  # s that another process may take for it
DAY = 86400.0  # s: older ones have no owner, where there are no locks to tell


@contextmanager
def present(folder: Path) -> Iterator[None]:
    """Say that this process writes into a folder, so that nobody sweeps what it drafts; and sweep what others left, if
    none of them is at work there."""
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    with Lock(folder / LOCK) as lock:
        alone = lock.take(alone=True)
        if alone is not False:
            sweep(folder, older=0.0 if alone else DAY)
        deadline = time.monotonic() + SWEEPING
        while lock.take(alone=False) is False and time.monotonic() < deadline:
            time.sleep(0.01)  # another one sweeps
        yield


def sweep(folder: Path, *, older: float = 0.0) -> None:
    """Remove the drafts in a folder and in the stores in it.

    Args:
        older: s, since they were last written to.
    """
    stores = [place for place in folder.glob("*.zarr") if not place.is_symlink()]
    inside = [Path(place, name) for store in stores for place, _, names in os.walk(store) for name in names]
    for draft in (*folder.glob(".*"), *inside):
        if not DRAFT.fullmatch(draft.name):
            continue
        with suppress(OSError):
            if time.time() - draft.lstat().st_mtime < older:
                continue
            if draft.is_dir() and not draft.is_symlink():
                shutil.rmtree(draft, ignore_errors=True)
            elif draft.is_symlink():
                draft.unlink()
            else:
                with abandoned(draft) as orphan:
                    if orphan:
                        draft.unlink()
