"""Whether a change is so small that it counts as none: two one-sided tests of paired differences (statsmodels)."""

from typing import NamedTuple

import numpy as np

from experiments.mixed import needed


class Equivalence(NamedTuple):
    """What two one-sided tests say.

    Args:
        mean, low, high: of the differences, with the 90 % interval that belongs to tests at 5 %.
        p: of a change that is as large as the bound; below 0.05 the interval lies within it.
        n: how many differences there are.
    """

    mean: float
    low: float
    high: float
    p: float
    n: int


def equivalence(differences: np.ndarray, bound: float) -> Equivalence:
    """Are paired differences smaller than a bound, to either side?

    Args:
        differences: one for each participant, (participant,); NaN is left out.
        bound: above zero, in their unit.

    Raises:
        ValueError: a bound of nothing, or statsmodels is not installed.
    """
    if not bound > 0:
        raise ValueError(f"a change is equivalent to none within a bound above zero, but the bound is {bound:g}.")
    known = np.asarray(differences, float).ravel()
    known = known[np.isfinite(known)]
    if len(known) < 2:
        return Equivalence(*[float("nan")] * 4, n=len(known))
    told = needed().stats.DescrStatsW(known)
    low, high = told.tconfint_mean(alpha=0.1)
    with np.errstate(divide="ignore"):  # differences that are all the same
        p = float(told.ttost_mean(-bound, bound)[0])
    return Equivalence(float(known.mean()), float(low), float(high), p, len(known))
