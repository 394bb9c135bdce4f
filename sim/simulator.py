"""A simulator in memory: prepared once, then called with any values, or stepped window by window.

    simulator = Simulator(network, Settle("1 s") >> Triangle("hTA.excitation", 20, "5 s", "5 s"))
    found = simulator.run({"network.hTA.monoamine": [0.8, 1.0, 1.2]})
    found.n_spikes.sum("unit")

or, while time goes on, with a port in one's own hand:

    simulator = Simulator(network, Settle("10 s"), live=("hTA.excitation",))
    state = simulator.advance(simulator.first(), windows=200, live={"hTA.excitation": 20})
    simulator.observe(state)

What values decide besides numbers is settled when the simulator is made: the longest protocol (how many windows there
are, and how many spikes have room) and the shortest and longest delay of each projection are those of the declared
values, or of the `ranges` that are given. Values that need more are refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
import xarray as xr

from sim.backends.jax_backend import JaxBackend
from sim.backends.simulation import spiked
from sim.batch_size import batch_size, free_memory
from sim.engine.lanes import TWICE
from sim.fingerprint import result_digest
from sim.given import Numbers, ValuesError, given, streams, together
from sim.results.labelled import labelled
from sim.results.schema import Schema, Variable
from sim.results.status import Status
from sim.simulator_state import SimState, StateError
from sim.spec.kinds import listed, part, table, whole
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.params import nearest
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.spec.targets import Given, check_within, limited
from sim.stepping import Stepping, batches
from sim.units import Quantity, coherent_unit, shown


class Simulator:
    """A network under a protocol, ready to run.

    Args:
        samples: how many run together; more are run batch by batch, fewer cost as much. None takes as many as are asked
            for first. It does not change a result.
        kernel: see `sim.backends.jax_backend.JaxBackend`.
        live: ports (`population.port`) and signals that are given while time goes on; they add to what the protocol
            brings to the port, or the network to the signal, and stand still within a window.
        ranges: lowest and highest value, by path, of durations and delays that will not be as declared.

    Raises:
        ValueError: the parts do not fit each other; one sentence.
    """

    def __init__(
        self,
        network: Network,
        protocol: Protocol,
        record: Record | None = None,
        numerics: Numerics | None = None,
        *,
        samples: int | None = None,
        kernel: str = "auto",
        live: Sequence[str] = (),
        ranges: Mapping[str, Sequence[Any]] | None = None,
    ) -> None:
        self.network = part("`network` of a simulator", network, Network, ValueError)
        self.protocol = part("`protocol` of a simulator", protocol, Protocol, ValueError)
        self.record = part("`record` of a simulator", Record() if record is None else record, Record, ValueError)
        numerics = Numerics() if numerics is None else numerics
        self.numerics = part("`numerics` of a simulator", numerics, Numerics, ValueError)
        if samples is not None and (whole(samples) or 0) < 1:
            raise ValueError(f"`samples` is how many run together, a whole number from 1, not {shown(samples)}.")
        self.samples, self._backend = samples, JaxBackend(kernel)
        self._leaves = {**network.leaves(), **protocol.leaves()}
        self._bounds = {**network.bounds(), **protocol.bounds()}
        self._live = self._checked_live(live)
        self._ranges = self._checked_ranges({} if ranges is None else ranges)
        self._prepared = self._prepare(1 if samples is None else samples)

    def run(self, values: Mapping[str, Any] | None = None, stream: Any = 0) -> xr.Dataset:
        """From time zero to the end of the protocol.

        Args:
            values: by path, for each sample or for all: quantities, or an array in coherent units (ms, mV, nA, ...).
            stream: number of the random stream, of each sample or of all.

        Returns:
            As a store gives it: (sample, unit, spike, time); but floats keep all their bits.

        Raises:
            ValueError: no such path, another unit, out of bounds, different lengths, or no room (`ranges`).
        """
        numbers, stream = self._read(values, stream)
        simulation = self._stepping(len(stream)).simulation
        slabs = [
            simulation.simulated({path: x[own] for path, x in numbers.items()}, stream[own])
            for own in batches(len(stream), simulation.batch)
        ]
        arrays = {name: np.concatenate([slab.arrays[name] for slab in slabs]) for name in slabs[0].arrays}
        status = np.concatenate([slab.status for slab in slabs])
        return labelled(simulation.schema_of(self._design(numbers, stream)), arrays, status)

    def first(self, values: Mapping[str, Any] | None = None, stream: Any = 0) -> SimState:
        """Some samples at time zero; the arguments of `run`."""
        numbers, stream = self._read(values, stream)
        stepping, count = self._stepping(len(stream)), len(stream)
        sizes = [stepping.simulation.parts[k].population.size for k in stepping.simulation.kept]
        return SimState(
            belongs=self.digest,
            window=0,
            window_ms=self.numerics.window_ms,
            values=numbers,
            stream=stream,
            live={name: np.zeros(count) for name in self._live},
            marks=tuple(np.zeros((0, count, size), np.uint8) for size in sizes),
            twice=np.zeros(count, bool),
            now=stepping.first(numbers, stream),
        )

    def advance(self, state: SimState, windows: int, live: Mapping[str, Any] | None = None) -> SimState:
        """The state some windows later, however they are cut the same as in a whole run; `state` itself stays.

        After the end of the protocol no command acts.

        Args:
            windows: how many, at least 1.
            live: what is given from outside from now on, by port or signal, a quantity or (sample,); what is not named
                stays as it is (zero from the start).

        Raises:
            ValueError: not a number of windows, a port or signal that the simulator was not made to take live, or more
                than a port may be given, what the protocol brings to it included.
            StateError: the state is one of something else.
        """
        count = whole(windows)
        if count is None or count < 1:
            raise ValueError(f"a state is advanced by a whole number of windows, at least 1, not {shown(windows)}.")
        if (state.window + count) * self.numerics.steps >= 2**31:
            raise ValueError(f"{count} more windows would make more than 2**31 steps; advance by fewer.")
        self._check(state)
        held = {**state.live, **self._read_live({} if live is None else live, state)}
        self._check_live(state, count, held)
        now, marks = self._stepping(state.samples).advanced(state, count, held)
        twice = state.twice | np.any([(x == TWICE).any((0, 2)) for x in marks], axis=0)
        return replace(state, window=state.window + count, live=held, marks=marks, twice=twice, now=now)

    def observe(self, state: SimState) -> xr.Dataset:
        """What is seen at the moment of a state, and the spikes of its last advance.

        Returns:
            As `run`, at one `time` (s): spikes counted from time zero, recorded variables, signals and driven ports at
            the start of the next window (ports as they are held), and how often each trigger has acted.
        """
        self._check(state)
        stepping = self._stepping(state.samples)
        simulation, seen, count = stepping.simulation, stepping.seen(state), state.samples
        first = state.window - len(state.marks[0])
        fired = [spiked(x, np.full(count, len(x))) for x in state.marks]
        fired = [x._replace(window=x.window + first) for x in fired]
        room = max([1, *(int(np.count_nonzero(x, axis=0).max(initial=0)) for x in state.marks)])
        arrays, status = simulation.spikes(fired, count, room)
        traces = tuple({name: x[None] for name, x in own.items()} for own in seen.traces)
        arrays |= {name: x[..., 0] for name, x in simulation.traces(traces, count).items()}
        arrays |= {**seen.ports, **seen.signals, **{f"actions.{name}": x for name, x in seen.actions.items()}}
        status[state.twice] = Status.FAILED_TWO_SPIKES_IN_ONE_WINDOW
        for finite in seen.finite:
            status[~finite.all(-1)] = Status.FAILED_NOT_FINITE
        schema = self._moment(simulation.schema_of(self._design(state.values, state.stream)), room)
        return labelled(schema, arrays, status).assign_coords(
            time=((), state.time, {"units": "s", "long_name": "time"})
        )

    def change(self, state: SimState, values: Mapping[str, Any]) -> SimState:
        """The same moment, with other values from now on: what came before stays as it was.

        Cases that differ only later may so share their beginning: `change(state.select([0, 0]), {path: [0, 1]})`.

        Args:
            values: by path, as in `run`, of as many samples as the state has.
        """
        numbers, _ = together(given(values, self._leaves, self._bounds), state.stream)
        numbers = {**state.values, **self._of(state.samples, numbers)}
        self._prepared.simulation.check_room(self._all(numbers))
        return replace(state, values=numbers)

    def load(self, path: Any) -> SimState:
        """A state that `SimState.save` wrote.

        Raises:
            StateError: no such file, or (in `advance`) a state of something else.
        """
        return SimState.load(path)

    @property
    def schema(self) -> Schema:
        """What a run leaves."""
        return self._prepared.simulation.schema

    def fitting(self, samples: int) -> int:
        """How many of some samples run together at best: as many as keep this machine busy and its memory holds."""
        together = self._backend.together(sum(p.size for p in self.network.populations))
        free = min(free_memory(), self._backend.free_bytes())
        return batch_size(samples, together=together, sample_bytes=self._prepared.simulation.sample_bytes, free=free)

    def lanes(self, samples: int) -> int:
        """Cells that so many samples cost when they run together: those that only fill a device are among them."""
        return self._prepared.simulation.lanes(samples)

    @cached_property
    def digest(self) -> str:
        """Names everything that a state is a state of."""
        declared = (
            self.network,
            self.protocol,
            self.record,
            self.numerics,
            self._live,
            {k: list(x) for k, x in self._ranges.items()},
        )
        return result_digest(*declared)

    def _prepare(self, samples: int) -> Stepping:
        """Checked; XLA compiles at the first run."""
        design = self._design(self._ranges, np.zeros(2 if self._ranges else 1, np.int64))
        prepared = self._backend.prepare(self.network, self.protocol, self.record, design, self.numerics, samples)
        return Stepping(prepared, self._live)

    def _stepping(self, count: int) -> Stepping:
        """For `count` samples; if they are the first, it is made for as many."""
        if self.samples is None:
            self.samples = count
            if count > 1:
                self._prepared = self._prepare(count)
        return self._prepared

    def _check(self, state: SimState) -> None:
        if state.belongs != self.digest:
            raise StateError(
                f"this is a state of {state.belongs}, but the simulator is {self.digest}: network, protocol, numerics, "
                "`live`, `ranges` or the code differ; start with first()."
            )

    def _moment(self, schema: Schema, room: int) -> Schema:
        """A result at one time: without its axis, and with the ports that are given live."""
        variables = [replace(v, dims=tuple(dim for dim in v.dims if dim != "time")) for v in schema.variables]
        ports, known = self.network.ports(), {v.name for v in variables}
        for port in (name for name in self._live if name in ports and name not in known):
            variables.append(Variable(port, ("sample",), "float32", coherent_unit(ports[port]), f"input to {port}"))
        return Schema(
            sizes={dim: size for dim, size in schema.sizes.items() if dim != "time"} | {"spike": room},
            variables=tuple(variables),
            coordinates=tuple(c for c in schema.coordinates if c.dim != "time"),
        )

    def _all(self, numbers: Mapping[str, np.ndarray]) -> Numbers:
        return {**{path: np.array([value.number]) for path, value in self._leaves.items()}, **numbers}

    def _read(self, values: Mapping[str, Any] | None, stream: Any) -> tuple[Numbers, np.ndarray]:
        numbers = given({} if values is None else values, self._leaves, self._bounds)
        numbers, stream = together(numbers, streams(stream))
        self._prepared.simulation.check_room(self._all(numbers))
        return numbers, stream

    def _of(self, count: int, numbers: Numbers) -> Numbers:
        """Values for a state of `count` samples."""
        if wrong := [path for path, x in numbers.items() if len(x) != count]:
            raise ValuesError(
                f"{wrong[0]!r} has {len(numbers[wrong[0]])} values, but the state has {count} samples; select() makes "
                "several samples of one."
            )
        return numbers

    def _design(self, numbers: Mapping[str, np.ndarray], stream: np.ndarray) -> xr.Dataset:
        """Samples as a back end is given them."""
        units = {path: coherent_unit(self._leaves[path].dimensions) for path in numbers}
        coordinates = {path: ("sample", x, {"units": units[path]}) for path, x in numbers.items()}
        return xr.Dataset(coords={**coordinates, "stream": ("sample", stream, {"units": "1"})})

    def _checked_live(self, live: Sequence[str]) -> tuple[str, ...]:
        names = listed("`live` of a simulator", live, ValueError)
        known = {**self.network.ports(), **self.network.heard()}
        for name in names:
            if name not in known:
                raise ValueError(f"{shown(name)} is to be given live, but is no port or signal: {nearest(name, known)}")
        return tuple(sorted(set(names)))

    def _checked_ranges(self, ranges: Mapping[str, Sequence[Any]]) -> Numbers:
        for path, pair in table("`ranges` of a simulator", ranges, ValueError).items():
            if len(listed(f"the range of {path!r}", pair, ValueError)) != 2:
                raise ValueError(f"the range of {path!r} is its lowest and its highest value, not {shown(pair)}.")
        found = given(ranges, self._leaves, self._bounds, "the ranges")
        return {path: np.sort(x) for path, x in found.items()}

    def _read_live(self, live: Mapping[str, Any], state: SimState) -> Numbers:
        known = {**self.network.ports(), **self.network.heard()}
        leaves = {name: Quantity(0.0, known[name]) for name in self._live}
        numbers, _ = together(given(live, leaves, {}, "what is given live"), np.zeros(state.samples))
        return self._of(state.samples, numbers)

    def _check_live(self, state: SimState, windows: int, held: Numbers) -> None:
        """Together with what the protocol brings until then it must be what the ports may be given."""
        if any(held[port].any() for port in limited(self.network).keys() & held.keys()):
            since, window = state.window * self.numerics.window_ms, self.numerics.window_ms
            numbers = self.network.completed(self._all(state.values))
            check_within(self.network, self.protocol, numbers, Given(held, since, since + windows * window, window))
