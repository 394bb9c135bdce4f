"""What is measured of a muscle in a steady isometric contraction: force, its unrest, surface EMG, motor units.

Units are seen as an electromyographer sees them, by the impulses that reach the muscle (`MUSCLE_motor_belly`). The
window is the plateau, from `start` to before `stop`; force is that of the tendon above its mean before `rest`.
"""

from typing import Any

import numpy as np

from experiments.measures.reflex import AT_THE_MUSCLE
from sim.analysis import emg
from sim.analysis.common_drive import common_drive
from sim.analysis.means import known_mean
from sim.analysis.spikes import interval_statistics
from sim.measure import Measure
from sim.results.view import View

PAUSE = 0.4
"""s; longer intervals are left out of rates and of their variability."""
FEWEST = 4.0
"""pps: units below are left out of the variability of intervals, which an average interval hardly describes there."""
NEWTON = 1e9
"""nN, the unit in which tendon forces are recorded."""


def isometric_measures(
    muscle: str, amplitude: tuple[float, ...], rest: float, start: float, stop: float
) -> tuple[Measure, ...]:
    """The measures of a contraction of one muscle, each called `MUSCLE_NAME`.

    Args:
        muscle: name.
        amplitude: of the potential of each of its units, the largest = 1.
        rest: s, when the command begins to rise.
        start, stop: s, the plateau.
    """
    units: dict[str, Any] = {"muscle": muscle, "start": start, "stop": stop}
    held = {**units, "rest": rest}
    return (
        Measure(f"{muscle}_force", "N", f"force of the {muscle}", force, held),
        Measure(f"{muscle}_force_cv", "%", f"force of the {muscle}: SD about its line, of its mean", force_cv, held),
        Measure(f"{muscle}_emg", "1", f"mean rectified EMG of the {muscle}", rectified,
                {**units, "amplitude": amplitude}),
        Measure(f"{muscle}_units", "1", f"units of the {muscle} that fire", firing, units),
        Measure(f"{muscle}_rate", "pps", f"discharge rate of the {muscle}'s units, mean", mean_rate, units),
        Measure(f"{muscle}_interval_cv", "1", f"variability of the {muscle}'s intervals, mean over units", interval_cv,
                units),
        Measure(f"{muscle}_common_drive", "1", f"common drive of the {muscle}'s units", shared, units),
    )  # fmt: skip


def force(view: View, muscle: str, rest: float, start: float, stop: float) -> np.ndarray:
    """Mean force of the plateau: N, (sample,)."""
    return _inside(view, muscle, rest, start, stop)[1].mean(axis=-1)


def force_cv(view: View, muscle: str, rest: float, start: float, stop: float) -> np.ndarray:
    """SD of the force about a straight line through the plateau, of its mean: %, (sample,); NaN without force."""
    time, x = _inside(view, muscle, rest, start, stop)
    centred = time - time.mean()
    mean = x.mean(axis=-1)
    slope = (x * centred).sum(axis=-1) / (centred**2).sum()
    left = x - mean[:, None] - slope[:, None] * centred
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(mean > 0, 100 * left.std(axis=-1) / mean, np.nan)


def rectified(view: View, muscle: str, start: float, stop: float, amplitude: tuple[float, ...]) -> np.ndarray:
    """Mean rectified surface EMG of the plateau; the potential of the largest unit is 1: (sample,)."""
    own = np.array(amplitude)
    time, x = emg.surface_emg(_impulses(view, muscle), own, start=start, stop=stop, delay=AT_THE_MUSCLE)
    return emg.mean_rectified(time, x, start, stop)


def firing(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Units with an interval, not a pause, on the plateau: (sample,)."""
    return np.isfinite(_intervals(view, muscle, start, stop).mean).sum(axis=-1)


def mean_rate(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """One over the mean interval, mean over the units that fire: pps, (sample,)."""
    return known_mean(1 / _intervals(view, muscle, start, stop).mean)


def interval_cv(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """SD over mean of the intervals, mean over the units that fire at `FEWEST` at least: (sample,)."""
    found = _intervals(view, muscle, start, stop)
    with np.errstate(invalid="ignore"):
        return known_mean(np.where(found.mean <= 1 / FEWEST, found.cv, np.nan))


def shared(view: View, muscle: str, start: float, stop: float) -> np.ndarray:
    """Common drive on the plateau: (sample,)."""
    return common_drive(_impulses(view, muscle), start, stop)


def _impulses(view: View, muscle: str) -> np.ndarray:
    return view.spikes(f"{muscle}_motor_belly")


def _intervals(view: View, muscle: str, start: float, stop: float) -> Any:
    def found() -> Any:
        times = _impulses(view, muscle)
        with np.errstate(invalid="ignore"):
            inside = np.sort(np.where((times >= start) & (times < stop), times, np.nan), axis=-1)
        return interval_statistics(inside, longest=PAUSE)

    return view.once(("intervals", muscle, start, stop), found)


def _force(view: View, muscle: str, rest: float) -> np.ndarray:
    """N above rest, (sample, time)."""
    x = view.course(f"{muscle}_tendon_force") / NEWTON
    return x - x[:, view.time < rest].mean(axis=-1, keepdims=True)


def _inside(view: View, muscle: str, rest: float, start: float, stop: float) -> tuple[np.ndarray, np.ndarray]:
    inside = (view.time >= start - 1e-9) & (view.time < stop - 1e-9)
    if inside.sum() < 3 or not (view.time < rest).any():
        raise ValueError(
            f"the force of the {muscle} is read before {rest:g} s and from {start:g} to {stop:g} s, but recorded at "
            f"{view.time[0]:g} to {view.time[-1]:g} s. Choose another window, or a shorter record.every."
        )
    return view.time[inside], _force(view, muscle, rest)[:, inside]
