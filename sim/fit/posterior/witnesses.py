"""Witnesses: a few of the simulations that an estimator has learnt from, kept with it.

Code that has changed since is asked to simulate them anew. If it gives what it gave, the change was none to the
estimator, which then is of this code as well.

On the device that simulated them, that is equality of every bit. On another one sums are rounded otherwise, which moves
spikes by a step, and sometimes what follows from them by much. How far was measured in 64 draws of the prior, in both
contractions that come with the project, one view each, simulated by C++ with AVX-512, by C++ without it and without
fused multiplications, and by XLA:

- 0.8 to 1.5 % of the summaries are apart by more than a hundredth of their SD over the prior, 5.9 % in the sixteen
  draws in which most are. A thousandth more persistent sodium moves 20 %, 11 % at least in any sixteen draws; a
  ten-thousandth moves 7 %, which on another device may pass for rounding.
- One and the same summary is apart in 6 of any sixteen draws at most.
- 0.2 to 0.3 % of the cells fire another number of times, 1.3 % at most in any sixteen draws; with a thousandth more
  persistent sodium 5 %.

Any sixteen are 4,000 random choices among the 64. The limits below lie between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from sim.fit.posterior.features import Feature

COUNT = 16
"""Simulations that an estimator keeps."""
CLOSE = 0.01
"""SD over the prior: a summary that moves by less has not moved; chosen."""
MOVED = 0.07
"""Share of the summaries that may move on another device."""
ONE = 0.5
"""Share of the witnesses in which one and the same summary may move there."""
FIRED = 0.02
"""Share of the cells that may fire another number of times there."""


@dataclass(frozen=True, eq=False)
class Witnesses:
    """Some simulations, and what was seen of them.

    Args:
        draw: their numbers in the design, (witness,).
        stream: numbers of their random streams, (witness,).
        numbers: what they are of, in the units of the space, (witness, number).
        seen: summaries of the first view of each, float32 (witness, feature), NaN where there is nothing to measure.
        spikes: how often each cell fired, (witness, cell).
        dt: s, the step.
        device: what simulated them, in words: two that differ may differ in the last bits.
    """

    draw: np.ndarray
    stream: np.ndarray
    numbers: np.ndarray
    seen: np.ndarray
    spikes: np.ndarray
    dt: float
    device: str

    def arrays(self) -> dict[str, np.ndarray]:
        """By name, as a file keeps them."""
        return {f.name: np.asarray(getattr(self, f.name)) for f in fields(self)}

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], numbers: int, features: int) -> "Witnesses | None":
        """What `arrays` gave; None of nothing.

        Raises:
            KeyError, ValueError: some of it is missing, or does not fit together.
        """
        if not arrays:
            return None
        found = cls(
            arrays["draw"], arrays["stream"], arrays["numbers"], arrays["seen"], arrays["spikes"],
            float(arrays["dt"]), str(arrays["device"]),
        )  # fmt: skip
        count = len(found.draw)
        for name, shape in (("stream", (count,)), ("numbers", (count, numbers)), ("seen", (count, features))):
            if arrays[name].shape != shape:
                raise ValueError(f"{name} of witnesses is {arrays[name].shape} instead of {shape}")
        if found.spikes.ndim != 2 or len(found.spikes) != count:
            raise ValueError(f"spikes of {count} witnesses are {found.spikes.shape}")
        return found

    def moved(
        self, seen: np.ndarray, spikes: np.ndarray, device: str, *, sd: np.ndarray, features: Sequence[Feature]
    ) -> str:
        """What has changed, in words; '' if nothing has, or no more than rounding on another device changes.

        Args:
            seen, spikes: of the same simulations, as they are now.
            device: that simulated them now.
            sd: of each summary over the prior, (feature,); infinite of one that never varied.
        """
        if spikes.shape != self.spikes.shape:
            return f"there are {spikes.shape[1]} cells instead of {self.spikes.shape[1]}"
        same, apart = device == self.device, self._apart(seen, sd)
        far, fired = apart > (0.0 if same else CLOSE), float((spikes != self.spikes).mean())
        moved, one = float(far.mean()), float(far.mean(0).max())
        if (moved, one, fired) == (0, 0, 0) or (not same and moved <= MOVED and one <= ONE and fired <= FIRED):
            return ""
        cells = f"{fired:.2%} of the cells fire another number of times"
        if not moved:
            return f"no summary has moved, but {cells}"
        k = int(np.lexsort((apart.max(0), far.sum(0)))[-1])  # the summary that has moved in most, and of these farthest
        witness = int(apart[:, k].argmax())
        before, now = (features[k].written(float(x[witness, k])) for x in (self.seen, seen))
        by = f", {apart[witness, k]:.2g} of its SD over the prior" if np.isfinite(apart[witness, k]) else ""
        beyond = "" if same else f" by more than {CLOSE:.0%} of their SD"
        limits = "" if same else f"; rounding would explain {MOVED:.0%}, one in {ONE:.0%} of the draws, and {FIRED:.0%}"
        return (
            f"{features[k].words or features[k].name} was {before} and is {now} (draw {self.draw[witness]}{by}), and "
            f"has moved in {far[:, k].sum()} of {len(far)} draws; {moved:.1%} of all summaries have moved{beyond}, and "
            f"{cells}{limits}"
        )

    def _apart(self, seen: np.ndarray, sd: np.ndarray) -> np.ndarray:
        """By how many SD each summary has moved, (witness, feature); infinite where one only is there, or one moves
        that never varied."""
        both, none = np.isfinite(self.seen) & np.isfinite(seen), np.isnan(self.seen) & np.isnan(seen)
        with np.errstate(invalid="ignore"):
            far = np.abs(seen.astype(float) - self.seen)
        by = np.where(np.isfinite(sd), far / np.where(np.isfinite(sd), sd, 1.0), np.where(far > 0, np.inf, 0.0))
        return np.where(none, 0.0, np.where(both, by, np.inf))
