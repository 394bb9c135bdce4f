"""A traced function of numbers and lanes, element by element, as C++ statements.

JAX traces the function; what it did, operation by operation, is printed. A variable is one number, the same for all
lanes, or a vector of lanes; the vector types and the named functions are those of lanes.h.
"""

import re
from typing import Any, NamedTuple

import numpy as np
from jax.extend.core import ClosedJaxpr, Jaxpr, Literal

COPY = "@"
"""Ends the name of a vector: a loop that holds several vectors at once writes each statement once for each of them."""

_SCALARS = {"float32": "float", "int32": "int32_t", "uint32": "uint32_t", "bool": "bool"}
_VECTORS = {"float32": "Floats", "int32": "Ints", "uint32": "Words", "bool": "Mask"}
_OPERATORS = {
    "add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "div": "{} / {}", "neg": "-{}",
    "and": "{} & {}", "or": "{} | {}", "xor": "{} ^ {}", "shift_right_logical": "{} >> {}", "shift_left": "{} << {}",
    "gt": "{} > {}", "lt": "{} < {}", "ge": "{} >= {}", "le": "{} <= {}", "eq": "{} == {}", "ne": "{} != {}",
}  # fmt: skip
_PLAIN = ("exp", "expm1", "log", "log1p", "sin", "cos", "tan", "sinh", "cosh", "tanh", "floor", "ceil")
_FUNCTIONS = {name: f"{name}_" for name in _PLAIN} | {
    "max": "larger", "min": "smaller", "abs": "magnitude", "sign": "sign", "sqrt": "root", "pow": "power",
    "atan2": "arctan2",
}  # fmt: skip
_AS_IT_IS = ("copy", "stop_gradient", "reshard")
_INFINITY = "__builtin_inff()"
NAMED = {"exp": "exponential", "sum_of_bytes": "sum_of_bytes"}
"""Functions that the engine compiles under a name of their own -> what lanes.h calls them."""


class Statement(NamedTuple):
    """`const type name = text;`, where the text reads the variables in `reads`."""

    type: str
    name: str
    text: str
    reads: tuple[str, ...]

    @property
    def is_vector(self) -> bool:
        return self.name.endswith(COPY)


class Printed(NamedTuple):
    """Statements in an order in which each comes shortly before it is needed, and the names of the results."""

    statements: list[Statement]
    results: list[str]


def printed(traced: ClosedJaxpr, arguments: list[str]) -> Printed:
    """A traced function as statements.

    Args:
        traced: of numbers, (), and lanes, (lane,).
        arguments: names of its arguments; those of vectors end in `COPY`.

    Raises:
        NotImplementedError: it does something for which there is no C++ here; names the operation.
    """
    printer = _Printer()
    results = printer.function(traced, arguments)
    return Printed(_as_needed(printer.found, results), results)


def c_type(aval: Any) -> str:
    """The C++ type of a number or of lanes."""
    return (_VECTORS if aval.shape else _SCALARS)[str(aval.dtype)]


