"""Mean, spread and slope of what is known."""

from typing import Any

import numpy as np


def known_mean(values: Any, axis: int | tuple[int, ...] = -1) -> np.ndarray:
    """Mean of what is finite; NaN where nothing is."""
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, values, 0).sum(axis=axis) / known.sum(axis=axis)


def known_spread(values: Any) -> np.ndarray:
    """Standard deviation (n - 1) of what is finite along the last axis; NaN of fewer than two."""
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    away = np.where(known, values - known_mean(values)[..., None], 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count > 1, np.sqrt((away**2).sum(axis=-1) / (count - 1)), np.nan)


def known_slope(x: Any, y: Any) -> np.ndarray:
    """Least-squares slope of y on x along the last axis, of places where both are finite; NaN of fewer than three."""
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    known = np.isfinite(x) & np.isfinite(y)
    x, y = np.where(known, x, np.nan), np.where(known, y, np.nan)
    x, y = x - known_mean(x)[..., None], y - known_mean(y)[..., None]
    spread = np.nansum(x**2, axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where((known.sum(axis=-1) > 2) & (spread > 0), np.nansum(x * y, axis=-1) / spread, np.nan)
