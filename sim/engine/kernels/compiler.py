"""C++ to a library for this processor: compiled once, kept in the cache."""

import ctypes
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import uuid
from functools import cache
from pathlib import Path

import jax

from sim.cache import cache_folder

COMPILER = "g++"


class CompilerError(ValueError):
    """C++ that cannot be compiled here; the message says why."""


def lacking() -> str:
    """Why nothing can be compiled here, in words; empty where it can."""
    return "" if shutil.which(COMPILER) else f"there is no {COMPILER}"


@cache
def macros() -> frozenset[str]:
    """What the compiler defines for this processor, and its version.

    Raises:
        CompilerError: it has no settings for it.
    """
    command = [COMPILER, "-march=native", "-dM", "-E", "-x", "c++", os.devnull]
    asked = subprocess.run(command, capture_output=True, text=True)
    if asked.returncode:
        raise CompilerError(f"{COMPILER} does not know this processor: {asked.stderr.strip()[:300]}")
    words = (line.split(maxsplit=2) for line in asked.stdout.splitlines())
    return frozenset(word[1] if word[2:] == ["1"] else " ".join(word[1:]) for word in words)


def version() -> str:
    """Name and version of the compiler."""
    numbers = dict(line.split(" ", 1) for line in macros() if line.startswith("__GNUC_") and " " in line)
    return f"{COMPILER} {numbers.get('__GNUC__', '?')}.{numbers.get('__GNUC_MINOR__', '?')}"


def vectors() -> str:
    """The widest vectors of this processor, in words."""
    known = {"__AVX512F__": "AVX-512", "__AVX2__": "AVX2", "__SSE2__": "SSE2", "__ARM_NEON": "NEON"}
    return next((words for macro, words in known.items() if macro in macros()), "any processor")


@cache
def interface(folder: str) -> str:
    """A digest of how XLA calls a compiled function: jaxlib's version, and its headers.

    Args:
        folder: of the headers.
    """
    found = hashlib.sha256(importlib.metadata.version("jaxlib").encode())
    for file in sorted(Path(folder, "xla", "ffi").rglob("*.h")):
        found.update(file.read_bytes())
    return found.hexdigest()


def library(text: str, flags: tuple[str, ...], folder: str, *, headers: str = "") -> Path:
    """A shared library, from the cache or compiled anew: its name says what it was made from.

    Args:
        text: C++, whole.
        flags: of the compiler, besides those for a library for this processor.
        folder: in the cache, for its kind.
        headers: folder of the headers of XLA, if it includes them.

    Raises:
        CompilerError: it cannot be compiled here.
        OSError: the cache cannot be written.
    """
    if why := lacking():
        raise CompilerError(f"C++ cannot be compiled here: {why}.")
    made_from = [text, COMPILER, *flags, *sorted(macros()), interface(headers) if headers else ""]
    key = hashlib.sha256("\n".join(made_from).encode()).hexdigest()[:16]
    path = cache_folder() / folder / f"{key}.so"
    if not path.exists():
        _compile(text, (*flags, f"-I{headers}") if headers else flags, path)
    return path


@cache
def registered(text: str, flags: tuple[str, ...]) -> str:
    """The name under which `jax.ffi` calls a compiled function.

    Args:
        text: C++, whole; its handler is called `kernel`.
        flags: as those of `library`.

    Raises:
        CompilerError, OSError: as `library`.
    """
    path = library(text, flags, "native", headers=jax.ffi.include_dir())
    name = f"sherrington-{path.stem}"
    jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(ctypes.CDLL(str(path)).kernel), platform="cpu")
    return name


def _compile(text: str, flags: tuple[str, ...], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    source, thing, draft = (path.with_suffix(f".{uuid.uuid4().hex}{end}") for end in (".cpp", ".o", ".so"))
    source.write_text(text)
    # linked apart: with -ffast-math, loading it would make numpy and JAX lose their smallest numbers
    for command in (
        ["-c", "-march=native", "-fPIC", *flags, str(source), "-o", str(thing)],
        ["-shared", *(["-fopenmp"] if "-fopenmp" in flags else []), str(thing), "-o", str(draft)],
    ):
        done = subprocess.run([COMPILER, *command], capture_output=True, text=True)
        if done.returncode:
            raise CompilerError(
                f"{COMPILER} does not compile {source} ({done.stderr.strip()[:300] or f'status {done.returncode}'}); "
                "with backend.kernel=xla nothing needs to be compiled by it."
            )
    thing.unlink()
    source.replace(path.with_suffix(".cpp"))  # to read
    draft.replace(path)
