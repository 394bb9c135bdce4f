"""Results made up: what a simulation leaves whose spikes are known, and what a question answers to it."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from experiments.answer import Result
from experiments.question import Question
from experiments.sources import Brought
from sim.measure import evaluate
from sim.results.schema import NO_SPIKE
from sim.results.status import Status

DT_MS = 0.05


def padded(trains: Sequence[np.ndarray]) -> np.ndarray:
    """Trains of several units as one array: s, (unit, spike), padded with NaN."""
    spikes = np.full((len(trains), max(map(len, trains))), np.nan)
    for row, times in zip(spikes, trains, strict=True):
        row[: len(times)] = times
    return spikes


def spike_variables(samples: Sequence[np.ndarray]) -> dict[str, tuple]:
    """The variables of a result that hold its spikes.

    Args:
        samples: s, for each sample (unit, spike), padded with NaN; samples of fewer units than others have silent ones.
    """
    longest = max(2, *(spikes.shape[-1] for spikes in samples))
    steps = np.full((len(samples), max(map(len, samples)), longest), NO_SPIKE, np.int32)
    for row, spikes in zip(steps, samples, strict=True):
        known = np.isfinite(spikes)
        row[: len(spikes), : spikes.shape[-1]][known] = np.round(spikes[known] * 1000 / DT_MS)
    return {
        "spike_step": (("sample", "unit", "spike"), steps, {"dt_ms": DT_MS}),
        "n_spikes": (("sample", "unit"), (steps != NO_SPIKE).sum(-1)),
    }


def failing(whole: xr.Dataset, *samples: int, kind: Status = Status.FAILED_NOT_FINITE) -> xr.Dataset:
    """The result with some samples failed; with all of them if none is named."""
    status = whole["status"].values.copy()
    status[list(samples) or slice(None)] = kind
    return whole.assign_coords(status=("sample", status))


def asked(question: Question, whole: xr.Dataset) -> Result:
    """A question together with its measures of a result."""
    found = evaluate(question.measures(), whole)
    measured = {m.name: ("sample", found[m.name], m.attributes) for m in question.measures()}
    return Result(question, Brought(whole, whole[["status"]].assign(measured)))


def answered(question: Question, whole: xr.Dataset) -> xr.Dataset:
    """What a question answers to a result."""
    return asked(question, whole).answer
