"""Equation text to a list of checked equations. Brian2 parses and checks the units.

Its import takes seconds, so the outcome is kept on disk by digest of the text: a text that was checked once is not
checked again, and a finished experiment is redrawn without brian2.
"""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import NamedTuple

from sim.cache import recall, remember
from sim.spec import logical, syntax
from sim.spec.statements import circle
from sim.units import DIMENSIONLESS, TEXT_UNITS, Dimensions, describe

_PER_ROOT_TIME: Dimensions = (0.0, 0.0, -0.5, 0.0, 0.0, 0.0, 0.0)
UNREADABLE = (SyntaxError, ValueError, TypeError, NotImplementedError, AttributeError, RecursionError, MemoryError)
"""What brian2 raises when a text makes no sense, besides its own errors."""
_VERSION = 6  # raise it when what is stored, or what is checked, changes


class Equation(NamedTuple):
    """One line of a model.

    Args:
        kind: `"state"`, `"subexpression"` or `"port"`.
        name: of the variable.
        expression: right-hand side as written; empty for a port.
        dimensions: of the variable.
        flags: `"unless refractory"` or none.
    """

    kind: str
    name: str
    expression: str
    dimensions: Dimensions
    flags: tuple[str, ...] = ()


class Parsed(NamedTuple):
    """A model's equations in the order of the text, and its reset as (variable, operator, expression)."""

    equations: tuple[Equation, ...]
    reset: tuple[tuple[str, str, str], ...]

    @property
    def states(self) -> tuple[Equation, ...]:
        return tuple(e for e in self.equations if e.kind == "state")

    @property
    def subexpressions(self) -> tuple[Equation, ...]:
        return tuple(e for e in self.equations if e.kind == "subexpression")

    @property
    def ports(self) -> tuple[Equation, ...]:
        return tuple(e for e in self.equations if e.kind == "port")

    def dimensions(self) -> dict[str, Dimensions]:
        """Of every variable."""
        return {e.name: e.dimensions for e in self.equations}

    def reads(self, conditions: Sequence[str]) -> set[str]:
        """Every name that the equations, the reset and some conditions read."""
        texts = (*(e.expression for e in self.equations), *(text for _, _, text in self.reset))
        times = (text for text in conditions if not re.match(r"\s*[\d.]", text))
        return set().union(*map(names_in, (*texts, *times)))

    def behind(self, name: str) -> set[str]:
        """A variable and everything that its value is made of at one moment: subexpressions, down to states, ports
        and parameters."""
        within, seen, front = {e.name: names_in(e.expression) for e in self.subexpressions}, set(), {name}
        while front:
            seen |= front
            front = {n for f in front for n in within.get(f, ())} - seen
        return seen


def parse(
    text: str,
    params: Mapping[str, Dimensions],
    *,
    conditions: Mapping[str, str],
    assignments: str,
    functions: tuple[str, ...],
    what: str,
    error: type[ValueError],
    where: Callable[[str], str],
) -> Parsed:
    """Parse and check a model's text.

    Args:
        text: equations.
        params: dimensions of each parameter.
        conditions: threshold and refractory conditions by name.
        assignments: the reset, separated by `;` or line breaks.
        functions: names of the functions that may be called.
        what: how the model is called in an error.
        error: what is raised, with one sentence.
        where: the line in which a statement stands, or a variable is defined: ', line 3'.

    Returns:
        The equations, in the order of the text.
    """
    _check_syntax(text, conditions, assignments, functions, what, error, where)
    job = [_VERSION, text, sorted((k, list(v)) for k, v in params.items()), dict(conditions), assignments, functions]
    key = hashlib.sha256(json.dumps(job, sort_keys=True).encode()).hexdigest()[:24]
    if (kept := recall("models", f"{key}.json")) is not None:
        equations, reset = json.loads(kept)
        equations = tuple(Equation(k, n, e, tuple(d), tuple(f)) for k, n, e, d, f in equations)
        return Parsed(equations, tuple(tuple(item) for item in reset))
    parsed = _parse(text, params, conditions, assignments, functions, what, error, where)
    remember("models", f"{key}.json", json.dumps(parsed))
    return parsed


def _check_syntax(text, conditions, assignments, functions, what, error, where) -> None:
    """Before anything is executed, compiled or given to brian2, which evaluates texts itself."""
    for line in text.splitlines():
        if found := syntax.wrong_equation(line, functions):
            raise error(f"{what}{where(line)}: the line {_quoted(line)} {found}.")
    for kind, condition in conditions.items():
        if found := syntax.wrong(condition, functions):
            raise error(f"{what}: the {kind} {_quoted(condition)} {found}.")
    for line in _assignments(assignments):
        if found := syntax.wrong(re.split(r"[-+*]?=", line, maxsplit=1)[-1], functions):
            raise error(f"{what}: the reset {_quoted(line)} {found}.")


