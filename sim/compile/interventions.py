"""Protocols to commands: straight pieces in time become segments on the window clock."""

import numpy as np

from sim.engine.loop import Commands
from sim.spec.protocol import Numbers, Protocol, Segment


def horizon(protocol: Protocol, numbers: Numbers) -> float:
    """ms, the length of the longest sample."""
    return float(np.max(protocol.length(numbers)))


def commands(
    protocol: Protocol, numbers: Numbers, ports: tuple[str, ...], *, window: float, samples: int, end: float = 0.0
) -> dict[str, Commands]:
    """The commands of some ports.

    Args:
        numbers: value of every leaf, (sample,) or (1,).
        ports: `population.port`, each driven or not.
        window: ms; corners are rounded to whole windows.
        end: ms, to which `Hold` reaches at least.
        samples: number of samples.

    Returns:
        port -> Commands, arrays of shape (segment, sample), float64.
    """
    pieces = protocol.segments(numbers, np.zeros(1), np.maximum(protocol.length(numbers), end))
    return {port: _on_windows([p for p in pieces if p.target == port], window, samples) for port in ports}


def _on_windows(pieces: list[Segment], window: float, samples: int) -> Commands:
    if not pieces:
        return Commands(*(np.zeros((0, samples)) for _ in Commands._fields))

    def table(values: list[np.ndarray]) -> np.ndarray:
        return np.stack([np.broadcast_to(v, (samples,)) for v in values]).astype(float)

    begin = np.rint(table([p.t0 for p in pieces]) / window)
    end = np.rint(table([p.t1 for p in pieces]) / window)
    level, last = table([p.y0 for p in pieces]), table([p.y1 for p in pieces])
    return Commands(begin, end, level, (last - level) / np.maximum(end - begin, 1))


def time_course(found: Commands, windows: np.ndarray) -> np.ndarray:
    """Level of one port at the start of some windows: (sample, window)."""
    w = windows[None, None, :]
    begin, end, level, rise = (np.asarray(x)[:, :, None] for x in found)
    return np.where((begin <= w) & (w < end), level + rise * (w - begin), 0.0).sum(0)
