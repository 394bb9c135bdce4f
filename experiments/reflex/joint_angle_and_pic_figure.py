"""The figure of `joint_angle_and_pic`: what reaches motoneurons at each angle, their inward current, and its change."""

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.figure.caption import caption
from experiments.figure.look import (
    AMBER,
    BLUE,
    COLUMN_WIDTH,
    GREY,
    INK,
    VERMILION,
    level_colours,
    new_figure,
    styled,
    title,
)
from experiments.figure.samples import samples
from experiments.published import joint_angle as cats


@styled
def draw(m: xr.Dataset) -> Figure:
    """The figure, from the answer of `JointAngleAndPic`."""
    figure = new_figure(COLUMN_WIDTH, 4.8)
    axes = figure.subplots(2, 3)
    _conductances(axes[0, 0], m)
    _currents(axes[0, 1], m, m.attrs["intact"], legend=True)
    _currents(axes[0, 2], m, m.attrs["alone"])
    top = max(axes[0, 1].get_ylim()[1], axes[0, 2].get_ylim()[1])
    axes[0, 1].set_ylim(0, top)
    axes[0, 2].set_ylim(0, top)
    _change(axes[1, 0], m, "pic_change")
    _change(axes[1, 1], m, "pic_at_change")
    axes[1, 0].legend(loc="lower right", bbox_to_anchor=(1.03, 0.2))
    axes[1, 0].set_ylim(-65, 25)
    _contraction(axes[1, 2], m)
    for letter, one, words in zip(
        "ABCDEF",
        axes.ravel(),
        ("What reaches them", "Clamped, everything", "Own afferents cut", "Largest current",
         f"Current at {m.attrs['probe']:g} mV".replace("-", "\N{MINUS SIGN}"), "ΔF of a contraction"),
        strict=True,
    ):  # fmt: skip
        title(one, letter, words)
    caption(
        figure,
        f"{m.attrs['simulated']} Ankle held; a clamp moves somata of the {m.attrs['muscle']} by "
        f"{m.attrs['speed']:.3g} mV/s (A-E), or their command rises and falls (F). {m.sizes['seed']} seeds, "
        f"{m.attrs['failed']} of {m.attrs['runs']} failed. Small "
        "points, seeds; large, mean and 95 % interval; grey: cats (Hyngstrom et al. 2007).",
    )
    return figure


def _of(m: xr.Dataset, case: str, name: str) -> xr.Dataset:
    return m[[name, f"{name}_mean", f"{name}_half"]].sel(case=case).transpose("angle", ...)


def _signed(angle: float) -> str:
    return f"{angle:+g}".replace("-", "\N{MINUS SIGN}") if angle else "0"


def _degrees(axes: Axes, m: xr.Dataset) -> None:
    angles = m["angle"].values.astype(float)
    axes.set(xlabel="angle of the ankle (degrees)", xlim=(angles[0] - 4, angles[-1] + 4))
    axes.set_xticks(angles, [_signed(x) for x in angles])


def _conductances(axes: Axes, m: xr.Dataset) -> None:
    angles = m["angle"].values.astype(float)
    for name, colour, words in (
        ("inhibition", VERMILION, "reciprocal inhibition"),
        ("excitation", BLUE, "own Ia fibres"),
    ):
        samples(axes, angles, _of(m, m.attrs["intact"], name), name, colour, line="-", label=words)
    _degrees(axes, m)
    axes.set(ylabel="conductance on the dendrites (nS)")
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])  # room for the legend
    axes.legend(loc="upper center")


def _currents(axes: Axes, m: xr.Dataset, case: str, legend: bool = False) -> None:
    for colour, angle in zip(level_colours(m.sizes["angle"]), m["angle"].values, strict=True):
        own = m["current"].sel(clamp=case, angle=angle).values
        axes.plot(m["potential"].values, own, color=colour, label=_signed(angle))
        if case == m.attrs["alone"]:
            strong = m["current"].sel(clamp=m.attrs["strong"], angle=angle).values
            axes.plot(m["potential"].values, strong, color=colour, ls="--", lw=0.8)
    if case == m.attrs["alone"]:
        axes.plot([], [], color=GREY, ls="--", lw=0.8, label=f"inhibition × {m.attrs['times']:g}")
        axes.legend(loc="upper left")
    axes.axvline(m.attrs["probe"], color=GREY, lw=0.6, ls=":")
    axes.set(xlabel="potential of the soma (mV)", ylabel="inward current of dendrites (nA)", ylim=(0, None))
    axes.set_xlim(float(m["potential"][0]), float(m["potential"][-1]))
    if legend:
        axes.legend(title="degrees", title_fontsize=6.5, loc="upper left")


def _change(axes: Axes, m: xr.Dataset, name: str) -> None:
    angles = m["angle"].values.astype(float)
    for k, (which, colour, words) in enumerate(
        (("intact", INK, "everything"), ("silenced", BLUE, "no reciprocal inhibition"),
         ("alone", VERMILION, "no own afferents"), ("strong", AMBER, f"these, inhibition × {m.attrs['times']:g}"))
    ):  # fmt: skip
        samples(axes, angles + 1.0 * (k - 1.5), _of(m, m.attrs[which], name), name, colour, line="-", label=words)
    axes.axhline(0, color=INK, lw=0.6, ls=":")
    axes.axhline(cats.HALVED, color=GREY, lw=0.9, ls="--")
    axes.text(0.99, cats.HALVED + 1, "cats", color=GREY, ha="right", transform=axes.get_yaxis_transform())
    low, high = axes.get_ylim()
    axes.set(ylabel=f"change from {m.attrs['neutral']:g} degrees (%)", ylim=(min(low, -60), max(high, 60)))
    _degrees(axes, m)


def _contraction(axes: Axes, m: xr.Dataset) -> None:
    angles = m["angle"].values.astype(float)
    for k, (which, colour, words) in enumerate(
        (("contracting", INK, "everything"), ("contracting_silenced", BLUE, "no reciprocal inhibition"))
    ):
        samples(axes, angles + 1.2 * (k - 0.5), _of(m, m.attrs[which], "delta_f"), "delta_f", colour, line="-",
                label=words)  # fmt: skip
    _degrees(axes, m)
    axes.set(ylabel="ΔF (pps)")
    axes.set_ylim(0, 1.35 * axes.get_ylim()[1])
    axes.legend(loc="upper left")
