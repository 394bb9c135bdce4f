"""Lanes as arrays: what goes into a run of cells, and what it leaves. A lane is one cell of one sample."""

from typing import NamedTuple

from sim.engine.drive import Drive
from sim.engine.system import Array, Values

TWICE = 255
"""The mark of a cell that fired more than once within one window."""


class Cells(NamedTuple):
    """Lanes, each one cell of one sample.

    Args:
        state: name -> (lane,).
        constants: name -> (lane,); also those that all lanes share, so that no result depends on what a design varies.
        keys: two of (lane,), uint32.
    """

    state: Values
    constants: Values
    keys: tuple[Array, Array]


class Lanes(NamedTuple):
    """Cells that nothing couples, and what drives each of them: port -> Drive, (piece, lane)."""

    cells: Cells
    drives: dict[str, Drive]


class Ports(NamedTuple):
    """Input by port: at the border with the window before (the mean of both sides), at the start of a window, and the
    change over it. Each (lane,) or a scalar in one window; for several, (window, lane) or (window,)."""

    border: Values
    level: Values
    rise: Values


class Outcome(NamedTuple):
    """What a chunk leaves.

    Args:
        marks: uint8, (window, lane): 0 silent, k = fired at the end of step k of the window, `TWICE` = more than once.
        traces: name -> (block, lane), at the start of every block of windows.
        finite: bool, (lane,): the final state holds no NaN and no infinity.
    """

    marks: Array
    traces: Values
    finite: Array
