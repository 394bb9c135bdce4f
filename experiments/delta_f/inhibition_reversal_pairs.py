"""The same pairs of units before and after inhibition: how their ΔF changes, through which part, with which PIC."""

from typing import Any

import numpy as np

from experiments.shown import EVERY
from experiments.statistics import attributes
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.delta_f_parts import Parts, pooled
from sim.analysis.means import known_mean
from sim.analysis.smoothing import smoothed_rate
from sim.analysis.traces import read_at

GROUPS = {
    "all": "every pair that counts at both inhibitions",
    "ramp": "of these, the pairs whose test unit switches off before the command ends, at both",
    "outlasting": "of these, the pairs whose test unit outlasts the command at the first inhibition",
}
MEASURED = {
    "effect": ("pps", "change of ΔF with inhibition, same pairs"),
    "from_hysteresis": ("pps", "of that, by the test unit's hysteresis"),
    "from_gain": ("pps", "of that, by the control's gain"),
    "from_own": ("pps", "of that, by the control's own hysteresis"),
    "pairs": ("1", "pairs compared"),
    "group_delta_f": ("pps", "ΔF"),
    "group_hysteresis": ("1", "command at the test unit's recruitment minus at its derecruitment"),
    "group_gain": ("pps", "control's rate per command between the two"),
    "group_own": ("pps", "control's own hysteresis at the test unit's recruitment"),
    "control_pic_recruited": ("nA", "control's PIC at the test unit's recruitment"),
    "control_pic_derecruited": ("nA", "control's PIC at the test unit's derecruitment"),
    "test_pic_recruited": ("nA", "test unit's PIC at its recruitment"),
    "test_pic_derecruited": ("nA", "test unit's PIC at its derecruitment"),
}
Variables = dict[str, tuple]


def compare(
    at: np.ndarray, taken: Parts, outlasting: np.ndarray, pic: np.ndarray, time: np.ndarray, chosen: DeltaFConvention
) -> Variables:
    """Change of ΔF between two inhibitions in the same pairs, by group of pairs.

    With a bar for the mean of the two states, ΔF = gain*hysteresis - own changes by mean(gain) d(hysteresis) +
    mean(hysteresis) d(gain) - d(own), exactly.

    Args:
        at: int, (strength, monoamine, peak), places of the samples at the two inhibitions, -1 where there is none.
        taken: of all samples; outlasting: bool, as its arrays, the test unit fires after the command has ended.
        pic: nA, (sample, unit, time).
        time: s, (time,).

    Returns:
        `MEASURED`, each (group, monoamine, peak), what belongs to one inhibition (group, strength, monoamine, peak);
        NaN for a group without a pair.
    """
    a, b = np.maximum(at, 0).reshape(2, -1)
    there = (at >= 0).all(axis=0).reshape(-1, 1, 1)
    common = taken.counts[a] & taken.counts[b] & there
    groups = np.stack([common, common & ~outlasting[a] & ~outlasting[b], common & outlasting[a]])
    units = np.arange(pic.shape[1])
    of_pairs = {f"group_{name}": getattr(taken, name) for name in ("delta_f", "hysteresis", "read", "own")} | {
        f"{role}_pic_{moment}": read_at(pic, time, unit, getattr(taken, moment))
        for role, unit in (("control", units[None, :, None]), ("test", units[None, None, :]))
        for moment in ("recruited", "derecruited")
    }
    states = {
        name: np.array([[pooled(values[k], pairs, chosen) for k in (a, b)] for pairs in groups])
        for name, values in of_pairs.items()
    }  # each (group, strength, condition)
    with np.errstate(invalid="ignore", divide="ignore"):
        states["group_gain"] = states.pop("group_read") / states["group_hysteresis"]
    middle = {name: values.mean(axis=1) for name, values in states.items()}
    step = {name: values[:, 1] - values[:, 0] for name, values in states.items()}
    found = states | {
        "effect": step["group_delta_f"],
        "from_hysteresis": middle["group_gain"] * step["group_hysteresis"],
        "from_gain": middle["group_hysteresis"] * step["group_gain"],
        "from_own": -step["group_own"],
        "pairs": groups.sum(axis=(-2, -1)).astype(float),
    }
    dims = {name: ("group", *["strength"] * (name in states), "monoamine", "peak") for name in found}
    size = {"group": len(GROUPS), **dict(zip(("strength", "monoamine", "peak"), at.shape, strict=True))}
    return {
        name: (dims[name], found[name].reshape([size[dim] for dim in dims[name]]), attributes(*said))
        for name, said in MEASURED.items()
    }


