"""Which parameter sets are run: a Dataset along `sample`, one coordinate for each path that varies.

`stream` numbers the random stream of a sample. It is a coordinate like any other and is shared along all other axes, so
that conditions are compared under the same noise (common random numbers).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from sim.spec.kinds import listed, table, whole, yes_or_no
from sim.spec.params import Value, check_bounds, nearest
from sim.units import Quantity, UnitError, coherent_unit, describe, quantity, shown

OUTER = (
    " What is no number of a cell, a projection or the protocol (a size, a wiring, dt) is one for all samples: for "
    "several, sherrington -m SETTING=2,3."
)
"""Ends what is said of a path that leads nowhere: it may be a setting that decides shapes, or what is compiled."""


class DesignError(ValueError):
    """A design that cannot be; the message is one sentence."""


@dataclass(frozen=True)
class Design:
    """A grid over paths, repeated over random streams.

    Args:
        axes: values by path, for example `{"network.hTA.monoamine": [0.8, 1.0], "protocol.inhibition.level": [0, 3]}`;
            a path may also be written as nested mappings.
        seeds: number of random streams, at least 1.
        first_seed: number of the first one.
        ends_only: keep only the first and the last value of each axis.
        independent: axes along which samples have random streams of their own; along all others they share them.

    Raises:
        DesignError: an axis without values, no seed, or an independent axis that is none.
        UnitError: values that cannot be read, or that mix units.
    """

    axes: Mapping[str, Sequence[str | float | Quantity]] = field(default_factory=dict)
    seeds: int = 1
    first_seed: int = 0
    ends_only: bool = False
    independent: Sequence[str] = ()

    def __post_init__(self) -> None:
        axes: dict[str, tuple[str | float | Quantity, ...]] = {}
        for path, values in flat_axes(self.axes):
            if path in axes:
                raise DesignError(f"the design varies {path!r} twice; write all its values in one list.")
            if not values:
                raise DesignError(f"the design varies {path!r} over no value at all; give it at least one.")
            axes[path] = values
            read = {quantity(v, f"a value of {path!r} in the design") for v in values}
            if len(read) < len(values):
                raise DesignError(f"the design varies {path!r} over a value that stands there twice: {list(values)}.")
            found = {value.dimensions for value in read}
            if len(found) > 1:
                units = " and ".join(sorted(map(describe, found)))
                raise UnitError(f"the design varies {path!r} over values in different units ({units}); use one.")
        check_seeds(self)
        independent = listed("`independent` of a design", self.independent, DesignError)
        for path in independent:
            if path not in axes:
                raise DesignError(
                    f"the design gives random streams of their own along {shown(path)}, which is none of its axes: "
                    f"{nearest(str(path), axes)}"
                )
        object.__setattr__(self, "independent", independent)
        if yes_or_no("`ends_only` of a design", self.ends_only, DesignError):
            axes = {path: values[:1] + values[1:][-1:] for path, values in axes.items()}
        object.__setattr__(self, "axes", MappingProxyType(axes))

    def dataset(self) -> xr.Dataset:
        """Coordinates along `sample`: every path with its `units` (coherent), and `stream`. The last axis, the stream,
        varies fastest."""
        shape = (*map(len, self.axes.values()), self.seeds)
        places = np.indices(shape).reshape(len(shape), -1)  # of each sample along each axis and the seeds
        coordinates = {}
        stream = np.zeros(places.shape[1], np.int64)
        for place, (path, values) in zip(places, self.axes.items(), strict=False):
            numbers = np.array([quantity(v).number for v in values])
            coordinates[path] = ("sample", numbers[place], {"units": coherent_unit(quantity(values[0]).dimensions)})
            if path in self.independent:
                stream = stream * len(values) + place
        stream = self.first_seed + stream * self.seeds + places[-1]
        return xr.Dataset(coords={**coordinates, "stream": ("sample", stream, {"units": "1"})})

    def check(self, leaves: Mapping[str, Quantity], bounds: Mapping[str, tuple[Value | None, Value | None]]) -> None:
        """Every path must lead to a number of the network or the protocol, in its unit and within its bounds.

        Args:
            leaves: value of every number that may vary, by path.
            bounds: lowest and highest value, by path, of those that have them.

        Raises:
            DesignError: no such path; the sentence names the nearest ones.
            UnitError: values in another unit, or out of bounds.
        """
        for path, values in self.axes.items():
            if path not in leaves:
                raise DesignError(
                    f"the design varies {path!r}, which leads to no number: {nearest(path, leaves)}{OUTER}"
                )
            found = quantity(values[0]).dimensions
            if found != leaves[path].dimensions:
                raise UnitError(
                    f"the design varies {path!r}, which is in {describe(leaves[path].dimensions)}, "
                    f"over values in {describe(found)}."
                )
            for value in values:
                check_bounds(f"{path!r} in the design", value, bounds.get(path, (None, None)))


def check_seeds(design: Any) -> None:
    """`seeds` and `first_seed` of a design become whole numbers.

    Raises:
        DesignError: they are none.
    """
    seeds, first_seed = whole(design.seeds), whole(design.first_seed)
    if seeds is None or seeds < 1:
        raise DesignError(f"a design needs at least one seed, but `seeds` is {shown(design.seeds)}.")
    if first_seed is None or not 0 <= first_seed < 2**62:
        raise DesignError(f"`first_seed` is the number of a stream, a whole number, not {shown(design.first_seed)}.")
    object.__setattr__(design, "seeds", seeds)
    object.__setattr__(design, "first_seed", first_seed)


def flat_axes(axes: Any, prefix: str = "") -> Iterator[tuple[str, tuple[str | float | Quantity, ...]]]:
    """Path and values of every axis, nested mappings joined by dots."""
    for name, values in table("`axes` of a design", axes, DesignError).items():
        path = f"{prefix}{name}"
        if not isinstance(values, Mapping):
            yield path, listed(f"what the design varies {path!r} over", values, DesignError)
        elif values:
            yield from flat_axes(values, f"{path}.")
        else:
            yield path, ()
