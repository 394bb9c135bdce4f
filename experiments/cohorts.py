"""How often a cohort would show a change: cohorts of as many people, drawn with replacement from those there are."""

import numpy as np
from scipy.stats import t

COHORTS = 10_000


def seen(differences: np.ndarray, *, cohorts: int = COHORTS, seed: int = 0) -> float:
    """Share of the cohorts in which a paired t test shows a fall: their 95 % interval lies below 0.

    The spread between people is taken to be that of these people, so a few give a rough number.

    Args:
        differences: one for each participant, (participant,); NaN is left out.
        cohorts: how many are drawn, each as large.

    Returns:
        NaN of fewer than two participants.
    """
    known = np.asarray(differences, float).ravel()
    known = known[np.isfinite(known)]
    n = len(known)
    if n < 2:
        return float("nan")
    drawn = np.random.default_rng(seed).choice(known, (cohorts, n))
    half = t.ppf(0.975, n - 1) * drawn.std(axis=1, ddof=1) / np.sqrt(n)
    return float((drawn.mean(axis=1) + half < 0).mean())