def _quoted(line: str) -> str:
    text = " ".join(line.split())
    return repr(text if len(text) <= 200 else f"{text[:197]}...")


def _assignments(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;\n]", text) if part.strip()]


def _parse(text, params, conditions, assignments, functions, what, error, where) -> Parsed:
    hook = sys.excepthook
    from brian2.equations.equations import EquationError, Equations

    sys.excepthook = hook  # brian2 installs its own, which calls every error a bug of brian2

    if not text.strip():
        raise error(f"{what} has no equations; write at least one line such as 'dv/dt = -v/(10*ms) : volt'.")
    if names := circle(text.splitlines()):
        numbers = dict.fromkeys(where(name).removeprefix(", line ") for name in names if where(name))
        lines = f", line{'s' * (len(numbers) > 1)} {' and '.join(numbers)}" if numbers else ""
        raise error(
            f"{what}{lines}: the definitions go round in a circle ({' needs '.join([*names, names[0]])}); break it, or "
            f"let one of them be a state: d{names[0]}/dt = ..."
        )
    for statement in text.splitlines():
        if "=" in statement and ":" not in statement:
            raise error(
                f"{what}{where(statement)}: {statement!r} has no unit; write it after a colon, as in ' : volt'."
            )
    try:
        found = Equations(text)
    except (EquationError, *UNREADABLE) as problem:
        raise _unreadable(text, problem, what, error, where) from None
    kinds = {"differential equation": "state", "subexpression": "subexpression", "parameter": "port"}
    equations = []
    for eq in found.values():
        dimensions = tuple(map(float, eq.dim._dims)) if eq.dim is not None else DIMENSIONLESS
        expression = "" if eq.expr is None else " ".join(eq.expr.code.split())
        equations.append(Equation(kinds[eq.type], eq.varname, expression, dimensions, tuple(eq.flags)))
    for equation in equations:
        if equation.name in params:
            raise error(
                f"{what}{where(equation.name)} defines {equation.name!r} in its text and in its parameter table; keep "
                "one of them."
            )
        if equation.name in TEXT_UNITS:
            raise error(
                f"{what}{where(equation.name)}: {equation.name!r} is the name of a unit and cannot name a variable; "
                "rename it."
            )
        if extra := set(equation.flags) - {"unless refractory"}:
            raise error(
                f"{what}{where(equation.name)}: the flag {extra.pop()!r} of {equation.name!r} is not known here; "
                "remove it."
            )
    for name in params:
        if name in TEXT_UNITS:
            raise error(f"{what}: {name!r} is the name of a unit and cannot name a parameter; rename it.")
        taken = {*functions, "pi", "e", "inf", "t", "dt", "i", "xi"}
        if name in taken or name.startswith("xi_") or not syntax.is_name(name):
            raise error(
                f"{what}: {name!r} has a meaning of its own or is no word, and cannot name a parameter; rename it."
            )
    reset = _read_reset(assignments, {e.name for e in equations if e.kind == "state"}, what, error)
    _check_units(equations, params, conditions, reset, functions, what, error, where)
    return Parsed(tuple(equations), reset)


def _read_reset(text: str, states: set[str], what: str, error) -> tuple[tuple[str, str, str], ...]:
    reset = []
    for line in _assignments(text):
        match = re.match(r"^(\w+)\s*([-+*]?)=\s*([^=].*)$", line)
        if not match or match.group(1) not in states:
            raise error(f"{what}: the reset {line!r} is not an assignment to a state, such as 'v = v_reset'.")
        reset.append((*match.groups()[:2], logical.number(match.group(3))))
    return tuple(reset)


def _unreadable(text: str, problem: BaseException, what: str, error, where) -> ValueError:
    """What is wrong with a text that brian2 cannot read, and in which line."""
    from brian2.equations.equations import EquationError, Equations

    said = _one_line(problem)
    twice = re.search(r"Duplicate definition of variable '(\w+)'", said)
    place = where(twice.group(1)) if twice else ""
    for statement in [] if twice else text.splitlines():
        try:
            Equations(statement)
        except (EquationError, *UNREADABLE) as own:
            said = f"{statement!r}: {_one_line(own)}"
            if statement.count("(") > statement.count(")"):
                said = f"{statement!r}: a parenthesis is never closed."
            place = where(statement)
            break
    return error(f"{what}{place}: the equations cannot be read: {said}")


