"""What JAX traced, walked operation by operation: the one place that knows how a jaxpr is built."""

from collections.abc import Callable, Container, Sequence
from typing import Any

from jax.extend.core import ClosedJaxpr, JaxprEqn, Literal

Perform = Callable[[str, JaxprEqn, list[Any]], list[Any]]
"""What is done in place of an operation: (name, equation, what it reads) -> what it leaves."""


def walk(
    traced: ClosedJaxpr,
    arguments: Sequence[Any],
    *,
    constant: Callable[[Any, Any], Any],
    perform: Perform,
    whole: Container[str],
) -> list[Any]:
    """The results of a traced function of whatever things stand for its arrays.

    Args:
        arguments: what stands for its arguments.
        constant: what stands for a number in it: (value, its type and shape) -> thing.
        perform: what each operation does to these things.
        whole: names of compiled functions that count as one operation; others are walked through.
    """
    jaxpr = traced.jaxpr
    values: dict[Any, Any] = dict(zip(jaxpr.invars, arguments, strict=True))
    values |= {x: constant(value, x.aval) for x, value in zip(jaxpr.constvars, traced.consts, strict=True)}

    def value(x: Any) -> Any:
        return constant(x.val, x.aval) if isinstance(x, Literal) else values[x]

    for equation in jaxpr.eqns:
        read, inner = [value(x) for x in equation.invars], equation.params.get("jaxpr")
        name = equation.primitive.name if inner is None else equation.params.get("name", "")
        if inner is None or name in whole:
            found = perform(name, equation, read)
        else:
            inner = inner if isinstance(inner, ClosedJaxpr) else ClosedJaxpr(inner, ())
            found = walk(inner, read, constant=constant, perform=perform, whole=whole)
        values |= dict(zip(equation.outvars, found, strict=True))
    return [value(x) for x in jaxpr.outvars]
