"""A traced function of numbers and lanes, element by element, as C++ statements.

JAX traces the function; what it did, operation by operation, becomes a list of statements, and text last of all. A
variable is one number, the same for all lanes, or a vector of lanes; the vector types and the named functions are those
of lanes.h.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from jax.extend.core import ClosedJaxpr, JaxprEqn, Literal

from sim.engine.kernels.jaxpr import walk

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
NAMED = {name: name for name in ("sum_of_bytes", "lost_in_sum")} | {"exp": "exponential"}
"""Functions that the engine compiles under a name of their own -> what lanes.h calls them."""


class Operand(NamedTuple):
    """What a statement reads or sets.

    Args:
        name: of a variable.
        type: in C++.
        vector: whether it is a vector of lanes; else one number.
        value: of a constant, which has no name.
    """

    name: str
    type: str
    vector: bool
    value: Any = None

    @property
    def text(self) -> str:
        """As an expression; of a variable its name."""
        return self.name if self.value is None else _literal(self.value, self.type, self.vector)

    @property
    def copies(self) -> bool:
        """Whether a loop that holds several vectors at once has one of these for each."""
        return self.vector and self.value is None

    def at(self, copy: int) -> str:
        """Its text for the vector of that number."""
        return f"{self.name}_{copy}" if self.copies else self.text


class Statement(NamedTuple):
    """`const type result = template;`, the operands in the places of the template."""

    result: Operand
    template: str
    operands: tuple[Operand, ...]

    def text(self, copy: int) -> str:
        """C++, for the vector of that number."""
        said = self.template.format(*(x.at(copy) for x in self.operands))
        return f"const {self.result.type} {self.result.at(copy)} = {said};"


class Printed(NamedTuple):
    """Statements in an order in which each comes shortly before it is needed, and the results."""

    statements: list[Statement]
    results: list[Operand]


def printed(traced: ClosedJaxpr, arguments: Sequence[str]) -> Printed:
    """A traced function as statements.

    Args:
        traced: of numbers, (), and lanes, (lane,).
        arguments: names of its arguments.

    Raises:
        NotImplementedError: it does something for which there is no C++ here; names the operation.
    """
    given = [variable(name, x.aval) for name, x in zip(arguments, traced.jaxpr.invars, strict=True)]
    printer = _Printer()
    results = walk(traced, given, constant=_constant, perform=printer.perform, whole=NAMED)
    return Printed(_as_needed(list(printer.found.values()), results), results)


def variable(name: str, aval: Any) -> Operand:
    """A variable for a number or for lanes."""
    return Operand(name, (_VECTORS if aval.shape else _SCALARS)[str(aval.dtype)], bool(aval.shape))


class _Printer:
    """Collects statements; the same operation on the same operands is written once."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str, tuple[str, ...]], Statement] = {}

    def perform(self, name: str, equation: JaxprEqn, read: list[Operand]) -> list[Operand]:
        """Write one operation, unless it stands there already; returns its result."""
        aval = equation.outvars[0].aval
        if name == "convert_element_type" and isinstance(equation.invars[0], Literal):
            return [_constant(read[0].value, aval)]
        result = variable(f"x{len(self.found)}", aval)
        template, operands = _operation(name, equation, result, read)
        key = result.type, template, tuple(x.text for x in operands)
        return [self.found.setdefault(key, Statement(result, template, operands)).result]


def _operation(name: str, equation: JaxprEqn, result: Operand, read: list[Operand]) -> tuple[str, tuple[Operand, ...]]:
    """A template and what fills it."""
    kind, params = result.type, equation.params

    def wide(*operands: Operand) -> list[str]:
        """A place for each; a function takes arguments of one type."""
        return [f"all<{kind}>({{}})" if result.vector and not x.vector else "{}" for x in operands]

    def call(function: str, *operands: Operand) -> tuple[str, tuple[Operand, ...]]:
        return f"{function}({', '.join(wide(*operands))})", operands

    if "jaxpr" in params:
        return call(NAMED[name], *read)
    if name in _OPERATORS:
        return _OPERATORS[name], tuple(read)
    if name == "not":
        return f"{'~' if result.vector or kind != 'bool' else '!'}{{}}", (read[0],)
    if name in _AS_IT_IS:
        return "{}", (read[0],)
    if name == "broadcast_in_dim":
        return wide(read[0])[0], (read[0],)
    if name == "convert_element_type":
        from_mask = read[0].type in ("bool", "Mask") and kind not in ("bool", "Mask")
        return f"{'truth' if from_mask else 'converted'}<{kind}>({{}})", (read[0],)
    if name == "bitcast_convert_type":
        return f"bits<{kind}>({{}})", (read[0],)
    if name == "integer_pow":
        return f"whole_power<{params['y']}>({{}})", (read[0],)
    if name == "square":
        return "{} * {}", (read[0], read[0])
    if name == "round":
        return f"round_{'even' if int(params['rounding_method']) else 'away'}({{}})", (read[0],)
    if name == "select_n" and len(read) == 3:
        chosen, no, yes = read
        return f"chosen({{}}, {', '.join(wide(yes, no))})", (chosen, yes, no)
    if name == "clamp":
        low, x, high = read
        return "smaller({}, larger({}, {}))".format(*wide(high, low, x)), (high, low, x)
    if name == "min" and (least := [x for x in read if not _infinite(x)]) and len(least) == 1:
        return "{}", (least[0],)
    if name in _FUNCTIONS:
        if name in ("max", "min") and not read[1].copies:
            read = read[::-1]  # the number first: what is not a number in the lanes then stays so
        return call(_FUNCTIONS[name], *read)
    raise NotImplementedError(f"the operation {name!r} has no C++ text.")


def _infinite(x: Operand) -> bool:
    return x.value is not None and not x.vector and x.value == np.inf


def _constant(value: Any, aval: Any) -> Operand:
    """A number, the same in all lanes.

    Raises:
        NotImplementedError: it is an array of different numbers.
    """
    values = np.unique(np.asarray(value))
    if values.size != 1:
        raise NotImplementedError(f"a table of {values.size} numbers has no C++ text.")
    return variable("", aval)._replace(value=values[0])


def _literal(x: Any, kind: str, vector: bool) -> str:
    """A constant as C++ text."""
    scalar = next(_SCALARS[name] for name, own in _VECTORS.items() if own == kind) if vector else kind
    if scalar == "float":
        x = np.float32(x)
        text = f"{float(x)!r}f" if np.isfinite(x) else f"{'-' if x < 0 else ''}__builtin_inff()"
        text = '__builtin_nanf("")' if np.isnan(x) else text
    elif scalar == "bool":
        text = "true" if x else "false"
    else:
        text = f"{scalar}({int(x)})"
    text = f"({text})" if text.startswith("-") else text
    return f"all<{kind}>({text})" if vector else text


def _as_needed(found: list[Statement], results: list[Operand]) -> list[Statement]:
    """What the results need, each statement after those that it reads and no earlier than it must be."""
    by_name: dict[str, Statement] = {s.result.name: s for s in found}
    order: dict[str, Statement] = {}
    waiting = [x.name for x in reversed(results)]
    while waiting:
        name = waiting[-1]
        if name in order or name not in by_name:
            waiting.pop()
        elif missing := [x.name for x in by_name[name].operands if x.name in by_name and x.name not in order]:
            waiting += reversed(missing)
        else:
            order[name] = by_name[waiting.pop()]
    return list(order.values())
