"""The set of numbers with the lowest loss, sought by CMA-ES with restarts.

    found = search(Fit(evaluator, loss), space.names, file="search.zip")
    space.numbers(found.point)

CMA-ES (Hansen 2016, arXiv 1604.00772) draws generations from a normal distribution that moves and stretches after the
better half of each. It takes ranks of losses only, so a loss may be rough and noisy, as spikes make it. Where it has
converged it starts again elsewhere with twice the population (IPOP, Auger & Hansen 2005, doi 10.1109/CEC.2005.1554902).

The state of a search follows from what it has evaluated. So a file of points and losses is all that is kept: a search
that goes on tells them to a new CMA-ES in the same order, and takes the same next step to the bit.
"""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from sim.fit.errors import FitError
from sim.fit.evaluator import checked_points
from sim.fit.extra import needed
from sim.fit.history import History
from sim.fit.loss import Judged
from sim.fit.objective import Objective
from sim.progress import progress
from sim.results.digest import digest
from sim.spec.canonical import canonical
from sim.spec.kinds import listed, named, part, whole
from sim.units import shown

WRITING = 0.02
"""Share of the time that keeping the file may take; a kill costs what was evaluated since."""
SHOWN = 4
"""Terms that the progress names, the largest first."""


@dataclass(frozen=True)
class Rules:
    """When a run ends, and when the search does.

    Args:
        evaluations: sets that are evaluated at most, in all.
        restarts: runs after the first one.
        narrow: a run ends when the points of a generation differ by less than this part of the range in every number,
        flat: or when the best loss of its generations has improved by less than this over so many generations as the
            authors of CMA-ES take, 10 + 30 numbers/population.
        enough: the search ends at a loss of this or less; None never.

    Raises:
        FitError: a number that cannot be.
    """

    evaluations: int = 10_000
    restarts: int = 2
    narrow: float = 1e-3
    flat: float = 1e-3
    enough: float | None = None

    def __post_init__(self) -> None:
        counts = whole(self.evaluations), whole(self.restarts)
        if counts[0] is None or counts[0] < 1 or counts[1] is None or counts[1] < 0:
            raise FitError(
                f"a search makes a whole number of evaluations, at least one, and of restarts, but they are "
                f"{shown(self.evaluations)} and {shown(self.restarts)}."
            )
        for name in ("narrow", "flat"):
            value = getattr(self, name)
            if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value < np.inf:
                raise FitError(f"`{name}` of the rules is a number from 0, but it is {shown(value)}.")
        if self.enough is not None and (not isinstance(self.enough, (int, float)) or self.enough != self.enough):
            raise FitError(f"`enough` is a loss at which to end, or None, but it is {shown(self.enough)}.")


@dataclass(frozen=True)
class Found:
    """The best set that a search has evaluated.

    Args:
        names: of the numbers.
        point: between 0 and 1 along each, (number,).
        loss: there.
        terms: what it is the sum of, by name.
        why: the search ended, one sentence.
        history: all that was evaluated.
    """

    names: tuple[str, ...]
    point: np.ndarray
    loss: float
    terms: dict[str, float]
    why: str
    history: History


def search(
    objective: Objective,
    names: Sequence[str],
    *,
    rules: Rules | None = None,
    population: int | None = None,
    seed: int = 0,
    start: Sequence[float] | np.ndarray | None = None,
    width: float = 0.3,
    file: str | Path | None = None,
) -> Found:
    """Look for the lowest loss in the unit cube.

    Args:
        objective: of points (set, number); what it is must follow from its `digest`, if it has one, for a file to be
            known as its own.
        names: of the numbers.
        rules: when to end.
        population: sets of a generation of the first run; None is 4 + 3 log(numbers).
        seed: of the draws: the same seed gives the same search.
        start: point where the first run begins; None is the middle.
        width: standard deviation of the first generation of a run, as a part of the range.
        file: where to keep what was evaluated. A search that was killed goes on from it; one that has ended, with more
            evaluations or restarts, too.

    Returns:
        The best of all runs.

    Raises:
        FitError: cmaes is not installed, something cannot be, the objective gives a loss that is no finite number, or
            the file holds another search.
        StoreError: the disk refuses.
    """
    rules = part("`rules` of a search", Rules() if rules is None else rules, Rules, FitError)
    known = tuple(named("a name of a search", name, FitError) for name in listed("`names`", names, FitError))
    if not known or len(set(known)) < len(known):
        raise FitError(f"a search needs the names of its numbers, each once, but they are {shown(known)}.")
    if population is not None and (whole(population) or 0) < 4:
        raise FitError(f"the population is a whole number of sets, at least 4, but it is {shown(population)}.")
    if whole(seed) is None or seed < 0:
        raise FitError(f"the seed of a search is a whole number from 0, but it is {shown(seed)}.")
    if not isinstance(width, (int, float)) or not 0 < width <= 1:
        raise FitError(f"the width of the first generation is a part of the range, but it is {shown(width)}.")
    middle = np.full(len(known), 0.5)
    first = middle if start is None else checked_points(np.asarray(start, float)[None], len(known))[0]
    needed("cmaes", "a search")
    own = [list(known), rules.narrow, rules.flat, population, seed, first.tolist(), width, metadata.version("cmaes")]
    history = History(known, digest(str(getattr(objective, "digest", "")), canonical(own)))
    path = None if file is None else Path(file)
    if path is not None:
        history.read(path)
    return _searched(objective, history, rules, _Runs(rules, population, seed, first, width), path)


