"""What Ia terminals do before a test reflex: how often they fire, and how many of them."""

import numpy as np

from sim.measure import Measure
from sim.results.view import View

ENOUGH = 1
"""Impulses from which a terminal counts as active."""


def depression_measures(muscle: str, stimulus: float) -> tuple[Measure, ...]:
    """Impulses of the Ia terminals of a muscle up to a test pulse at `stimulus` (s)."""
    own = {"muscle": muscle, "stimulus": stimulus}
    return (
        Measure("ia_spikes", "1", "impulses of an Ia terminal before the test pulse, mean of all", impulses, own),
        Measure("ia_active", "%", "Ia terminals that fire before the test pulse", active, own),
    )


def _counts(view: View, muscle: str, stimulus: float) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        return (view.spikes(f"{muscle}_ia_terminal") < stimulus).sum(axis=-1)


def impulses(view: View, muscle: str, stimulus: float) -> np.ndarray:
    """Mean over the terminals: (sample,)."""
    return np.where(view.done, _counts(view, muscle, stimulus).mean(axis=-1), np.nan)


def active(view: View, muscle: str, stimulus: float) -> np.ndarray:
    """% of the terminals: (sample,)."""
    return np.where(view.done, 100 * (_counts(view, muscle, stimulus) >= ENOUGH).mean(axis=-1), np.nan)
