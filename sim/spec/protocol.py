"""What is done to a network, in time.

    Hold("hTA.inhibition", 1.5) + (Settle("1 s") >> Triangle("hTA.excitation", peak=30, up="10 s", down="10 s"))

`a >> b` is a, then b; `a + b` is both at the same time, and where they drive the same port they add. A command is
piecewise linear; its corners fall on the borders of windows (0.5 ms by default).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import ClassVar, NamedTuple

import numpy as np

from sim.units import Quantity, UnitError, describe, in_unit, quantity


class ProtocolError(ValueError):
    """A protocol that cannot be; the message is one sentence."""


class Segment(NamedTuple):
    """A straight piece of a command: from `y0` at `t0` to `y1` at `t1` (ms), nothing outside; each (sample,)."""

    target: str
    t0: np.ndarray
    t1: np.ndarray
    y0: np.ndarray
    y1: np.ndarray


Numbers = Mapping[str, np.ndarray]
"""The value of each leaf in each sample, by path, coherent units, (sample,)."""


class Protocol:
    """Base of everything that can be composed with `>>` and `+`."""

    def __rshift__(self, other: "Protocol") -> "Protocol":
        return Sequence((*_parts(self, Sequence), *_parts(other, Sequence)))

    def __add__(self, other: "Protocol") -> "Protocol":
        return Together((*_parts(self, Together), *_parts(other, Together)))

    def elements(self) -> "list[Element]":
        """The commands in it, in order."""
        raise TypeError(f"{type(self).__name__} has no elements")

    def length(self, numbers: Numbers) -> np.ndarray:
        """ms, (sample,)."""
        raise TypeError(f"{type(self).__name__} has no length")

    def segments(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Segment]:
        """The straight pieces of all commands, `start` and `end` (ms) being the time that the protocol is given."""
        raise TypeError(f"{type(self).__name__} has no segments")

    def bounds(self) -> dict[str, tuple[str, None]]:
        """Lowest value of every duration, by path; there is no highest one."""
        times = (f"protocol.{e.label}.{field}" for e in self.elements() if e.own_leaves() for field in e.TIMES)
        return dict.fromkeys(times, ("0 ms", None))

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path: `protocol.NAME.FIELD`.

        Raises:
            ProtocolError: two commands of the same name.
        """
        found: dict[str, Quantity] = {}
        for element in self.elements():
            for path, value in element.own_leaves().items():
                if path in found:
                    raise ProtocolError(
                        f"two commands of the protocol are called {element.label!r}; name one: name='...'."
                    )
                found[path] = value
        return found


def _parts(protocol: Protocol, kind: type) -> tuple[Protocol, ...]:
    return protocol.parts if isinstance(protocol, kind) else (protocol,)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Sequence(Protocol):
    """One after the other."""

    parts: tuple[Protocol, ...]

    def elements(self) -> "list[Element]":
        return [e for part in self.parts for e in part.elements()]

    def length(self, numbers: Numbers) -> np.ndarray:
        return sum((part.length(numbers) for part in self.parts), np.zeros(1))

    def segments(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Segment]:
        found = []
        for part in self.parts:
            stop = start + part.length(numbers)
            found += part.segments(numbers, start, stop)
            start = stop
        return found


@dataclass(frozen=True)
class Together(Protocol):
    """At the same time, all from the same start."""

    parts: tuple[Protocol, ...]

    def elements(self) -> "list[Element]":
        return [e for part in self.parts for e in part.elements()]

    def length(self, numbers: Numbers) -> np.ndarray:
        return reduce(np.maximum, (part.length(numbers) for part in self.parts))

    def segments(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Segment]:
        return [s for part in self.parts for s in part.segments(numbers, start, end)]


