"""The figure of `delta_f_why`: in each muscle, what changes behind ΔF in every case."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples

COLUMNS = (
    ("delta_f_percent", "ΔF\n(%)"),
    ("pic_percent", "inward current,\nlargest (%)"),
    ("pic_kept_effect", "inward current,\nkept (nA)"),
    ("level_percent", "monoaminergic\nlevel (%)"),
    ("g_recip_dend_effect", "inhibition of\ndendrites (nS)"),
    ("g_recip_soma_effect", "inhibition of\nthe soma (nS)"),
)


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `DeltaFWhy`."""
    muscles = [str(x) for x in m["muscle"].values]
    others = [str(x) for x in m["case"].values if x != m.attrs["control"]]
    figure = new_figure(COLUMN_WIDTH, 0.9 + len(muscles) * (0.7 + 0.22 * len(others)))
    axes = figure.subplots(len(muscles), len(COLUMNS), squeeze=False, sharex="col")
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for row, muscle in zip(axes, muscles, strict=True):
        own = m.sel(muscle=muscle)
        for k, (here, (name, _)) in enumerate(zip(row, COLUMNS, strict=True)):
            here.axvline(0, color=GREY, lw=0.6)
            for place, case in enumerate(others):
                colour = VERMILION if k == 0 else BLUE
                samples(here, [place], own.sel(case=case), name, colour, width=0.3, across=True)
            here.set_yticks(np.arange(len(others)), others if k == 0 else [""] * len(others))
            here.set_ylim(len(others) - 0.5, -0.5)
            title(here, next(letters), "")
        row[0].set_ylabel(muscle, fontweight="bold")
        row[-1].set_xlim(row[-2].get_xlim())  # the same inhibition, at two places
    for here, (_, label) in zip(axes[-1], COLUMNS, strict=True):
        here.set_xlabel(label)
    who = "participant" if "participant" in m.dims else "seed"
    caption(
        figure,
        f"{m.attrs['simulated']} {m.sizes[who]} {who}s, {m.attrs['failed']} of {m.attrs['runs']} failed. Changes from "
        f"{m.attrs['control']} in the decomposed units, paired; points, {who}s; large points, mean with its "
        "95 % interval.",
    )
    return figure
