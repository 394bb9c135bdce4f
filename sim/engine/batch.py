"""Many samples at once: pieces that fit the first-level cache, spread over the devices."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import jax
import numpy as np
from jax import lax
from jax.sharding import Mesh, PartitionSpec

from sim.engine import network
from sim.engine.circuit import Circuit, Group, NetworkOutcome
from sim.engine.kernel import Kernel
from sim.engine.kinds import Place, cells_of_kinds, joined, places
from sim.engine.lanes import Lanes, Outcome
from sim.engine.loop import run
from sim.engine.platform import computing, devices
from sim.engine.program import Program
from sim.engine.system import Values


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
    many = len(devices())
    compiled = on_devices(many, lambda _, chunk: run(kernel, program, chunk.unpacked(), blocks, windows))

    def batch(lanes: Lanes) -> Outcome:
        count = lanes.cells.keys[0].shape[-1]
        size = kernel.piece(-(-count // many))
        chunks = -(-count // (size * many)) * many
        with computing(program.dtype):
            packed = Packed.of(jax.tree.map(lambda x: _cast(x, program.dtype), lanes))
            chunked = jax.tree.map(lambda x: _split(x, chunks, size), packed)
            outcome = jax.tree.map(np.asarray, compiled((), chunked))
        return jax.tree.map(lambda x: _joined(x)[..., :count], outcome)

    return batch


class Layout(NamedTuple):
    """How some samples of a network lie on the devices: in groups, each of so many samples, all of them one array.

    Args:
        per_group: samples of a group.
        samples: of all; the last one is repeated to fill the last group.
        devices: that have a group.
    """

    kernel: Kernel
    circuit: Circuit
    samples: int
    per_group: int
    groups: int
    devices: int

    @classmethod
    def of(cls, kernel: Kernel, circuit: Circuit, samples: int) -> "Layout":
        """As the devices at hand want it; where there are more cores than samples, several share a sample."""
        many = len(devices())
        per_group = max(1, min(kernel.samples, -(-samples // many)))
        used = min(many, -(-samples // per_group))
        groups = -(-samples // (per_group * used)) * used
        return cls(kernel.shared(many // used), circuit, samples, per_group, groups, used)

    @property
    def wires(self) -> dict[str, np.ndarray]:
        """Of each projection, which all groups share."""
        dtype, small = self.circuit.dtype, self.kernel.small
        return {link.name: link.table(dtype, small=small) for link in self.circuit.links}

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the cells of each member lie."""
        return places(self.circuit, self.per_group, self.kernel.least)

    def each(self, x: Any) -> np.ndarray:
        """(..., sample) -> (group, ..., sample)."""
        return _split(_cast(x, self.circuit.dtype), self.groups, self.per_group)

    def cells(self, x: Any, size: int) -> np.ndarray:
        """(sample * cell,) -> (group, lane)."""
        return _cells(_cast(x, self.circuit.dtype), self.kernel, size, self.groups, self.per_group)

    def kinds(self, values: Sequence[Values]) -> tuple[Values, ...]:
        """Of each kind of cells, name -> (group, lane), from those of each member, (sample * cell,)."""
        members = zip(values, self.circuit.members, strict=True)
        return joined(self.circuit, [{name: self.cells(x, m.size) for name, x in own.items()} for own, m in members])

    def split(self, group: Group) -> Group:
        """Samples as groups; cells come as lanes: every cell of the first sample, then of the second ..."""
        members = zip(group.cells, self.circuit.members, strict=True)
        cells = [jax.tree.map(lambda x, m=m: self.cells(x, m.size), own) for own, m in members]
        return Group(
            cells=cells_of_kinds(self.circuit, cells),
            drives=jax.tree.map(self.each, group.drives),
            triggers=jax.tree.map(self.each, group.triggers),
            delay={name: self.each(x.T).swapaxes(1, 2) for name, x in group.delay.items()},
            weight={name: self.each(x.T).swapaxes(1, 2) for name, x in group.weight.items()},
            live=jax.tree.map(self.each, group.live),
        )

    def lanes(self, parts: Mapping[int, np.ndarray], rows: int) -> np.ndarray:
        """Marks of some members, (group, row, sample, cell), among the lanes of all kinds, (group, row, lane), 0 in
        the others."""
        last = max(self.places, key=lambda place: (place.before, place.first))
        found = np.zeros((self.groups, rows, last.before + last.first + last.lanes), np.uint8)
        for k, x in parts.items():
            self.places[k].of_all(found)[...] = x
        return found

    def joined(self, x: Any, axis: int) -> np.ndarray:
        """(group, ..., sample, ...) -> (..., sample, ...); `axis` of the samples, the group's own not counted."""
        return _samples(np.asarray(x), axis, self.samples)


def compile_network(
    kernel: Kernel, circuit: Circuit, samples: int, blocks: int, windows: int
) -> Callable[[Group], NetworkOutcome]:
    """A function that runs `samples` samples of a coupled network.

    Returns:
        group -> NetworkOutcome with numpy arrays. The group's cells come as lanes: every cell of the first sample, then
        of the second ...
    """
    layout = Layout.of(kernel, circuit, samples)
    compiled = on_devices(
        layout.devices,
        lambda wires, group: network.run(layout.kernel, circuit, wires, group, layout.per_group, blocks, windows),
    )
    wires = layout.wires

    def batch(group: Group) -> NetworkOutcome:
        with computing(circuit.dtype):
            out = jax.tree.map(np.asarray, compiled(wires, layout.split(group)))
        return NetworkOutcome(
            marks=tuple(layout.joined(place.of_all(out.marks), 1) for place in layout.places),
            traces=tuple({k: layout.joined(x, 1) for k, x in own.items()} for own in out.traces),
            finite=tuple(layout.joined(x, 0) for x in out.finite),
            signals={k: layout.joined(x, 1) for k, x in out.signals.items()},
            ports={k: layout.joined(x, 1) for k, x in out.ports.items()},
            actions={k: layout.joined(x, 0) for k, x in out.actions.items()},
        )

    return batch


def on_devices(many: int, piece: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A compiled function of what all pieces share and of pieces, stacked along the first axis, which it maps over the
    first devices, so many."""
    split = PartitionSpec("device")
    mapped = jax.shard_map(
        lambda shared, pieces: lax.map(lambda own: piece(shared, own), pieces),
        mesh=device_mesh(many),
        in_specs=(PartitionSpec(), split),
        out_specs=split,
        check_vma=False,
    )
    return jax.jit(mapped)


def device_mesh(many: int) -> Mesh:
    """The first devices, so many, in a row."""
    return Mesh(np.array(devices()[:many]), ("device",))


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
