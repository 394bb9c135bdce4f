"""Python code without what is only said: its syntax tree, as text that is the same on every Python.

Left out are docstrings, comments and layout, annotations, what is raised besides its kind, what is logged, the messages
of assertions, and the methods that describe or show something.
"""

import ast
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
        return filled(node)


def filled(node: Any) -> Any:
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
