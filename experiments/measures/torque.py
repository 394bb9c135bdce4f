"""How a person who sees the torque of the ankle follows a target, and the torque of a maximal contraction.

Torque is counted to the side of the task, above its mean in the second half of the rest before everything, in percent
of the maximal voluntary torque (MVC) that the person has read from a maximal effort; NaN where a task is not the one
that is asked for.
"""

import numpy as np

from sim.measure import Measure
from sim.results.view import View
from sim.units import number_in

BEST = 0.5
"""s: the MVC is the largest mean over so long."""
LEAD = 1.0
"""s after the begin of a target and before its end that are left out: people begin late, and let go."""
REACHED, LEFT = 0.9, 0.1
"""Of the target: from where on a step counts as reached, and as let go."""
SOON = 2.0
"""s after a step, within which it is exceeded or not."""


def torque_measures(rest: float) -> tuple[Measure, ...]:
    """The measures of a task.

    Args:
        rest: s, before which nothing is asked.
    """
    own = {"rest": rest}
    return (
        Measure("mvc", "N*m", f"largest torque of the maximal effort, mean over {BEST:g} s", largest, own),
        Measure("read", "N*m", "maximal torque that the person goes by in the task", read, {}),
        Measure("error", "%", "torque less target, root mean square, of the MVC", error, own),
        Measure("bias", "%", "torque less target, mean, of the MVC", bias, own),
        Measure("cv", "%", "torque: SD about its line while the target stands, of its mean", variation, own),
        Measure("rise", "s", f"step to {100 * REACHED:g} % of it", rise, own),
        Measure("overshoot", "%", f"how far the target is exceeded within {SOON:g} s, of the target", overshoot, own),
        Measure("release", "s", f"end of the target to {100 * LEFT:g} % of it", release, own),
        Measure("effort", "1", "effort (A_e) while there is a target, mean", effort, own),
    )


def torque(view: View, rest: float) -> np.ndarray:
    """To the side of the task, above rest: N m, (sample, time)."""
    x = view.course("ankle_torque") * view.course("person_side") * number_in(1.0, "N*m")
    still = (view.time >= rest / 2) & (view.time < rest)
    return x - x[:, still].mean(axis=-1, keepdims=True)


def percent(view: View, rest: float) -> np.ndarray:
    """Torque in percent of the MVC that the person goes by in the task, (sample, time)."""
    return 100 * torque(view, rest) / read(view)[:, None]


def target(view: View) -> np.ndarray:
    """Percent of the MVC, (sample, time)."""
    return 100 * view.course("person.target")


def largest(view: View, rest: float) -> np.ndarray:
    """Of a maximal effort: N m, (sample,); NaN for one that is shorter than the mean."""
    hard, count = view.course("person.maximal") > 0, max(1, round(BEST / (view.time[1] - view.time[0])))
    if len(view.time) < count:
        return np.full(view.samples, np.nan)
    means, within = _means(torque(view, rest), count), _means(hard, count) == 1
    best = np.where(within, means, -np.inf).max(axis=-1)
    return np.where(view.done & within.any(axis=-1), best, np.nan)


def read(view: View) -> np.ndarray:
    """What the person goes by in the end, after a maximal effort its best: N m, (sample,)."""
    return np.where(view.done, view.course("person_mvc")[:, -1] * number_in(1.0, "N*m"), np.nan)


def error(view: View, rest: float) -> np.ndarray:
    """Percent of the MVC, (sample,)."""
    return np.sqrt(mean_inside(view, (percent(view, rest) - target(view)) ** 2, _asked(view)))


def bias(view: View, rest: float) -> np.ndarray:
    """Percent of the MVC, (sample,)."""
    return mean_inside(view, percent(view, rest) - target(view), _asked(view))


def variation(view: View, rest: float) -> np.ndarray:
    """Percent, (sample,); NaN for a target that does not stand."""
    inside, x = _asked(view), torque(view, rest)
    weight = inside / np.maximum(inside.sum(axis=-1, keepdims=True), 1)
    centred = view.time - (weight * view.time).sum(axis=-1, keepdims=True)
    mean = (weight * x).sum(axis=-1, keepdims=True)
    spread = np.maximum((weight * centred**2).sum(axis=-1, keepdims=True), 1e-12)
    slope = (weight * centred * x).sum(axis=-1, keepdims=True) / spread
    left = (weight * (x - mean - slope * centred) ** 2).sum(axis=-1)
    mean = mean[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(_stands(view) & (mean > 0), 100 * np.sqrt(left) / mean, np.nan)


def rise(view: View, rest: float) -> np.ndarray:
    """s, (sample,); NaN for a target that does not stand, or is not reached."""
    aim, x = target(view), percent(view, rest)
    begin, end = _ends(view)
    there = (x >= REACHED * aim.max(axis=-1, keepdims=True)) & (view.time > begin[:, None]) & (view.time < end[:, None])
    return np.where(_stands(view) & there.any(axis=-1), view.time[there.argmax(axis=-1)] - begin, np.nan)


def overshoot(view: View, rest: float) -> np.ndarray:
    """Percent of the target, (sample,); NaN for a target that does not stand."""
    aim, x = target(view).max(axis=-1), percent(view, rest)
    begin = _ends(view)[0][:, None]
    most = np.where((view.time > begin) & (view.time < begin + SOON), x, -np.inf).max(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(_stands(view), 100 * np.maximum(most / aim - 1, 0), np.nan)


def release(view: View, rest: float) -> np.ndarray:
    """s, (sample,); NaN for a target that does not stand, or that is held on."""
    aim, x = target(view).max(axis=-1), percent(view, rest)
    end = _ends(view)[1]
    gone = (x <= LEFT * aim[:, None]) & (view.time > end[:, None])
    return np.where(_stands(view) & gone.any(axis=-1), view.time[gone.argmax(axis=-1)] - end, np.nan)


def effort(view: View, rest: float) -> np.ndarray:
    """A_e, (sample,)."""
    return mean_inside(view, view.course("person_effort"), _asked(view))


def _means(x: np.ndarray, count: int) -> np.ndarray:
    """Of so many neighbouring moments each: (sample, time)."""
    sums = np.cumsum(np.pad(x, ((0, 0), (1, 0))), axis=-1)
    return (sums[:, count:] - sums[:, :-count]) / count


def _ends(view: View) -> tuple[np.ndarray, np.ndarray]:
    """s, when a target begins and ends: (sample,) each; infinite where there is none."""
    on = target(view) > 0
    return (
        np.where(on, view.time, np.inf).min(axis=-1),
        np.where(on, view.time, -np.inf).max(axis=-1),
    )


def _asked(view: View) -> np.ndarray:
    """The times of a target, without its first and last moments: (sample, time)."""
    begin, end = (x[:, None] for x in _ends(view))
    return (view.time >= begin + LEAD) & (view.time <= end - LEAD)


def _stands(view: View) -> np.ndarray:
    """Whether there is a target, and all the time the same: (sample,)."""
    aim, inside = target(view), _asked(view)
    most, least = np.where(inside, aim, -np.inf).max(axis=-1), np.where(inside, aim, np.inf).min(axis=-1)
    return view.done & inside.any(axis=-1) & (most - least <= 1e-3 * np.abs(most))


def mean_inside(view: View, x: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Over some times: (sample,); NaN where there are none."""
    count = inside.sum(axis=-1)
    total = np.where(inside, x, 0).sum(axis=-1)
    return np.where(view.done & (count > 0), total / np.maximum(count, 1), np.nan)
