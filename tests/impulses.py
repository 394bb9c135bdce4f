"""Impulses on a line, as they are: plain Python that follows each of them from event to event. The truth for axons.

A line has places at which it can be excited; an impulse runs at one velocity, one unit of distance in one unit of time,
and leaves what it passes refractory for a while. Two that meet annihilate. A pulse excites a place, within the time
that it lasts, as soon as that is not refractory, and two impulses leave it, one each way; at an end, one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Pulse(NamedTuple):
    """What excites a place from its `start` to its `end`, both included."""

    place: int
    start: float
    end: float


@dataclass
class Impulse:
    """It was at `x` at `time` and runs towards larger (1) or smaller (-1) x."""

    x: float
    time: float
    towards: int

    def at(self, time: float) -> float:
        return self.x + self.towards * (time - self.time)


def fired(places: Sequence[float], pulses: Sequence[Pulse], refractory: float, end: float) -> list[list[float]]:
    """When each place fired, up to `end`.

    Args:
        places: increasing; the first and the last are the ends of the line.
        refractory: time after which a place may fire again.
    """
    found: list[list[float]] = [[] for _ in places]
    running: list[Impulse] = []
    waiting = list(pulses)
    while True:
        due = [time for time, *_ in (*_meetings(running), *_passages(running, places))]
        due += [_acts(pulse, found, refractory) for pulse in waiting]
        now = min(due, default=end + 1)
        if now > end:
            return found
        acting = [p for p in waiting if _acts(p, found, refractory) == now]
        waiting = [p for p in waiting if p not in acting and p.end >= _acts(p, found, refractory)]
        arriving = [(k, i) for time, k, i in _passages(running, places) if time == now]
        meeting = [i for time, *pair in _meetings(running) if time == now for i in pair]
        gone = [id(i) for i in (*meeting, *(i for _, i in arriving))]
        running = [i for i in running if id(i) not in gone]
        for k in {k for k, _ in arriving} | {p.place for p in acting}:
            came = {i.towards for j, i in arriving if j == k}
            if found[k] and now - found[k][-1] < refractory:
                continue
            found[k].append(now)
            leaving = {-1, 1} if not came else came if len(came) == 1 else set()
            inside = leaving - ({-1} if k == 0 else {1} if k == len(places) - 1 else set())
            running += [Impulse(places[k], now, towards) for towards in inside]


def _acts(pulse: Pulse, found: list[list[float]], refractory: float) -> float:
    """When a pulse will excite its place, infinity if never."""
    last = found[pulse.place][-1] if found[pulse.place] else -float("inf")
    time = max(pulse.start, last + refractory)
    return time if time <= pulse.end else float("inf")


def _passages(running: list[Impulse], places: Sequence[float]) -> list[tuple[float, int, Impulse]]:
    """Time, place and impulse of the next place that each impulse comes to."""
    found = []
    for i in running:
        ahead = [(abs(x - i.x), k) for k, x in enumerate(places) if (x - i.x) * i.towards > 0]
        if ahead:
            distance, k = min(ahead)
            found.append((i.time + distance, k, i))
    return found


def _meetings(running: list[Impulse]) -> list[tuple[float, Impulse, Impulse]]:
    """Time and impulses of each meeting that would come if nothing came before it."""
    now = max((i.time for i in running), default=0.0)
    along = sorted(running, key=lambda i: (i.at(now), i.towards))  # two that have just left one place run apart
    return [(now + (b.at(now) - a.at(now)) / 2, a, b) for a, b in pairwise(along) if (a.towards, b.towards) == (1, -1)]
