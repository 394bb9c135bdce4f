"""What is behind a ΔF: current, inhibition and monoaminergic level of the very units that it is read from.

Currents are those of all dendrites of a cell, inward above zero, averaged over half a second. Inhibition is the mean
conductance over the ramp, of moments that fall at all places between two pulses of a train (`record.every` must not be
a multiple or a part of their interval). All are means over the decomposed units.
"""

from typing import Any

import numpy as np

from experiments.measures.decomposed import Decomposed, since
from experiments.measures.followed import mean_delta_f, mean_peak, ramp
from experiments.measures.validity import end_less_begin, inward
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.means import known_mean
from sim.measure import Measure
from sim.results.view import View

CONDUCTANCES = {
    "g_recip_dend": "Ia interneurons, on the dendrites", "g_recip_soma": "Ia interneurons, on the soma",
}  # fmt: skip
"""What is recorded of motoneurons, and from what it comes."""


def behind_measures(of: Decomposed, convention: DeltaFConvention) -> tuple[Measure, ...]:
    """The measures of a ramp.

    Args:
        of: the units that are read.
        convention: of the ΔF.
    """
    units: dict[str, Any] = {"of": of}
    return (
        Measure("delta_f", "pps", "ΔF, mean over test units", mean_delta_f, {**units, "convention": convention}),
        Measure("peak_rate", "pps", "peak smoothed rate, mean over units", mean_peak,
                {**units, "rate": convention.rate}),
        Measure("pic", "nA", "persistent inward current, largest", largest, units),
        Measure("pic_kept", "nA", "persistent inward current at derecruitment less at recruitment", kept, units),
        Measure("level", "1", "monoaminergic level", level, units),
        *(
            Measure(name, "nS", f"conductance: {words}", conductance, {**units, "name": name})
            for name, words in CONDUCTANCES.items()
        ),
    )  # fmt: skip


def largest(view: View, of: Decomposed) -> np.ndarray:
    """nA, (sample,)."""
    begin, _, end = ramp(view)
    inside = (view.time >= begin[:, None]) & (view.time <= end[:, None])
    return _mean(view, of, np.where(inside[:, None], inward(view, of.population), -np.inf).max(axis=-1))


def kept(view: View, of: Decomposed) -> np.ndarray:
    """nA, (sample,)."""
    spikes = since(view, of.population, ramp(view)[0])
    return _mean(view, of, end_less_begin(view, of.population, spikes))


def level(view: View, of: Decomposed) -> np.ndarray:
    """Mean over the ramp: (sample,)."""
    return _over(view, of, "level")


def conductance(view: View, of: Decomposed, name: str) -> np.ndarray:
    """Mean over the ramp: nS, (sample,)."""
    return 1000 * _over(view, of, name)


def _over(view: View, of: Decomposed, name: str) -> np.ndarray:
    begin, _, end = ramp(view)
    inside = (view.time >= begin[:, None]) & (view.time <= end[:, None])
    count = np.maximum(inside.sum(axis=-1), 1)
    total = np.where(inside[:, None], view.traces(name, of.population), 0).sum(axis=-1)
    return _mean(view, of, total / count[:, None])


def _mean(view: View, of: Decomposed, values: np.ndarray) -> np.ndarray:
    """Over the decomposed units: (sample,)."""
    begin, top, _ = ramp(view)
    return np.where(view.done, known_mean(np.where(of.found(view, begin, top), values, np.nan)), np.nan)
