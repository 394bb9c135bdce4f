"""Protocols to drives and triggers: pieces in time become segments and pulses on the window clock."""

from typing import Any

import numpy as np

from sim.engine import rng
from sim.engine.drive import FINE, Drive, Segments, Trains
from sim.engine.trigger import Trigger
from sim.spec.pieces import Numbers, Piece, Pulses, Segment, Watch
from sim.spec.protocol import Protocol

WIDEST = 2**16 - 2
"""Windows over which the latency of a trigger may be spread."""
LONGEST = 2**31 - 1
"""The period of a train that gives one pulse, in fractions of a window: no run lasts as long, see `Trains.at`."""


def horizon(protocol: Protocol, numbers: Numbers) -> float:
    """ms, the length of the longest sample."""
    return float(np.max(protocol.length(numbers)))


def pieces(protocol: Protocol, numbers: Numbers, *, end: float = 0.0) -> list[Piece]:
    """What all commands are made of.

    Args:
        numbers: value of every leaf, (sample,) or (1,).
        end: ms, to which `Hold` and `When` reach at least.
    """
    return protocol.pieces(numbers, np.zeros(1), np.maximum(protocol.length(numbers), end))


def drives(
    found: list[Piece], ports: tuple[str, ...], *, window: float, samples: int, host: Any = np
) -> dict[str, Drive]:
    """What drives some ports, whatever the network does.

    Args:
        ports: `population.port`, each driven or not.
        window: ms; corners and pulses are rounded to whole windows.
        samples: number of samples.
        host: numpy, or `jax.numpy` where the levels are traced; times are never.

    Returns:
        port -> Drive, arrays of shape (piece, sample), float64 and int32.
    """
    own = {port: [p for p in found if getattr(p, "target", "") == port] for port in ports}
    return {port: _drive(parts, window, samples, host) for port, parts in own.items()}


def triggers(found: list[Piece], stream: np.ndarray, *, window: float) -> dict[str, Trigger]:
    """What waits for a signal, by name; arrays of shape (sample,).

    Args:
        stream: (sample,), number of the random stream.
    """
    samples = len(stream)

    def count(ms: np.ndarray) -> np.ndarray:
        return np.broadcast_to(np.rint(np.minimum(ms / window, 2**29)), (samples,)).astype(np.int32)

    result = {}
    for watch in (p for p in found if isinstance(p, Watch)):
        ports = dict.fromkeys(piece.target for piece in watch.pieces)
        result[watch.name] = Trigger(
            begin=count(watch.t0),
            end=count(watch.t1),
            level=np.broadcast_to(watch.level, (samples,)).astype(float),
            sign=np.full(samples, float(watch.sign)),
            latency=count(watch.latency),
            spread=np.minimum(count(watch.spread), WIDEST),
            refractory=np.maximum(count(watch.refractory), 1),
            at_most=np.full(samples, watch.at_most, np.int32),
            keys=rng.keys(stream, watch.name, 1)[..., 0],
            action=drives(watch.pieces, tuple(ports), window=window, samples=samples),  # type: ignore[arg-type]
        )
    return result


def _drive(found: list[Piece], window: float, samples: int, host: Any) -> Drive:
    straight, pulses = [p for p in found if isinstance(p, Segment)], [p for p in found if isinstance(p, Pulses)]

    def table(values: list[np.ndarray], host: Any = np) -> Any:
        rows = [host.broadcast_to(v, (samples,)) for v in values]
        return host.stack(rows).astype(float) if rows else np.zeros((0, samples))

    def whole(values: list[np.ndarray], unit: float) -> np.ndarray:
        return np.rint(np.minimum(table(values) / unit, LONGEST)).astype(np.int32)

    begin = np.rint(table([p.t0 for p in straight]) / window)
    end = np.rint(table([p.t1 for p in straight]) / window)
    level, last = table([p.y0 for p in straight], host), table([p.y1 for p in straight], host)
    segments = Segments(begin, end, level, (last - level) / np.maximum(end - begin, 1))
    trains = Trains(
        begin=whole([p.t0 for p in pulses], window),
        end=whole([p.t1 for p in pulses], window),
        period=np.maximum(whole([p.period for p in pulses], window / FINE), 1),
        width=np.maximum(whole([p.width for p in pulses], window), 1),
        level=table([p.level for p in pulses], host),
    )
    return Drive(segments, trains)


def time_course(found: Drive, windows: np.ndarray) -> np.ndarray:
    """Level of one port at the start of some windows: (sample, window)."""
    return found.at(np.asarray(windows)[:, None, None])[0].T
