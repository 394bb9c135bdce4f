"""What a posterior predicts: pools simulated at its draws, summarised over the phases of the contraction."""

import numpy as np

from experiments.fit.driven import DriveQuestion
from experiments.statistics import attributes
from networks.protocols import shaped_contraction
from sim.analysis.summaries import Flanks, of_units
from sim.analysis.summaries.of_units import OfUnits, edges
from sim.design import Space
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.numerics import Numerics
from sim.spec.record import Record

BEFORE, AFTER = 1.0, 0.3
"""Rest before the contraction (s), and after it, of the duration of the fall."""
SHARES = (5, 25, 50, 75, 95)
"""Percentiles of the bands."""


def predicted(
    question: DriveQuestion, points: np.ndarray, space: Space, flanks: Flanks, times: np.ndarray
) -> dict[str, tuple]:
    """Pools at posterior draws, as variables of an answer.

    Args:
        points: draws, each between 0 and 1, (draw, number).
        flanks: of the recorded contraction; those of the simulated ones are the same.
        times: s, recorded, (unit, spike).

    Returns:
        Rate of the active units and share of them over the phases: recorded (part,), predicted (share, part); spikes of
        the draw nearest to the mean, s, (cell, discharge).
    """
    network, own = question.network, Flanks(BEFORE, flanks.up, flanks.hold, flanks.down)
    protocol = shaped_contraction(
        population=question.population, up=f"{own.up} s", hold=f"{own.hold} s", down=f"{own.down} s",
        before=f"{BEFORE} s", after=f"{AFTER * own.down} s", peak=1.0,
    )  # fmt: skip
    simulator = Simulator(
        network, protocol, Record(commands=False, max_rate="100 Hz"), Numerics("0.1 ms"), samples=len(points)
    )
    values = space.values(points, {**network.leaves(), **protocol.leaves()})
    spikes = View(simulator.run(values, stream=np.arange(len(points)))).spikes(question.population)
    nearest = int(np.argmin(((points - points.mean(axis=0)) ** 2).sum(axis=1)))
    both = (times[None], flanks), (spikes, own)
    found = [_over_phases(of_units(trains, f, convention=question.chosen)) for trains, f in both]
    ends = edges(flanks)
    at = flanks.time((ends[:-1] + ends[1:]) / 2)
    near = spikes[nearest] + flanks.start - BEFORE
    variables = {
        "part_time": ("part", at, attributes("s", "middle of each part of the contraction")),
        "predicted_spikes": (("cell", "discharge"), near, attributes("s", "spikes of a draw")),
        "share": ("share", np.array(SHARES), attributes("%", "percentile of simulations")),
    }
    for name, unit, words in (("rate", "pps", "rate of the active units"), ("active", "1", "units active, share")):
        recorded, simulated = (x[name] for x in found)
        variables[f"{name}_recorded"] = ("part", recorded[0], attributes(unit, f"{words}, recorded"))
        variables[f"{name}_predicted"] = (
            ("share", "part"), _percentiles(simulated), attributes(unit, f"{words}, predicted"),
        )  # fmt: skip
    return variables


def _over_phases(units: OfUnits) -> dict[str, np.ndarray]:
    """Rate of the active units and share of them in each part: (sample, part)."""
    firing = np.maximum(np.isfinite(units.recruited).sum(axis=1), 1)
    count = units.fires.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(units.fires, units.rate, 0).sum(axis=1) / count
    return {"rate": rate, "active": count / firing[:, None]}


def _percentiles(values: np.ndarray) -> np.ndarray:
    """(share, part) of what is known; NaN where fewer than half of the simulations have a value."""
    with np.errstate(all="ignore"):
        enough = np.isfinite(values).mean(axis=0) >= 0.5
        safe = np.where(enough, values, 0.0)
        return np.where(enough, np.nanpercentile(safe, SHARES, axis=0), np.nan)
