"""What is done to a network, in time or in answer to it.

    Hold("hTA.inhibition", 1.5) + (Settle("1 s") >> Triangle("hTA.excitation", peak=30, up="10 s", down="10 s"))
    Settle("30 s") + When("force", above="2 N", do=Train("nerve.stimulus", "30 Hz", "1 s"), refractory="2 s")

`a >> b` is a, then b; `a + b` is both at the same time, and where they drive the same port they add. A command is
piecewise linear, a train is made of pulses; corners and pulses fall on the borders of windows (0.5 ms by default).
What has no duration of its own (`Hold`, `When`) lasts as long as what it stands beside.
"""

from dataclasses import dataclass
from functools import reduce
from typing import ClassVar

import numpy as np

from sim.spec.kinds import named, parts, word
from sim.spec.pieces import Numbers, Piece, Pulses, Segment
from sim.units import Quantity, UnitError, in_unit, positive, quantity, shown


class ProtocolError(ValueError):
    """A protocol that cannot be; the message is one sentence."""


class Protocol:
    """Base of everything that can be composed with `>>` and `+`."""

    def __rshift__(self, other: "Protocol") -> "Protocol":
        return Sequence((*_parts(self, Sequence), *_parts(other, Sequence)))

    def __add__(self, other: "Protocol") -> "Protocol":
        return Together((*_parts(self, Together), *_parts(other, Together)))

    def __rrshift__(self, other: "Protocol") -> "Protocol":
        return Sequence(_parts(other, Sequence))  # which refuses it: `other` is no protocol

    __radd__ = __rrshift__

    def elements(self) -> "list[Element]":
        """The commands in it, in order."""
        raise TypeError(f"{type(self).__name__} has no elements")

    def length(self, numbers: Numbers) -> np.ndarray:
        """ms, (sample,)."""
        raise TypeError(f"{type(self).__name__} has no length")

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        """What all commands are made of, `start` and `end` (ms) being the time that the protocol is given."""
        raise TypeError(f"{type(self).__name__} has no pieces")

    def bounds(self) -> dict[str, tuple[str, None]]:
        """Lowest value of every duration and rate, by path; there is no highest one."""
        named = [e for e in self.elements() if e.own_leaves()]
        times = (f"protocol.{e.label}.{field}" for e in named for field in (*e.TIMES, *e.SPANS))
        rates = (f"protocol.{e.label}.{field}" for e in named for field in e.RATES)
        return {path: ("0 ms", None) for path in times} | {path: ("1e-6 Hz", None) for path in rates}

    def leaves(self) -> dict[str, Quantity]:
        """The numbers that a design may vary, by path: `protocol.NAME.FIELD`.

        Raises:
            ProtocolError: two commands of the same name.
        """
        found: dict[str, Quantity] = {}
        taken: set[str] = set()
        for element in self.elements():
            name, own = getattr(element, "name", ""), element.own_leaves()
            if name in taken or found.keys() & own.keys():
                raise ProtocolError(
                    f"two commands of the protocol are called {name or element.label!r}; name one: name='...'."
                )
            taken |= {name} - {""}
            found |= own
        return found


def _parts(protocol: Protocol, kind: type) -> tuple[Protocol, ...]:
    if not isinstance(protocol, Protocol):
        raise ProtocolError(
            f"a protocol is joined (>> or +) to {shown(protocol)}, which is no protocol; write Settle('1 s')."
        )
    return protocol.parts if isinstance(protocol, kind) else (protocol,)  # type: ignore[attr-defined]


def _several(found: tuple[Protocol, ...]) -> tuple[Protocol, ...]:
    found = parts("the `parts` of a protocol", found, Protocol, ProtocolError)
    if not found:
        raise ProtocolError("a protocol has at least one of its `parts`, but it has none; take Settle('0 s').")
    return found


