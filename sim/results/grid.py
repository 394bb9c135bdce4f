"""Samples back on the grid of their design: `sample` becomes one dimension for each factor.

found = grid(results)                         # (case, level, seed), say, and whatever else the results have
found["force"].sel(case="continuous").mean("seed")
chosen(results, case="continuous", seed=0)    # the samples of a condition, as they lie
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from sim.results.status import Status


def factors(results: xr.Dataset) -> list[str]:
    """Names of the factors of a design, in order."""
    found = results.attrs.get("factors", [])
    return [found] if isinstance(found, str) else list(found)


def grid(results: xr.Dataset) -> xr.Dataset:
    """Fold results along the factors of their design.

    Args:
        results: with `sample`, as simulations and measures leave them; also a part of the samples.

    Returns:
        The same variables, `sample` replaced by a dimension for each factor with its labels; what a design changes is a
        coordinate along the factors that change it. Floats are NaN in samples that failed, are not done or are not
        there; `sample` has the number of each sample that is done, else -1.

    Raises:
        ValueError: the results say nothing of factors, or two samples are the same condition.
    """
    names = factors(results)
    if not names or any(f"{name}_index" not in results.coords for name in names):
        raise ValueError("these results do not say of which factors their design is made; they cannot be folded.")
    places, labels = [], {}
    for name in names:
        index, values = results[f"{name}_index"].values, results[name].values
        _, first, place = np.unique(index, return_index=True, return_inverse=True)
        places.append(place)
        labels[name] = (name, values[first], results[name].attrs)
    shape = tuple(len(values) for _, values, _ in labels.values())
    at = np.full(shape, -1)
    flat = np.ravel_multi_index(tuple(places), shape)
    if np.unique(flat).size < flat.size:
        raise ValueError("two of these samples are the same condition and seed; they cannot be folded.")
    at.reshape(-1)[flat] = np.arange(flat.size)
    taken = xr.DataArray(np.maximum(at, 0), dims=names)
    missing = at < 0
    if "status" in results:
        missing |= results["status"].values[taken.values] != Status.DONE
    gone = xr.DataArray(missing, dims=names)
    skipped = {"sample", *names, *(f"{name}_index" for name in names)}
    variables, coordinates = {}, {}
    for name, values in results.drop_vars(list(skipped & set(results.coords))).variables.items():
        if "sample" not in values.dims:
            (coordinates if name in results.coords else variables)[name] = values
            continue
        folded = xr.DataArray(values).isel(sample=taken)
        if name in results.coords and name != "status":
            coordinates[name] = _along_what_changes_it(folded, at < 0)
        elif folded.dtype.kind == "f":
            variables[name] = folded.where(~gone) if missing.any() else folded
        else:
            variables[name] = folded
    numbers = results["sample"].values if "sample" in results.coords else np.arange(results.sizes["sample"])
    variables["sample"] = (names, np.where(missing, -1, numbers[taken.values]), {"long_name": "number of the sample"})
    return xr.Dataset(variables, {**coordinates, **labels}, results.attrs)


def _along_what_changes_it(values: xr.DataArray, absent: np.ndarray) -> xr.DataArray:
    """Without the factors along which nothing changes, as far as there are samples."""
    names, attrs = list(values.dims), values.attrs
    known = np.ma.masked_array(values.values, absent)
    for name in tuple(names):
        axis = names.index(name)
        lowest, highest = known.min(axis=axis), known.max(axis=axis)
        if bool(np.ma.allequal(lowest, highest)):
            known = lowest
            names.remove(name)
    return xr.DataArray(np.ma.getdata(known), dims=names, attrs=attrs)


def chosen(results: xr.Dataset, labels: Mapping[str, Any] | None = None, /, **more: Any) -> xr.Dataset:
    """The samples of some conditions, by the labels of their factors: `chosen(results, monoamine=1.0, seed=[0, 1])`.

    Args:
        results: with `sample`, as simulations and measures leave them.
        labels, more: a label of a factor, or several. A name with dots stands in `labels`; so may the path of a number,
            whose values are in coherent units (ms, mV, nA, uS, nF).

    Returns:
        The results of these samples, in their order.

    Raises:
        ValueError: there is no such factor or label.
    """
    taken = np.ones(results.sizes["sample"], bool)
    for name, asked in {**(labels or {}), **more}.items():
        if name not in results.coords or results.coords[name].dims != ("sample",):
            there = ", ".join(map(repr, factors(results))) or "none"
            raise ValueError(f"{name!r} is no factor of this design; it has {there}.")
        known, among = results[name].values, np.zeros(len(taken), bool)
        for label in [asked] if isinstance(asked, str) or np.ndim(asked) == 0 else asked:
            here = (
                known == label if known.dtype.kind in "UTO" else np.isclose(known.astype(float), _number(label, name))
            )
            if not here.any():
                there = ", ".join(str(value) for value in dict.fromkeys(known.tolist()))
                raise ValueError(f"{name!r} is nowhere {label!r}; it is {there}.")
            among |= here
        taken &= among
    return results.isel(sample=np.flatnonzero(taken))


def _number(label: Any, name: str) -> float:
    try:
        return float(label)
    except (TypeError, ValueError):
        raise ValueError(f"the labels of {name!r} are numbers, but {label!r} is none.") from None
