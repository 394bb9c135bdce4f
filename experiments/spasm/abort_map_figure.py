"""The figure of `abort_map`: maps of what is left of a spasm, with the border beyond which it does not stop."""

import numpy as np
import xarray as xr
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from experiments.figures import COLUMN_WIDTH, GREY, INK, PALE, VERMILION, caption, new_figure, styled, title

OUTCOMES = (("stopped", "it stops"), ("weaker", "it is weakened"), ("same", "it goes on"))
SHADES = {"stopped": "#0072B2", "weaker": "#9DC9E5", "same": "#D9D9D9"}
PALETTE = colormaps["YlOrBr"]


def treatments(m: xr.Dataset) -> list[tuple[str, str, float]]:
    """What is done, in words, and its case and intensity; the untreated spasm is none of them."""
    found = []
    for case in (m.attrs["treatment"], m.attrs["relaxation"]):
        for intensity in (float(x) for x in m["intensity"].values):
            relaxed = case == m.attrs["relaxation"]
            if relaxed or intensity > 0:
                fibres = f"{100 * intensity:.0f} % of Ia" if intensity > 0 else ""
                found.append((" + ".join(filter(None, ("relaxation" if relaxed else "", fibres))), case, intensity))
    return found


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the measures of `AbortMap`."""
    done, tiers = treatments(m), [str(name) for name in m["tier"].values]
    figure = new_figure(COLUMN_WIDTH, 2.35 * len(tiers) + 3.6)
    rows = figure.add_gridspec(2, 1, height_ratios=[2.1 * len(tiers), 1.5])
    top = rows[0].subgridspec(len(tiers), len(done), wspace=0.04)
    panels = []
    for row, tier in enumerate(tiers):
        for column, (words, case, intensity) in enumerate(done):
            axes = figure.add_subplot(top[row, column])
            panels.append(axes)
            _map(axes, m, tier, case, intensity)
            if row == 0:
                title(axes, "A" if column == 0 else "", words.replace(" + ", "\n+ ")).set_fontsize(6.8)
            axes.tick_params(labelleft=column == 0, labelbottom=row == len(tiers) - 1)
            if column == 0:
                axes.set_ylabel(f"{tier}\nconstitutive part of the level")
            if row == len(tiers) - 1:
                axes.set_xlabel("ligand")
    bar = figure.colorbar(ScalarMappable(Normalize(0, 100), PALETTE), ax=panels, fraction=0.025, pad=0.01)
    bar.set_label("force in the end (% of untreated)")
    below = figure.add_subplot(rows[1])
    _shares(below, m)
    title(below, "B", "Of the spasms that would last")
    caption(figure, _caption(m))
    return figure


def _map(axes: Axes, m: xr.Dataset, tier: str, case: str, intensity: float) -> None:
    """What is left of the spasm in every condition; white where the untreated segment has none that lasts."""
    here = m.sel(tier=tier)
    x, y = m["ligand"].values, m["constitutive"].values
    left = here["spasm_left_mean"].sel(case=case, intensity=intensity).values
    untreated = here["quiet_untreated"].values
    spasm, none = untreated < 0.5, untreated >= 0.5  # neither where all failed
    axes.set_facecolor(PALE)
    axes.pcolormesh(_edges(x), _edges(y), np.ma.masked_where(~spasm, left), cmap=PALETTE, norm=Normalize(0, 100), lw=0)
    axes.pcolormesh(_edges(x), _edges(y), np.ma.masked_where(~none, np.ones_like(left)), cmap="Greys", vmin=1, vmax=2)
    _border(axes, x, y, untreated, GREY, ":")
    for other in (str(name) for name in m["tier"].values):
        quiet = m["stopped_mean"].sel(tier=other, case=case, intensity=intensity).values
        _border(axes, x, y, quiet, INK if other == tier else VERMILION, "-" if other == tier else "--")
    axes.set_xticks(x, [f"{v:g}" for v in x])
    axes.set_yticks(y, [f"{v:g}" for v in y])
    axes.tick_params(labelsize=5.8)


def _border(axes: Axes, x: np.ndarray, y: np.ndarray, quiet: np.ndarray, colour: str, style: str) -> None:
    """The line on which half of the seeds are silent in the end."""
    if min(quiet.shape) > 1 and np.nanmin(quiet, initial=1) < 0.5 < np.nanmax(quiet, initial=0):
        axes.contour(x, y, quiet, levels=[0.5], colors=[colour], linestyles=[style], linewidths=1.3)


def _edges(centres: np.ndarray) -> np.ndarray:
    if len(centres) < 2:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    middle = (centres[1:] + centres[:-1]) / 2
    return np.concatenate([[2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]])


def _shares(axes: Axes, m: xr.Dataset) -> None:
    """What becomes of the spasms, a bar for each treatment and tier."""
    tiers, done = [str(name) for name in m["tier"].values], treatments(m)
    height = 0.8 / len(tiers)
    for row, (_, case, intensity) in enumerate(done):
        for k, tier in enumerate(tiers):
            at, begin = m.sel(tier=tier, case=case, intensity=intensity), 0.0
            y = row + height * (k - (len(tiers) - 1) / 2)
            for name, words in OUTCOMES:
                share = 100 * float(np.nan_to_num(at[f"share_{name}"]))
                axes.barh(
                    y, share, 0.9 * height, left=begin, color=SHADES[name], label=words if row == k == 0 else None
                )
                begin += share
            axes.text(101, y, f"{tier}, {int(at['spasms'])} spasms", va="center", fontsize=5.6, color=GREY)
    axes.set_yticks(range(len(done)), [words for words, _, _ in done])
    axes.set_ylim(len(done) - 0.5, -0.5)
    axes.set_xlim(0, 125)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel("share of the spasms (%), over all conditions and seeds of the map")
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, borderaxespad=0.1)


def _caption(m: xr.Dataset) -> str:
    conditions = m.sizes["constitutive"] * m.sizes["ligand"]
    done = m.sizes["case"] * m.sizes["intensity"]
    return (
        f"{m.attrs['simulated']} A brief excitation starts a spasm; then a train ({m.attrs['train']}) recruits a part "
        "of the antagonist's Ia fibres, or the release of ligand is taken away, which then clears with its time "
        "constant (chosen; no number is known), or both. After the train 6 s are left in which firing may come back. "
        f"{m.attrs['runs']} segments, {m.attrs['failed']} failed: {m.sizes['tier']} tiers of the motoneuron × "
        f"{conditions} levels × {done} treatments × {m.attrs['seeds']} seeds, the same noise in all, one draw of the "
        "wiring. A: mean over seeds of the force in the last second, in percent of the untreated spasm; white, the "
        "untreated segment has no spasm that lasts (left of the dotted line); grey, nothing was measured. Black: the "
        "border at which half of the seeds are silent in the end; dashed red, the same in the other tier, over the "
        "black "
        "where they coincide. That stimulation sees the sum of the two parts, and relaxation nothing without ligand, "
        "is "
        f"built in. B: weakened, firing goes on with less than {m.attrs['weaker']:g} % of the untreated force; shares "
        "depend on the ranges of the map. No such map is known for people."
    )
