"""What an observation says of the numbers of a space: draws, intervals, and whether the model can have produced it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.design.space import Space
from sim.fit.posterior.features import Feature
from sim.fit.posterior.misfit import Misfit

INTERVAL = 0.9
VAGUE = 0.6
"""Of the range: where the 90 % interval is wider, the observation does not say what the number is."""
REFUSED = 0.01
"""p of misfit: below it no estimate is shown."""


@dataclass(frozen=True, eq=False)
class Posterior:
    """The posterior of one observation.

    Args:
        space: of the numbers, whose prior is flat.
        points: draws, each between 0 and 1, (draw, number).
        misfit: the test of whether the model can have produced the observation.
        features: summaries that the misfit names.
    """

    space: Space
    points: np.ndarray
    misfit: Misfit
    features: Sequence[Feature]

    @property
    def draws(self) -> np.ndarray:
        """In coherent units, (draw, number)."""
        return self.space.numbers(self.points)

    @property
    def mean(self) -> np.ndarray:
        """In coherent units, (number,)."""
        return self.draws.mean(0)

    def interval(self, level: float = INTERVAL) -> np.ndarray:
        """Ends of the central interval of each number, coherent units, (number, end)."""
        return np.quantile(self.draws, [0.5 - level / 2, 0.5 + level / 2], axis=0).T

    @property
    def width(self) -> np.ndarray:
        """Of the central 90 % interval, as a part of the prior's range (or of its logarithm): (number,)."""
        low, high = np.quantile(self.points, [0.5 - INTERVAL / 2, 0.5 + INTERVAL / 2], axis=0)
        return high - low

    @property
    def identified(self) -> np.ndarray:
        """Of which numbers the observation says enough: bool (number,)."""
        return self.width <= VAGUE

    @property
    def possible(self) -> bool:
        """Whether the model can have produced the observation, at the 1 % level."""
        return self.misfit.p >= REFUSED

    @property
    def farthest(self) -> str:
        """The summaries that lie farthest from the model at its best, in words."""
        return ", ".join(
            f"{feature.words or feature.name} {feature.written(far.observed)} (model at its best "
            f"{feature.written(far.model)})"
            for far in self.misfit.worst
            for feature in [self.features[far.feature]]
        )

    @property
    def refusal(self) -> str:
        """Why no estimate is to be shown; empty where the model can have produced the observation."""
        if self.possible:
            return ""
        return (
            f"this model cannot have produced this recording (p = {self.misfit.p:.2g}); farthest off: {self.farthest}."
        )

    @property
    def sentences(self) -> dict[str, str]:
        """What is known of each number, by name."""
        found = {}
        for name, unit, mean, (low, high), known in zip(
            self.space.names, self.space.units, self.mean, self.interval(), self.identified, strict=True
        ):
            own = "" if unit == "1" else f" {unit}"
            said = f"{mean:.3g}{own}, 90 % interval {low:.3g} to {high:.3g}{own}"
            found[name] = said if known else f"not identified (90 % interval {low:.3g} to {high:.3g}{own})"
        return found
