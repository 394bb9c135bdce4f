"""What an electromyograph reads after a stimulus: M wave and reflex of a muscle, in samples of a network with axons."""

from collections.abc import Mapping

import numpy as np

from sim.analysis import emg
from sim.measure import Measure
from sim.results.view import View
from sim.spec.network import Network
from sim.units import in_unit

M_WINDOW = (0.002, 0.022)
"""s after the stimulus."""
H_WINDOW = (0.024, 0.050)
"""s after the stimulus; a soleus H reflex begins after 27 to 34 ms."""
LEAST = 0.02
"""Of the largest M wave: a smaller response has no latency."""


def amplitudes(network: Network, muscle: str) -> tuple[float, ...]:
    """Peak-to-peak of each unit's potential, the largest = 1, in the order of the pool.

    Raises:
        ValueError: the network has no units of this muscle.
    """
    name = f"{muscle}_units"
    if name not in {p.name for p in network.populations}:
        raise ValueError(f"the network has no muscle units {name!r}, whose potentials an electromyograph would see.")
    population = network.population(name)
    param = population.table()["emg_amplitude"]
    leaves = {leaf: np.array([value.number]) for leaf, value in param.leaves().items()}
    return tuple(float(x) for x in np.broadcast_to(param.across(population.size, leaves)[0], population.size))


def onset(at: str | float, window: str | float) -> float:
    """s, when the axons feel a pulse that is given at `at`: a window later (see `networks.cells.stimulator`)."""
    return (in_unit(at, "ms", "the time of a stimulus") + in_unit(window, "ms", "the window")) / 1000


def reflex_measures(
    muscle: str, amplitude: tuple[float, ...], stimulus: float, h_window: tuple[float, float] = H_WINDOW
) -> tuple[Measure, ...]:
    """The response of a muscle to a stimulus.

    Args:
        muscle: whose axons at the belly, `MUSCLE_motor_belly`, are recorded.
        amplitude: of its units, see `amplitudes`.
        stimulus: s.
        h_window: s, in which the reflex is looked for.
    """
    own = {"muscle": muscle, "amplitude": amplitude, "stimulus": stimulus}
    windows = {"m": M_WINDOW, "h": h_window}
    words = {"m": "M wave", "h": "reflex"}
    return (
        *(
            Measure(f"{k}_size", "1", f"{words[k]}, peak to peak; the potential of the largest unit is 1", size,
                    {**own, "start": windows[k][0], "stop": windows[k][1]})
            for k in words
        ),
        *(
            Measure(f"{k}_latency", "ms", f"{words[k]}, from the stimulus to its begin", latency,
                    {**own, "start": windows[k][0], "stop": windows[k][1]})
            for k in words
        ),
        *(
            Measure(f"{k}_units", "1", f"{words[k]}: units that fire", units,
                    {"muscle": muscle, "stimulus": stimulus, "start": windows[k][0], "stop": windows[k][1]})
            for k in words
        ),
        Measure("background_units", "1", "units that fire in the 200 ms before the stimulus", units,
                {"muscle": muscle, "stimulus": stimulus, "start": -0.2, "stop": 0.0}),
    )  # fmt: skip


def trace(
    view: View, muscle: str, amplitude: tuple[float, ...], start: float, stop: float
) -> tuple[np.ndarray, np.ndarray]:
    """The EMG of a muscle: times (s) and (sample, time), the potential of the largest unit is 1."""
    times = view.spikes(f"{muscle}_motor_belly")
    if times.shape[1] != len(amplitude):
        raise ValueError(f"{muscle} has {len(amplitude)} units, but {times.shape[1]} axons were recorded at its belly.")
    return emg.surface_emg(times, np.array(amplitude), start=start, stop=stop, delay=AT_THE_MUSCLE)


AT_THE_MUSCLE = 0.005
"""s, from an impulse at the belly to the middle of its potential: 1 ms of nerve, the end plate, and the way along the
muscle fibres to the electrodes (chosen)."""


def _around(view: View, own: Mapping) -> tuple[np.ndarray, np.ndarray]:
    stimulus = own["stimulus"]
    key = ("emg", own["muscle"], stimulus)
    return view.once(key, lambda: trace(view, own["muscle"], own["amplitude"], stimulus - 0.2, stimulus + 0.2))


def size(
    view: View, muscle: str, amplitude: tuple[float, ...], stimulus: float, start: float, stop: float
) -> np.ndarray:
    """Peak to peak in a window after the stimulus: (sample,)."""
    time, x = _around(view, {"muscle": muscle, "amplitude": amplitude, "stimulus": stimulus})
    return np.where(view.done, emg.peak_to_peak(time, x, stimulus + start, stimulus + stop), np.nan)


def latency(
    view: View, muscle: str, amplitude: tuple[float, ...], stimulus: float, start: float, stop: float
) -> np.ndarray:
    """ms from the stimulus to where the response exceeds a twentieth of its peak, (sample,); NaN if it is small."""
    time, x = _around(view, {"muscle": muscle, "amplitude": amplitude, "stimulus": stimulus})
    least = LEAST * sum(amplitude) / 2
    return 1000 * (emg.latency(time, x, stimulus + start, stimulus + stop, least=least) - stimulus)


def units(view: View, muscle: str, stimulus: float, start: float, stop: float) -> np.ndarray:
    """Axons at the belly that an impulse passes in a window: (sample,)."""
    times = view.spikes(f"{muscle}_motor_belly")
    with np.errstate(invalid="ignore"):
        inside = (times >= stimulus + start - AT_THE_MUSCLE * (start > 0)) & (times < stimulus + stop - AT_THE_MUSCLE)
    return inside.any(axis=-1).sum(axis=-1).astype(float)
