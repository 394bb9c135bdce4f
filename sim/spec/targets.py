"""Whether a protocol fits a network: ports and signals that it names exist, have its units and take what it brings."""

from collections.abc import Mapping

import numpy as np

from sim.spec.network import Network
from sim.spec.params import Value, nearest
from sim.spec.pieces import Numbers, Watch
from sim.spec.population import Population
from sim.spec.protocol import Course, Element, Protocol, ProtocolError
from sim.spec.trigger import When
from sim.spec.within import Within, extremes
from sim.units import Dimensions, UnitError, describe, quantity


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


def check_within(network: Network, protocol: Protocol, numbers: Numbers) -> None:
    """What a protocol brings to a port must be what the port may be given, in every sample.

    Args:
        numbers: value of every leaf of both, by path, (sample,) or (1,), those that are computed too.

    Raises:
        ProtocolError: it is not; says what it would be, and why not.
    """
    driven: dict[str, list[Element]] = {}
    for element in protocol.elements():
        driven.setdefault(getattr(element, "target", ""), []).append(element)
    ranges = {port: limit for port, limit in limited(network).items() if port in driven}
    found = protocol.pieces(numbers, np.zeros(1), protocol.length(numbers)) if ranges else []
    for port, (population, own) in ranges.items():
        actions = [[p for p in x.pieces if p.target == port] for x in found if isinstance(x, Watch)]
        brought = [[p for p in found if not isinstance(p, Watch) and p.target == port], *actions]
        labels = (f"{e.label!r}" if e.label != port else "a command without a name" for e in driven[port])
        said = " and ".join(dict.fromkeys(labels))
        who = f"what {said} {'bring' if ' and ' in said else 'brings'} to {port!r}"
        for pieces in filter(None, brought):
            for level in extremes(pieces):
                _check_one(who, population, own, port, level, numbers)


def check_live(network: Network, given: Numbers, numbers: Numbers) -> None:
    """What a program gives to ports must be what they may be given.

    Args:
        given: by port, coherent units, (sample,); signals are left alone.
        numbers: value of every leaf of the network, as in `check_within`.

    Raises:
        ProtocolError: it is not.
    """
    for port, (population, own) in limited(network).items():
        if port in given:
            _check_one(f"what is given live to {port!r}", population, own, port, given[port], numbers)


def limited(network: Network) -> dict[str, tuple[Population, Within]]:
    """What may be given to ports that have a range, by `population.port`, and whose they are."""
    return {f"{p.name}.{port}": (p, own) for p in network.populations for port, own in p.model.block.within.items()}


def _check_one(who: str, population: Population, own: Within, port: str, level: np.ndarray, numbers: Numbers) -> None:
    formula, name = own.formula(population.model.given()), port.partition(".")[2]
    cells = {}
    for used in formula.used - {name}:
        param, path = population.table()[used], f"network.{population.name}.{used}"
        cells[used] = param.across(population.size, {leaf: numbers[path + leaf] for leaf in param.leaves()})
    found = formula.value({**cells, name: level[:, None]})
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
