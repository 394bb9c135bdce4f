"""The motor units of one recording: when each is recruited, how fast it fires, and its ΔF, with the pairs that failed.

The measures are those of simulated units, taken by the same functions. A recording of several contractions is measured
contraction by contraction. What is doubtful (`sim.analysis.checks`) is named, and what cannot be measured is not.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.delta_f import recorded_units_figure, recorded_units_tables
from experiments.delta_f.recorded_units_measured import measured
from experiments.question import Asked
from experiments.recorded_trains import Cleaning
from experiments.statistics import attributes
from experiments.words import number


@dataclass(frozen=True)
class RecordedUnits(BraceQuestion):
    """Settings of the analysis; times are quantities ("0.4 s"), or numbers in s.

    Args:
        longest_interval: a longer interval is a pause, which is counted, and left out of the mean rate and the CoV.
        shortest_interval: a discharge that follows another sooner is a doublet, or was detected twice; it is counted,
            and left out of all rates.
        steady: recruitment and derecruitment are the first and the last of so many discharges in a row, none of them a
            pause apart; 1 takes the first and the last of all.
        plausible: from and to: where the median interval of a motor unit lies; a unit beyond is not measured.
        left_out: words for a quality, in the file, of what is no motor unit; it is not measured.

    Raises:
        ValueError: no such interval, or no such number of discharges.
    """

    longest_interval: float = 0.4
    shortest_interval: float = 0.01
    steady: int = 1
    plausible: tuple[float, float] = (0.02, 0.5)
    left_out: Sequence[str] = ("noise", "artifact", "artefact")

    def __post_init__(self) -> None:
        super().__post_init__()
        longest, shortest, (low, high) = self.longest_interval, self.shortest_interval, self.plausible
        if not longest > 0:
            raise ValueError(
                f"question.longest_interval is {longest:g} s, but intervals are longer than 0. 0.4 s is usual; inf "
                "keeps every interval."
            )
        if not 0 <= shortest < longest:
            raise ValueError(
                f"question.shortest_interval is {shortest:g} s, but it must be from 0 to less than the longest "
                f"interval, {longest:g} s. 10 ms is usual; 0 keeps every discharge."
            )
        if not 0 <= low < high:
            raise ValueError(f"question.plausible goes from {low:g} to {high:g} s, which is no range of intervals.")
        if self.steady < 1:
            raise ValueError(f"question.steady is a number of discharges in a row, 1 or more, not {self.steady!r}.")

    @property
    def cleaning(self) -> Cleaning:
        """The settings of what is kept of a train."""
        return Cleaning(
            self.longest_interval, self.shortest_interval, self.steady, self.plausible, tuple(self.left_out)
        )

    def answer(self, asked: Asked) -> xr.Dataset:
        """Everything about every unit (contraction, unit) and pair (contraction, control, test), and the course of
        force and rates of the first contraction to draw."""
        results = asked.results.load()
        found = [
            measured(results.isel(sample=k), k, self.chosen, self.brace_rate, self.cleaning)
            for k in range(results.sizes["sample"])
        ]
        tables = xr.concat([one.table for one in found], "contraction", data_vars="all", join="override")
        first = results.isel(sample=0)
        force = first.get("force")
        labels, said = np.array([*map(str, first["label"].values)]), attributes("1", "name of the unit")
        return tables.assign({**found[0].shown, **found[0].common, "label": ("unit", labels, said)}).assign_attrs(
            {
                **{name: str(results.attrs.get(name, "")) for name in ("recording", "muscle", "task", "note")},
                "doubts": json.dumps([one.doubts for one in found], ensure_ascii=False),
                "remarks": json.dumps([*map(str, results.attrs.get("remarks", []))], ensure_ascii=False),
                "fs_hz": float(results.attrs.get("fs_hz", np.nan)),
                "delta_f_unit": "1" if self.chosen.normalised else "pps",
                "longest_interval": self.longest_interval,
                "shortest_interval": self.shortest_interval,
                "steady": self.steady,
                "force_unit": "" if force is None else force.attrs["units"],
                "force_missing": 1.0 if force is None else float(np.isnan(force.values).mean()),
            }
        )

    def draw(self, m: xr.Dataset) -> Figure:
        """Discharges and rates over the force (A), a pair (B), ΔF of the units (C), failed pairs (D), a table (E)."""
        return recorded_units_figure.draw(m)

    def tables(self, m: xr.Dataset) -> Mapping[str, str]:
        """Units and pairs of all contractions as CSV."""
        return {"units.csv": recorded_units_tables.units(m), "pairs.csv": recorded_units_tables.pairs(m)}

    def headline(self, m: xr.Dataset) -> list[str]:
        """What was read, ΔF and its convention, why pairs failed, what is doubtful, and what was mended."""
        one = m.isel(contraction=0)
        names, words = m["criterion"].values.tolist(), m["criterion_words"].values.tolist()
        counts = dict(zip(names, one["pairs_by_criterion"].values.tolist(), strict=True))
        failed = [f"{said} {counts[name]}" for name, said in list(zip(names, words, strict=True))[2:] if counts[name]]
        several = m.sizes["contraction"] > 1
        return [
            recorded_units_figure.what(m),
            *([recorded_units_figure.which(one)] if several else []),
            delta_f(one),
            m.attrs["convention"],
            *([f"pairs that failed (a pair may fail several): {', '.join(failed)}"] if failed else []),
            brace_height(one),
            m.attrs["brace_convention"],
            *about(m),
            *(line for k in range(1, m.sizes["contraction"]) for line in self._other(m, k)),
        ]

    def _other(self, m: xr.Dataset, k: int) -> list[str]:
        one = m.isel(contraction=k)
        return ["; ".join([f"{recorded_units_figure.which(one)}: {delta_f(one)}", *doubts(m)[k], *mended(one)])]

    def notes(self, m: xr.Dataset) -> list[str]:
        force = "; grey, the force" * bool(m.attrs["force_unit"])
        several = m.sizes["contraction"] > 1
        row = f"{m.attrs['steady']} discharges in a row without a pause"
        steady = f" (of {row})" if m.attrs["steady"] > 1 else ""
        return [
            f"A: units from dark to light in order of recruitment{force}. B: dots, instantaneous rates; lines, "
            "smoothed; shown is the pair whose ΔF is nearest to the mean. C: large points, test units (mean over their "
            "controls); small, pairs that count; dashed, the recording's ΔF; ticks, units without a ΔF. D: all pairs "
            "in which the control is recruited first. E: recruited at the first, derecruited at the last "
            f"discharge{steady}; mean rate and CoV of the interspike intervals (ISI) without pauses, which are "
            f"intervals over {m.attrs['longest_interval']:g} s; discharges within "
            f"{1000 * m.attrs['shortest_interval']:g} ms of another are left out of all rates; peak rate from the "
            "smoothed rate of ΔF, brace height from rates of its own (see Conventions); – not measurable or not valid. "
            + "A to E are of the first contraction, F of all."
            * several,
            *filter(None, [m.attrs["note"], " ".join(f"{line[0].upper()}{line[1:]}." for line in about(m))]),
        ]


def delta_f(one: xr.Dataset) -> str:
    """The ΔF of a contraction."""
    counts = dict(zip(one["criterion"].values.tolist(), one["pairs_by_criterion"].values.tolist(), strict=True))
    return (
        f"ΔF: {number(one['delta_f_pool'], 2, one.attrs['delta_f_unit'])} from {int(one['n_test_units'])} test units, "
        f"{counts['counted']} of {counts['tried']} pairs"
    )


def brace_height(one: xr.Dataset) -> str:
    """The brace height of a contraction, over its valid units."""
    valid = one["brace_height"].values[one["brace_invalid"].values == 0]
    if not one.attrs["force_unit"]:
        return "brace height: not measurable without a force"
    mean = number(valid.mean() if valid.size else np.nan, 1, "%rTri")
    return f"brace height: {mean}, mean of {valid.size} valid units of {one.sizes['unit']}"


def doubts(m: xr.Dataset) -> list[list[str]]:
    """What is doubtful in each contraction, in sentences."""
    return json.loads(m.attrs["doubts"])


def about(m: xr.Dataset) -> list[str]:
    """What to know of the recording and its first contraction: what was read, what is doubtful, what was mended."""
    one = m.isel(contraction=0)
    return [*json.loads(m.attrs["remarks"]), *qualities(one), *doubts(m)[0], *mended(one)]


def qualities(one: xr.Dataset) -> list[str]:
    """How often the file gives which quality."""
    words, counts = np.unique([word for word in one["quality"].values.tolist() if word], return_counts=True)
    said = ", ".join(f"{word} {count}" for word, count in zip(words, counts, strict=True))
    return [f"qualities in the file: {said}"] if said else []


def mended(one: xr.Dataset) -> list[str]:
    """What had to be mended in the units of a contraction, or is missing of them: a line for each kind."""
    by_remark: dict[str, list[str]] = {}
    for label, remark in zip(one["label"].values, one["mended"].values, strict=True):
        for words in filter(None, str(remark).split(", ")):
            by_remark.setdefault(words, []).append(str(label))
    return [f"{words}: unit{'s' * (len(units) > 1)} {', '.join(units)}" for words, units in by_remark.items()]
