"""What an attack came to, kept in a file: what is too long for one sitting is run in parts, then joined."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.attack.ended import Tally


class Twice(ValueError):
    """The same attempts are to be counted twice."""


class Part(NamedTuple):
    """One attack, or a share of it."""

    name: str
    tally: Tally
    seconds: float
    share: float
    """Of all its attempts."""
    seed: int
    """Of what was drawn: two parts with one seed are the same attempts, which count once."""


def write(file: Path, parts: Sequence[Part]) -> None:
    """Keep them as JSON."""
    file.write_text(json.dumps([part._asdict() | {"tally": vars(part.tally)} for part in parts], indent=1), "utf-8")


def read(files: Sequence[Path]) -> list[Part]:
    """All that lies in some files.

    Raises:
        Twice: two of them are the same attempts.
    """
    found: list[Part] = []
    for file in files:
        for one in json.loads(file.read_text(encoding="utf-8")):
            tally = Tally("")
            vars(tally).update(one["tally"])
            part = Part(**one | {"tally": tally})
            if any((part.name, part.seed) == (other.name, other.seed) for other in found):
                raise Twice(f"{part.name} with seed {part.seed} is there twice: give each part a seed of its own.")
            found.append(part)
    return found


def joined(parts: Sequence[Part]) -> Part:
    """The parts of one attack as one, its numbers added."""
    whole = Tally(parts[0].tally.what)
    for part in parts:
        whole.tried += part.tally.tried
        whole.wrong += part.tally.wrong
        for how, times in part.tally.ended.items():
            whole.ended[how] = whole.ended.get(how, 0) + times
    share, seconds = (sum(values) for values in zip(*((part.share, part.seconds) for part in parts), strict=True))
    return Part(parts[0].name, whole, seconds, share, parts[0].seed)
