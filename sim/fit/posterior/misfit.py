"""Whether the model can have produced some summaries at all, before a posterior is shown.

A posterior is of the model, whatever it is given; where the model is wrong it may be sure and wrong. So the summaries
are held against what the emulator says at draws of the posterior: with r = (y - mean)/SD, 0 where missing, and S the
inverse of the covariance of r among simulations,

    all together   min over draws of  r' S r
    one alone      min over draws of  max over k of  |(S r)_k|, in units of what is usual for k
    missing        min over draws of  -2 sum log P(missing or there, as observed)

(S r)_k grows with how far a summary lies from what the others let expect of it. Among a hundred summaries the first
distance does not see one that is far off; the second does. An observation is as far as the rarest of the three is among
simulations that trained nothing; how often these are as far is the p value. No distribution is assumed.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.fit.posterior.emulator import Emulator, Said

DRAWS = 200
"""Of the posterior, that are tried."""
RIDGE = 0.02
"""Added to the covariance of residuals, whose variance is about one: directions that hardly vary do not decide."""
RARELY, RARELY_NORMAL = 0.99, 2.5758
"""A quantile of how far a summary lies off, and that of the size of a standard normal."""
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


@dataclass(frozen=True, eq=False)
class Judge:
    """The test.

    Args:
        emulator: what the model gives.
        inverse: of the covariance of residuals, (used, used).
        usual: of each summary, how far it lies from what the others let expect, where a normal one lies at 1: (used,).
        reference: the distances of simulations that trained nothing, (simulation, 3).
    """

    emulator: Emulator
    inverse: np.ndarray
    usual: np.ndarray
    reference: np.ndarray

    @classmethod
    def of(cls, emulator: Emulator, x: np.ndarray, w: np.ndarray) -> "Judge":
        """A test without reference, from summaries (row, feature) at known probits (row, number)."""
        r = _residuals(emulator, emulator.said(w, x), x)
        inverse = np.linalg.inv(np.cov(r, rowvar=False).reshape(r.shape[-1], -1) + RIDGE * np.eye(r.shape[-1]))
        usual = np.quantile(np.abs(r @ inverse), RARELY, axis=0) / RARELY_NORMAL
        return cls(emulator, inverse, np.maximum(usual, 1e-6), np.empty((0, 3)))

    def distances(self, x: np.ndarray, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How near the model comes to some observations.

        Args:
            x: summaries, (row, feature).
            draws: probits of their posteriors, (row, draw, number).

        Returns:
            The three distances, (row, 3), and the draw that is nearest by all summaries together, (row, number).
        """
        draws = draws[:, :DRAWS]
        found = np.stack([self._at(x, draws[:, k]) for k in range(draws.shape[1])], 1)
        return found.min(1), draws[np.arange(len(x)), found[..., 0].argmin(1)]

    def p(self, distances: np.ndarray) -> np.ndarray:
        """Part of the reference, and of the observation itself, that lies as far: (row,), of distances (row, 3)."""
        count = len(self.reference)
        order = np.sort(self.reference, axis=0)
        rarer = [
            np.min([count - np.searchsorted(order[:, k], found[:, k]) for k in range(distances.shape[1])], 0)
            for found in (distances, self.reference)
        ]  # how many of the reference lie as far, by the distance by which fewest do
        as_far = np.searchsorted(np.sort(rarer[1]), rarer[0], side="right")
        return (1 + as_far) / (1 + count)

    def judged(self, x: np.ndarray, draws: np.ndarray) -> Misfit:
        """The test of one observation (feature,) with draws (draw, number) of its posterior."""
        found, nearest = self.distances(x[None], draws[None])
        return Misfit(float(self.p(found)[0]), self._worst(x, nearest))

    def _at(self, x: np.ndarray, w: np.ndarray) -> np.ndarray:
        said = self.emulator.said(w, x)
        r, absent = _residuals(self.emulator, said, x), np.isnan(x[:, self.emulator.used])
        across = r @ self.inverse
        # what is missing counts as much as it does on average, so that having less to show is no merit
        together = (across * r).sum(-1) + absent.sum(-1)
        alone = np.where(absent, 0.0, np.abs(across) / self.usual).max(-1)
        return np.stack([together, alone, _surprise(said, absent).sum(-1)], -1)

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
    """-2 log P of what is missing and what is not, (row, used); infinite where what is never missing is."""
    with np.errstate(divide="ignore"):
        return -2 * np.log(np.where(absent, said.missing, 1 - said.missing))
