"""Means of what is known."""

from typing import Any

import numpy as np


def known_mean(values: Any, axis: int | tuple[int, ...] = -1) -> np.ndarray:
    """Mean of what is finite; NaN where nothing is."""
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, values, 0).sum(axis=axis) / known.sum(axis=axis)
