"""Several mixture density networks as one posterior: their mean density, which is less sure of itself than one of them
where the simulations are few (Lakshminarayanan et al. 2017, NeurIPS 30)."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.fit.posterior import layers as dense
from sim.fit.posterior.descent import Descended, Descent, descend
from sim.fit.posterior.layers import Layers
from sim.fit.posterior.mixture import Mixture, draws, log_prob, mean, mixture, outputs, together

ROWS = 64
"""Observations that are drawn for at once."""


@dataclass(frozen=True)
class Nets:
    """The shape of an ensemble.

    Args:
        members: how many networks.
        components: of the mixture of each.
        width: units of a hidden layer.
        depth: hidden layers.
    """

    members: int = 5
    components: int = 8
    width: int = 192
    depth: int = 2


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Networks side by side, from scaled summaries to a density over probits.

    Args:
        layers: along a leading axis of members.
        numbers: of the space.
    """

    layers: Layers
    numbers: int

    def mixture(self, x: np.ndarray) -> Mixture:
        """The mean of the members' mixtures, for scaled summaries (row, column)."""
        return together(mixture(dense.forward(self.layers, x), self.numbers))

    def log_prob(self, x: np.ndarray, w: np.ndarray) -> np.ndarray:
        """Log density (row,) of probits (row, number) under scaled summaries (row, column)."""
        return np.concatenate([log_prob(found, w[part]) for part, found in self._parts(x)])

    def mean(self, x: np.ndarray) -> np.ndarray:
        """Mean probits (row, number)."""
        return np.concatenate([mean(found) for _, found in self._parts(x)])

    def draws(self, x: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
        """Probits, float32 (row, draw, number); those of a row depend on it and the seed, not on the rows beside it."""
        found = []
        for row in x:
            rng = np.random.default_rng([seed, zlib.crc32(row.tobytes())])  # rows share no noise
            found.append(draws(self.mixture(row[None]), count, rng))
        return np.concatenate(found)

    def _parts(self, x: np.ndarray) -> Iterator[tuple[slice, Mixture]]:
        for k in range(0, len(x), ROWS):
            yield slice(k, k + ROWS), self.mixture(x[k : k + ROWS])


def train(
    x: np.ndarray, w: np.ndarray, *, nets: Nets, how: Descent, seed: int, path: Path | None = None, every: float = 20.0
) -> tuple[Ensemble, Descended]:
    """An ensemble for scaled summaries, float32 (simulation, view, column), of probits (simulation, number).

    Raises:
        PosteriorError, StoreError: as `descend`.
    """
    d = w.shape[-1]
    sizes = [x.shape[-1], *[nets.width] * nets.depth, outputs(d, nets.components)]
    members = []
    for k in range(nets.members):
        rng = np.random.default_rng([seed, 3, k])
        layers = dense.first(sizes, rng, last=0.05)
        layers[-1][1][nets.components :][: nets.components * d] = 0.5 * rng.standard_normal(nets.components * d)
        members.append(layers)
    found = descend(
        _loss(d, how.dropout), dense.side_by_side(members), x, w, how=how, seed=seed, what="posterior", path=path,
        every=every,
    )  # fmt: skip
    return Ensemble(found.layers, d), found


def _loss(numbers: int, rate: float) -> Callable[[Layers, Any, Any, Any], Any]:
    """Minus the mean log density."""

    def loss(layers: Layers, x: Any, w: Any, key: Any) -> Any:
        import jax.numpy as jnp

        masks = dense.dropout(layers, len(x), rate, key) if key is not None and rate else []
        found = mixture(dense.forward(layers, x, host=jnp, masks=masks), numbers, host=jnp)
        return -log_prob(found, w, host=jnp).mean()

    return loss
