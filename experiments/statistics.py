"""What seeds and participants do to a measure: means, spread, 95 % intervals, paired differences and effect sizes.

The only place where samples of one condition become one number. All take and give arrays with named dimensions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.stats import binomtest
from scipy.stats import t as student

from sim.analysis.means import known_mean

OVER = "seed"
SETS = ("point", "draw", "combination")
"""Factors whose levels are sets of numbers."""


def half_width(sd: Any, n: Any) -> np.ndarray:
    """Half of the 95 % confidence interval of a mean; 0 where fewer than two samples have a value."""
    sd, n = np.asarray(sd, float), np.asarray(n)
    factor = student.ppf(0.975, np.where(n > 1, n - 1, 1))
    return np.where(n > 1, factor * np.nan_to_num(sd) / np.sqrt(np.maximum(n, 1)), 0)


def summary(values: xr.DataArray, *, over: str = OVER) -> dict[str, xr.DataArray]:
    """Mean, standard deviation (n - 1), number, and half of the 95 % interval of the mean, of what has a value.

    With a dimension `participant`, the seeds of each participant are averaged first: people are what is counted.

    Args:
        values: any unit, with a name and the dimension `over`; NaN where a sample has none.

    Returns:
        `NAME_mean`, `NAME_sd`, `NAME_n`, `NAME_half` without that dimension; NaN for the mean of nothing and the SD of
        fewer than two.
    """
    if over == OVER and "participant" in values.dims:
        within = known_mean(values.transpose(..., OVER).values)
        dims = [dim for dim in values.dims if dim != OVER]
        values = xr.DataArray(within, dims=dims, name=values.name, attrs=values.attrs)
        over = "participant"
    who = {"seed": "seeds", "participant": "participants"}.get(over, over)
    x, name = values.transpose(..., over).values.astype(float), str(values.name)
    known = np.isfinite(x)
    n = known.sum(axis=-1)
    mean = known_mean(x)
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = (np.where(known, x - mean[..., None], 0) ** 2).sum(axis=-1)
        sd = np.sqrt(np.where(n > 1, squares / (n - 1), np.nan))
    what, units = values.attrs["long_name"], values.attrs["units"]
    dims = [dim for dim in values.dims if dim != over]

    def part(value: np.ndarray, words: str, units: str) -> xr.DataArray:
        return xr.DataArray(value, dims=dims, attrs={"units": units, "long_name": f"{what}: {words}"})

    return {
        f"{name}_mean": part(mean, f"mean over {who}", units),
        f"{name}_sd": part(sd, f"standard deviation between {who}", units),
        f"{name}_n": part(n, f"{who} with a value", "1"),
        f"{name}_half": part(half_width(sd, n), "half of the 95 % interval of the mean", units),
    }


def per_person(values: xr.DataArray, *kept: str) -> np.ndarray:
    """A value for each person: (*kept, person). Seeds of a participant are averaged; without participants, seeds count.

    Args:
        kept: dimensions that stay, in this order; the others are `participant` and `seed`, if it has them.
    """
    who = [dim for dim in ("participant", OVER) if dim in values.dims]
    x = values.transpose(*kept, *who).values.astype(float)
    return known_mean(x) if len(who) == 2 else x.reshape(*x.shape[: len(kept)], -1)


def summarised(measures: xr.Dataset, *, over: str = OVER) -> xr.Dataset:
    """The measures and the `summary` of each that has the dimension `over`."""
    found = [summary(x, over=over) for x in measures.data_vars.values() if over in x.dims and x.dtype.kind == "f"]
    return measures.assign({name: part for parts in found for name, part in parts.items()})


def change(values: xr.DataArray, dim: str, to: Any, start: Any, *, words: str = "") -> xr.DataArray:
    """Change from one condition to another (or to several), sample by sample: paired by whatever they share.

    Args:
        values: with the dimension `dim`.
        to, start: labels along it; `to` may be a list. NaN where they are the same condition.
        words: how the change is called.

    Returns:
        `NAME_effect`, in the unit of the measure.
    """
    after, before = values.sel({dim: to}), values.sel({dim: start}, drop=True)
    found = (after.drop_vars(dim) if dim not in after.dims and dim in after.coords else after) - before
    same = np.asarray(values[dim].sel({dim: to}).values == np.asarray(start))
    if same.ndim == 0 and bool(same):
        found = found.where(False)
    said = f"{values.attrs['long_name']}: {words or 'change'}"
    return found.rename(f"{values.name}_effect").assign_attrs(units=values.attrs["units"], long_name=said)


def percent(values: xr.DataArray, dim: str, start: Any) -> xr.DataArray:
    """Change from one condition to each, sample by sample, in percent of that condition's mean: `NAME_percent`."""
    before = values.sel({dim: start}, drop=True)
    mean = float(known_mean(before.values, axis=tuple(range(before.ndim))))
    found = (values - before) * (100 / mean if mean > 0 else np.nan)
    said = f"{values.attrs['long_name']}: change from {start} in percent of its mean"
    return found.rename(f"{values.name}_percent").assign_attrs(units="%", long_name=said)


def effect_size(values: xr.DataArray, *, over: str = OVER) -> xr.DataArray:
    """Of paired differences: mean over standard deviation (Cohen's d_z); NaN without a spread."""
    parts = summary(values, over=over)
    mean, sd = parts[f"{values.name}_mean"], parts[f"{values.name}_sd"]
    said = f"{values.attrs['long_name']}: effect size, mean over SD of the paired differences"
    return (mean / sd.where(sd > 0)).rename(f"{values.name}_d").assign_attrs(units="1", long_name=said)


def share(count: int, n: int) -> tuple[float, float, float]:
    """Percent of n, and the ends of its exact 95 % interval (Clopper & Pearson)."""
    ends = binomtest(count, n).proportion_ci(method="exact")
    return 100 * count / n, 100 * ends.low, 100 * ends.high


def attributes(units: str, long_name: str) -> dict[str, str]:
    """What a variable of an answer says of itself."""
    return {"units": units, "long_name": long_name}


def expect(levels: Mapping[Any, int], dims: Sequence[str], question: str) -> None:
    """A design must have these factors, and no other with several levels besides the seeds and participants.

    Args:
        levels: how many levels each factor has, by name.
        dims: the factors that the question compares.
        question: how an error calls it.

    Raises:
        ValueError: it lacks one, or has another, over which the question would mix.
    """
    there = [str(name) for name in levels if name not in (OVER, "participant")]
    for name in dims:
        if name not in there:
            raise ValueError(
                f"{question} compares conditions along {name!r}, but the design varies "
                f"{', '.join(there) or 'nothing'}; name an axis so, one value is enough: "
                f"design.axes.{name}={{of: PATH, values: [...]}}."
            )
    if more := [name for name in there if name not in dims and levels[name] > 1]:
        raise ValueError(f"the design also varies {more[0]!r}, over which {question} would mix. Run it by itself.")


def named(m: xr.Dataset, dim: str, *labels: str) -> list[str]:
    """Some labels along a dimension, as they were given.

    Raises:
        ValueError: the design lacks one of them.
    """
    there = [str(label) for label in m[dim].values]
    for label in labels:
        if label not in there:
            raise ValueError(f"the question asks about the {dim} {label!r}, but the design has {', '.join(there)}.")
    return list(labels)
