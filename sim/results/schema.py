"""The Dataset schema of a result: names, dimensions, types and units of everything that a store will hold.

Dimensions are `sample` (one parameter set and random stream), `unit` (one recorded cell), `spike` (first, second ...
spike of a unit) and one time axis for each recording rate, `time` unless there are several.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from sim.results.rounding import rounded
from sim.results.status import FLAGS, Status

NO_SPIKE = -1
"""Pads `spike_step` after the last spike of a unit."""
ROUNDING = ("mantissa_bits", "relative_error")
"""The attributes that say how a variable is rounded."""
SPIKES = ("spike_step", "spike_sample", "spike_time")
"""The names that the spikes of a result may have: simulated, or recorded on the samples of a recorder or not."""


@dataclass(frozen=True)
class Variable:
    """One array of a result, described before it exists.

    Args:
        dims: names of the axes, `sample` first.
        dtype: "float32", "int32" ...
        units: "mV", "N", "s" ..., or "1".
        fill: value of samples that are not written; chunks that hold nothing else take no disk space.
        mantissa_bits: floats are rounded to these before they are written; the attribute `relative_error` says how far
            a number may then be from what was computed, as a part of its size (16 bits: 7.6e-6).
    """

    name: str
    dims: tuple[str, ...]
    dtype: str
    units: str
    long_name: str
    fill: float = math.nan
    mantissa_bits: int | None = None
    attrs: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def attributes(self) -> dict[str, Any]:
        bits = self.mantissa_bits
        rounding = {} if bits is None else dict(zip(ROUNDING, (bits, 2.0 ** -(bits + 1)), strict=True))
        return {"units": self.units, "long_name": self.long_name, **rounding, **self.attrs}


@dataclass(frozen=True, eq=False)
class Coordinate:
    """Labels along one dimension, known before the simulation; `values` has shape (dim,) and the unit in `attrs`."""

    name: str
    dim: str
    values: npt.ArrayLike
    attrs: Mapping[str, Any] = field(default_factory=dict)


STATUS = Variable("status", ("sample",), "int8", "1", "how the sample ended", int(Status.TODO), attrs=FLAGS)


@dataclass(frozen=True, eq=False)
class Schema:
    """A whole result: how long each dimension is, what is written slab by slab, and what labels it.

    Args:
        attributes: of the whole, anything JSON can hold.

    Raises:
        ValueError: two parts do not fit each other.
    """

    sizes: Mapping[str, int]
    variables: tuple[Variable, ...]
    coordinates: tuple[Coordinate, ...] = ()
    attributes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for dim, size in self.sizes.items():
            if size < 1:
                raise ValueError(f"dimension '{dim}' has size {size}. Give it at least 1.")
        names = [STATUS.name, *(part.name for part in (*self.variables, *self.coordinates))]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"the name '{name}' is given twice in one schema. Rename one of them.")
            if not name or "/" in name or any(map(str.isspace, name)):
                raise ValueError(f"'{name}' cannot name an array on disk. Use a name without spaces and slashes.")
        for variable in self.variables:
            self._check_dims(variable.name, variable.dims)
            if variable.dims[:1] != ("sample",):
                raise ValueError(
                    f"variable '{variable.name}' has dimensions {variable.dims}, but results are written by sample. "
                    "Put 'sample' first, or make it a coordinate."
                )
            if variable.mantissa_bits is not None and np.dtype(variable.dtype).kind != "f":
                raise ValueError(f"variable '{variable.name}' is {variable.dtype}. Round only floats.")
        for coordinate in self.coordinates:
            self._check_dims(coordinate.name, (coordinate.dim,))
            if np.shape(coordinate.values) != (self.sizes[coordinate.dim],):
                raise ValueError(
                    f"coordinate '{coordinate.name}' has shape {np.shape(coordinate.values)}, but dimension "
                    f"'{coordinate.dim}' has size {self.sizes[coordinate.dim]}. Give one value for each."
                )

    def _check_dims(self, name: str, dims: tuple[str, ...]) -> None:
        for dim in dims:
            if dim not in self.sizes:
                raise ValueError(
                    f"'{name}' lies along '{dim}', which has no size (sizes: {', '.join(self.sizes)}). Give its size."
                )

    def shape(self, variable: Variable) -> tuple[int, ...]:
        """Shape of the whole variable, over all samples."""
        return tuple(self.sizes[dim] for dim in variable.dims)

    def sample_bytes(self, variable: Variable) -> int:
        """Bytes of a variable for one sample."""
        return np.dtype(variable.dtype).itemsize * math.prod(self.sizes[dim] for dim in variable.dims[1:])

    def without(self, *names: str) -> "Schema":
        """The same result without some of its variables."""
        return replace(self, variables=tuple(v for v in self.variables if v.name not in names))

    def dataset(self, samples: slice | np.ndarray, arrays: Mapping[str, np.ndarray], status: np.ndarray) -> xr.Dataset:
        """Some samples in memory, as a store that holds them gives them: names, units, labels, and rounded alike.

        Args:
            samples: which, (sample,).
            arrays: of every variable, its `sample` cut to them.
            status: `Status` code of each of them.
        """
        numbers = np.arange(self.sizes["sample"])[samples]
        coordinates: dict[str, Any] = {
            c.name: (c.dim, _labels(c.values)[numbers] if c.dim == "sample" else _labels(c.values), dict(c.attrs))
            for c in self.coordinates
        }
        coordinates[STATUS.name] = STATUS.dims, np.asarray(status, STATUS.dtype), STATUS.attributes
        variables = {
            v.name: (
                v.dims,
                arrays[v.name] if v.mantissa_bits is None else rounded(arrays[v.name], v.mantissa_bits),
                v.attributes,
            )
            for v in self.variables
        }
        return xr.Dataset(variables, coordinates, dict(self.attributes))


def _labels(values: npt.ArrayLike) -> np.ndarray:
    """Labels as a store gives them back: texts of any length."""
    labels = np.asarray(values)
    return labels.astype(np.dtypes.StringDType()) if labels.dtype.kind in "UO" else labels


def simulation_schema(
    design: xr.Dataset,
    *,
    populations: Sequence[str],
    spike_capacity: int,
    dt_ms: float,
    traces: Sequence[Variable] = (),
    times: Mapping[str, npt.ArrayLike] | None = None,
    recorded: npt.ArrayLike | None = None,
) -> Schema:
    """Schema of a simulation: spikes of all units, any traces, and the design as coordinates along `sample`.

    Args:
        design: every variable (sample,): numbers with `units`, among them the leaves that vary, by their path, and
            `stream`, the random stream; texts are labels, without. Its attributes are those of the result.
        populations: name of the population of each unit, (unit,).
        spike_capacity: most spikes of one unit; more are `Status.FAILED_SPIKE_OVERFLOW`.
        dt_ms: ms, step that spikes are counted in.
        traces: float variables such as (sample, unit, time) or (sample, time).
        times: s, the time axes of `traces` by the name of their dimension.
        recorded: numbers of the units with traces along `recorded`, (recorded,); None if no trace is by unit.

    Raises:
        ValueError: the design has no `stream`, an axis has no units, or the parts do not fit.
    """
    times = times or {}
    if "stream" not in design.variables:
        raise ValueError("the design has no 'stream' along 'sample'. Add the number of each sample's random stream.")
    axes = []
    for name, axis in design.drop_vars("sample", errors="ignore").variables.items():
        values, attrs = axis.values, axis.attrs
        if name == "stream":
            values, attrs = values.astype("int64"), {"units": "1", "long_name": "random stream", **attrs}
        text = values.dtype.kind in "UOT"
        if axis.dims != ("sample",) or not ("units" in attrs or text):
            raise ValueError(
                f"design axis '{name}' has dimensions {axis.dims} and attributes {sorted(attrs)}. "
                "Give it the dimension 'sample' and, unless it is text, the attribute 'units' ('1' for a plain number)."
            )
        axes.append(Coordinate(str(name), "sample", values, attrs))
    n_samples, n_units = design.sizes["sample"], len(populations)
    spikes = (
        Variable(
            "spike_step",
            ("sample", "unit", "spike"),
            "int32",
            "1",
            "step of each spike, from the start of the simulation",
            NO_SPIKE,
            attrs={"dt_ms": dt_ms, "padding": NO_SPIKE},
        ),
        Variable("n_spikes", ("sample", "unit"), "int32", "1", "spikes fired, also those beyond the capacity", -1),
    )
    return Schema(
        sizes={
            "sample": n_samples,
            "unit": n_units,
            "spike": spike_capacity,
            **{dim: np.size(values) for dim, values in times.items()},
            **({} if recorded is None else {"recorded": np.size(recorded)}),
        },
        variables=(*spikes, *traces),
        coordinates=(
            Coordinate("sample", "sample", np.arange(n_samples), {"long_name": "sample of the design"}),
            Coordinate("unit", "unit", np.arange(n_units), {"long_name": "recorded cell"}),
            Coordinate("population", "unit", np.asarray(populations), {"long_name": "population of the cell"}),
            *(
                Coordinate(dim, dim, np.asarray(values, float), {"units": "s", "long_name": "time"})
                for dim, values in times.items()
            ),
            *axes,
            *(
                []
                if recorded is None
                else [Coordinate("recorded", "recorded", recorded, {"long_name": "recorded cell"})]
            ),
        ),
        attributes={str(name): value for name, value in design.attrs.items()},
    )


def spike_times(dataset: xr.Dataset) -> xr.DataArray:
    """Times of all spikes; select samples and units first, this loads what it is given.

    Simulated spikes are counts of steps, recorded ones samples of the recorder or plain times.

    Returns:
        s, float64 (sample, unit, spike), padded with NaN.
    """
    if "spike_time" in dataset:
        times = dataset["spike_time"].astype(float)
    elif "spike_sample" in dataset:
        samples = dataset["spike_sample"]
        times = (samples / samples.attrs["fs_hz"]).where(samples != NO_SPIKE)
    else:
        steps = dataset["spike_step"]
        times = (steps * (steps.attrs["dt_ms"] / 1000.0)).where(steps != NO_SPIKE)
    return times.rename("spike_times").assign_attrs(units="s", long_name="time of each spike")
