"""The persistent inward current of motoneurons whose somata a clamp moves slowly up and down, and of a contraction."""

from dataclasses import dataclass

import numpy as np

from sim.analysis.means import known_mean
from sim.analysis.traces import smoothed
from sim.measure import Measure
from sim.results.view import View

SMOOTH = 0.22
"""s, of the Hann window over currents, 1.8 mV of a ramp of 8 mV/s; an odd number of moments, so it moves nothing."""
TOP = 0.5
"""s about the top of a command, over which a current is averaged."""


@dataclass(frozen=True)
class Ramp:
    """A triangle of potential, or of the command.

    Args:
        start, up, down: s, when it begins and how long its flanks are.
        holding, height: mV, from where and how far the potential goes.
    """

    start: float
    up: float
    down: float
    holding: float
    height: float

    def potential(self, time: np.ndarray) -> np.ndarray:
        """mV, at which the clamp holds the somata."""
        since = time - self.start
        part = np.minimum(since / self.up, 1 - (since - self.up) / self.down)
        return self.holding + self.height * np.clip(part, 0, 1)

    def rising(self, time: np.ndarray) -> np.ndarray:
        """Whether it is on its way up."""
        return (time >= self.start) & (time <= self.start + self.up)

    def falling(self, time: np.ndarray) -> np.ndarray:
        """Whether it is on its way down."""
        return (time >= self.start + self.up) & (time <= self.start + self.up + self.down)


def inward_measures(muscle: str, ramp: Ramp, probe: float) -> tuple[Measure, ...]:
    """Of the motoneurons of a muscle, each a mean over them.

    Args:
        probe: mV, a potential within the ramp.
    """
    own = {"muscle": muscle, "ramp": ramp}
    return (
        Measure("pic", "nA", "persistent inward current of the dendrites, largest on the way up", largest, own),
        Measure("pic_at", "nA", f"the same at a somatic potential of {probe:g} mV", at, {**own, "probe": probe}),
        Measure("half", "mV", "somatic potential at which it reaches half of its largest on the way up", half, own),
        Measure("back", "mV", "somatic potential at which it falls to that on the way down", back, own),
        Measure("inhibition", "nS", "reciprocal inhibition: conductance on the dendrites, mean over the way up",
                conductance, {**own, "name": "g_recip_dend"}),
        Measure("excitation", "nS", "Ia excitation: conductance on the dendrites, mean over the way up",
                conductance, {**own, "name": "g_ia"}),
        Measure("pic_top", "nA", "persistent inward current at the top of a command", top, own),
    )  # fmt: skip


def inward(view: View, muscle: str) -> np.ndarray:
    """nA, (sample, unit, time), inward above zero; NaN of samples that are not done."""

    def compute() -> np.ndarray:
        current = smoothed(-view.traces("i_pic", muscle), view.time, SMOOTH)
        return np.where(view.done[:, None, None], current, np.nan)

    return view.once(("inward", muscle), compute)


def largest(view: View, muscle: str, ramp: Ramp) -> np.ndarray:
    """nA, (sample,)."""
    return known_mean(inward(view, muscle)[..., ramp.rising(view.time)].max(-1))


def at(view: View, muscle: str, ramp: Ramp, probe: float) -> np.ndarray:
    """nA, (sample,)."""
    up = ramp.rising(view.time)
    own, potential = inward(view, muscle)[..., up], ramp.potential(view.time[up])
    k = int(np.clip(np.searchsorted(potential, probe), 1, len(potential) - 1))
    part = np.clip((probe - potential[k - 1]) / (potential[k] - potential[k - 1]), 0, 1)
    return known_mean(own[..., k - 1] + part * (own[..., k] - own[..., k - 1]))


def half(view: View, muscle: str, ramp: Ramp) -> np.ndarray:
    """mV, (sample,): the first potential on the way up, where the ramp begins if the current is on before it."""
    up = ramp.rising(view.time)
    own, potential = inward(view, muscle)[..., up], ramp.potential(view.time[up])
    return known_mean(
        np.where(np.isfinite(own).all(-1), potential[(own >= own.max(-1)[..., None] / 2).argmax(-1)], np.nan)
    )


def back(view: View, muscle: str, ramp: Ramp) -> np.ndarray:
    """mV, (sample,): the last potential on the way down at which there still is half of what was largest on the way
    up, where the ramp ends if the current outlasts it."""
    own, down = inward(view, muscle), ramp.falling(view.time)
    enough = own[..., down] >= own[..., ramp.rising(view.time)].max(-1)[..., None] / 2
    last = enough.shape[-1] - 1 - enough[..., ::-1].argmax(-1)
    return known_mean(np.where(enough.any(-1), ramp.potential(view.time[down])[last], np.nan))


def conductance(view: View, muscle: str, ramp: Ramp, name: str) -> np.ndarray:
    """nS, (sample,)."""
    mean = 1000 * view.traces(name, muscle)[..., ramp.rising(view.time)].mean((-1, -2))
    return np.where(view.done, mean, np.nan)


def top(view: View, muscle: str, ramp: Ramp) -> np.ndarray:
    """nA, (sample,)."""
    near = np.abs(view.time - ramp.start - ramp.up) <= TOP / 2
    return known_mean(inward(view, muscle)[..., near].mean(-1))