def by_unit(at: np.ndarray, taken: Parts, outlasting: np.ndarray) -> Variables:
    """ΔF of every test unit, mean over its controls, and whether it outlasts the command: (level, strength, unit).

    Args:
        at: int, (level, strength), places of the samples, -1 where there is none.
    """
    k = np.maximum(at, 0)
    counts = taken.counts[k] & (at >= 0)[..., None, None]
    delta_f = known_mean(np.where(counts, taken.delta_f[k], np.nan), axis=-2)
    lasting = (counts & outlasting[k]).any(axis=-2)
    dims = ("level", "strength", "unit")
    return {
        "unit_delta_f": (dims, delta_f, attributes("pps", "ΔF of each test unit")),
        "unit_outlasting": (dims, lasting, attributes("1", "the unit outlasts the command")),
    }


def courses(
    at: np.ndarray, taken: Parts, spikes: np.ndarray, command: np.ndarray, pic: np.ndarray, time: np.ndarray,
    chosen: DeltaFConvention,
) -> Variables:  # fmt: skip
    """Courses of the pair that counts in all four conditions and is nearest to their ΔF; `pair_unit` is -1 if none.

    Args:
        at: int, (level, strength), places of the samples, -1 where there is none.
        taken: of all samples, as are spikes (s, (sample, unit, spike)), command (sample, time) and pic (nA, (sample,
            unit, time)).
    """
    t = np.arange(0, time[-1] + EVERY / 2, EVERY)
    flat = np.maximum(at.ravel(), 0)
    common = taken.counts[flat].all(axis=0) & (at >= 0).all()
    pool = pooled(taken.delta_f[flat], taken.counts[flat], chosen)[:, None, None]
    away = np.where(common, np.abs(taken.delta_f[flat] - pool).sum(axis=0), np.inf)
    control, test = np.unravel_index(np.argmin(away), away.shape)
    known = np.where(common.any(), 1.0, np.nan)
    marks = [known * moment[flat, control, test].reshape(2, 2) for moment in (taken.recruited, taken.derecruited)]

    def course(words: str, unit: str, values: Any) -> tuple:
        shaped = (known * np.asarray(values)).astype(np.float32).reshape(2, 2, -1)
        return ("level", "strength", "course_time"), shaped, attributes(unit, words)

    own, other = ([np.interp(t, time, current) for current in pic[flat, unit]] for unit in (control, test))
    rate = smoothed_rate(spikes[flat, control][:, None], t, convention=chosen.rate)
    driven = np.interp(t, time, command[flat[0]]).astype(np.float32)
    both, moments = "control and test unit of the pair, from 0", "recruitment and derecruitment of the test unit"
    return {
        "course_time": ("course_time", t, attributes("s", "time of the courses")),
        "course_command": ("course_time", driven, attributes("1", "excitatory command A_e")),
        "control_rate": course("smoothed rate of the control unit", "pps", rate),
        "control_pic": course("PIC of the control unit, inward positive", "nA", own),
        "test_pic": course("PIC of the test unit, inward positive", "nA", other),
        "pair_time": (("level", "strength", "moment"), np.stack(marks, axis=-1), attributes("s", moments)),
        "pair_unit": ("role", np.where(common.any(), [control, test], -1), attributes("1", both)),
    }
