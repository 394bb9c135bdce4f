"""What all back ends share: samples of a design to lanes, and what the lanes leave to arrays of the schema."""

from abc import ABC, abstractmethod
from typing import NamedTuple

import numpy as np
import xarray as xr

from sim.backends.base import Slab
from sim.compile import couple
from sim.compile.assemble import Assembled, assemble, cells, parameters
from sim.compile.interventions import WIDEST, drives, horizon, pieces, time_course, triggers
from sim.engine.circuit import Circuit, NetworkOutcome
from sim.engine.drive import FINE, Drive
from sim.engine.lanes import TWICE, Cells
from sim.engine.trigger import Trigger
from sim.results.schema import NO_SPIKE, Schema, Variable, simulation_schema
from sim.results.status import Status
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol, Train
from sim.spec.record import Record, check_record, kept_bits
from sim.spec.targets import Given, check_numbers, check_targets, check_within
from sim.spec.trigger import When
from sim.units import coherent_unit, positive


class Batch(NamedTuple):
    """Some samples as a back end runs them.

    Args:
        cells: of each population, (sample * cell,): the cells of the first sample, then of the second ...
        parameters: of each population, every parameter of its model, (sample * cell,), coherent units.
        drives: `population.port` -> Drive, (piece, sample); also of ports that nothing drives.
        triggers: by name.
        delay: of each projection, (sample, source cell): steps (spikes) or windows (graded).
        weight: of each projection, (sample, target cell), coherent units.
    """

    cells: tuple[Cells, ...]
    parameters: tuple[dict[str, np.ndarray], ...]
    drives: dict[str, Drive]
    triggers: dict[str, Trigger]
    delay: dict[str, np.ndarray]
    weight: dict[str, np.ndarray]


class Spiked(NamedTuple):
    """The windows in which cells fired, in the order of time; each (spike,).

    Args:
        mark: step within the window, or `TWICE`.
    """

    window: np.ndarray
    sample: np.ndarray
    cell: np.ndarray
    mark: np.ndarray


def spiked(marks: np.ndarray, ends: np.ndarray) -> Spiked:
    """Where a population's marks are, up to the end of each sample.

    Args:
        marks: uint8, (window, sample, cell).
        ends: windows, (sample,); samples beyond them only filled a batch.
    """
    flat = np.ascontiguousarray(marks).reshape(-1)
    flat = np.pad(flat, (0, -len(flat) % 8)) if len(flat) % 8 else flat
    eights = np.flatnonzero(flat.view(np.uint64) != 0)  # most hold no spike
    within, byte = np.nonzero(flat.reshape(-1, 8)[eights] != 0)
    at = eights[within] * 8 + byte
    window, sample, cell = np.unravel_index(at, marks.shape)
    counts = sample < len(ends)
    counts &= window < np.append(ends, np.zeros(marks.shape[1] - len(ends)))[sample]
    return Spiked(window[counts], sample[counts], cell[counts], flat[at[counts]])


