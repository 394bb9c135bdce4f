"""Whether a protocol fits a network: ports and signals that it names exist, have its units and take what it brings."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from sim.spec.network import Network
from sim.spec.params import Value, nearest
from sim.spec.pieces import Numbers, Piece, Pulses, Segment, Watch
from sim.spec.population import Population
from sim.spec.projection import Projection
from sim.spec.protocol import Course, Element, Protocol, ProtocolError
from sim.spec.trigger import When
from sim.spec.within import WINDOW, Within, extremes
from sim.units import Dimensions, UnitError, describe, quantity

ALWAYS = (-1e12, 1e12)
"""ms: before the start of every run, and after its end."""


class Given(NamedTuple):
    """What a program gives to ports beside the protocol, and the time for which what reaches them is looked at.

    Args:
        live: by port, coherent units, (sample,); signals are left alone.
        since, until: ms.
        window: ms, in which a pulse is given.
    """

    live: Numbers = MappingProxyType({})
    since: float = 0.0
    until: float = np.inf
    window: float = WINDOW


NOTHING = Given()


def check_targets(
    protocol: Protocol, ports: Mapping[str, Dimensions], signals: Mapping[str, Dimensions] | None = None
) -> None:
    """Every command must drive a port that exists, in its unit, and every trigger watch a signal that exists.

    Args:
        ports: dimensions by `population.port`.
        signals: dimensions by name.

    Raises:
        ProtocolError: no such port or signal, or two triggers of one name.
        UnitError: a level in another unit than the port's or the signal's.
    """
    triggers = [element for element in protocol.elements() if isinstance(element, When)]
    names = [trigger.name or trigger.signal for trigger in triggers]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ProtocolError(f"two triggers are called {twice[0]!r}; name one: name='...'.")
    for trigger in triggers:
        if trigger.signal not in (signals or {}):
            raise ProtocolError(
                f"a trigger watches {trigger.signal!r}, which is no signal of the network: "
                f"{nearest(trigger.signal, signals or {})}"
            )
        _same_unit(
            trigger, "the level", trigger.level, f"the signal {trigger.signal!r}", (signals or {})[trigger.signal]
        )
    for element in protocol.elements():
        target = getattr(element, "target", "")
        if not target:
            continue
        if target not in ports:
            raise ProtocolError(
                f"the command {element.label!r} drives {target!r}, which is no port: {nearest(target, ports)}"
            )
        for field, level in element.written().levels.items():
            _same_unit(element, repr(field), level, f"the port {target!r}", ports[target])


def check_declared(network: Network, protocol: Protocol) -> None:
    """A protocol must fit a network with the numbers that both declare.

    Raises:
        ProtocolError, UnitError: as `check_targets` and `check_within`.
    """
    check_targets(protocol, network.ports(), network.heard())
    leaves = {**network.leaves(), **protocol.leaves()}
    check_within(network, protocol, network.completed({path: np.array([x.number]) for path, x in leaves.items()}))


def check_numbers(protocol: Protocol, numbers: Numbers) -> None:
    """What a design gives to switches and corners must make sense.

    Args:
        numbers: value of every leaf, by path, (sample,) or (1,).

    Raises:
        ProtocolError: an element that is neither on nor off, or a course whose corners do not follow each other.
    """
    for element in protocol.elements():
        if element.written().switches:
            on = element.value("on", numbers)
            if np.any(wrong := (on != 0) & (on != 1)):
                raise ProtocolError(f"'on' of {element.label!r} is 1 or 0, but the design has {on[wrong][0]:g} for it.")
        if isinstance(element, Course):
            element.check(numbers)


def check_within(network: Network, protocol: Protocol, numbers: Numbers, given: Given = NOTHING) -> None:
    """What reaches a port must be what the port may be given, in every sample: what a protocol brings to it, what a
    program gives live, and what graded projections carry to it of what another port is given.

    Args:
        numbers: value of every leaf of both, by path, (sample,) or (1,), those that are computed too.
        given: live, and when.

    Raises:
        ProtocolError: it is not; says what it would be, and why not.
    """
    ranges, carried = limited(network), _carried(network)
    driven: dict[str, list[str]] = {}
    for element in protocol.elements():
        target, label = getattr(element, "target", ""), element.label
        driven.setdefault(target, []).append("a command without a name" if label == target else repr(label))
    for port in given.live:
        driven.setdefault(port, []).append("a program")
    wanted = [port for port in ranges if port in driven]
    found = protocol.pieces(numbers, np.zeros(1), protocol.length(numbers)) if wanted else []
    for port in wanted:
        said = " and ".join(dict.fromkeys(driven[port]))
        who = f"what {said} {'bring' if ' and ' in said else 'brings'} to "
        for pieces, time in _brought(port, found, given):
            ends = extremes(pieces, *time, given.window)
            for level in ends:
                _check_one(f"{who}{port!r}", *ranges[port], port, level, numbers)
            for projection in carried.get(port, ()):
                on = projection.target
                for level in _through(projection, network, ends, numbers):
                    _check_one(f"{who}{port!r}, through {projection.name!r},", *ranges[on], on, level, numbers)


def _brought(port: str, found: list[Piece], given: Given) -> list[tuple[list[Segment | Pulses], tuple[float, float]]]:
    """What reaches a port at times that are known, and with each action of a trigger that may still act; and when."""
    own = given.live.get(port)
    held = [] if own is None else [Segment(port, np.array([ALWAYS[0]]), np.array([ALWAYS[1]]), own, own)]
    known = [p for p in found if not isinstance(p, Watch) and p.target == port]
    result = [([*known, *held], (given.since, given.until))]
    for watch in (p for p in found if isinstance(p, Watch)):
        acts = (watch.t0 <= given.until) & (watch.t1 + watch.latency + watch.spread + watch.refractory >= given.since)
        if (mine := [p for p in watch.pieces if p.target == port]) and np.any(acts):
            result.append(([*mine, *held], (0.0, np.inf)))  # as if it began at time zero
    return [(pieces, time) for pieces, time in result if pieces]


def _carried(network: Network) -> dict[str, list[Projection]]:
    """Graded projections that carry to a port with a range what another one is given, by the port where they begin."""
    ranges, found = limited(network), {}
    for port, (population, own) in ranges.items():
        follows = f"{population.name}.{own.followed_by}"
        found[port] = [p for p in network.projections if p.source == follows and p.target in ranges]
    return found


def _through(
    projection: Projection, network: Network, ends: tuple[np.ndarray, np.ndarray], numbers: Numbers
) -> list[np.ndarray]:
    """What a graded projection carries of the lowest and the highest that its source is given, (sample, cell)."""
    sources, targets = (
        network.population(x).size for x in (projection.source_population, projection.target_population)
    )
    param, path = projection.table()["weight"], f"network.{projection.name}.weight"
    weight = param.across(targets, {leaf: numbers[path + leaf] for leaf in param.leaves()})
    weight = weight * projection.wiring.table(sources, targets, projection.name).sum(0)
    return [level[:, None] * weight for level in ends]


def limited(network: Network) -> dict[str, tuple[Population, Within]]:
    """What may be given to ports that have a range, by `population.port`, and whose they are."""
    return {f"{p.name}.{port}": (p, own) for p in network.populations for port, own in p.model.block.within.items()}


def _check_one(who: str, population: Population, own: Within, port: str, level: np.ndarray, numbers: Numbers) -> None:
    formula, name = own.formula(population.model.given()), port.partition(".")[2]
    cells = {}
    for used in formula.used - {name}:
        param, path = population.table()[used], f"network.{population.name}.{used}"
        cells[used] = param.across(population.size, {leaf: numbers[path + leaf] for leaf in param.leaves()})
    found = formula.value({**cells, name: level if level.ndim == 2 else level[:, None]})
    wrong = own.beyond(found)
    if not wrong.any():
        return
    samples = wrong.any(1)
    where = f" in {np.count_nonzero(samples)} of {samples.size} samples" if samples.size > 1 else ""
    raise ProtocolError(f"{who} makes {own.what} {own.said(found[wrong][0])}{where}, but {own.but}.")


def _same_unit(element: Element, what: str, value: Value, other: str, wanted: Dimensions) -> None:
    found = quantity(value).dimensions
    if found != wanted:
        raise UnitError(
            f"{what} of the command {element.label!r} must be in {describe(wanted)} as {other} is, "
            f"but {value!r} is in {describe(found)}."
        )
