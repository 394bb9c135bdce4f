"""What a network says of itself: the tables that a paper prints."""

from collections.abc import Mapping

from sim.spec.describe import numbers
from sim.spec.describe.tables import Description, Table
from sim.spec.formula import Formula
from sim.spec.params import Graded, Param
from sim.spec.population import Population
from sim.spec.projection import Projection, Signal
from sim.spec.shared import Shared
from sim.spec.state import State


def describe(
    populations: tuple[Population, ...],
    projections: tuple[Projection, ...],
    signals: tuple[Signal, ...],
    shared: tuple[Shared, ...],
    states: tuple[State, ...],
    fed: Mapping[str, Formula],
) -> Description:
    """Tables of a network; those without a row are left out.

    Args:
        fed: formula of what is computed from shared numbers, by path.
    """
    tables = [
        _populations(populations),
        Table(
            "Projections",
            ("projection", "from", "to", "wiring", "weight", "delay"),
            tuple(
                (p.name, p.source, p.target, str(p.wiring), _brought(p), _short(p.table()["delay"]))
                for p in projections
            ),
        ),
        Table("Signals", ("signal", "is the", "of"), tuple((s.name, s.how, s.of) for s in signals)),
        Table(
            "States",
            ("state", "changes", "source"),
            tuple(
                (
                    s.name,
                    ", ".join(f"{path.removeprefix('network.')} {made}" for path, made in s.changes.items()),
                    s.source,
                )
                for s in states
            ),
            "applied in this order" if len(states) > 1 else "",
        ),
        Table("Shared numbers", ("number", *numbers.COLUMNS), tuple((s.name, *numbers.row(s.param)) for s in shared)),
        Table(
            "Computed from them",
            ("number", "formula"),
            tuple((path.removeprefix("network."), str(f)) for path, f in fed.items()),
        ),
        *(
            Table(
                f"{p.name}: {p.size} cell{'s' * (p.size != 1)} of {p.model.name}",
                ("parameter", *numbers.COLUMNS),
                tuple(
                    (key, *numbers.row(param, p.model.params[key].bounds)) for key, param in sorted(p.table().items())
                ),
            )
            for p in populations
        ),
        Table(
            "Weights and delays",
            ("projection", "number", *numbers.COLUMNS),
            tuple((p.name, what, *numbers.row(param)) for p in projections for what, param in p.table().items()),
        ),
    ]
    return Description(tuple(table for table in tables if table.rows))


def _populations(populations: tuple[Population, ...]) -> Table:
    """Who there is; where the numbers come from, if any of them says so."""
    columns, said = ("population", "cells", "cell"), any(p.origin for p in populations)
    rows = ((p.name, str(p.size), p.model.name, *([p.origin] if said else [])) for p in populations)
    return Table("Populations", (*columns, *(["number of cells"] if said else [])), tuple(rows))


def _brought(projection: Projection) -> str:
    """The weight, and the gain by which it is multiplied."""
    weight = _short(projection.table()["weight"])
    return weight if projection.gain is None else f"{projection.gain} × {weight}"


def _short(param: Param | Graded) -> str:
    if isinstance(param, Param):
        return numbers.said(param.value)
    return f"{numbers.said(param.low)} to {numbers.said(param.high)}"
