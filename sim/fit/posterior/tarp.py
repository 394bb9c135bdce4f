"""Whether posteriors lie where they should in all numbers together: tests of accuracy with random points (TARP, Lemos
et al. 2023, ICML, PMLR 202).

The fraction of draws that lie nearer to a reference than the truth does is uniform where posteriors are right, whatever
references are. Those that depend on the data show also what ranks cannot: a posterior that does not listen to them.
"""

import numpy as np

SHRINK = 0.05
"""Of the number of observations: ridge of the regression of the references."""
BLUR = 0.5
"""SD of the prior: how far references lie from what the regression says, so that they lie on all sides of the truth."""


def fractions(draws: np.ndarray, truth: np.ndarray, references: np.ndarray, seed: int = 0) -> np.ndarray:
    """Part of the draws that is nearer to the reference than the truth is, (observation,).

    Args:
        draws: probits, (observation, draw, number).
        truth, references: probits, (observation, number).
        seed: of the place between two draws, which is random.
    """
    far = ((truth - references) ** 2).sum(-1)
    nearer = (((draws - references[:, None]) ** 2).sum(-1) < far[:, None]).sum(1)
    return (nearer + np.random.default_rng(seed).random(len(truth))) / (draws.shape[1] + 1)


def references(x: np.ndarray, truth: np.ndarray, seed: int = 0) -> np.ndarray:
    """References that depend on the data: what ridge regression on the other half of the observations says of each, and
    noise; probits, (observation, number).

    Args:
        x: scaled summaries, (observation, column).
        truth: probits, (observation, number).
    """
    rng = np.random.default_rng([seed, 5])
    half = rng.permutation(len(x)) % 2 == 0
    found = np.empty(truth.shape)
    for own in (half, ~half):
        rows = np.c_[x[~own], np.ones((~own).sum())].astype(float)
        square = rows.T @ rows + SHRINK * len(rows) * np.eye(rows.shape[1])
        found[own] = np.c_[x[own], np.ones(own.sum())] @ np.linalg.solve(square, rows.T @ truth[~own])
    return found + BLUR * rng.standard_normal(found.shape)


def tarp(draws: np.ndarray, truth: np.ndarray, references: np.ndarray, seed: int = 0) -> float:
    """p of uniform fractions (Kolmogorov and Smirnov)."""
    from scipy.stats import kstest

    return float(kstest(fractions(draws, truth, references, seed), "uniform").pvalue)
