"""A network of dense layers: x -> silu(x w + b) again and again, the last without silu.

The same functions compute in NumPy (`host=numpy`) and are traced by JAX (`host=jax.numpy`), so that inference loads no
compiler. Arrays may have a leading axis of members: several networks side by side.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

Layers = tuple[tuple[Any, Any], ...]
"""Weights (..., in, out) and biases (..., out) of each layer."""


def first(sizes: Sequence[int], rng: np.random.Generator, *, last: float) -> Layers:
    """Layers to begin with: float32, normal of variance 2/in (He et al. 2015, ICCV), no bias.

    Args:
        sizes: of input, hidden layers and output.
        last: scale of the weights of the last layer.
    """
    scales = [1.0] * (len(sizes) - 2) + [last]
    return tuple(
        ((rng.standard_normal((n, m)) * scale * np.sqrt(2 / n)).astype(np.float32), np.zeros(m, np.float32))
        for n, m, scale in zip(sizes, sizes[1:], scales, strict=False)
    )


def side_by_side(members: Sequence[Layers]) -> Layers:
    """Several networks of one shape, along a leading axis."""
    return tuple(
        (np.stack([layer[0] for layer in layers]), np.stack([layer[1] for layer in layers]))
        for layers in zip(*members, strict=True)
    )


def forward(layers: Layers, x: Any, *, host: Any = np, masks: Sequence[Any] = ()) -> Any:
    """Outputs (..., row, out) of inputs (row, in).

    Args:
        masks: of each hidden layer, (row, width), by which its activity is multiplied (dropout); none without.
    """
    for k, (w, b) in enumerate(layers[:-1]):
        x = x @ w + b[..., None, :]
        x = 0.5 * x * (1 + host.tanh(0.5 * x))  # silu, without an overflow
        if masks:
            x = x * masks[k]
    w, b = layers[-1]
    return x @ w + b[..., None, :]


def dropout(layers: Layers, rows: int, rate: float, key: Any) -> list[Any]:
    """A mask for each hidden layer, in JAX: 0 with probability `rate`, else 1/(1 - rate)."""
    import jax

    widths = [w.shape[-1] for w, _ in layers[:-1]]
    keys = jax.random.split(key, len(widths))
    return [jax.random.bernoulli(k, 1 - rate, (rows, n)) / (1 - rate) for k, n in zip(keys, widths, strict=True)]


def named(layers: Layers) -> dict[str, np.ndarray]:
    """Its arrays by name, for a file."""
    return {f"{k}{part}": np.asarray(x) for k, layer in enumerate(layers) for part, x in zip("wb", layer, strict=True)}


def of_names(arrays: dict[str, np.ndarray]) -> Layers:
    """Layers from what `named` gave."""
    return tuple((arrays[f"{k}w"], arrays[f"{k}b"]) for k in range(len(arrays) // 2))
