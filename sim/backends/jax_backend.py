"""The JAX back end: lanes through the compiled engine."""

from dataclasses import dataclass

import jax
import numpy as np
import xarray as xr

from sim.backends.simulation import LaneSimulation
from sim.engine.batch import compile_batch
from sim.engine.loop import Lanes, Outcome
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record


@dataclass(frozen=True)
class JaxBackend:
    """Runs on whatever devices JAX sees, all of them."""

    def device(self) -> str:
        """What it runs on, in words."""
        kinds = {}
        for device in jax.devices():
            kinds[device.device_kind] = kinds.get(device.device_kind, 0) + 1
        return ", ".join(f"{count} x {kind}" for kind, count in kinds.items())

    def prepare(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> "JaxSimulation":
        """Check, compile to Programs, and lay out the schema; XLA compiles at the first run."""
        return JaxSimulation(network, protocol, record, design, numerics, batch)


class JaxSimulation(LaneSimulation):
    """A prepared simulation; see `sim.backends.base.Simulation`."""

    def __init__(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> None:
        super().__init__(network, protocol, record, design, numerics, batch)
        self._kernels = [compile_batch(part.program, self.blocks, self.block) for part in self.parts]

    def outcome(self, part: int, lanes: Lanes, parameters: dict[str, np.ndarray]) -> Outcome:
        return self._kernels[part](lanes)
