"""Widths put right: one factor for each number, by which the draws are stretched about their mean.

For each simulation there is a factor from which on the central interval of a level holds the truth; the level's
quantile of these factors is what makes it hold as often as it should. A number's factor is the geometric mean over the
levels. The simulations must be others than those that trained and than those that judge.
"""

from collections.abc import Sequence

import numpy as np

from sim.fit.posterior.calibration import LEVELS

NARROWEST, WIDEST = 0.25, 4.0


def widths(draws: np.ndarray, truth: np.ndarray, levels: Sequence[float] = LEVELS) -> np.ndarray:
    """The factors, (number,).

    Args:
        draws: probits, (observation, draw, number).
        truth: probits, (observation, number).
        levels: of the central intervals that are to hold the truth as often as they say.
    """
    centre = draws.mean(1)
    off, found = truth - centre, []
    for level in levels:
        low, high = np.quantile(draws, [0.5 - level / 2, 0.5 + level / 2], axis=1) - centre
        edge = np.where(off > 0, high, low)
        with np.errstate(all="ignore"):
            needed = np.where(off * edge > 0, off / edge, np.inf)  # a mean beyond the interval: no factor helps
        found.append(np.quantile(np.minimum(needed, WIDEST), level, axis=0))
    return np.clip(np.exp(np.mean(np.log(np.maximum(found, NARROWEST)), 0)), NARROWEST, WIDEST)


def stretched(draws: np.ndarray, factors: np.ndarray) -> np.ndarray:
    """Draws (..., draw, number) about their mean, as much wider as the factors (number,) say."""
    centre = draws.mean(-2, keepdims=True)
    return centre + (draws - centre) * factors.astype(draws.dtype)
