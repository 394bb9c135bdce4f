"""What every back end offers: a prepared simulation that runs slabs of a design."""

import typing
from typing import NamedTuple

import numpy as np
import xarray as xr

from sim.results.schema import Schema
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.protocol import Protocol
from sim.spec.record import Record


class Slab(NamedTuple):
    """What one run leaves: arrays by name of the schema's variables, and a `Status` code for each sample."""

    arrays: dict[str, np.ndarray]
    status: np.ndarray


class Simulation(typing.Protocol):
    """A network, protocol and record, ready to run any samples of a design."""

    schema: Schema

    @property
    def device(self) -> str:
        """What runs it and on what, in words: two that differ here may differ in the last bits of their numbers."""
        ...

    @property
    def sample_bytes(self) -> float:
        """Memory of the host that one sample takes while it runs, about."""
        ...

    def run(self, samples: slice | np.ndarray) -> Slab:
        """Run some samples, by their numbers. A sample that fails is a status; the others go on."""
        ...


class Backend(typing.Protocol):
    """Something that can run declared networks."""

    def prepare(
        self,
        network: Network,
        protocol: Protocol,
        record: Record,
        design: xr.Dataset,
        numerics: Numerics,
        batch: int,
    ) -> Simulation:
        """Check and compile.

        Args:
            design: coordinates along `sample`.
            batch: samples that run together; a run of fewer is filled up, so nothing is compiled twice.
        """
        ...

    def together(self, cells: int) -> int:
        """How many samples of some cells each keep it busy at once."""
        ...

    def free_bytes(self) -> float:
        """Memory that its devices have left, where they have their own; else infinite."""
        ...
