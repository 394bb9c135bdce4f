"""A table drawn into a panel: columns at their places, headings in grey above a line."""

from collections.abc import Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from experiments.figure.look import GREY, INK

MISSING = "–"
HEAD = 1.1  # heights of a row, for each line of the headings


class Column(NamedTuple):
    """One column.

    Args:
        heading: one line or several.
        cells: texts, one for each row; a dash is drawn in grey.
        edge: its right edge, its left one if it is `left`, in the width of the panel.
        left: starts at its edge.
        weight: of its letters.
    """

    heading: str
    cells: Sequence[str]
    edge: float
    left: bool = False
    weight: str = "normal"


def table(axes: Axes, columns: Sequence[Column], *, size: float = 7.5) -> None:
    """Draw the columns; rows run downwards, letters have `size` points."""
    head = HEAD * max(column.heading.count("\n") + 1 for column in columns)
    count = max(len(column.cells) for column in columns)
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(count + 0.1, -head))
    end = 1 if columns[-1].left else max(column.edge for column in columns)
    axes.plot([0, end], [-0.05, -0.05], color=GREY, lw=0.6, clip_on=False)
    for heading, cells, edge, left, weight in columns:
        place = {"ha": "left" if left else "right", "fontsize": size}
        axes.text(edge, -0.3, heading, va="bottom", color=GREY, linespacing=1.15, **place)
        for row, cell in enumerate(cells):
            grey = GREY if cell == MISSING else INK
            axes.text(edge, row + 0.5, cell, va="center", color=grey, fontweight=weight, **place)


def cell(value: float, digits: int) -> str:
    """A number as it stands in a table; a dash where there is none."""
    return f"{value:.{digits}f}".replace("-", "−") if value == value else MISSING
