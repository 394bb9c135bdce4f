"""A recording, what the posterior predicts of it, and the posterior."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import BLUE, COLUMN_WIDTH, GREY, INK, PALE, message, new_figure, styled, title
from experiments.figure.units import by_recruitment, raster
from experiments.fit.driven import WORDS, estimate
from experiments.words import listed


@styled
def draw(m: xr.Dataset) -> Figure:
    """Discharges (A, B), rate and share of the active units (C, D), the posterior (E)."""
    count = m.sizes["number"]
    figure = new_figure(COLUMN_WIDTH, 4.2 + 0.24 * count + 0.5)
    grid = figure.add_gridspec(3, 2, height_ratios=[2.2, 1.8, 0.3 + 0.24 * count])
    recorded, simulated = (figure.add_subplot(grid[0, k]) for k in (0, 1))
    rate, active = (figure.add_subplot(grid[1, k]) for k in (0, 1))
    below = figure.add_subplot(grid[2, :])
    spikes = m["discharges"].values
    ends = _ends(m)
    _raster(recorded, spikes, ends)
    if "force" in m:
        height = len(spikes) / max(float(np.nanmax(m["force"].values)), 1e-12)
        force = m["force"].values * height
        recorded.fill_between(m["force_time"].values, 0.3, 0.3 + force, color=PALE, lw=0, zorder=0)
    title(recorded, "A", "Recorded")
    title(simulated, "B", "The model at a posterior draw near the mean")
    title(rate, "C", "Rate of the active units")
    title(active, "D", "Units active")
    if "predicted_spikes" in m:
        _raster(simulated, m["predicted_spikes"].values, ends)
        for axes, name, label in ((rate, "rate", "rate (pps)"), (active, "active", "share of the units")):
            _band(axes, m, name)
            axes.set(xlim=ends, ylim=(0, None), xlabel="time (s)", ylabel=label)
    else:
        for axes in (simulated, rate, active):
            message(axes, "no estimate is given" if not m.attrs["shown"] else "nothing was simulated")
    title(below, "E", "Posterior over the range of the prior")
    if m.attrs["shown"]:
        _posterior(below, m)
    else:
        below.axis("off")
        below.text(0.0, 0.95, _wrapped(m.attrs["refusal"]), transform=below.transAxes, va="top", color=INK)
    possible = "" if m.attrs["possible"] else " The model cannot have produced this recording."
    caption(
        figure,
        f"{m.attrs['recording']}: {m.attrs['units_seen']} units; grey, force. Bands: 50 and 90 % of simulations of "
        f"posterior draws; line, the recording. E: mean, 50 and 90 % interval; hollow, not identified. Misfit p "
        f"{m.attrs['misfit_p']:.2g}.{possible}",
    )
    return figure


def _ends(m: xr.Dataset) -> tuple[float, float]:
    start, *lengths = m.attrs["flanks"]
    return start - 0.1 * lengths[0], start + sum(lengths) + 0.3 * lengths[-1]


def _raster(axes: Axes, spikes: np.ndarray, ends: tuple[float, float]) -> None:
    fires = np.isfinite(spikes).sum(axis=-1) > 0
    spikes = spikes[fires]
    raster(axes, spikes, by_recruitment(spikes[:, 0]), label="unit")
    axes.set(xlim=ends, xlabel="time (s)")


def _band(axes: Axes, m: xr.Dataset, name: str) -> None:
    t, bands = m["part_time"].values, m[f"{name}_predicted"].values
    axes.fill_between(t, bands[0], bands[-1], color=BLUE, alpha=0.18, lw=0)
    axes.fill_between(t, bands[1], bands[-2], color=BLUE, alpha=0.3, lw=0)
    axes.plot(t, m[f"{name}_recorded"].values, "o-", color=INK, ms=2.2, lw=0.9)


def _posterior(axes: Axes, m: xr.Dataset) -> None:
    names = [str(name) for name in m["number"].values]
    low, high = (np.atleast_1d(m.attrs[end]) for end in ("low", "high"))

    def share(values: np.ndarray, k: int) -> np.ndarray:
        return (values - low[k]) / (high[k] - low[k])

    for k, name in enumerate(names):
        row, known = len(names) - 1 - k, bool(m["identified"].values[k])
        colour = BLUE if known else GREY
        axes.plot([0, 1], [row, row], color=PALE, lw=4, solid_capstyle="butt", zorder=0)
        axes.plot(share(m["interval"].values[k], k), [row, row], color=colour, lw=1.2)
        axes.plot(share(m["half"].values[k], k), [row, row], color=colour, lw=3.2, solid_capstyle="butt")
        axes.plot(share(m["mean"].values[k], k), row, "o", ms=4.5, color=colour, mfc=colour if known else "white")
        unit = "" if listed(m, "units")[k] == "1" else f" {listed(m, 'units')[k]}"
        axes.text(-0.01, row, f"{WORDS.get(name, name)}   {_end(low[k])}{unit}", ha="right", va="center")
        axes.text(1.01, row, f"{_end(high[k])}{unit}", ha="left", va="center")
        said, span = estimate(m["mean"].values[k], m["interval"].values[k], listed(m, "units")[k])
        axes.text(1.1, row, f"{said}  ({span})" if known else "not identified", ha="left", va="center", color=colour)
    axes.set(xlim=(-0.42, 1.5), ylim=(-0.6, len(names) - 0.4), xticks=[], yticks=[])
    for side in ("left", "bottom"):
        axes.spines[side].set_visible(False)


def _wrapped(text: str) -> str:
    from textwrap import fill

    return fill(text, 120)


def _end(value: float) -> str:
    return f"{value:g}".replace("-", "−")