def _searched(objective: Objective, history: History, rules: Rules, runs: "_Runs", path: Path | None) -> Found:
    kept, best, why, replayed = _Kept(history, path), _Best(), "", len(history)
    at_work = progress("searching", rules.evaluations, history.evaluations, unit="evaluation", note=best.words)
    number = done = 0
    with at_work as tell, kept:
        for generation in runs:
            if number < replayed:
                points, loss = history.taken(number)
            elif done + generation.population > rules.evaluations:
                why = f"The search has made its {rules.evaluations} evaluations."
                break
            else:
                points = generation.ask()
                judged = _checked(objective(points), len(points))
                loss = judged.loss
                history.add(points, judged)
            best.see(history, number)
            number, done = number + 1, done + len(loss)
            if number > replayed:
                kept.now_and_then()
                tell(len(loss))
            if rules.enough is not None and best.loss <= rules.enough:
                why = f"The loss has come down to {best.loss:g}, which is enough ({rules.enough:g})."
                break
            generation.tell(points, loss)
    if not best.seen:
        raise FitError(
            f"a generation has {runs.population} sets, more than the {rules.evaluations} evaluations of the search."
        )
    why = why or f"All {rules.restarts + 1} runs have ended; the last one, because {runs.why}."
    return Found(history.names, best.point, best.loss, best.terms, why, history)


class _Generation:
    """One generation of one run."""

    def __init__(self, runs: "_Runs", optimizer: Any, population: int) -> None:
        self._runs, self._optimizer, self.population = runs, optimizer, population
        self._asked = False

    def ask(self) -> np.ndarray:
        """Points, (set, number)."""
        self._asked = True
        return np.array([self._optimizer.ask() for _ in range(self.population)])

    def tell(self, points: np.ndarray, loss: np.ndarray) -> None:
        """The losses of points, of its own or of the same generation before a kill."""
        if not self._asked:
            self.ask()  # so that the next draws are those that would have followed
        self._optimizer.tell(list(zip(points, loss.tolist(), strict=True)))
        self._runs.told(self._optimizer, points, loss)


class _Runs:
    """The generations of all runs, one after the other."""

    def __init__(self, rules: Rules, population: int | None, seed: int, start: np.ndarray, width: float) -> None:
        self._rules, self._rng, self._start, self._width = rules, np.random.default_rng(seed), start, width
        self.population = 4 + int(3 * np.log(len(start))) if population is None else population
        self._lowest: list[float] = []
        self.why = ""

    def __iter__(self) -> Iterator[_Generation]:
        from cmaes import CMA

        for run in range(self._rules.restarts + 1):
            population = self.population * 2**run
            mean = self._start if run == 0 else self._rng.random(len(self._start))
            bounds = np.tile([0.0, 1.0], (len(mean), 1))
            seed = int(self._rng.integers(2**31))
            optimizer = CMA(mean.copy(), self._width, bounds=bounds, seed=seed, population_size=population)
            self._lowest, self.why = [], ""
            while not self.why:
                yield _Generation(self, optimizer, population)

    def told(self, optimizer: Any, points: np.ndarray, loss: np.ndarray) -> None:
        """See whether the run has ended."""
        numbers = points.shape[1]
        self._lowest.append(float(loss.min()))
        within = 10 + int(np.ceil(30 * numbers / len(points)))
        before, lately = self._lowest[:-within], self._lowest[-within:]
        if np.ptp(points, axis=0).max() < self._rules.narrow:
            self.why = f"its sets differ by less than {self._rules.narrow:g} of each range"
        elif before and min(before) - min(lately) < self._rules.flat:
            self.why = f"the loss has not improved by {self._rules.flat:g} in {within} generations"
        elif optimizer.should_stop():
            self.why = "CMA-ES finds no more to do"


class _Best:
    """The best set so far, and what the progress says of it."""

    def __init__(self) -> None:
        self.loss, self.seen = np.inf, False
        self.point, self.terms = np.zeros(0), dict[str, float]()

    def see(self, history: History, number: int) -> None:
        points, loss = history.taken(number)
        k = int(np.argmin(loss))
        if not self.seen or loss[k] < self.loss:
            self.seen, self.loss, self.point = True, float(loss[k]), points[k].copy()
            self.terms = history.terms_of(number, k)

    def words(self) -> str:
        largest = sorted(self.terms.items(), key=lambda item: -item[1])
        listed = ", ".join(f"{name} {term:.3g}" for name, term in largest[:SHOWN])
        more = f", {len(largest) - SHOWN} more" if len(largest) > SHOWN else ""
        return f"best loss {self.loss:.4g}" + (f" ({listed}{more})" if largest else "") if self.seen else ""


class _Kept:
    """The file of a search, which is written now and then, and when it is left."""

    def __init__(self, history: History, path: Path | None) -> None:
        self._history, self._path = history, path
        self._written, self._took, self._last = len(history), 0.0, -np.inf

    def now_and_then(self) -> None:
        if time.monotonic() - self._last >= self._took / WRITING:
            self._write()

    def _write(self) -> None:
        if self._path is None or self._written == len(self._history):
            return
        begun = time.monotonic()
        self._history.write(self._path)
        self._last = time.monotonic()
        self._took, self._written = self._last - begun, len(self._history)

    def __enter__(self) -> "_Kept":
        return self

    def __exit__(self, *problem: Any) -> None:
        self._write()


def _checked(judged: Judged, count: int) -> Judged:
    loss = np.asarray(judged.loss)
    if loss.shape != (count,) or loss.dtype.kind not in "fiu":
        raise FitError(f"an objective gives one loss for each of {count} sets, but it gave {loss.dtype} {loss.shape}.")
    if not np.isfinite(loss).all():
        raise FitError(
            "an objective gave a loss that is no finite number; say what a set without a measure is worth, as "
            "sim.fit.loss.Loss does."
        )
    return Judged(loss.astype(float), judged.terms)
