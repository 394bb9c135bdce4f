"""Small sweeps of an integrate-and-fire cell, for tests of what becomes of a sweep; child processes import them too."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.measure import Measure
from sim.results.view import View
from sim.run import Study
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Param
from sim.spec.protocol import Step
from sim.spec.record import Record

NUMBERS = {"E": "-65 mV", "R": "10 Mohm", "tau": "10 ms"}
POTENTIALS = Record(("v",), every="5 ms")


def firing(text: str, **initial: Any) -> Model:
    """A cell that fires above -50 mV and starts anew at `E`, from the text of its states."""
    params = {name: Param(value, "test") for name, value in NUMBERS.items()}
    block = Block(text, params=params, initial={"v": "-65 mV", **initial})
    return Model("integrate-and-fire", block, threshold="v > -50*mV", refractory="1 ms", reset="v = E")


QUIET = firing("dv/dt = (E - v + R*I)/tau : volt\nI : amp")
NOISY = firing("dv/dt = (E - v + R*I + z*mV)/tau : volt\ndz/dt = -z/tau + 3*sqrt(2/tau)*xi : 1\nI : amp")


def sweep(
    taus: Sequence[str] = ("8 ms", "10 ms", "12 ms"),
    *,
    cell: Model = NOISY,
    size: int = 3,
    current: str = "1.4 nA",
    lasting: str = "200 ms",
    record: Record = POTENTIALS,
    seeds: int = 1,
    kernel: str = "auto",
    **numerics: str,
) -> Study:
    """A step of current into a few cells called `pool`, at several time constants `tau`."""
    return Study(
        Network((Population("pool", cell, size),)),
        Step("pool.I", current, lasting),
        record,
        Design({"network.pool.tau": list(taus)}, seeds=seeds),
        JaxBackend(kernel),
        Numerics(**numerics),
    )


def partly_failing(**more: Any) -> Study:
    """A sweep of which every sample at the second of three time constants does not stay finite."""
    return sweep(("8 ms", "0.001 ms", "12 ms"), scheme="euler", **more)


def first_spike(view: View, population: str, after: float) -> np.ndarray:
    """When any cell fires first after a moment: s, (sample,); 9 where none does."""
    spikes = view.spikes(population)
    return np.where(spikes >= after, spikes, 9.0).min(axis=(1, 2), initial=9.0)


def mean_potential(view: View, population: str) -> np.ndarray:
    """mV, (sample,)."""
    return view.traces("v", population).mean(axis=(1, 2))


MEASURES = (
    Measure("first_spike", "s", "first spike", first_spike, {"population": "pool", "after": 0.05}),
    Measure("mean_potential", "mV", "mean potential", mean_potential, {"population": "pool"}),
)
