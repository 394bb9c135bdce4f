"""The figure of `abort_map`: maps of what is left of a spasm, with the border beyond which it does not stop."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.figure import Figure

from experiments.figure.border import border, shaded_map
from experiments.figure.caption import caption
from experiments.figure.look import COLUMN_WIDTH, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.shares import stacked

OUTCOMES = (("stopped", "it stops"), ("weaker", "it is weakened"), ("same", "it goes on"))
SHADES = ("#0072B2", "#9DC9E5", "#D9D9D9")  # of the outcomes


def treatments(m: xr.Dataset) -> list[tuple[str, str, float]]:
    """What is done, in words, and its case and intensity; the untreated spasm is none of them."""
    found = []
    for case, words in ((m.attrs["treatment"], ""), (m.attrs["relaxation"], "relaxation")):
        for intensity in (float(x) for x in m["intensity"].values):
            fibres = f"{100 * intensity:.0f} % of Ia" if intensity > 0 else ""
            if words or fibres:
                found.append((" + ".join(filter(None, (words, fibres))), case, intensity))
    return found


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `AbortMap`."""
    done, tiers = treatments(m), m["tier"].values
    figure = new_figure(COLUMN_WIDTH, 2.35 * len(tiers) + 2.9)
    rows = figure.add_gridspec(2, 1, height_ratios=[2.1 * len(tiers), 1.5])
    top = rows[0].subgridspec(len(tiers), len(done), wspace=0.04)
    panels, colours = [], ScalarMappable()
    for row, tier in enumerate(tiers):
        for column, (words, case, intensity) in enumerate(done):
            axes = figure.add_subplot(top[row, column])
            panels.append(axes)
            colours = _map(axes, m.sel(case=case, intensity=intensity), tier)
            if row == 0:
                title(axes, "A" if column == 0 else "", words.replace(" + ", "\n+ ")).set_fontsize(6.8)
            axes.tick_params(labelleft=column == 0, labelbottom=row == len(tiers) - 1)
            axes.set_ylabel(f"{tier}\nconstitutive part of the level" if column == 0 else "")
            axes.set_xlabel("ligand" if row == len(tiers) - 1 else "")
    bar = figure.colorbar(colours, ax=panels, fraction=0.025, pad=0.01)
    bar.set_label("force in the end (% of untreated)")
    below = figure.add_subplot(rows[1])
    _shares(below, m)
    title(below, "B", "Of the spasms that would last")
    caption(
        figure,
        f"{m.attrs['simulated']} {m.sizes['constitutive'] * m.sizes['ligand']} levels × "
        f"{m.sizes['case'] * m.sizes['intensity']} treatments × {m.sizes['tier']} tiers × {m.sizes['seed']} seeds "
        f"(common random numbers), {m.attrs['failed']} of {m.attrs['runs']} failed. A: mean over seeds; white, no "
        "spasm that lasts untreated (dotted: its border); black, half of the seeds are silent in the end; dashed "
        "red, in the other tier. B: shares of all.",
    )
    return figure


def _map(axes: Axes, m: xr.Dataset, tier: str) -> ScalarMappable:
    """What is left of the spasm in every condition; white where the untreated segment has none that lasts."""
    here = m.sel(tier=tier)[["spasm_left_mean", "quiet_untreated"]].transpose("constitutive", "ligand")
    untreated = here["quiet_untreated"]
    lasts = untreated.values < 0.5  # neither where all failed
    colours = shaded_map(axes, here["spasm_left_mean"].where(lasts), untreated.values >= 0.5, top=100)
    border(axes, untreated, GREY, ":")
    for other in m["tier"].values:
        own = other == tier
        quiet = m["stopped_mean"].sel(tier=other).transpose("constitutive", "ligand")
        border(axes, quiet, INK if own else VERMILION, "-" if own else "--")
    return colours


def _shares(axes: Axes, m: xr.Dataset) -> None:
    """What becomes of the spasms, a bar for each treatment and tier."""
    tiers, done = m["tier"].values, treatments(m)
    height = 0.8 / len(tiers)
    for row, (_, case, intensity) in enumerate(done):
        for k, tier in enumerate(tiers):
            at = m.sel(tier=tier, case=case, intensity=intensity)
            stacked(
                axes, row + height * (k - (len(tiers) - 1) / 2), [float(at[f"share_{name}"]) for name, _ in OUTCOMES],
                SHADES, height=height, words=f"{tier}, {int(at['spasms'])} spasms",
                labels=[words for _, words in OUTCOMES] if row == k == 0 else (),
            )  # fmt: skip
    axes.set_yticks(range(len(done)), [words for words, _, _ in done])
    axes.set_ylim(len(done) - 0.5, -0.5)
    axes.set_xlabel("share of the spasms (%), over all conditions and seeds of the map")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.1)
