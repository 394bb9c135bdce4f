"""The pairs of units of a recording: their ΔF, what each was judged by, and the tally of criteria."""

from typing import Any

import numpy as np

from experiments.statistics import attributes
from sim.analysis.delta_f import DeltaF, pair_measures, tally
from sim.analysis.delta_f_convention import DeltaFConvention

Variables = dict[str, tuple]
SMALL = np.float32  # seven digits, and a readable measures.json of a hundred units


def pairs(times: np.ndarray, result: DeltaF, chosen: DeltaFConvention, whole: np.ndarray) -> Variables:
    """`delta_f` of units, pool and every pair, what each pair was judged by, and the tally of criteria.

    Args:
        times: s, (unit, spike).
        result: their ΔF.
        chosen: convention of the ΔF; it stands with each of them.
        whole: bool, (unit,), whose recruitment and derecruitment are in the record.
    """
    judged, counts = pair_measures(times, convention=chosen, whole=whole), tally(result.failed)
    unit, said, pair = "1" if chosen.normalised else "pps", chosen.describe(), ("control", "test")
    tried = np.array([int(counts[name]) for name in criterion_words(chosen)])
    apart = "recruitment of the test unit after that of the control"
    modulation = "range of the control's smoothed rate while the test unit fires"
    found: dict[str, tuple[Any, Any, str, str]] = {
        "delta_f": ("unit", result.unit, unit, f"mean over the controls of the test unit. {said}"),
        "n_controls": ("unit", (result.failed == 0).sum(axis=0), "1", "control units that count for the test unit"),
        "delta_f_pool": ((), float(result.pool), unit, f"mean of the recording. {said}"),
        "n_test_units": ((), int(result.n_test_units), "1", "test units that have a ΔF"),
        "pair_delta_f": (pair, judged.delta_f.astype(SMALL), unit, f"also of pairs that fail a criterion. {said}"),
        "pair_failed": (pair, judged.failed, "1", "sim.analysis.delta_f.Failed; 0 counts"),
        "pair_correlation": (pair, judged.correlation.astype(SMALL), "1", "Pearson's r of the two smoothed rates"),
        "pair_recruitment_difference": (pair, judged.recruitment_difference.astype(SMALL), "s", apart),
        "pair_control_modulation": (pair, judged.control_modulation.astype(SMALL), "pps", modulation),
        "pairs_by_criterion": ("criterion", tried, "1", "pairs tried, counted, failing; a pair may fail several"),
    }
    return {name: (dims, values, attributes(*words)) for name, (dims, values, *words) in found.items()}


def criteria(chosen: DeltaFConvention) -> Variables:
    """The criteria of a tally, by name and in words."""
    words = criterion_words(chosen)
    return {
        "criterion": ("criterion", np.array([*words], str), attributes("1", "name of the criterion")),
        "criterion_words": ("criterion", np.array([*words.values()], str), attributes("1", "criterion in words")),
    }


def criterion_words(chosen: DeltaFConvention) -> dict[str, str]:
    """What each number of a tally says, for the criteria that the convention has."""
    criteria = chosen.criteria
    statistic = {"r": "r", "r_squared": "r²"}[criteria.correlation]
    early = f"control stops > {criteria.max_cut:g} s earlier" if criteria.max_cut else "control stops first"
    return {
        "tried": "pairs tried",
        "counted": "counted",
        "no_rate": "too few discharges for a rate",
        "no_overlap": "control has no rate there",
        "not_whole": "test unit cut by the record",
        "recruited_together": f"recruited < {criteria.min_recruitment_difference:g} s apart",
        "uncorrelated": f"{statistic} < {criteria.min_correlation:g}",
        "control_not_modulated": f"control modulated < {criteria.min_control_modulation:g} pps",
        **({} if criteria.min_saturation_gap is None else {"control_saturated": "control saturated"}),
        **({"control_stops_first": early} if criteria.max_cut < np.inf else {}),
    }
