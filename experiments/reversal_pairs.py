"""The same pairs of units before and after inhibition: how their ΔF changes, through which part, with which PIC."""

import numpy as np

from experiments.delta_f_parts import Parts, pooled
from experiments.traces import read_at
from experiments.words import attributes
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.smoothing import smoothed_rate

GROUPS = {
    "all": "every pair that counts at both inhibitions",
    "ramp": "of these, the pairs whose test unit switches off before the command ends, at both",
    "outlasting": "of these, the pairs whose test unit outlasts the command at the first inhibition",
}
CHANGES = {
    "effect": ("pps", "change of ΔF with inhibition, same pairs"),
    "from_hysteresis": ("pps", "of that, by the test unit's hysteresis"),
    "from_gain": ("pps", "of that, by the control's gain"),
    "from_own": ("pps", "of that, by the control's own hysteresis"),
    "pairs": ("1", "pairs compared"),
}
STATES = {
    "group_delta_f": ("pps", "ΔF"),
    "group_hysteresis": ("1", "command at the test unit's recruitment minus at its derecruitment"),
    "group_gain": ("pps", "control's rate per command between the two"),
    "group_own": ("pps", "control's own hysteresis at the test unit's recruitment"),
    "control_pic_recruited": ("nA", "control's PIC at the test unit's recruitment"),
    "control_pic_derecruited": ("nA", "control's PIC at the test unit's derecruitment"),
    "test_pic_recruited": ("nA", "test unit's PIC at its recruitment"),
    "test_pic_derecruited": ("nA", "test unit's PIC at its derecruitment"),
}
CURVE_EVERY = 0.1  # s, between two points of a drawn course
Variables = dict[str, tuple]


def compare(
    before: np.ndarray,
    after: np.ndarray,
    taken: Parts,
    outlasting: np.ndarray,
    pic: np.ndarray,
    time: np.ndarray,
    convention: DeltaFConvention,
) -> Variables:
    """Change of ΔF between two inhibitions in the same pairs, by group of pairs.

    With a bar for the mean of the two states, ΔF = gain*hysteresis - own changes by mean(gain) d(hysteresis) +
    mean(hysteresis) d(gain) - d(own), exactly.

    Args:
        before, after: int, (monoamine, peak), the samples at the two inhibitions, -1 where there is none.
        taken: of all samples; outlasting: bool, as its arrays, the test unit fires after the command has ended.
        pic: nA, (sample, unit, time).

    Returns:
        `CHANGES`, each (group, monoamine, peak), and `STATES`, each (group, strength, monoamine, peak); NaN for a
        group without a pair.
    """
    shape = before.shape
    a, b = (np.maximum(sample.ravel(), 0) for sample in (before, after))
    there = ((before >= 0) & (after >= 0) & (before != after)).ravel()[:, None, None]
    common = taken.counts[a] & taken.counts[b] & there
    pairs = {
        "all": common,
        "ramp": common & ~outlasting[a] & ~outlasting[b],
        "outlasting": common & outlasting[a],
    }
    units = np.arange(pic.shape[1])
    control, test = units[None, :, None], units[None, None, :]
    changes = {name: np.full((len(GROUPS), *shape), np.nan) for name in CHANGES}
    states = {name: np.full((len(GROUPS), 2, *shape), np.nan) for name in STATES}
    for g, group in enumerate(GROUPS):
        for k, sample in enumerate((a, b)):

            def mean(values: np.ndarray, chosen: np.ndarray = pairs[group]) -> np.ndarray:
                return pooled(values, chosen, convention)

            def current(unit: np.ndarray, when: np.ndarray, sample: np.ndarray = sample) -> np.ndarray:
                return read_at(pic[sample], time, unit, when[sample])

            hysteresis = mean(taken.hysteresis[sample])
            with np.errstate(invalid="ignore", divide="ignore"):
                gain = mean(taken.read[sample]) / hysteresis
            found = {
                "group_delta_f": mean(taken.delta_f[sample]),
                "group_hysteresis": hysteresis,
                "group_gain": gain,
                "group_own": mean(taken.own[sample]),
                "control_pic_recruited": mean(current(control, taken.recruited)),
                "control_pic_derecruited": mean(current(control, taken.derecruited)),
                "test_pic_recruited": mean(current(test, taken.recruited)),
                "test_pic_derecruited": mean(current(test, taken.derecruited)),
            }
            for name, values in found.items():
                states[name][g, k] = values.reshape(shape)
        (h0, h1), (g0, g1) = states["group_hysteresis"][g], states["group_gain"][g]
        changes["effect"][g] = states["group_delta_f"][g, 1] - states["group_delta_f"][g, 0]
        changes["from_hysteresis"][g] = (g0 + g1) / 2 * (h1 - h0)
        changes["from_gain"][g] = (h0 + h1) / 2 * (g1 - g0)
        changes["from_own"][g] = states["group_own"][g, 0] - states["group_own"][g, 1]
        changes["pairs"][g] = pairs[group].sum(axis=(1, 2)).reshape(shape)
    where = ("monoamine", "peak")
    return {
        **{name: (("group", *where), values, attributes(*CHANGES[name])) for name, values in changes.items()},
        **{name: (("group", "strength", *where), values, attributes(*STATES[name])) for name, values in states.items()},
    }


