"""Networks step by step: a state that stands between two windows, and goes on as far as it is told.

The whole run (`sim.engine.network.run`) and these steps are made of the same `window` and `observe`; here the number of
windows is known only as they run, so that one compiled function serves every cut of the time.
"""

from typing import Any, NamedTuple

import jax
import numpy as np
from jax.sharding import NamedSharding, PartitionSpec

from sim.engine import network
from sim.engine.batch import Layout, device_mesh, on_devices
from sim.engine.circuit import Circuit, Group
from sim.engine.kernel import Kernel
from sim.engine.kinds import Place
from sim.engine.network import Loop, State
from sim.engine.platform import computing
from sim.engine.system import Values

ROOM = 64
"""Windows that one call advances at most."""


class Seen(NamedTuple):
    """What is seen of some samples at one moment.

    Args:
        traces: of each member, name -> (sample, cell).
        finite: of each member, bool, (sample, cell).
        signals: name -> (sample,).
        ports: `population.port` -> (sample,).
        actions: trigger -> (sample,), how often it has acted.
    """

    traces: tuple[Values, ...]
    finite: tuple[np.ndarray, ...]
    signals: Values
    ports: Values
    actions: Values


class Steps:
    """Compiled functions of a batch of samples of a network, coupled or not.

    Groups and states lie on the devices, as `placed`, `first` and `advanced` return them; `gathered` and `scattered`
    turn a state into arrays along `sample` and back.
    """

    def __init__(self, kernel: Kernel, circuit: Circuit, samples: int) -> None:
        self.layout = layout = Layout.of(kernel, circuit, samples)
        self._dtype = circuit.dtype
        self._placing = NamedSharding(device_mesh(layout.devices), PartitionSpec("device"))

        def loop(wires: Values, group: Group) -> Loop:
            return Loop(circuit, wires, group, layout.per_group, layout.kernel)

        def first(shared: tuple[Values], group: Group) -> State:
            return loop(*shared, group).first()

        def some(shared: Any, own: tuple[Group, State]) -> tuple[State, tuple[Any, ...]]:
            wires, at, count = shared
            return network.some(loop(wires, own[0]), own[1], at, count, ROOM)

        def seen(shared: Any, own: tuple[Group, State]) -> Any:
            wires, at = shared
            return loop(wires, own[0]).observe(own[1], at), loop(wires, own[0]).finite(own[1])

        self._first, self._some, self._seen = (on_devices(layout.devices, f) for f in (first, some, seen))
        with computing(self._dtype):
            self._wires = jax.device_put(layout.wires, NamedSharding(device_mesh(layout.devices), PartitionSpec()))

    @property
    def compiled(self) -> int:
        """How many functions have been compiled so far."""
        return sum(f._cache_size() for f in (self._first, self._some, self._seen))  # type: ignore[attr-defined]

    def placed(self, group: Group) -> Group:
        """Samples on the devices; the cells of the group come as lanes, see `Layout.split`."""
        with computing(self._dtype):
            return jax.device_put(self.layout.split(group), self._placing)

    def lived(self, group: Group, live: Values) -> Group:
        """The same samples with other values given from outside, (sample,)."""
        with computing(self._dtype):
            return group._replace(live=jax.device_put({k: self.layout.each(x) for k, x in live.items()}, self._placing))

    def first(self, group: Group) -> State:
        """At time zero."""
        with computing(self._dtype):
            return self._first((self._wires,), group)

    def advanced(self, group: Group, state: State, at: int, count: int) -> tuple[State, tuple[np.ndarray, ...]]:
        """The state after `count` windows from number `at` on, and each member's marks, (window, sample, cell)."""
        found = []
        with computing(self._dtype):
            for start in range(at, at + count, ROOM):
                now = min(ROOM, at + count - start)
                state, marks = self._some((self._wires, np.int32(start), np.int32(now)), (group, state))
                found.append([self.layout.joined(x, 1)[:now] for x in marks])
        return state, tuple(np.concatenate(own) for own in zip(*found, strict=True))

    def seen(self, group: Group, state: State, at: int) -> Seen:
        """What is seen before window number `at`."""
        with computing(self._dtype):
            (traces, signals, ports), finite = self._seen((self._wires, np.int32(at)), (group, state))
        out = self.layout.joined
        return Seen(
            traces=tuple({name: out(x, 0) for name, x in own.items()} for own in traces),
            finite=tuple(out(x, 0) for x in finite),
            signals={name: out(x, 0) for name, x in signals.items()},
            ports={name: out(x, 0) for name, x in ports.items()},
            actions={name: out(trigger.count, 0) for name, trigger in state.triggers.items()},
        )

    def gathered(self, state: State) -> State:
        """A state as numpy arrays, the first axis of each that of the samples."""
        layout = self.layout

        def cells(x: np.ndarray, place: Place) -> np.ndarray:
            return layout.joined(place.cells(place.of_kind(x)), 0)

        def ring(x: Any) -> np.ndarray:
            return np.ascontiguousarray(layout.joined(x, 1).swapaxes(0, 1))

        of_kinds = [{name: np.asarray(x) for name, x in values.items()} for values in state.cells]
        return State(
            cells=tuple({name: cells(x, p) for name, x in of_kinds[p.kind].items()} for p in layout.places),
            spikes={k: ring(layout.places[k].of_all(np.asarray(state.spikes))) for k in layout.circuit.sources},
            values=jax.tree.map(ring, state.values),
            triggers=jax.tree.map(lambda x: layout.joined(x, 0), state.triggers),
            gains=jax.tree.map(ring, state.gains),
        )

    def scattered(self, state: State) -> State:
        """The reverse of `gathered`, of as many samples."""
        layout = self.layout

        def ring(x: np.ndarray) -> np.ndarray:
            return layout.each(np.moveaxis(x, 0, -1)).transpose(0, 1, 3, 2)

        with computing(self._dtype):
            return jax.device_put(
                State(
                    cells=layout.kinds([{name: x.reshape(-1) for name, x in own.items()} for own in state.cells]),
                    spikes=layout.lanes({k: ring(x) for k, x in state.spikes.items()}, layout.circuit.depth),
                    values=jax.tree.map(ring, state.values),
                    triggers=jax.tree.map(layout.each, state.triggers),
                    gains=jax.tree.map(ring, state.gains),
                ),
                self._placing,
            )
