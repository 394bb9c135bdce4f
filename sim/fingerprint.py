"""What names a result: everything that decides it, as one short text.

That is the declared values and the code that turns them into numbers. Comments, docstrings and layout do not count, nor
do the batch size, the device, the launcher or the commit.
"""

import ast
from pathlib import Path
from typing import Any

from sim.results.digest import digest
from sim.spec.canonical import canonical

_DECIDING = ("units.py", "design.py", "spec", "compile", "engine", "backends")


def code_digest() -> str:
    """Digest of the parts of `sim` that decide a result."""
    here = Path(__file__).parent
    files = sorted(
        f for name in _DECIDING for f in ([here / name] if name.endswith(".py") else (here / name).rglob("*.py"))
    )
    return digest(*(part for f in files for part in (f.relative_to(here).as_posix(), _meaning(f.read_text()))))


def _meaning(source: str) -> str:
    """The syntax tree of a module without its docstrings."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def result_digest(*declared: Any) -> str:
    """Digest of declared values (network, protocol, record, design, backend, numerics) and of the code."""
    return digest(code_digest(), *map(canonical, declared))