class LaneSimulation(ABC):
    """A prepared simulation (see `sim.backends.base.Simulation`) that leaves only the lanes to a back end.

    Raises:
        ValueError: the parts do not fit each other; one sentence.
    """

    def __init__(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> None:
        check_targets(protocol, network.ports(), network.heard())
        check_record(record, network.populations)
        network.check_free(map(str, design.coords))
        self.network, self.protocol, self.record, self.design = network, protocol, record, design
        self.numerics, self.batch = numerics, batch
        leaves = {**network.leaves(), **protocol.leaves()}
        self.leaves = {path: np.array([value.number]) for path, value in leaves.items()}
        read = couple.variables_read(network)
        self.parts: list[Assembled] = [assemble(p, record, numerics, read[p.name]) for p in network.populations]
        numbers = self._numbers(slice(None))
        check_numbers(protocol, numbers)
        check_within(network, protocol, numbers, Given(window=numerics.window_ms))
        with np.errstate(over="ignore"):  # an infinite one is refused below
            self.end = horizon(protocol, numbers)
        self._check_times(numbers)
        self.windows = int(np.ceil(self.end / numerics.window_ms - 1e-9))
        if self.windows < 1:
            raise ValueError("the protocol lasts no time; give it a duration, for example Settle('1 s').")
        self.circuit: Circuit = couple.circuit(network, protocol, self.parts, numerics, numbers)
        self.coupled = couple.coupled(network, protocol)
        every = min(positive(record.every, "ms", "every") / numerics.window_ms, self.windows)
        if record.variables and every < 1 - 1e-9 and self.windows > 1:
            raise ValueError(
                f"`every` is {record.every}, but what is recorded is recorded once in a window, and a window is "
                f"{numerics.window_ms:g} ms; give a shorter window (window='0.1 ms'), or a longer interval."
            )
        self.block = max(1, round(every)) if record.variables or record.commands else self.windows
        self.blocks = -(-self.windows // self.block)
        if record.variables and self.blocks < 2:
            raise ValueError(f"`every` is {record.every}, but the run lasts {self.end:g} ms; record at least twice.")
        spikes = self.end * positive(record.max_rate, "Hz", "max_rate")
        if spikes > max(8, self.windows * numerics.steps):
            raise ValueError(
                f"`max_rate` is {record.max_rate}, which asks for room for more spikes than there are steps of "
                f"{numerics.dt}; lower it, for example to '500 Hz'."
            )
        self.capacity = max(8, int(np.ceil(spikes)))
        self.kept = [
            k for k, p in enumerate(network.populations) if record.populations is None or p.name in record.populations
        ]
        size = sum(network.populations[k].size for k in self.kept)
        self.recorded = np.arange(size) if record.cells is None else np.array(record.cells, dtype=int)
        self.schema = self.schema_of(design)

    @property
    def sample_bytes(self) -> float:
        """Marks, spikes and traces, each as the device leaves it, as it is sorted, and as it is written."""
        cells = sum(p.size for p in self.network.populations)
        marks = self.windows * cells
        kept = sum(
            np.dtype(v.dtype).itemsize * np.prod([self.schema.sizes[dim] for dim in v.dims[1:]], initial=1.0)
            for v in self.schema.variables
        )
        return 3.0 * (marks + float(kept))

    @abstractmethod
    def execute(self, batch: Batch) -> NetworkOutcome:
        """Run some samples, `self.batch` of them."""

    def _check_times(self, numbers: dict[str, np.ndarray]) -> None:
        """Steps, and the fractions of a window in which the pulses of a train are placed, are counted in 32 bits, the
        spread of a latency in 16; a window has one pulse."""
        dt, fine = self.numerics.dt_ms, self.numerics.window_ms / FINE
        times = [("the protocol lasts", self.end, dt)]
        for p in self.network.projections:
            times += [(f"the delay of the projection {p.name!r} is", numbers[path].max(), dt) for path in p.delays()]
        for train in (e for e in self.protocol.elements() if isinstance(e, Train)):
            for field in ("duration", "width"):
                times.append((f"{field!r} of {train.label!r} is", train.value(field, numbers).max(), fine))
            fastest = 1.0 / train.value("frequency", numbers).max()
            if fastest < self.numerics.window_ms * (1 - 1e-9):
                raise ValueError(
                    f"the pulses of {train.label!r} come every {fastest:g} ms, more than one in a window of "
                    f"{self.numerics.window_ms:g} ms; lower its frequency, or take a shorter window."
                )
        for watch in (e for e in self.protocol.elements() if isinstance(e, When)):
            if (spread := float(watch.value("spread", numbers).max())) > WIDEST * self.numerics.window_ms:
                raise ValueError(
                    f"'spread' of {watch.label!r} is {spread:g} ms, but a latency is drawn from {WIDEST} windows "
                    f"of {self.numerics.window_ms:g} ms at most; give less, or a longer window."
                )
        for said, ms, unit in times:
            if not float(ms) < 2**31 * unit:
                raise ValueError(
                    f"{said} {ms:g} ms, more than 2**31 times {unit:g} ms, and its result would not fit; give a "
                    "shorter duration, or a larger step and window."
                )

    def _numbers(self, samples: slice | np.ndarray) -> dict[str, np.ndarray]:
        """Value of every leaf: (sample,) where the design varies it, else (1,)."""
        return self.network.completed({**self.leaves, **self._varied(samples)})

    def _varied(self, samples: slice | np.ndarray) -> dict[str, np.ndarray]:
        """Value of the leaves that the design varies, (sample,)."""
        return {p: self.design[p].values[samples] for p in self.leaves.keys() & set(map(str, self.design.coords))}

    def check_room(self, numbers: dict[str, np.ndarray]) -> None:
        """Values that the simulation was not prepared with may need no more windows than it has, no other delays, and
        must bring to every port what it may be given.

        Args:
            numbers: value of every leaf, (sample,) or (1,); those that are computed from shared ones follow.

        Raises:
            ValueError: they do not fit; names what was prepared.
        """
        with np.errstate(over="ignore"):
            numbers = self.network.completed(numbers)
            check_within(self.network, self.protocol, numbers, Given(window=self.numerics.window_ms))
            asked = horizon(self.protocol, numbers)
        if np.ceil(asked / self.numerics.window_ms - 1e-9) > self.windows or not np.isfinite(asked):
            raise ValueError(
                f"these values make the protocol last {asked:g} ms, but there is room for {self.end:g} ms; say how far "
                "a duration may go when this is made, for example ranges={'protocol.NAME.duration': ('0 s', '60 s')}."
            )
        for p, link in zip(self.network.projections, self.circuit.links, strict=True):
            found = couple.delays(p, self.parts[link.source].population.size, numbers, self.numerics)
            unit = self.numerics.steps if p.spiking else 1
            lags = found.min() // unit, found.max() // unit
            if lags[0] < link.lags[0] or lags[1] > link.lags[1]:
                low, high = (lag * self.numerics.window_ms for lag in link.lags)
                asked = (found.min() if lags[0] < link.lags[0] else found.max()) * self.numerics.window_ms / unit
                raise ValueError(
                    f"these values make the delay of the projection {p.name!r} {asked:g} ms, but there is room for "
                    f"{low:g} to {high:g} ms; say how far it may go when this is made, for example "
                    f"ranges={{{next(iter(p.delays()))!r}: ('1 ms', '20 ms')}}."
                )

    def schema_of(self, design: xr.Dataset) -> Schema:
        """What a result of some samples is.

        Args:
            design: coordinates along `sample`, see `sim.results.schema.simulation_schema`.
        """
        kept = [self.network.populations[k] for k in self.kept]
        populations = [p.name for p in kept for _ in range(p.size)]
        dtype, traces = self.numerics.dtype, []
        known = {name: d for p in self.network.populations for name, d in p.model.parsed.dimensions().items()}
        for name in self.record.variables:
            unit, bits = coherent_unit(known[name]), kept_bits(self.record, dtype)
            traces.append(Variable(name, ("sample", "recorded", "time"), dtype, unit, name, mantissa_bits=bits))
        courses = {}
        if self.record.commands:
            reached = self._reached()
            for port, dimensions in self._driven().items():
                said = f"input to {port}, mean over its cells" if port in reached else f"command on {port}"
                courses[port] = (dimensions, said)
            courses |= {name: (d, f"signal {name}") for name, d in self.network.heard().items()}
        for name, (dimensions, said) in courses.items():
            unit = coherent_unit(dimensions)
            bits = kept_bits(self.record, "float32")
            traces.append(Variable(name, ("sample", "time"), "float32", unit, said, mantissa_bits=bits))
        traces += [
            Variable(f"actions.{name}", ("sample",), "int32", "1", f"how often the trigger {name} acted", fill=-1)
            for name in self.circuit.watched
        ]
        return simulation_schema(
            design,
            populations=populations,
            spike_capacity=self.capacity,
            dt_ms=self.numerics.dt_ms,
            traces=traces,
            times={"time": self._starts() * self.numerics.window_ms * 1e-3}
            if any("time" in v.dims for v in traces)
            else {},
            recorded=self.recorded if self.record.variables else None,
        )

    def _driven(self) -> dict[str, tuple[float, ...]]:
        """Ports that commands drive, whether by themselves or through a trigger, and those that projections do."""
        targets = {getattr(e, "target", "") for e in self.protocol.elements()} | self._reached()
        return {port: dims for port, dims in self.network.ports().items() if port in targets}

    def _reached(self) -> set[str]:
        """Ports that graded projections drive."""
        return {f"{self.circuit.members[link.target].name}.{link.into}" for link in self.circuit.graded}

    def _starts(self) -> np.ndarray:
        """First window of every block."""
        return np.arange(self.blocks) * self.block

    def run(self, samples: slice | np.ndarray) -> Slab:
        """Run some samples of the design, at most `batch`.

        Returns:
            Arrays of the schema's variables; a code of `Status` for each sample.
        """
        return self.simulated(self._varied(samples), self.design["stream"].values[samples])

    def simulated(self, values: dict[str, np.ndarray], stream: np.ndarray) -> Slab:
        """As `run`, of any samples.

        Args:
            values: of each leaf that is not as declared, by path, (sample,), coherent units.
            stream: number of the random stream, (sample,).
        """
        count = len(stream)
        if not 0 < count <= self.batch:
            raise ValueError(f"asked to run {count} samples at once, but the batch holds 1 to {self.batch}.")
        numbers, filled = self.filled(values, stream)
        outcome = self.execute(self.batched(numbers, filled))
        ends = np.ceil(self.protocol.length(numbers) / self.numerics.window_ms - 1e-9)  # each sample has its own
        kept = [spiked(outcome.marks[k], np.broadcast_to(ends, filled.shape)[:count]) for k in self.kept]
        arrays, status = self.spikes(kept, count, self.capacity)
        arrays |= self.traces(outcome.traces, count)
        if self.record.commands:
            arrays |= {port: outcome.ports[port][:, :count].T for port in self._driven()}
            arrays |= {name: outcome.signals[name][:, :count].T for name in self.network.heard()}
        arrays |= {f"actions.{name}": times[:count] for name, times in outcome.actions.items()}
        for finite in outcome.finite:
            status[~finite[:count].all(-1)] = Status.FAILED_NOT_FINITE
        dtypes = {v.name: v.dtype for v in self.schema.variables}
        return Slab({name: np.asarray(x).astype(dtypes[name], copy=False) for name, x in arrays.items()}, status)

    def filled(self, values: dict[str, np.ndarray], stream: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """The value of every leaf and the streams of a whole batch: a short one repeats its last sample."""
        filled = np.minimum(np.arange(self.batch), len(stream) - 1)
        varied = {p: x[filled] if x.size > 1 else x for p, x in values.items()}
        return self.network.completed({**self.leaves, **varied}), stream[filled]

    def batched(self, numbers: dict[str, np.ndarray], stream: np.ndarray) -> Batch:
        """Some samples, ready to run.

        Args:
            numbers: value of every leaf, (sample,) or (1,).
            stream: (sample,).
        """
        samples, window = len(stream), self.numerics.window_ms
        values = [parameters(part, numbers) for part in self.parts]
        sizes = [part.population.size for part in self.parts]
        found = pieces(self.protocol, numbers)

        def every(x: np.ndarray) -> np.ndarray:
            return np.broadcast_to(x, (samples, x.shape[-1]))

        return Batch(
            cells=tuple(cells(part, own, stream) for part, own in zip(self.parts, values, strict=True)),
            parameters=tuple(
                {name: np.broadcast_to(x, (samples, size)).reshape(-1) for name, x in own.items()}
                for own, size in zip(values, sizes, strict=True)
            ),
            drives=drives(found, tuple(self.network.ports()), window=window, samples=samples),
            triggers=triggers(found, stream, window=window),
            delay={
                p.name: every(couple.delays(p, sizes[link.source], numbers, self.numerics))
                for p, link in zip(self.network.projections, self.circuit.links, strict=True)
            },
            weight={
                p.name: every(couple.weights(p, sizes[link.target], numbers))
                for p, link in zip(self.network.projections, self.circuit.links, strict=True)
            },
        )

    def open_loop(self, batch: Batch, windows: np.ndarray | None = None) -> dict[str, np.ndarray]:
        """What commands bring to each port, whatever the network does: (window, sample).

        Args:
            windows: at whose start; of every block unless given.
        """
        windows = self._starts() if windows is None else windows
        return {port: time_course(drive, windows).T for port, drive in batch.drives.items()}

    def spikes(self, kept: list[Spiked], samples: int, room: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Spike steps and counts, and how each sample went.

        Args:
            kept: of each population that is kept.
            room: most spikes of a cell.
        """
        sizes = [self.parts[k].population.size for k in self.kept]
        size, first = sum(sizes), np.cumsum([0, *sizes])
        lane = np.concatenate([x.sample * size + x.cell + start for x, start in zip(kept, first, strict=False)])
        window, mark = (np.concatenate([getattr(x, name) for x in kept]) for name in ("window", "mark"))
        order = np.argsort(lane, kind="stable")  # of one cell, they come in time already
        lane, window, mark = lane[order], window[order], mark[order].astype(np.int32)
        count = np.bincount(lane, minlength=samples * size)
        place = np.arange(len(lane)) - (np.cumsum(count) - count)[lane]
        fits = place < room
        steps = np.full((samples * size, room), NO_SPIKE, np.int32)
        steps[lane[fits], place[fits]] = (window * self.numerics.steps + mark)[fits]
        status = np.full(samples, Status.DONE, np.int8)
        status[count.reshape(samples, size).max(1) > room] = Status.FAILED_SPIKE_OVERFLOW
        status[np.unique(lane[mark == TWICE] // size)] = Status.FAILED_TWO_SPIKES_IN_ONE_WINDOW
        steps = steps.reshape(samples, size, room)
        steps[status == Status.FAILED_TWO_SPIKES_IN_ONE_WINDOW] = NO_SPIKE  # the steps of the two are not known
        return {
            "spike_step": steps,
            "n_spikes": count.reshape(samples, size).astype(np.int32),
        }, status

    def traces(self, found: tuple[dict[str, np.ndarray], ...], count: int) -> dict[str, np.ndarray]:
        """The recorded variables of the cells that are kept, (sample, recorded, time).

        Args:
            found: of each population, name -> (time, sample, cell).
            count: of the samples.
        """
        kept: dict[str, np.ndarray] = {}
        for name in self.record.variables:
            length = max(len(own[name]) for own in found if name in own)
            each = [
                found[k][name][:, :count]
                if name in found[k]
                else np.full((length, count, self.parts[k].population.size), np.nan)
                for k in self.kept
            ]
            kept[name] = np.moveaxis(np.concatenate(each, axis=-1), 0, -1)[:, self.recorded]
        return kept