def by_unit(sample: np.ndarray, taken: Parts, outlasting: np.ndarray) -> Variables:
    """ΔF of every test unit, mean over its controls, and whether it outlasts the command: (level, strength, unit).

    Args:
        sample: int, (level, strength), -1 where there is none.
    """
    k = np.maximum(sample, 0)
    counts = taken.counts[k] & (sample >= 0)[..., None, None]
    controls = counts.sum(axis=-2)
    with np.errstate(invalid="ignore"):
        delta_f = np.where(counts, taken.delta_f[k], 0).sum(axis=-2) / controls
    lasting = (counts & outlasting[k]).any(axis=-2)
    dims = ("level", "strength", "unit")
    return {
        "unit_delta_f": (dims, delta_f, attributes("pps", "ΔF of each test unit")),
        "unit_outlasting": (dims, lasting, attributes("1", "the unit outlasts the command")),
    }


def courses(
    sample: np.ndarray,
    taken: Parts,
    spikes: np.ndarray,
    time: np.ndarray,
    command: np.ndarray,
    pic: np.ndarray,
    convention: DeltaFConvention,
) -> Variables:
    """Courses of the pair that counts in all four conditions and is nearest to their ΔF; `pair_unit` is -1 if none.

    Args:
        sample: int, (level, strength), -1 where there is none.
        taken: of all samples, as are spikes (s, (sample, unit, spike)), command (sample, time) and pic (nA, (sample,
            unit, time)).
    """
    t = np.arange(0, time[-1] + CURVE_EVERY / 2, CURVE_EVERY)
    curves = np.full((3, 2, 2, len(t)), np.nan, np.float32)
    marks, unit = np.full((2, 2, 2), np.nan), np.full(2, -1)
    flat = np.maximum(sample.ravel(), 0)
    common = taken.counts[flat].all(axis=0)
    if (sample >= 0).all() and common.any():
        pool = pooled(taken.delta_f[flat], taken.counts[flat], convention)[:, None, None]
        away = np.where(common, np.abs(taken.delta_f[flat] - pool).sum(axis=0), np.inf)
        unit = np.array(np.unravel_index(np.argmin(away), away.shape))
        control, test = unit
        for place in np.ndindex(2, 2):
            k = sample[place]
            curves[(0, *place)] = smoothed_rate(spikes[k, control][None], t, convention=convention.rate)[0]
            curves[(1, *place)] = np.interp(t, time, pic[k, control])
            curves[(2, *place)] = np.interp(t, time, pic[k, test])
            marks[place] = taken.recruited[k, control, test], taken.derecruited[k, control, test]
    where, along = ("level", "strength"), ("level", "strength", "course_time")
    driven = np.interp(t, time, command[flat[0]]).astype(np.float32)
    return {
        "course_time": ("course_time", t, attributes("s", "time of the courses")),
        "course_command": ("course_time", driven, attributes("1", "excitatory command A_e")),
        "control_rate": (along, curves[0], attributes("pps", "smoothed rate of the control unit")),
        "control_pic": (along, curves[1], attributes("nA", "PIC of the control unit, inward positive")),
        "test_pic": (along, curves[2], attributes("nA", "PIC of the test unit, inward positive")),
        "pair_time": ((*where, "moment"), marks, attributes("s", "recruitment and derecruitment of the test unit")),
        "pair_unit": ("role", unit, attributes("1", "control and test unit of the pair, from 0")),
    }
