"""What an electromyograph and a dynamometer read from an imposed stretch: size and begin of the reflex, and torque."""

import numpy as np

from experiments.measures.reflex import AT_THE_MUSCLE, trace
from sim.analysis import emg
from sim.measure import Measure
from sim.results.view import View
from sim.units import number_in

SPAN = 0.020
"""s, over which the rectified EMG is averaged."""
FIRST = 0.025
"""s after the start of a stretch: no reflex is as early."""
AFTERWARDS = 0.100
"""s after the end of a movement that still belong to its reflex."""
BACKGROUND = 0.2
"""s before the start of a stretch."""
LEAST = 0.02
"""Of the peak of the M wave: a smaller deflection does not begin a reflex."""


def stretch_measures(muscle: str, amplitude: tuple[float, ...], start: float) -> tuple[Measure, ...]:
    """The response of a muscle to a movement that the ankle is led through.

    Args:
        muscle: whose axons at the belly, `MUSCLE_motor_belly`, are recorded.
        amplitude: of its units, see `experiments.measures.reflex.amplitudes`.
        start: s, of the movement; where it ends is read from the command `ankle.imposed_velocity`.
    """
    own = {"muscle": muscle, "amplitude": amplitude, "start": start}

    return (
        Measure(
            "reflex", "%", "highest EMG (rectified, 20 ms) less the background, of the largest M wave", reflex, own
        ),
        Measure("background", "%", "EMG before the stretch, of the largest M wave", background, own),
        Measure("latency", "ms", "reflex, from the start of the stretch to its begin", latency, own),
        Measure("reflex_units", "1", "units that fire during the stretch", units, {"muscle": muscle, "start": start}),
        Measure("torque", "N*m", "highest plantarflexor torque less that before the stretch", torque, {"start": start}),
    )


def m_envelope(amplitude: tuple[float, ...]) -> float:
    """The highest EMG, rectified and averaged over `SPAN`, when all units fire at once: the largest M wave."""
    at_once = np.full((1, len(amplitude), 1), 0.1)
    _, x = emg.surface_emg(at_once, np.array(amplitude), stop=0.2)
    return float(emg.envelope(x, SPAN).max())


def ends(view: View) -> np.ndarray:
    """s, when the ankle stops to be moved: (sample,); -inf where it is not moved."""
    moving = view.course("ankle.imposed_velocity") != 0
    return np.where(moving, view.time, -np.inf).max(axis=-1)


def envelopes(view: View, muscle: str, amplitude: tuple[float, ...], start: float) -> tuple[np.ndarray, np.ndarray]:
    """EMG in % of the largest M wave, rectified and averaged over `SPAN`: times (s), and (sample, time)."""

    def found() -> tuple[np.ndarray, np.ndarray]:
        time, x = _emg(view, muscle, amplitude, start)
        return time, 100 * emg.envelope(x, SPAN) / m_envelope(amplitude)

    return view.once(("envelope", muscle, start), found)


def _emg(view: View, muscle: str, amplitude: tuple[float, ...], start: float) -> tuple[np.ndarray, np.ndarray]:
    key = ("stretched", muscle, start)
    return view.once(key, lambda: trace(view, muscle, amplitude, start - BACKGROUND - SPAN, view.end))


def _inside(view: View, time: np.ndarray, start: float) -> np.ndarray:
    """Which times belong to the reflex: (sample, time)."""
    return (time >= start + FIRST) & (time <= np.maximum(ends(view), start)[:, None] + AFTERWARDS)


def background(view: View, muscle: str, amplitude: tuple[float, ...], start: float) -> np.ndarray:
    """Mean EMG in the time before the stretch: % of the largest M wave, (sample,)."""
    time, x = envelopes(view, muscle, amplitude, start)
    before = (time >= start - BACKGROUND) & (time < start - SPAN / 2)
    return np.where(view.done, x[:, before].mean(axis=-1), np.nan)


def reflex(view: View, muscle: str, amplitude: tuple[float, ...], start: float) -> np.ndarray:
    """Highest EMG during the stretch less the background: % of the largest M wave, (sample,)."""
    time, x = envelopes(view, muscle, amplitude, start)
    highest = np.where(_inside(view, time, start), x, 0).max(axis=-1)
    return highest - background(view, muscle, amplitude, start)


def latency(view: View, muscle: str, amplitude: tuple[float, ...], start: float) -> np.ndarray:
    """ms until the EMG first exceeds all of the background, and a fiftieth of the M wave: (sample,); NaN if never."""
    time, x = _emg(view, muscle, amplitude, start)
    least = LEAST * sum(amplitude) / 2
    highest = np.abs(x[:, (time >= start - BACKGROUND) & (time < start)]).max(axis=-1, keepdims=True)
    beyond = _inside(view, time, start) & (np.abs(x) > np.maximum(1.5 * highest, least))
    return np.where(view.done & beyond.any(axis=-1), 1000 * (time[beyond.argmax(axis=-1)] - start), np.nan)


def units(view: View, muscle: str, start: float) -> np.ndarray:
    """Axons at the belly that an impulse passes during the stretch: (sample,)."""
    times = view.spikes(f"{muscle}_motor_belly")
    stop = np.maximum(ends(view), start)[:, None, None] + AFTERWARDS - AT_THE_MUSCLE
    with np.errstate(invalid="ignore"):
        inside = (times >= start + FIRST - AT_THE_MUSCLE) & (times < stop)
    return np.where(view.done, inside.any(axis=-1).sum(axis=-1).astype(float), np.nan)


def torque(view: View, start: float) -> np.ndarray:
    """Highest torque against the stretch, muscles and all that is passive in them, less that before: N m, (sample,)."""
    time, x = view.time, torques(view)
    before = x[:, (time >= start - BACKGROUND) & (time < start)].mean(axis=-1)
    inside = (time >= start) & (time <= np.maximum(ends(view), start)[:, None] + AFTERWARDS + 0.1)
    return np.where(view.done, np.where(inside, x, -np.inf).max(axis=-1) - before, np.nan)


def torques(view: View) -> np.ndarray:
    """Torque of the muscles about the ankle, plantarflexor positive: N m, (sample, time)."""
    return -view.course("ankle_torque") * number_in(1.0, "N*m")
