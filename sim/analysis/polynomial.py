"""A discharge rate smoothed by one polynomial through all instantaneous rates of a unit.

Least squares over the unit's firing from its first to its last rate, in the Chebyshev basis on that span, where the
normal equations stay well conditioned (powers of time in seconds would not). The 5th order is the custom of Orssatto,
Mesquita, Trajano and colleagues. The ends of the curve follow the last few rates: see `estimator_noise` for what that
does to ΔF.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebval

RIDGE = 1e-12  # of the Gram matrix' scale: only keeps the solve finite where rates crowd on one spot


class PolynomialFit(NamedTuple):
    """Smoothed rates of a chunk as Chebyshev coefficients, on each unit's first..last rate."""

    coefficients: np.ndarray  # pps, (sample, unit, order + 1)
    start: np.ndarray  # s, (sample, unit); NaN for a unit without a fit
    end: np.ndarray  # s, (sample, unit)

    def at(self, unit: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Rates (pps, (sample, row, time)) of the units (sample, row) at times (s, (sample, row, time))."""
        sample = np.arange(len(t))[:, None]
        start, end = self.start[sample, unit][..., None], self.end[sample, unit][..., None]
        coefficients = np.moveaxis(self.coefficients[sample, unit], -1, 0)[..., None]
        rate = chebval((2 * t - start - end) / (end - start), coefficients, tensor=False)
        return np.where((t >= start) & (t <= end), rate, np.nan)


@dataclass(frozen=True)
class Polynomial:
    """Smoother: one polynomial over a unit's whole firing. A unit needs one rate more than the order."""

    order: int = 5

    def describe(self) -> str:
        return f"polynomial of order {self.order}"

    def fit(self, times: np.ndarray, rates: np.ndarray) -> PolynomialFit:
        """Fit every unit of a chunk; times (s) and rates (pps) are (sample, unit, interval), NaN where absent."""
        present = np.isfinite(rates)
        n = present.sum(axis=-1)
        fitted = n > self.order
        start = np.where(fitted, np.fmin.reduce(times, axis=-1, initial=np.nan), np.nan)
        end = np.where(fitted, np.fmax.reduce(times, axis=-1, initial=np.nan), np.nan)

        x = (2 * times - (start + end)[..., None]) / np.where(fitted, end - start, np.nan)[..., None]
        x = np.where(present & fitted[..., None], x, 0)
        basis = np.empty((*x.shape[:-1], self.order + 1, x.shape[-1]))  # zero where there is no rate
        basis[..., 0, :] = present
        if self.order > 0:
            basis[..., 1, :] = x
        for k in range(2, self.order + 1):
            basis[..., k, :] = 2 * x * basis[..., k - 1, :] - basis[..., k - 2, :]

        gram = basis @ basis.swapaxes(-1, -2)
        gram += (RIDGE * n + ~fitted)[..., None, None] * np.eye(self.order + 1)
        moments = basis @ np.where(present, rates, 0)[..., None]
        return PolynomialFit(np.linalg.solve(gram, moments)[..., 0], start, end)
