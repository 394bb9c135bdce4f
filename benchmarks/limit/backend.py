"""The limit as a back end: the same declared network, protocol and design as any other, run by the kernel by hand."""

import math
import time
from dataclasses import dataclass

import numpy as np
import xarray as xr

from benchmarks.limit import kernel
from benchmarks.workloads import CELL
from sim.backends.jax_backend import JaxSimulation
from sim.backends.simulation import Batch, LaneSimulation
from sim.engine.circuit import NetworkOutcome
from sim.engine.drive import Drive
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.units import quantity

DENSITY = quantity("1 mS/cm**2").number
FREE = ("g_cal", "monoamine", "spread")
"""The parameters that the kernel is told; all others are in its text."""


@dataclass(frozen=True)
class LimitBackend:
    """Runs uncoupled cells of `benchmarks.workloads.CELL` under one triangle, in float32 with the default numerics.

    Args:
        threads: of the processor.
        by_hand: the kernel written by hand, else the plain loop.
    """

    threads: int = 1
    by_hand: bool = True

    def together(self, cells: int) -> int:
        return 64 * self.threads

    def free_bytes(self) -> float:
        return math.inf

    def prepare(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> "LimitSimulation":
        return LimitSimulation(network, protocol, record, design, numerics, batch, self)


class LimitSimulation(LaneSimulation):
    """A prepared simulation; see `sim.backends.base.Simulation`. `seconds` is the wall time of its last kernel alone,
    `processor` the processor time.

    Raises:
        ValueError: the kernel is not for this.
    """

    def __init__(
        self,
        network: Network,
        protocol: Protocol,
        record: Record,
        design: xr.Dataset,
        numerics: Numerics,
        batch: int,
        how: LimitBackend,
    ) -> None:
        super().__init__(network, protocol, record, design, numerics, batch)
        if self.coupled or [p.model for p in network.populations] != [CELL] or record.variables:
            raise ValueError(f"the kernel runs uncoupled cells of {CELL.name!r} and records spikes only.")
        default = Numerics()
        if any(getattr(numerics, x) != getattr(default, x) for x in ("dt_ms", "window_ms", "scheme", "dtype")):
            raise ValueError(f"the kernel knows no numerics but {default}.")
        self.how, self.seconds, self.processor = how, 0.0, 0.0

    @property
    def device(self) -> str:
        return f"the limit kernel, {self.how.threads} threads"

    def execute(self, batch: Batch) -> NetworkOutcome:
        (population,), (cells,), (found,) = self.network.populations, batch.cells, batch.parameters
        for name, param in CELL.params.items():
            if name not in FREE and (found[name] != param.quantity.number).any():
                raise ValueError(f"the kernel has the {name} of the model in its text; leave it as it is.")
        spread = _one(found["spread"], "spread") / DENSITY
        peak, half = _triangle(batch.drives[f"{population.name}.excitation"])
        marks, self.seconds, self.processor = kernel.run(
            np.repeat(peak / DENSITY, population.size),
            found["monoamine"] * found["g_cal"] / DENSITY,
            cells.keys,
            windows=self.windows,
            half=half,
            spread=spread,
            threads=self.how.threads,
            by_hand=self.how.by_hand,
        )
        return NetworkOutcome(
            marks=(marks.reshape(self.windows, -1, population.size),),
            traces=({},),
            # the kernel does not look
            finite=(np.ones((self.batch, population.size), bool),),
            signals={},
            ports=self.open_loop(batch),
            actions={},
        )


class TimedSimulation(JaxSimulation):
    """The engine, with the times of its last kernel alone, marks on the host."""

    seconds = processor = 0.0

    def execute(self, batch: Batch) -> NetworkOutcome:
        wall, processor = time.perf_counter(), time.process_time()
        found = super().execute(batch)
        self.seconds, self.processor = time.perf_counter() - wall, time.process_time() - processor
        return found


def _one(values: np.ndarray, name: str) -> float:
    if (values != values[0]).any():
        raise ValueError(f"the kernel has one {name} for all lanes; let the design leave it alone.")
    return float(values[0])


def _triangle(drive: Drive) -> tuple[np.ndarray, int]:
    """Peak of each sample, (sample,), and the windows in which it is reached.

    Raises:
        ValueError: the drive is no triangle from time zero, as long up as down, the same in all samples.
    """
    begin, end, level, rise = drive.segments
    if drive.trains.begin.shape[0] == 0 and begin.shape[0] == 2:
        half = end[0, 0]
        up, down = rise * half
        corners = (begin == [[0], [half]]).all() and (end == [[half], [2 * half]]).all()
        if corners and (level[0] == 0).all() and np.allclose(up, level[1]) and np.allclose(down, -level[1]):
            return level[1], int(half)
    raise ValueError("the kernel's command is one Triangle from time zero, as long up as down in every sample.")
