"""How unusual residuals are, on scales that do not hang on their distribution.

Some summaries are normal about what an emulator says, others are nothing but for one simulation in a hundred. A score
is the standard normal quantile of a residual's rank among those of simulations, so that all are normal one by one;
beyond their last ranks it grows as a straight line. A rarity is -log of how often a value is as large; beyond one in
fifty the tail is a power of the value, whose exponent is Hill's (1975, Ann Stat 3:1163), so that what has a heavy tail
is not taken to be impossible.
"""

import numpy as np

Z = np.linspace(-3.5, 3.5, 29)
"""Scores at which the quantiles of residuals are kept."""
FARTHEST = 7.0
"""Score of what lies beyond all others, at most."""
TAIL = 0.02
"""Of the values, that a tail is laid through."""
EXPONENTS = 1.0, 100.0
"""Of a tail, the heaviest and the lightest."""
LEAST = 1e-6
"""Between two quantiles, and of where a tail begins: what does not vary has nothing to be unusual by."""
LARGEST = 1e300
"""Of a value: one that is infinite is beyond all others, and they are alike."""


def quantiles(r: np.ndarray, absent: np.ndarray) -> np.ndarray:
    """Of residuals (row, used) that are not absent, at the scores `Z`: (used, quantile)."""
    from scipy.special import ndtr

    found = np.broadcast_to(Z, (r.shape[1], len(Z))).copy()
    for k in range(r.shape[1]):
        if not absent[:, k].all():
            found[k] = np.quantile(r[~absent[:, k], k], ndtr(Z))
    return np.maximum.accumulate(found + LEAST * np.arange(len(Z)), -1)


def scores(r: np.ndarray, absent: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Of residuals (row, used) with their quantiles (used, quantile): (row, used), 0 where absent."""
    found = np.empty(r.shape)
    low, middle, high = at[:, 0], at[:, len(Z) // 2], at[:, -1]
    above = Z[-1] * (r - middle) / (high - middle)
    below = Z[-1] * (r - middle) / (middle - low)
    for k in range(r.shape[1]):
        found[:, k] = np.interp(r[:, k], at[k], Z)
    found = np.where(r > high, np.minimum(above, FARTHEST), np.where(r < low, np.maximum(below, -FARTHEST), found))
    return np.where(absent, 0.0, found)


def tails(size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where the tails of sizes (row, used) begin, and their exponents: (used,) each."""
    begin = np.maximum(np.quantile(size, 1 - TAIL, axis=0), LEAST)
    beyond = size > begin
    logs = np.where(beyond, np.log(np.maximum(size, begin) / begin), 0.0).sum(0)
    return begin, np.clip(beyond.sum(0) / np.maximum(logs, LEAST), *EXPONENTS)


def rarity(size: np.ndarray, begin: np.ndarray, exponent: np.ndarray) -> np.ndarray:
    """-log of how often a size (row, used) is as large; below its tail in proportion to it, which is enough to be no
    maximum."""
    relative = size / begin
    return -np.log(TAIL) * np.minimum(relative, 1) + exponent * np.log(np.maximum(relative, 1))


def among(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """-log of how often a value (row, kind) is as large as others (other, kind), by its rank; where it is among the
    largest, by their tail: (row, kind)."""
    values, others = (np.nan_to_num(x, posinf=LARGEST) for x in (values, others))
    order, begin = np.sort(others, axis=0), tails(others)
    as_large = [len(order) - np.searchsorted(order[:, k], values[:, k]) for k in range(order.shape[1])]
    ranked = -np.log((1 + np.array(as_large).T) / (1 + len(order)))
    return np.where(values > begin[0], rarity(values, *begin), np.minimum(ranked, -np.log(TAIL)))
