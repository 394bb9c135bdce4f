"""From simulations to an estimator: some train it, some put its widths right, some say how well it does.

Seven eighths of the simulations train (a tenth of these say when to stop). A sixteenth recalibrates the widths and is,
in all its views, the reference of the test of misfit; a sixteenth is held out, and only assesses. All views of a
simulation stay together.
"""

import importlib.metadata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.design.space import Space
from sim.fit.posterior import emulator, ensemble
from sim.fit.posterior.descent import Descent
from sim.fit.posterior.ensemble import Nets
from sim.fit.posterior.errors import PosteriorError
from sim.fit.posterior.estimator import ASSESSED, Estimator
from sim.fit.posterior.features import Feature, checked, given
from sim.fit.posterior.misfit import DRAWS, Judge
from sim.fit.posterior.probit import probit
from sim.fit.posterior.scaler import Scaler
from sim.fit.posterior.widths import widths

FEWEST = 160
"""Simulations: fewer leave no ten to recalibrate and no ten to assess."""
CLIP = 5.0
"""SD: as far from their mean as networks see summaries."""
USUAL = 40_000
"""Rows that say what is usual, at most."""


@dataclass(frozen=True)
class Plan:
    """How an estimator is trained.

    Args:
        nets: shape of the ensemble.
        how: it is trained.
        emulator: hidden units of each of the two layers of the emulator.
        explain: how the emulator is trained.
        spare: the part of the simulations that recalibrates, and the part that assesses.
    """

    nets: Nets = field(default_factory=Nets)
    how: Descent = field(default_factory=Descent)
    emulator: int = 128
    explain: Descent = field(default_factory=lambda: Descent(epochs=60, rate=2e-3, decay=1e-5, dropout=0.0))
    spare: float = 1 / 16


def train(
    x: np.ndarray,
    points: np.ndarray,
    *,
    space: Space,
    features: Sequence[Feature],
    protocol: Mapping[str, Any] | None = None,
    simulator: str = "",
    summaries: str = "",
    plan: Plan | None = None,
    seed: int = 0,
    checkpoint: str | Path | None = None,
    every: float = 20.0,
) -> Estimator:
    """An estimator from simulations of a flat prior.

    Args:
        x: summaries, (simulation, view, feature), NaN where there is nothing to measure; or (simulation, feature). The
            views of a simulation show it to different observers (other units, other errors). One in which nothing is
            measured is not used.
        points: where in the space each simulation lies, each between 0 and 1, (simulation, number).
        space: whose numbers are estimated.
        features: name, unit and words of each summary, in order.
        protocol: what was done, by name: numbers, texts, yes or no; an observation of another one is refused.
        simulator, summaries: digests of what simulates and of what summarises.
        plan: how; the standard one fits some thousands of simulations.
        seed: of all that is random; the same one gives the same estimator, on the same kind of processor.
        checkpoint: a path beside which training writes where it stands, and from where it goes on after a kill;
            `forget` deletes these files. None keeps nothing.
        every: s, between two writes.

    Raises:
        PosteriorError: arrays that do not fit, too few simulations, points outside 0 to 1, infinite summaries.
        StoreError: the disk refuses a checkpoint.
    """
    plan, features = Plan() if plan is None else plan, checked(features)
    x, points = _checked(np.asarray(x, float), np.asarray(points, float), space, features)
    own = given(features)
    x, points = _showing(x, points, own)
    files = (None, None) if checkpoint is None else _files(Path(checkpoint))
    w = probit(points)
    trains, mends, assesses = parts(len(w), plan.spare, seed)
    scaler = Scaler.of(x[trains], clip=CLIP)
    nets, _ = ensemble.train(
        scaler(x[trains]), w[trains], nets=plan.nets, how=plan.how, seed=seed, path=files[0], every=every
    )
    explains = emulator.train(
        x[trains], w[trains], own, width=plan.emulator, how=plan.explain, seed=seed, path=files[1], every=every
    )
    rows = x[trains].reshape(-1, x.shape[-1])[:USUAL]
    judge = Judge.of(explains, rows, np.repeat(w[trains], x.shape[1], 0)[:USUAL])
    found = Estimator(
        space=space,
        features=features,
        scaler=scaler,
        ensemble=nets,
        widths=widths(nets.draws(scaler(x[mends, 0]), ASSESSED, seed), w[mends]),
        judge=judge,
        given=np.where(own, [np.nanmin(x, (0, 1), initial=np.inf), np.nanmax(x, (0, 1), initial=-np.inf)], np.nan),
        assessment=None,
        protocol=dict(protocol or {}),
        simulator=simulator,
        summaries=summaries,
        versions={name: importlib.metadata.version(name) for name in ("jax", "optax", "numpy")},
    )
    seen = x[mends].reshape(-1, x.shape[-1])
    found = replace(found, judge=judge.ranked_among(seen, found.probits(seen, DRAWS, seed)))
    return replace(found, assessment=found.assess(x[assesses, 0], points[assesses], seed=seed))


def forget(checkpoint: str | Path) -> None:
    """Delete where a training stood, once its estimator is saved."""
    for path in _files(Path(checkpoint)):
        path.unlink(missing_ok=True)


def _files(checkpoint: Path) -> tuple[Path, Path]:
    return checkpoint.with_name(f"{checkpoint.name}.nets"), checkpoint.with_name(f"{checkpoint.name}.emulator")


def parts(count: int, spare: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The numbers of the simulations that train, that recalibrate, and that assess."""
    order = np.random.default_rng([seed, 6]).permutation(count)
    few = max(10, round(spare * count))
    return order[2 * few :], order[:few], order[few : 2 * few]


def _checked(
    x: np.ndarray, points: np.ndarray, space: Space, features: tuple[Feature, ...]
) -> tuple[np.ndarray, np.ndarray]:
    x = x[:, None] if x.ndim == 2 else x
    if x.ndim != 3 or x.shape[-1] != len(features) or points.shape != (len(x), len(space)) or not x.shape[1]:
        raise PosteriorError(
            f"summaries are (simulation, view, feature) of {len(features)} features, and points (simulation, number) "
            f"of {len(space)} numbers, but they are {x.shape} and {points.shape}."
        )
    if not ((points >= 0) & (points <= 1)).all():
        raise PosteriorError("the points of the simulations lie between 0 and 1, but some do not; see Space.points.")
    if np.isinf(x).any():
        k = int(np.isinf(x).any((0, 1)).argmax())
        raise PosteriorError(f"the summary {features[k].name!r} is infinite in some simulations; make it NaN there.")
    return x, points


def _showing(x: np.ndarray, points: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The simulations that show something, in views that do: one that does not gives way to the first that does.

    An observation of nothing is not inferred from, so what trains is what can be observed.
    """
    empty = np.asarray(np.isnan(x[..., ~own]).all(-1))
    some = ~empty.all(1)
    if some.sum() < FEWEST:
        raise PosteriorError(
            f"an estimator needs at least {FEWEST} simulations that show something, but there are {some.sum()}; run "
            "more."
        )
    x, points, empty = x[some], points[some], empty[some]
    first = x[np.arange(len(x)), (~empty).argmax(1)]
    return np.where(empty[..., None], first[:, None], x), points
