"""A mixture of normals with full covariance, whose weights, means and covariances a network gives (Bishop 1994,
"Mixture density networks", Aston University, NCRG/94/004; for posteriors, Papamakarios & Murray 2016, NeurIPS 29).

    log p(w | x) = log sum_k weight_k |L_k| exp(-|L_k' (w - mean_k)|^2 / 2) / (2 pi)^(d/2)

L is the lower triangular factor of the inverse of the covariance, with a positive diagonal.
"""

from typing import Any, NamedTuple

import numpy as np

STEEPEST = 6.0
"""Log of the largest and of the smallest diagonal of a factor: SDs from 0.0025 to 400 of the prior."""


class Mixture(NamedTuple):
    """Components, along the third axis from the end of `factor`; before it rows.

    log_weight (..., row, component), mean (..., row, component, number), factor (..., row, component, number, number),
    log_det (..., row, component).
    """

    log_weight: Any
    mean: Any
    factor: Any
    log_det: Any


def outputs(numbers: int, components: int) -> int:
    """How many numbers a network gives for a mixture."""
    return components * (1 + 2 * numbers + numbers * (numbers - 1) // 2)


def mixture(output: Any, numbers: int, *, host: Any = np) -> Mixture:
    """The mixture that an output (..., row, out) of a network means."""
    d = numbers
    k = output.shape[-1] // outputs(d, 1)
    lead = output.shape[:-1]
    log_weight = output[..., :k]
    mean = output[..., k : k + k * d].reshape(*lead, k, d)
    log_diagonal = host.clip(output[..., k + k * d : k + 2 * k * d].reshape(*lead, k, d), -STEEPEST, STEEPEST)
    below = output[..., k + 2 * k * d :].reshape(*lead, k, d * (d - 1) // 2)
    on, under = _places(d)
    factor = (host.exp(log_diagonal) @ on + below @ under).reshape(*lead, k, d, d)
    log_weight = log_weight - _log_sum(log_weight, host)[..., None]
    return Mixture(log_weight, mean, factor, log_diagonal.sum(-1))


def log_prob(found: Mixture, w: Any, *, host: Any = np) -> Any:
    """Log density (..., row) at w (..., row, number)."""
    off = w[..., None, :] - found.mean
    across = (found.factor * off[..., :, None]).sum(-2)  # L' (w - mean)
    half = 0.5 * (across**2).sum(-1) + 0.5 * w.shape[-1] * float(np.log(2 * np.pi))
    return _log_sum(found.log_weight + found.log_det - half, host)


def together(members: Mixture) -> Mixture:
    """One mixture of the mixtures of several members (member, row, component, ...), each as likely as the others."""
    count = members.log_weight.shape[0]
    weight, mean, factor, log_det = (np.concatenate(list(part), axis=1) for part in members)
    return Mixture(weight - np.log(count), mean, factor, log_det)


def mean(found: Mixture) -> np.ndarray:
    """Its mean, (row, number)."""
    return (np.exp(found.log_weight)[..., None] * found.mean).sum(-2)


def draws(found: Mixture, count: int, rng: np.random.Generator) -> np.ndarray:
    """Draws of it, float32 (row, draw, number)."""
    rows, _, d = found.mean.shape
    edges = np.cumsum(np.exp(found.log_weight), -1)
    edges[:, -1] = np.inf  # whatever the sum is to the last bit
    chosen = (rng.random((rows, count, 1)) > edges[:, None, :]).sum(-1)  # (row, draw)
    spread = np.swapaxes(np.linalg.inv(found.factor), -1, -2)
    noise = rng.standard_normal((rows, count, d)).astype(np.float32)
    row = np.arange(rows)[:, None]
    return found.mean[row, chosen] + (spread[row, chosen] * noise[..., None, :]).sum(-1)


def _places(d: int) -> tuple[np.ndarray, np.ndarray]:
    """Where the diagonal, and what lies below it, stand in a flat matrix: a row with a one for each."""
    row, column = np.tril_indices(d, -1)
    on, under = np.zeros((d, d * d), np.float32), np.zeros((len(row), d * d), np.float32)
    on[np.arange(d), np.arange(d) * (d + 1)] = 1
    under[np.arange(len(row)), row * d + column] = 1
    return on, under


def _log_sum(x: Any, host: Any) -> Any:
    """Log of the sum of exponentials over the last axis."""
    top = x.max(-1, keepdims=True)
    return host.log(host.exp(x - top).sum(-1)) + top[..., 0]
