"""A quadratic laid through losses: loss(u) = level + slope.(u - centre) + (u - centre).curvature.(u - centre)/2."""

from typing import NamedTuple

import numpy as np

from sim.fit.errors import FitError

ROUNDS, TUNING = 20, 2.0
"""Of the robust fit: how often residuals are weighed anew, and beyond how many typical ones they count less."""


class Quadratic(NamedTuple):
    """A convex quadratic of points in the unit cube.

    Args:
        centre: (number,).
        level: at the centre.
        slope: (number,).
        curvature: (number, number), no eigenvalue below zero.
        misfit: root mean square of what it leaves of the losses it was laid through, weighted as they were.
        evaluations: how many these were.
    """

    centre: np.ndarray
    level: float
    slope: np.ndarray
    curvature: np.ndarray
    misfit: float
    evaluations: int

    def __call__(self, points: np.ndarray) -> np.ndarray:
        """The loss at points (..., number)."""
        away = points - self.centre
        return self.level + away @ self.slope + 0.5 * ((away @ self.curvature) * away).sum(axis=-1)

    def gradient(self, point: np.ndarray) -> np.ndarray:
        """The slope at a point, (number,)."""
        return self.slope + self.curvature @ (point - self.centre)


def laid_through(points: np.ndarray, loss: np.ndarray, centre: np.ndarray, within: float) -> Quadratic:
    """The quadratic of the losses that are at most `within` above the lowest.

    Nearer ones count more, by 1/(within + rise); where too few lie so low, the lowest that determine a quadratic twice
    over are taken.

    Args:
        points: (evaluation, number).
        loss: (evaluation,).
        centre: about which it is written, (number,).

    Raises:
        FitError: too few evaluations, or they do not spread in all numbers.
    """
    numbers = points.shape[1]
    coefficients = (numbers + 1) * (numbers + 2) // 2
    if len(loss) < 2 * coefficients:
        raise FitError(
            f"a quadratic of {numbers} numbers has {coefficients} coefficients and takes {2 * coefficients} "
            f"evaluations, but there are {len(loss)}; search on."
        )
    order = np.argsort(loss, kind="stable")
    rise = loss[order] - loss[order[0]]
    count = max(2 * coefficients, int(np.searchsorted(rise, within, side="right")))
    taken, rise = order[:count], rise[:count]
    away = points[taken] - centre
    scale = np.maximum(np.abs(away).max(axis=0), 1e-12)
    first, second = np.triu_indices(numbers)
    x = away / scale
    columns = np.concatenate([np.ones((count, 1)), x, x[:, first] * x[:, second]], axis=1)
    weight = within / (within + rise)
    found, residual = _robust(columns, loss[taken], weight)
    if np.linalg.matrix_rank(columns * weight[:, None]) < coefficients:
        raise FitError("the evaluations do not spread in all numbers, so that no quadratic is determined; search on.")
    curvature = np.zeros((numbers, numbers))
    curvature[first, second] = found[1 + numbers :]
    curvature = (curvature + curvature.T) / np.outer(scale, scale)  # the diagonal twice, as a second derivative
    values, vectors = np.linalg.eigh(curvature)
    curvature = (vectors * np.maximum(values, 0)) @ vectors.T
    misfit = float(np.sqrt((weight * residual**2).sum() / weight.sum()))
    return Quadratic(centre, float(found[0]), found[1 : 1 + numbers] / scale, curvature, misfit, count)


def _robust(columns: np.ndarray, loss: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Least squares with Huber weights: a loss is rough where spikes come and go, and some are far off."""
    counts = np.ones(len(loss))
    found, residual = np.zeros(columns.shape[1]), loss
    for _ in range(ROUNDS):
        root = np.sqrt(weight * counts)
        found = np.linalg.lstsq(columns * root[:, None], loss * root, rcond=None)[0]
        residual = loss - columns @ found
        typical = 1.4826 * np.median(np.abs(residual) * np.sqrt(weight))
        if typical <= 1e-12 * max(1.0, float(np.abs(loss).max())):
            break
        counts = np.minimum(1.0, TUNING * typical / np.maximum(np.abs(residual) * np.sqrt(weight), 1e-300))
    return found, residual
