"""Muscles about an ankle whose units are fired at will, and the torque that they bring."""

from dataclasses import replace

import numpy as np

from networks import mechanics
from networks.cells.afferent import FIBRE
from sim.spec.network import Network, Population
from sim.spec.projection import Projection
from sim.spec.protocol import Protocol, Settle, Step
from sim.spec.record import Record
from sim.spec.wiring import OneToOne
from sim.units import quantity

NEWTON, METRE, TORQUE = (quantity(f"1 {unit}").number for unit in ("N", "m", "N*m"))


def driven(units: dict[str, int], **how) -> Network:
    """Every unit of each muscle has an axon, in `MUSCLE_nerve`, that fires at the rate or stimulus it is given."""
    found = mechanics.build(units, **how)
    nerves = [Population(f"{k}_nerve", FIBRE, n, {"irregularity": 0.0}) for k, n in units.items()]
    twitches = [Projection(f"{k}_twitch", f"{k}_nerve", f"{k}_units.a", 1.0, "1 ms", OneToOne()) for k in units]
    return Network((*found.populations, *nerves), (*found.projections, *twitches), found.signals, found.shared)


def with_rows(network: Network, name: str, **rows) -> Network:
    """The network with other parameters of one population."""
    return replace(
        network,
        populations=tuple(
            replace(p, params={**p.params, **rows}) if p.name == name else p for p in network.populations
        ),
    )


def torque(simulate, network: Network, protocol: Protocol, **how) -> np.ndarray:
    """N m, (sample, time) every millisecond from the twentieth on, without what the relaxed muscles bring."""
    record = Record(("muscle_torque",), "1 ms", commands=False, populations=("ankle",), max_rate="500 Hz")
    found = simulate(network, protocol, record=record, **how).traces["muscle_torque"][:, 0] / TORQUE
    return (found - found[:, [18]])[:, 20:]


def shocks(*muscles: str, rest: str = "500 ms") -> Protocol:
    """One stimulus to all axons of some muscles; what `torque` begins with is the arrival of their spikes."""
    found = Settle("19 ms")
    for k in muscles:
        found += Settle("18.5 ms") >> Step(f"{k}_nerve.stimulus", 1, "0.5 ms", name=k) >> Settle(rest)
    return found


def times(twitch: np.ndarray) -> tuple[float, float, float]:
    """Peak (N m), contraction time and half-relaxation time (ms) of a twitch sampled every millisecond."""
    size = np.abs(twitch)
    peak = int(size.argmax())
    return float(size[peak]), peak, float(np.flatnonzero(size > size[peak] / 2)[-1] - peak)
