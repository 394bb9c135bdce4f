"""The flanks of a contraction, and times within it as phases: 0 to 1 the rise, 1 to 2 the plateau, 2 to 3 the fall."""

import math
from dataclasses import dataclass

import numpy as np

PARTS = ("rise", "plateau", "fall")


@dataclass(frozen=True)
class Flanks:
    """When a contraction rises, stays and falls.

    Args:
        start: s, when it begins to rise.
        up, hold, down: s, durations of rise, plateau and fall; a triangle has no plateau.

    Raises:
        ValueError: a flank without duration, or a plateau below zero.
    """

    start: float
    up: float
    hold: float
    down: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.start) and 0 < self.up < math.inf and 0 < self.down < math.inf):
            raise ValueError(f"a contraction rises and falls in some time, but its flanks are {self}.")
        if not 0 <= self.hold < math.inf:
            raise ValueError(f"the plateau of a contraction lasts no time or some, but here {self.hold:g} s.")

    @property
    def end(self) -> float:
        """s, when the fall is over."""
        return self.start + self.up + self.hold + self.down

    def phase(self, t: np.ndarray) -> np.ndarray:
        """Phases of times (s): below 0 before the rise, in units of it, above 3 after the fall, in units of that."""
        t = np.asarray(t, float) - self.start
        top, fall = self.up, self.up + self.hold
        plateau = 1 + (t - top) / self.hold if self.hold > 0 else np.full(t.shape, 2.0)
        return np.where(t < top, t / self.up, np.where(t < fall, plateau, 2 + (t - fall) / self.down))

    def time(self, phase: np.ndarray) -> np.ndarray:
        """s, times of phases; without a plateau, phases 1 to 2 are the top."""
        p = np.asarray(phase, float)
        on = np.clip(p - 1, 0, 1) * self.hold
        return self.start + np.minimum(p, 1) * self.up + on + np.maximum(p - 2, 0) * self.down

    def differs(self, other: "Flanks", share: float) -> str:
        """How these flanks differ from others by more than a share of theirs; '' where they do not."""
        for name, own, its in (("rise", self.up, other.up), ("fall", self.down, other.down)):
            if abs(own - its) > share * its:
                return f"it {name}s in {own:.3g} s, not {its:.3g} s"
        if abs(self.hold - other.hold) > share * max(other.hold, (other.up + other.down) / 2):
            return f"its plateau lasts {self.hold:.3g} s, not {other.hold:.3g} s"
        return ""
