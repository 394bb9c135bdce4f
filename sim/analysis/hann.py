"""A discharge rate smoothed by a moving average with a Hann window.

    f(t) = sum_i h(t - t_i) r_i / sum_i h(t - t_i),   h(s) = 1 + cos(2 pi s / width) for |s| < width/2

over the instantaneous rates r_i placed at t_i. Dividing by the weights keeps the ends of a train unbiased, where a
plain convolution would fall to half. The cosine of a difference splits into products, so running sums over the
spikes give the average at any time without looking at the spikes in the window again.
"""

from dataclasses import dataclass

import numpy as np

from sim.analysis.sampled import SampledFit, grid_over

GRID = 1024  # points over a unit's firing: 25 ms in a 25-s ramp, an error below 0.001 pps for a 2-s window
SMALLEST_WEIGHT = 1e-6  # below this the window holds a rate at its very edge only


@dataclass(frozen=True)
class Hann:
    """Smoother: Hann-weighted mean of the instantaneous rates. Bridges pauses shorter than the window."""

    width: float = 2.0  # s, full width of the window

    def describe(self) -> str:
        return f"Hann window of {self.width:g} s"

    def fit(self, times: np.ndarray, rates: np.ndarray) -> SampledFit:
        """Fit every unit of a chunk; times (s) and rates (pps) are (sample, unit, interval), NaN where absent."""
        present = np.isfinite(rates)
        fitted = present.sum(axis=-1) > 1
        start = np.where(fitted, np.fmin.reduce(times, axis=-1, initial=np.nan), np.nan)
        end = np.where(fitted, np.fmax.reduce(times, axis=-1, initial=np.nan), np.nan)

        # All trains behind one another on one time axis, a window and a half apart: one sorted search serves them all.
        length = np.where(fitted, end - start, 0) + 1.5 * self.width
        offset = (np.cumsum(length) - length.ravel()).reshape(length.shape) - np.where(fitted, start, 0)
        kept = present & fitted[..., None]
        x, r = (times + offset[..., None])[kept], rates[kept]
        t = grid_over(start, end, GRID) + offset[..., None]
        turn = 2 * np.pi / self.width
        first = np.searchsorted(x, t - self.width / 2, side="right")
        behind = np.searchsorted(x, t + self.width / 2, side="left")

        def windowed(weighted: np.ndarray) -> np.ndarray:
            total = np.concatenate([np.zeros((1, 3)), np.cumsum(weighted, axis=0)])
            plain, cosine, sine = np.moveaxis(total[behind] - total[first], -1, 0)
            return plain + np.cos(turn * t) * cosine + np.sin(turn * t) * sine

        waves = np.stack([np.ones_like(x), np.cos(turn * x), np.sin(turn * x)], axis=-1)
        weight = windowed(waves)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(weight > SMALLEST_WEIGHT, windowed(waves * r[:, None]) / weight, np.nan)
        return SampledFit(values, start, end)
