"""What ΔF is to tell, the persistent inward current (PIC) of the units that it is read from, beside ΔF itself.

The current is that of all dendrites of a cell, inward above zero, averaged over half a second. `pic` is its largest
value in a unit; `pic_kept` is the hysteresis of the current alone: its value when the unit ends less that when it
began. Both are means over the units that have a ΔF.
"""

from collections.abc import Mapping

import numpy as np

from experiments.measures.parts import mean_part, share_outlasting
from experiments.measures.pool import n_recruited, n_test_units, pool_delta_f, pool_peak_rate, unit_delta_f
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.means import known_mean
from sim.analysis.recruitment import derecruitment_time, recruitment_time
from sim.analysis.traces import smoothed
from sim.measure import Measure
from sim.results.view import View

SMOOTH = 0.5
"""s, of the Hann window over currents."""
FEW = 6
"""Units of a decomposition that found few."""


def validity_measures(
    population: str, convention: DeltaFConvention, others: Mapping[str, DeltaFConvention]
) -> tuple[Measure, ...]:
    """The measures of a contraction.

    Args:
        population: whose spikes, `i_pic` of every cell and command are read.
        convention: of the ΔF.
        others: conventions by name, of ΔF of the same contraction.
    """
    pool, whole = {"population": population}, {"population": population, "convention": convention}
    return (
        Measure("delta_f", "pps", "ΔF, pool mean", pool_delta_f, whole),
        *(
            Measure(f"delta_f_{k}", "pps", f"ΔF, {k.replace('_', ' ')}", pool_delta_f, {**pool, "convention": one})
            for k, one in others.items()
        ),
        Measure("delta_f_few", "pps", f"ΔF, of {FEW} units drawn at random", of_few, whole),
        Measure("delta_f_low", "pps", "ΔF, against the control unit recruited first", of_lowest, whole),
        Measure("pic", "nA", "persistent inward current, largest, mean over test units", largest, whole),
        Measure("pic_kept", "nA", "persistent inward current at derecruitment less at recruitment", kept, whole),
        Measure("own", "pps", "control's own hysteresis", mean_part, {**whole, "part": "own"}),
        Measure("outlasting", "1", "share of the test units that outlast the command", share_outlasting, whole),
        Measure("peak_rate", "pps", "peak smoothed rate, mean over recruited units", pool_peak_rate,
                {**pool, "rate": convention.rate}),
        Measure("n_test_units", "1", "test units that have a ΔF", n_test_units, whole),
        Measure("n_recruited", "1", "units recruited (at least two spikes)", n_recruited, pool),
    )  # fmt: skip


def inward(view: View, population: str) -> np.ndarray:
    """nA, (sample, unit, time)."""
    return view.once(("inward", population), lambda: smoothed(-view.traces("i_pic", population), view.time, SMOOTH))


def largest(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """nA, (sample,)."""
    return _of_tested(view, population, convention, inward(view, population).max(axis=-1))


def kept(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """nA, (sample,)."""
    return _of_tested(view, population, convention, end_less_begin(view, population, view.spikes(population)))


def end_less_begin(view: View, population: str, spikes: np.ndarray) -> np.ndarray:
    """The current when each unit ends less when it began: nA, (sample, unit); NaN of a silent one."""
    current, time = inward(view, population), view.time

    def at(when: np.ndarray) -> np.ndarray:
        places = np.clip(np.searchsorted(time, np.nan_to_num(when)), 0, len(time) - 1)
        return np.take_along_axis(current, places[..., None], -1)[..., 0]

    begin, end = recruitment_time(spikes), derecruitment_time(spikes)
    return np.where(np.isfinite(begin) & np.isfinite(end), at(end) - at(begin), np.nan)


def of_few(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """pps, (sample,): of some of the units that fire, drawn by the random stream of the sample."""
    spikes = view.spikes(population)
    chosen = np.zeros(spikes.shape[:2], bool)
    for row, fires, stream in zip(chosen, np.isfinite(spikes[..., 1]), view.results["stream"].values, strict=True):
        order = np.random.default_rng([FEW, int(stream)]).permutation(len(row))
        row[order[fires[order]][:FEW]] = True
    return delta_f(np.where(chosen[..., None], spikes, np.nan), convention=convention).pool


def of_lowest(view: View, population: str, convention: DeltaFConvention) -> np.ndarray:
    """pps, (sample,): mean over the test units of the control that was recruited first of all."""
    spikes = view.spikes(population)
    began = np.where(np.isfinite(spikes[..., 1]), spikes[..., 1], np.inf)
    first = began.argmin(axis=-1)
    pairs = unit_delta_f(view, population, convention).pair
    return known_mean(pairs[np.arange(len(first)), first])


def _of_tested(view: View, population: str, convention: DeltaFConvention, values: np.ndarray) -> np.ndarray:
    """Mean over the units that have a ΔF: (sample,)."""
    tested = np.isfinite(unit_delta_f(view, population, convention).unit)
    return np.where(view.done, known_mean(np.where(tested, values, np.nan)), np.nan)
