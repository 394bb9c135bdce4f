"""What single precision costs a slow state, said before anything runs."""

import logging
from collections.abc import Sequence
from functools import cache

import numpy as np

from sim.compile.assemble import Assembled
from sim.engine.lanes import Cells

ROUNDED = 2.0**-25
"""A change below this part of a number leaves it as it is."""
SHORT = 1e-3
"""Part of its size by which a state may stop short of its target without a word."""

log = logging.getLogger("sherrington")


def stalling(parts: Sequence[Assembled], cells: Sequence[Cells]) -> list[str]:
    """Of each state that moves so little in a step that rounding stops it, what to do: a sentence.

    States that are slow in the table of their model are not among them: of those, what rounding loses is kept.

    Args:
        cells: of each part.
    """
    found = []
    for part, own in zip(parts, cells, strict=True):
        program, model = part.program, part.population.model
        for equation in program.system.equations:
            covered = own.constants.get(f"_relax_{equation.name}")
            if program.dtype != np.float32 or covered is None or equation.name in program.slow:
                continue
            least = float(np.min(covered, where=covered > 0, initial=1.0))
            if (short := ROUNDED / least) > SHORT:
                found.append(
                    f"single precision stops the state {equation.name!r} of {part.population.name!r} up to "
                    f"{short:.1%} short of its target, as it covers {least:.1g} of the way in a step of {program.dt:g} "
                    f"ms. Declare its time constant in the table of model {model.name!r}, so that what rounding loses "
                    "is kept, or take dtype=float64."
                )
    return found


def warn(parts: Sequence[Assembled], cells: Sequence[Cells]) -> None:
    """Log each sentence of `stalling` once in a process."""
    for sentence in stalling(parts, cells):
        _said(sentence)


@cache
def _said(sentence: str) -> None:
    log.warning(sentence)
