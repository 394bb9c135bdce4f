"""What reaches the terminal: any text in any encoding, and of an unexpected error one sentence and a file."""

import codecs
import sys
import tempfile
import time
import traceback
import unicodedata
from io import TextIOWrapper
from pathlib import Path
from typing import NoReturn

NEAREST = {
    "Δ": "Delta", "→": "->", "±": "+-", "×": "x", "–": "-", "−": "-", "²": "2", "³": "3", "µ": "u", "μ": "u",
    "Ω": "Ohm", "≥": ">=", "≤": "<=", "…": "...", "“": '"', "”": '"', "’": "'", "‘": "'", "ρ": "rho", "τ": "tau",
    "·": "*", "°": "deg", "█": "#",
}  # fmt: skip


def _ascii(problem: UnicodeError) -> tuple[str, int]:
    assert isinstance(problem, UnicodeEncodeError)
    bad = problem.object[problem.start : problem.end]
    plain = (NEAREST.get(c) or unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode() or "?" for c in bad)
    return "".join(plain), problem.end


codecs.register_error("nearest", _ascii)


def readable() -> None:
    """Output never fails for its encoding: what a terminal cannot show is written as it can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="nearest")


def refuse(sentence: str) -> NoReturn:
    """End the command with a sentence about what the user can mend: exit status 2."""
    print(f"sherrington: {sentence}", file=sys.stderr)
    sys.exit(2)


def last_resort(problem: BaseException) -> str:
    """Write the traceback of an unexpected error to a file; the sentence that names it."""
    name = f"sherrington-error-{time.strftime('%Y%m%d-%H%M%S')}-{time.monotonic_ns() % 10**6:06d}.txt"
    text = (
        f"sherrington {version()}\n{' '.join(map(ascii, sys.argv))}\n\n{''.join(traceback.format_exception(problem))}"
    )
    cause = " ".join(f"{type(problem).__name__}: {problem}".split())
    said = f"this should not have happened ({cause[:300].rstrip('.')})"
    for folder in (Path.cwd, lambda: Path(tempfile.gettempdir())):
        try:
            path = folder() / name
            with path.open("x", encoding="utf-8", errors="backslashreplace") as file:
                file.write(text)
        except OSError:
            continue
        return f"{said}; what was finished is kept. The details are in {path}; please send it with your question."
    return f"{said}; what was finished is kept, and no file could be written with the details."


def version() -> str:
    """Of Sherrington."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as of

    try:
        return of("sherrington")
    except PackageNotFoundError:
        return "(not installed)"
