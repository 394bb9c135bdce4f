"""What is remembered between runs, damaged: every run must find the same spikes, and none may end otherwise."""

import shutil
from pathlib import Path

import numpy as np

from tests.attack.damages import OF_CACHES
from tests.attack.ended import SMALL, Tally, results, sherrington, shuffled
from tests.attack.stores import same


def attack(count: int, folder: Path, rng: np.random.Generator) -> Tally:
    """Damage one or three files of a cache that is warm, and run again."""
    tally = Tally("a cache damaged, then a run")
    warm = folder / "warm"
    whole = sherrington(*SMALL, cwd=_made(folder / "whole"), cache=warm)
    wanted = folder / "whole" / results(whole.said)
    files = [file for file in warm.rglob("*") if file.is_file()]
    for k, file in enumerate(shuffled(files, rng, count)):
        cache, name = folder / f"cache-{k}", list(OF_CACHES)[k % len(OF_CACHES)]
        shutil.copytree(warm, cache, symlinks=True)
        for hit in (file, *rng.choice(np.array(files, object), 2)) if k % 3 == 0 else (file,):
            alike = [f for f in files if f.parent == hit.parent and f != hit and f.suffix == hit.suffix]
            other = alike[int(rng.integers(len(alike)))] if alike else files[0]
            OF_CACHES[name](cache / hit.relative_to(warm), cache / other.relative_to(warm), rng)
        place = _made(folder / f"run-{k}")
        ended = sherrington(*SMALL, cwd=place, cache=cache)
        wrong = ended.wrong() or ("" if ended.status == 0 else f"status {ended.status}: {ended.problems[-200:]}")
        wrong = wrong or same(place / results(ended.said), wanted)
        said = "made anew, and said" if "anew" in ended.problems else "made anew or not needed"
        tally.add(said, f"{name}, {file.relative_to(warm)}: {wrong}" if wrong else "")
        shutil.rmtree(cache)
        shutil.rmtree(place)
    return tally


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
