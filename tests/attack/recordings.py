"""Files of recordings, mutated: each is a recording or one sentence, within ten seconds and one gigabyte."""

from pathlib import Path

import numpy as np

from tests.attack.ended import Tally
from tests.made_recordings import MADE
from tests.mutations import attempt, mutated

EVERY = 500  # attempts, of which one goes through the child process that users have


def attack(count: int, folder: Path, rng: np.random.Generator) -> Tally:
    """So many mutated files of each format."""
    from sim.results.recordings.files import read
    from sim.results.recordings.recording import RecordingError

    tally = Tally(f"mutated recordings, of each of {len(MADE)} formats")
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MADE.items():
        path = folder / "recording"
        make(path)
        whole = path.read_bytes()
        for k in range(count):
            path.write_bytes(mutated(whole, rng))
            try:
                said = attempt(path)
                if k % EVERY == 0:
                    try:
                        read(path)
                    except (RecordingError, ImportError) as problem:
                        said = str(problem)
                tally.add(_kind(said), "" if said else f"{name}: nothing was said")
            except Exception as problem:
                kept = Path(f"attack-{name.replace(' ', '-')}-{k}".replace("/", "-"))
                kept.write_bytes(path.read_bytes())
                tally.add("wrong", f"{name}: {type(problem).__name__}: {problem} ({kept})")
    return tally


def _kind(said: str) -> str:
    return "a recording" if said == "a recording" else "one sentence"
