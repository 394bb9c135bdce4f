"""The shared look of all figures, and how they are written: the same measures give the same bytes."""

import functools
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text

from experiments.figure.layout import SettledLayout
from sim.results.disk import replace

# Colours that the colour-blind tell apart (Okabe & Ito 2008)
BLUE, AMBER, GREEN, VERMILION = "#0072B2", "#E69F00", "#009E73", "#D55E00"
INK, GREY, PALE = "#222222", "#767676", "#E4E4E4"
CONTROL, TEST = BLUE, VERMILION
COLUMN_WIDTH = 7.2  # inches, both columns of a journal page

STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.edgecolor": INK,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "text.parse_math": False,  # a name between two $ is a name: of a unit, a file, a level
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.hashsalt": "sherrington",
    "pdf.fonttype": 42,
}

Drawing = TypeVar("Drawing", bound=Callable[..., Any])


def new_figure(width: float, height: float) -> Figure:
    """A figure in the shared style; width and height in inches. It does not touch pyplot's state."""
    with mpl.rc_context(STYLE):
        return Figure(figsize=(width, height), layout=SettledLayout())


def styled(draw: Drawing) -> Drawing:
    """Decorator: whatever is drawn inside has the shared style."""

    @functools.wraps(draw)
    def drawn(*args: Any, **kwargs: Any) -> Any:
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    return drawn  # pyright: ignore[reportReturnType] (the same signature)


def title(axes: Axes, panel: str, text: str) -> Text:
    """The panel's letter and what it shows, in one line above it."""
    return axes.set_title(f"{panel}   {text}" if panel else text)


def message(axes: Axes, text: str) -> None:
    """What stands in a panel that has nothing to show."""
    axes.set(xticks=[], yticks=[])
    axes.text(0.5, 0.5, text, transform=axes.transAxes, ha="center", va="center", color=GREY)


def level_colours(count: int) -> list[Any]:
    """One colour for each level, from dark to light, the lightest still legible on white."""
    return list(mpl.colormaps["viridis"](np.linspace(0.0, 0.88, count)))


def save(figure: Figure, path: Path) -> None:
    """Write `path.png` and `path.pdf`, byte for byte the same whenever the figure is the same.

    Raises:
        StoreError: the disk refuses; a picture that was there is kept.
    """
    without = {"png": ("Software",), "pdf": ("CreationDate", "Producer", "Creator")}
    for kind, metadata in without.items():
        whole = BytesIO()
        with mpl.rc_context(STYLE):
            figure.savefig(whole, format=kind, metadata=dict.fromkeys(metadata))
        replace(path.with_suffix(f".{kind}"), whole.getvalue())
