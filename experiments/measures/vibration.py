"""What vibration of a tendon does: how primary endings follow it, and EMG, torque and rates of the muscles."""

import numpy as np

from experiments.measures.reflex import trace
from experiments.measures.stretch import m_envelope, torques
from sim.analysis import emg
from sim.measure import Measure
from sim.results.view import View
from sim.units import number_in

EARLY, LATE = (0.1, 0.6), 1.0
"""s after the start of vibration, and s before its end, in which EMG and torque are read."""
LOCKED = 0.9
"""Vector strength from which an ending counts as locked to the wave: 1 if all impulses come at one place of it."""
ONCE = 0.05
"""Of an impulse in each cycle, the deviation within which an ending follows 1:1."""
FEWEST = 3
"""Impulses in the window, more of which a unit or an ending needs to have a rate or a place."""


def vibration_measures(muscles: dict[str, tuple[float, ...]], start: float, stop: float) -> tuple[Measure, ...]:
    """Endings, EMG and rates of some muscles, and the torque of the ankle.

    Args:
        muscles: name -> amplitudes of its units, see `experiments.measures.reflex.amplitudes`.
        start, stop: s, of the vibration.
    """
    found = []
    late = (stop - LATE, stop)
    windows = {"before": (start - 0.5, start), "early": (start + EARLY[0], start + EARLY[1]), "late": late}
    for muscle, amplitude in muscles.items():
        own = {"muscle": muscle, "start": late[0], "stop": late[1]}
        found += [
            Measure(f"{muscle}_ia", "Hz", f"Ia endings of the {muscle}, mean rate during vibration", ia_rate, own),
            Measure(f"{muscle}_locked", "%", f"Ia endings of the {muscle} that follow 1:1", one_to_one, own),
            Measure(f"{muscle}_sub", "%", f"Ia endings of the {muscle} at a subharmonic", subharmonic, own),
            Measure(f"{muscle}_rate", "pps", f"units of the {muscle} that fire, mean rate during vibration", rate, own),
            Measure(f"{muscle}_units", "1", f"units of the {muscle} that fire during vibration", units, own),
        ]
        for when, (a, b) in windows.items():
            settings = {"muscle": muscle, "amplitude": amplitude, "start": a, "stop": b}
            found.append(Measure(f"{muscle}_emg_{when}", "%", f"EMG of the {muscle}, {when}, of M", level, settings))
    for when, (a, b) in windows.items():
        words = f"plantarflexor torque, {when}"
        found.append(Measure(f"torque_{when}", "N*m", words, mean_torque, {"start": a, "stop": b}))
    return tuple(found)


def frequency(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Of the vibration of a muscle's tendon in a window: Hz, (sample,); 0 if it is not vibrated."""
    name = f"{muscle}_ia_ending.vibration"
    if name not in view.results:
        return np.zeros(view.samples)
    inside = (view.time >= start) & (view.time < stop)
    return view.course(name)[:, inside].mean(axis=-1) * number_in(1.0, "Hz")


def counts(view: View, population: str, start: float, stop: float) -> np.ndarray:
    """Spikes of each cell in a window: (sample, unit)."""
    times = view.spikes(population)
    with np.errstate(invalid="ignore"):
        return ((times >= start) & (times < stop)).sum(axis=-1)


def ia_rates(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Hz, (sample, ending)."""
    return counts(view, f"{muscle}_ia_ending", start, stop) / (stop - start)


def ia_rate(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Mean rate of the primary endings: Hz, (sample,)."""
    return np.where(view.done, ia_rates(view, muscle, start, stop).mean(axis=-1), np.nan)


def locking(view: View, muscle: str, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
    """Impulses for each cycle of vibration, and whether they come at one place of the wave: both (sample, ending)."""
    of = frequency(view, muscle, start, stop)[:, None]
    times = view.spikes(f"{muscle}_ia_ending")
    with np.errstate(invalid="ignore"):
        inside = (times >= start) & (times < stop)
    number = inside.sum(axis=-1)
    wave = np.where(inside, np.exp(2j * np.pi * of[..., None] * np.where(inside, times, 0)), 0)
    strength = np.abs(wave.sum(axis=-1)) / np.maximum(number, 1)
    return number / (stop - start) / np.where(of > 0, of, 1), (strength >= LOCKED) & (number > FEWEST) & (of > 0)


def one_to_one(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Endings that fire once in each cycle of vibration, at one place of it: %, (sample,); NaN without vibration."""
    per_cycle, locked = locking(view, muscle, start, stop)
    found = 100 * (locked & (np.abs(per_cycle - 1) <= ONCE)).mean(axis=-1)
    return np.where(view.done & (frequency(view, muscle, start, stop) > 0), found, np.nan)


def subharmonic(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Endings that fire at one place of the wave, but not in each cycle: %, (sample,); NaN without vibration."""
    per_cycle, locked = locking(view, muscle, start, stop)
    found = 100 * (locked & (per_cycle < 1 - ONCE)).mean(axis=-1)
    return np.where(view.done & (frequency(view, muscle, start, stop) > 0), found, np.nan)


def rate(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Mean discharge rate of the units with more than `FEWEST` impulses: pps, (sample,); NaN where there is none."""
    number = counts(view, f"{muscle}_motor_belly", start, stop)
    firing = number > FEWEST
    mean = np.where(firing, number, 0).sum(axis=-1) / np.maximum(firing.sum(axis=-1), 1) / (stop - start)
    return np.where(view.done & firing.any(axis=-1), mean, np.nan)


def units(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Units with more than `FEWEST` impulses: (sample,)."""
    number = counts(view, f"{muscle}_motor_belly", start, stop)
    return np.where(view.done, (number > FEWEST).sum(axis=-1).astype(float), np.nan)


def level(view: View, muscle: str, amplitude: tuple[float, ...], start: float, stop: float) -> np.ndarray:
    """Mean rectified EMG in a window, in percent of the largest M wave averaged over 20 ms: (sample,)."""
    time, x = trace(view, muscle, amplitude, start, stop)
    return np.where(view.done, 100 * emg.mean_rectified(time, x, start, stop) / m_envelope(amplitude), np.nan)


def mean_torque(view: View, start: float, stop: float) -> np.ndarray:
    """Mean torque of the muscles, plantarflexor positive: N m, (sample,)."""
    inside = (view.time >= start) & (view.time < stop)
    return np.where(view.done, torques(view)[:, inside].mean(axis=-1), np.nan)
