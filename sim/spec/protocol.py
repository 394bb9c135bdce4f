"""What is done to a network, in time or in answer to it.

    Hold("hTA.inhibition", 1.5) + (Settle("1 s") >> Triangle("hTA.excitation", peak=30, up="10 s", down="10 s"))
    Settle("30 s") + When("force", above="2 N", do=Train("nerve.stimulus", "30 Hz", "1 s"), refractory="2 s")

`a >> b` is a, then b; `a + b` is both at the same time, and where they drive the same port they add. A command is
piecewise linear, a train is made of pulses; corners and pulses fall on the borders of windows (0.5 ms by default).
What has no duration of its own (`Hold`, `When`) lasts as long as what it stands beside. What has the field `on` does
nothing where it is 0, and keeps its time.
"""

import itertools
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from sim.spec.composed import Element, Protocol, ProtocolError, Sequence, Together, Written
from sim.spec.kinds import listed
from sim.spec.pieces import Numbers, Piece, Pulses, Segment

__all__ = [
    "Course", "Element", "Hold", "Protocol", "ProtocolError", "Sequence", "Settle", "Step", "Together", "Train",
    "Trapezoid", "Triangle",
]  # fmt: skip


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
    on: float = 1
    LEVELS: ClassVar[tuple[str, ...]] = ("level",)
    OPEN: ClassVar[bool] = True

    def length(self, numbers: Numbers) -> np.ndarray:
        return np.zeros(1)

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        level = self.driven("level", numbers)
        return [Segment(self.target, start, end, level, level)]


@dataclass(frozen=True)
class Step(Element):
    """A constant level for a while."""

    target: str
    level: str | float
    duration: str | float
    name: str = ""
    on: float = 1
    TIMES: ClassVar[tuple[str, ...]] = ("duration",)
    LEVELS: ClassVar[tuple[str, ...]] = ("level",)

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        return [self.driven("level", numbers)] * 2


@dataclass(frozen=True)
class Triangle(Element):
    """From zero up to a peak and down again."""

    target: str
    peak: str | float
    up: str | float
    down: str | float
    name: str = ""
    on: float = 1
    TIMES: ClassVar[tuple[str, ...]] = ("up", "down")
    LEVELS: ClassVar[tuple[str, ...]] = ("peak",)

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        peak = self.driven("peak", numbers)
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
    on: float = 1
    TIMES: ClassVar[tuple[str, ...]] = ("up", "hold", "down")
    LEVELS: ClassVar[tuple[str, ...]] = ("peak",)

    def corners(self, numbers: Numbers) -> list[np.ndarray]:
        peak = self.driven("peak", numbers)
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
    on: float = 1
    TIMES: ClassVar[tuple[str, ...]] = ("duration",)
    SPANS: ClassVar[tuple[str, ...]] = ("width",)
    RATES: ClassVar[tuple[str, ...]] = ("frequency",)
    LEVELS: ClassVar[tuple[str, ...]] = ("level",)

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        period = 1.0 / self.value("frequency", numbers)
        stop = start + self.value("duration", numbers)
        width, level = self.value("width", numbers), self.driven("level", numbers)
        return [Pulses(self.target, start, stop, period, width, level)]


@dataclass(frozen=True)
class Course(Element):
    """A level that runs in straight lines from corner to corner; it lasts until the last of them, and is nothing before
    the first.

    A design can vary every corner: `protocol.NAME.time_0`, `protocol.NAME.level_0`, and so on.

    Args:
        target: port that it drives.
        times: of the corners, from its start; none lies before the one that stands before it, and at two equal times
            the level jumps.
        levels: at the corners.

    Raises:
        ProtocolError: fewer than two corners, another number of levels than of times, or times that fall.
    """

    target: str
    times: tuple[str | float, ...]
    levels: tuple[str | float, ...]
    name: str = ""
    on: float = 1

    def __post_init__(self) -> None:
        for what in ("times", "levels"):
            object.__setattr__(self, what, listed(f"`{what}` of a course", getattr(self, what), ProtocolError))
        if len(self.times) != len(self.levels) or len(self.times) < 2:
            raise ProtocolError(
                f"the course on {self.target!r} has a level at each of its times, two at least, but there are "
                f"{len(self.times)} times and {len(self.levels)} levels."
            )
        super().__post_init__()
        self.check({})

    def check(self, numbers: Numbers) -> None:
        """The times must not fall, in no sample.

        Raises:
            ProtocolError: they do.
        """
        corners = [self.value(field, numbers) for field in self.written().times]
        for k, (before, after) in enumerate(itertools.pairwise(corners)):
            if np.any(after < before):
                raise ProtocolError(
                    f"the corners of {self.label!r} follow each other, but corner {k + 1} comes before corner {k}."
                )

    def written(self) -> Written:
        times = {f"time_{k}": time for k, time in enumerate(self.times)}
        levels = {f"level_{k}": level for k, level in enumerate(self.levels)}
        return super().written()._replace(times=times, levels=levels)

    def length(self, numbers: Numbers) -> np.ndarray:
        return self.value(f"time_{len(self.times) - 1}", numbers)

    def pieces(self, numbers: Numbers, start: np.ndarray, end: np.ndarray) -> list[Piece]:
        corners = [
            (start + self.value(f"time_{k}", numbers), self.driven(f"level_{k}", numbers))
            for k in range(len(self.times))
        ]
        return [Segment(self.target, t0, t1, y0, y1) for (t0, y0), (t1, y1) in itertools.pairwise(corners)]
