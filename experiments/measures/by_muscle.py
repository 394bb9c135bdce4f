"""Measures of several muscles side by side in one table: NAME of a measure as MUSCLE_NAME, and back."""

from collections.abc import Sequence
from dataclasses import replace

import xarray as xr

from sim.measure import Measure


def as_muscle(muscle: str, measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The measures, called after the muscle that they are of."""
    return tuple(replace(one, name=f"{muscle}_{one.name}", words=f"{muscle}: {one.words}") for one in measures)


def of_muscle(m: xr.Dataset, muscle: str) -> xr.Dataset:
    """What a table holds of one muscle, by the measures' own names."""
    names = {str(name): str(name).removeprefix(f"{muscle}_") for name in m if str(name).startswith(f"{muscle}_")}
    return m[[*names]].rename(names)
