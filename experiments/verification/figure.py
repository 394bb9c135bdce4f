"""The figure of the report: spikes, recruitment, convergence and ΔF, each with what it is held against."""

from io import BytesIO
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter
from PIL import Image

from experiments.figure.caption import caption
from experiments.figure.look import (
    AMBER,
    BLUE,
    COLUMN_WIDTH,
    GREEN,
    GREY,
    INK,
    PALE,
    STYLE,
    VERMILION,
    new_figure,
    styled,
    title,
)
from experiments.verification.convergence import STEPS, Convergence, order, words
from experiments.verification.neuron_parity import Parity, allowed
from experiments.verification.published_delta_f import CONVENTIONS, OPENHDEMG_DELTA_F, POOLS, Published
from sim.engine.integrate import SCHEMES
from sim.results.disk import replace

COLOURS = 128  # of the palette: lines and text on white need no more
SCALE_COLOURS = {0.8: AMBER, 1.0: VERMILION, 1.2: GREEN}
CONVERGED, PUBLISHED_STEP = "hTA, NEURON converged", "hTA, NEURON published step"
POWERS: dict[Any, Any] = {"text.parse_math": True}  # labels of logarithmic axes
SCHEME_COLOURS = dict(zip(SCHEMES, (AMBER, GREEN, BLUE), strict=True))


@styled
@mpl.rc_context(POWERS)
def draw(neuron: Parity, convergence: Convergence, published: Published) -> Figure:
    """Four panels, from the numbers of three families."""
    figure = new_figure(COLUMN_WIDTH, 6.3)
    panels = figure.subplots(2, 2, width_ratios=[1.15, 1])
    _spikes(panels[0, 0], neuron)
    _recruitment(panels[0, 1], neuron)
    _convergence(panels[1, 0], convergence)
    _delta_f(panels[1, 1], neuron, published)
    caption(figure, CAPTION)
    return figure


def _spikes(axes: Axes, m: Parity) -> None:
    """Spikes of each motoneuron, ours - NEURON's, over those that the converged run allows."""
    unit = np.arange(len(m.converged.found)) + 1
    reach = np.append(allowed(m.converged.expected), allowed(m.converged.expected)[-1])
    axes.fill_between(np.append(unit, unit[-1] + 1) - 0.5, -reach, reach, step="post", color=PALE, lw=0)
    axes.axhline(0, color=INK, lw=0.7)
    for (scale, pair), aside in zip(m.published_step.items(), (-0.22, 0, 0.22), strict=True):
        label = f"published step, PIC × {scale:.1f}"
        axes.plot(unit + aside, pair.miscounted(), "o", ms=3, mfc="white", mec=SCALE_COLOURS[scale], label=label)
    axes.plot(unit, m.converged.miscounted(), "D", ms=3, color=INK, label="converged, PIC × 1.0")
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    top = max(int(np.abs(pair.miscounted()).max()) for pair in (m.converged, *m.published_step.values()))
    axes.set(xlabel="motoneuron", ylabel="spikes, ours − NEURON's", ylim=(-3, max(top, 2) + 2.2), xlim=(0.2, 20.8))
    axes.set_xticks([1, 5, 10, 15, 20])
    axes.legend(loc="upper center", ncols=2, handletextpad=0.1, columnspacing=0.8, borderaxespad=0.1)
    title(axes, "A", "Spikes of each motoneuron")


def _recruitment(axes: Axes, m: Parity) -> None:
    """First spike of each motoneuron, ours - NEURON's converged."""
    later = 1000 * m.converged.recruited_later
    unit = np.arange(len(later)) + 1
    axes.axhspan(-1, 1, color=PALE, lw=0)
    axes.axhline(0, color=INK, lw=0.7)
    axes.vlines(unit, 0, later, color=INK, lw=0.8)
    axes.plot(unit, later, "D", ms=3, color=INK)
    reach = 1.25 * max(1, np.abs(later).max())
    axes.set(xlabel="motoneuron", ylabel="first spike, ours − NEURON's (ms)", ylim=(-reach, reach), xlim=(0.2, 20.8))
    axes.set_xticks([1, 5, 10, 15, 20])
    title(axes, "B", "Recruitment (converged)")


def _convergence(axes: Axes, m: Convergence) -> None:
    """Error against step; dotted, slopes 1 and 2."""
    for scheme, error in m.silent.items():
        _line(axes, error, SCHEME_COLOURS[scheme], f"{words(scheme)}, silent", "-")
    for scheme, error in m.firing.items():
        _line(axes, error, SCHEME_COLOURS[scheme], f"{words(scheme)}, {m.spikes} spikes", "--")
    axes.set(xscale="log", yscale="log", xlabel="step (ms)", ylabel="largest error of a potential (mV)")
    axes.set_xlim(STEPS[-1] / 1.15, STEPS[0] * 1.15)
    axes.set_xticks(STEPS, [f"{dt:g}" for dt in STEPS])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()
    lowest = min(error.min() for error in (*m.silent.values(), *m.firing.values()))
    highest = max(error.max() for error in (*m.silent.values(), *m.firing.values()))
    axes.set_ylim(lowest / 3, highest * 60)
    axes.legend(loc="upper left", handlelength=2.2, borderaxespad=0.1, labelspacing=0.25)
    title(axes, "C", "Convergence to Brian2's rk4")


