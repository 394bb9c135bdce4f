"""Brian2 as the back end uses it: imported late, quiet, with its numpy target."""

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from sim.units import Dimensions


def brian2_for_numpy() -> Any:
    """Brian2 with its numpy target, without its hook that calls every later error a bug of Brian2, and without its
    diagnoses, which log the text of every piece of code."""
    hook = sys.excepthook
    import brian2

    sys.excepthook = hook
    logging.getLogger("brian2").setLevel(logging.WARNING)
    brian2.prefs.codegen.target = "numpy"
    return brian2


@contextmanager
def running(target: str, threads: int) -> Iterator[Callable[[], float]]:
    """Brian2 set up for a target; what it yields is called once the network has been told to run, and returns the
    seconds that a compiled program ran, without its compilation (NaN of the numpy target).

    Raises:
        ValueError: the program cannot be built, for want of a compiler for example.
    """
    brian2 = brian2_for_numpy()
    if target == "numpy":
        yield lambda: float("nan")
        return
    with TemporaryDirectory(prefix="brian2_") as folder:
        brian2.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
        brian2.set_device("cpp_standalone", build_on_run=False, directory=folder)

        def build() -> float:
            try:
                brian2.get_device().build(directory=folder, compile=True, run=True, debug=False)
            except (RuntimeError, OSError) as problem:
                said = " ".join(str(problem).split()).rstrip(".")
                raise ValueError(f"Brian2's C++ program cannot be built or run here: {said}.") from None
            return float(brian2.get_device()._last_run_time)

        try:
            yield build
        finally:
            brian2.get_device().reinit()
            brian2.set_device("runtime")


def say_what_changes(group: Any) -> None:
    """Let a subexpression of subexpressions be evaluated anew whenever a state behind it has been written.

    Brian2 (2.9) looks only at the names that stand in a subexpression itself: one of nothing but other subexpressions
    is then evaluated once in a piece of code, however often the code writes the states behind these.
    """
    from brian2.codegen.translation import get_identifiers_recursively
    from brian2.core.variables import Subexpression

    for variable in group.variables.values():
        if isinstance(variable, Subexpression):
            variable.identifiers = get_identifiers_recursively([variable.expr], group.variables)


def set_values(group: Any, name: str, values: np.ndarray) -> None:
    """Set a variable of every cell, in SI units."""
    setattr(group, name + "_", values)


def unit_text(dimensions: Dimensions) -> str:
    """The unit of some dimensions, as Brian2 reads it."""
    base = ("metre", "kilogram", "second", "amp", "kelvin", "mole", "candela")
    return "*".join(f"{b}**{d:g}" for b, d in zip(base, dimensions, strict=True) if d) or "1"