@dataclass(frozen=True)
class Sequence(Protocol):
    """One after the other."""

    parts: tuple[Protocol, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _several(self.parts))

    def elements(self) -> "list[Element]":
        return [e for part in self.parts for e in part.elements()]

    def length(self, numbers: Numbers) -> np.ndarray:
        return sum((part.length(numbers) for part in self.parts), np.zeros(1))

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        found = []
        for part in self.parts:
            stop = start + part.length(numbers)
            found += part.pieces(numbers, start, stop)
            start = stop
        return found


@dataclass(frozen=True)
class Together(Protocol):
    """At the same time, all from the same start."""

    parts: tuple[Protocol, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _several(self.parts))

    def elements(self) -> "list[Element]":
        return [e for part in self.parts for e in part.elements()]

    def length(self, numbers: Numbers) -> np.ndarray:
        return reduce(np.maximum, (part.length(numbers) for part in self.parts))

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        return [s for part in self.parts for s in part.pieces(numbers, start, end)]


@dataclass(frozen=True)
class Element(Protocol):
    """A command with numbers of its own. `TIMES` names the fields whose sum is its length, `SPANS` other times, `RATES`
    frequencies, `LEVELS` levels of the port or signal."""

    TIMES: ClassVar[tuple[str, ...]] = ()
    SPANS: ClassVar[tuple[str, ...]] = ()
    RATES: ClassVar[tuple[str, ...]] = ()
    LEVELS: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        called, own = type(self).__name__, vars(self)
        if not isinstance(own.get("name", ""), str) or own.get("name"):
            word(f"the name of a {called}", own["name"], ProtocolError)
        if "target" in own:
            named(f"the target of a {called}", own["target"], ProtocolError)
        for field in (*self.TIMES, *self.SPANS):
            found = in_unit(getattr(self, field), "ms", f"{field!r} of {self.label!r}")
            if not 0 <= found < np.inf:
                raise UnitError(
                    f"{field!r} of {self.label!r} must not be negative, but it is {getattr(self, field)!r}."
                )
        for field in self.RATES:
            positive(getattr(self, field), "Hz", f"{field!r} of {self.label!r}")
        for field in self.LEVELS:
            quantity(getattr(self, field), f"{field!r} of {self.label!r}")

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
        fields = (*self.TIMES, *self.SPANS, *self.RATES, *self.LEVELS)
        return {f"protocol.{self.label}.{f}": quantity(getattr(self, f)) for f in fields}

    def value(self, field: str, numbers: Numbers) -> np.ndarray:
        found = numbers.get(f"protocol.{self.label}.{field}") if self.has_path else None
        return np.atleast_1d(quantity(getattr(self, field)).number) if found is None else found

    def length(self, numbers: Numbers) -> np.ndarray:
        return sum((self.value(field, numbers) for field in self.TIMES), np.zeros(1))

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        """Level at the start and after each of `TIMES`."""
        return []

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
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

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
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


@dataclass(frozen=True)
class Train(Element):
    """Pulses at a frequency for a while, the first at its start; a pulse is given in the window nearest to its time.

    Args:
        target: port that the pulses drive, for example the stimulus of a nerve.
        level: height of a pulse, for example the intensity of the stimulus.
        width: of a pulse; at least a window.
    """

    target: str
    frequency: str | float
    duration: str | float
    level: str | float = 1.0
    width: str | float = "0 ms"
    name: str = ""
    TIMES: ClassVar[tuple[str, ...]] = ("duration",)
    SPANS: ClassVar[tuple[str, ...]] = ("width",)
    RATES: ClassVar[tuple[str, ...]] = ("frequency",)
    LEVELS: ClassVar[tuple[str, ...]] = ("level",)

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        period = 1.0 / self.value("frequency", numbers)
        stop = start + self.value("duration", numbers)
        width, level = self.value("width", numbers), self.value("level", numbers)
        return [Pulses(self.target, start, stop, period, width, level)]
