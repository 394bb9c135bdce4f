"""What the discharges of a whole pool show in one contraction, as a row of features: when its units begin and stop, how
fast, how the rates bend, ΔF."""

from typing import Any

import numpy as np

from sim.analysis.brace import brace_height
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.means import known_mean
from sim.analysis.smoothing import RateConvention
from sim.analysis.summaries import Flanks, catalogue, of_units, summaries
from sim.measure import Measure
from sim.results.view import View

OF_POOL = (
    "recruited", "recruited_sd", "stopped", "stopped_sd", "stopped_slope", "first_rate", "first_rate_sd",
    "first_rate_slope", "last_rate", "last_rate_sd", "last_rate_slope", "peak_rate", "peak_rate_sd", "peak_rate_slope",
    "peak_phase", "peak_phase_sd", "peak_phase_slope", "outlasting", "delta_f", "delta_f_sd", "with_delta_f",
    *(
        f"{name}_{half}"
        for half in ("early", "late")
        for name in ("recruited", "stopped", "first_rate", "last_rate", "peak_rate", "peak_phase")
    ),
)  # fmt: skip
"""Those of `sim.analysis.summaries`; early and late are the units recruited first and last."""
OF_RISE = (
    "duration", "duration_sd", "units", "brace_height", "brace_height_sd", "acceleration", "acceleration_sd",
    "attenuation", "attenuation_sd", "with_brace",
)  # fmt: skip
"""Further ones: how long units fire, in phases of the contraction; share of the pool that fires; brace height (%rTri),
slopes before and after the brace point (pps for the whole rise) and the share of units in which these are valid."""
FEATURES = (*OF_POOL, *OF_RISE)
POINTS = 201
"""Of the course against which a rise is straight."""


def features_measure(population: str, flanks: Flanks, convention: DeltaFConvention, brace: RateConvention) -> Measure:
    """The features of a pool in a contraction: (sample, feature).

    Args:
        population: name of the pool.
        flanks: of the contraction; the brace height is taken against the straight course between them, as of a torque
            that is traced.
        convention: of the ΔF; the peak rate takes its smoother.
        brace: rates that the brace height is read from.
    """
    settings: dict[str, Any] = {"population": population, "flanks": flanks, "convention": convention, "brace": brace}
    return Measure("features", "1", "features of a contraction", _features, settings, {"feature": FEATURES})


def _features(
    view: View, population: str, flanks: Flanks, convention: DeltaFConvention, brace: RateConvention
) -> np.ndarray:
    """As `features_measure`; NaN where too few units fire to measure it."""
    spikes = view.spikes(population)
    units = of_units(spikes, flanks, convention=convention)
    names = [summary.name for summary in catalogue(flanks)]
    every = np.ones((len(spikes), 1, spikes.shape[1]), bool)
    row = summaries(units, every, flanks)[:, 0, [names.index(name) for name in OF_POOL]]
    rise = np.linspace(flanks.start, flanks.end, POINTS)
    phase = flanks.phase(rise)
    bent = brace_height(spikes, rise, np.where(phase < 2, np.minimum(phase, 1), 3 - phase), convention=brace)
    fires = np.isfinite(units.recruited)
    valid = bent.invalid == 0
    columns = []
    for values in (
        units.stopped - units.recruited,
        *(np.where(valid, x, np.nan) for x in (bent.brace_height, bent.acceleration_slope, bent.attenuation_slope)),
    ):
        mean = known_mean(values)
        columns += [mean, np.sqrt(known_mean((values - mean[:, None]) ** 2))]
    share, firing = fires.mean(axis=-1), np.maximum(fires.sum(axis=-1), 1)
    columns = [*columns[:2], share, *columns[2:], valid.sum(axis=-1) / firing]
    return np.concatenate([row, np.stack(columns, axis=-1)], axis=-1)
