"""A feature that two back ends must agree on: who is driven how, how both are run, and what agreement is."""

from dataclasses import dataclass, field

import numpy as np

from sim.backends.brian2_backend import Brian2Backend
from sim.design import Design
from sim.results.status import Status
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.params import Param
from sim.spec.protocol import Protocol
from sim.spec.record import Record

# mV, uS, nA, 1, mM: a rounding of 1e-16 of a potential in volts is 1e-13 mV; thousands of steps and weighted sums add
# some of them up, a spike's slope enlarges them, and leaky cells forget them.
ROUNDING = 1e-9
LEAK = {"g": "0.02 uS", "E": "-65 mV", "C": "0.2 nF"}
FIRE = {"threshold": "v > v_thr", "reset": "v = v_reset"}


def cell(text: str, numbers: dict, rules: dict | None = None, **initial) -> Model:
    """A cell from its text; a negative conductance is taken as it is."""
    signed = {name: ("-1 uS", None) for name in numbers if str(numbers[name]).startswith("-") and "S" in numbers[name]}
    params = {name: Param(value, "test", signed.get(name, (None, None))) for name, value in numbers.items()}
    return Model("a test", Block(text, params=params, initial=initial), **(rules or {}))


@dataclass(frozen=True)
class Feature:
    """A row of a table, all of which go through the same claim.

    Args:
        network: who is there; a model is one cell of it, called `cells`.
        fires: whether the claim is about spikes too; None is as it happens.
        every: how often all states are recorded.
        commands: whether driven ports, signals and actions are recorded too.
        batch: samples that run together.
        tolerance: of every recorded value, in its unit.
    """

    network: Network | Model
    protocol: Protocol
    fires: bool | None = True
    design: Design = field(default_factory=Design)
    dt: str = "0.1 ms"
    window: str = "0.5 ms"
    every: str = "1 ms"
    commands: bool = False
    batch: int | None = None
    tolerance: float = ROUNDING

    def populations(self) -> Network:
        if isinstance(self.network, Network):
            return self.network
        return Network((Population("cells", self.network, 1),))


def run(simulate, row: Feature, scheme: str = "staggered", method: str | None = None):
    """The row in JAX, or in Brian2 by some method."""
    network = row.populations()
    states = {e.name: None for p in network.populations for e in p.model.parsed.states}
    return simulate(
        network,
        row.protocol,
        record=Record(tuple(states), row.every, commands=row.commands, max_rate="1000 Hz"),
        design=row.design,
        batch=row.batch,
        backend=None if method is None else Brian2Backend(method),
        dt=row.dt,
        window=row.window,
        scheme=scheme,
        dtype="float64",
    )


def agree(row: Feature, ours, theirs) -> None:
    """Hold that spike steps and numbers of actions are the same, and whatever else was recorded alike to rounding."""
    for found in (ours, theirs):
        assert (found.status == Status.DONE).all()
    if row.fires is not None:
        assert (ours.counts.sum() > 0) == row.fires
    np.testing.assert_array_equal(ours.steps, theirs.steps)
    for name, x in ours.traces.items():
        tolerance = 0 if name.startswith("actions.") else row.tolerance
        np.testing.assert_allclose(theirs.traces[name], x, rtol=0, atol=tolerance, equal_nan=True, err_msg=name)
