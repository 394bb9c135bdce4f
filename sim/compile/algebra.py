"""Expressions as Python syntax trees: linear splitting, and lifting out what stays constant over a run.

The tree keeps the form in which the author wrote an expression; nothing is expanded, so it keeps its float32 accuracy.
"""

import ast
import math
from collections.abc import Collection, Mapping

from sim.units import COHERENT, TEXT_UNITS, UNITS

Node = ast.expr
_NEVER_0 = ("exp", "cosh", "exprel")
"""Functions that are 0 nowhere."""

Terms = list[tuple[int, Node]]
"""A sum, term by term, each with its sign."""

_UNITS = {
    name: 10.0 ** (UNITS[name].exponent + sum(d * c for d, c in zip(UNITS[name].dimensions, COHERENT, strict=True)))
    for name in TEXT_UNITS
}
_SAME_IN_MATH = (
    "ceil", "cos", "cosh", "exp", "expm1", "floor", "log", "log10", "log1p", "sin", "sinh", "sqrt", "tan", "tanh",
)  # fmt: skip
_MATH = {"pi": math.pi, "e": math.e, "inf": math.inf, "exprel": lambda x: math.expm1(x) / x if x else 1.0, "abs": abs}
_MATH |= {name: getattr(math, name) for name in _SAME_IN_MATH}
_MATH |= {"int": math.trunc, "arctan": math.atan, "sign": lambda x: math.copysign(1.0, x) if x else 0.0}
_MATH |= {"clip": lambda x, low, high: min(max(x, low), high)}


UNIT_NAMES = frozenset(_UNITS)


def tree(expression: str, *, units: bool = False) -> Node:
    """The syntax tree of an expression, units replaced by their numbers and numbers folded; or as it is."""
    if units:
        return ast.parse(expression, mode="eval").body
    return fold(ast.parse(expression, mode="eval").body)


def text(node: Node) -> str:
    return ast.unparse(node)


def number(value: float) -> Node:
    if math.isinf(value):
        return ast.Name("inf") if value > 0 else ast.UnaryOp(ast.USub(), ast.Name("inf"))
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def names(node: Node) -> set[str]:
    """The variables in an expression, without the functions that it calls."""
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in called}


def value(node: Node) -> float | None:
    """The number that an expression of numbers only stands for, else None."""
    if names(node) - {"pi", "e", "inf"}:
        return None
    try:
        return float(eval(ast.unparse(node), {"__builtins__": {}}, _MATH))
    except (ArithmeticError, ValueError, TypeError, NameError):
        return None


