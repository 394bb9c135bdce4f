"""Whether the model can have produced some summaries at all, before a posterior is shown.

A posterior is of the model, whatever it is given; where the model is wrong it may be sure and wrong. So the summaries are
held against what the emulator says at draws of the posterior: with r = (y - mean)/SD,

    misfit = min over draws of  r' C^-1 r  - 2 sum log P(missing as observed)

C is the covariance of r among simulations. Its rank among simulations that trained nothing is a p value: no
distribution is assumed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.fit.posterior.emulator import Emulator, Said

DRAWS = 200
"""Of the posterior, that are tried."""
RIDGE = 0.02
"""Added to the covariance of residuals, whose variance is about one: directions that hardly vary do not decide."""
NAMED = 3
"""Summaries that are named."""


class Far(NamedTuple):
    """A summary that lies far from what the model gives at its best; feature, value observed, and the model's mean and
    SD, in the unit of the summary; `off` in SD."""

    feature: int
    observed: float
    model: float
    sd: float
    off: float


class Misfit(NamedTuple):
    """p that a simulation lies as far from its best draw, and the summaries that lie farthest."""

    p: float
    worst: tuple[Far, ...]


class Closest(NamedTuple):
    """Of each observation: the smallest misfit (row,), and the draw that has it (row, number)."""

    misfit: np.ndarray
    draw: np.ndarray


@dataclass(frozen=True, eq=False)
class Judge:
    """The test.

    Args:
        emulator: what the model gives.
        inverse: of the covariance of residuals, (used, used).
        reference: misfits of simulations that trained nothing, sorted.
    """

    emulator: Emulator
    inverse: np.ndarray
    reference: np.ndarray

    @classmethod
    def of(cls, emulator: Emulator, x: np.ndarray, w: np.ndarray) -> "Judge":
        """A test without reference, from summaries (row, feature) at known probits (row, number)."""
        r = _residuals(emulator, emulator.said(w, x), x)
        spread = np.cov(r, rowvar=False).reshape(r.shape[-1], -1) + RIDGE * np.eye(r.shape[-1])
        return cls(emulator, np.linalg.inv(spread), np.empty(0))

    def closest(self, x: np.ndarray, draws: np.ndarray) -> Closest:
        """How near the model comes to summaries (row, feature) with draws (row, draw, number) of their posteriors."""
        draws = draws[:, :DRAWS]
        found = np.empty((len(x), draws.shape[1]))
        for k in range(draws.shape[1]):
            found[:, k] = self._misfit(x, draws[:, k])
        best = found.argmin(1)
        row = np.arange(len(x))
        return Closest(found[row, best], draws[row, best])

    def p(self, misfits: np.ndarray) -> np.ndarray:
        """Part of the reference, and of the observation itself, that lies as far: (row,)."""
        beyond = len(self.reference) - np.searchsorted(self.reference, misfits)
        return (1 + beyond) / (1 + len(self.reference))

    def judged(self, x: np.ndarray, draws: np.ndarray) -> Misfit:
        """The test of one observation (feature,) with draws (draw, number) of its posterior."""
        near = self.closest(x[None], draws[None])
        return Misfit(float(self.p(near.misfit)[0]), self._worst(x, near.draw))

    def _misfit(self, x: np.ndarray, w: np.ndarray) -> np.ndarray:
        said = self.emulator.said(w, x)
        r = _residuals(self.emulator, said, x)
        absent = np.isnan(x[:, self.emulator.used])
        # what is missing counts as much as it does on average, so that having less to show is no merit
        return ((r @ self.inverse) * r).sum(-1) + absent.sum(-1) + _surprise(said, absent).sum(-1)

    def _worst(self, x: np.ndarray, draw: np.ndarray) -> tuple[Far, ...]:
        emulator = self.emulator
        said = emulator.said(draw, x[None])
        model = emulator.unscaled(said.mean)[0]
        sd = (said.sd * emulator.scaler.sd[emulator.used])[0]
        observed = x[emulator.used]
        lost = np.sqrt(_surprise(said, np.isnan(observed)))[0]
        off = np.where(np.isnan(observed), lost, np.abs(observed - model) / sd)  # not clipped: how far it really is
        names = np.flatnonzero(emulator.used)
        chosen = np.argsort(-off, kind="stable")[:NAMED]
        return tuple(Far(int(names[k]), *(float(y[k]) for y in (observed, model, sd, off))) for k in chosen)


def _residuals(emulator: Emulator, said: Said, x: np.ndarray) -> np.ndarray:
    """(y - mean)/SD of the used summaries, (row, used), 0 where missing."""
    values, absent = emulator.observed(x)
    return np.where(absent, 0.0, (values - said.mean) / said.sd)


def _surprise(said: Said, absent: np.ndarray) -> np.ndarray:
    """-2 log P of what is missing and what is not, (row, used)."""
    return -2 * np.log(np.where(absent, said.missing, 1 - said.missing))
