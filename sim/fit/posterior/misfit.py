"""Whether the model can have produced some summaries at all, before a posterior is shown.

A posterior is of the model, whatever it is given; where the model is wrong it may be sure and wrong. So the summaries
are held against what the emulator says where it comes nearest: with r = (y - mean)/SD, 0 where missing, and no summary
farther off than FAR, at the probits w that minimise  r' N r + |w|^2  from the best of some draws of the posterior on
(Gauss-Newton steps; N is the inverse of the covariance of r at the truth). There r, as far as it is, is put on the
scale of a normal by its rank among simulations at such places (z; see `scores`), and with S the inverse of the
covariance of z

    all together   z' S z
    one alone      max over k of the rarity of |(S z)_k|
    missing        -2 sum log P(missing or there, as observed)
    beyond         |w|^2: the prior is a standard normal in w, and what lies outside of it is best met at its edge

(S z)_k grows with how far a summary lies from what the others let expect of it. Among a hundred summaries the first
distance does not see one that is far off; the second does. Each distance is turned into its rarity among simulations
that trained nothing, the four are added (the last two, which see little, with a third of the weight), and how often the
sum is as large among these simulations is the p value: a rank, for which no distribution is assumed.

Few units are wide of the model in other ways than many. So quantiles, covariances, tails, and the simulations that are
ranked are those of one band of what is given (the number of units): how many were seen is no evidence.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sim.fit.posterior.emulator import Emulator, Said
from sim.fit.posterior.scores import Z, among, quantiles, rarity, scores, tails

DRAWS = 24
"""Of the posterior, from the best of which the nearest point is sought."""
STEPS = 8
"""Of that search; the eighth lowers the distance by less than a hundredth (chosen)."""
NUDGE = 0.02
"""Of a probit, over which a slope is taken in single precision."""
EDGE = 4.75
"""Probits do not leave the space by rounding: 1e-6 of the range at either end."""
FAR = 3.0
"""SD beyond which a summary counts no more in the search: a few that are wild do not lead it astray."""
RIDGE = 0.003
"""Added to a covariance of what has a variance of about one: directions that hardly vary do not decide."""
BANDS = 3
"""Of what is given, with as many simulations in each."""
ROWS = 512
"""Observations at once."""
WEIGHTS = np.array([1.0, 1.0, 1 / 3, 1 / 3])
"""Of the four distances (chosen)."""
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


class Usual(NamedTuple):
    """What is usual in each band: inverse covariances of r at the truth and of z where the model comes nearest (band,
    used, used), the quantiles of r there (band, used, quantile), and begin and exponent of the tails of |S z| (band,
    used)."""

    noise: np.ndarray
    inverse: np.ndarray
    quantiles: np.ndarray
    begin: np.ndarray
    exponent: np.ndarray


@dataclass(frozen=True, eq=False)
class Judge:
    """The test.

    Args:
        emulator: what the model gives.
        edges: between the bands of what is given, (band - 1,); none if nothing is given.
        usual: of each band.
        reference: the distances of simulations that trained nothing, (simulation, 4).
        bands: the band of each of these, (simulation,).
    """

    emulator: Emulator
    edges: np.ndarray
    usual: Usual
    reference: np.ndarray
    bands: np.ndarray

    @classmethod
    def of(cls, emulator: Emulator, x: np.ndarray, w: np.ndarray) -> "Judge":
        """A test without reference, from summaries (row, feature) at known probits (row, number)."""
        f, edges = int(emulator.used.sum()), _edges(emulator, x)
        own = _band(emulator, edges, x)
        bands = len(edges) + 1
        square, line = np.zeros((bands, f, f)), np.ones((bands, f))
        found = Usual(square, square.copy(), np.zeros((bands, f, len(Z))), line, line.copy())
        for band in range(bands):
            here, there, absent = x[own == band], w[own == band], np.isnan(x[own == band][:, emulator.used])
            found.noise[band] = _inverse(_near(emulator, emulator.said(there, here), here))
            near = np.concatenate(
                [
                    _residuals(emulator, emulator.said(_nearest(emulator, y, v, found.noise[band]), y), y)
                    for y, v in zip(_slices(here), _slices(there), strict=True)
                ]
            )
            found.quantiles[band] = quantiles(near, absent)
            z = scores(near, absent, found.quantiles[band])
            found.inverse[band] = _inverse(z)
            found.begin[band], found.exponent[band] = tails(np.abs(z @ found.inverse[band]))
        return cls(emulator, edges, found, np.empty((0, 4)), np.empty(0, int))

    def ranked_among(self, x: np.ndarray, draws: np.ndarray) -> "Judge":
        """The same test with a reference: summaries (row, feature) of simulations that trained nothing, and draws of
        their posteriors (row, draw, number)."""
        return replace(self, reference=self.distances(x, draws)[0], bands=self.band(x))

    @property
    def ranked(self) -> int:
        """How many an observation is ranked among, in the band that has fewest."""
        return int(np.bincount(self.bands, minlength=len(self.edges) + 1).min())

    def band(self, x: np.ndarray) -> np.ndarray:
        """The band of each observation (row, feature): more units than were ever given are in the last."""
        return _band(self.emulator, self.edges, x)

    def distances(self, x: np.ndarray, draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How near the model comes to some observations.

        Args:
            x: summaries, (row, feature).
            draws: probits of their posteriors, (row, draw, number).

        Returns:
            The four distances, (row, 4), and the probits where it comes nearest, (row, number).
        """
        own, found, where = self.band(x), np.zeros((len(x), 4)), np.zeros((len(x), draws.shape[-1]), np.float32)
        for band in np.unique(own):
            rows = np.flatnonzero(own == band)
            for some in _slices(rows):
                first = _best(self.emulator, x[some], draws[some, :DRAWS], self.usual.noise[band])
                where[some] = _nearest(self.emulator, x[some], first, self.usual.noise[band])
                found[some] = self._at(x[some], where[some], int(band))
        return found, where

    def p(self, distances: np.ndarray, bands: np.ndarray) -> np.ndarray:
        """Part of the reference in its band, and of the observation itself, that lies as far: (row,), of distances
        (row, 4) and bands (row,)."""
        found = np.ones(len(distances))
        for band in np.unique(bands):
            reference, own = self.reference[self.bands == band], bands == band
            usual, here = (among(some, reference) @ WEIGHTS for some in (reference, distances[own]))
            found[own] = (1 + len(usual) - np.searchsorted(np.sort(usual), here)) / (1 + len(usual))
        return found

    def judged(self, x: np.ndarray, draws: np.ndarray) -> Misfit:
        """The test of one observation (feature,) with draws (draw, number) of its posterior."""
        found, nearest = self.distances(x[None], draws[None])
        return Misfit(float(self.p(found, self.band(x[None]))[0]), self._worst(x, nearest))

    def _at(self, x: np.ndarray, w: np.ndarray, band: int) -> np.ndarray:
        said, usual = self.emulator.said(w, x), Usual(*(part[band] for part in self.usual))
        absent = np.isnan(x[:, self.emulator.used])
        z = scores(_residuals(self.emulator, said, x), absent, usual.quantiles)
        # what is missing counts as much as it does on average, so that having less to show is no merit
        together = _square(z, usual.inverse) + absent.sum(-1)
        alone = rarity(np.abs(z @ usual.inverse), usual.begin, usual.exponent)
        alone = np.where(absent, 0.0, alone).max(-1)
        return np.stack([together, alone, _surprise(said, absent).sum(-1), (w**2).sum(-1)], -1)

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


