"""What all back ends share: samples of a design to lanes, and what the lanes leave to arrays of the schema."""

from abc import ABC, abstractmethod

import numpy as np
import xarray as xr

from sim.backends.base import Slab
from sim.compile.assemble import Part, assemble, check_record, lanes, parameters
from sim.compile.interventions import commands, horizon, time_course
from sim.engine.loop import TWICE, Lanes, Outcome
from sim.results.schema import NO_SPIKE, Schema, Variable, simulation_schema
from sim.results.status import Status
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol, check_targets
from sim.spec.record import Record
from sim.units import coherent_unit, positive


class LaneSimulation(ABC):
    """A prepared simulation (see `sim.backends.base.Simulation`) that leaves only the lanes to a back end.

    Raises:
        ValueError: the parts do not fit each other; one sentence.
    """

    def __init__(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> None:
        check_targets(protocol, network.ports())
        check_record(record, network.populations)
        self.network, self.protocol, self.record, self.design = network, protocol, record, design
        self.numerics, self.batch = numerics, batch
        self.parts: list[Part] = [assemble(p, record, numerics) for p in network.populations]
        self.end = horizon(protocol, self._numbers(slice(None)))
        if self.end <= 0:
            raise ValueError("the protocol lasts no time; give it a duration, for example Settle('1 s').")
        self.windows = int(np.ceil(self.end / numerics.window_ms - 1e-9))
        every = positive(record.every, "ms", "every")
        self.block = max(1, round(every / numerics.window_ms)) if record.variables or record.commands else self.windows
        self.blocks = -(-self.windows // self.block)
        if record.variables and self.blocks < 2:
            raise ValueError(f"`every` is {record.every}, but the run lasts {self.end:g} ms; record at least twice.")
        self.capacity = max(8, int(np.ceil(self.end * positive(record.max_rate, "Hz", "max_rate"))))
        size = sum(p.size for p in network.populations)
        self.recorded = np.arange(size) if record.cells is None else np.array(record.cells, dtype=int)
        self.schema = self._schema()

    @abstractmethod
    def outcome(self, part: int, lanes: Lanes, parameters: dict[str, np.ndarray]) -> Outcome:
        """Run the lanes of one population.

        Args:
            part: number of the population.
            lanes: their states, constants, commands and keys.
            parameters: every parameter of the model in every lane, (lane,), coherent units.
        """

    def _numbers(self, samples: slice) -> dict[str, np.ndarray]:
        """Value of every leaf: (sample,) where the design varies it, else (1,)."""
        leaves = {**self.network.leaves(), **self.protocol.leaves()}
        fixed = {path: np.array([value.number]) for path, value in leaves.items()}
        varied = {p: self.design[p].values[samples] for p in fixed.keys() & set(map(str, self.design.coords))}
        return {**fixed, **varied}

    def _schema(self) -> Schema:
        populations = [p.name for p in self.network.populations for _ in range(p.size)]
        dtype, traces = self.numerics.dtype, []
        known = {name: d for p in self.network.populations for name, d in p.model.parsed.dimensions().items()}
        for name in self.record.variables:
            unit, bits = coherent_unit(known[name]), 11 if dtype == "float32" else None
            traces.append(Variable(name, ("sample", "recorded", "time"), dtype, unit, name, mantissa_bits=bits))
        for port, dimensions in self._driven().items() if self.record.commands else ():
            said = f"command on {port}"
            traces.append(
                Variable(port, ("sample", "time"), "float32", coherent_unit(dimensions), said, mantissa_bits=15)
            )
        schema = simulation_schema(
            self.design,
            populations=populations,
            spike_capacity=self.capacity,
            dt_ms=self.numerics.dt_ms,
            traces=traces,
            times={"time": self._starts() * self.numerics.window_ms * 1e-3} if traces else {},
            recorded=self.recorded if self.record.variables else None,
        )
        return schema

    def _driven(self) -> dict[str, tuple[float, ...]]:
        targets = {getattr(e, "target", "") for e in self.protocol.elements()}
        return {port: dims for port, dims in self.network.ports().items() if port in targets}

    def _starts(self) -> np.ndarray:
        """First window of every block."""
        return np.arange(self.blocks) * self.block

    def run(self, samples: slice) -> Slab:
        """Run some samples, at most `batch`.

        Returns:
            Arrays of the schema's variables; a code of `Status` for each sample.
        """
        stream = self.design["stream"].values[samples]
        count = len(stream)
        if not 0 < count <= self.batch:
            raise ValueError(f"asked to run {count} samples at once, but the batch holds 1 to {self.batch}.")
        filled = np.minimum(np.arange(self.batch), count - 1)  # a short batch repeats its last sample
        numbers = {
            path: x[filled] if len(x) == count and x.size > 1 else x for path, x in self._numbers(samples).items()
        }
        found = commands(
            self.protocol, numbers, tuple(self.network.ports()), window=self.numerics.window_ms, samples=self.batch
        )
        outcomes = []
        for k, part in enumerate(self.parts):
            values = parameters(part, numbers)
            every_lane = {
                n: np.broadcast_to(x, (self.batch, part.population.size)).reshape(-1) for n, x in values.items()
            }
            outcomes.append(self.outcome(k, lanes(part, values, found, stream[filled]), every_lane))
        marks = np.concatenate(
            [self._by_cell(o.marks, p, count) for o, p in zip(outcomes, self.parts, strict=True)], axis=-1
        )
        ends = np.ceil(self.protocol.length(numbers) / self.numerics.window_ms - 1e-9)  # each sample has its own
        marks = marks[: self.windows] * (np.arange(self.windows)[:, None] < ends[:count])[..., None]
        arrays, status = self._spikes(marks)
        arrays |= self._traces(outcomes, count)
        if self.record.commands:
            arrays |= {port: time_course(found[port], self._starts())[:count] for port in self._driven()}
        for outcome, part in zip(outcomes, self.parts, strict=True):
            finite = outcome.finite.reshape(self.batch, part.population.size)[:count].all(-1)
            status[~finite] = Status.FAILED_NOT_FINITE
        dtypes = {v.name: v.dtype for v in self.schema.variables}
        return Slab({name: np.asarray(x).astype(dtypes[name]) for name, x in arrays.items()}, status)

    def _by_cell(self, x: np.ndarray, part: Part, count: int) -> np.ndarray:
        """(..., lane) -> (..., sample, cell), without the samples that only filled the batch."""
        return x.reshape(*x.shape[:-1], self.batch, part.population.size)[..., :count, :]

    def _spikes(self, marks: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
        windows, samples, size = marks.shape
        by_lane = np.ascontiguousarray(marks.reshape(windows, -1).T)
        lane, window = np.nonzero(by_lane)
        mark = by_lane[lane, window].astype(np.int32)
        count = np.bincount(lane, minlength=samples * size)
        place = np.arange(len(lane)) - (np.cumsum(count) - count)[lane]
        fits = place < self.capacity
        steps = np.full((samples * size, self.capacity), NO_SPIKE, np.int32)
        steps[lane[fits], place[fits]] = (window * self.numerics.steps + mark)[fits]
        status = np.full(samples, Status.DONE, np.int8)
        status[count.reshape(samples, size).max(1) > self.capacity] = Status.FAILED_SPIKE_OVERFLOW
        status[np.unique(lane[mark == TWICE] // size)] = Status.FAILED_TWO_SPIKES_IN_ONE_WINDOW
        steps = steps.reshape(samples, size, self.capacity)
        steps[status == Status.FAILED_TWO_SPIKES_IN_ONE_WINDOW] = NO_SPIKE  # the steps of the two are not known
        return {
            "spike_step": steps,
            "n_spikes": count.reshape(samples, size).astype(np.int32),
        }, status

    def _traces(self, outcomes: list[Outcome], count: int) -> dict[str, np.ndarray]:
        found = {}
        for name in self.record.variables:
            pieces = []
            for outcome, part in zip(outcomes, self.parts, strict=True):
                x = outcome.traces.get(name)
                shape = (self.blocks, self.batch * part.population.size)
                pieces.append(self._by_cell(np.full(shape, np.nan) if x is None else x, part, count))
            found[name] = np.moveaxis(np.concatenate(pieces, axis=-1), 0, -1)[:, self.recorded]
        return found
