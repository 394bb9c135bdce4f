"""A prepared simulation advanced from border to border: batches of samples on the devices, and back."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from sim.backends.jax_backend import JaxSimulation
from sim.backends.simulation import Batch
from sim.engine.circuit import Group
from sim.engine.network import State
from sim.engine.steps import Seen
from sim.simulator_state import OnDevices, SimState, mapped

REMEMBERED = 8
"""Sets of samples that stay on the devices, so that the next advance of the same ones finds them there."""


class Placed(NamedTuple):
    """A batch of samples on the devices: which of all, as numbers, and as the engine takes it."""

    samples: slice
    batch: Batch
    group: Group


class Stepping:
    """Advances samples of a simulation, any number of them.

    Args:
        live: ports and signals that are given from outside.
    """

    def __init__(self, simulation: JaxSimulation, live: tuple[str, ...]) -> None:
        self.simulation, self.live = simulation, live
        self._remembered: OrderedDict[bytes, list[Placed]] = OrderedDict()

    def first(self, values: Mapping[str, np.ndarray], stream: np.ndarray) -> OnDevices:
        """Samples at time zero; values and stream (sample,)."""
        placed = self._placed(values, stream)
        return self._held([self.simulation.steps.first(own.group) for own in placed], placed)

    def advanced(
        self, state: SimState, windows: int, live: Mapping[str, np.ndarray]
    ) -> tuple[OnDevices, tuple[np.ndarray, ...]]:
        """A state some windows later, and the marks of each population that is kept, (window, sample, cell)."""
        found, states = [], []
        placed = self._placed(state.values, state.stream)
        for own, now in zip(placed, self._on_devices(state, placed), strict=True):
            group = self._lived(own, live)
            after, marks = self.simulation.steps.advanced(group, now, state.window, windows)
            count = own.samples.stop - own.samples.start
            states.append(after)
            found.append([marks[k][:, :count] for k in self.simulation.kept])
        return self._held(states, placed), tuple(np.concatenate(own, axis=1) for own in zip(*found, strict=True))

    def seen(self, state: SimState) -> Seen:
        """What is seen of all samples of a state; what nothing drives is left out of the ports."""
        found = []
        placed = self._placed(state.values, state.stream)
        for own, now in zip(placed, self._on_devices(state, placed), strict=True):
            seen = self.simulation.steps.seen(self._lived(own, state.live), now, state.window)
            count = own.samples.stop - own.samples.start
            found.append(mapped(lambda x, n=count: x[:n], seen._replace(ports=self._ports(own, seen, state))))
        return found[0] if len(found) == 1 else mapped(lambda *x: np.concatenate(x), *found)

    def _ports(self, own: Placed, seen: Seen, state: SimState) -> dict[str, np.ndarray]:
        """As a whole run records them: without anything that answers, commands are evaluated in float64."""
        if self.simulation.coupled:
            return seen.ports
        found = {port: x[0] for port, x in self.simulation.open_loop(own.batch, np.array([state.window])).items()}
        for name, value in state.live.items():
            found[name] = found[name] + self._filled(own, value)
        return found

    def _placed(self, values: Mapping[str, np.ndarray], stream: np.ndarray) -> list[Placed]:
        """The samples on the devices, batch by batch; remembered."""
        key = b"".join([stream.tobytes(), *(part for p, x in values.items() for part in (p.encode(), x.tobytes()))])
        if key not in self._remembered:
            self._remembered[key] = list(self._place(values, stream))
            if len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        return self._remembered[key]

    def _place(self, values: Mapping[str, np.ndarray], stream: np.ndarray) -> Iterator[Placed]:
        simulation = self.simulation
        for samples in batches(len(stream), simulation.batch):
            own = {path: x[samples] for path, x in values.items()}
            batch = simulation.batched(*simulation.filled(own, stream[samples]))
            group = simulation.group(batch, {name: np.zeros(simulation.batch) for name in self.live})
            yield Placed(samples, batch, simulation.steps.placed(group))

    def _lived(self, own: Placed, live: Mapping[str, np.ndarray]) -> Group:
        """The samples with what is given from outside."""
        if not live:
            return own.group
        return self.simulation.steps.lived(own.group, {name: self._filled(own, live[name]) for name in self.live})

    def _filled(self, own: Placed, x: np.ndarray) -> np.ndarray:
        """The numbers of a batch, (sample,) of all; the last one is repeated to fill it."""
        return x[np.minimum(np.arange(own.samples.start, own.samples.start + self.simulation.batch), len(x) - 1)]

    def _on_devices(self, state: SimState, placed: list[Placed]) -> tuple[State, ...]:
        if isinstance(state.now, OnDevices) and state.now.steps is self.simulation.steps:
            return state.now.batches
        every = state.arrays
        return tuple(
            self.simulation.steps.scattered(mapped(lambda x, own=own: self._filled(own, x), every)) for own in placed
        )

    def _held(self, states: list[State], placed: list[Placed]) -> OnDevices:
        counts = tuple(own.samples.stop - own.samples.start for own in placed)
        return OnDevices(self.simulation.steps, tuple(states), counts)


def batches(count: int, size: int) -> list[slice]:
    """Samples, so many at a time."""
    return [slice(start, min(start + size, count)) for start in range(0, count, size)]
