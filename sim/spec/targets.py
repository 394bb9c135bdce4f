"""Whether a protocol fits a network: every port and signal that it names exists and has its unit."""

from collections.abc import Mapping

import numpy as np

from sim.spec.params import Value, nearest
from sim.spec.pieces import Numbers
from sim.spec.protocol import Course, Element, Protocol, ProtocolError
from sim.spec.trigger import When
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


def _same_unit(element: Element, what: str, value: Value, other: str, wanted: Dimensions) -> None:
    found = quantity(value).dimensions
    if found != wanted:
        raise UnitError(
            f"{what} of the command {element.label!r} must be in {describe(wanted)} as {other} is, "
            f"but {value!r} is in {describe(found)}."
        )
