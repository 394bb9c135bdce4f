"""What is done to a network in answer to it: `When` a signal crosses a level."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.spec.composed import Element, Protocol, ProtocolError, Written
from sim.spec.kinds import named, part, whole
from sim.spec.pieces import Numbers, Piece, Watch
from sim.units import shown


@dataclass(frozen=True)
class When(Element):
    """Does something each time that a signal is at or above a level (or at or below one).

    It watches for as long as what it stands beside. If the signal is there when it begins to watch, it starts at once;
    while the signal stays there, it starts again whenever it may.

    Args:
        signal: of the network, by name.
        do: what to do, an open-loop protocol; it starts `latency` after the trigger, plus a draw between 0 and
            `spread` (uniform, another one for each action and random stream): a person needs 0.3 to 1 s.
        above, below: the level, in the signal's unit; exactly one of them.
        refractory: from the start of an action, the time in which no other can be triggered; an action is never
            triggered while the one before it lasts.
        at_most: number of actions.
        name: by which a design can vary its numbers.
        on: 0, it does not watch.

    Raises:
        ProtocolError: no level or two, a number of actions that cannot be, or something to do that watches a signal
            itself or lasts no time.
    """

    signal: str
    do: Protocol
    above: str | float | None = None
    below: str | float | None = None
    latency: str | float = "0 ms"
    spread: str | float = "0 ms"
    refractory: str | float = "0 ms"
    at_most: int = 1_000_000
    name: str = ""
    on: float = 1
    SPANS: ClassVar[tuple[str, ...]] = ("latency", "spread", "refractory")
    OPEN: ClassVar[bool] = True

    def __post_init__(self) -> None:
        named("the signal of a trigger", self.signal, ProtocolError)
        if (self.above is None) == (self.below is None):
            raise ProtocolError(f"the trigger on {self.signal!r} needs one level: give either `above` or `below`.")
        at_most = whole(self.at_most)
        if at_most is None or not 0 <= at_most < 2**31:
            raise ProtocolError(
                f"the trigger on {self.signal!r} acts a whole number of times, 0 to 2**31 - 1 (`at_most`), not "
                f"{shown(self.at_most)} times."
            )
        object.__setattr__(self, "at_most", at_most)
        part(f"what the trigger on {self.signal!r} is to `do`", self.do, Protocol, ProtocolError)
        for element in self.do.elements():
            if isinstance(element, When):
                raise ProtocolError(
                    f"the trigger on {self.signal!r} starts another trigger, on {element.signal!r}; put it beside: +."
                )
        if np.max(self.do.length({})) <= 0:
            raise ProtocolError(f"the trigger on {self.signal!r} is to do something that lasts no time; give it some.")
        super().__post_init__()

    @property
    def level(self) -> str | float:
        found = self.above if self.above is not None else self.below
        assert found is not None
        return found

    @property
    def label(self) -> str:
        return self.name or f"the trigger on {self.signal}"

    def elements(self) -> "list[Element]":
        return [self, *self.do.elements()]

    @property
    def side(self) -> str:
        return "above" if self.above is not None else "below"

    def written(self) -> Written:
        return super().written()._replace(levels={self.side: self.level})

    def length(self, numbers: Numbers) -> np.ndarray:
        return np.zeros(1)

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        lasts = self.do.length(numbers)
        action = [p for p in self.do.pieces(numbers, np.zeros(1), lasts) if not isinstance(p, Watch)]
        return [
            Watch(
                name=self.name or self.signal,
                signal=self.signal,
                sign=1 if self.side == "above" else -1,
                t0=start,
                t1=np.where(self.value("on", numbers) > 0, end, start),  # off, it watches for no time
                level=self.value(self.side, numbers),
                latency=self.value("latency", numbers),
                spread=self.value("spread", numbers),
                refractory=np.maximum(self.value("refractory", numbers), lasts),
                at_most=self.at_most,
                pieces=action,
            )
        ]
