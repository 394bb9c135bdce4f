"""Samples back on the grid of a design of named cases: which sample is which case, value of an axis, seed."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from experiments.conditions import NOT_AXES, Conditions
from sim.results.status import Status


def by_case(results: xr.Dataset, axes: Mapping[str, str] | None = None, *, population: str = "") -> Conditions:
    """Fold the results of a design of cases (`sim.cases.Cases`).

    Args:
        results: with `case`, `stream` and `status` along `sample`; the attribute `names` of `case` names the cases.
        axes: how the path of each axis ends, by the name of its dimension.
        population: that the question is about.

    Returns:
        The grid (case, axes..., seed). `axes["case"]` has the names, in the order of the design; the other axes have
        their values, increasing.

    Raises:
        ValueError: no cases, not one path for an axis, or a path that varies within a case and is none of the axes.
    """
    if "case" not in results.coords or not (names := [str(name) for name in results["case"].attrs.get("names", ())]):
        raise ValueError("this question compares named cases, but the design has none. Take design=cases.")
    case = results["case"].values
    paths = [str(name) for name, c in results.coords.items() if c.dims == ("sample",)]
    paths = [path for path in paths if path not in (*NOT_AXES, "case")]
    free = [path for path in paths if any(len(np.unique(results[path].values[case == k])) > 1 for k in np.unique(case))]
    found: dict[str, str] = {}
    for dim, ending in (axes or {}).items():
        fitting = [path for path in paths if path.endswith(ending)]
        if len(fitting) != 1:
            raise ValueError(
                f"this question compares cases along one axis '*{ending}', but the design has "
                f"{', '.join(paths) or 'none'}. One value for an axis is enough."
            )
        found[dim] = fitting[0]
    if more := sorted(set(free) - set(found.values())):
        raise ValueError(f"the design also varies {more[0]!r}, over which this question would mix. Run it by itself.")
    values: dict[str, np.ndarray] = {"case": np.array(names)}
    places = [case]
    for dim, path in [*found.items(), ("seed", "stream")]:
        values[dim], place = np.unique(results[path].values, return_inverse=True)
        places.append(place)
    sample = np.full([*map(len, values.values())], -1)
    values.pop("seed")
    done = results["status"].values == Status.DONE
    sample[tuple(place[done] for place in places)] = np.flatnonzero(done)
    return Conditions(values, sample, population)


def places(grid: Conditions, cases: Sequence[str]) -> list[int]:
    """Numbers of some cases on the grid.

    Raises:
        ValueError: the design lacks one of them.
    """
    names = [str(name) for name in grid.axes["case"]]
    for case in cases:
        if case not in names:
            raise ValueError(f"the question asks about the case {case!r}, but the design has {', '.join(names)}.")
    return [names.index(case) for case in cases]


def known(grid: Conditions, cases: Sequence[str]) -> list[str]:
    """Names of some cases, which the design has. Raises as `places`."""
    return [str(grid.axes["case"][k]) for k in places(grid, cases)]
