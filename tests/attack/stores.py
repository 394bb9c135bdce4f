"""Results damaged on the disk: the same command finds what is damaged, and ends with the same numbers."""

import shutil
from pathlib import Path

import numpy as np
import xarray as xr

from tests.attack.damages import OF_RESULTS
from tests.attack.ended import SMALL, Tally, results, sherrington, shuffled

WHOLE = ("measures.csv", "figure.png")  # the same bytes each time


def same(found: Path, wanted: Path) -> str:
    """How two results differ, in words; empty if they do not."""
    ours, theirs = (xr.open_zarr(_store(place), consolidated=False).load() for place in (found, wanted))
    for name, values in theirs.variables.items():
        if not np.array_equal(values.values, ours[name].values, equal_nan=values.dtype.kind == "f"):
            return f"{name} of the store differs"
    for name in WHOLE:
        if (found / name).read_bytes() != (wanted / name).read_bytes():
            return f"{name} differs"
    return "" if (found / "report.html").stat().st_size else "the report is empty"


def _store(place: Path) -> Path:
    return next(folder / "store.zarr" for folder in (place, place.parent) if (folder / "store.zarr").exists())


def attack(count: int, folder: Path, rng: np.random.Generator) -> Tally:
    """Damage one file of a finished result, ask `status --verify`, and give the same command again."""
    tally, cache = Tally("a result damaged, then the same command"), folder / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    first = folder / "first"
    first.mkdir()
    wanted = results(sherrington(*SMALL, cwd=first, cache=cache).said)
    outer = first / Path(*wanted.parts[:2])
    files = [file for file in outer.rglob("*") if file.is_file()]
    for k, file in enumerate(shuffled(files, rng, count)):
        place, name = folder / f"run-{k}", list(OF_RESULTS)[int(rng.integers(len(OF_RESULTS)))]
        shutil.copytree(first, place)
        inside = file.relative_to(first)
        alike = [other for other in files if other != file and other.parent.parent == file.parent.parent]
        other = alike[int(rng.integers(len(alike)))] if alike else files[0]
        if name == "its folder deleted" and (file.parent in (outer, outer.parent)):
            name = "deleted"
        OF_RESULTS[name](place / inside, other, rng)
        verified = sherrington("status", "--verify", str(outer.relative_to(first)), cwd=place, cache=cache)
        ended = sherrington(*SMALL, cwd=place, cache=cache)
        wrong = verified.wrong() or ended.wrong()
        if not wrong and ended.status == 0:
            wrong = same(place / results(ended.said), first / wanted)
        how = "refused with a sentence" if ended.status else "made whole" if verified.status else "nothing lost"
        tally.add(how, f"{name}, {inside}: {wrong}" if wrong else "")
        shutil.rmtree(place)
    return tally
