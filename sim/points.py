"""A design of single parameter sets: listed, read from a table, or spread over ranges (Sobol, Latin hypercube).

    Points({"network.soleus.monoamine": [0.5, 0.7], "protocol.pulse.peak": [12, 8]}, seeds=4)      two sets, not four
    sobol({"network.soleus.monoamine": [0.3, 1.0], "protocol.nerve.frequency": ["10 Hz", "200 Hz"]}, points=256)

Every set is repeated over random streams that all sets share (common random numbers), unless `independent` is set.
"""

import csv
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import xarray as xr

from sim.design import Design, DesignError, check_seeds, flat_axes
from sim.spec.kinds import listed, whole, yes_or_no
from sim.spec.params import Value
from sim.units import Quantity, UnitError, coherent_unit, describe, quantity, shown


@dataclass(frozen=True)
class Points:
    """Parameter sets one by one.

    Args:
        columns: by path, the value of each set, all of one length; a path may also be written as nested mappings.
        seeds: random streams of each set, at least 1.
        first_seed: number of the first one.
        independent: every set has random streams of its own.
        ends_only: keep only the first and the last set.

    Raises:
        DesignError: no set, columns of different lengths, or no seed.
        UnitError: values that cannot be read, or that mix units.
    """

    columns: Mapping[str, Sequence[str | float | Quantity]] = field(default_factory=dict)
    seeds: int = 1
    first_seed: int = 0
    independent: bool = False
    ends_only: bool = False

    def __post_init__(self) -> None:
        columns: dict[str, tuple[Any, ...]] = {}
        for path, values in flat_axes(self.columns):
            if path in columns:
                raise DesignError(f"the design gives {path!r} twice; leave one of the columns out.")
            found = {quantity(v, f"a value of {path!r} in the design").dimensions for v in values}
            if len(found) > 1:
                units = " and ".join(sorted(map(describe, found)))
                raise UnitError(f"the design gives {path!r} values in different units ({units}); use one.")
            columns[path] = values
        lengths = {path: len(values) for path, values in columns.items()}
        if not lengths or not min(lengths.values()):
            raise DesignError("a design of points needs at least one path with at least one value, but it has none.")
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{path!r} {count}" for path, count in lengths.items())
            raise DesignError(f"a design of points has one value of each path in each set, but it has {said}.")
        check_seeds(self)
        yes_or_no("`independent` of a design of points", self.independent, DesignError)
        if yes_or_no("`ends_only` of a design of points", self.ends_only, DesignError):
            columns = {path: values[:1] + values[1:][-1:] for path, values in columns.items()}
        object.__setattr__(self, "columns", MappingProxyType(columns))

    def dataset(self) -> xr.Dataset:
        """As `Design.dataset`, with `point`, the number of the set; the stream varies fastest."""
        count = len(next(iter(self.columns.values())))
        point, seed = (x.ravel() for x in np.indices((count, self.seeds)))
        coordinates: dict[str, Any] = {}
        for path, values in self.columns.items():
            read = [quantity(v) for v in values]
            numbers = np.array([q.number for q in read])
            coordinates[path] = ("sample", numbers[point], {"units": coherent_unit(read[0].dimensions)})
        stream = self.first_seed + seed + point * self.seeds * self.independent
        coordinates["point"] = ("sample", point.astype(np.int64), {"units": "1"})
        return xr.Dataset(coords={**coordinates, "stream": ("sample", stream.astype(np.int64), {"units": "1"})})

    def check(self, leaves: Mapping[str, Quantity], bounds: Mapping[str, tuple[Value | None, Value | None]]) -> None:
        """As `Design.check`, of every column.

        Raises:
            DesignError: no such path; the sentence names the nearest ones.
            UnitError: values in another unit, or out of bounds.
        """
        for path, values in self.columns.items():
            read = [quantity(v) for v in values]
            ends = {pick(read): None for pick in (min, max)}
            Design({path: [values[read.index(end)] for end in ends]}).check(leaves, bounds)


