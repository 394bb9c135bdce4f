"""Whether posteriors are as wide as they should be, on simulations whose truth is known; NumPy and SciPy alone.

Where posteriors are right, the rank of the truth among their draws is uniform (Talts et al. 2018, arXiv 1804.06788):
`ranks`. From it follow a test for each number (`uniform`) and how often central intervals hold the truth (`coverage`).
All simulations must be independent: one view of each.
"""

from collections.abc import Sequence

import numpy as np

LEVELS = (0.5, 0.8, 0.9)
"""Of the central intervals that are counted."""


def ranks(draws: np.ndarray, truth: np.ndarray, seed: int = 0) -> np.ndarray:
    """Rank of the truth among the draws, between 0 and 1: uniform where the posterior is right.

    Args:
        draws: (observation, draw, number).
        truth: (observation, number).
        seed: of the place between two draws (and among equal ones), which is random.

    Returns:
        float64 (observation, number).
    """
    below, equal = (draws < truth[:, None]).sum(1), (draws == truth[:, None]).sum(1)
    between = np.random.default_rng(seed).random(truth.shape)
    return (below + (equal + 1) * between) / (draws.shape[1] + 1)


def uniform(found: np.ndarray) -> np.ndarray:
    """p of uniform ranks, (number,), of ranks (observation, number): Pearson's chi-squared over 20 bins, or as few as
    hold 10 ranks each."""
    from scipy.stats import chisquare

    bins = int(np.clip(len(found) // 10, 2, 20))
    counts = [np.histogram(own, bins, (0.0, 1.0))[0] for own in found.T]
    return np.array([float(chisquare(own).pvalue) for own in counts])


def coverage(found: np.ndarray, levels: Sequence[float] = LEVELS) -> np.ndarray:
    """How often the central interval of each level holds the truth: (level, number), of ranks (observation, number)."""
    return np.stack([(np.abs(found - 0.5) <= 0.5 * level).mean(0) for level in levels])
