"""Brian2 as the back end uses it: imported late, quiet, with its numpy target."""

import logging
import sys
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


def set_values(group: Any, name: str, values: np.ndarray) -> None:
    """Set a variable of every cell, in SI units."""
    setattr(group, name + "_", values)


def unit_text(dimensions: Dimensions) -> str:
    """The unit of some dimensions, as Brian2 reads it."""
    base = ("metre", "kilogram", "second", "amp", "kelvin", "mole", "candela")
    return "*".join(f"{b}**{d:g}" for b, d in zip(base, dimensions, strict=True) if d) or "1"
