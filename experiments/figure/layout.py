"""The layout of a figure, the same to the last digit whenever the figure is the same.

matplotlib's constrained layout solves linear equations whose unknowns kiwisolver orders by where they lie in memory, so
that the last digits of a position differ from one process to the next, and from one drawing to the next. They show in
PDF and SVG, which write positions out, and where an edge falls between two pixels.
"""

import numpy as np
from matplotlib.figure import Figure, FigureBase
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

DIGITS = 6
"""Of a position as a part of the figure: a thousandth of a pixel; what the solver leaves open is below 1e-14."""


class SettledLayout(ConstrainedLayoutEngine):
    """A constrained layout whose positions are rounded."""

    def execute(self, fig: Figure) -> dict:
        grids = super().execute(fig)
        _settle_parts(fig)
        for axes in fig.axes:
            taking_part = axes.get_in_layout()
            box = axes.get_position(original=True)
            axes.set_position(Bbox(np.round(box.get_points(), DIGITS)))  # takes the axes out of the layout
            axes.set_in_layout(taking_part)
        return grids


def _settle_parts(figure: FigureBase) -> None:
    for part in figure.subfigs:
        part.bbox_relative.set_points(np.round(part.bbox_relative.get_points(), DIGITS))
        _settle_parts(part)
