"""The motor units of one recording: when each is recruited, how fast it fires, and its ΔF, with the pairs that failed.

The measures are those of simulated units, taken by the same functions.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import DeltaFQuestion
from experiments.delta_f import recorded_units_figure, recorded_units_tables
from experiments.delta_f.recorded_units_measured import courses, pairs, remembering, units
from experiments.question import Asked
from experiments.shown import shown_pair
from experiments.statistics import attributes
from experiments.words import number
from sim.analysis.delta_f import delta_f
from sim.results.schema import spike_times


@dataclass(frozen=True)
class RecordedUnits(DeltaFQuestion):
    """Settings of the analysis.

    Args:
        longest_interval: s; a longer interval is a pause, which is counted, and left out of the mean rate and the CoV.

    Raises:
        ValueError: no positive interval.
    """

    longest_interval: float = 0.4

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.longest_interval > 0:
            raise ValueError(
                f"question.longest_interval is {self.longest_interval} s, but intervals are longer than 0. "
                "0.4 s is usual; inf keeps every interval."
            )

    def answer(self, asked: Asked) -> xr.Dataset:
        """Everything about every unit (unit) and pair (control, test), and the course of force and rates to draw."""
        chosen = remembering(self.chosen)
        one = asked.results.isel(sample=0).load()
        times = spike_times(one).values
        found = delta_f(times, convention=chosen)
        force = one.get("force")
        return xr.Dataset(
            {
                **units(one, times, chosen, self.longest_interval),
                **pairs(times, found, chosen),
                **shown_pair(times, found, chosen),
                **courses(one, times, chosen),
            },
            {"label": ("unit", np.array([*map(str, one["label"].values)]), attributes("1", "name of the unit"))},
            {
                **{name: one.attrs[name] for name in ("recording", "muscle", "task", "note")},
                "fs_hz": float(one.attrs.get("fs_hz", np.nan)),
                "delta_f_unit": "1" if chosen.normalised else "pps",
                "longest_interval": self.longest_interval,
                "force_unit": "" if force is None else force.attrs["units"],
                "force_missing": 1.0 if force is None else float(np.isnan(force.values).mean()),
            },
        )

    def draw(self, m: xr.Dataset) -> Figure:
        """Discharges and rates over the force (A), a pair (B), ΔF of the units (C), failed pairs (D), a table (E)."""
        return recorded_units_figure.draw(m)

    def tables(self, m: xr.Dataset) -> Mapping[str, str]:
        """Units and pairs as CSV."""
        return {"units.csv": recorded_units_tables.units(m), "pairs.csv": recorded_units_tables.pairs(m)}

    def headline(self, m: xr.Dataset) -> list[str]:
        """What was read, ΔF and its convention, why pairs failed, and what was mended."""
        names, words = m["criterion"].values.tolist(), m["criterion_words"].values.tolist()
        counts = dict(zip(names, m["pairs_by_criterion"].values.tolist(), strict=True))
        failed = [f"{said} {counts[name]}" for name, said in list(zip(names, words, strict=True))[2:] if counts[name]]
        return [
            recorded_units_figure.what(m),
            f"ΔF: {number(m['delta_f_pool'], 2, m.attrs['delta_f_unit'])} from {int(m['n_test_units'])} test units, "
            f"{counts['counted']} of {counts['tried']} pairs",
            m.attrs["convention"],
            *([f"pairs that failed (a pair may fail several): {', '.join(failed)}"] if failed else []),
            *mended(m),
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        force = "; grey, the force" * bool(m.attrs["force_unit"])
        return [
            f"A: units from dark to light in order of recruitment{force}. B: dots, instantaneous rates; lines, "
            "smoothed; shown is the pair whose ΔF is nearest to the mean. C: large points, test units (mean over their "
            "controls); small, pairs that count; dashed, the recording's ΔF; ticks, units without a ΔF. D: all pairs "
            "in which the control is recruited first. E: recruited at the first, derecruited at the last discharge; "
            "mean rate and CoV of the interspike intervals (ISI) without pauses, which are intervals over "
            f"{m.attrs['longest_interval']:g} s; peak rate and brace height from the smoothed rate; – not measurable "
            "or not valid.",
            *filter(None, [m.attrs["note"], " ".join(f"{line[0].upper()}{line[1:]}." for line in mended(m))]),
        ]


def mended(m: xr.Dataset) -> list[str]:
    """Remarks on units other than pauses, one line for each kind."""
    by_remark: dict[str, list[str]] = {}
    for label, remark in zip(m["label"].values, m["remark"].values, strict=True):
        for words in filter(None, str(remark).split(", ")):
            if "pause" not in words:
                by_remark.setdefault(words, []).append(str(label))
    return [f"{words}: unit{'s' * (len(units) > 1)} {', '.join(units)}" for words, units in by_remark.items()]
