"""Samples back on the grid of the design: which sample is which level, inhibition and seed, and what seeds do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr

from sim.results.status import Status

NOT_AXES = ("sample", "status", "stream")


@dataclass(frozen=True, eq=False)
class Conditions:
    """A design as a grid.

    Args:
        axes: values by dimension, each (value,), increasing.
        sample: int, (axes..., seed), number of the sample; -1 where there is none that was simulated to the end.
        population: name of the pool whose monoaminergic level varies.
    """

    axes: Mapping[str, np.ndarray]
    sample: np.ndarray
    population: str

    @property
    def dims(self) -> tuple[str, ...]:
        return (*self.axes, "seed")

    def folded(self, values: np.ndarray) -> np.ndarray:
        """Values of all samples (sample, ...) on the grid (axes..., seed, ...); NaN where there is no sample."""
        missing = (self.sample < 0).reshape(*self.sample.shape, *[1] * (values.ndim - 1))
        return np.where(missing, np.nan, values[self.sample])

    def nearest(self, **wanted: float) -> tuple[int, ...]:
        """Index of the condition nearest to the wanted value of each named axis, in the order of the names."""
        return tuple(int(np.argmin(np.abs(self.axes[name] - value))) for name, value in wanted.items())


def conditions(results: xr.Dataset, axes: Mapping[str, str]) -> Conditions:
    """Fold a simulated design.

    Args:
        results: with the axes of the design as coordinates (sample,), `stream` and `status`.
        axes: how the path of each axis ends, by the name of its dimension; the first is the monoaminergic level.

    Raises:
        ValueError: the design lacks one of these axes, or varies something else.
    """
    paths = [str(name) for name, c in results.coords.items() if c.dims == ("sample",) and name not in NOT_AXES]
    found: dict[str, str] = {}
    for dim, ending in axes.items():
        fitting = [path for path in paths if path.endswith(ending)]
        if len(fitting) != 1:
            raise ValueError(
                f"this question compares conditions along one axis '*{ending}', but the design varies "
                f"{', '.join(paths) or 'nothing'}. Take design=levels_by_inhibition; one value for an axis is enough."
            )
        found[dim] = fitting[0]
    if more := sorted(set(paths) - set(found.values())):
        raise ValueError(f"the design also varies {more[0]!r}, over which this question would mix. Run it by itself.")
    values, places = {}, []
    for dim, path in [*found.items(), ("seed", "stream")]:
        values[dim], place = np.unique(results[path].values, return_inverse=True)
        places.append(place)
    seeds = values.pop("seed")
    sample = np.full([*map(len, values.values()), len(seeds)], -1)
    done = results["status"].values == Status.DONE
    sample[tuple(place[done] for place in places)] = np.flatnonzero(done)
    first = next(iter(found.values()))
    return Conditions(values, sample, first.removeprefix("network.").partition(".")[0])


def over_seeds(values: xr.DataArray) -> dict[str, xr.DataArray]:
    """Mean, standard deviation (n - 1) and number of the seeds that have a value.

    Args:
        values: any unit, (..., seed), NaN where a seed has none.

    Returns:
        `NAME_mean`, `NAME_sd` and `NAME_n`, each (...); NaN for the mean of no seed and the SD of fewer than two.
    """
    x, name = values.values, str(values.name)
    known = np.isfinite(x)
    n = known.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, x, 0).sum(axis=-1) / n
        squares = (np.where(known, x - mean[..., None], 0) ** 2).sum(axis=-1)
        sd = np.sqrt(np.where(n > 1, squares / (n - 1), np.nan))
    what, units, dims = values.attrs["long_name"], values.attrs["units"], values.dims[:-1]

    def part(value: np.ndarray, words: str, units: str) -> xr.DataArray:
        return xr.DataArray(value, dims=dims, attrs={"units": units, "long_name": f"{what}: {words}"})

    return {
        f"{name}_mean": part(mean, "mean over seeds", units),
        f"{name}_sd": part(sd, "standard deviation between seeds", units),
        f"{name}_n": part(n, "seeds with a value", "1"),
    }


def known_mean(values: Any, axis: int = -1) -> np.ndarray:
    """Mean of what is finite; NaN where nothing is."""
    values = np.asarray(values, dtype=float)
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(known, values, 0).sum(axis=axis) / known.sum(axis=axis)
