"""Torque and EMG in vibration of a tendon with bouts of stimulation: during it, and when it is over.

Torque is to the side of the task, above its mean in the second half of the rest before everything, in percent of the
maximal voluntary torque (MVC) that the person has read (`experiments.measures.torque`). So what goes on from the
efforts before the vibration counts too; how much that is, is read just before it. EMG is the soleus's envelope, in
percent of its mean in that effort. Where people read theirs, only the words are known ("at the end of the
stimulation", "after the vibration"): the windows are chosen.
"""

import numpy as np

from experiments.measures.torque import mean_inside, percent, read
from sim.measure import Measure
from sim.results.view import View

BEFORE = 1.0
"""s before the vibration in which is read what is there without it."""
SETTLED, WINDOW = 0.5, 1.0
"""s after a bout, by when its twitches have gone, and how long torque is read from then on."""
SUSTAINED = (0.5, 2.5)
"""s after the vibration between which torque is read as sustained."""
LATE = (5.0, 7.0)
"""s after the vibration, when a torque that only fades has gone."""
EFFORT = 1.0
"""s of a maximal effort before its EMG is read."""
KEPT = 1.0
"""% MVC, from which on a torque counts as kept: chosen."""
VIBRATED = "soleus_ia_ending.vibration"


def vibstim_measures(rest: float, first: float, last: float, populations: tuple[str, ...]) -> tuple[Measure, ...]:
    """The measures of a trial.

    Args:
        rest: s, before which nothing is asked.
        first: s, from the begin of the vibration to that of the first bout.
        last: s, from the begin of the vibration to the end of the last bout.
        populations: motoneurons whose firing after the vibration is counted.
    """
    still = {"rest": rest}
    end = {"first": first, "last": last, **still}
    return (
        Measure("mvc", "N*m", "maximal voluntary torque", read, {}),
        Measure("intensity", "1", "intensity that was set, multiples of the motor threshold", intensity, {}),
        Measure("torque_set", "%", "torque when the intensity was set, of the MVC", was_set, {}),
        Measure("torque_evoked", "%", "torque in the last bout, of the MVC", evoked, end),
        Measure("torque_early", "%", "torque during vibration before the first bout, of the MVC", early, end),
        Measure("torque_vibration", "%", "torque during vibration after the last bout, of the MVC", during, end),
        Measure("warm_up", "%", "torque after the last bout less before the first, of the MVC", warm_up, end),
        Measure("torque_sustained", "%", "torque after the vibration, of the MVC", sustained, still),
        Measure("torque_late", "%", "torque some seconds after the vibration, of the MVC", late, still),
        Measure("torque_before", "%", "torque just before the vibration, of the MVC", before, still),
        Measure("active_before", "%", "soleus EMG just before the vibration, of the maximal effort", active, {}),
        Measure(
            "emg_vibration", "%", "soleus EMG after the last bout, of the maximal effort", emg_during, {"last": last}
        ),
        Measure("emg_sustained", "%", "soleus EMG after the vibration, of the maximal effort", emg_sustained, {}),
        Measure("keeps", "1", f"1: a torque of {KEPT:g} % MVC or more is kept after the vibration", keeps, still),
        Measure("n_sustained", "1", "motoneurons that fire after the vibration", firing, {"populations": populations}),
    )


def vibration(view: View) -> tuple[np.ndarray, np.ndarray]:
    """s, begin and end of the vibration: (sample,) each."""
    on = view.course(VIBRATED) > 0
    begin = np.where(on, view.time, np.inf).min(axis=-1)
    return begin, np.where(on, view.time, -np.inf).max(axis=-1)


def intensity(view: View) -> np.ndarray:
    """Multiples of the motor threshold, (sample,)."""
    return np.where(view.done, view.course("experimenter_intensity")[:, -1], np.nan)


def was_set(view: View) -> np.ndarray:
    """% MVC, (sample,): at the last moment at which it was set."""
    on = view.course("experimenter.wanted") > 0
    last = on.shape[-1] - 1 - on[:, ::-1].argmax(axis=-1)
    brought = np.take_along_axis(view.course("experimenter_brought"), last[:, None], -1)[:, 0]
    return np.where(view.done & on.any(axis=-1), 100 * brought, np.nan)


def evoked(view: View, first: float, last: float, rest: float) -> np.ndarray:
    """In the second half of a second before the end of the last bout: % MVC, (sample,)."""
    begin, _ = vibration(view)
    return _mean(view, percent(view, rest), begin + last - SETTLED, begin + last)


def early(view: View, first: float, last: float, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    begin, _ = vibration(view)
    return _mean(view, percent(view, rest), begin + first - WINDOW, begin + first)


def during(view: View, first: float, last: float, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    return _mean(view, percent(view, rest), *_after(view, last))


def warm_up(view: View, first: float, last: float, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    return during(view, first, last, rest) - early(view, first, last, rest)


def sustained(view: View, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    return _mean(view, percent(view, rest), *_over(view))


def late(view: View, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    _, end = vibration(view)
    return _mean(view, percent(view, rest), end + LATE[0], end + LATE[1])


def before(view: View, rest: float) -> np.ndarray:
    """% MVC, (sample,)."""
    begin, _ = vibration(view)
    return _mean(view, percent(view, rest), begin - BEFORE, begin)


def active(view: View) -> np.ndarray:
    """% of the maximal effort, (sample,): 0 at rest."""
    begin, _ = vibration(view)
    return _of_maximal(view, begin - BEFORE, begin)


def keeps(view: View, rest: float) -> np.ndarray:
    """0 or 1, (sample,)."""
    found = sustained(view, rest)
    return np.where(np.isfinite(found), (found >= KEPT).astype(float), np.nan)


def emg_during(view: View, last: float) -> np.ndarray:
    """% of the maximal effort, (sample,)."""
    return _of_maximal(view, *_after(view, last))


def emg_sustained(view: View) -> np.ndarray:
    """% of the maximal effort, (sample,)."""
    return _of_maximal(view, *_over(view))


def firing(view: View, populations: tuple[str, ...]) -> np.ndarray:
    """Motoneurons with a spike, (sample,)."""
    begin, end = (x[:, None, None] for x in _over(view))
    count = np.zeros(view.samples)
    for name in populations:
        times = view.spikes(name)
        with np.errstate(invalid="ignore"):
            count += ((times >= begin) & (times < end)).any(axis=-1).sum(axis=-1)
    return np.where(view.done & np.isfinite(end[:, 0, 0]), count, np.nan)


def _after(view: View, last: float) -> tuple[np.ndarray, np.ndarray]:
    begin, _ = vibration(view)
    return begin + last + SETTLED, begin + last + SETTLED + WINDOW


def _over(view: View) -> tuple[np.ndarray, np.ndarray]:
    _, end = vibration(view)
    return end + SUSTAINED[0], end + SUSTAINED[1]


def _of_maximal(view: View, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    x, hard = view.course("soleus_emg"), view.course("person.maximal") > 0
    start = np.where(hard, view.time, np.inf).min(axis=-1) + EFFORT
    stop = np.where(hard, view.time, -np.inf).max(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * _mean(view, x, begin, end) / _mean(view, x, start, stop)


def _mean(view: View, x: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Between two times: (sample,); NaN where the record does not hold all of it."""
    inside = (view.time >= begin[:, None]) & (view.time < end[:, None])
    step = view.time[1] - view.time[0] if len(view.time) > 1 else np.inf
    whole = (begin >= view.time[0] - 1e-9) & (end <= view.time[-1] + step + 1e-9)
    return np.where(whole, mean_inside(view, x, inside), np.nan)
