"""How well the observations determine each number: the loss around its lowest, with all others at their best.

    told = profile(found.history)
    told.sentences

The quadratic that is laid through the search's own evaluations (`sim.fit.quadratic`) says how the loss rises with one
number when all others follow (a profile), and which numbers can replace each other (a correlation). A rise of 1 is one
standard deviation where the loss is a chi-square. `along` evaluates the loss itself on the paths of these profiles, so
that the quadratic need not be believed.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import minimize

from sim.fit.errors import FitError
from sim.fit.history import History
from sim.fit.objective import Objective
from sim.fit.quadratic import Quadratic, laid_through

STEPS = 41
"""Points of a profile."""
REACH, FARTHEST = 10.0, 100.0
"""Losses up to so many rises above the lowest determine the quadratic: at least; and at most, where it is rough."""
ABOVE = 30.0
"""Times the roughness of a loss that the losses must rise which determine the quadratic. A search evaluates most where
ripples are lowest, and a quadratic of that place alone takes them for curvature, and a number for determined."""
BEYOND = 2.5
"""Half-widths to either side in which the loss itself is looked at."""
WIDEST = 0.6
"""Part of the range that an interval may take, for its number to be determined."""
TOGETHER = 0.8
"""Correlation from which two numbers are said to replace each other."""
FLAT = 1 / 12
"""Variance of a number that nothing is known of: even over its range of 1."""
HALVINGS = 20
"""Of the range, in search of the end of an interval."""


@dataclass(frozen=True)
class Profile:
    """What the loss is like around its lowest.

    Args:
        names: of the numbers.
        quadratic: laid through the evaluations.
        rise: of the loss, up to which a number counts as possible.
        optimum: of the sets that were evaluated, that where the quadratic is lowest, (number,): it smooths what is
            rough, and what it promises beyond them is not believed, but counts as possible.
        paths: for each number, steps along it with all others at their best, (number, step, number).
        loss: there, above the lowest, (number, step): of the quadratic, or the loss itself after `along`.
        interval: lowest and highest possible value of each number, (number, 2).
        correlation: of the numbers, (number, number).
    """

    names: tuple[str, ...]
    quadratic: Quadratic
    rise: float
    optimum: np.ndarray
    paths: np.ndarray
    loss: np.ndarray
    interval: np.ndarray
    correlation: np.ndarray

    @property
    def determined(self) -> dict[str, bool]:
        """Whether the observations leave a number no more than `WIDEST` of its range."""
        widths = self.interval[:, 1] - self.interval[:, 0]
        return dict(zip(self.names, (widths <= WIDEST).tolist(), strict=True))

    @property
    def caution(self) -> str:
        """A sentence where the loss is too rough, or too little of a quadratic, for the rise that is asked for."""
        if self.quadratic.misfit <= self.rise:
            return ""
        return (
            f"The quadratic is off by {self.quadratic.misfit:.2g} in a typical set, more than the rise of "
            f"{self.rise:g} that ends the intervals: evaluate the loss along the profiles, or search with more seeds."
        )

    @property
    def sentences(self) -> list[str]:
        """One for each number."""
        return [self._sentence(k) for k in range(len(self.names))]

    def _sentence(self, k: int) -> str:
        name, (low, high) = self.names[k], self.interval[k]
        others = [
            f"{self.names[j]} (correlation {self.correlation[k, j]:+.2f})"
            for j in range(len(self.names))
            if j != k and abs(self.correlation[k, j]) >= TOGETHER
        ]
        trade = f"; it can be traded for {' and '.join(others)}" if others else ""
        if not self.determined[name]:
            return (
                f"{name} is not constrained by these data: {100 * low:.0f} to {100 * high:.0f} % of its range fit "
                f"about as well{trade}."
            )
        return f"{name} lies at {100 * low:.1f} to {100 * high:.1f} % of its range{trade}."


def profile(history: History, *, rise: float = 1.0) -> Profile:
    """From what a search has evaluated; nothing more is.

    Args:
        history: of the search (`Found.history`).
        rise: of the loss, up to which a set counts as possible: 1 is one standard deviation of a chi-square, 3.84 its
            95 % interval.

    Raises:
        FitError: too few evaluations, or a rise that is none.
    """
    if not 0 < rise < np.inf:
        raise FitError(f"the rise of a profile is a number above zero, but it is {rise!r}.")
    points, loss = history.points, history.loss
    if not len(loss):
        raise FitError("a profile is of what a search has evaluated, but it has evaluated nothing.")
    quadratic, within = _above_ripples(points, loss, rise)
    optimum = points[int(np.argmin(np.where(loss - loss.min() <= within, quadratic(points), np.inf)))]
    level = float(quadratic(optimum))
    paths = np.array([_path(quadratic, optimum, k, np.linspace(0, 1, STEPS)) for k in range(len(optimum))])
    interval = np.array([_interval(quadratic, optimum, k, level + rise) for k in range(len(optimum))])
    above = np.maximum(quadratic(paths) - level, 0)
    return Profile(
        history.names, quadratic, rise, optimum, paths, above, interval, _correlation(quadratic.curvature)
    )  # fmt: skip


def along(objective: Objective, of: Profile, *, steps: int = 11) -> Profile:
    """The same profile with the loss itself on its paths: numbers × steps evaluations, in one call.

    The steps lie within and around the intervals, and the intervals become those of the loss on the paths, each above
    its own lowest. Beside a path the loss may be lower still, so that a number may be free to go further, and not less
    far.

    Raises:
        FitError: fewer than three steps.
    """
    if steps < 3:
        raise FitError(f"a profile has at least three steps, but `steps` is {steps!r}.")
    at = np.array([_around(of.optimum[k], of.interval[k], steps) for k in range(len(of.names))])
    paths = np.array([_path(of.quadratic, of.optimum, k, at[k]) for k in range(len(of.names))])
    loss = objective(paths.reshape(-1, len(of.names))).loss.reshape(paths.shape[:2])
    above = loss - loss.min(axis=1, keepdims=True)
    interval = np.array([_possible(x, y, of.rise) for x, y in zip(at, above, strict=True)])
    return replace(of, paths=paths, loss=above, interval=interval)


def _above_ripples(points: np.ndarray, loss: np.ndarray, rise: float) -> tuple[Quadratic, float]:
    """The quadratic of the losses that rise well above what it leaves of them, and how far these rise."""
    centre, within = points[int(np.argmin(loss))], REACH * rise
    while True:
        found = laid_through(points, loss, centre, within)
        wanted = min(ABOVE * found.misfit, FARTHEST * rise)
        if wanted <= 1.1 * within:
            return found, within
        within = wanted


def _lowest(quadratic: Quadratic, start: np.ndarray, held: int) -> np.ndarray:
    """Where a quadratic is lowest within the cube, number `held` as it is in `start`."""
    bounds = [(x, x) if k == held else (0.0, 1.0) for k, x in enumerate(start)]
    found = minimize(
        quadratic, start, jac=quadratic.gradient, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-9, "ftol": 0}
    )
    return np.asarray(found.x)


def _path(quadratic: Quadratic, optimum: np.ndarray, k: int, at: np.ndarray) -> np.ndarray:
    """Where all other numbers are at their best, at some values of number `k`: (step, number)."""
    found = np.empty((len(at), len(optimum)))
    begin = int(np.argmin(np.abs(at - optimum[k])))
    for steps in (range(begin, len(at)), range(begin, -1, -1)):  # from the optimum to either side
        now = optimum
        for step in steps:
            now = now.copy()
            now[k] = at[step]
            found[step] = now = _lowest(quadratic, now, k)
    return found


def _interval(quadratic: Quadratic, optimum: np.ndarray, k: int, level: float) -> tuple[float, float]:
    """Lowest and highest value of number `k` at which the quadratic is no higher than `level`."""

    def possible(value: float) -> bool:
        start = optimum.copy()
        start[k] = value
        return float(quadratic(_lowest(quadratic, start, k))) <= level

    def end(beyond: float) -> float:
        if possible(beyond):
            return beyond
        inside = float(optimum[k])
        for _ in range(HALVINGS):
            middle = (inside + beyond) / 2
            inside, beyond = (middle, beyond) if possible(middle) else (inside, middle)
        return inside

    return end(0.0), end(1.0)


def _around(optimum: float, interval: np.ndarray, steps: int) -> np.ndarray:
    """Steps across an interval and beyond it, (step,), the optimum among them."""
    low, high = (optimum + BEYOND * (end - optimum) for end in interval)
    below = steps // 2 if low < optimum else 0
    above = steps - 1 - below if high > optimum else 0
    below = steps - 1 - above if low < optimum else 0
    parts = [np.linspace(max(0.0, low), optimum, below + 1), np.linspace(optimum, min(1.0, high), above + 1)[1:]]
    found = np.concatenate(parts)
    return np.concatenate([found, np.full(steps - len(found), found[-1])])  # a number that cannot move at all


def _possible(at: np.ndarray, above: np.ndarray, rise: float) -> tuple[float, float]:
    """Lowest and highest value at which a profile, straight between its steps, is no higher than `rise`."""
    inside = np.flatnonzero(above <= rise)
    first, last = int(inside[0]), int(inside[-1])

    def crossing(within: int, beyond: int) -> float:
        part = (rise - above[within]) / (above[beyond] - above[within])
        return float(at[within] + part * (at[beyond] - at[within]))

    low = float(at[0]) if first == 0 else crossing(first, first - 1)
    high = float(at[-1]) if last == len(at) - 1 else crossing(last, last + 1)
    return low, high


def _correlation(curvature: np.ndarray) -> np.ndarray:
    """Of the numbers, where the loss is a chi-square; in no direction are they freer than their range lets them."""
    values, vectors = np.linalg.eigh(curvature)
    covariance = (vectors * (1 / np.maximum(values / 2, 1 / FLAT))) @ vectors.T
    deviation = np.sqrt(np.diag(covariance))
    return covariance / np.outer(deviation, deviation)
