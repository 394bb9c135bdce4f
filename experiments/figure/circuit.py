"""The circuit of an ankle as a textbook draws it, from the network itself: who reaches whom, and with what sign."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from experiments.figure.look import BLUE, GREY, INK, PALE, VERMILION, new_figure, styled
from networks.human_ankle.drawn import CORD, INHIBITS, KINDS, NERVE, SHARED, VIA, Place
from sim.spec.network import Network, NetworkError
from sim.spec.params import nearest

WIDTH, HEIGHT = 13.6, 11.0
BOXES = {"cell": (1.28, 0.62), "node": (1.22, 0.34), "organ": (1.22, 0.58), "drive": (1.3, 0.42)}
ROUND = {"cell": 0.28, "node": 0.02, "organ": 0.06, "drive": 0.02}
COLOURS = {"excites": BLUE, "inhibits": VERMILION, "acts": GREY}
WORDS = {"excites": "spikes excite", "inhibits": "spikes inhibit", "acts": "no spikes: drives, moves, is sensed"}


class Standing(NamedTuple):
    """Where a population stands.

    Args:
        x, y: its middle.
        kind: what its name says after the muscle.
        side: -1 left, 1 right of the midline, 0 on it.
        place: its kind's.
    """

    x: float
    y: float
    kind: str
    side: int
    place: Place


class Joined(NamedTuple):
    """An arrow.

    Args:
        source, target: populations.
        kind: "excites", "inhibits", or "acts" for what is no spike.
    """

    source: str
    target: str
    kind: str


def muscles_of(network: Network) -> list[str]:
    """Names of the muscles of an ankle, none of another network."""
    names = {p.name for p in network.populations}
    return [p.name for p in network.populations if {f"{p.name}_renshaw", f"{p.name}_units"} <= names]


def nerve_of(network: Network, muscle: str) -> str:
    """The name of the stimulator over the nerve of a muscle."""
    target = f"{muscle}_motor_nerve.stimulus"
    return next(p.source.partition(".")[0] for p in network.projections if p.target == target)


def places(network: Network, pair: tuple[str, str]) -> dict[str, Standing]:
    """Where each population of two muscles stands, by its name.

    Raises:
        NetworkError: the network has no such muscles.
    """
    muscles = muscles_of(network)
    if not muscles:
        raise NetworkError("only the circuit of an ankle can be drawn; write network=ankle.")
    for name in pair:
        if name not in muscles:
            raise NetworkError(f"the ankle has no muscle {name!r}: {nearest(name, muscles)}")
    names = {p.name for p in network.populations}
    found = {}
    for side, muscle in zip((-1, 1), pair, strict=True):
        nerve = nerve_of(network, muscle)
        own = {f"{muscle}_{kind}".rstrip("_"): (kind, place) for kind, place in KINDS.items()}
        own[nerve] = ("nerve", NERVE._replace(label=f"{nerve.replace('_', ' ')}\nnerve"))
        for name, (kind, place) in own.items():
            if name in names:
                found[name] = Standing(side * place.x * WIDTH / 2, place.y * HEIGHT, kind, side, place)
    for name, place in SHARED.items():
        found[name] = Standing(place.x, place.y * HEIGHT, name, 0, place)
    return found


def joined(network: Network, shown: dict[str, Standing]) -> Iterator[Joined]:
    """Each pair of populations that a projection joins, once; what runs back in an axon belongs to its arrow."""
    seen: set[Joined] = set()
    for projection in network.projections:
        source, _, variable = projection.source.partition(".")
        target, _, into = projection.target.partition(".")
        if source not in shown or target not in shown:
            continue
        kind = "acts" if variable else "inhibits" if into in INHIBITS else "excites"
        both = "node" in (shown[source].place.shape, shown[target].place.shape) or "ankle" in (source, target)
        one = Joined(source, target, kind)
        if one not in seen and not (both and Joined(target, source, kind) in seen):
            seen.add(one)
            yield one


@styled
def draw(network: Network, pair: tuple[str, str] = ("soleus", "tibialis")) -> Figure:
    """The circuit of two antagonists, without the person who may command them.

    Raises:
        NetworkError: the network has no such muscles.
    """
    shown = places(network, pair)
    figure = new_figure(7.2, 6.2)
    axes = figure.subplots()
    left = -WIDTH / 2 - 0.3
    axes.set(xlim=(left, -left), ylim=(-1.0, HEIGHT + 0.55))
    axes.axis("off")
    axes.axhspan(CORD * HEIGHT, HEIGHT + 0.55, color=PALE, alpha=0.45, lw=0)
    axes.text(left + 0.1, CORD * HEIGHT + 0.1, "spinal cord", color=GREY, va="bottom", size=6.5)
    axes.text(left + 0.1, CORD * HEIGHT - 0.1, "nerve, muscle, joint", color=GREY, va="top", size=6.5)
    for side, muscle in zip((-1, 1), pair, strict=True):
        axes.text(side * 0.8 * WIDTH / 2, HEIGHT - 0.1, muscle, ha="center", va="top", weight="bold", size=8)
    for one in joined(network, shown):
        _arrow(axes, shown[one.source], shown[one.target], one.kind)
    sizes = {p.name: p.size for p in network.populations}
    for name, own in shown.items():
        _box(axes, own, sizes[name])
    for k, (kind, words) in enumerate(WORDS.items()):
        y = -0.35 * k
        _line(axes, np.array([[left + 0.1, y], [left + 0.75, y]]), kind)
        axes.text(left + 0.95, y, words, va="center", size=5.5)
    return figure


def _box(axes: Axes, own: Standing, size: int) -> None:
    shape = own.place.shape
    width, height = BOXES[shape]
    edge = {"cell": INK, "node": GREY, "organ": INK, "drive": INK}[shape]
    fill = {"cell": "white", "node": "white", "organ": "#F3EFE6", "drive": "#E8F1F7"}[shape]
    corner = (own.x - width / 2, own.y - height / 2)
    box = f"round,pad=0,rounding_size={ROUND[shape]}"
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle=box, fc=fill, ec=edge, lw=0.7, zorder=3))
    label = f"{own.place.label} ({size})" if size > 1 else own.place.label
    axes.text(own.x, own.y, label, ha="center", va="center", size=4.6, zorder=4, linespacing=1.0)


def _arrow(axes: Axes, source: Standing, target: Standing, kind: str) -> None:
    """From the edge of one box to the edge of the other, along a parabola."""
    start, end = np.array([source.x, source.y]), np.array([target.x, target.y])
    side = source.side or target.side
    same = source.side == target.side or 0 in (source.side, target.side)
    via = VIA.get((source.kind, target.kind, same))
    if via is None:
        away = end - start
        control = (start + end) / 2 + (0 if abs(away[0]) < 0.1 else 0.06) * np.array([away[1], -away[0]]) * side
    else:
        control = np.array([side * via[0] * WIDTH / 2, via[1] * HEIGHT])
    t = np.linspace(0, 1, 400)[:, None]
    path = (1 - t) ** 2 * start + 2 * t * (1 - t) * control + t**2 * end
    path = path[~(_inside(path, source, 0.0) | _inside(path, target, 0.05))]
    if len(path) > 1:
        _line(axes, path, kind)
        both = {source.place.shape, target.place.shape} == {"node"} or target.kind in ("motor_nerve", "ankle")
        if both and source.place.shape != "drive":
            _head(axes, path[::-1], kind)  # impulses run both ways


def _inside(path: np.ndarray, own: Standing, more: float) -> np.ndarray:
    width, height = BOXES[own.place.shape]
    return (abs(path[:, 0] - own.x) < width / 2 + more) & (abs(path[:, 1] - own.y) < height / 2 + more)


def _line(axes: Axes, path: np.ndarray, kind: str) -> None:
    """A line that ends in an arrow, or in a ball where it inhibits."""
    colour = COLOURS[kind]
    axes.plot(*path.T, color=colour, lw=0.75, ls=(0, (3, 1.6)) if kind == "acts" else "-", zorder=2)
    if kind == "inhibits":
        axes.plot(*path[-1], "o", color=colour, ms=3.2, mew=0, zorder=5)
        return
    _head(axes, path, kind)


def _head(axes: Axes, path: np.ndarray, kind: str) -> None:
    back, colour = path[max(0, len(path) - 12)], COLOURS[kind]
    head = {"arrowstyle": "-|>,head_length=0.32,head_width=0.16", "color": colour, "lw": 0, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", xy=tuple(path[-1]), xytext=tuple(back), arrowprops=head, zorder=5)
