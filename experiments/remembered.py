"""A convention that smooths the same trains only once: each measure asks for the rates anew, and a regression takes
seconds for a hundred units."""

from dataclasses import dataclass, field, replace

import numpy as np

from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.smoothing import Fit, Smoother


@dataclass(frozen=True)
class Remembered:
    """Smoother: another one, whose fits are kept by the trains that they belong to."""

    smoother: Smoother
    fits: dict[bytes, Fit] = field(default_factory=dict, compare=False, repr=False)

    def describe(self) -> str:
        return self.smoother.describe()

    def fit(self, times: np.ndarray, rates: np.ndarray) -> Fit:
        trains = repr(times.shape).encode() + times.tobytes() + rates.tobytes()
        if trains not in self.fits:
            self.fits[trains] = self.smoother.fit(times, rates)
        return self.fits[trains]


def remembering(convention: DeltaFConvention) -> DeltaFConvention:
    """The same convention, for the measures of one recording; its fits go when it goes."""
    return replace(convention, rate=replace(convention.rate, smoother=Remembered(convention.rate.smoother)))
