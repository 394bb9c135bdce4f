"""Does a change of joint angle take persistent inward current away from motoneurons, and is it reciprocal inhibition?

The state is that of decerebration. The ankle is turned and held; then a voltage clamp moves the somata of the
motoneurons slowly up and down, or their command does. What reciprocal inhibition does is the difference to the same
samples, same noise, without it; what it does by itself is seen where the muscle's own afferents reach none of its
motoneurons, and what it would take to reach cats' numbers where it is many times as strong.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.inward_current import Ramp, inward, inward_measures
from experiments.measures.pool import pool_delta_f, pool_peak_rate
from experiments.published import joint_angle as cats
from experiments.question import Asked, Question
from experiments.reflex import joint_angle_and_pic_figure
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd
from sim.analysis.delta_f_convention import LATER_SPIKE_FROM_SECOND
from sim.measure import Measure
from sim.spec.network import Network
from sim.units import in_unit


@dataclass(frozen=True)
class JointAngleAndPic(Question):
    """Settings.

    Args:
        network: that is simulated; the holding potential is read from it.
        muscle: whose motoneurons are looked at.
        before, up, down: of the protocol.
        clamped: how far the potential rises.
        probe: mV, a potential at which the current is read besides.
        neutral: degrees, the angle that others are compared with.
        clamps: cases under voltage clamp: everything, without reciprocal inhibition, without the muscle's own
            afferents, and without these and with `times` as much reciprocal inhibition.
        times: of the last of these.
        contractions: cases in which the command rises and falls: everything, and without reciprocal inhibition.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "angle")

    network: Network
    muscle: str
    before: str | float
    up: str | float
    down: str | float
    clamped: str | float
    probe: float
    neutral: float
    clamps: tuple[str, str, str, str]
    contractions: tuple[str, str]
    times: float

    @property
    def ramp(self) -> Ramp:
        """The triangle."""
        before, up, down = (
            in_unit(x, "ms", name) / 1000 for name, x in (("before", self.before), ("up", self.up), ("down", self.down))
        )
        holding = self.network.leaves()[f"network.{self.muscle}.holding"].number
        return Ramp(before, up, down, float(holding), in_unit(self.clamped, "mV", "clamped"))

    @property
    def _words(self) -> tuple[str, ...]:
        return "all", "without reciprocal inhibition", "by it alone", f"by {self.times:g} times as much of it alone"

    def measures(self) -> tuple[Measure, ...]:
        pool = {"population": self.muscle}
        return (
            *inward_measures(self.muscle, self.ramp, self.probe),
            Measure("delta_f", "pps", "ΔF, pool mean", pool_delta_f, pool | {"convention": LATER_SPIKE_FROM_SECOND}),
            Measure("peak_rate", "pps", "peak smoothed rate, mean over recruited units", pool_peak_rate,
                    pool | {"rate": LATER_SPIKE_FROM_SECOND.rate}),
        )  # fmt: skip

    def answer(self, asked: Asked) -> xr.Dataset:
        """Measures, their changes from the neutral angle within each seed, and the currents over potential.

        Raises:
            ValueError: one of the cases, or the neutral angle, is missing.
        """
        m = asked.folded().sortby("angle")
        named(m, "case", *self.clamps, *self.contractions)
        angles = m["angle"].values.astype(float)
        if not np.isclose(angles, self.neutral).any():
            raise ValueError(
                f"the change is from {self.neutral:g} degrees, which is none of the angles {angles.tolist()}; add it "
                "to the axis `angle`, or choose another question.neutral."
            )
        clamped = m["case"].isin(list(self.clamps))
        for name in ("pic_at", "half", "back"):
            m[name] = m[name].where(clamped)  # the potential is that of a clamp
        still = m.isel(angle=int(np.argmin(np.abs(angles - self.neutral))), drop=True)
        for name, words in (("pic", "largest current"), ("pic_at", f"current at {self.probe:g} mV"),
                            ("pic_top", "current at the top of the command")):  # fmt: skip
            m[f"{name}_change"] = (100 * (m[name] / still[name].where(still[name] > 0) - 1)).assign_attrs(
                attributes("%", f"{words}: change from {self.neutral:g} degrees")
            )
        m["shift"] = (m["half"] - still["half"]).assign_attrs(
            attributes("mV", f"potential of half of the current: change from {self.neutral:g} degrees")
        )
        for name in ("pic", "pic_at"):
            with_, without = (m[name].sel(case=case, drop=True) for case in self.clamps[:2])
            m[f"{name}_taken"] = (100 * (1 - with_ / without.where(without > 0))).assign_attrs(
                attributes("%", f"{m[name].attrs['long_name']}: part that reciprocal inhibition takes")
            )
        m["hysteresis"] = (m["half"] - m["back"]).assign_attrs(
            attributes("mV", "potential of half of the current: on the way up less that on the way down")
        )
        found = summarised(m)
        return found.merge(self._courses(asked, m)).assign_attrs(
            muscle=self.muscle, probe=self.probe, neutral=self.neutral, times=float(self.times),
            speed=self.ramp.height / self.ramp.up,
            intact=self.clamps[0], silenced=self.clamps[1], alone=self.clamps[2], strong=self.clamps[3],
            contracting=self.contractions[0], contracting_silenced=self.contractions[1],
        )  # fmt: skip

    def _courses(self, asked: Asked, m: xr.Dataset) -> xr.Dataset:
        """Current over potential on the way up, (clamp, angle, potential): means over motoneurons and seeds."""
        ramp, curves = self.ramp, []
        potential = np.linspace(ramp.holding, ramp.holding + ramp.height, 81)
        for case in self.clamps:
            for k in range(m.sizes["angle"]):
                numbers = m["sample"].sel(case=case).isel(angle=k).values.ravel()
                if not (numbers >= 0).any():
                    curves.append(np.full(len(potential), np.nan))
                    continue
                view = asked.view(numbers[numbers >= 0])
                up = ramp.rising(view.time)
                mean = inward(view, self.muscle).mean((0, 1))[up]
                curves.append(np.interp(potential, ramp.potential(view.time[up]), mean))
        return xr.Dataset(
            {
                "current": (("clamp", "angle", "potential"),
                            np.reshape(curves, (len(self.clamps), m.sizes["angle"], -1)),
                            attributes("nA", "persistent inward current of the dendrites, mean")),
            },
            {
                "potential": ("potential", potential, attributes("mV", "potential of the soma")),
                "clamp": list(self.clamps),
                "angle": m["angle"],
            },
        )  # fmt: skip

    def draw(self, m: xr.Dataset) -> Figure:
        """Conductances over the angle (A), currents (B, C), changes of them (D, E), ΔF of a contraction (F)."""
        return joint_angle_and_pic_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Each angle, with and without reciprocal inhibition, and by that alone."""
        lines = []
        for angle in m["angle"].values:
            if np.isclose(angle, self.neutral):
                continue
            parts = [
                f"{words} {mean_and_sd(at, 'pic_change', 1, '%', sign=True)}, half of it at "
                f"{mean_and_sd(at, 'shift', 1, 'mV', sign=True)}, at {self.probe:g} mV "
                f"{mean_and_sd(at, 'pic_at_change', 0, '%', sign=True)}"
                for case, words in zip(self.clamps, self._words, strict=True)
                for at in [m.sel(case=case, angle=angle)]
            ]
            at = m.sel(angle=angle)
            lines.append(
                f"from {self.neutral:g} to {angle:g} degrees, largest current: {'; '.join(parts)}; reciprocal "
                f"inhibition takes {mean_and_sd(at, 'pic_taken', 1, '%')} of the largest current and "
                f"{mean_and_sd(at, 'pic_at_taken', 1, '%')} of that at {self.probe:g} mV"
            )
        for case in self.contractions:
            parts = [
                f"{angle:g} degrees {mean_and_sd(at, 'pic_top', 1, 'nA')}, ΔF {mean_and_sd(at, 'delta_f', 1, 'pps')}"
                for angle in m["angle"].values
                for at in [m.sel(case=case, angle=angle)]
            ]
            lines.append(f"{case}, current at the top of the command: {'; '.join(parts)}")
        return lines

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "Current: L-type calcium current of the four dendrites, as it is in the model, of every motoneuron of the "
            "pool; all their somata are clamped at once, so that none of them fires. The sodium part of the persistent "
            "inward current lies in the soma and is not in it.",
            f"Cats: about {cats.HALVED:g} % in motoneurons of ankle extensors, voltage clamp, by rotations of "
            f"{cats.ROTATION:g} degrees (Hyngstrom et al. 2007, abstract); from which angle, and by how much in which "
            "direction, was not read. The muscles, angles and spindles here are a person's.",
        ]
