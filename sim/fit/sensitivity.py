"""Which number moves a measure: sensitivity indices from any sweep, without a further run.

    sensitivity(numbers, measures["delta_f"], names, method="pawn")

Given-data methods, as SALib has them, read pairs of a set of numbers and what it gave, wherever these come from. They
take the order of the sets along each number only.

- `pawn`: how far the distribution of the measure moves when a number is held in a tenth of its range: median of the
  Kolmogorov-Smirnov distances over ten slices (Pianosi & Wagener 2018, doi 10.1016/j.envsoft.2018.07.019). 0 to 1.
- `delta`: half the area between the densities with and without the number known, mean over its range (Borgonovo 2007,
  doi 10.1016/j.ress.2006.04.015; estimated as Plischke et al. 2013, doi 10.1016/j.ejor.2012.11.047). 0 to 1.
- `rbd_fast`: the share of the variance that a number explains by itself, its first-order index (Tarantola et al. 2006,
  doi 10.1016/j.ress.2005.06.003; corrected as Tissot & Prieur 2012, doi 10.1016/j.ress.2012.06.010). A number that acts
  only together with others has 0 here, and not in the other two.

No index of a finite sweep is exactly 0. So a number that cannot matter, drawn at random, is taken along, and what
remains of it is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.fit.errors import FitError
from sim.fit.extra import needed
from sim.spec.kinds import listed, whole
from sim.spec.params import nearest
from sim.units import shown

METHODS = {"pawn": "median", "delta": "delta", "rbd_fast": "S1"}
"""What SALib calls the index of each."""
FEWEST = 100
"""Samples from which there are indices."""
NOTHING = "(nothing)"
"""Name of the number that cannot matter."""


@dataclass(frozen=True)
class Sensitivity:
    """How much each number moves a measure.

    Args:
        names: of the numbers.
        method: one of `METHODS`.
        index: of each number, (number,).
        interval: its bootstrap interval, (number, 2).
        nothing: highest end of the interval of a number that cannot matter.
        samples: that were read.
        left_out: that had no measure.
    """

    names: tuple[str, ...]
    method: str
    index: np.ndarray
    interval: np.ndarray
    nothing: float
    samples: int
    left_out: int

    @property
    def matters(self) -> dict[str, bool]:
        """Whether the whole interval of a number lies above that of one that cannot matter."""
        return dict(zip(self.names, (self.interval[:, 0] > self.nothing).tolist(), strict=True))


def sensitivity(
    numbers: np.ndarray,
    measured: np.ndarray,
    names: Sequence[str],
    *,
    method: str = "pawn",
    resamples: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> Sensitivity:
    """The indices of every number.

    Args:
        numbers: of each sample, in any unit, (sample, number); independent of each other.
        measured: what it gave, (sample,); samples with NaN are left out.
        names: of the numbers, (number,).
        resamples: of the bootstrap.
        level: of the intervals.
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
    ranked = np.column_stack([_ranked(column, rng) for column in [*x.T, rng.random(len(y))]])
    problem = {
        "num_vars": len(known) + 1,
        "names": [*known, NOTHING],
        "bounds": [[0.0, 1.0]] * (len(known) + 1),
    }
    module = needed(f"SALib.analyze.{method}", "sensitivity")
    index, interval = (_pawn if method == "pawn" else _by_itself)(
        module, METHODS[method], problem, ranked, y, resamples, level, rng
    )
    return Sensitivity(
        known, method, index[:-1], interval[:-1], float(interval[-1, 1]), len(y), int((~there).sum())
    )  # fmt: skip


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


def _by_itself(
    module: Any, key: str, problem: dict, x: np.ndarray, y: np.ndarray, resamples: int, level: float, rng: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Index and interval of a method that has a bootstrap of its own."""
    found = module.analyze(problem, x, y, num_resamples=resamples, conf_level=level, seed=int(rng.integers(1, 2**31)))
    index, half = (np.asarray(found[name], float) for name in (key, f"{key}_conf"))
    return index, np.stack([index - half, index + half], axis=1)


def _pawn(
    module: Any, key: str, problem: dict, x: np.ndarray, y: np.ndarray, resamples: int, level: float, rng: Any
) -> tuple[np.ndarray, np.ndarray]:
    """Index and interval of PAWN, which has no bootstrap of its own."""

    def index(own: Any) -> np.ndarray:
        return np.asarray(module.analyze(problem, x[own], y[own])[key], float)

    drawn = np.array([index(rng.integers(len(y), size=len(y))) for _ in range(resamples)])
    low, high = np.quantile(drawn, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return index(slice(None)), np.stack([low, high], axis=1)
