"""Which recordings are refused, and how wrong an estimate of them would be."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.forest import rows
from experiments.figure.look import COLUMN_WIDTH, GREY, INK, VERMILION, new_figure, styled, title
from experiments.fit.driven import in_lines
from experiments.statistics import share


@styled
def draw(m: xr.Dataset) -> Figure:
    """Two panels that share their rows."""
    names = [str(name) for name in m["number"].values]
    conditions = [str(one) for one in m["condition"].values]
    figure = new_figure(COLUMN_WIDTH, 1.5 + 0.3 * len(conditions))
    left, right = figure.subplots(1, 2, width_ratios=[1, 0.21 * len(names)])
    for y, (count, refused) in enumerate(zip(m["count"].values, m["refused"].values, strict=True)):
        if count:
            percent, low, high = share(int(refused), int(count))
            spread = [[percent - low], [high - percent]]
            left.errorbar(percent, y, xerr=spread, fmt="o", ms=4, lw=1, color=VERMILION if y else INK)
    left.axvline(1, color=GREY, lw=0.8)
    rows(left, [f"{one} (n {n})" for one, n in zip(conditions, m["count"].values, strict=True)], labelled=True)
    left.set(xlim=(-4, 104), xlabel="refused at the 1 % level (%)")
    title(left, "A", "Refused")
    held = 100 * m["held"].values
    right.imshow(np.ma.masked_invalid(90 - held), cmap="Reds", vmin=0, vmax=120, aspect="auto")
    for y, k in np.ndindex(held.shape):
        if np.isfinite(held[y, k]):
            right.text(k, y, f"{held[y, k]:.0f}", ha="center", va="center", color=INK)
    right.set_xticks(range(len(names)), list(map(in_lines, names)), fontsize=5)
    right.set_yticks([])
    right.tick_params(length=0)
    for side in right.spines.values():
        side.set_visible(False)
    title(right, "B", "Coverage of 90 % intervals (%)")
    caption(
        figure,
        f"{m.attrs.get('simulated', '')} A: share, exact 95 % interval; line, 1 %. B: as if none were refused; empty, "
        "truth beyond the prior.",
    )
    return figure
