"""What drives a port from outside: straight pieces and pulses, on the clock of windows; for JAX and for numpy."""

from typing import NamedTuple

from sim.engine.system import Array

FINE = 1024
"""The period of a train is counted in 1/FINE of a window, in whole numbers: the same pulses in every precision."""


class Segments(NamedTuple):
    """Straight pieces, `rise * (w - begin) + level` while begin <= w < end; each (segment, lane).

    Args:
        begin, end: windows, whole numbers.
        level: value at `begin`.
        rise: change per window.
    """

    begin: Array
    end: Array
    level: Array
    rise: Array

    def at(self, window: Array) -> tuple[Array, Array]:
        """Value at the start of a window, and its change over it.

        Args:
            window: integer, of a shape that broadcasts to (..., segment, lane).
        """
        w = window.astype(self.begin.dtype)
        active = (self.begin <= w) & (w < self.end)
        value = (self.level + self.rise * (w - self.begin)) * active
        return value.sum(-2), (self.rise * active).sum(-2)


class Trains(NamedTuple):
    """Pulses, each in the window nearest to its time; each (train, lane).

    Args:
        begin, end: windows, integers; the first pulse at `begin`, none from `end` on.
        period: 1/FINE windows, integers.
        width: windows, integers.
        level: height of a pulse.
    """

    begin: Array
    end: Array
    period: Array
    width: Array
    level: Array

    def at(self, window: Array) -> Array:
        """Value in a window; `window` as in `Segments.at`."""
        since = (window - self.begin) * FINE + FINE // 2
        pulse = (self.begin <= window) & (window < self.end) & (since % self.period < self.width * FINE)
        return (self.level * pulse).sum(-2)


class Drive(NamedTuple):
    """Everything that drives one port: the sum of its pieces and pulses."""

    segments: Segments
    trains: Trains

    def at(self, window: Array) -> tuple[Array, Array]:
        """Value at the start of a window, and its change over it, each (..., lane); `window` as in `Segments.at`."""
        value, rise = self.segments.at(window)
        return value + self.trains.at(window), rise

    @property
    def silent(self) -> bool:
        """Whether there is nothing in it, known before anything runs."""
        return not self.segments.begin.shape[0] and not self.trains.begin.shape[0]