def _slices(rows: np.ndarray) -> list[np.ndarray]:
    return np.split(rows, range(ROWS, len(rows), ROWS))


def _residuals(emulator: Emulator, said: Said, x: np.ndarray) -> np.ndarray:
    """(y - mean)/SD of the used summaries, (row, used), 0 where missing."""
    values, absent = emulator.observed(x)
    return np.where(absent, 0.0, (values - said.mean) / said.sd)


def _surprise(said: Said, absent: np.ndarray) -> np.ndarray:
    """-2 log P of what is missing and what is not, (row, used); infinite where what is never missing is."""
    with np.errstate(divide="ignore"):
        return -2 * np.log(np.where(absent, said.missing, 1 - said.missing))


def _near(emulator: Emulator, said: Said, x: np.ndarray) -> np.ndarray:
    """Residuals of which none is farther off than FAR."""
    return np.clip(_residuals(emulator, said, x), -FAR, FAR)


def _inverse(r: np.ndarray) -> np.ndarray:
    """Of the mean square of residuals (row, used)."""
    return np.linalg.inv(r.T @ r / len(r) + RIDGE * np.eye(r.shape[-1]))


def _square(r: np.ndarray, inverse: np.ndarray) -> np.ndarray:
    return ((r @ inverse) * r).sum(-1)


def _best(emulator: Emulator, x: np.ndarray, draws: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """The draw (row, number) of draws (row, draw, number) that is nearest."""
    cost = [_cost(emulator, x, draws[:, k], noise)[0] for k in range(draws.shape[1])]
    return draws[np.arange(len(x)), np.argmin(cost, 0)]


def _cost(emulator: Emulator, x: np.ndarray, w: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r = _near(emulator, emulator.said(w, x), x)
    return _square(r, noise) + (w**2).sum(-1), r


def _nearest(emulator: Emulator, x: np.ndarray, first: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Probits (row, number) where the model comes nearest to summaries (row, feature), sought from `first` on: damped
    Gauss-Newton steps (Levenberg 1944, Q Appl Math 2:164; Marquardt 1963, J SIAM 11:431), none of them uphill."""
    w, own = first.astype(np.float32), np.eye(first.shape[-1])
    cost, r = _cost(emulator, x, w, noise)
    damped = np.full(len(x), 0.1)
    for _ in range(STEPS):
        nudged = [_near(emulator, emulator.said(w + (NUDGE * e).astype(np.float32), x), x) for e in own]
        slope = (np.stack(nudged, -2) - r[:, None]) / NUDGE  # (row, number, used)
        across = slope @ noise
        curved = across @ np.swapaxes(slope, -1, -2)
        steep = np.einsum("nkk->nk", curved)
        curved = curved + own + damped[:, None, None] * (steep[..., None] + 1e-3) * own
        down = (across @ r[..., None])[..., 0] + w
        tried = np.clip(w - np.linalg.solve(curved, down[..., None])[..., 0], -EDGE, EDGE).astype(np.float32)
        at, there = _cost(emulator, x, tried, noise)
        lower = at < cost
        w, r = np.where(lower[:, None], tried, w), np.where(lower[:, None], there, r)
        cost, damped = np.where(lower, at, cost), np.where(lower, damped / 3, damped * 4)
    return w


def _edges(emulator: Emulator, x: np.ndarray) -> np.ndarray:
    """Between bands of the first summary that is given, with as many rows (row, feature) in each."""
    if not emulator.given.any():
        return np.empty(0)
    values = x[:, emulator.given][:, 0]
    return np.unique(np.quantile(values, np.arange(1, BANDS) / BANDS))


def _band(emulator: Emulator, edges: np.ndarray, x: np.ndarray) -> np.ndarray:
    values = x[:, emulator.given][:, 0] if len(edges) else np.zeros(len(x))
    return np.searchsorted(edges, values)
