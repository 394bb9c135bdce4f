"""What a model says of itself: equations, rules and parameters."""

from collections.abc import Mapping

from sim.spec.describe import numbers
from sim.spec.describe.tables import Description, Table
from sim.spec.params import Param, Value
from sim.spec.parse import Parsed
from sim.units import coherent_unit


def describe(
    name: str, parsed: Parsed, params: Mapping[str, Param], initial: Mapping[str, Value], rules: Mapping[str, str]
) -> Description:
    """Tables of a model.

    Args:
        rules: threshold, refractory period and reset, by name.
    """
    heads = {"state": "d{}/dt = ", "subexpression": "{} = ", "port": "{}"}
    equations = tuple(
        (
            f"{heads[e.kind].format(e.name)}{e.expression}",
            coherent_unit(e.dimensions),
            e.kind,
            numbers.said(initial[e.name]) if e.name in initial else "",
            ", ".join(e.flags),
        )
        for e in parsed.equations
    )
    return Description(
        (
            Table(name, ("equation", "unit", "kind", "starts at", "mark"), equations),
            Table("Spikes", ("rule", "condition"), tuple((rule, text) for rule, text in rules.items() if text)),
            Table(
                "Parameters",
                ("parameter", *numbers.COLUMNS),
                tuple((key, *numbers.row(param)) for key, param in sorted(params.items())),
            ),
        )
    )
