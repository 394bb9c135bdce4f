"""What a search lowers: the loss of what an evaluator measures, at points of its space."""

from typing import Protocol

import numpy as np

from sim.fit.errors import FitError
from sim.fit.evaluator import Evaluator
from sim.fit.loss import Judged, Loss
from sim.results.digest import digest
from sim.spec.canonical import canonical
from sim.spec.kinds import part


class Objective(Protocol):
    """A function of points (set, number) between 0 and 1."""

    def __call__(self, points: np.ndarray, /) -> Judged: ...


class Fit:
    """An evaluator and a loss as one function of points.

    Raises:
        FitError: a target is of a measure that the evaluator does not take.
    """

    def __init__(self, evaluator: Evaluator, loss: Loss) -> None:
        self.evaluator = part("`evaluator` of a fit", evaluator, Evaluator, FitError)
        self.loss = part("`loss` of a fit", loss, Loss, FitError)
        taken = {measure.name for measure in evaluator.measures}
        for target in loss.targets:
            if target.measure not in taken:
                raise FitError(f"a target is of the measure {target.measure!r}, which the evaluator does not take.")
            if target.of == "spread" and evaluator.seeds < 2:
                raise FitError(
                    f"{target.name!r} is the spread over seeds, but the evaluator has one seed; give at least two."
                )

    @property
    def names(self) -> tuple[str, ...]:
        """Of the numbers, in order."""
        return self.evaluator.names

    @property
    def digest(self) -> str:
        """Names everything that decides the loss of a point."""
        aims = [(a.target.measure, a.target.of, a.low, a.high, a.uncertainty, a.target.weight) for a in self.loss.aims]
        return digest(self.evaluator.digest, canonical([list(map(_finite, aim)) for aim in aims]))

    def __call__(self, points: np.ndarray) -> Judged:
        return self.loss(self.evaluator(points).measures)


def _finite(x: str | float) -> str | float:
    """Infinity as a text."""
    return x if isinstance(x, str) or np.isfinite(x) else repr(float(x))
