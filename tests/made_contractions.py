"""Contractions made up: trains that follow a command of 22 s with a hysteresis, and what every question must do."""

from functools import cache

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.question import Question
from sim.design import Design
from sim.results.status import Status
from tests.made_results import asked, padded, spike_variables

SECONDS = 22.0
TIME = np.arange(0, SECONDS, 0.02)


def command_at(t) -> np.ndarray:
    """A hump that polynomials of order 5 fit exactly: 20 at 11 s, 0 at 1 s and 21 s."""
    return 20 * np.clip(1 - ((np.asarray(t, float) - 11) / 10) ** 2, 0, None)


COMMAND = command_at(TIME)[None]


@cache
def train(start: float, stop: float, gain: float, offset: float) -> np.ndarray:
    """Spike times between commands `start` (rising) and `stop` (falling), rate = offset + gain x command."""
    t = np.linspace(0, SECONDS, 22001)
    a = command_at(t)
    times = [t[np.argmax(a >= start)]]
    last = t[len(t) - 1 - np.argmax(a[::-1] >= stop)]
    while times[-1] < last:
        gap = 0.1
        for _ in range(12):
            gap = 1 / (offset + gain * command_at(times[-1] + gap))
        times.append(times[-1] + gap)
    return np.array(times)


def pool(hysteresis: float = 4.0, gain: float = 0.5, units: int = 6) -> np.ndarray:
    """Units that start at rising commands and stop `hysteresis` lower: s, (unit, spike)."""
    return padded([train(2 + 2.5 * k, max(0.3, 2 + 2.5 * k - hysteresis), gain, 8 - 0.3 * k) for k in range(units)])


def results(design: Design, samples, *, beside=(), **variables) -> xr.Dataset:
    """A Dataset as a simulation of the design leaves it.

    Args:
        samples: spike times of the pool, (sample, unit, spike) or for each sample (unit, spike).
        beside: the populations of its last units, in order; the others are of `P`.
        variables: more of them.
    """
    units = len(samples[0])
    command = np.broadcast_to(command_at(TIME), (len(samples), len(TIME)))
    found = {
        **spike_variables(samples),
        "P.excitation": (("sample", "time"), command),
        "i_pic": (("sample", "recorded", "time"), -np.repeat(command[:, None], units, 1)),
    }
    return (
        design.dataset()
        .assign(found | variables)
        .assign_coords(
            time=TIME,
            recorded=np.arange(units),
            population=("unit", ["P"] * (units - len(beside)) + list(beside)),
            status=("sample", np.full(len(samples), Status.DONE)),
            sample=np.arange(len(samples)),
        )
    )


def by_condition(levels=(0.85, 1.2), inhibition=(1.5, 5.0), peaks=(), seeds: int = 2) -> xr.Dataset:
    """Hysteresis 4 + level - 0.2 A_i at every condition, a little more in every seed."""
    axes = {
        "monoamine": {"of": "network.P.monoamine", "values": levels},
        "inhibition": {"of": "protocol.inhibition.level", "values": inhibition},
    }
    if peaks:
        axes["peak"] = {"of": "protocol.excitation.peak", "values": peaks}
    design = Design(axes, seeds=seeds)
    rows = design.dataset()
    hysteresis = 4 + rows["monoamine"] - 0.2 * rows["inhibition"] + 0.05 * rows["seed"]
    return results(design, [pool(float(h)) for h in hysteresis.values])


def draws_and_tells(question: Question, whole: xr.Dataset) -> list[str]:
    """The headline, where whatever there is has been drawn; every variable says what it is."""
    result = asked(question, whole)
    assert isinstance(result.figure(), Figure)
    assert all(question.notes(result.answer))
    for name, variable in result.answer.data_vars.items():
        assert name in ("sample", "status") or {"units", "long_name"} <= variable.attrs.keys(), name
    return result.headline()
