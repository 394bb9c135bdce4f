"""The change of something in units within participants, as the field reports it: a linear mixed model.

    change of a unit = mean + participant + rest

of units that were followed in both conditions, participants and rest drawn from normal distributions: units of one
person are more alike than units of two. Fitted by restricted maximum likelihood (statsmodels, extra `people`).
"""

import warnings
from importlib import import_module
from typing import Any, NamedTuple

import numpy as np

from sim.results.extras import installing

FEWEST = 3
"""Participants, and units, below which there is no model."""


class Mixed(NamedTuple):
    """A mean change, in the unit of what changes.

    Args:
        mean, low, high: with its 95 % interval; NaN where there are too few to say.
        p: of no change, two-sided (Wald).
        between, within: SD between participants, and between units of one.
        units, people: how many there are.
    """

    mean: float
    low: float
    high: float
    p: float
    between: float
    within: float
    units: int
    people: int


def needed() -> Any:
    """statsmodels.

    Raises:
        ValueError: it is not installed.
    """
    try:
        return import_module("statsmodels.api")
    except ModuleNotFoundError as problem:
        if (problem.name or "").partition(".")[0] != "statsmodels":
            raise
        raise ValueError(
            f"what changes in units of people is read by a mixed model, which needs statsmodels, which is not "
            f"installed; {installing('people')}."
        ) from problem


def mixed_change(changes: np.ndarray) -> Mixed:
    """The mean change over participants and their units.

    Args:
        changes: of each unit, (participant, unit); NaN where a unit has none.

    Raises:
        ValueError: statsmodels is not installed.
    """
    known = np.isfinite(changes)
    who, values = np.nonzero(known)[0], changes[known]
    people, units = len(np.unique(who)), len(values)
    if people < FEWEST or units <= people:
        return Mixed(*[float("nan")] * 6, units=units, people=people)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # where participants do not differ, their spread lies at its lowest, none
        fitted = needed().MixedLM(values, np.ones((units, 1)), groups=who).fit(reml=True)
    low, high = (float(x) for x in np.asarray(fitted.conf_int())[0])
    if not np.isfinite([low, high]).all():  # the spread between participants lies at its lowest
        return _alike(values, people)
    between = float(np.sqrt(max(0.0, np.asarray(fitted.cov_re).ravel()[0])))
    p = float(np.asarray(fitted.pvalues)[0])
    return Mixed(float(fitted.params[0]), low, high, p, between, float(np.sqrt(fitted.scale)), units, people)


def _alike(values: np.ndarray, people: int) -> Mixed:
    """The model without a spread between participants: units are all there is."""
    fitted = needed().OLS(values, np.ones((len(values), 1))).fit()
    low, high = (float(x) for x in np.asarray(fitted.conf_int())[0])
    p = float(np.asarray(fitted.pvalues)[0])
    return Mixed(float(fitted.params[0]), low, high, p, 0.0, float(np.sqrt(fitted.scale)), len(values), people)
