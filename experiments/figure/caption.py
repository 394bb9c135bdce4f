"""The caption on a figure: what was simulated, how many, what the bars are. Three lines; the report says the rest."""

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.textpath import text_to_path

from experiments.figure.look import INK, STYLE

SIZE = 6.5  # points
MOST = 3  # lines


def caption(figure: Figure, text: str) -> None:
    """Write a caption beneath the panels.

    Args:
        text: sentences; what does not fit into three lines is cut off, with an ellipsis.
    """
    width, height = figure.get_size_inches()
    lines = wrapped(text, width)
    if len(lines) > MOST:
        lines = [*lines[: MOST - 1], f"{lines[MOST - 1].rsplit(' ', 1)[0]} …"]
    share = (len(lines) * SIZE * 1.3 / 72 + 0.1) / height
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, share, 1, 1 - share))  # pyright: ignore[reportArgumentType] (floats are taken)
    figure.text(0.1 / width, 0.05 / height, "\n".join(lines), fontsize=SIZE, color=INK, va="bottom", linespacing=1.3)


def wrapped(text: str, width: float) -> list[str]:
    """Lines that fit a figure of `width` inches, in the caption's font."""
    font = FontProperties(family=STYLE["font.family"], size=SIZE)

    def points(line: str) -> float:
        return text_to_path.get_text_width_height_descent(line, font, False)[0]

    lines, line = [], ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if line and points(longer) > (width - 0.2) * 72:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]
