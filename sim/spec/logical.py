"""Conditions among numbers: in `3*(v > E)` the condition counts as 1 or 0.

Neither back end calculates with conditions, so each that stands where a number belongs becomes `int(v > E)`, and
`a < x < b` becomes `a < x and x < b`. What has no condition in it stays as it was written, to the letter.
"""

import ast
import re
from itertools import pairwise

from sim.spec.syntax import LONGEST

_MAYBE = re.compile(r"[<>!]|==|\b(?:and|or|not|True|False)\b")


def number(expression: str) -> str:
    """An expression that is a number."""
    return _written(expression, numeric=True)


def condition(expression: str) -> str:
    """An expression that is a condition, such as a threshold."""
    return _written(expression, numeric=False)


def equation(statement: str) -> str:
    """A statement `x = expression : unit`, or `dx/dt = ...`."""
    found = re.match(r"^([^=<>!:]+)=(?!=)(.*)(:[^:]*)$", statement)
    if not found:
        return statement
    left, right, unit = found.groups()
    new = number(right.strip())
    return statement if new == right.strip() else f"{left.strip()} = {new} {unit}"


def _written(expression: str, *, numeric: bool) -> str:
    if len(expression) > LONGEST or not _MAYBE.search(expression):
        return expression
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
        before, text = ast.unparse(tree), ast.unparse(_number(tree) if numeric else _condition(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # refused where the text is read
        return expression
    return expression if text == before else text


def _number(node: ast.expr) -> ast.expr:
    """The same with every condition as a number."""
    match node:
        case ast.Compare() | ast.BoolOp() | ast.UnaryOp(ast.Not()):
            return ast.Call(ast.Name("int"), [_condition(node)], [])
        case ast.Constant(bool() as truth):
            return ast.Constant(int(truth))
        case ast.UnaryOp(operation, operand):
            return ast.UnaryOp(operation, _number(operand))
        case ast.BinOp(left, operation, right):
            return ast.BinOp(_number(left), operation, _number(right))
        case ast.Call(ast.Name("int"), [argument], []):
            return ast.Call(ast.Name("int"), [_condition(argument)], [])
        case ast.Call(function, arguments, keywords):
            return ast.Call(function, [_number(x) for x in arguments], keywords)
    return node


def _condition(node: ast.expr) -> ast.expr:
    """The same, itself a condition, with every condition inside its numbers as a number."""
    match node:
        case ast.Compare(first, operations, others):
            sides = [_number(x) for x in (first, *others)]
            pairs = [
                ast.Compare(a, [operation], [b]) for (a, b), operation in zip(pairwise(sides), operations, strict=True)
            ]
            return pairs[0] if len(pairs) == 1 else ast.BoolOp(ast.And(), list(pairs))
        case ast.BoolOp(operation, values):
            return ast.BoolOp(operation, [_condition(x) for x in values])
        case ast.UnaryOp(ast.Not(), operand):
            return ast.UnaryOp(ast.Not(), _condition(operand))
        case ast.Constant(bool()):
            return node
    return _number(node)
