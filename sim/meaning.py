"""What Python code means: its syntax tree without what is only said.

Left out are docstrings, comments and layout, annotations, what is raised besides its kind, what is logged, the messages
of assertions, the functions that describe or show something, and whatever is used for these alone: a helper that words
errors, the argument `what` of a check that only its error names.
"""

import ast
import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

SAYING = ("describe", "__repr__", "_repr_html_", "_repr_mimebundle_", "draw", "headline", "notes", "tables")
"""Names of methods that put something into words, or into a picture."""
LOGGERS = ("log", "_log", "logger", "logging", "warnings")
LOGGED = ("debug", "info", "warning", "error", "exception", "critical", "warn")
KINDS_OF_FIELDS = ("ClassVar", "InitVar")
"""Annotations that decide whether a name is a field of a dataclass."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True, eq=False)
class Code:
    """A module, parsed.

    Args:
        source: its text.
    """

    source: str

    @classmethod
    def read(cls, file: Path) -> "Code":
        """The code of a file."""
        return cls(file.read_text(encoding="utf-8"))

    @cached_property
    def stripped(self) -> ast.Module:
        """The module without what is only said."""
        return self._parted[0]

    @property
    def said(self) -> set[str]:
        """The names that are used where something is only said."""
        return self._parted[1].said

    @property
    def annotated(self) -> set[str]:
        """The names that are used in annotations."""
        return self._parted[1].annotated

    @cached_property
    def _parted(self) -> tuple[ast.Module, "_Stripping"]:
        tree, stripping = ast.parse(self.source), _Stripping()
        stripping.visit(tree)
        return tree, stripping

    @cached_property
    def definitions(self) -> dict[str, list[ast.stmt]]:
        """The statements of the module that give a name its meaning, by name; imports apart."""
        found: dict[str, list[ast.stmt]] = {}
        for statement in self.stripped.body:
            for name in _given(statement):
                found.setdefault(name, []).append(statement)
        return found

    @cached_property
    def imported(self) -> dict[str, tuple[str, str | None]]:
        """Where imported names come from: the module, and the name in it, None for the module itself."""
        found: dict[str, tuple[str, str | None]] = {}
        for node in ast.walk(self.stripped):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = (alias.name, None)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    found[alias.asname or alias.name] = (str(node.module), alias.name)
        return found


def meaning(sources: Iterable[tuple[str, str]]) -> list[str]:
    """What some modules (name, source) mean together, one text for each, the same on every Python."""
    names, texts = zip(*sources, strict=True)
    codes = [Code(text) for text in texts]
    stripped = [code.stripped for code in codes]
    _drop_text_arguments(list(zip(names, stripped, strict=True)))
    dead = _only_said(codes)
    for tree in stripped:
        _drop(tree, dead)
    return [plain(tree) for tree in stripped]


def of_statements(statements: Iterable[ast.stmt]) -> list[str]:
    """What single statements mean, in an order that does not depend on where they stand."""
    module = ast.Module(copy.deepcopy(list(statements)), [])
    _drop_text_arguments([("", module)])
    return sorted(plain(statement) for statement in module.body)


def uses(node: ast.AST) -> set[str]:
    """Every name that some code mentions, as a name, an attribute, or a text that could be one; imports apart."""
    found: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.isidentifier():
            found.add(part.value)
    return found


def plain(node: Any) -> str:
    """A tree as text that is the same on every Python: fields that are empty, which some name, are left out."""

    def lists(node: Any) -> Any:
        if isinstance(node, ast.AST):
            fields = [(name, value) for name, value in ast.iter_fields(node) if value is not None and value != []]
            return [type(node).__name__, *((name, lists(value)) for name, value in fields)]
        return [lists(item) for item in node] if isinstance(node, list) else repr(node)

    return repr(lists(node))


class _Stripping(ast.NodeTransformer):
    """Takes away what is only said."""

    def __init__(self) -> None:
        self.said, self.annotated = set[str](), set[str]()

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        if isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            return None
        if _logs(node.value):
            self.said |= uses(node)
            return None
        return self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> ast.AST:
        bare = ast.Raise(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
        self.said |= uses(node) - uses(bare)
        return bare

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        self.said |= set() if node.msg is None else uses(node.msg)
        return ast.Assert(self.visit(node.test))

    def visit_arg(self, node: ast.arg) -> ast.AST:
        self.annotated |= set() if node.annotation is None else uses(node.annotation)
        return ast.arg(node.arg)

    def visit_FunctionDef(self, node: Any) -> ast.AST:
        self.annotated |= set() if node.returns is None else uses(node.returns)
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        saying = [part for part in node.body if isinstance(part, Function) and part.name in SAYING]
        self.said = self.said.union(*map(uses, saying))
        node.body = [part for part in node.body if part not in saying]
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.annotated |= uses(node.annotation)
        if not uses(node.annotation) & set(KINDS_OF_FIELDS):
            node.annotation = ast.Constant(None)
        return self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        return _filled(node)


def _filled(node: Any) -> Any:
    """A block that has lost all its statements passes."""
    if isinstance(getattr(node, "body", None), list) and not node.body and not isinstance(node, ast.Module):
        node.body = [ast.Pass()]
    return node


def _logs(node: ast.expr) -> bool:
    call = node.func if isinstance(node, ast.Call) else None
    logger = call.value if isinstance(call, ast.Attribute) and call.attr in LOGGED else None
    return isinstance(logger, ast.Name) and logger.id in LOGGERS


def _given(statement: ast.stmt) -> set[str]:
    """The names that a statement of a module gives a meaning, or changes."""
    if isinstance(statement, Definition):
        return {statement.name}
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return set()
    if isinstance(statement, ast.Expr):  # TABLE.update(...)
        node = statement.value.func if isinstance(statement.value, ast.Call) else statement.value
        while isinstance(node, (ast.Attribute, ast.Subscript)):
            node = node.value
        return {node.id} if isinstance(node, ast.Name) else set()
    found = {node.name for node in ast.walk(statement) if isinstance(node, Definition)}
    for node in ast.walk(statement):
        if isinstance(node, (ast.Name, ast.Attribute, ast.Subscript)) and isinstance(node.ctx, (ast.Store, ast.Del)):
            target: ast.expr = node
            while isinstance(target, (ast.Attribute, ast.Subscript)):
                target = target.value
            found |= {target.id} if isinstance(target, ast.Name) else set()
    return found


def _drop_text_arguments(modules: list[tuple[str, ast.Module]]) -> None:
    """Take away the arguments of functions whose parameters are only said, where a call names its function."""
    at_top = [
        ((module, node.name), node) for module, tree in modules for node in tree.body if isinstance(node, Function)
    ]
    keys = [key for key, _ in at_top]
    alone = {key: node for key, node in at_top if keys.count(key) == 1}
    functions, calls = [], []
    for module, tree in modules:
        own = [node for node in ast.walk(tree) if isinstance(node, Function)]
        meant = {node.name: (module, node.name) for node in own}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                meant |= {a.asname or a.name: (str(node.module).rpartition(".")[2], a.name) for a in node.names}
        for node in own:  # a function inside another may hide it
            if node not in tree.body:
                meant.pop(node.name, None)
        for node in ast.walk(tree):
            name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
            if (key := meant.get(name)) in alone:
                calls.append((node, key))
        functions += own
    called = {key for _, key in calls}
    taken = -1
    while True:
        said = {key: _said(alone[key]) for key in called}
        before, taken = taken, sum(_silenced(call, alone[key].args, said[key]) for call, key in calls)
        if taken == before:
            return
        for function in functions:
            _drop_words(function)


def _drop_words(function: Function) -> None:
    """Take away texts that a function gives a name which it then does not use."""
    loaded = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    for node in ast.walk(function):
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                setattr(node, block, [s for s in statements if _assigned(s) in loaded or not _words(s)])
        _filled(node)


def _words(statement: ast.stmt) -> bool:
    """Whether a statement gives one name a text, and does nothing else."""
    value = statement.value if isinstance(statement, ast.Assign) and _assigned(statement) is not None else None
    return isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str))


def _said(function: Function) -> set[str]:
    """Parameters that a function does not use, or only where something is said."""
    given = function.args
    loaded = {node.id for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)}
    return {a.arg for a in (*given.posonlyargs, *given.args, *given.kwonlyargs)} - loaded


def _silenced(call: ast.Call, given: ast.arguments, said: set[str]) -> int:
    """Replace the arguments that a call only says; returns how many there are."""
    names, count = [a.arg for a in (*given.posonlyargs, *given.args)], 0
    for k, argument in enumerate(call.args):
        if isinstance(argument, ast.Starred):
            break
        if k < len(names) and names[k] in said:
            call.args[k], count = ast.Constant(None), count + 1
    for keyword in call.keywords:
        if keyword.arg in said:
            keyword.value, count = ast.Constant(None), count + 1
    return count


def _units(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The functions, classes and plain assignments of a module, methods apart from their class, and the rest."""
    rest: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, ast.ClassDef):
            methods = [part for part in statement.body if isinstance(part, Function)]
            yield from ((method.name, method) for method in methods)
            body = [part for part in statement.body if part not in methods]
            yield (
                statement.name,
                ast.ClassDef(statement.name, statement.bases, statement.keywords, body, statement.decorator_list),
            )
        elif isinstance(statement, Function):
            yield statement.name, statement
        elif (name := _assigned(statement)) is not None:
            yield name, statement
        else:
            rest.append(statement)
    yield "", ast.Module(rest, [])


