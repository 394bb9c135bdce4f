"""The parts of a pool's ΔF (see `sim.analysis.delta_f_parts`), and how many of its test units outlast the command."""

from typing import Any

import numpy as np

from experiments.measures.pool import command_end
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.delta_f_parts import Parts, parts, pooled
from sim.analysis.means import known_mean
from sim.measure import Measure
from sim.results.view import View


def parts_measures(population: str, convention: DeltaFConvention) -> tuple[Measure, ...]:
    """The measures of a contraction.

    Args:
        population: name of the pool; its command `POPULATION.excitation` is needed.
        convention: of the ΔF, in pps.
    """
    pool: dict[str, Any] = {"population": population, "convention": convention}
    return (
        Measure("delta_f", "pps", "ΔF, pool mean", mean_part, {**pool, "part": "delta_f"}),
        Measure("delta_f_over_pairs", "pps", "ΔF, mean over pairs instead of test units", over_pairs, pool),
        Measure(
            "hysteresis", "1", "command at the test unit's recruitment minus at its derecruitment", mean_part,
            {**pool, "part": "hysteresis"},
        ),
        Measure("gain", "pps", "control's rate per command, between these two commands on the way down", gain, pool),
        Measure(
            "own", "pps", "control's own hysteresis: rate on the way down minus up, at the test unit's recruitment",
            mean_part, {**pool, "part": "own"},
        ),
        Measure("outlasting", "1", "share of the test units that outlast the command", share_outlasting, pool),
    )  # fmt: skip


def mean_part(view: View, population: str, convention: DeltaFConvention, part: str) -> np.ndarray:
    """A part of the ΔF, mean over the pairs that count, as the convention reports it: (sample,)."""
    taken = parts_of(view, population, convention)
    return pooled(getattr(taken, part), taken.counts, convention)


def over_pairs(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """ΔF, mean over all pairs that count: pps, (sample,)."""
    taken = parts_of(view, population, convention)
    return known_mean(np.where(taken.counts, taken.delta_f, np.nan), axis=(1, 2))


def gain(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """Mean fall of the control's rate over mean hysteresis of the test unit: pps, (sample,)."""
    fall, hysteresis = (mean_part(view, population, convention, part) for part in ("read", "hysteresis"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return fall / hysteresis


def share_outlasting(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """Share of the test units that outlast the command: (sample,)."""
    counts = parts_of(view, population, convention).counts
    return pooled(outlasting(view, population, convention).astype(float), counts, convention)


def parts_of(view: View, population: str, convention: DeltaFConvention) -> Parts:
    """The parts of the ΔF of every pair."""
    spikes, command = view.spikes(population), view.course(f"{population}.excitation")
    return view.once(("parts", population, convention), lambda: parts(spikes, view.time, command, convention))


def outlasting(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """Whether the test unit of each pair fires after the command has ended: bool, (sample, control, test)."""
    end = command_end(view.time, view.course(f"{population}.excitation"))
    return parts_of(view, population, convention).derecruited > end[:, None, None]
