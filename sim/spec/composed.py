"""Protocols composed in time, one after the other (`>>`) or at once (`+`), and what each of their elements has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Any, ClassVar, NamedTuple

import numpy as np

from sim.spec.describe.protocol import describe
from sim.spec.describe.tables import Description
from sim.spec.kinds import named, parts, word
from sim.spec.params import Value, check_bounds
from sim.spec.pieces import Numbers, Piece, Segment
from sim.spec.ranges import RATES, TIMES, Bounds, of_kind
from sim.units import DIMENSIONLESS, Quantity, UnitError, in_unit, positive, quantity, shown


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

    def placed(self, start: float = 0.0, end: float | None = None) -> "list[tuple[Element, float, float]]":
        """Every element with the time at which it begins and ends, ms, as it is declared.

        Args:
            start, end: the time that the protocol is given.
        """
        raise TypeError(f"{type(self).__name__} has no elements")

    def describe(self) -> Description:
        """Its elements, with their numbers, as a table."""
        return describe(self.placed(), _lasting(self))

    def _repr_html_(self) -> str:
        return self.describe().html()

    def bounds(self) -> dict[str, Bounds]:
        """Lowest and highest value of every number, by path."""
        found: dict[str, Bounds] = {}
        for element in self.elements():
            if element.own_leaves():
                written, path = element.written(), f"protocol.{element.label}"
                found |= dict.fromkeys((f"{path}.{field}" for field in written.times), TIMES)
                found |= dict.fromkeys((f"{path}.{field}" for field in written.rates), RATES)
                found |= {f"{path}.{field}": of_kind(quantity(x).dimensions) for field, x in written.levels.items()}
                found |= {f"{path}.{field}": (0, 1) for field in written.switches}
        return found

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


def _lasting(protocol: Protocol) -> float:
    """ms, as it is declared."""
    return float(np.max(protocol.length({})))


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
class _Composed(Protocol):
    """Several protocols."""

    parts: tuple[Protocol, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", _several(self.parts))

    def elements(self) -> "list[Element]":
        return [e for part in self.parts for e in part.elements()]


@dataclass(frozen=True)
class Sequence(_Composed):
    """One after the other."""

    def length(self, numbers: Numbers) -> np.ndarray:
        return sum((part.length(numbers) for part in self.parts), np.zeros(1))

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        turns = self._turns(start, [part.length(numbers) for part in self.parts])
        return [piece for part, begin, stop in turns for piece in part.pieces(numbers, begin, stop)]

    def placed(self, start: float = 0.0, end: float | None = None) -> "list[tuple[Element, float, float]]":
        turns = self._turns(start, map(_lasting, self.parts))
        return [found for part, begin, stop in turns for found in part.placed(begin, stop)]

    def _turns(self, start: Any, lengths: Iterable[Any]) -> Iterator[tuple[Protocol, Any, Any]]:
        """Every part with its begin and its end, in the unit of its length."""
        for part, length in zip(self.parts, lengths, strict=True):
            yield part, start, start + length
            start = start + length


@dataclass(frozen=True)
class Together(_Composed):
    """At the same time, all from the same start."""

    def length(self, numbers: Numbers) -> np.ndarray:
        return reduce(np.maximum, (part.length(numbers) for part in self.parts))

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        return [s for part in self.parts for s in part.pieces(numbers, start, end)]

    def placed(self, start: float = 0.0, end: float | None = None) -> "list[tuple[Element, float, float]]":
        stop = start + _lasting(self) if end is None else end
        return [found for part in self.parts for found in part.placed(start, stop)]


class Written(NamedTuple):
    """The numbers of an element as they are written, by field.

    Args:
        times: durations, and other times.
        rates: frequencies.
        levels: of the port or signal.
        switches: `on`, if it has it.
    """

    times: dict[str, Value]
    rates: dict[str, Value]
    levels: dict[str, Value]
    switches: dict[str, Value]

    def all(self) -> dict[str, Value]:
        return {**self.times, **self.rates, **self.levels, **self.switches}


@dataclass(frozen=True)
class Element(Protocol):
    """A command with numbers of its own.

    `TIMES` names the fields whose sum is its length, `SPANS` other times, `RATES` frequencies, `LEVELS` levels of the
    port or signal; an `OPEN` one lasts as long as what it stands beside. One that has a field `on` does nothing while
    that is 0, and keeps its time.
    """

    TIMES: ClassVar[tuple[str, ...]] = ()
    SPANS: ClassVar[tuple[str, ...]] = ()
    RATES: ClassVar[tuple[str, ...]] = ()
    LEVELS: ClassVar[tuple[str, ...]] = ()
    OPEN: ClassVar[bool] = False

    def __post_init__(self) -> None:
        called, own = type(self).__name__, vars(self)
        if not isinstance(own.get("name", ""), str) or own.get("name"):
            word(f"the name of a {called}", own["name"], ProtocolError)
        if "target" in own:
            named(f"the target of a {called}", own["target"], ProtocolError)
        written = self.written()
        for field, value in written.times.items():
            found = in_unit(value, "ms", f"{field!r} of {self.label!r}")
            if not 0 <= found < np.inf:
                raise UnitError(f"{field!r} of {self.label!r} must not be negative, but it is {value!r}.")
            check_bounds(f"{field!r} of {self.label!r}", value, TIMES)
        for field, value in written.rates.items():
            positive(value, "Hz", f"{field!r} of {self.label!r}")
            check_bounds(f"{field!r} of {self.label!r}", value, RATES)
        for field, value in written.levels.items():
            found = quantity(value, f"{field!r} of {self.label!r}")
            check_bounds(f"{field!r} of {self.label!r}", value, of_kind(found.dimensions))
        for field, value in written.switches.items():
            found = quantity(value, f"{field!r} of {self.label!r}")
            if found.dimensions != DIMENSIONLESS or found.number not in (0, 1):
                raise ProtocolError(f"{field!r} of {self.label!r} is 1 or 0 (it does nothing), but it is {value!r}.")

    @property
    def label(self) -> str:
        return getattr(self, "name", "") or getattr(self, "target", "") or type(self).__name__.lower()

    def elements(self) -> "list[Element]":
        return [self]

    @property
    def has_path(self) -> bool:
        """Whether a design can name it: it has a name, or a target to be called by."""
        return bool(getattr(self, "name", "") or getattr(self, "target", ""))

    def written(self) -> Written:
        """Its numbers, by field."""

        def of(*fields: str) -> dict[str, Value]:
            return {field: getattr(self, field) for field in fields}

        switches = of("on") if "on" in vars(self) else {}
        return Written(of(*self.TIMES, *self.SPANS), of(*self.RATES), of(*self.LEVELS), switches)

    def placed(self, start: float = 0.0, end: float | None = None) -> "list[tuple[Element, float, float]]":
        return [(self, start, end if end is not None and self.OPEN else start + _lasting(self))]

    def own_leaves(self) -> dict[str, Quantity]:
        if not self.has_path:
            return {}
        return {f"protocol.{self.label}.{f}": quantity(value) for f, value in self.written().all().items()}

    def value(self, field: str, numbers: Numbers) -> np.ndarray:
        found = numbers.get(f"protocol.{self.label}.{field}") if self.has_path else None
        return np.atleast_1d(quantity(self.written().all()[field]).number) if found is None else found

    def driven(self, field: str, numbers: Numbers) -> np.ndarray:
        """A level, and 0 while the element is off."""
        return self.value(field, numbers) * self.value("on", numbers)

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