def _assigned(statement: ast.stmt) -> str | None:
    """The one name that an assignment gives."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    single = targets[0] if isinstance(statement, (ast.Assign, ast.AnnAssign)) and len(targets) == 1 else None
    return single.id if isinstance(single, ast.Name) else None


def _only_said(codes: list[Code]) -> set[str]:
    """Names of functions and constants that are used, but only where something is said, or as an annotation.

    What nobody here uses may be used elsewhere, and a class may be built elsewhere.
    """
    units = [unit for code in codes for unit in _units(code.stripped)]
    using = [(name, uses(node) - {name}) for name, node in units]
    said, dead = set[str]().union(*(code.said for code in codes)), set[str]()
    annotated = said.union(*(code.annotated for code in codes))
    fixed = {name for name, node in units if isinstance(node, (ast.ClassDef, ast.Module)) or name.startswith("__")}
    constants = {name for name, node in units if isinstance(node, (ast.Assign, ast.AnnAssign))}
    while True:
        live = set[str]().union(*(names for name, names in using if name not in dead))
        more = {name for name, _ in units if name in (annotated if name in constants else said)} - live - fixed
        if more <= dead:
            return dead
        dead |= more
        said = said.union(*(names for name, names in using if name in dead))


def _drop(tree: ast.Module, dead: set[str]) -> None:
    """Take away what is dead, and the imports that then nothing uses."""
    for node in [tree, *(part for part in tree.body if isinstance(part, ast.ClassDef))]:
        node.body = [
            part
            for part in node.body
            if not (isinstance(part, Definition) and part.name in dead)
            and not (isinstance(node, ast.Module) and _assigned(part) in dead)
        ]
        _filled(node)
    used = uses(tree)
    for node in ast.walk(tree):
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, None)
            if isinstance(statements, list):
                setattr(node, block, [s for s in map(lambda s: _needed(s, used), statements) if s is not None])
                if block == "body":
                    _filled(node)


def _needed(statement: ast.stmt, used: set[str]) -> ast.stmt | None:
    """An import without the names that nothing uses; anything else as it is."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return statement
    statement.names = [a for a in statement.names if (a.asname or a.name.partition(".")[0]) in used]
    return statement if statement.names else None
