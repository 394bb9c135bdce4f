"""Output and force of a pool over a command that rises, its gain, and who goes on firing after a second of input."""

import numpy as np

from experiments.measures.isometric import NEWTON
from sim.analysis.self_sustained import count_in_window, self_sustained_duration
from sim.measure import Measure
from sim.results.view import View

BINS = 40
"""Of the rise, in which spikes are counted."""
PART = (0.1, 0.6)
"""Of the output at the end of the rise, between which the gain is the slope."""
BIAS, PULSE = 2.0, 1.0
"""s: the weak command before the strong one, and this."""
THIRDS = {"low": slice(None, 1 / 3), "high": slice(2 / 3, None)}


def gain_measures(muscle: str, peak: float, up: float, pulse: float) -> tuple[Measure, ...]:
    """Of the motoneurons of a muscle.

    Args:
        peak: command at the end of the rise.
        up: s, that it lasts.
        pulse: s, when the strong command begins.
    """
    rise = {"muscle": muscle, "peak": peak, "up": up}
    after = {"muscle": muscle, "pulse": pulse}
    return (
        Measure("gain", "pps", "slope of the summed rate over the command, 10 to 60 % of the last output", gain, rise),
        Measure("half", "1", "command at which the output is half of the last", half, rise),
        Measure("last", "pps", "summed rate at the end of the rise", last, rise),
        Measure(
            "sustained_low", "s", "self-sustained firing, mean of the lower third", sustained, after | {"part": "low"}
        ),
        Measure("sustained_high", "s", "the same of the upper third", sustained, after | {"part": "high"}),
        Measure("biased", "%", "motoneurons that fire on the weak command alone", biased, after),
    )


def output(view: View, muscle: str, peak: float, up: float) -> tuple[np.ndarray, np.ndarray]:
    """Command in the middle of each bin, (bin,), and the summed rate, pps (sample, bin)."""
    edges = np.linspace(0, up, BINS + 1)
    times = view.spikes(muscle).reshape(view.samples, -1)
    counts = np.array([np.histogram(own[np.isfinite(own)], edges)[0] for own in times])
    return peak * (edges[:-1] + edges[1:]) / 2 / up, np.where(view.done[:, None], counts / np.diff(edges), np.nan)


def force(view: View, muscle: str, peak: float, up: float) -> np.ndarray:
    """Force of the tendon in the middle of the bins of `output`, above that in the first, which recruits no unit: N,
    (sample, bin)."""
    middle = output(view, muscle, peak, up)[0] * up / peak
    x = np.stack([np.interp(middle, view.time, own) for own in view.course(f"{muscle}_tendon_force")]) / NEWTON
    return np.where(view.done[:, None], x - x[:, :1], np.nan)


def last(view: View, muscle: str, peak: float, up: float) -> np.ndarray:
    """pps, (sample,), mean of the last tenth of the rise."""
    return output(view, muscle, peak, up)[1][:, -BINS // 10 :].mean(-1)


def gain(view: View, muscle: str, peak: float, up: float) -> np.ndarray:
    """pps for each unit of command, (sample,)."""
    command, rate = output(view, muscle, peak, up)
    found = np.full(view.samples, np.nan)
    for k, (own, end) in enumerate(zip(rate, last(view, muscle, peak, up), strict=True)):
        low, high = (_reached(command, own, part * end) for part in PART)
        if np.isfinite(end) and end > 0 and high > low:
            found[k] = (PART[1] - PART[0]) * end / (high - low)
    return found


def half(view: View, muscle: str, peak: float, up: float) -> np.ndarray:
    """(sample,)."""
    command, rate = output(view, muscle, peak, up)
    ends = last(view, muscle, peak, up)
    return np.array(
        [_reached(command, own, end / 2) if end > 0 else np.nan for own, end in zip(rate, ends, strict=True)]
    )


def _reached(command: np.ndarray, rate: np.ndarray, level: float) -> float:
    """The command from which on the smoothed output stays at or above a level, between two bins by a straight line."""
    if not np.isfinite(level):
        return np.nan
    smooth = np.convolve(np.pad(rate, 1, mode="edge"), np.ones(3) / 3, mode="valid")
    below = np.flatnonzero(smooth < level)
    k = int(below[-1]) if len(below) else -1
    if k < 0 or k + 1 >= len(command):
        return float(command[0] if k < 0 else command[-1])
    part = (level - smooth[k]) / (smooth[k + 1] - smooth[k])
    return float(command[k] + part * (command[k + 1] - command[k]))


def durations(view: View, muscle: str, pulse: float) -> np.ndarray:
    """s of self-sustained firing after the strong command, (sample, unit); NaN for units that did not fire on it or
    fired before it, which do not sustain themselves."""
    times = view.spikes(muscle)
    lasts = self_sustained_duration(times, pulse + PULSE)
    on_it = count_in_window(times, pulse, pulse + PULSE) > 0
    before = count_in_window(times, pulse - BIAS / 2, pulse) > 0
    return np.where(on_it & ~before & view.done[:, None], lasts, np.nan)


def sustained(view: View, muscle: str, pulse: float, part: str) -> np.ndarray:
    """s, (sample,)."""
    lasts = durations(view, muscle, pulse)
    own = THIRDS[part]
    units = slice(*(None if x is None else round(x * lasts.shape[-1]) for x in (own.start, own.stop)))
    some = lasts[:, units]
    known = np.isfinite(some).sum(-1)
    return np.where(known > 0, np.nansum(some, -1) / np.maximum(known, 1), np.nan)


def biased(view: View, muscle: str, pulse: float) -> np.ndarray:
    """%, (sample,)."""
    fires = count_in_window(view.spikes(muscle), pulse - BIAS / 2, pulse) > 0
    return np.where(view.done, 100 * fires.mean(-1), np.nan)
