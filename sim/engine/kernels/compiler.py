"""C++ to a library for this processor: compiled once, kept in the cache."""

import ctypes
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import jax

from sim import child
from sim.cache import drafts, remember, whole

COMPILER = "g++"
ASKED, COMPILED = 20.0, 300.0  # s, that it may take to say what it is, and to compile


class CompilerError(ValueError):
    """C++ that cannot be compiled here; the message says why."""


def lacking() -> str:
    """Why nothing can be compiled here, in words; empty where it can."""
    return "" if shutil.which(COMPILER) else f"there is no {COMPILER}"


def macros() -> frozenset[str]:
    """What the compiler defines for this processor, and its version.

    Raises:
        CompilerError: it has no settings for it, or does not answer.
    """
    found = _macros()
    if isinstance(found, str):
        raise CompilerError(found)
    return found


@cache
def _macros() -> frozenset[str] | str:
    """The macros, or why they are not known: asked once, as it may take long."""
    command = [COMPILER, "-march=native", "-dM", "-E", "-x", "c++", os.devnull]
    try:
        asked = _told(command, ASKED)
    except (CompilerError, OSError) as problem:
        return str(problem)
    if asked.returncode:
        return f"{COMPILER} does not know this processor: {asked.stderr.strip()[:300]}"
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
    return whole(folder, f"{key}.so") or _compile(text, (*flags, f"-I{headers}") if headers else flags, folder, key)


@cache
def loaded(text: str, flags: tuple[str, ...]) -> ctypes.CDLL:
    """A library that XLA calls, in this process; the arguments and errors of `library`."""
    return ctypes.CDLL(str(_library(text, flags)))


def library_name(text: str, flags: tuple[str, ...]) -> str:
    """Its name, which says what it was made from; the arguments and errors of `library`."""
    return _library(text, flags).stem


@cache
def _library(text: str, flags: tuple[str, ...]) -> Path:
    return library(text, flags, "native", headers=jax.ffi.include_dir())


@cache
def registered(text: str, flags: tuple[str, ...]) -> str:
    """The name under which `jax.ffi` calls a compiled function.

    Args:
        text: C++, whole; its handler is called `kernel`.
        flags: as those of `library`.

    Raises:
        CompilerError, OSError: as `library`.
    """
    name = f"sherrington-{library_name(text, flags)}"
    jax.ffi.register_ffi_target(name, jax.ffi.pycapsule(loaded(text, flags).kernel), platform="cpu")
    return name


def _compile(text: str, flags: tuple[str, ...], folder: str, name: str) -> Path:
    with drafts(folder) as place:
        source, thing, made = (Path(place) / f"{name}{end}" for end in (".cpp", ".o", ".so"))
        source.write_text(text)
        # linked apart: with -ffast-math, loading it would make numpy and JAX lose their smallest numbers
        for command in (
            ["-c", "-march=native", "-fPIC", *flags, str(source), "-o", str(thing)],
            ["-shared", *(["-fopenmp"] if "-fopenmp" in flags else []), str(thing), "-o", str(made)],
        ):
            done = _told([COMPILER, *command], COMPILED)
            if done.returncode:
                shown, why = remember(folder, f"{name}.cpp", text), done.stderr.strip()[:300]
                raise CompilerError(
                    f"{COMPILER} does not compile {shown} ({why or f'status {done.returncode}'}); "
                    "with backend.kernel=xla nothing needs to be compiled by it."
                )
        remember(folder, f"{name}.cpp", text)  # to read
        kept = remember(folder, f"{name}.so", made.read_bytes())
    if kept is None:
        raise OSError("what was compiled cannot be kept")
    return kept


def _told(command: Sequence[str], seconds: float) -> "subprocess.CompletedProcess[str]":
    """What the compiler says.

    Raises:
        CompilerError: it does not end.
    """
    try:
        return child.run(command, seconds)
    except subprocess.TimeoutExpired:
        raise CompilerError(f"{COMPILER} had not ended after {seconds:g} s and was stopped") from None
