"""How a command ended, and whether a user could tell what happened."""

import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SMALL = ("experiment=pool", "scale=smoke", "design.seeds=3", "network.size=3")
"""A study of seconds."""
FINE, MISSED, MENDABLE = 0, 1, 2
"""How a command may end: as asked, with something that is missing, with a sentence for the user."""


class Ended(NamedTuple):
    """A command that has ended."""

    status: int
    said: str
    problems: str
    seconds: float

    def wrong(self, longest: float = 120.0) -> str:
        """What is wrong with how it ended, in words; empty if nothing is."""
        if "Traceback" in self.problems or "Traceback" in self.said:
            return f"a traceback: {self.problems.strip().splitlines()[-1][:160]}"
        if self.seconds > longest:
            return f"it took {self.seconds:.0f} s"
        if self.status not in (FINE, MISSED, MENDABLE):
            return f"status {self.status}: {self.problems.strip()[-160:]}"
        if self.status == MENDABLE and not self.problems.strip().endswith((".", "?", ")", "'")):
            return f"no sentence: {self.problems.strip()[-160:]!r}"
        return ""


def sherrington(
    *arguments: str,
    cwd: Path,
    cache: Path,
    environment: Mapping[str, str] | None = None,
    kill_after: float | None = None,
    seconds: float = 300.0,
    limits: Mapping[int, int] | None = None,
) -> Ended:
    """Run the command in a process of its own.

    Args:
        cwd: its folder; results lie there unless `out=` says otherwise.
        cache: what it remembers.
        environment: further variables; an empty text removes one.
        kill_after: s, after which it is killed with all that it has started.
        limits: of `resource`, such as `{resource.RLIMIT_AS: 2**30}`.
    """
    own = {**os.environ, "PYTHONPATH": str(ROOT), "SHERRINGTON_CACHE": str(cache), **(environment or {})}
    own = {name: value for name, value in own.items() if value}

    def limited() -> None:
        for which, most in (limits or {}).items():
            resource.setrlimit(which, (most, most))

    began = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "experiments.run", *arguments], cwd=cwd, env=own, stdout=out, stderr=err,
            stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=limited if limits else None,
        )  # fmt: skip
        try:
            status = process.wait(seconds if kill_after is None else kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            status = process.wait() if kill_after is not None else -1000
        took = time.monotonic() - began
        texts = []
        for stream in (out, err):
            stream.seek(0)
            texts.append(stream.read().decode(errors="replace"))
    return Ended(status, texts[0], texts[1], took)


def results(said: str) -> Path:
    """The folder that a command has printed last."""
    return Path(said.strip().splitlines()[-1].partition("results: ")[2])


class Tally:
    """How often something was tried, how it ended, and what went wrong."""

    def __init__(self, what: str) -> None:
        self.what, self.tried = what, 0
        self.ended: dict[str, int] = {}
        self.wrong: list[str] = []

    def add(self, how: str, wrong: str = "") -> None:
        """Count one attempt.

        Args:
            how: it ended, in words.
            wrong: what must not be, or nothing.
        """
        self.tried += 1
        self.ended[how] = self.ended.get(how, 0) + 1
        if wrong:
            self.wrong.append(wrong)


def shuffled(items: Sequence, rng, count: int) -> list:
    """So many of some items, each before any of them comes twice."""
    found = []
    while len(found) < count:
        found += [items[k] for k in rng.permutation(len(items))]
    return found[:count]