class _Printer:
    """Collects statements; the same operation on the same variables is written once."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Statement] = {}

    def function(self, traced: ClosedJaxpr, arguments: list[str]) -> list[str]:
        """Write the operations of a function; returns the names of its results."""
        jaxpr: Jaxpr = traced.jaxpr
        names: dict[Any, str] = dict(zip(jaxpr.invars, arguments, strict=True))
        names |= {x: number(value, x.aval) for x, value in zip(jaxpr.constvars, traced.consts, strict=True)}

        def name(x: Any) -> str:
            return number(x.val, x.aval) if isinstance(x, Literal) else names[x]

        for equation in jaxpr.eqns:
            read, inner = [name(x) for x in equation.invars], equation.params.get("jaxpr")
            own = NAMED.get(equation.params.get("name", "")) if inner is not None else None
            if inner is not None and own is None:
                written = self.function(inner if hasattr(inner, "consts") else ClosedJaxpr(inner, ()), read)
            else:
                written = [self.statement(own, equation, read)]
            names |= dict(zip(equation.outvars, written, strict=True))
        return [name(x) for x in jaxpr.outvars]

    def statement(self, own: str | None, equation: Any, read: list[str]) -> str:
        """Write one operation, unless it stands there already; returns the name of its result."""
        result = equation.outvars[0].aval
        kind, vector = c_type(result), bool(result.shape)
        shapes = [x.aval.shape for x in equation.invars]
        if equation.primitive.name == "convert_element_type" and isinstance(equation.invars[0], Literal):
            return number(equation.invars[0].val, result)
        if own:
            text = f"{own}({_wide(read[0], kind, vector, shapes[0])})"
        else:
            text = _operation(equation, kind, vector, read, shapes)
        if (kind, text) not in self.found:
            variable = f"x{len(self.found)}{COPY if vector else ''}"
            reads = tuple(re.findall(rf"\b[ax]\d+{COPY}?", text))
            self.found[kind, text] = Statement(kind, variable, text, reads)
        return self.found[kind, text].name


def _operation(equation: Any, kind: str, vector: bool, read: list[str], shapes: list[tuple[int, ...]]) -> str:
    name, params = equation.primitive.name, equation.params
    if name in _OPERATORS:
        return _OPERATORS[name].format(*read)
    if name == "not":
        return f"{'~' if vector or kind != 'bool' else '!'}{read[0]}"
    if name in _AS_IT_IS:
        return read[0]
    if name == "broadcast_in_dim":
        return read[0] if shapes[0] else f"all<{kind}>({read[0]})"
    if name == "convert_element_type":
        from_mask = str(equation.invars[0].aval.dtype) == "bool" and kind not in ("bool", "Mask")
        return f"{'truth' if from_mask else 'converted'}<{kind}>({read[0]})"
    if name == "bitcast_convert_type":
        return f"bits<{kind}>({read[0]})"
    if name == "integer_pow":
        return f"whole_power<{params['y']}>({read[0]})"
    if name == "square":
        return f"{read[0]} * {read[0]}"
    if name == "round":
        return f"round_{'even' if int(params['rounding_method']) else 'away'}({read[0]})"
    if name == "select_n" and len(read) == 3:
        no, yes = (_wide(x, kind, vector, shape) for x, shape in zip(read[1:], shapes[1:], strict=True))
        return f"chosen({read[0]}, {yes}, {no})"
    if name == "clamp":
        low, x, high = (_wide(x, kind, vector, shape) for x, shape in zip(read, shapes, strict=True))
        return f"smaller({high}, larger({low}, {x}))"
    if name == "min" and _INFINITY in read:
        return read[read[0] == _INFINITY]
    if name in _FUNCTIONS:
        wide = [_wide(x, kind, vector, shape) for x, shape in zip(read, shapes, strict=True)]
        if name in ("max", "min") and not read[1].endswith(COPY):
            wide.reverse()  # the number first: what is not a number in the lanes then stays so
        return f"{_FUNCTIONS[name]}({', '.join(wide)})"
    raise NotImplementedError(f"the operation {name!r} has no C++ text.")


def _wide(x: str, kind: str, vector: bool, shape: tuple[int, ...]) -> str:
    """A function takes arguments of one type."""
    return f"all<{kind}>({x})" if vector and not shape else x


def number(value: Any, aval: Any) -> str:
    """A constant as C++ text.

    Raises:
        NotImplementedError: it is an array of different numbers.
    """
    values = np.unique(np.asarray(value))
    if values.size != 1:
        raise NotImplementedError(f"a table of {values.size} numbers has no C++ text.")
    x, kind = values[0], str(aval.dtype)
    if kind == "float32":
        x = np.float32(x)
        text = f"{float(x)!r}f" if np.isfinite(x) else f"{'-' if x < 0 else ''}{_INFINITY}"
        text = '__builtin_nanf("")' if np.isnan(x) else text
    elif kind == "bool":
        text = "true" if x else "false"
    else:
        text = f"{_SCALARS[kind]}({int(x)})"
    text = f"({text})" if text.startswith("-") else text
    return f"all<{c_type(aval)}>({text})" if aval.shape else text


def _as_needed(found: dict[tuple[str, str], Statement], results: list[str]) -> list[Statement]:
    """What the results need, each statement after those that it reads and no earlier than it must be."""
    by_name, order = {s.name: s for s in found.values()}, {}
    waiting = list(reversed(results))
    while waiting:
        name = waiting[-1]
        if name in order or name not in by_name:
            waiting.pop()
        elif missing := [x for x in by_name[name].reads if x in by_name and x not in order]:
            waiting += reversed(missing)
        else:
            order[name] = by_name[waiting.pop()]
    return list(order.values())
