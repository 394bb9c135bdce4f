"""A figure of the same answer is the same bytes, in every format, whenever and wherever it is drawn."""

import numpy as np
import pytest

from experiments.figure import look
from experiments.figure.layout import DIGITS

DRAW = """
from hashlib import sha256
from pathlib import Path
from experiments.figure.look import save
from experiments.report.page import svg
from sim.design import Design
from tests.made_results import answered
from tests.unit.test_questions_abort_spasm import ABORT, by_treatment
from tests.unit.test_questions_pool import TAU, Pool, growing
two = Design({{TAU: ["90 ms", "60 ms"]}})
figures = [q.draw(answered(q, x)) for q, x in ((ABORT, by_treatment((0.5,), 1)), (Pool("P"), growing(two)))]
save(figures[1], Path({folder!r}) / "figure")
files = [(Path({folder!r}) / f"figure.{{kind}}").read_bytes() for kind in ("pdf", "png")]
print(*[sha256(x).hexdigest() for x in (*files, *(svg(figure).encode() for figure in figures for _ in range(2)))])
"""


@pytest.mark.slow
def test_two_processes_draw_the_same_bytes(in_child, tmp_path):
    """In PDF, in PNG, in SVG twice; of the two questions one has a figure of parts within parts."""
    said = [in_child(DRAW.format(folder=str(tmp_path)), PYTHONHASHSEED=seed).split() for seed in ("1", "2")]
    assert said[0] == said[1]
    _, _, one, one_again, other, other_again = said[0]
    assert one == one_again != other == other_again


def test_a_figure_is_laid_out_in_round_positions_whenever_it_is_drawn():
    figure = look.new_figure(7, 5)
    left, right = figure.subfigures(1, 2, width_ratios=[1, 2])
    panels = [left.subplots(), *right.subplots(2, 1)]
    edges = []
    for label in ("rate", "rate\nof every\nmotor unit", "rate"):
        panels[1].set_ylabel(label)
        figure.draw_without_rendering()
        boxes = np.array([left.bbox_relative, right.bbox_relative, *(axes.get_position() for axes in panels)])
        np.testing.assert_array_equal(boxes, np.round(boxes, DIGITS))
        edges.append(float(boxes[3, 0, 0]))
    assert edges[1] > edges[0] == edges[2]  # the label takes its room, and gives it back
