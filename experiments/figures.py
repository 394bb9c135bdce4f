"""The shared look of all figures, and how they are written: the same measures give the same bytes."""

from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

STYLE = {
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "lines.linewidth": 1.2,
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.hashsalt": "sherrington",
    "pdf.fonttype": 42,
}


def new_figure(width: float, height: float) -> Figure:
    """A figure in the shared style; width and height in inches. It does not touch pyplot's state."""
    mpl.use("Agg")
    with mpl.rc_context(STYLE):
        return Figure(figsize=(width, height), layout="constrained")


def styled(draw):
    """Decorator: whatever is drawn inside has the shared style."""

    def drawn(*args, **kwargs):
        mpl.use("Agg")
        with mpl.rc_context(STYLE):
            return draw(*args, **kwargs)

    drawn.__doc__, drawn.__name__ = draw.__doc__, draw.__name__
    return drawn


def letter(axes: Axes, text: str) -> None:
    """A panel letter at the top left, outside the axes."""
    axes.text(-0.02, 1.06, text, transform=axes.transAxes, fontsize=10, fontweight="bold", ha="right", va="bottom")


def caption(figure: Figure, text: str) -> None:
    """What was simulated, beneath the panels."""
    figure.supxlabel(text, x=0.01, ha="left", fontsize=6.5, wrap=True)


def save(figure: Figure, path: Path) -> None:
    """Write `path.png` and `path.pdf`, byte for byte the same whenever the figure is the same."""
    with mpl.rc_context(STYLE):
        figure.savefig(path.with_suffix(".png"), metadata={"Software": None})
        figure.savefig(path.with_suffix(".pdf"), metadata={"CreationDate": None, "Producer": None, "Creator": None})
