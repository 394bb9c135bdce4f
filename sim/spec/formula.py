"""A number computed from others by a formula with units, as in equation text: `Formula("0.8*metre/velocity", ...)`.

Units are checked when it is declared, without brian2; it is evaluated in coherent units, of any number of samples.
"""

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from sim.spec import syntax
from sim.spec.kinds import named
from sim.spec.params import nearest
from sim.units import DIMENSIONLESS, TEXT_UNITS, Dimensions, describe, quantity

PLAIN = ("arctan", "cos", "cosh", "exp", "expm1", "log", "log10", "log1p", "sin", "sinh", "tan", "tanh")
"""Functions of a plain number."""
KEEPING = ("abs", "clip")
"""Functions whose result has the unit of what they are given; `clip(x, lowest, highest)`."""
FUNCTIONS = (*PLAIN, *KEEPING, "sqrt")
CONSTANTS = {"pi": math.pi}
Given = Mapping[str, Any]  # an array by name; inside a computation of JAX, traced ones


class FormulaError(ValueError):
    """A formula that cannot be; the message is one sentence that quotes it."""


@dataclass(frozen=True)
class Formula:
    """A formula of some names.

    Args:
        text: numbers, units (`metre`, `ms`, ... as in equation text), names, `+ - * / **`, and `FUNCTIONS`.
        names: dimensions of each name that it may use.
        dimensions: of its value.

    Raises:
        FormulaError: it cannot be read, uses an unknown name, or adds what has different units.
    """

    text: str
    names: Mapping[str, Dimensions]
    dimensions: Dimensions = field(init=False, compare=False)
    used: frozenset[str] = field(init=False, compare=False, repr=False)
    _tree: ast.expr = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        written = named("a formula", self.text, FormulaError)
        object.__setattr__(self, "names", MappingProxyType(dict(self.names)))
        for name in self.names:
            if name in TEXT_UNITS or name in FUNCTIONS or name in CONSTANTS:
                raise FormulaError(f"a formula cannot use {name!r} as a name: it is a unit or a function; rename it.")
        if found := syntax.wrong(written, None):
            raise self._wrong(found)
        try:
            tree = ast.parse(written.strip(), mode="eval").body
            dimensions = self._dimensions_of(tree)
        except (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError) as problem:
            if isinstance(problem, FormulaError):
                raise
            raise self._wrong("cannot be read; write for example 0.8*metre/velocity") from None
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & self.names.keys()
        for what, value in (("dimensions", dimensions), ("used", frozenset(used)), ("_tree", tree)):
            object.__setattr__(self, what, value)

    def value(self, numbers: Mapping[str, np.ndarray]) -> np.ndarray:
        """The value of every sample, coherent units.

        Args:
            numbers: of each name that the formula uses, coherent units, (sample,) or (1,).
        """
        with np.errstate(all="ignore"):  # what is not finite is for the caller to refuse
            return np.ones(1) * _value(self._tree, numbers)

    def __str__(self) -> str:
        return self.text

    def _wrong(self, said: str) -> FormulaError:
        return FormulaError(f"the formula {self.text!r} {said}.")

    def _dimensions_of(self, node: ast.expr) -> Dimensions:
        """Dimensions of a part, checked."""
        match node:
            case ast.Constant(bool()):
                raise self._wrong(f"has {ast.unparse(node)}, which is no number")
            case ast.Constant(int() | float()):
                return DIMENSIONLESS
            case ast.Name(name):
                if name in self.names:
                    return self.names[name]
                if name in CONSTANTS:
                    return DIMENSIONLESS
                if name not in TEXT_UNITS:
                    known = nearest(name, {*self.names, *CONSTANTS})
                    raise self._wrong(f"uses {name!r}, which is neither a name here nor a unit: {known}".rstrip(".?"))
                return quantity(f"1 {name}").dimensions
            case ast.UnaryOp(ast.USub() | ast.UAdd(), inner):
                return self._dimensions_of(inner)
            case ast.BinOp(left, ast.Add() | ast.Sub(), right):
                return self._same(left, right)
            case ast.BinOp(left, ast.Mult(), right):
                return _sum(self._dimensions_of(left), self._dimensions_of(right))
            case ast.BinOp(left, ast.Div(), right):
                return _sum(self._dimensions_of(left), self._dimensions_of(right), -1)
            case ast.BinOp(base, ast.Pow(), power):
                return self._raised(base, power)
            case ast.Call(ast.Name(function), [first, *rest], []) if function in FUNCTIONS:
                if len(rest) != (2 if function == "clip" else 0):
                    raise self._wrong(f"gives {function!r} {1 + len(rest)} numbers")
                if function in KEEPING:
                    return self._same(first, *rest)
                found = self._dimensions_of(first)
                if function == "sqrt":
                    return tuple(d / 2 for d in found)
                if found != DIMENSIONLESS:
                    raise self._wrong(f"takes {function!r} of {ast.unparse(first)!r}, which is in {describe(found)}")
                return DIMENSIONLESS
            case ast.Call(ast.Name(function)):
                known = nearest(function, FUNCTIONS).rstrip(".?")
                raise self._wrong(f"calls {function!r}, which is no function of formulas: {known}")
        raise self._wrong(f"has {ast.unparse(node)!r}, which no formula has")

    def _same(self, *nodes: ast.expr) -> Dimensions:
        """Dimensions of things that must have the same."""
        first, *rest = (self._dimensions_of(node) for node in nodes)
        for node, found in zip(nodes[1:], rest, strict=True):
            if found != first:
                raise self._wrong(
                    f"joins {ast.unparse(nodes[0])!r}, which is in {describe(first)}, with {ast.unparse(node)!r}, "
                    f"which is in {describe(found)}"
                )
        return first

    def _raised(self, base: ast.expr, power: ast.expr) -> Dimensions:
        found = self._dimensions_of(base)
        if self._dimensions_of(power) != DIMENSIONLESS:
            raise self._wrong(f"raises something to the power {ast.unparse(power)!r}, which has a unit")
        if found == DIMENSIONLESS:
            return DIMENSIONLESS
        if any(isinstance(node, ast.Name) for node in ast.walk(power)):
            raise self._wrong(f"raises {ast.unparse(base)!r}, which has a unit, to a power that is no plain number")
        exponent = float(_value(power, {}))
        return tuple(d * exponent for d in found)


def _sum(a: Dimensions, b: Dimensions, sign: int = 1) -> Dimensions:
    return tuple(x + sign * y for x, y in zip(a, b, strict=True))


OPERATIONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: np.float64(a) / b if isinstance(a, (int, float)) else a / b,  # 1/0 is infinite
    ast.Pow: lambda a, b: a**b,
}


def _value(node: ast.expr, given: Given) -> Any:
    match node:
        case ast.Constant(number):
            return float(number)  # type: ignore[arg-type]
        case ast.Name(name):
            return given[name] if name in given else CONSTANTS.get(name) or quantity(f"1 {name}").number
        case ast.UnaryOp(operation, inner):
            return -_value(inner, given) if isinstance(operation, ast.USub) else _value(inner, given)
        case ast.BinOp(left, operation, right):
            return OPERATIONS[type(operation)](_value(left, given), _value(right, given))
        case ast.Call(ast.Name(function), arguments):
            first, *rest = (_value(argument, given) for argument in arguments)
            space = getattr(first, "__array_namespace__", lambda: np)()  # JAX's own where it traces
            return getattr(space, function)(first, *rest)
    raise AssertionError(ast.unparse(node))
