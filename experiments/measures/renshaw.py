"""What Renshaw cells do after an antidromic volley, and what they do to motoneurons."""

import numpy as np

from experiments.measures.reflex import AT_THE_MUSCLE, M_WINDOW
from sim.measure import Measure
from sim.results.view import View

AFTER = 0.1
"""s after the stimulus, in which discharges count."""
BEFORE = 0.02
"""s before the stimulus, of which the mean is the rest of a potential."""
SEARCHED = (0.004, 0.06)
"""s after the stimulus, in which the trough of a potential is looked for: not while the volley runs in."""


def renshaw_measures(muscle: str, stimulus: float, start: float) -> tuple[Measure, ...]:
    """Of one muscle.

    Args:
        stimulus: s, when the axons feel the pulse.
        start: s, from which on the rate before the stimulus is measured.
    """
    own = {"muscle": muscle, "stimulus": stimulus}
    return (
        Measure("axons", "%", f"motor axons of the {muscle} in the volley", axons, own),
        Measure("discharges", "1", "discharges of a Renshaw cell within 100 ms, mean of all", discharges, own),
        Measure("active", "%", "Renshaw cells that discharge within 100 ms", active, own),
        Measure("first_rate", "Hz", "rate of the first interval of a burst, mean of cells that have one", first, own),
        Measure("trough", "mV", "lowest mean potential of silent motoneurons after the volley, from rest", trough, own),
        Measure("rate", "pps", "units that fire, mean rate before the stimulus", rate, {**own, "start": start}),
    )  # fmt: skip


def after(view: View, population: str, stimulus: float) -> np.ndarray:
    """Spikes after the stimulus: s from it, NaN elsewhere, (sample, unit, spike)."""
    times = view.spikes(population) - stimulus
    with np.errstate(invalid="ignore"):
        return np.where((times > 0) & (times < AFTER), times, np.nan)


def axons(view: View, muscle: str, stimulus: float) -> np.ndarray:
    """%, (sample,): impulses at the belly early enough to be the M wave's."""
    times = view.spikes(f"{muscle}_motor_belly") - stimulus
    with np.errstate(invalid="ignore"):
        there = ((times >= 0) & (times < M_WINDOW[1] - AT_THE_MUSCLE)).any(-1)
    return np.where(view.done, 100 * there.mean(-1), np.nan)


def discharges(view: View, muscle: str, stimulus: float) -> np.ndarray:
    """(sample,)."""
    count = np.isfinite(after(view, f"{muscle}_renshaw", stimulus)).sum(-1)
    return np.where(view.done, count.mean(-1), np.nan)


def active(view: View, muscle: str, stimulus: float) -> np.ndarray:
    """%, (sample,)."""
    fires = np.isfinite(after(view, f"{muscle}_renshaw", stimulus)).any(-1)
    return np.where(view.done, 100 * fires.mean(-1), np.nan)


def first(view: View, muscle: str, stimulus: float) -> np.ndarray:
    """Hz, (sample,); NaN if no cell fires twice."""
    times = np.sort(after(view, f"{muscle}_renshaw", stimulus), axis=-1)
    if times.shape[-1] < 2:
        return np.full(view.samples, np.nan)
    rates = 1 / (times[..., 1] - times[..., 0])
    known = np.isfinite(rates)
    with np.errstate(invalid="ignore"):
        return np.where(known.any(-1), np.nansum(rates, -1) / known.sum(-1), np.nan)


def course(view: View, muscle: str, stimulus: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean potential of the motoneurons that are silent from 20 ms before to 100 ms after the stimulus, mV from what it
    was before: time from the stimulus in s, and (sample, time); NaN where none is silent."""
    potential, time = view.traces("v_soma", muscle), view.time - stimulus
    times = view.spikes(muscle) - stimulus
    with np.errstate(invalid="ignore"):
        silent = ~((times > -BEFORE) & (times < AFTER)).any(-1)
    count = silent.sum(-1)
    mean = np.einsum("su,sut->st", silent.astype(float), potential) / np.where(count, count, np.nan)[:, None]
    inside = (time >= -BEFORE) & (time < 0)
    return time, mean - mean[:, inside].mean(-1, keepdims=True)


def trough(view: View, muscle: str, stimulus: float) -> np.ndarray:
    """mV, (sample,)."""
    time, mean = course(view, muscle, stimulus)
    inside = (time >= SEARCHED[0]) & (time < SEARCHED[1])
    return np.where(view.done, mean[:, inside].min(-1), np.nan)


def rate(view: View, muscle: str, stimulus: float, start: float) -> np.ndarray:
    """pps, (sample,); NaN if no unit fires twice."""
    times = view.spikes(muscle)
    with np.errstate(invalid="ignore"):
        count = ((times >= start) & (times < stimulus)).sum(-1)
    fires = count > 1
    total = np.where(fires, count, 0).sum(-1) / (stimulus - start)
    return np.where(fires.any(-1), total / np.maximum(fires.sum(-1), 1), np.nan)
