"""Single parameter sets: listed, read from a table, or spread over ranges (`sim.design.spread`).

Points({"network.soleus.monoamine": [0.5, 0.7], "protocol.pulse.peak": [12, 8]})      two sets, not four
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.design.factor import Columns, DesignError, Factor, flat, several
from sim.spec.change import Set
from sim.units import Quantity, UnitError, describe, quantity


@dataclass(frozen=True)
class Points(Factor):
    """Parameter sets one by one; each is labelled by its number, from 0.

    Args:
        values: by path, the value of each set, all of one length; a path may also be written as nested
            mappings.
        name: of the dimension.

    Raises:
        DesignError: no set, or columns of different lengths.
        UnitError: values that cannot be read, or that mix units.
    """

    values: Mapping[str, Sequence[str | float | Quantity]] = field(default_factory=dict)
    name: str = "point"

    def __post_init__(self) -> None:
        columns: dict[str, tuple[Any, ...]] = {}
        for path, values in flat("the values of a design of points", self.values):
            if path in columns:
                raise DesignError(f"the design gives {path!r} twice; leave one of the columns out.")
            columns[path] = several(path, values)
            found = {quantity(v, f"a value of {path!r} in the design").dimensions for v in columns[path]}
            if len(found) > 1:
                units = " and ".join(sorted(map(describe, found)))
                raise UnitError(f"the design gives {path!r} values in different units ({units}); use one.")
        lengths = {path: len(values) for path, values in columns.items()}
        if not lengths:
            raise DesignError("a design of points needs at least one path with at least one value, but it has none.")
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{path!r} {count}" for path, count in lengths.items())
            raise DesignError(f"a design of points has one value of each path in each set, but it has {said}.")
        object.__setattr__(self, "values", MappingProxyType(columns))

    @property
    def labels(self) -> range:
        return range(len(next(iter(self.values.values()))))

    @property
    def words(self) -> str:
        return "number of the parameter set"

    def columns(self) -> Columns:
        return {path: [Set(value) for value in given] for path, given in self.values.items()}

    def ends(self) -> "Points":
        return Points({path: [given[0], *given[1:][-1:]] for path, given in self.values.items()}, self.name)


def table(file: str | Path) -> Points:
    """Points from a CSV file: a column for each path, a row for each set; numbers may carry their unit.

    Args:
        file: its first line has the paths.

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
    return Points({path: [row[k] for row in rows] for k, path in enumerate(head)})
