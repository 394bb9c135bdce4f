"""What the model would give: mean and SD of every summary, and how often it is missing, given a point of the space.

A network, trained on the same simulations as the posterior, by its likelihood: a summary is normal about a mean that
depends on the point, with an SD that does so too; whether it is there is a draw of its own. What is `given` (how many
units were seen) the emulator is told, so it is no evidence.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.fit.posterior import layers as dense
from sim.fit.posterior.descent import Descent, descend
from sim.fit.posterior.errors import PosteriorError
from sim.fit.posterior.layers import Layers
from sim.fit.posterior.scaler import Scaler

CLIP = 8.0
"""SD: summaries farther from their mean are taken to be here, so that no single one decides."""
LOWEST, HIGHEST = -4.0, 3.0
"""Log of an SD, of a summary of SD one."""
UNSURE = 1e-6
"""Nothing that is missing now and then has a smaller probability to be, or not to be, at any point."""
RARE = 0.02
"""Of all rows: a summary that is missing less often is missing equally often everywhere."""


class Said(NamedTuple):
    """Of scaled summaries: mean, SD and probability of being missing, each (row, used)."""

    mean: np.ndarray
    sd: np.ndarray
    missing: np.ndarray


@dataclass(frozen=True, eq=False)
class Emulator:
    """Points and what is given -> summaries.

    Args:
        layers: along a leading axis of one member.
        used: bool (feature,), the summaries that are evidence: they vary, and are there in most simulations.
        given: bool (feature,), what it is told.
        scaler: of all features.
        missing: (feature,), the part of the simulations in which each is missing.
    """

    layers: Layers
    used: np.ndarray
    given: np.ndarray
    scaler: Scaler
    missing: np.ndarray

    def said(self, w: np.ndarray, x: np.ndarray) -> Said:
        """What the model would give at probits w (row, number), observed as x (row, feature) says."""
        told = self.scaler.values(x)[:, self.given]
        output = dense.forward(self.layers, np.concatenate([w, told], -1).astype(np.float32))[0]
        f = int(self.used.sum())
        missing = np.broadcast_to(self.missing[self.used], (len(w), f)).copy()
        flagged = self.scaler.flagged[self.used]
        missing[:, flagged] = np.clip(0.5 * (1 + np.tanh(0.5 * output[:, 2 * f :])), UNSURE, 1 - UNSURE)
        sd = np.exp(np.clip(output[:, f : 2 * f], LOWEST, HIGHEST))
        return Said(output[:, :f], sd, missing)

    def observed(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scaled summaries (row, used), 0 where missing, and which are missing, of x (row, feature)."""
        return self.scaler.values(x)[:, self.used], np.isnan(x[:, self.used])

    def unscaled(self, values: np.ndarray) -> np.ndarray:
        """Summaries in their own units, of scaled ones (..., used)."""
        return self.scaler.mean[self.used] + self.scaler.sd[self.used] * values


def train(
    x: np.ndarray, w: np.ndarray, given: np.ndarray, *, width: int, how: Descent, seed: int, path: Path | None = None,
    every: float = 20.0,
) -> Emulator:  # fmt: skip
    """An emulator of summaries (simulation, view, feature), NaN where missing, at probits (simulation, number).

    Raises:
        PosteriorError, StoreError: as `descend`.
    """
    scaler, absent = Scaler.of(x, clip=CLIP, often=RARE), np.isnan(x).reshape(-1, x.shape[-1]).mean(0)
    used = np.isfinite(scaler.sd) & (absent < 0.5) & ~given
    if not used.any():
        raise PosteriorError("no summary varies and is there in half of the simulations, so none can be explained.")
    scaled, f, told = scaler.values(x), int(used.sum()), int(given.sum())
    viewed = np.concatenate([scaled[..., given], scaled[..., used], np.isnan(x[..., used]).astype(np.float32)], -1)
    sizes = [w.shape[-1] + told, width, width, 2 * f + int(scaler.flagged[used].sum())]
    first = dense.side_by_side([dense.first(sizes, np.random.default_rng([seed, 4]), last=0.1)])
    loss = _loss(told, f, scaler.flagged[used])
    found = descend(loss, first, viewed, w, how=how, seed=seed + 1, what="emulator", path=path, every=every)
    return Emulator(found.layers, used, given, scaler, absent)


def _loss(told: int, f: int, flagged: np.ndarray) -> Callable[[Layers, Any, Any, Any], Any]:
    """Minus the mean log likelihood of a summary; `viewed` holds what is given, summaries, and which are missing."""
    places = np.flatnonzero(flagged)

    def loss(layers: Layers, viewed: Any, w: Any, key: Any) -> Any:
        import jax.numpy as jnp

        given, y, absent = viewed[:, :told], viewed[:, told : told + f], viewed[:, told + f :]
        output = dense.forward(layers, jnp.concatenate([w, given], -1), host=jnp)
        log_sd, logit = jnp.clip(output[:, f : 2 * f], LOWEST, HIGHEST), output[:, 2 * f :]
        values = (0.5 * ((y - output[:, :f]) * jnp.exp(-log_sd)) ** 2 + log_sd) * (1 - absent)
        flags = jnp.logaddexp(0.0, logit) - absent[:, places] * logit
        return (values.sum(-1) + flags.sum(-1)).mean() / f

    return loss
