"""Points of a space as networks see them: where the prior is flat over the space, it is a standard normal here.

A mixture of normals then has the shape of the prior where the data say nothing, and no mass lies outside the space.
"""

import numpy as np

EDGE = 1e-6
"""Of the range: points nearer to an end are taken to lie here (4.8 SD), so that all are finite."""


def probit(points: np.ndarray) -> np.ndarray:
    """Probits, float32, of points between 0 and 1, both (..., number)."""
    from scipy.special import ndtri

    return ndtri(np.clip(points, EDGE, 1 - EDGE)).astype(np.float32)


def points(probits: np.ndarray) -> np.ndarray:
    """Points between 0 and 1, float64, of probits, both (..., number)."""
    from scipy.special import ndtr

    return ndtr(np.asarray(probits, float))
