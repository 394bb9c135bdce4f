"""What drives the units, in grey behind a panel: a command or a force."""

import numpy as np
from matplotlib.axes import Axes

from experiments.figure.look import GREY, PALE


def behind(axes: Axes, time: np.ndarray, course: np.ndarray, label: str = "") -> None:
    """Fill a course behind what is or will be drawn; nothing where it is not known.

    Args:
        time: s, (time,).
        course: any unit, (time,).
        label: of an axis on the right; none without it.
    """
    if not np.isfinite(course).any():
        return
    right = axes.twinx()
    low = min(0.0, float(np.nanmin(course)))
    right.fill_between(time, np.nan_to_num(course, nan=low), low, color=PALE, lw=0)
    right.set_ylim(low, max(1.08 * float(np.nanmax(course)), low + 1e-9))
    axes.set_zorder(right.get_zorder() + 1)
    axes.patch.set_visible(False)
    if not label:
        return right.set_axis_off()
    right.set_ylabel(label, color=GREY)
    right.spines["right"].set_visible(True)
    right.spines["right"].set_color(GREY)
    right.tick_params(axis="y", colors=GREY)
    return None