def _check_units(equations, params, conditions, reset, functions, what, error, where) -> None:
    from brian2.core.functions import DEFAULT_FUNCTIONS
    from brian2.core.namespace import DEFAULT_UNITS
    from brian2.core.variables import Constant, Variable
    from brian2.parsing.expressions import is_boolean_expression, parse_expression_dimensions
    from brian2.units.fundamentalunits import DimensionMismatchError, get_or_create_dimension

    def variable(name, dimensions):  # without a value, so that it cannot be the exponent of a quantity with a unit
        return Variable(name, dimensions=get_or_create_dimension(list(dimensions)), scalar=True)

    known = {name: DEFAULT_FUNCTIONS[name] for name in functions}
    known |= {name: variable(name, DIMENSIONLESS) for name in ("pi", "e", "inf")}
    known |= {name: Constant(name, dimensions=DEFAULT_UNITS[name].dim, value=1.0) for name in TEXT_UNITS}
    known |= {e.name: variable(e.name, e.dimensions) for e in equations}
    known |= {name: variable(name, dimensions) for name, dimensions in params.items()}
    noise = {n for e in equations for n in names_in(e.expression) if n == "xi" or n.startswith("xi_")}
    known |= {name: variable(name, _PER_ROOT_TIME) for name in noise}

    def check(expression: str, shown: str, wanted: Dimensions, place: str = "") -> None:
        at = f"{what}{place}"
        try:
            dims = parse_expression_dimensions(expression, known)
        except DimensionMismatchError as problem:
            raise error(f"{at}: in {shown!r}: {_one_line(problem)}") from None
        except KeyError as problem:
            raise error(f"{at}: in {shown!r}: {_unknown(str(problem.args[0]), known, functions)}") from None
        except UNREADABLE as problem:
            raise error(f"{at}: in {shown!r}: {_function_message(problem, functions)}") from None
        if tuple(map(float, dims._dims)) != tuple(wanted):
            raise error(
                f"{at}: in {shown!r}: {expression!r} is in {describe(tuple(map(float, dims._dims)))}, "
                f"but {describe(tuple(wanted))} is needed; mend the expression or the declared unit."
            )

    for equation in equations:
        if equation.kind == "state":
            per_time = tuple(d - (i == 2) for i, d in enumerate(equation.dimensions))
            shown = f"d{equation.name}/dt = {equation.expression}"
            check(equation.expression, shown, per_time, where(equation.name))
        elif equation.kind == "subexpression":
            shown = f"{equation.name} = {equation.expression}"
            check(equation.expression, shown, equation.dimensions, where(equation.name))
    for name, operator, expression in reset:
        wanted = DIMENSIONLESS if operator == "*" else next(e.dimensions for e in equations if e.name == name)
        check(expression, f"{name} {operator}= {expression}", wanted)
    for kind, condition in conditions.items():
        check(condition, f"{kind}: {condition}", DIMENSIONLESS)
        try:
            decides = is_boolean_expression(condition, known)
        except UNREADABLE:  # a number where a condition belongs, as in 'v*mV and x > 0.5'
            decides = False
        if not decides:
            raise error(f"{what}: the {kind} {condition!r} is not a condition; write for example 'v > -20*mV'.")


def names_in(expression: str) -> set[str]:
    """Every name in an expression, functions included."""
    return {n.id for n in ast.walk(ast.parse(expression or "0", mode="eval")) if isinstance(n, ast.Name)}


def _one_line(problem: BaseException) -> str:
    text = " ".join(str(problem.args[0] if problem.args else problem).split())
    cause = " ".join(str(problem.__cause__ or "").split())  # newer versions of brian2 put the detail there
    said = text if not cause or cause in text else f"{text} {cause}"
    return said if said.endswith((".", "?")) else f"{said}."


def _unknown(message: str, known, functions) -> str:
    from sim.spec.params import nearest

    name = message.rsplit(" ", 1)[-1].strip("'\"")
    own = known.keys() - TEXT_UNITS - set(functions)
    meant = own if get_close_matches(name, own) or not get_close_matches(name, known) else known
    return f"{name!r} is neither a variable nor a parameter, function or unit: {nearest(name, meant)}"


def _function_message(problem: BaseException, functions) -> str:
    message = _one_line(problem)
    if "nknown function" in message:
        return f"{message.rstrip('.')}; the functions are {', '.join(functions)}."
    if "is not constant" in message:
        return "a quantity with a unit can be raised to a number only; write the exponent as a number."
    return message
