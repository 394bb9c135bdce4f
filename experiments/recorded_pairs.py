"""The pairs of a recording: what each was judged by, and how many met or failed each criterion."""

import numpy as np

from experiments.words import attributes
from sim.analysis.delta_f import DeltaF, pair_measures, tally
from sim.analysis.delta_f_convention import DeltaFConvention

PAIR = ("control", "test")


def pair_variables(times: np.ndarray, result: DeltaF, chosen: DeltaFConvention) -> dict[str, tuple]:
    """Variables of a measures Dataset: `delta_f` of units and pool, of every pair, and the tally of criteria.

    Args:
        times: s, (unit, spike).
        result: their ΔF.
        chosen: convention of the ΔF; it stands with each of them.

    Returns:
        `name -> (dims, values, attributes)`.
    """
    judged = pair_measures(times, convention=chosen)
    small = np.float32  # seven digits, and a readable measures.json of a hundred units
    counts = tally(result.failed)
    words = criterion_words(chosen)
    names = [name for name in counts if name in words]
    unit, said = "1" if chosen.normalised else "pps", chosen.describe()
    controls = (result.failed == 0).sum(axis=0)
    return {
        "delta_f": ("unit", result.unit, attributes(unit, f"mean over the controls of the test unit. {said}")),
        "n_controls": ("unit", controls, attributes("1", "control units that count for the test unit")),
        "delta_f_pool": ((), float(result.pool), attributes(unit, f"mean of the recording. {said}")),
        "n_test_units": ((), int(result.n_test_units), attributes("1", "test units that have a ΔF")),
        "pair_delta_f": (
            PAIR,
            judged.delta_f.astype(small),
            attributes(unit, f"also of pairs that fail a criterion. {said}"),
        ),
        "pair_failed": (PAIR, judged.failed, attributes("1", "sim.analysis.delta_f.Failed; 0 counts")),
        "pair_correlation": (
            PAIR,
            judged.correlation.astype(small),
            attributes("1", "Pearson's r of the two smoothed rates"),
        ),
        "pair_recruitment_difference": (
            PAIR,
            judged.recruitment_difference.astype(small),
            attributes("s", "recruitment of the test unit after that of the control"),
        ),
        "pair_control_modulation": (
            PAIR,
            judged.control_modulation.astype(small),
            attributes("pps", "range of the control's smoothed rate while the test unit fires"),
        ),
        "pairs_by_criterion": (
            "criterion",
            np.array([int(counts[name]) for name in names]),
            attributes("1", "pairs tried, counted, and failing each criterion; a pair may fail several"),
        ),
        "criterion": ("criterion", np.array(names, str), attributes("1", "name of the criterion")),
        "criterion_words": (
            "criterion",
            np.array([words[name] for name in names], str),
            attributes("1", "the criterion that failed, in words"),
        ),
    }


def criterion_words(chosen: DeltaFConvention) -> dict[str, str]:
    """What each number of a tally says, for the criteria that the convention has."""
    criteria = chosen.criteria
    statistic = {"r": "r", "r_squared": "r²"}[criteria.correlation]
    words = {
        "tried": "pairs tried",
        "counted": "counted",
        "no_rate": "too few discharges for a rate",
        "no_overlap": "control has no rate there",
        "recruited_together": f"recruited < {criteria.min_recruitment_difference:g} s apart",
        "uncorrelated": f"{statistic} < {criteria.min_correlation:g}",
        "control_not_modulated": f"control modulated < {criteria.min_control_modulation:g} pps",
    }
    if criteria.min_saturation_gap is not None:
        words["control_saturated"] = "control saturated"
    if criteria.control_stops_first == "exclude":
        words["control_stops_first"] = "control stops first"
    return words
