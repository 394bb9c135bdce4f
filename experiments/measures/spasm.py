"""What outlasts a brief input, and what is left of a spasm from some moment on, from spikes and force."""

from typing import Any

import numpy as np
import xarray as xr

from experiments.measures.force import mean_force, peak_force, units_firing
from sim.analysis.self_sustained import count_in_window, self_sustained_duration
from sim.analysis.silence import silence
from sim.measure import Measure
from sim.results.view import View
from sim.units import in_unit

GAP = 1.0  # s, a pause of all units that counts as silence, and the windows that are looked at
RELIEF = 1.0  # % of maximal force, below which a spasm that a unit or two keep up is hardly felt; chosen
LATER = (2.0, 4.0)  # s after a brief input, in which rates and forces are read


def window(start: str | float, duration: str | float, what: str) -> tuple[float, float]:
    """From when to when `what` is given: s. Raises UnitError for what is no time."""
    begin = in_unit(start, "ms", f"the start of {what}") / 1000
    return begin, begin + in_unit(duration, "ms", f"the duration of {what}") / 1000


def outlasting_measures(population: str, begin: float, end: float) -> tuple[Measure, ...]:
    """What a brief input leaves behind.

    Args:
        population: with the signal `POPULATION_force`.
        begin, end: s, of the input, at least a second after the begin of the recording.
    """
    pool: dict[str, Any] = {"population": population}
    before, last = ({**pool, "until": until, "window": GAP} for until in (begin, None))
    later = {**pool, "start": end + LATER[0], "stop": end + LATER[1]}
    when = f"{LATER[0]:g} to {LATER[1]:g} s after the input"
    of_maximum = "in percent of the maximal one"
    return (
        Measure("units_before", "1", "units that fire in the second before the input", firing, before),
        Measure("units_after", "1", f"units that fire {when}", units_firing, later),
        Measure("units_end", "1", "units that fire in the last second", firing, last),
        Measure(
            "duration", "s", "from the end of the input to the last spike before a pause of 1 s of all units",
            outlasting_duration, {**pool, "end": end, "gap": GAP},
        ),
        Measure("rate_after", "pps", f"discharge rate {when}, mean over the units that fire", rate_of_firing, later),
        Measure("force_input", "%", f"peak force, {of_maximum}", peak_force, pool),
        Measure("force_after", "%", f"mean force {when}, {of_maximum}", mean_force, later),
    )  # fmt: skip


def spasm_measures(population: str, start: float, stop: float) -> tuple[Measure, ...]:
    """What is left of a spasm, while it is stimulated and in the end.

    Args:
        population: with the signal `POPULATION_force`.
        start: s, when something is done, at least a second after the begin and a second before the end.
        stop: s, when stimulation ends; cut at the end of the recording.
    """
    pool: dict[str, Any] = {"population": population}
    before, during, last = ({**pool, "until": until, "window": GAP} for until in (start, stop, None))
    since = {**pool, "start": start, "gap": GAP}
    anything, maximum = "in the last second before anything is done", "of the maximal one"
    return (
        Measure("units_before", "1", f"units that fire {anything}", firing, before),
        Measure("units_during", "1", "units that fire in the last second of stimulation", firing, during),
        Measure("units_left", "1", "units that fire in the last second of all", firing, last),
        Measure("suppressed", "1", "no unit fires in the last second of stimulation", silent, during),
        Measure("stopped", "1", "no unit fires in the last second of all", silent, last),
        Measure(
            "relieved", "1", f"mean force in the last second of all is below {RELIEF:g} % {maximum}", force_below,
            {**last, "limit": RELIEF},
        ),
        Measure(
            "time_to_stop", "s", "from the begin of what is done to the last spike of the pool, where firing stopped",
            of_silence, {**since, "what": "time_to_stop"},
        ),
        Measure(
            "recurred", "1", "all units paused for a second, and then one fired", of_silence,
            {**since, "what": "recurred"},
        ),
        Measure("force_before", "%", f"mean force {anything}, in percent {maximum}", force, before),
        Measure("force_left", "%", f"mean force in the last second of all, in percent {maximum}", force, last),
    )  # fmt: skip


def firing(view: View, population: str, until: float | None, window: float) -> np.ndarray:
    """Units with a spike in the last `window` s before `until`, at most the end of the recording: (sample,)."""
    stop = view.end if until is None else min(until, view.end)
    return units_firing(view, population, stop - window, stop)


def silent(view: View, population: str, until: float | None, window: float) -> np.ndarray:
    """Whether no unit has a spike in the last `window` s before `until`: (sample,)."""
    return firing(view, population, until, window) == 0


def force(view: View, population: str, until: float | None, window: float) -> np.ndarray:
    """Mean force in the last `window` s before `until`, at most the end of the recording: %, (sample,)."""
    stop = view.end if until is None else min(until, view.end)
    return mean_force(view, population, stop - window, stop)


def force_below(view: View, population: str, until: float | None, window: float, limit: float) -> np.ndarray:
    """Whether the mean force in the last `window` s before `until` is below `limit` %: (sample,)."""
    return force(view, population, until, window) < limit


def rate_of_firing(view: View, population: str, start: float, stop: float) -> np.ndarray:
    """Spikes over duration of a window, mean over the units that fire in it: pps, (sample,)."""
    stop = min(stop, view.end)
    spikes = count_in_window(view.spikes(population), start, stop)
    with np.errstate(invalid="ignore", divide="ignore"):
        return spikes.sum(axis=-1) / (spikes > 0).sum(axis=-1) / (stop - start)


def outlasting_duration(view: View, population: str, end: float, gap: float) -> np.ndarray:
    """From `end` to the last spike of the pool before its first pause longer than `gap` s: s, (sample,)."""
    merged = np.sort(view.spikes(population).reshape(view.samples, 1, -1), axis=-1)  # all units as one
    return self_sustained_duration(merged, end, longest_interval=gap)[:, 0]


def of_silence(view: View, population: str, start: float, gap: float, what: str) -> np.ndarray:
    """One of the things that `sim.analysis.silence` says of the pool from `start` to the end: (sample,)."""
    key = ("silence", population, start, gap)
    found = view.once(key, lambda: silence(view.spikes(population), start, view.end, gap=gap))
    return getattr(found, what)


def pulses(view: View, nerve: str) -> np.ndarray:
    """Pulses given: (sample,)."""
    return np.isfinite(pulse_times(view, nerve)).sum(axis=-1)


def pulse_times(view: View, nerve: str) -> np.ndarray:
    """When pulses were given: s, (sample, spike). The stimulator fires with each; of fibres the one that does most."""
    times = view.spikes(nerve)
    busiest = np.isfinite(times).sum(axis=-1).argmax(axis=-1)
    return times[np.arange(len(times)), busiest]


def left_of(force: xr.DataArray, untreated: xr.DataArray) -> xr.DataArray:
    """Force in the last second in percent of that of the untreated spasm of the same seed; NaN where that has none."""
    words = "force in the last second, in percent of the untreated spasm's of the same seed"
    return (100 * force / untreated.where(untreated > 0)).assign_attrs(units="%", long_name=words)
