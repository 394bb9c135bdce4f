"""Force and persistent inward current of the samples that a figure shows."""

import numpy as np
import xarray as xr

from experiments.question import Asked
from experiments.statistics import attributes
from sim.results.view import View


def courses(asked: Asked, samples: xr.DataArray, population: str) -> tuple[View, dict[str, xr.DataArray]]:
    """What was recorded of some samples.

    Args:
        samples: their numbers, any shape; -1 where there is none.
        population: with the signal `POPULATION_force` and the variable `i_pic`.

    Returns:
        The samples in the order of `samples`, and `shown_force`, `shown_pic` along its dimensions and time; NaN where
        there is none.

    Raises:
        ValueError: something was not recorded.
    """
    view = asked.view(np.maximum(samples.values.ravel(), 0))
    shape, dims = (*samples.shape, view.time.size), (*samples.dims, "time")
    words = "persistent inward current of a motoneuron, mean over the pool"
    found = {
        "shown_force": (view.course(f"{population}_force"), "%", "force, in percent of the maximal one"),
        "shown_pic": (view.traces("i_pic", population).mean(axis=1), "nA", words),
    }
    time = {"time": ("time", view.time, attributes("s", "time"))}
    return view, {
        name: xr.DataArray(values.astype(np.float32).reshape(shape), time, dims, attrs=attributes(unit, said))
        .where(samples >= 0).assign_attrs(attributes(unit, said))
        for name, (values, unit, said) in found.items()
    }  # fmt: skip
