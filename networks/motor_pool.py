"""A motoneuron pool from a table: the same kind of cell, its parameters graded from low to high threshold."""

from collections.abc import Mapping
from typing import Any

from networks.cells import booth_rinzel_kiehn, powers_heckman
from networks.replaced import sourced
from sim.spec.kinds import table as rows_of
from sim.spec.model import Model
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Graded, Param, nearest
from sim.units import shown

CELLS: dict[str, Model] = {
    "powers_heckman": powers_heckman.REFERENCE,
    "powers_heckman_segmental": powers_heckman.SEGMENTAL,
    "powers_heckman_ankle": powers_heckman.ANKLE,
    "booth_rinzel_kiehn": booth_rinzel_kiehn.MOTONEURON,
}
"""The kinds of motoneuron that a pool may be made of."""

ROWS: dict[str, tuple[str, ...]] = dict.fromkeys(
    (c for c in CELLS if c.startswith("powers_heckman")), powers_heckman.GRADED
)
"""The rows that the table of such a pool must have."""


def build(
    *, name: str, cell: str, size: int, table: Mapping[str, Any], source: str, set: Mapping[str, Any] | None = None
) -> Network:
    """One pool of motoneurons.

    Args:
        name: of the population.
        cell: one of `CELLS`.
        size: number of motoneurons.
        table: for each graded parameter `{low: ..., high: ..., skew: ...}` (see `sim.spec.params.Graded`), or one
            quantity for all cells.
        source: where the table comes from; a row may name its own.
        set: single values that replace rows of the table, for example `{monoamine: 0.9}`.

    Raises:
        NetworkError: an unknown cell, a row that is neither graded nor a quantity, or one that is missing.
        UnitError: a value in the wrong unit.
    """
    if not isinstance(cell, str) or cell not in CELLS:
        raise NetworkError(f"there is no cell {cell!r}: {nearest(cell, CELLS)}")
    if not isinstance(set or {}, Mapping):
        raise NetworkError(f"network.set is name: value, but it is {shown(set)}; write network.set={{monoamine: 0.9}}.")
    rows = {key: _row(key, row, source) for key, row in rows_of("network.table", table, NetworkError).items()}
    changed = {key: sourced(value) for key, value in (set or {}).items()}
    rows |= changed
    if lacking := [row for row in ROWS.get(cell, ()) if row not in rows]:
        raise NetworkError(f"the table of the pool {name!r} lacks {', '.join(lacking)}; give every row of {cell!r}.")
    words = f"pool of {size} motoneuron{'s' * (size != 1)} {name} ({cell})"
    said = {row: value.value if isinstance(value, Param) else value for row, value in changed.items()}
    words += "; synaptic noise off" * (said.pop("noise", None) == 0)
    words += "".join(f"; {row} {value}" for row, value in said.items())
    return Network((Population(name, CELLS[cell], size, rows),), words=words)


def _row(name: str, row: Any, source: str) -> Param | Graded:
    if not isinstance(row, Mapping):
        return sourced(row, source)
    if unknown := row.keys() - {"low", "high", "skew", "source"}:
        raise NetworkError(
            f"the row {name!r} of the pool has {sorted(unknown)[0]!r}; a row is low, high, skew (and source)."
        )
    if not {"low", "high"} <= row.keys():
        raise NetworkError(f"the row {name!r} of the pool needs `low` and `high`, but has only {sorted(row)}.")
    return Graded(row["low"], row["high"], row.get("skew", 0.0), row.get("source", source))
