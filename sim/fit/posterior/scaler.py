"""Summaries as networks see them: about zero, of spread one, clipped; what is missing is zero and, where that happens
often enough to be learned from, has a flag."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Scaler:
    """(x - mean)/sd of each feature.

    Args:
        mean: (feature,), in the unit of each.
        sd: (feature,), infinite for a feature that never varied: it is zero ever after.
        flagged: bool (feature,), which have a flag.
        clip: SD, the farthest from the mean that a value is taken to be.
    """

    mean: np.ndarray
    sd: np.ndarray
    flagged: np.ndarray
    clip: float

    @classmethod
    def of(cls, x: np.ndarray, *, clip: float, often: float = 0.02) -> "Scaler":
        """The scaler of some summaries (..., feature).

        Args:
            clip: SD.
            often: of all rows; features that are missing in more have a flag.
        """
        rows = x.reshape(-1, x.shape[-1])
        there = np.isfinite(rows)
        count = np.maximum(there.sum(0), 1)
        mean = np.where(there, rows, 0.0).sum(0) / count
        sd = np.sqrt((np.where(there, rows - mean, 0.0) ** 2).sum(0) / count)
        constant = sd <= 1e-12 * np.abs(mean)  # as far as float64 can tell
        return cls(mean, np.where(constant, np.inf, sd), ~there.all(0) & (1 - there.mean(0) > often), clip)

    def values(self, x: np.ndarray) -> np.ndarray:
        """float32 (..., feature): 0 where missing."""
        scaled = np.clip((x - self.mean) / self.sd, -self.clip, self.clip)
        return np.where(np.isnan(x), 0.0, scaled).astype(np.float32)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """float32 (..., feature and flag)."""
        return np.concatenate([self.values(x), np.isnan(x[..., self.flagged]).astype(np.float32)], -1)

    @property
    def width(self) -> int:
        """How many columns it gives."""
        return len(self.mean) + int(self.flagged.sum())
