"""Projections, signals and triggers to a Circuit, and their numbers in some samples."""

import logging
from typing import Any

import numpy as np

from sim.compile.assemble import Assembled
from sim.engine.circuit import Circuit, Link, Member, Sense
from sim.spec.network import Network, NetworkError
from sim.spec.numerics import Numerics
from sim.spec.projection import Projection
from sim.spec.protocol import Protocol
from sim.spec.trigger import When
from sim.spec.wiring import GAINED

Numbers = dict[str, np.ndarray]
log = logging.getLogger("sherrington")


def coupled(network: Network, protocol: Protocol) -> bool:
    """Whether anything couples cells, reads them, or answers to them."""
    return bool(network.projections or network.signals) or any(isinstance(e, When) for e in protocol.elements())


def variables_read(network: Network) -> dict[str, tuple[str, ...]]:
    """The variables of each population that signals and projections read."""
    found: dict[str, dict[str, None]] = {p.name: {} for p in network.populations}
    for signal in network.signals:
        found[signal.population][signal.variable] = None
    for projection in network.projections:
        if read := projection.gain or projection.variable:
            found[projection.source_population][read] = None
    return {name: tuple(variables) for name, variables in found.items()}


def circuit(
    network: Network, protocol: Protocol, parts: list[Assembled], numerics: Numerics, numbers: Numbers
) -> Circuit:
    """Compile what couples the populations.

    Args:
        numbers: value of every leaf in all samples, (sample,) or (1,); the longest delay decides what is remembered.

    Raises:
        NetworkError: a spike that would arrive within the window in which it was fired.
    """
    place = {part.population.name: k for k, part in enumerate(parts)}
    links = []
    for p in network.projections:
        source, target = place[p.source_population], place[p.target_population]
        steps = delays(p, parts[source].population.size, numbers, numerics)
        per_window = numerics.steps if p.spiking else 1
        if p.spiking and steps.min() < numerics.steps:
            raise NetworkError(
                f"a spike of the projection {p.name!r} would arrive after {steps.min() * numerics.dt_ms:g} ms, within "
                f"its window of {numerics.window}; give it a delay of at least a window, or shorten the window."
            )
        wires = _wires(p, parts[source].population.size, parts[target].population.size)
        one_to_one = wires.shape[0] == wires.shape[1] and np.array_equal(wires, np.eye(len(wires)))
        links.append(
            Link(
                name=p.name,
                source=source,
                target=target,
                into=p.into,
                read=None if p.spiking else parts[source].read[p.variable],
                variable=p.gain or p.variable,
                wires=None if one_to_one else wires,
                lags=(int(steps.min()) // per_window, int(steps.max()) // per_window),
                gain=None if p.gain is None else parts[source].read[p.gain],
            )
        )
    return Circuit(
        members=tuple(Member(part.population.name, part.population.size, part.program) for part in parts),
        links=tuple(links),
        senses=tuple(
            Sense(
                name=s.name,
                source=place[s.population],
                read=parts[place[s.population]].read[s.variable],
                variable=s.variable,
                mean=s.how == "mean",
            )
            for s in network.signals
        ),
        watched={e.name or e.signal: e.signal for e in protocol.elements() if isinstance(e, When)},
    )


def _wires(projection: Projection, sources: int, targets: int) -> np.ndarray:
    """Relative weights, (source, target); those that are multiplied by a gain rounded to whole multiples of 1/32, so
    that sums of the products, up to 4096, are exact in float32 in any order. Says so where that changes them."""
    table = projection.wiring.table(sources, targets, projection.name)
    if projection.gain is None:
        return table
    wires = np.rint(table / GAINED) * GAINED
    if (off := np.abs(wires - table).max(initial=0.0)) > 0:
        gone = np.count_nonzero((wires == 0) & (table != 0))
        log.warning(
            "the relative weights of the projection %r are rounded to 1/32, as its spikes have a gain: up to %.2g "
            "off%s. Give larger ones and a smaller weight where that matters.",
            projection.name,
            off,
            f", and {gone} of {np.count_nonzero(table)} pairs are no longer joined" if gone else "",
        )
    return wires


def delays(projection: Projection, sources: int, numbers: Numbers, numerics: Numerics) -> np.ndarray:
    """Delays, (sample or 1, source cell): in steps if it carries spikes, else in windows; integers."""
    unit = numerics.dt_ms if projection.spiking else numerics.window_ms
    found = np.rint(_across(projection, "delay", sources, numbers) / unit)
    return np.broadcast_to(found, (len(found), sources)).astype(np.int32)


def weights(projection: Projection, targets: int, numbers: Numbers, host: Any = np) -> np.ndarray:
    """Weights, (sample or 1, target cell), coherent units."""
    found = _across(projection, "weight", targets, numbers)
    return host.broadcast_to(found, (len(found), targets)).astype(float)


def _across(projection: Projection, what: str, size: int, numbers: Numbers) -> np.ndarray:
    param = projection.table()[what]
    return param.across(size, {leaf: numbers[f"network.{projection.name}.{what}{leaf}"] for leaf in param.leaves()})
