"""Smoothers that fit the same trains once."""

from dataclasses import dataclass, field, replace

import numpy as np

from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.smoothing import Fit, RateConvention, Smoother


@dataclass(frozen=True)
class Remembered:
    """Smoother: another one, that fits the same trains once. Each measure asks anew, and a regression is most of its
    cost."""

    smoother: Smoother
    fits: dict[bytes, Fit] = field(default_factory=dict, compare=False, repr=False)

    def describe(self) -> str:
        return self.smoother.describe()

    def fit(self, times: np.ndarray, rates: np.ndarray) -> Fit:
        trains = repr(times.shape).encode() + times.tobytes() + rates.tobytes()
        if trains not in self.fits:
            self.fits[trains] = self.smoother.fit(times, rates)
        return self.fits[trains]


def remembering(convention: DeltaFConvention, brace: RateConvention) -> tuple[DeltaFConvention, RateConvention]:
    """The same conventions, for the measures of one contraction; their fits go when these go."""
    rate = replace(convention.rate, smoother=Remembered(convention.rate.smoother))
    own = rate if brace == convention.rate else replace(brace, smoother=Remembered(brace.smoother))
    return replace(convention, rate=rate), own
