"""Numbers explained by measures, linearly or with their squares and products: ridge regression, some samples at a time.

    found = Ridge.fit(measured, numbers, products=True)
    explained(numbers_held_out, found.predict(measured_held_out))

With each measure z in units of its spread over the samples, the coefficients minimise |y - b0 - Z b|² + n penalty |b|²
(Hoerl & Kennard 1970, doi 10.1080/00401706.1970.10488634). The penalty is, for each number by itself, that of the
lowest error in samples that were left out, a fifth at a time. Of the columns only sums over samples are kept, so that
hundreds of thousands of samples with a thousand columns need little more memory than their measures.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.fit.errors import FitError

PENALTIES = np.logspace(-5, 1, 13)
"""That are tried, for each sample."""
FARTHEST = 5.0
"""Spreads; a measure that lies farther off counts as that far, so that its square does not carry the regression."""
ROWS = 4000
"""Samples that are looked at together."""
FOLDS = 5
"""Parts of the samples, each of which is left out once to find the penalty."""
FEWEST = 20
"""Samples."""


@dataclass(frozen=True)
class Ridge:
    """A regression of several numbers on measures; made by `fit`.

    Args:
        centre, spread: of each measure, (measure,); infinite where it does not vary and is no column.
        sometimes: bool, (measure,): those that were missing in some samples, which is a column of its own.
        products: whether squares and products of the measures are columns too.
        coefficients: (1 + column, number), the constant first.
        penalty: of each number, for each sample, (number,).
    """

    centre: np.ndarray
    spread: np.ndarray
    sometimes: np.ndarray
    products: bool
    coefficients: np.ndarray
    penalty: np.ndarray

    @classmethod
    def fit(cls, measured: np.ndarray, numbers: np.ndarray, *, products: bool = False) -> "Ridge":
        """The regression of numbers on measures.

        Args:
            measured: (sample, measure), NaN where there was nothing to measure.
            numbers: (sample, number).
            products: take squares and products of the measures too.

        Raises:
            FitError: arrays that do not fit, too few samples, or numbers that are not finite.
        """
        x, y = np.asarray(measured), np.asarray(numbers, float)
        if x.ndim != 2 or y.ndim != 2 or len(x) != len(y):
            raise FitError(
                f"a regression takes measures (sample, measure) and numbers (sample, number), but these are {x.shape} "
                f"and {y.shape}."
            )
        if len(x) < FEWEST:
            raise FitError(f"a regression takes at least {FEWEST} samples, but there are {len(x)}.")
        if not np.isfinite(y).all():
            raise FitError(
                "some of the numbers that a regression is to explain are not finite; leave their samples out."
            )
        known = np.isfinite(x)
        count = np.maximum(known.sum(axis=0), 1)
        centre = np.where(known, x, 0).sum(axis=0, dtype=float) / count
        spread = np.sqrt((np.where(known, x - centre, 0) ** 2).sum(axis=0, dtype=float) / count)
        spread = np.where(spread > 1e-9 * np.maximum(np.abs(centre), 1e-300), spread, np.inf)  # says nothing
        missing = 1 - known.mean(axis=0)
        shape = cls(centre, spread, (missing > 0) & (missing < 1), products, np.zeros((0, 0)), np.zeros(0))
        return shape._solved(x, y)

    def predict(self, measured: np.ndarray) -> np.ndarray:
        """The numbers, (sample, number), from measures (sample, measure)."""
        found = [part @ self.coefficients[1:] for part in self._columns(np.asarray(measured))]
        return self.coefficients[0] + np.concatenate(found)

    def _solved(self, x: np.ndarray, y: np.ndarray) -> "Ridge":
        own = y.mean(axis=0)
        folds = [_Sums() for _ in range(FOLDS)]
        for k, part in enumerate(self._columns(x)):
            off = y[k * ROWS : (k + 1) * ROWS] - own
            for j, fold in enumerate(folds):
                fold.add(part[j::FOLDS], off[j::FOLDS])
        whole = sum(folds[1:], folds[0])
        error = np.zeros((len(PENALTIES), y.shape[1]))
        for fold in folds:
            for row, (constant, slopes) in zip(error, (whole - fold).solutions(PENALTIES), strict=True):
                row += fold.error(constant, slopes)
        chosen = PENALTIES[error.argmin(axis=0)]
        found = np.zeros((1 + len(whole.parts[1]), y.shape[1]))
        for penalty, (constant, slopes) in zip(PENALTIES, whole.solutions(PENALTIES), strict=True):
            found = np.where(chosen == penalty, np.concatenate([(own + constant)[None], slopes]), found)
        return replace(self, coefficients=found, penalty=chosen)

    def _columns(self, x: np.ndarray) -> Iterator[np.ndarray]:
        """Columns of some samples at a time: (sample, column)."""
        used = np.isfinite(self.spread)
        upper = np.triu_indices(used.sum())
        for k in range(0, len(x), ROWS):
            part = x[k : k + ROWS].astype(float)
            known = np.isfinite(part)
            z = np.clip((part - self.centre)[:, used] / self.spread[used], -FARTHEST, FARTHEST)
            z = np.where(known[:, used], z, 0.0)
            columns = [z, np.where(known, 0.0, 1.0)[:, self.sometimes]]
            if self.products:
                columns.append(z[:, upper[0]] * z[:, upper[1]])
            yield np.concatenate(columns, axis=1)


class _Sums:
    """Over some samples: their number, columns, numbers, and products of these."""

    def __init__(self, *parts: Any) -> None:
        self.parts: tuple[Any, ...] = parts or (0, 0.0, 0.0, 0.0, 0.0, 0.0)

    def add(self, x: np.ndarray, y: np.ndarray) -> None:
        """More samples: columns (sample, column), numbers (sample, number)."""
        more = (len(x), x.sum(axis=0), y.sum(axis=0), x.T @ x, x.T @ y, (y**2).sum(axis=0))
        self.parts = tuple(own + new for own, new in zip(self.parts, more, strict=True))

    def __add__(self, other: "_Sums") -> "_Sums":
        return _Sums(*(own + its for own, its in zip(self.parts, other.parts, strict=True)))

    def __sub__(self, other: "_Sums") -> "_Sums":
        return _Sums(*(own - its for own, its in zip(self.parts, other.parts, strict=True)))

    def solutions(self, penalties: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Constants (number,) and slopes (column, number) under each penalty."""
        count, x, y, square, cross, _ = self.parts
        values, vectors = np.linalg.eigh(square - np.outer(x, x) / count)
        along = vectors.T @ (cross - np.outer(x, y) / count)
        for penalty in penalties:
            slopes = vectors @ (along / (np.maximum(values, 0)[:, None] + penalty * count))
            yield (y - x @ slopes) / count, slopes

    def error(self, constant: np.ndarray, slopes: np.ndarray) -> np.ndarray:
        """Sum of the squares of what a solution misses, (number,)."""
        count, x, y, square, cross, squares = self.parts
        fitted = (slopes * (square @ slopes)).sum(axis=0) + 2 * constant * (x @ slopes) + count * constant**2
        return squares - 2 * ((slopes * cross).sum(axis=0) + constant * y) + fitted


def explained(numbers: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """The share of the variance of each number that a prediction accounts for, (number,), from both (sample, number): 1
    less the mean square error over the variance; below 0 it is worse than the mean."""
    error = ((numbers - predicted) ** 2).mean(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 1 - error / np.var(numbers, axis=0)