def fold(node: Node) -> Node:
    """Units become numbers, and every sub-expression of numbers only becomes one number."""

    class Fold(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> Node:
            return ast.Constant(_UNITS[node.id]) if node.id in _UNITS else node

        def visit_BoolOp(self, node: ast.BoolOp) -> Node:
            function = ast.Name("logical_and" if isinstance(node.op, ast.And) else "logical_or")
            result = self.visit(node.values[0])
            for item in node.values[1:]:
                result = ast.Call(function, [result, self.visit(item)], [])
            return result

        def generic_visit(self, node: ast.AST) -> ast.AST:
            if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
                return ast.Call(ast.Name("logical_not"), [self.visit(node.operand)], [])
            node = super().generic_visit(node)
            if isinstance(node, (ast.BinOp, ast.UnaryOp, ast.Call)):
                found = value(node)
                if found is not None and not math.isnan(found):
                    return number(found)
            if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
                if value(node.right) == 1:
                    return node.left
                if isinstance(node.op, ast.Mult) and value(node.left) == 1:
                    return node.right
            return node

    return ast.fix_missing_locations(Fold().visit(node))


def multiply(a: Node | None, b: Node) -> Node:
    if a is None or value(a) == 1:
        return b
    return a if value(b) == 1 else ast.BinOp(a, ast.Mult(), b)


def divide(a: Node, b: Node) -> Node:
    return a if value(b) == 1 else ast.BinOp(a, ast.Div(), b)


def total(terms: Terms) -> Node:
    """A sum as one expression."""
    if not terms:
        return ast.Constant(0.0)
    ordered = sorted(terms, key=lambda term: -term[0])  # a positive term first, so that no minus sign leads
    sign, result = ordered[0]
    result = result if sign > 0 else ast.UnaryOp(ast.USub(), result)
    for sign, node in ordered[1:]:
        result = ast.BinOp(result, ast.Add() if sign > 0 else ast.Sub(), node)
    return result


def negated(terms: Terms) -> Terms:
    return [(-sign, node) for sign, node in terms]


def depends(node: Node, x: str, definitions: Mapping[str, Node]) -> bool:
    """Whether x occurs in the expression, also through subexpressions."""
    return any(n == x or (n in definitions and depends(definitions[n], x, definitions)) for n in names(node))


def may_vanish(node: Node, definitions: Mapping[str, Node], steady: Collection[str]) -> bool:
    """Whether an expression that is no less than 0 may be 0 during a run, as far as its form says: a state, an input or
    a condition may, a parameter, an exponential and a sum with one of them may not. Terms of a sum are taken to be no
    less than 0, too."""

    def may(node: Node) -> bool:
        match node:
            case ast.Constant():
                return node.value == 0
            case ast.Name(name):
                return name not in steady and (name not in definitions or may(definitions[name]))
            case ast.BinOp(left, ast.Mult(), right):
                return may(left) or may(right)
            case ast.BinOp(left, ast.Div() | ast.Pow(), _):
                return may(left)
            case ast.BinOp(left, ast.Add(), right):
                return may(left) and may(right)
            case ast.UnaryOp(_, operand):
                return may(operand)
            case ast.Call(ast.Name(name), arguments):
                lowest = value(arguments[1]) if name == "clip" else None
                return name not in _NEVER_0 and not (lowest is not None and lowest > 0)
        return True

    return may(node)


def split(node: Node, x: str, definitions: Mapping[str, Node]) -> tuple[Terms, Terms]:
    """a and b with `node = a + b*x`.

    Where x occurs in another way (inside a function, say), that part is held: it counts as a coefficient, to be taken
    at the current x. So `g*m_inf(v)*(v - E)` gives a = -g*m_inf(v)*E and b = g*m_inf(v).
    """
    if not depends(node, x, definitions):
        return [(1, node)], []
    match node:
        case ast.Name(name) if name == x:
            return [], [(1, ast.Constant(1.0))]
        case ast.Name(name):
            a, b = split(definitions[name], x, definitions)
            return (a, b) if b else ([(1, node)], [])
        case ast.UnaryOp(ast.USub(), operand):
            a, b = split(operand, x, definitions)
            return negated(a), negated(b)
        case ast.BinOp(left, (ast.Add() | ast.Sub()) as op, right):
            (a, b), (c, d) = split(left, x, definitions), split(right, x, definitions)
            if isinstance(op, ast.Sub):
                c, d = negated(c), negated(d)
            return a + c, b + d
        case ast.BinOp(left, ast.Mult(), right):
            (_, b), (_, d) = split(left, x, definitions), split(right, x, definitions)
            if b and d:  # x times x: held whole, because a coefficient such as v - E passes through zero
                return [(1, node)], []
            factor, rest = (right, left) if b and not d else (left, right)
            a, b = split(rest, x, definitions)
            return [(s, multiply(factor, n)) for s, n in a], [(s, multiply(factor, n)) for s, n in b]
        case ast.BinOp(left, ast.Div(), right):
            a, b = split(left, x, definitions)
            return [(s, divide(n, right)) for s, n in a], [(s, divide(n, right)) for s, n in b]
    return [(1, node)], []


def peel(node: Node, x: str, definitions: Mapping[str, Node]) -> tuple[Node, Node | None, Node | None]:
    """core, times and per with `node = core * times / per`, the factors free of x."""
    match node:
        case ast.BinOp(left, ast.Div(), right) if not depends(right, x, definitions):
            core, times, per = peel(left, x, definitions)
            return core, times, right if per is None else multiply(per, right)
        case ast.BinOp(left, ast.Mult(), right) if not depends(right, x, definitions):
            core, times, per = peel(left, x, definitions)
            return core, multiply(times, right), per
        case ast.BinOp(left, ast.Mult(), right) if not depends(left, x, definitions):
            core, times, per = peel(right, x, definitions)
            return core, multiply(times, left), per
    return node, None, None


class Lift:
    """Lifts constant sub-expressions out of a right-hand side, so that they are computed once per run in float64.

    Args:
        constant: names that stay constant over a run.
    """

    def __init__(self, constant: set[str]) -> None:
        self.constant = constant
        self.lifted: dict[str, str] = {}

    def is_constant(self, node: Node) -> bool:
        return names(node) <= self.constant

    def name(self, node: Node) -> Node:
        """A constant expression under a name of its own."""
        node = fold(node)
        if isinstance(node, ast.Name) or value(node) is not None:
            return node
        return ast.Name(self.lifted.setdefault(text(node), f"_k{len(self.lifted)}"))

    def __call__(self, node: Node) -> Node:
        """The expression with its constant parts named; products and quotients are gathered first."""
        if self.is_constant(node):
            return self.name(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Mult, ast.Div)):
            above, below = self._factors(node)
            steady_above = [n for n in above if self.is_constant(n)]
            steady_below = [n for n in below if self.is_constant(n)]
            steady = None
            for factor in steady_above:
                steady = multiply(steady, factor)
            if steady_below:
                divisor = steady_below[0]
                for factor in steady_below[1:]:
                    divisor = multiply(divisor, factor)
                steady = divide(steady or ast.Constant(1.0), divisor)
            result = self.name(steady) if steady is not None else None
            for factor in above:
                if not self.is_constant(factor):
                    result = multiply(result, self(factor))
            result = result or ast.Constant(1.0)
            moving = [self(factor) for factor in below if not self.is_constant(factor)]
            if moving:
                divisor = moving[0]
                for factor in moving[1:]:
                    divisor = multiply(divisor, factor)
                result = divide(result, divisor)
            return result

        class Inside(ast.NodeTransformer):
            def __init__(self, lift: Lift) -> None:
                self.lift = lift

            def visit(self, node: ast.AST) -> ast.AST:
                return self.lift(node) if isinstance(node, ast.expr) and not isinstance(node, ast.Name) else node

        match node:
            case ast.Call(func, arguments):
                return ast.Call(func, [self(a) for a in arguments], [])
            case ast.Name():
                return node
            case ast.BinOp(left, ast.Pow(), right):
                return ast.BinOp(self(left), ast.Pow(), _whole(right) if value(right) is not None else self(right))
        return Inside(self).generic_visit(node)  # type: ignore[return-value]

    def _factors(self, node: Node) -> tuple[list[Node], list[Node]]:
        match node:
            case ast.BinOp(left, ast.Mult(), right):
                (a, b), (c, d) = self._factors(left), self._factors(right)
                return a + c, b + d
            case ast.BinOp(left, ast.Div(), right):
                (a, b), (c, d) = self._factors(left), self._factors(right)
                return a + d, b + c
        return [node], []


def _whole(node: Node) -> Node:
    """A whole exponent as an integer, so that a power is a product."""
    found = value(node)
    return ast.Constant(int(found)) if found is not None and found == int(found) and found >= 0 else node
