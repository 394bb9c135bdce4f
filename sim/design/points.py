"""Single parameter sets: listed, read from a table, or spread over ranges (`sim.design.spread`).

Points({"network.soleus.monoamine": [0.5, 0.7], "protocol.pulse.peak": [12, 8]})      two sets, not four
"""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sim.design.factor import Columns, DesignError, Factor, flat, several
from sim.spec.change import Set
from sim.units import Quantity, UnitError, describe, quantity

_DECIMAL_COMMA = re.compile(r"^([-+−]?\d*),(\d+)")


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


def table(file: str | Path | None) -> Points:
    """Points from a table of text: a column for each path, a row for each set; numbers may carry their unit.

    Commas, semicolons and tabs separate, and with the latter two decimal commas are read; UTF-8, UTF-16 or Latin-1.

    Args:
        file: its first line has the paths.

    Raises:
        DesignError: no such file, no row, or a row of another length than the first line.
        UnitError: a value that cannot be read; names its row and path.
    """
    if file is None:
        raise DesignError(
            "the points of the design come from a table, but no file is given; give design.file=FILE.csv."
        )
    named = f"the table of points {str(file)!r}"
    try:
        content = Path(file).expanduser().read_bytes()
    except (OSError, ValueError) as problem:
        said = getattr(problem, "strerror", None) or str(problem)
        raise DesignError(f"cannot read {named}: {said[0].lower()}{said[1:]}.") from problem
    head, *rows = _cells(content, named)
    for number, row in enumerate(rows, 1):
        if len(row) != len(head):
            raise DesignError(
                f"row {number} of {named} has {len(row)} values, but there are {len(head)} paths; give each path one "
                "value."
            )
        for path, cell in zip(head, row, strict=True):
            quantity(cell, f"{path!r} in row {number} of {named}")
    if twice := sorted({path for path in head if head.count(path) > 1}):
        raise DesignError(f"{named} gives {twice[0]!r} twice; leave one of them out.")
    return Points({path: [row[k] for row in rows] for k, path in enumerate(head)})


def _cells(content: bytes, named: str) -> list[list[str]]:
    """The lines of a table, the first one the paths; numbers with a point."""
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    if "\0" in text:
        raise DesignError(f"{named} is no table of text; its first line has the paths, the others a set each.")
    lines = [
        line for line in text.lstrip("\ufeff").splitlines() if line.strip(" ,;\t") and not line.lstrip().startswith("#")
    ]
    if not lines:
        raise DesignError(f"{named} is empty; its first line has the paths.")
    mark = next((m for m in "\t;," if m in lines[0]), "")
    try:
        found = list(csv.reader(lines, delimiter=mark or "\x1f"))
    except csv.Error as problem:
        raise DesignError(f"cannot read {named}: {problem}.") from problem
    rows = [[cell.strip() for cell in row] for row in found]
    if mark != ",":
        rows[1:] = [[_DECIMAL_COMMA.sub(r"\1.\2", cell) for cell in row] for row in rows[1:]]
    return rows
