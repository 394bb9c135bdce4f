"""What a muscle does, from its signals `POPULATION_force` and `POPULATION_emg`, and how many units drive it.

Windows are seconds, from `start` to before `stop`; the signals are read where they were recorded.
"""

from collections.abc import Sequence

import numpy as np

from sim.analysis.self_sustained import count_in_window
from sim.measure import Measure
from sim.results.view import View

EDGE = 1e-9  # s, a recorded time so near the begin or the end of a window counts as lying on it


def force_measures(population: str, start: float, stop: float) -> tuple[Measure, ...]:
    """Peak and mean force, mean EMG, and the units that fire.

    Args:
        population: name of the motor pool.
        start, stop: s, the window of the means and of the units; the peak is that of the whole recording.

    Raises:
        ValueError: a window that does not end after it starts.
    """
    if not stop > start:
        raise ValueError(f"a window must end after it starts, but this is from {start:g} to {stop:g} s.")
    window = {"population": population, "start": float(start), "stop": float(stop)}
    when = f"from {start:g} to {stop:g} s"
    return (
        Measure("peak_force", "%", "peak force, of the maximal one", peak_force, {"population": population}),
        Measure("mean_force", "%", f"mean force {when}, of the maximal one", mean_force, window),
        Measure("mean_emg", "1", f"mean EMG {when}", mean_emg, window),
        Measure("units_firing", "1", f"units that fire {when}", units_firing, window),
    )


def signal_measures(population: str, signals: Sequence[str]) -> tuple[Measure, ...]:
    """What the signals of a muscle come to over a whole recording: peak force, mean EMG.

    Args:
        population: name of the motor pool.
        signals: "force", "emg"; none is a pool without a muscle.

    Raises:
        ValueError: another signal.
    """
    pool = {"population": population}
    known = {
        "force": Measure("peak_force", "%", "peak force, of the maximal one", peak_force, pool),
        "emg": Measure("mean_emg", "1", "mean EMG", mean_emg, {**pool, "start": 0.0, "stop": float("inf")}),
    }
    if strange := [name for name in signals if name not in known]:
        raise ValueError(f"a muscle has the signals {' and '.join(known)}, but question.signals has {strange[0]!r}.")
    return tuple(known[name] for name in signals)


def peak_force(view: View, population: str) -> np.ndarray:
    """Highest force of the recording: in the unit of the signal, (sample,)."""
    return view.course(f"{population}_force").max(axis=-1)


def mean_force(view: View, population: str, start: float, stop: float) -> np.ndarray:
    """Mean force in a window: in the unit of the signal, (sample,)."""
    return mean_in_window(view, f"{population}_force", start, stop)


def mean_emg(view: View, population: str, start: float, stop: float) -> np.ndarray:
    """Mean EMG in a window: in the unit of the signal, (sample,)."""
    return mean_in_window(view, f"{population}_emg", start, stop)


def units_firing(view: View, population: str, start: float, stop: float) -> np.ndarray:
    """Units with a spike in a window: (sample,)."""
    return (count_in_window(view.spikes(population), start, stop) > 0).sum(axis=-1)


def mean_in_window(view: View, name: str, start: float, stop: float) -> np.ndarray:
    """Mean of a course in a window: in the unit of the course, (sample,).

    Raises:
        ValueError: it was not recorded, or not in this window.
    """
    inside = (view.time >= start - EDGE) & (view.time < stop - EDGE)
    if not inside.any():
        raise ValueError(
            f"{name!r} was not recorded from {start:g} to {stop:g} s: its times are {view.time[0]:g} to "
            f"{view.time[-1]:g} s. Choose another window, or a shorter record.every."
        )
    return view.course(name)[:, inside].mean(axis=-1)
