"""How well an estimator does on simulations whose truth is known and that it has never seen."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.fit.posterior.calibration import LEVELS


@dataclass(frozen=True)
class Assessment:
    """What was found.

    Args:
        simulations: how many.
        numbers: names, in the order of all that follows.
        explained: R2, the part of the variance of each number (as a point of the space) that posterior means explain.
        coverage: how often the central interval holds the truth, for each level of `levels` and each number.
        ranks: p of uniform ranks, of each number.
        tarp: p of TARP, of all numbers together.
        width: mean width of the 90 % interval of each number, as a part of the range.
        refused: part of the simulations whose misfit has p < 0.01.
        levels: of the intervals.
    """

    simulations: int
    numbers: tuple[str, ...]
    explained: tuple[float, ...]
    coverage: tuple[tuple[float, ...], ...]
    ranks: tuple[float, ...]
    tarp: float
    width: tuple[float, ...]
    refused: float
    levels: tuple[float, ...] = LEVELS

    def written(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Assessment":
        """From what `written` gave."""
        return cls(**{name: _tuples(value) for name, value in written.items()})


def explained(found: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """R2, (number,), of estimates and truth (observation, number)."""
    varies = ((truth - truth.mean(0)) ** 2).sum(0)
    return 1 - ((found - truth) ** 2).sum(0) / np.where(varies > 0, varies, np.nan)


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
