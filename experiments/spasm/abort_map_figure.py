"""The figure of `abort_map`: maps of what is left of a spasm, with the border beyond which it does not stop."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from experiments.figure.border import border, shaded_map
from experiments.figure.caption import caption
from experiments.figure.look import COLUMN_WIDTH, GREY, INK, new_figure, styled, title
from experiments.figure.shares import stacked

OUTCOMES = (("stopped", "it stops"), ("weaker", "it is weakened"), ("same", "it goes on"))
SHADES = ("#0072B2", "#9DC9E5", "#D9D9D9")  # of the outcomes


def treatments(m: xr.Dataset) -> list[tuple[str, str, float]]:
    """What is done, in words, and its case and intensity; the untreated spasm is none of them."""
    found = []
    for case, words in ((m.attrs["treatment"], ""), (m.attrs["relaxation"], "relaxation")):
        for intensity in (float(x) for x in m["intensity"].values):
            nerve = f"nerve at {intensity:g} MT" if intensity > 0 else ""
            if words or nerve:
                found.append((" + ".join(filter(None, (words, nerve))), case, intensity))
    return found


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `AbortMap`."""
    done = treatments(m)
    figure = new_figure(COLUMN_WIDTH, 5.25)
    rows = figure.add_gridspec(2, 1, height_ratios=[2.1, 1.5])
    top = rows[0].subgridspec(1, len(done), wspace=0.04)
    panels, colours = [], ScalarMappable()
    for column, (words, case, intensity) in enumerate(done):
        axes = figure.add_subplot(top[column])
        panels.append(axes)
        colours = _map(axes, m.sel(case=case, intensity=intensity))
        title(axes, "A" if column == 0 else "", words.replace(" + ", "\n+ ")).set_fontsize(6.8)
        axes.tick_params(labelleft=column == 0)
        axes.set_ylabel("constitutive part of the level" if column == 0 else "")
        axes.set_xlabel("ligand")
    bar = figure.colorbar(colours, ax=panels, fraction=0.025, pad=0.01)
    bar.set_label("force in the end (% of untreated)")
    below = figure.add_subplot(rows[1])
    _shares(below, m)
    title(below, "B", "Of the spasms that would last")
    caption(
        figure,
        f"{m.attrs['simulated']} {m.sizes['seed']} seeds (common random numbers), {m.attrs['failed']} of "
        f"{m.attrs['runs']} failed. White: no untreated spasm that lasts (dotted: its border). Black: half of the "
        "seeds are silent in the end.",
    )
    return figure


def _map(axes: Axes, m: xr.Dataset) -> ScalarMappable:
    """What is left of the spasm in every condition; white where the untreated muscle has none that lasts."""
    here = m[["spasm_left_mean", "quiet_untreated", "stopped_mean"]].transpose("constitutive", "ligand")
    untreated = here["quiet_untreated"]
    lasts = untreated.values < 0.5  # neither where all failed
    colours = shaded_map(axes, here["spasm_left_mean"].where(lasts), untreated.values >= 0.5, top=100)
    border(axes, untreated, GREY, ":")
    border(axes, here["stopped_mean"], INK)
    return colours


def _shares(axes: Axes, m: xr.Dataset) -> None:
    """What becomes of the spasms, a bar for each treatment."""
    done = treatments(m)
    for row, (_, case, intensity) in enumerate(done):
        at = m.sel(case=case, intensity=intensity)
        stacked(
            axes, row, [float(at[f"share_{name}"]) for name, _ in OUTCOMES], SHADES, height=0.8,
            words=f"{int(at['spasms'])} spasms", labels=[words for _, words in OUTCOMES] if row == 0 else (),
        )  # fmt: skip
    axes.set_yticks(range(len(done)), [words for words, _, _ in done])
    axes.set_ylim(len(done) - 0.5, -0.5)
    axes.set_xlabel("share of the spasms (%), over all conditions and seeds of the map")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.1)
