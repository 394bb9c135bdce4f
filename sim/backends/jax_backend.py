"""The JAX back end: lanes, or whole networks, through the compiled engine."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import xarray as xr

from sim import flags
from sim.backends import single_precision
from sim.backends.simulation import Batch, LaneSimulation
from sim.engine.batch import Layout, compile_lanes, compile_network
from sim.engine.circuit import Group, NetworkOutcome
from sim.engine.drive import Drive, Segments, Trains
from sim.engine.kernel import Kernel
from sim.engine.kernels import CHOICES, choose, in_words, reference
from sim.engine.lanes import Lanes, Outcome
from sim.engine.platform import devices, on_gpu, processor
from sim.engine.steps import Steps
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record


@dataclass(frozen=True)
class JaxBackend:
    """Runs on whatever devices JAX sees, all of them.

    Args:
        kernel: what becomes of the loop over steps: `"native"` (C++ for this processor; needs a compiler), `"xla"` (the
            reference), `"pallas"` (for a GPU), or `"auto"`, the fastest that works here.

    Raises:
        ValueError: there is no such kernel; names those there are.
    """

    kernel: str = "auto"

    def __post_init__(self) -> None:
        if self.kernel not in CHOICES:
            raise ValueError(f"`backend.kernel` is {self.kernel!r}; the kernels are {', '.join(CHOICES)}.")

    def together(self, cells: int) -> int:
        """A group of samples for each core; a GPU wants many more."""
        return len(devices()) * reference().together(cells)

    def free_bytes(self) -> float:
        """Of the memory of all GPUs."""
        found = [device.memory_stats() for device in devices()]
        return sum(x["bytes_limit"] - x["bytes_in_use"] if x else math.inf for x in found)

    def prepare(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> "JaxSimulation":
        """Check, compile to Programs, and lay out the schema; XLA compiles at the first run."""
        return JaxSimulation(network, protocol, record, design, numerics, batch, self.kernel)


class JaxSimulation(LaneSimulation):
    """A prepared simulation; see `sim.backends.base.Simulation`."""

    def __init__(
        self,
        network: Network,
        protocol: Protocol,
        record: Record,
        design: xr.Dataset,
        numerics: Numerics,
        batch: int,
        kernel: str = "auto",
    ) -> None:
        flags.start()  # the first simulation of a process gives JAX its settings
        super().__init__(network, protocol, record, design, numerics, batch)
        self.kernel = kernel
        self._one = self.batched(self._numbers(slice(0, 1)), self.design["stream"].values[:1]).cells
        single_precision.warn(self.parts, self._one)
        if kernel != "auto":
            _ = self._kernel  # it may be refused

    @cached_property
    def _kernel(self) -> Kernel:
        """Chosen when it is needed: all steps are traced for that, and what is only asked for its size needs none."""
        return choose(self.kernel, [(p.program, cells) for p, cells in zip(self.parts, self._one, strict=True)])

    @cached_property
    def _network(self) -> Callable[[Group], NetworkOutcome]:
        return compile_network(self._kernel, self.circuit, self.batch, self.blocks, self.block)

    @cached_property
    def _kernels(self) -> list[Callable[[Lanes], Outcome]]:
        return [compile_lanes(self._kernel, part.program, self.blocks, self.block) for part in self.parts]

    def lanes(self, samples: int) -> int:
        """How many lanes are run for so many samples at once: each device runs whole pieces, filled up."""
        sizes = [part.population.size for part in self.parts]
        if self.coupled:
            layout = Layout.of(self._kernel, self.circuit, samples)
            return layout.groups * sum(self._kernel.lanes(layout.per_group * size) for size in sizes)
        many, found = len(devices()), 0
        for cells in (samples * size for size in sizes):
            whole = many * self._kernel.piece(-(-cells // many))
            found += -(-cells // whole) * whole
        return found

    @property
    def device(self) -> str:
        kind = devices()[0].device_kind
        return f"{kind if on_gpu() else f'{kind} {processor()}'}, {in_words(self._kernel)}"

    def execute(self, batch: Batch) -> NetworkOutcome:
        if not self.coupled:
            return self._uncoupled(batch)
        found = self._network(self.group(batch))
        silent = {port: np.zeros((self.blocks, self.batch)) for port in batch.drives}
        return found._replace(ports=silent | found.ports)

    def group(self, batch: Batch, live: dict[str, np.ndarray] | None = None) -> Group:
        """A batch as a network takes it; `live` is given from outside, by port or signal, (sample,)."""
        driven = {port: drive for port, drive in batch.drives.items() if not drive.silent}
        return Group(batch.cells, driven, batch.triggers, batch.delay, batch.weight, live or {})

    @cached_property
    def steps(self) -> Steps:
        """What advances a batch window by window."""
        return Steps(self._kernel, self.circuit, self.batch)

    def _uncoupled(self, batch: Batch) -> NetworkOutcome:
        """Every population through its own kernel."""
        found: list[Outcome] = []
        for part, kernel, cells in zip(self.parts, self._kernels, batch.cells, strict=True):
            name, size = part.population.name, part.population.size
            drives = {port: each_lane(batch.drives[f"{name}.{port}"], size) for port in part.program.ports}
            found.append(kernel(Lanes(cells, drives)))
        sizes = [part.population.size for part in self.parts]

        def by_cell(x: np.ndarray, size: int) -> np.ndarray:
            return x.reshape(*x.shape[:-1], -1, size)

        return NetworkOutcome(
            marks=tuple(by_cell(x.marks, n) for x, n in zip(found, sizes, strict=True)),
            traces=tuple({k: by_cell(t, n) for k, t in x.traces.items()} for x, n in zip(found, sizes, strict=True)),
            finite=tuple(by_cell(x.finite, n) for x, n in zip(found, sizes, strict=True)),
            signals={},
            ports=self.open_loop(batch),
            actions={},
        )


def each_lane(drive: Drive, size: int) -> Drive:
    """What drives each sample, (piece, sample), as what drives each cell of it, (piece, lane)."""
    return Drive(
        Segments(*(np.repeat(x, size, axis=-1) for x in drive.segments)),
        Trains(*(np.repeat(x, size, axis=-1) for x in drive.trains)),
    )
