"""A discharge rate smoothed by support vector regression (Beauchamp et al. 2022, doi 10.1088/1741-2552/ac4594).

Radial basis functions of time with the parameters that openhdemg takes as defaults. The first and last five spikes
(four rates each) weigh five times as much, which holds the curve to its ends; a pause of more than a second ends the
curve and starts it again. Needs scikit-learn and works unit by unit: for recordings, not for sweeps.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.sampled import SampledFit, grid_over

GRID = 4096  # points over a unit's firing: 6 ms in a 25-s ramp, an error below 0.0001 pps for this kernel


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

    def fit(self, times: np.ndarray, rates: np.ndarray) -> SampledFit:
        """Fit every unit of a chunk; times (s) and rates (pps) are (sample, unit, interval), NaN where absent.

        Raises:
            ImportError: scikit-learn is not installed.
        """
        regression = _regression()
        values = np.full((*rates.shape[:-1], GRID), np.nan)
        start, end = np.full(rates.shape[:-1], np.nan), np.full(rates.shape[:-1], np.nan)
        for row in np.ndindex(*rates.shape[:-1]):
            present = np.isfinite(rates[row])
            x, y = times[row][present], rates[row][present]
            ends = self.end_spikes - 1
            if len(x) < max(2, ends):
                continue
            weights = np.ones(len(x))
            weights[:ends] = self.end_weight
            weights[len(x) - ends :] = self.end_weight
            spread = np.subtract(*np.percentile(y, [75, 25]))
            model = regression(kernel="rbf", gamma=self.gamma, C=self.cost, epsilon=spread / 11)
            model.fit(x[:, None], y, sample_weight=weights)
            start[row], end[row] = x[0], x[-1]
            grid = grid_over(start[row], end[row], GRID)
            values[row] = np.where(self._in_pause(x, grid), np.nan, model.predict(grid[:, None]))
        return SampledFit(values, start, end)

    def _in_pause(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """Whether each time falls into a pause; a rate between two pauses stands alone and is left out too."""
        pause = np.concatenate([np.diff(x) > self.longest_pause, [False]])
        after = np.clip(np.searchsorted(x, t, side="right") - 1, 0, len(x) - 1)
        alone_at_end = pause[-2] & (t >= x[-1])
        return (pause[after] & (t > x[after])) | alone_at_end


def _regression() -> Any:
    try:
        from sklearn.svm import SVR  # pyright: ignore[reportMissingImports] (an extra)
    except ImportError as missing:
        raise ImportError(
            "smoothing by support vector regression needs scikit-learn, which is not installed. "
            "Install the extra 'recordings' (pip install 'sherrington[recordings]') or choose Polynomial()."
        ) from missing
    return SVR