def sobol(
    ranges: Mapping[str, Sequence[Value]], *, points: int, spread: int = 0, logarithmic: Sequence[str] = (), **rest: Any
) -> Points:
    """Points that fill ranges evenly: a scrambled Sobol sequence.

    Args:
        ranges: lowest and highest value by path, in one unit.
        points: number of sets; powers of two fill best.
        spread: another number, another scramble.
        logarithmic: paths that are spread evenly in their logarithm.
        rest: seeds, first_seed, independent, ends_only: see `Points`.

    Raises:
        DesignError: no range, one that is not a pair in order, or no point.
        UnitError: values that cannot be read, or that mix units.
    """
    from scipy.stats import qmc

    random = np.random.default_rng(spread)
    return _spread(ranges, points, logarithmic, rest, lambda d: qmc.Sobol(d, rng=random))


def latin_hypercube(
    ranges: Mapping[str, Sequence[Value]], *, points: int, spread: int = 0, logarithmic: Sequence[str] = (), **rest: Any
) -> Points:
    """Points of which each range has one in each of `points` equal parts. Args and errors as `sobol`."""
    from scipy.stats import qmc

    return _spread(
        ranges, points, logarithmic, rest, lambda d: qmc.LatinHypercube(d, rng=np.random.default_rng(spread))
    )


def table(file: str | Path, **rest: Any) -> Points:
    """Points from a CSV file: a column for each path, a row for each set; numbers may carry their unit.

    Args:
        file: its first line has the paths.
        rest: seeds, first_seed, independent, ends_only: see `Points`.

    Raises:
        DesignError: no such file, no row, or a row of another length than the first line.
        UnitError: a value that cannot be read; names its row and path.
    """
    try:
        with Path(file).expanduser().open(newline="", encoding="utf-8-sig") as lines:
            head, *rows = [[cell.strip() for cell in row] for row in csv.reader(lines) if any(map(str.strip, row))]
    except (OSError, UnicodeDecodeError) as problem:
        raise DesignError(f"cannot read the table of points {str(file)!r}: {problem}.") from problem
    except ValueError:
        raise DesignError(f"the table of points {str(file)!r} is empty; its first line has the paths.") from None
    for number, row in enumerate(rows, 1):
        if len(row) != len(head):
            raise DesignError(
                f"row {number} of the table of points {str(file)!r} has {len(row)} values, but there are {len(head)} "
                "paths; give each path one value."
            )
        for path, cell in zip(head, row, strict=True):
            quantity(cell, f"{path!r} in row {number} of the table of points {str(file)!r}")
    if twice := sorted({path for path in head if head.count(path) > 1}):
        raise DesignError(f"the table of points {str(file)!r} gives {twice[0]!r} twice; leave one of them out.")
    return Points({path: [row[k] for row in rows] for k, path in enumerate(head)}, **rest)


def _spread(ranges: Any, points: int, logarithmic: Sequence[str], rest: dict[str, Any], sampler: Any) -> Points:
    found: dict[str, tuple[Quantity, Quantity]] = {}
    for path, ends in flat_axes(ranges):
        read = [quantity(end, f"an end of the range of {path!r}") for end in ends]
        if len(read) != 2 or read[0].dimensions != read[1].dimensions or not read[0].number < read[1].number:
            raise DesignError(
                f"the range of {path!r} is its lowest and its highest value in one unit, but it is {shown(list(ends))}."
            )
        found[path] = (read[0], read[1])
    if not found:
        raise DesignError("a design that is spread over ranges needs at least one of them, but it has none.")
    logarithmic = listed("`logarithmic` of a design", logarithmic, DesignError)
    for path in logarithmic:
        if path not in found or found[path][0].number <= 0:
            raise DesignError(
                f"{path!r} is to be spread in its logarithm, but it is no range of the design that lies above zero."
            )
    count = whole(points)
    if count is None or not 0 < count < 2**31:
        raise DesignError(f"the number of `points` of a design is a whole number above 0, not {shown(points)}.")
    with warnings.catch_warnings():  # any number of points may be asked for, also one that fills less evenly
        warnings.filterwarnings("ignore", "The balance properties of Sobol")
        unit = sampler(len(found)).random(count)
    columns = {}
    for place, (path, (low, high)) in zip(unit.T, found.items(), strict=True):
        if path in logarithmic:
            numbers = low.number * (high.number / low.number) ** place
        else:
            numbers = low.number + (high.number - low.number) * place
        columns[path] = [Quantity(float(x), low.dimensions) for x in numbers]
    return Points(columns, **rest)
