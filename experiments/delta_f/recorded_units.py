"""The motor units of one recording: when each is recruited, how fast it fires, and its ΔF, with the pairs that failed.

The measures are those of simulated units, taken by the same functions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import recorded_units_figure, recorded_units_tables
from experiments.contraction_example import shown_pair
from experiments.conventions import convention
from experiments.recorded_pairs import pair_variables
from experiments.remembered import remembering
from experiments.words import attributes, number
from sim.analysis.brace import brace_height
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.recruitment import derecruitment_time, recruitment_time, value_at
from sim.analysis.smoothing import peak_rate, smoothed_rate
from sim.analysis.spikes import interval_statistics, intervals, spike_count
from sim.results.recordings.recording import Flag
from sim.results.schema import spike_times

POINTS = 400  # of a smoothed rate as it is drawn
FORCE_POINTS = 1000  # of the force as it is drawn
MENDED = {
    Flag.UNSORTED: "discharges sorted",
    Flag.DUPLICATES: "duplicates dropped",
    Flag.NO_TIME: "discharges without time dropped",
}


@dataclass(frozen=True)
class RecordedUnits:
    """Settings of the analysis.

    Args:
        convention: of the ΔF, by name (see `experiments.conventions`) or declared in full; its smoother gives the peak
            rate and the brace height too.
        longest_interval: s; a longer interval is a pause, which is counted, and left out of the mean rate and the CoV.

    Raises:
        ValueError: no such convention, or no positive interval.
    """

    convention: DeltaFConvention | str = "later_spike_from_second"
    longest_interval: float = 0.4

    def __post_init__(self) -> None:
        object.__setattr__(self, "convention", convention(self.convention))
        if not self.longest_interval > 0:
            raise ValueError(
                f"question.longest_interval is {self.longest_interval} s, but intervals are longer than 0. "
                "0.4 s is usual; inf keeps every interval."
            )

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Everything about every unit (unit) and pair (control, test), and the course of force and rates to draw."""
        chosen = remembering(convention(self.convention))
        one = results.isel(sample=0).load()
        times = spike_times(one).values
        clock = _time(one, times)
        pairs = delta_f(times, convention=chosen)
        unit_attributes = {"units": "1", "long_name": "name of the unit"}
        return xr.Dataset(
            {
                **self._units(one, times, chosen),
                **pair_variables(times, pairs, chosen),
                **shown_pair(times, pairs, chosen),
                **_courses(one, times, clock, chosen),
            },
            {"label": ("unit", np.array([str(label) for label in one["label"].values]), unit_attributes)},
            {
                **{name: one.attrs[name] for name in ("recording", "muscle", "task", "note")},
                "fs_hz": float(one.attrs.get("fs_hz", np.nan)),
                "convention": chosen.describe(),
                "delta_f_unit": "1" if chosen.normalised else "pps",
                "longest_interval": self.longest_interval,
                "force_unit": one["force"].attrs["units"] if "force" in one else "",
                "force_missing": float(np.isnan(one["force"].values).mean()) if "force" in one else 1.0,
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """Discharges and rates over the force (A), a pair (B), ΔF of the units (C), failed pairs (D), a table (E)."""
        return recorded_units_figure.draw(measures)

    def tables(self, measures: xr.Dataset) -> Mapping[str, str]:
        """Units and pairs as CSV."""
        return {"units.csv": recorded_units_tables.units(measures), "pairs.csv": recorded_units_tables.pairs(measures)}

    def headline(self, measures: xr.Dataset) -> list[str]:
        """What was read, ΔF and its convention, why pairs failed, and what was mended."""
        m = measures
        counts = dict(zip(m["criterion"].values.tolist(), m["pairs_by_criterion"].values.tolist(), strict=True))
        failures = [
            f"{words} {counts[name]}"
            for name, words in zip(m["criterion"].values.tolist(), m["criterion_words"].values.tolist(), strict=True)
            if name not in ("tried", "counted") and counts[name]
        ]
        lines = [
            recorded_units_figure.what(m),
            f"ΔF: {number(m['delta_f_pool'], 2, m.attrs['delta_f_unit'])} from {int(m['n_test_units'])} test units, "
            f"{counts['counted']} of {counts['tried']} pairs",
            m.attrs["convention"],
        ]
        if failures:
            lines.append("pairs that failed (a pair may fail several): " + ", ".join(failures))
        lines += recorded_units_figure.mended(m)
        return lines

    def _units(self, one: xr.Dataset, times: np.ndarray, chosen: DeltaFConvention) -> dict[str, tuple]:
        """The table of units, each column (unit)."""
        start, stop = recruitment_time(times), derecruitment_time(times)
        usual = interval_statistics(times, longest=self.longest_interval)
        pauses = (intervals(times) > self.longest_interval).sum(axis=-1)
        peak = peak_rate(times, convention=chosen.rate)
        nowhere = np.full(len(times), np.nan)
        force_on, force_off, height, invalid = nowhere, nowhere, nowhere, np.ones(len(times), np.uint8)
        force_unit = "1"
        if "force" in one:
            clock, force = one["time"].values, one["force"].values
            force_on, force_off = (value_at(when, clock, force) for when in (start, stop))
            brace = brace_height(times, clock, force, convention=chosen.rate)
            height, invalid = brace.brace_height, brace.invalid
            force_unit = one["force"].attrs["units"]
        columns = {
            "n_discharges": (spike_count(times), "1", "discharges"),
            "recruitment_time": (start, "s", "first discharge"),
            "derecruitment_time": (stop, "s", "last discharge"),
            "recruitment_force": (force_on, force_unit, "force at the first discharge"),
            "derecruitment_force": (force_off, force_unit, "force at the last discharge"),
            "mean_rate": (1 / usual.mean, "pps", f"1 / mean interval of at most {self.longest_interval:g} s"),
            "peak_rate": (peak.rate, "pps", "highest smoothed rate"),
            "cov_interval": (100 * usual.cv, "%", f"CoV of the intervals of at most {self.longest_interval:g} s"),
            "n_pauses": (pauses, "1", f"intervals longer than {self.longest_interval:g} s"),
            "brace_height": (height, "%rTri", "brace height, also where it is not valid"),
            "brace_invalid": (invalid, "1", "why a brace height should not be used, 0 if it may be"),
        }
        table = {name: ("unit", values, attributes(*said)) for name, (values, *said) in columns.items()}
        remarks = [
            ", ".join(_remarks(Flag(int(flag)), int(n), np.isnan(rate), int(k)))
            for flag, n, rate, k in zip(one["flag"].values, spike_count(times), peak.rate, pauses, strict=True)
        ]
        return {**table, "remark": ("unit", np.array(remarks, str), attributes("1", "what to know about the unit"))}


def _remarks(flag: Flag, discharges: int, no_rate: bool, pauses: int) -> list[str]:
    said = [words for bit, words in MENDED.items() if bit in flag]
    if discharges < 2:
        said.append("one discharge" if discharges else "no discharge")
    elif no_rate:
        said.append("too few for a rate")
    if pauses:
        said.append(f"{pauses} pause{'s' * (pauses > 1)}")
    return said


def _time(one: xr.Dataset, times: np.ndarray) -> np.ndarray:
    """Times (s) at which rates are drawn: over force and discharges."""
    ends = [*times[np.isfinite(times)], *(one["time"].values[[0, -1]] if "force" in one else [])]
    start, stop = (min(0.0, *ends), max(ends)) if len(ends) > 1 else (0.0, 1.0)
    return np.linspace(start, max(stop, start + 0.1), POINTS)


def _courses(one: xr.Dataset, times: np.ndarray, clock: np.ndarray, chosen: DeltaFConvention) -> dict[str, tuple]:
    """Discharges, smoothed rates and force to draw."""
    small = np.float32  # 0.002 ms at 20 s
    rate = smoothed_rate(times, clock, convention=chosen.rate)
    force_time, force = np.array([clock[0], clock[-1]]), np.full(2, np.nan)
    if "force" in one:
        force_time, force = _thinned(one["time"].values), _thinned(one["force"].values)
    return {
        "discharges": (("unit", "spike"), times.astype(small), attributes("s", "time of each discharge")),
        "rate_time": ("rate_time", clock, attributes("s", "time of the smoothed rates")),
        "rate": (("unit", "rate_time"), rate.astype(small), attributes("pps", "smoothed rate")),
        "force_time": ("force_time", force_time, attributes("s", "time of the force as drawn")),
        "force": (
            "force_time",
            force.astype(small),
            attributes(one["force"].attrs["units"] if "force" in one else "1", "force or torque as drawn"),
        ),
    }


def _thinned(values: np.ndarray) -> np.ndarray:
    """Means over neighbours, so that at most FORCE_POINTS remain; NaN where all of them are."""
    blocks = np.array_split(values, min(len(values), FORCE_POINTS))
    return np.array([np.nan if np.isnan(block).all() else np.nanmean(block) for block in blocks])
