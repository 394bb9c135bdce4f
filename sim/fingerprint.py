"""What names a result: everything that decides it, as one short text.

That is the declared values and the code that turns them into numbers. Comments, docstrings and layout do not count, nor
do the batch size, the device, the launcher or the commit.
"""

import ast
import inspect
from pathlib import Path
from typing import Any

from sim.results.digest import digest
from sim.spec.canonical import canonical

_DECIDING = ("units.py", "design", "spec", "compile", "engine", "backends")


def code_digest(*places: Path, roots: tuple[Any, ...] = ()) -> str:
    """Digest of the meaning of some Python code.

    Args:
        places: files and folders; without any, the parts of `sim` that decide the result of a simulation.
    """
    if roots:
        root = Path(__file__).parent
        places = (
            root / "analysis",
            root / "results" / "view.py",
            *(Path(inspect.getfile(r)) for r in roots if isinstance(r, type) or "<" not in inspect.getfile(r)),
        )
    places = places or tuple(Path(__file__).parent / name for name in _DECIDING)
    files = sorted({file for place in places for file in (_code(place) if place.is_dir() else [place])})
    return digest(*(part for file in files for part in (file.name, _read(file))))


def _code(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.suffix in (".py", ".h", ".cpp")]


def _read(file: Path) -> str:
    """What a file means; C++ as it is."""
    source = file.read_text(encoding="utf-8")
    return _meaning(source) if file.suffix == ".py" else source


def _meaning(source: str) -> str:
    """The syntax tree of a module without its docstrings, as text that is the same on every Python."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return repr(_plain(tree))


def _plain(node: Any) -> Any:
    """A tree as lists and text; fields that are empty, which some Pythons name and others leave out, are left out."""
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if value is not None and value != []]
        return [type(node).__name__, *((name, _plain(value)) for name, value in fields)]
    return [_plain(item) for item in node] if isinstance(node, list) else repr(node)


def result_digest(*declared: Any) -> str:
    """Digest of declared values (network, protocol, record, design, backend, numerics) and of the code."""
    return digest(code_digest(), *map(canonical, declared))
