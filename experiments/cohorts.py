"""How often a cohort would show a change: cohorts drawn with replacement from the people that there are.

So it is asked what studies of this size would find if changes were as they are in these people. Cohorts drawn like this
spread a little less than people do (by the root of (n - 1)/n).
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import t

COHORTS = 10_000
LEAST = 6
"""People: fewer draw cohorts without a spread."""


class Seen(NamedTuple):
    """Which of the cohorts, (cohort,), show something.

    Args:
        fall: a paired t test shows a fall: the 95 % interval lies below 0.
        none: two one-sided tests show that there is none: the 90 % interval lies within the bound.
    """

    fall: np.ndarray
    none: np.ndarray


def drawn(people: int, size: int, *, cohorts: int = COHORTS, seed: int = 0) -> np.ndarray:
    """Who is in each cohort, (cohort, person): the same people for all that is asked of them."""
    return np.random.default_rng(seed).integers(people, size=(cohorts, size))


def seen(differences: np.ndarray, who: np.ndarray, bound: np.ndarray | float = np.nan) -> Seen:
    """What each cohort shows.

    Args:
        differences: one for each participant, (participant,).
        who: in each cohort, (cohort, person).
        bound: within which a change counts as none, of each cohort; NaN: nothing does.
    """
    x = np.asarray(differences, float)[who]
    n = x.shape[1]
    mean, error = x.mean(axis=1), x.std(axis=1, ddof=1) / np.sqrt(n)
    fall = mean + t.ppf(0.975, n - 1) * error < 0
    within = np.abs(mean) + t.ppf(0.95, n - 1) * error < bound
    return Seen(fall, within)
