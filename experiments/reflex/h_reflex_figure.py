"""The figure of `h_reflex`: EMG at some intensities, M and H over intensity, the largest H reflex."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, VERMILION, new_figure, styled, title
from experiments.figure.samples import samples
from experiments.figure.series import series
from experiments.published import reflexes as people

COLOURS = {"m": VERMILION, "h": BLUE}


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `HReflex`."""
    cases = m.sizes["case"]
    figure = new_figure(COLUMN_WIDTH, 3.1)
    grid = figure.add_gridspec(1, 2 + cases, width_ratios=[1.2, *(1.3 for _ in range(cases)), 0.6])
    _emg(figure.add_subplot(grid[0, 0]), m)
    for k, case in enumerate(m["case"].values):
        axes = figure.add_subplot(grid[0, 1 + k])
        _curves(axes, m.sel(case=case), labelled=k == 0)
        title(axes, "BCDEFGH"[k], str(case))
    axes = figure.add_subplot(grid[0, -1])
    _largest(axes, m)
    title(axes, "BCDEFGH"[cases], "largest H")
    caption(
        figure,
        f"{m.attrs['simulated']} One pulse on the nerve. {m.sizes['intensity']} intensities × {cases} pulses × "
        f"{m.sizes['seed']} seeds, {m.attrs['failed']} of {m.attrs['runs']} failed. Small points, seeds (common random "
        "numbers); large points, mean with its 95 % interval; grey, ReMoto's soleus; band, young people standing.",
    )
    return figure


def _emg(axes: Axes, m: xr.Dataset) -> None:
    time, shown = m["emg_time"].values, m["emg"].values
    height = np.nanmax(np.abs(shown), initial=1e-9)
    for k, (intensity, x) in enumerate(zip(m["shown_intensity"].values, shown, strict=True)):
        axes.plot(time, x / height - 1.1 * k, color=INK, lw=0.8)
        axes.text(time[-1], -1.1 * k + 0.12, f"{intensity:.3g}", ha="right", va="bottom", fontsize=6.5, color=GREY)
    axes.axvline(0, color=GREY, lw=0.6, ls=":")
    axes.set(xlabel="time after the stimulus (ms)", yticks=[], xlim=(time[0], time[-1]))
    axes.spines["left"].set_visible(False)
    title(axes, "A", f"EMG, {m.attrs['muscle']}; × MT")


def _curves(axes: Axes, m: xr.Dataset, *, labelled: bool) -> None:
    low, high = people.REMOTO_INTENSITY
    x = np.linspace(low, high, len(people.REMOTO_M)) / 12
    for known in (people.REMOTO_M, people.REMOTO_H):
        axes.plot(x, 100 * np.array(known) / max(people.REMOTO_M), color=GREY, lw=0.8, ls="--", zorder=1)
    for name in ("m", "h"):
        series(axes, m, name, along="intensity", colours=[COLOURS[name]])
        axes.plot([], [], color=COLOURS[name], label={"m": "M wave", "h": "H reflex"}[name])
    axes.set(xlabel="intensity (× motor threshold)", ylim=(-4, 118))
    if labelled:
        axes.set_ylabel("% of the largest M wave")
        axes.legend(loc="upper left")
    else:
        axes.tick_params(labelleft=False)


def _largest(axes: Axes, m: xr.Dataset) -> None:
    axes.axhspan(*people.H_MAX, color=GREY, alpha=0.25, lw=0)
    samples(axes, np.arange(m.sizes["case"]), m[["h_max", "h_max_mean", "h_max_half"]].transpose("case", ...), "h_max",
            BLUE, width=0.25, beside=0.2)  # fmt: skip
    axes.set_xticks(range(m.sizes["case"]), [str(case) for case in m["case"].values], rotation=30)
    axes.set(xlim=(-0.7, m.sizes["case"] - 0.3), ylim=(0, 105), ylabel="% of the largest M wave")
