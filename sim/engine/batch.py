"""Many lanes at once: chunks that fit the first-level cache, spread over the devices."""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, PartitionSpec

from sim.engine.loop import Lanes, Outcome, run
from sim.engine.program import Program

CHUNK = 64
"""Lanes in a chunk, always: a lane's result cannot depend on how many others ran beside it."""


def compile_batch(program: Program, blocks: int, windows: int) -> Callable[[Lanes], Outcome]:
    """A function that runs any number of lanes, compiled once per number of lanes.

    Returns:
        lanes -> Outcome with numpy arrays: marks (window, lane), traces (block, lane), finite (lane,).
    """
    devices = jax.devices()
    split = PartitionSpec("device")

    def per_device(lanes: Lanes) -> Outcome:
        return lax.map(lambda chunk: run(program, chunk, blocks, windows), lanes)

    mesh = Mesh(np.array(devices), ("device",))
    kernel = jax.jit(jax.shard_map(per_device, mesh=mesh, in_specs=(split,), out_specs=split, check_vma=False))

    def batch(lanes: Lanes) -> Outcome:
        count = lanes.keys[0].shape[-1]
        chunks = -(-count // (CHUNK * len(devices))) * len(devices)
        with jax.enable_x64(program.dtype == jnp.float64):
            chunked = jax.tree.map(lambda x: _chunked(_cast(x, program.dtype), chunks), lanes)
            outcome = jax.tree.map(np.asarray, kernel(chunked))
        return jax.tree.map(lambda x: _joined(x)[..., :count], outcome)

    return batch


def _cast(x: Any, dtype) -> np.ndarray:
    x = np.asarray(x)
    return x.astype(dtype) if np.issubdtype(x.dtype, np.floating) else x


def _chunked(x: np.ndarray, chunks: int) -> np.ndarray:
    """(..., lane) -> (chunk, ..., CHUNK), the last lane repeated to fill the last chunk."""
    spare = chunks * CHUNK - x.shape[-1]
    x = np.concatenate([x, np.repeat(x[..., -1:], spare, axis=-1)], axis=-1)
    return np.ascontiguousarray(np.moveaxis(x.reshape(*x.shape[:-1], chunks, CHUNK), -2, 0))


def _joined(x: np.ndarray) -> np.ndarray:
    """(chunk, ..., CHUNK) -> (..., lane)."""
    return np.moveaxis(x, 0, -2).reshape(*x.shape[1:-1], -1)
