"""Processes killed at any moment, simulating, measuring and drawing: the same command ends with the same result."""

from pathlib import Path

import numpy as np

from tests.attack.ended import SMALL, Tally, results, sherrington
from tests.attack.stores import same

MOST = 6  # kills before a run is left to end


def attack(count: int, folder: Path, rng: np.random.Generator) -> Tally:
    """Kill the command `count` times, a few times in each of several results, at moments all over its course."""
    tally, cache = Tally("kill -9 of a run, its measuring and drawing included"), folder / "cache"
    first = folder / "first"
    first.mkdir(parents=True)
    sherrington(*SMALL, cwd=first, cache=cache)  # which fills the cache
    second = folder / "second"
    second.mkdir()
    whole = sherrington(*SMALL, cwd=second, cache=cache)
    wanted = second / results(whole.said)
    killed = number = 0
    while killed < count:
        place = folder / f"run-{number}"
        place.mkdir()
        number += 1
        for _ in range(int(rng.integers(1, MOST + 1))):
            ended = sherrington(*SMALL, cwd=place, cache=cache, kill_after=float(rng.uniform(0, 1.1 * whole.seconds)))
            if ended.status != -9:
                tally.add("ended before", ended.wrong())
                continue
            killed += 1
            tally.add("killed")
        ended = sherrington(*SMALL, cwd=place, cache=cache)
        wrong = ended.wrong() or ("" if ended.status == 0 else f"status {ended.status}: {ended.problems[-200:]}")
        tally.add("then whole", wrong or same(place / results(ended.said), wanted))
    return tally
