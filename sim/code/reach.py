"""The code that a function reaches by name, so that what stands beside it in the same file does not count."""

import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from sim.code.meaning import of_statements
from sim.code.stripped import Code, uses

PACKAGES = ("sim", "networks", "experiments", "conf")
HOME = Path(__file__).resolve().parents[2]


class Name(NamedTuple):
    """A name of a module."""

    file: Path
    name: str


@lru_cache
def reached(roots: tuple[Any, ...]) -> list[str]:
    """What some functions and classes mean with everything of this project that they use, wherever it stands.

    Functions that stand in no file, as those of a notebook, count with their source, and so do those that they use.
    """
    waiting, names, texts, seen = list(roots), list[Name](), list[str](), set[int]()
    while waiting:
        root = waiting.pop()
        if (file := _file(root)) is not None:
            names.append(Name(file, root.__qualname__.partition(".")[0]))
        elif id(root) not in seen:
            seen.add(id(root))
            text, used = _by_itself(root)
            texts.append(text)
            waiting += used
    return [*sorted(texts), *reached_names(names)]


def reached_names(roots: Iterable[Name], home: Path = HOME) -> list[str]:
    """What some names mean with everything that they use.

    Args:
        home: the folder of the project's packages.
    """
    waiting, found = list(roots), dict[Name, list[Any]]()
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        code = _read(name.file, name.file.stat().st_mtime_ns)
        found[name] = code.definitions.get(name.name, [])
        for statement in found[name]:
            waiting += _meant(code, name.file, uses(statement), home)
        if not found[name] and name.name in code.imported:
            waiting += _meant(code, name.file, {name.name}, home)
    return of_statements({id(s): s for statements in found.values() for s in statements}.values())


def _meant(code: Code, file: Path, used: set[str], home: Path) -> Iterator[Name]:
    """Where the names that some code uses are given their meaning; of a whole module, those that the code mentions."""
    for name in used & code.definitions.keys():
        yield Name(file, name)
    for name in used & code.imported.keys():
        module, inside = code.imported[name]
        whole = _place(module if inside is None else f"{module}.{inside}", file, home)
        if whole is not None:
            known = _read(whole, whole.stat().st_mtime_ns).definitions.keys()
            yield from (Name(whole, attribute) for attribute in used & known)
        elif inside is not None and (place := _place(module, file, home)) is not None:
            yield Name(place, inside)


def _place(module: str, near: Path, home: Path) -> Path | None:
    """The file of a module of this project, or of one that lies beside `near`; None for others."""
    parts = module.split(".")
    folders = [home] if parts[0] in PACKAGES else [near.parent]
    for folder in folders:
        for path in (folder.joinpath(*parts).with_suffix(".py"), folder.joinpath(*parts, "__init__.py")):
            if path.exists():
                return path
    return None


@lru_cache(maxsize=512)
def _read(file: Path, changed: int) -> Code:
    """The code of a file as it was when it was last changed."""
    return Code.read(file)


def _file(root: Any) -> Path | None:
    """The file in which a function or class is defined at the top; None for one of a notebook or a command line."""
    module = sys.modules.get(root.__module__)
    name = getattr(module, "__file__", None)
    if name is None or not name.endswith(".py") or getattr(module, root.__qualname__.split(".")[0], None) is None:
        return None
    return Path(name).resolve()


def _by_itself(root: Any) -> tuple[str, list[Any]]:
    """Meaning of a function or class that stands in no file, and the functions and classes that it uses."""
    try:
        statements = Code(textwrap.dedent(inspect.getsource(root))).stripped.body
        text, used = "".join(of_statements(statements)), set().union(*map(uses, statements))
    except (OSError, TypeError, SyntaxError):
        code = getattr(root, "__code__", None)
        if code is None:
            return root.__qualname__, []
        text = repr((code.co_code, [x for x in code.co_consts if not hasattr(x, "co_code")], code.co_names))
        used = set(code.co_names)
    known = {name: value for name, value in getattr(root, "__globals__", {}).items() if name in used}
    own = [x for x in known.values() if inspect.isfunction(x) or inspect.isclass(x)]
    own = [x for x in own if x.__module__.partition(".")[0] in (*PACKAGES, root.__module__)]
    values = sorted((name, repr(x)) for name, x in known.items() if isinstance(x, (int, float, str, tuple)))
    return repr((text, values)), own
