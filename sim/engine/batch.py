"""Many samples at once: pieces that fit the first-level cache, spread over the devices."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.sharding import Mesh, PartitionSpec

from sim.engine import network
from sim.engine.circuit import Circuit, Group, NetworkOutcome
from sim.engine.kernel import Kernel
from sim.engine.lanes import Lanes, Outcome
from sim.engine.loop import run
from sim.engine.platform import kept, settings
from sim.engine.program import Program


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Packed:
    """A tree of arrays as few arrays, which reach a device sooner: those of one type and shape are stacked.

    Args:
        stacks: one for each type and shape, (array, ...).
        places: of each array of the tree, its stack and its place there.
        tree: the structure.
    """

    stacks: tuple[Any, ...]
    places: tuple[tuple[int, int], ...] = field(metadata={"static": True})
    tree: Any = field(metadata={"static": True})

    @classmethod
    def of(cls, values: Any) -> "Packed":
        """Of numpy arrays."""
        leaves, tree = jax.tree.flatten(values)
        stacks: dict[Any, list[np.ndarray]] = {}
        for x in leaves:
            stacks.setdefault((x.dtype, x.shape), []).append(x)
        order, seen, places = list(stacks), dict.fromkeys(stacks, 0), []
        for x in leaves:
            places.append((order.index((x.dtype, x.shape)), seen[x.dtype, x.shape]))
            seen[x.dtype, x.shape] += 1
        return cls(tuple(np.stack(own) for own in stacks.values()), tuple(places), tree)

    def unpacked(self) -> Any:
        """The tree."""
        return jax.tree.unflatten(self.tree, [self.stacks[stack][place] for stack, place in self.places])


def compile_lanes(kernel: Kernel, program: Program, blocks: int, windows: int) -> Callable[[Lanes], Outcome]:
    """A function that runs any number of lanes that nothing couples, compiled once per number of lanes.

    Returns:
        lanes -> Outcome with numpy arrays: marks (window, lane), traces (block, lane), finite (lane,).
    """
    compiled, devices = _on_all_devices(lambda _, chunk: run(kernel, program, chunk.unpacked(), blocks, windows))

    def batch(lanes: Lanes) -> Outcome:
        count = lanes.cells.keys[0].shape[-1]
        size = kernel.piece(-(-count // devices))
        chunks = -(-count // (size * devices)) * devices
        with settings(double=program.dtype == jnp.float64):
            packed = Packed.of(jax.tree.map(lambda x: _cast(x, program.dtype), lanes))
            chunked = jax.tree.map(lambda x: _split(x, chunks, size), packed)
            outcome = jax.tree.map(np.asarray, compiled((), chunked))
        return jax.tree.map(lambda x: _joined(x)[..., :count], outcome)

    return batch


def compile_network(
    kernel: Kernel, circuit: Circuit, samples: int, blocks: int, windows: int
) -> Callable[[Group], NetworkOutcome]:
    """A function that runs `samples` samples of a coupled network.

    Returns:
        group -> NetworkOutcome with numpy arrays. The group's cells come as lanes: every cell of the first sample, then
        of the second ...
    """
    per_group = max(1, min(kernel.samples, -(-samples // len(jax.devices()))))
    compiled, devices = _on_all_devices(
        lambda wires, group: network.run(kernel, circuit, wires, group, per_group, blocks, windows)
    )
    groups = -(-samples // (per_group * devices)) * devices
    wires = {link.name: link.table(circuit.dtype) for link in circuit.links}

    def batch(group: Group) -> NetworkOutcome:
        with settings(double=circuit.dtype == jnp.float64):
            cells = tuple(
                jax.tree.map(lambda x, m=m: _cells(_cast(x, circuit.dtype), kernel, m.size, groups, per_group), own)
                for own, m in zip(group.cells, circuit.members, strict=True)
            )
            rest = group._replace(cells=())
            rest = rest._replace(
                drives=jax.tree.map(lambda x: _split(_cast(x, circuit.dtype), groups, per_group), rest.drives),
                triggers=jax.tree.map(lambda x: _split(_cast(x, circuit.dtype), groups, per_group), rest.triggers),
                delay={k: _split(x.T, groups, per_group).swapaxes(1, 2) for k, x in rest.delay.items()},
                weight={
                    k: _split(_cast(x, circuit.dtype).T, groups, per_group).swapaxes(1, 2)
                    for k, x in rest.weight.items()
                },
            )
            out = jax.tree.map(np.asarray, compiled(wires, rest._replace(cells=cells)))
        by_cell = {
            "marks": tuple(_samples(x, 1, samples) for x in out.marks),
            "traces": tuple({k: _samples(x, 1, samples) for k, x in own.items()} for own in out.traces),
            "finite": tuple(_samples(x, 0, samples) for x in out.finite),
        }
        return NetworkOutcome(
            **by_cell,
            signals={k: _samples(x, 1, samples) for k, x in out.signals.items()},
            ports={k: _samples(x, 1, samples) for k, x in out.ports.items()},
            actions={k: _samples(x, 0, samples) for k, x in out.actions.items()},
        )

    return batch


def _on_all_devices(piece: Callable[[Any, Any], Any]) -> tuple[Callable[[Any, Any], Any], int]:
    """A compiled function of what all pieces share and of pieces, stacked along the first axis, which it maps over all
    devices; and how many there are."""
    devices = jax.devices()
    split = PartitionSpec("device")
    mesh = Mesh(np.array(devices), ("device",))
    mapped = jax.shard_map(
        lambda shared, pieces: lax.map(lambda own: piece(shared, own), pieces),
        mesh=mesh,
        in_specs=(PartitionSpec(), split),
        out_specs=split,
        check_vma=False,
    )
    return kept(mapped), len(devices)


def _cast(x: Any, dtype) -> np.ndarray:
    x = np.asarray(x)
    return x.astype(dtype) if np.issubdtype(x.dtype, np.floating) else x


def _split(x: np.ndarray, pieces: int, size: int) -> np.ndarray:
    """(..., n) -> (piece, ..., size), the last one repeated to fill the last piece."""
    x = np.concatenate([x, np.repeat(x[..., -1:], pieces * size - x.shape[-1], axis=-1)], axis=-1)
    return np.ascontiguousarray(np.moveaxis(x.reshape(*x.shape[:-1], pieces, size), -2, 0))


def _cells(x: np.ndarray, kernel: Kernel, size: int, groups: int, per_group: int) -> np.ndarray:
    """(sample * cell,) -> (group, lane), the last sample repeated to fill the last group."""
    by_sample = x.reshape(-1, size).T  # (cell, sample)
    grouped = _split(by_sample, groups, per_group).swapaxes(1, 2).reshape(groups, per_group * size)
    return _split(grouped, 1, kernel.lanes(per_group * size))[0]


def _joined(x: np.ndarray) -> np.ndarray:
    """(chunk, ..., lane of the chunk) -> (..., lane)."""
    return np.moveaxis(x, 0, -2).reshape(*x.shape[1:-1], -1)


def _samples(x: np.ndarray, axis: int, samples: int) -> np.ndarray:
    """(group, ..., sample, ...) -> (..., sample, ...), without those that only filled the last group.

    Args:
        axis: of the samples, the group's own axis not counted.
    """
    x = np.moveaxis(x, 0, axis)
    x = x.reshape(*x.shape[:axis], x.shape[axis] * x.shape[axis + 1], *x.shape[axis + 2 :])
    return x[(slice(None),) * axis + (slice(samples),)]
