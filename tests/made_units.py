"""Recordings of one contraction, made up: units that stop earlier the later they start, over a force."""

import numpy as np

from sim.results.recordings.recording import Force, Recording

SECONDS = np.linspace(0, 22, 221)


def train(start, stop, rate=10.0, hump=8.0):
    """Discharges between two times, faster in the middle of the contraction."""
    times = [start]
    while times[-1] < stop:
        times.append(times[-1] + 1 / (rate + hump * max(0.0, 1 - ((times[-1] - 11) / 11) ** 2)))
    return np.array(times)


def units(count=6, force=True, **trains):
    """A recording of units that stop earlier the later they start, and any further ones."""
    pool = {str(k): train(1 + 0.9 * k, 21.5 - 0.3 * k, 10 - 0.1 * k) for k in range(count)}
    torque = Force(SECONDS, np.clip(10 - np.abs(SECONDS - 11), 0, None), "% MVC") if force else None
    return Recording("a test", pool | {name: np.asarray(t, float) for name, t in trains.items()}, 2000.0, torque)
