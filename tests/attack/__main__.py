"""`python -m tests.attack`: attack the product in every way that is known, and write ATTACKS.md.

python -m tests.attack --only caches stores --share 0.1
python -m tests.attack --only recordings --share 0.2 --seed 1 --keep recordings-1.json
python -m tests.attack --join kills.json recordings-0.json recordings-1.json
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from tests.attack import caches, commands, kept, kills, recordings, report, stores, surroundings, texts
from tests.attack.ended import ROOT, Tally

ATTACKS: dict[str, tuple[Callable[[int, Path, np.random.Generator], Tally], int]] = {
    "kills": (kills.attack, 100),
    "caches": (caches.attack, 100),
    "stores": (stores.attack, 150),
    "recordings": (recordings.attack, 5000),
    "commands": (commands.attack, 2000),
    "texts": (texts.attack, 2000),
    "surroundings": (surroundings.attack, 1),
}
"""Each attack, and how often it is tried."""


def main() -> int:
    """Exit status: 0 nothing went wrong, 1 something did."""
    ask = argparse.ArgumentParser(description="Attack Sherrington, and write what came of it.")
    ask.add_argument("--only", nargs="+", choices=ATTACKS, default=list(ATTACKS), help="attacks")
    ask.add_argument("--share", type=float, default=1.0, help="of the attempts (default: all)")
    ask.add_argument("--seed", type=int, default=0, help="of what is drawn")
    ask.add_argument("--keep", type=Path, help="keep the numbers in this file, for --join, and write no report")
    ask.add_argument("--join", type=Path, nargs="+", help="attack nothing; report what these files keep")
    ask.add_argument("--out", type=Path, default=ROOT / "ATTACKS.md", help="where to write")
    asked = ask.parse_args()
    try:
        parts = kept.read(asked.join) if asked.join else [_part(name, asked.share, asked.seed) for name in asked.only]
    except (OSError, kept.Twice) as problem:
        ask.error(str(problem))
    if asked.keep:
        kept.write(asked.keep, parts)
    else:
        asked.out.write_text(report.text(parts, list(ATTACKS)), encoding="utf-8")
    print(f"wrote {(asked.keep or asked.out).name}")
    return int(any(part.tally.wrong for part in parts))


def _part(name: str, share: float, seed: int) -> kept.Part:
    attack, count = ATTACKS[name]
    with TemporaryDirectory() as folder:
        began = time.monotonic()
        tally = attack(max(1, round(count * share)), Path(folder), np.random.default_rng(seed))
    print(f"{name}: {tally.tried} tried, {len(tally.wrong)} wrong", *tally.wrong[:5], sep="\n  ", flush=True)
    return kept.Part(name, tally, time.monotonic() - began, share, seed)


if __name__ == "__main__":
    sys.exit(main())
