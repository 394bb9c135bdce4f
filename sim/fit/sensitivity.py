"""Which number moves a measure: sensitivity indices from any sweep, without a further run.

    sensitivity(numbers, measures["delta_f"], names, method="pawn")

Given-data methods, those of SALib, read pairs of a set of numbers and what it gave, wherever these come from. They
take the order of the sets along each number only.

- `pawn`: how far the distribution of the measure moves when a number is held in a tenth of its range: median of the
  Kolmogorov-Smirnov distances over ten slices (Pianosi & Wagener 2018, doi 10.1016/j.envsoft.2018.07.019). 0 to 1.
- `delta`: half the area between the densities with and without the number known, mean over its range (Borgonovo 2007,
  doi 10.1016/j.ress.2006.04.015; estimated as Plischke et al. 2013, doi 10.1016/j.ejor.2012.11.047). 0 to 1.
- `rbd_fast`: the share of the variance that a number explains by itself, its first-order index (Tarantola et al. 2006,
  doi 10.1016/j.ress.2005.06.003; corrected as Tissot & Prieur 2012, doi 10.1016/j.ress.2012.06.010). A number that acts
  only together with others has 0 here, and not in the other two.

No index of a finite sweep is exactly 0. So numbers that cannot matter are drawn at random, and how often one of them
has as high an index is said beside.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from sim.fit.errors import FitError
from sim.fit.extra import needed
from sim.spec.kinds import listed, whole
from sim.spec.params import nearest
from sim.units import shown

METHODS = ("pawn", "delta", "rbd_fast")
SLICES, HARMONICS = 10, 10
"""Of the range of a number that PAWN takes, and of the wave that RBD-FAST looks for."""
FEWEST = 100
"""Samples from which there are indices."""


@dataclass(frozen=True)
class Sensitivity:
    """How much each number moves a measure.

    Args:
        names: of the numbers.
        method: one of `METHODS`.
        index: of each number, (number,).
        interval: its bootstrap interval, (number, 2).
        chance: that a number that cannot matter has as high an index, (number,).
        level: of the intervals.
        samples: that were read.
        left_out: that had no measure.
    """

    names: tuple[str, ...]
    method: str
    index: np.ndarray
    interval: np.ndarray
    chance: np.ndarray
    level: float
    samples: int
    left_out: int

    @property
    def matters(self) -> dict[str, bool]:
        """Whether the index of a number is more than chance, as sure as the intervals are."""
        return dict(zip(self.names, (self.chance <= 1 - self.level).tolist(), strict=True))


def sensitivity(
    numbers: np.ndarray,
    measured: np.ndarray,
    names: Sequence[str],
    *,
    method: str = "pawn",
    resamples: int = 100,
    level: float = 0.95,
    seed: int = 0,
) -> Sensitivity:
    """The indices of every number.

    Args:
        numbers: of each sample, in any unit, (sample, number); independent of each other.
        measured: what it gave, (sample,); samples with NaN are left out.
        names: of the numbers, (number,).
        resamples: of the bootstrap, and draws of numbers that cannot matter.
        level: of the intervals, and of what cannot matter.
        seed: of what is drawn.

    Raises:
        FitError: SALib is not installed, arrays that do not fit, too few samples, or one of the numbers or the measure
            does not vary.
    """
    if method not in METHODS:
        raise FitError(f"sensitivity is read by a method, but {shown(method)} is none: {nearest(method, METHODS)}")
    x, y, known = _checked(numbers, measured, names)
    if (whole(resamples) or 0) < 20 or not 0 < level < 1 or whole(seed) is None or seed < 0:
        raise FitError(
            "a bootstrap takes at least 20 resamples, a level between 0 and 1 and a seed from 0, but it was given "
            f"{shown(resamples)}, {shown(level)} and {shown(seed)}."
        )
    rng = np.random.default_rng(seed)
    there = np.isfinite(y)
    x, y = x[there], y[there]
    index = slice_distance if method == "pawn" else _delta(y) if method == "delta" else _rbd_fast()
    columns = [_ranked(column, rng) for column in x.T]
    found = np.array([index(column, y) for column in columns])
    draws = [_resampled(method, len(y), rng) for _ in range(resamples)]
    drawn = np.array([[index(column[own], y[own]) for column in columns] for own in draws])
    idle = np.array([index(_ranked(rng.random(len(y)), rng), y) for _ in range(resamples)])
    chance = (1 + (idle[:, None] >= found).sum(axis=0)) / (1 + resamples)
    ends = np.quantile(drawn - drawn.mean(axis=0), [(1 - level) / 2, (1 + level) / 2], axis=0)
    if method == "delta":  # is too large in a finite sample; corrected as Plischke et al. 2013 do
        found = 2 * found - drawn.mean(axis=0)
    return Sensitivity(known, method, found, (found + ends).T, chance, level, len(y), int((~there).sum()))


def _checked(numbers: np.ndarray, measured: np.ndarray, names: Sequence[str]) -> tuple[Any, Any, tuple[str, ...]]:
    known = tuple(map(str, listed("`names`", names, FitError)))
    x, y = np.asarray(numbers), np.asarray(measured)
    if x.dtype.kind not in "fiub" or y.dtype.kind not in "fiub" or x.shape != (len(y), len(known)) or y.ndim != 1:
        raise FitError(
            f"sensitivity reads numbers (sample, {len(known)}) and a measure (sample,), but these are {x.shape} and "
            f"{y.shape}."
        )
    if not np.isfinite(x).all():
        raise FitError("some of the numbers are not finite; leave their samples out.")
    own = y[np.isfinite(y.astype(float))].astype(float)
    if len(own) < FEWEST:
        raise FitError(f"sensitivity is read from at least {FEWEST} samples, but {len(own)} have the measure.")
    if np.ptp(own) == 0:
        raise FitError("the measure is the same in every sample, so that no number moves it.")
    for name, column in zip(known, x.T, strict=True):
        if np.ptp(column.astype(float)) == 0:
            raise FitError(f"{name!r} is the same in every sample; leave it out, or vary it.")
    return x.astype(float), y.astype(float), known


def _ranked(column: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Where each sample stands along a number, between 0 and 1; equal ones in a random order."""
    order = np.lexsort((rng.random(len(column)), column))
    ranks = np.empty(len(column))
    ranks[order] = (np.arange(len(column)) + 0.5) / len(column)
    return ranks


