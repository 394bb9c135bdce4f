"""A discharge rate smoothed by support vector regression (Beauchamp et al. 2022, doi 10.1088/1741-2552/ac4594).

Radial basis functions of time with the parameters that openhdemg takes as defaults. The first and last five spikes
(four rates each) weigh five times as much, which holds the curve to its ends; a pause of more than a second ends the
curve and starts it again. scikit-learn finds the support vectors t_i and their weights w_i of each train; the curve is

    f(t) = b + sum_i w_i exp(-gamma (t - t_i)^2)
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.hermite import HermiteFit
from sim.analysis.sampled import grid_over

FINE = 0.04  # time between nodes in units of 1/sqrt(gamma): 50 ms, an error of the curve below 0.00001 pps
REACH = 6.0  # in the same unit: beyond it a basis function is below 3e-16
BLOCK = 128  # nodes that are evaluated at once


class Curve(NamedTuple):
    """The curve through one train."""

    at: np.ndarray  # s, (vector,), increasing: the support vectors
    weight: np.ndarray  # pps, (vector,)
    level: float  # pps


@dataclass(frozen=True)
class SupportVector:
    """Smoother: support vector regression on time. A unit needs as many rates as carry an end weight."""

    gamma: float = 1 / 1.6  # s^-2, kernel exp(-gamma (t - t')^2)
    cost: float = 1 / 0.370  # 1/pps, the regularisation parameter C
    end_spikes: int = 5  # spikes at either end whose rates weigh more
    end_weight: float = 5.0  # 1
    longest_pause: float = 1.0  # s

    def describe(self) -> str:
        return (
            f"support vector regression (gamma {self.gamma:g} s^-2, C {self.cost:.4g}, "
            f"{self.end_spikes} end spikes x {self.end_weight:g}, pauses over {self.longest_pause:g} s left out)"
        )

    def fit(self, times: np.ndarray, rates: np.ndarray) -> HermiteFit:
        """Fit every unit of a chunk; times (s) and rates (pps) are (sample, unit, interval), NaN where absent."""
        present = np.isfinite(rates)
        fitted = present.sum(axis=-1) >= max(2, self.end_spikes - 1)
        start = np.where(fitted, np.fmin.reduce(times, axis=-1, initial=np.nan), np.nan)
        end = np.where(fitted, np.fmax.reduce(times, axis=-1, initial=np.nan), np.nan)
        length = np.where(fitted, end - start, 0)
        last = np.maximum(1, np.ceil(length * np.sqrt(self.gamma) / FINE).astype(int))  # a unit's own, not its chunk's
        values, slopes = np.full((2, *fitted.shape, int(last.max(initial=1)) + 1), np.nan)
        pauses: dict[tuple[int, ...], np.ndarray] = {}
        for row in map(tuple, np.argwhere(fitted)):
            x, y = times[row][present[row]], rates[row][present[row]]
            grid = grid_over(start[row], end[row], int(last[row]) + 1)
            values[row][: len(grid)], slopes[row][: len(grid)] = self._evaluated(self._curve(x, y), grid)
            pauses[row] = self._pauses(x)
        most = max((len(found) for found in pauses.values()), default=0)
        table = np.full((*fitted.shape, most, 2), np.nan)
        for row, found in pauses.items():
            table[row][: len(found)] = found
        return HermiteFit(values, slopes, last, start, end, table)

    def _curve(self, x: np.ndarray, y: np.ndarray) -> Curve:
        from sklearn import config_context
        from sklearn.svm import SVR

        ends = self.end_spikes - 1
        weights = np.ones(len(x))
        weights[:ends] = self.end_weight
        weights[len(x) - ends :] = self.end_weight
        spread = np.subtract(*np.percentile(y, [75, 25]))
        with config_context(assume_finite=True, skip_parameter_validation=True):  # these times and rates are finite
            gamma: Any = self.gamma  # a number is taken, whatever the annotation says
            model = SVR(kernel="rbf", gamma=gamma, C=self.cost, epsilon=spread / 11)
            model.fit(x[:, None], y, sample_weight=weights)
        order = np.argsort(model.support_)
        return Curve(x[model.support_[order]], np.asarray(model.dual_coef_)[0][order], float(model.intercept_[0]))

    def _evaluated(self, curve: Curve, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values (pps) and slopes (pps/s) at increasing times (s, (node,)), from the vectors within reach of each."""
        reach = REACH / np.sqrt(self.gamma)
        values, slopes = np.full((2, len(t)), curve.level)
        slopes[:] = 0
        for first in range(0, len(t), BLOCK):
            some = slice(first, first + BLOCK)
            near = slice(
                np.searchsorted(curve.at, t[some][0] - reach), np.searchsorted(curve.at, t[some][-1] + reach, "right")
            )
            away = t[some][:, None] - curve.at[near]
            bell = np.exp(-self.gamma * away**2)
            values[some] += bell @ curve.weight[near]
            slopes[some] = -2 * self.gamma * ((away * bell) @ curve.weight[near])
        return values, slopes

    def _pauses(self, x: np.ndarray) -> np.ndarray:
        """From and to (s, (pause, 2)) of every pause; a rate between two of them stands alone and is left out too."""
        long = np.diff(x) > self.longest_pause
        begins = long & ~np.concatenate([[False], long[:-1]])
        ends = long & ~np.concatenate([long[1:], [False]])
        found = np.stack([x[:-1][begins], x[1:][ends]], axis=-1)
        if long[-1]:
            found[-1, 1] = np.inf  # the last rate stands alone
        return found
