"""What questions about a stimulated nerve share: the muscle that is looked at, and when it is stimulated."""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import xarray as xr

from experiments.measures.reflex import amplitudes, onset, reflex_measures, trace
from experiments.question import Asked, Question
from experiments.statistics import attributes
from sim.measure import Measure
from sim.spec.kinds import part
from sim.spec.network import Network


@dataclass(frozen=True)
class Stimulated(Question):
    """Settings: who is looked at, and when.

    Args:
        network: that is simulated; the sizes of its units' potentials are read from it.
        muscle: whose EMG is looked at.
        at: when the nerve is stimulated.
        window: of the simulation; a pulse acts one window after its command.
        shown: EMG from some ms before to some ms after the stimulus is drawn.
    """

    network: Network = field(kw_only=True)
    muscle: str = field(kw_only=True)
    at: str | float = field(kw_only=True)
    window: str | float = field(kw_only=True)
    shown: tuple[float, float] = field(default=(-5.0, 60.0), kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.network", self.network, Network, ValueError)
        amplitudes(self.network, self.muscle)

    @cached_property
    def amplitude(self) -> tuple[float, ...]:
        """Of the potential of each unit, the largest = 1."""
        return amplitudes(self.network, self.muscle)

    @property
    def stimulus(self) -> float:
        """s."""
        return onset(self.at, self.window)

    def measures(self) -> tuple[Measure, ...]:
        return reflex_measures(self.muscle, self.amplitude, self.stimulus)

    def emg(self, asked: Asked, samples: xr.DataArray) -> dict[str, tuple]:
        """The EMG of some samples, along their dimensions and `emg_time` (ms after the stimulus)."""
        flat = samples.values.ravel()
        view = asked.view(np.maximum(flat, 0))
        start, stop = (self.stimulus + ms / 1000 for ms in self.shown)
        time, x = trace(view, self.muscle, self.amplitude, start, stop)
        x = np.where((flat >= 0)[:, None], x, np.nan).reshape(*samples.shape, len(time))
        return {
            "emg": ((*map(str, samples.dims), "emg_time"), x.astype(np.float32),
                    attributes("1", "surface EMG; the potential of the largest unit is 1")),
            "emg_time": ("emg_time", 1000 * (time - self.stimulus), attributes("ms", "time after the stimulus")),
        }  # fmt: skip