Index = Callable[[np.ndarray, np.ndarray], float]
"""Of a number (sample,) and a measure (sample,)."""


def slice_distance(x: np.ndarray, y: np.ndarray) -> float:
    """PAWN as SALib has it, without the p-values that it computes and leaves: they take its time."""
    edges = np.quantile(x, np.linspace(0, 1, SLICES + 1))
    values = np.sort(y)
    whole = np.searchsorted(values, values, side="right") / len(values)
    found = []
    for low, high in pairwise(edges):
        own = np.sort(y[(x >= low) & (x < high)])
        if len(own):
            found.append(np.abs(np.searchsorted(own, values, side="right") / len(own) - whole).max())
    return float(np.median(found))


def _delta(y: np.ndarray) -> Index:
    """SALib's estimator. Its `analyze` is passed by: it gives other things in each version, and changes the settings of
    warnings."""
    module = needed("SALib.analyze.delta", "the method 'delta'")
    classes = int(min(np.ceil(len(y) ** (2 / (7 + np.tanh((1500 - len(y)) / 500)))), 48))  # Plischke et al. 2013
    edges, grid = np.linspace(0, len(y), classes + 1), np.linspace(y.min(), y.max(), 100)
    return lambda own, given: float(module.calc_delta(given, grid, own, edges))


def _rbd_fast() -> Index:
    module = needed("SALib.analyze.rbd_fast", "the method 'rbd_fast'")

    def index(own: np.ndarray, given: np.ndarray) -> float:
        share = module.compute_first_order(module.permute_outputs(own, given), HARMONICS)
        return float(module.unskew_S1(share, HARMONICS, len(given)))

    return index


def _resampled(method: str, count: int, rng: np.random.Generator) -> np.ndarray:
    """Numbers of the samples of a resample. Those of RBD-FAST are a half of them, none twice: equal ones would stand
    side by side, and look like a wave. Halves drawn so vary as the whole does (Wu 1990, doi 10.1214/aos/1176347632)."""
    return rng.permutation(count)[: count // 2] if method == "rbd_fast" else rng.integers(count, size=count)
