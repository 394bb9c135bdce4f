"""What an expression may be made of, checked before anything reads, compiles or runs it: text is data.

    numbers, names, + - * / **, comparisons, and, or, not, and calls of known functions by their plain name

Nothing else passes: no attribute, subscript, text, lambda, comprehension or keyword argument, and no name that begins
with an underscore. What would take for ever to compute (9**9**9) is refused as well.
"""

import ast
import keyword
import math
import re
from collections.abc import Collection
from functools import lru_cache

LONGEST = 20_000
"""Characters of an expression."""
DEEPEST = 200
"""Levels of an expression: parentheses, sums of sums. A sum of 200 terms has 200 levels."""
HIGHEST = 100
"""A power that is a number, powers of powers multiplied."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_UNIT = re.compile(r"(?P<unit>.*?[^*/\s(])\s*(?:\([A-Za-z ,]+\))?\Z")  # and flags
_ALLOWED = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.Load,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd, ast.Not, ast.And, ast.Or,
    ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq,
)  # fmt: skip
_CALLED = {
    ast.Attribute: "an attribute (a dot)", ast.Subscript: "a subscript ([...])", ast.Lambda: "a lambda",
    ast.ListComp: "a comprehension", ast.SetComp: "a comprehension", ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension", ast.List: "a list", ast.Tuple: "a tuple (a comma)", ast.Dict: "a table",
    ast.Set: "a set", ast.JoinedStr: "a text", ast.NamedExpr: "an assignment (:=)",
    ast.IfExp: "an 'if' (write a*int(x > 0) + b*int(x <= 0))",
    ast.Starred: "a star", ast.Await: "an 'await'", ast.Yield: "a 'yield'", ast.YieldFrom: "a 'yield'",
    ast.Mod: "a remainder (%)", ast.FloorDiv: "a whole division (//)", ast.MatMult: "a product of tables (@)",
    ast.Is: "an 'is'", ast.IsNot: "an 'is not'", ast.In: "an 'in'", ast.NotIn: "a 'not in'", ast.Invert: "a '~'",
    ast.BitAnd: "a '&'", ast.BitOr: "a '|'", ast.BitXor: "a '^' (a power is written **)", ast.LShift: "a '<<'",
    ast.RShift: "a '>>'",
}  # fmt: skip


def is_name(word: str) -> bool:
    """Whether it may name a variable: ASCII letters, digits and underscores, a letter first, no word of Python's."""
    return bool(_NAME.match(word)) and not keyword.iskeyword(word)


def wrong(expression: str, functions: Collection[str] | None) -> str:
    """What an expression has that none may have, as the end of a sentence ("has ..."); nothing if all is well.

    Args:
        expression: any text.
        functions: names that may be called; None leaves that to the caller.
    """
    return _wrong(expression, None if functions is None else tuple(functions))


def wrong_unit(text: str) -> str:
    """The same of a unit, which has names, products, quotients and powers only."""
    if found := _wrong(text, ()):
        return found
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return ""
    strange = (n for n in ast.walk(tree) if isinstance(n, (ast.Compare, ast.BoolOp, ast.Not, ast.Add)))
    return "has a unit that is no product of units" if any(strange) else ""


def wrong_equation(statement: str, functions: Collection[str]) -> str:
    """The same of `dx/dt = expression : unit (flags)`, `x = expression : unit` or `x : unit`."""
    body, _, end = statement.rpartition(":")
    if not body:
        return ""  # no equation; whoever reads it says so
    if ":" in body:
        return "has two colons; each equation ends with one, and its unit"
    head, _, expression = (part.strip() for part in body.partition("="))
    name = head.removeprefix("d").removesuffix("/dt") if head.endswith("/dt") else head
    if not is_name(name) or name in functions:
        why = "the name of a function" if name in functions else "no name (ASCII letters and digits, a letter first)"
        return f"defines {name!r}, which is {why}"
    unit = _UNIT.match(end.strip())
    return wrong(expression, functions) or wrong_unit(unit["unit"] if unit else end)


