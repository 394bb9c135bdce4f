"""What names a result: everything that decides it, as one short text.

That is the declared values and the code that turns them into numbers, as far as it decides them (see `sim.code`).
The batch size, the device, the launcher and the commit do not count.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim import code
from sim.cache import recall, remember
from sim.code.meaning import meaning
from sim.code.reach import reached
from sim.results.digest import digest
from sim.spec.canonical import canonical

_DECIDING = (
    "units.py",
    "design",
    "spec",
    "compile",
    "engine",
    "backends",
    "results/rounding.py",
)
_SAYING = "describe"
"""The folder of modules that only put something into words."""
_NOT_CODE = re.compile(r"(?P<text>\"(?:\\.|[^\"\\\n])*\")|//[^\n]*|/\*.*?\*/", re.DOTALL)


def code_digest(*places: Path, roots: tuple[Any, ...] = ()) -> str:
    """Digest of the meaning of some code.

    Args:
        places: files and folders.
        roots: functions and classes; only what they reach by name counts, wherever it lies in this project. Without
            places and roots, the parts of `sim` that decide the result of a simulation.
    """
    if roots:
        return digest(*reached(tuple(roots)))
    here = Path(__file__).parent
    places = places or tuple(place for name in _DECIDING if (place := here / name).exists())
    files = sorted({file for place in places for file in (_code(place) if place.is_dir() else [place])})
    return _remembered(tuple((file.name, file.read_text(encoding="utf-8")) for file in files))


@lru_cache
def _remembered(files: tuple[tuple[str, str], ...]) -> str:
    """The digest of some files (name, source), kept by their content: to take it anew takes a second."""
    own = [Path(__file__), *sorted(Path(str(code.__file__)).parent.glob("*.py"))]
    key = digest(*(text for pair in files for text in pair), *(file.read_text(encoding="utf-8") for file in own))
    if (kept := recall("digests", key)) is not None:
        return kept
    found = _of_files(files)
    remember("digests", key, found)
    return found


def _of_files(files: tuple[tuple[str, str], ...]) -> str:
    python = [k for k, (name, _) in enumerate(files) if name.endswith(".py")]
    texts = dict(zip(python, meaning([(Path(files[k][0]).stem, files[k][1]) for k in python]), strict=True))
    return digest(*(x for k, (name, source) in enumerate(files) for x in (name, texts.get(k) or _of_c(source))))


def _code(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.suffix in (".py", ".h", ".cpp") and _SAYING not in file.parts]


def _of_c(source: str) -> str:
    """C++ without comments, blank lines and the space at the end of lines."""
    bare = _NOT_CODE.sub(lambda found: found["text"] or " ", source)
    return "\n".join(line.rstrip() for line in bare.splitlines() if line.strip())


def result_digest(*declared: Any) -> str:
    """Digest of declared values (network, protocol, record, design, backend, numerics) and of the code."""
    return digest(code_digest(), *map(canonical, declared))