def _line(axes: Axes, error: np.ndarray, colour: str, label: str, style: str) -> None:
    axes.plot(STEPS, error, style, color=colour, marker="o", ms=3, label=f"{label}: slope {order(error):.2f}")


def _delta_f(axes: Axes, neuron: Parity, published: Published) -> None:
    """ΔF, ours against what it is compared with; the identity line; below, the differences."""
    below = axes.inset_axes((0.0, 0.0, 1.0, 0.26))
    shown = _groups(neuron, published)
    top = 1.08 * max(max(expected.max(), found.max()) for expected, found, _, _, _ in shown)
    axes.plot([0, top], [0, top], color=GREY, lw=0.7)
    below.axhline(0, color=GREY, lw=0.7)
    for expected, found, marker, colour, label in shown:
        fill = colour if label == CONVERGED else "none"
        axes.plot(expected, found, marker, ms=4, mfc=fill, mec=colour, label=label)
        below.plot(expected, found - expected, marker, ms=3.5, mfc=fill, mec=colour)
    start = -0.26 / 0.74 * top - 0.12 * top  # leaves room for the differences
    axes.set(xlim=(0, top), ylim=(start, top), ylabel="ΔF, ours (pps)")
    axes.set_yticks([t for t in axes.get_yticks() if 0 <= t <= top])
    axes.yaxis.set_label_coords(-0.11, 0.68)
    axes.spines["bottom"].set_visible(False)
    axes.tick_params(bottom=False, labelbottom=False)
    largest = max(0.05, *(np.abs(found - expected).max() for expected, found, *_ in shown))
    below.set(xlim=(0, top), ylim=(-1.6 * largest, 1.6 * largest), xlabel="ΔF, reference (pps)")
    below.set_ylabel("difference\n(pps)")
    handles, labels = axes.get_legend_handles_labels()
    close = {"handletextpad": 0.1, "borderaxespad": 0.1, "labelspacing": 0.25}
    first = len(CONVENTIONS)  # the conventions above the line, the others below it
    axes.add_artist(axes.legend(handles[:first], labels[:first], loc="upper left", **close))
    axes.legend(handles[first:], labels[first:], loc="lower right", bbox_to_anchor=(1.0, 0.33), **close)
    title(axes, "D", "ΔF against its references")


def _groups(neuron: Parity, published: Published) -> list[tuple[np.ndarray, np.ndarray, str, str, str]]:
    """Reference and ours (pps), marker, colour and name of each group of points."""
    groups = []
    for (name, (_, expected)), marker in zip(CONVENTIONS.items(), "os^", strict=True):
        found = [published.pools[name][pool] for pool in POOLS]
        groups.append((np.array([expected[pool] for pool in POOLS]), np.array(found), marker, BLUE, name))
    for name, pairs in ((CONVERGED, [neuron.converged]), (PUBLISHED_STEP, list(neuron.published_step.values()))):
        ours, theirs = (np.array([pair.delta_f[k] for pair in pairs]) for k in (0, 1))
        groups.append((theirs, ours, "D", INK, name))
    expected = np.array(list(OPENHDEMG_DELTA_F.values()))
    return [*groups, (expected, published.units[list(OPENHDEMG_DELTA_F)], "v", VERMILION, "openhdemg, two units")]


CAPTION = (
    "A, B: pool hTA, noise off; black, NEURON 9.0.2 converged; circles, its published step with PIC × 0.8, 1.0, "
    "1.2; grey, tolerance. C: largest error of five potentials against Brian2's rk4. D: blue, published spike times "
    "under three conventions; black, ΔF of our spikes against NEURON's; red, openhdemg. VERIFICATION.md says the "
    "rest."
)
LEGEND = (
    "A, B: pool hTA (Powers & Heckman 2017), noise off, Aₑ a triangle up to 30, 10 s each way, Aᵢ 1.5; ours with dt "
    "0.05 ms in float32. Black: NEURON 9.0.2, converged (dt 0.005 ms, second order), with the PIC as published. "
    "Circles: NEURON with its published step (dt 0.025 ms, first order), PIC × 0.8, 1.0, 1.2. Grey: tolerance "
    "against the converged run (A: 1 spike or 0.5 %; B: 1 ms); circles are held within 1 % of a motoneuron's "
    "spikes. C: the Powers-Heckman motoneuron, noise off, 60 ms, float64; largest error of five potentials; "
    "reference: Brian2's rk4 on the same text, dt 0.0125 ms. D, blue: published spike times, pools of Powers & "
    "Heckman 2015 (ModelDB 183949) under three conventions (where a rate stands, which spike is recruitment), "
    "against an independent implementation. Black: ΔF of our spikes against that of NEURON's, the open ones with "
    "PIC × 0.8, 1.0, 1.2. Red: test units of openhdemg's sample recording, against what openhdemg 0.1.2 reports."
)
"""What the panels show, for the report."""


def save(figure: Figure, path: Path) -> None:
    """Write a PNG with a palette, the same bytes whenever the figure is the same.

    Raises:
        StoreError: the disk refuses; a picture that was there is kept.
    """
    whole, small = BytesIO(), BytesIO()
    with mpl.rc_context(STYLE | POWERS):
        figure.savefig(whole, format="png", metadata={"Software": None})
    path.parent.mkdir(exist_ok=True)
    with Image.open(whole) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(small, format="PNG", optimize=True)
    replace(path, small.getvalue())