@lru_cache(maxsize=8192)
def _wrong(expression: str, functions: tuple[str, ...] | None) -> str:
    if len(expression) > LONGEST:
        return f"has {len(expression)} characters, more than {LONGEST}"
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return ""  # nothing can be made of it; whoever reads it says why
    except (RecursionError, MemoryError):
        return "is nested too deeply"
    if found := _deep(tree) or next(filter(None, (_node(node, functions) for node in ast.walk(tree))), ""):
        return found
    if strange := next((c for c in expression if c in "#\"'`\\;\n\r\f\v\0" or ord(c) > 126), ""):
        return f"has {strange!r}, which no formula has" + " (a comment)" * (strange == "#")
    return _power(tree)


def _deep(tree: ast.AST) -> str:
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            return f"is nested more than {DEEPEST} levels deep"
        level = [child for node in level for child in ast.iter_child_nodes(node)]
    return ""


def _node(node: ast.AST, functions: tuple[str, ...] | None) -> str:
    match node:
        case ast.Constant(value) if isinstance(value, bool):
            return ""
        case ast.Constant(int() | float() as value):
            try:
                return "" if math.isfinite(float(value)) else "has an infinite number; write inf"
            except OverflowError:
                return "has a number that is too large"
        case ast.Constant(value):
            return f"has {value!r}, which no formula has"
        case ast.Name(name) if not is_name(name):
            return f"has the name {name!r}; names begin with a letter"
        case ast.Call(func, _, keywords) if not isinstance(func, ast.Name) or keywords:
            return f"calls {ast.unparse(node)!r}; only the known functions are called, by their plain name"
        case ast.Call(ast.Name(name)) if functions is not None and name not in functions:
            known = (
                f"; the functions are {', '.join(sorted(functions))}" if functions else ", and nothing is called here"
            )
            return f"calls the unknown function {name}{known}"
    if isinstance(node, _ALLOWED):
        return ""
    return f"has {_CALLED.get(type(node), f'a {type(node).__name__}')}, which no formula has"


def _power(tree: ast.expr) -> str:
    """Whether computing it would take for ever, or overflow."""
    try:
        _number(tree, 1.0)
    except (ArithmeticError, ValueError) as problem:
        return str(problem.args[0])
    return ""


def _number(node: ast.AST, within: float) -> float | None:
    """The number that a part without names stands for, None of any other.

    Args:
        within: product of the powers that the part is raised to.

    Raises:
        ArithmeticError: a power that is too high; names it.
    """
    match node:
        case ast.Constant(value):
            return float(value)  # type: ignore[arg-type]
        case ast.UnaryOp(operator, inner):
            found = _number(inner, within)
            return None if found is None else -found if isinstance(operator, ast.USub) else found
        case ast.BinOp(base, ast.Pow(), power):
            exponent = _number(power, 1.0)
            if exponent is None and not _variables(power):
                raise ArithmeticError(f"raises {_short(base)} to the power {_short(power)}; write it as a number")
            if exponent is not None and not abs(exponent) * max(within, 1.0) <= HIGHEST:
                raise ArithmeticError(f"raises {_short(base)} to the power {_short(power)}, more than {HIGHEST}")
            number = _number(base, within * max(1.0, abs(exponent or 1.0)))
            if number is None or exponent is None:
                return None
            return _calculated(node, lambda: math.pow(number, exponent))
        case ast.BinOp(left, operator, right):
            a, b = _number(left, within), _number(right, within)
            if a is None or b is None:
                return None
            if isinstance(operator, ast.Div):
                return None if b == 0 else _calculated(node, lambda: a / b)
            return a + b if isinstance(operator, ast.Add) else a - b if isinstance(operator, ast.Sub) else a * b
    for child in ast.iter_child_nodes(node):
        _number(child, within)
    return None


def _variables(node: ast.AST) -> set[str]:
    """The names in an expression that it does not call."""
    called = {id(n.func) for n in ast.walk(node) if isinstance(n, ast.Call)}
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and id(n) not in called}


def _calculated(node: ast.AST, calculate) -> float:
    try:
        return calculate()
    except (OverflowError, ValueError, ZeroDivisionError):
        raise ArithmeticError(f"has {_short(node)}, which is no finite number") from None


def _short(node: ast.AST) -> str:
    text = ast.unparse(node)
    return repr(text if len(text) <= 40 else f"{text[:37]}...")