@dataclass(frozen=True)
class Element(Protocol):
    """A command with numbers of its own. `TIMES` and `LEVELS` name its fields: durations, and levels of the port."""

    TIMES: ClassVar[tuple[str, ...]] = ()
    LEVELS: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for field in self.TIMES:
            found = in_unit(getattr(self, field), "ms", f"{field!r} of {self.label!r}")
            if not 0 <= found < np.inf:
                raise UnitError(
                    f"{field!r} of {self.label!r} must not be negative, but it is {getattr(self, field)!r}."
                )
        for field in self.LEVELS:
            quantity(getattr(self, field))

    @property
    def label(self) -> str:
        return getattr(self, "name", "") or getattr(self, "target", "") or type(self).__name__.lower()

    def elements(self) -> "list[Element]":
        return [self]

    @property
    def has_path(self) -> bool:
        """Whether a design can name it: it has a name, or a target to be called by."""
        return bool(getattr(self, "name", "") or getattr(self, "target", ""))

    def own_leaves(self) -> dict[str, Quantity]:
        if not self.has_path:
            return {}
        return {f"protocol.{self.label}.{f}": quantity(getattr(self, f)) for f in (*self.TIMES, *self.LEVELS)}

    def value(self, field: str, numbers: Numbers) -> np.ndarray:
        found = numbers.get(f"protocol.{self.label}.{field}") if self.has_path else None
        return np.atleast_1d(quantity(getattr(self, field)).number) if found is None else found

    def length(self, numbers: Numbers) -> np.ndarray:
        return sum((self.value(field, numbers) for field in self.TIMES), np.zeros(1))

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        """Level at the start and after each of `TIMES`."""
        return []

    def segments(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Segment]:
        found, levels = [], self.corners(numbers)
        for field, y0, y1 in zip(self.TIMES, levels, levels[1:], strict=False):
            stop = start + self.value(field, numbers)
            found.append(Segment(self.target, start, stop, y0, y1))  # type: ignore[attr-defined]
            start = stop
        return found


@dataclass(frozen=True)
class Settle(Element):
    """Nothing, for a while; a design can vary its duration if it has a name."""

    duration: str | float
    name: str = ""
    TIMES: ClassVar[tuple[str, ...]] = ("duration",)


@dataclass(frozen=True)
class Hold(Element):
    """A constant level for as long as what it stands beside (`+`); alone it lasts no time."""

    target: str
    level: str | float
    name: str = ""
    LEVELS: ClassVar[tuple[str, ...]] = ("level",)

    def length(self, numbers: Numbers) -> np.ndarray:
        return np.zeros(1)

    def segments(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Segment]:
        level = self.value("level", numbers)
        return [Segment(self.target, start, end, level, level)]


@dataclass(frozen=True)
class Step(Element):
    """A constant level for a while."""

    target: str
    level: str | float
    duration: str | float
    name: str = ""
    TIMES: ClassVar[tuple[str, ...]] = ("duration",)
    LEVELS: ClassVar[tuple[str, ...]] = ("level",)

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        return [self.value("level", numbers)] * 2


@dataclass(frozen=True)
class Triangle(Element):
    """From zero up to a peak and down again."""

    target: str
    peak: str | float
    up: str | float
    down: str | float
    name: str = ""
    TIMES: ClassVar[tuple[str, ...]] = ("up", "down")
    LEVELS: ClassVar[tuple[str, ...]] = ("peak",)

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        peak = self.value("peak", numbers)
        return [0 * peak, peak, 0 * peak]


@dataclass(frozen=True)
class Trapezoid(Element):
    """From zero up to a level, on it for a while, and down again."""

    target: str
    peak: str | float
    up: str | float
    hold: str | float
    down: str | float
    name: str = ""
    TIMES: ClassVar[tuple[str, ...]] = ("up", "hold", "down")
    LEVELS: ClassVar[tuple[str, ...]] = ("peak",)

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        peak = self.value("peak", numbers)
        return [0 * peak, peak, peak, 0 * peak]


def check_targets(protocol: Protocol, ports: Mapping[str, tuple[float, ...]]) -> None:
    """Every command must drive a port that exists, in its unit.

    Raises:
        ProtocolError: no such port.
        UnitError: a level in another unit than the port's.
    """
    from sim.spec.params import nearest

    for element in protocol.elements():
        target = getattr(element, "target", "")
        if not target:
            continue
        if target not in ports:
            raise ProtocolError(
                f"the command {element.label!r} drives {target!r}, which is no port: {nearest(target, ports)}"
            )
        for field in element.LEVELS:
            found = quantity(getattr(element, field)).dimensions
            if found != ports[target]:
                raise UnitError(
                    f"{field!r} of the command {element.label!r} must be in {describe(ports[target])} as the port "
                    f"{target!r} is, but {getattr(element, field)!r} is in {describe(found)}."
                )
