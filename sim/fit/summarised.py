"""The summaries of a contraction as a measure: several views of each sample, as a decomposition would have them."""

import numpy as np

from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.summaries import Flanks, catalogue, of_units, summaries
from sim.fit.observation import Observation
from sim.measure import Measure
from sim.results.view import View

UNITS = "units"
"""The name of the last number of each row: how many units the view was to have."""
LEAST = 3
"""Units that must fire, or nothing is said of a sample."""


def names(flanks: Flanks) -> tuple[str, ...]:
    """Of each number of a row."""
    return (*(summary.name for summary in catalogue(flanks)), UNITS)


def summary_measure(
    population: str, flanks: Flanks, observation: Observation, convention: DeltaFConvention, name: str = "summaries"
) -> Measure:
    """The summaries of a pool in a contraction: (sample, view, summary).

    Args:
        population: name of the pool.
        flanks: of the contraction.
        observation: how it is seen.
        convention: of the ΔF.
        name: of the measure, and with `_view` behind it of its axis.
    """
    settings = {"population": population, "flanks": flanks, "observation": observation, "convention": convention}
    axes = {f"{name}_view": range(observation.views), "summary": names(flanks)}
    return Measure(name, "1", "summaries of a contraction", _summaries, settings, axes)


def _summaries(
    view: View, population: str, flanks: Flanks, observation: Observation, convention: DeltaFConvention
) -> np.ndarray:
    """As `summary_measure`; NaN where fewer than three units fire."""
    seen = observation.of(view.spikes(population), view.results["stream"].values)
    found = summaries(of_units(seen.times, flanks, convention=convention), seen.chosen, flanks)
    enough = seen.chosen.sum(axis=-1) >= LEAST
    return np.where(enough[..., None], np.concatenate([found, seen.wanted[..., None]], axis=-1), np.nan)
