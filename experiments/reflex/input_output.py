"""What does a pool make of its input with and without persistent inward currents, and who goes on firing after it?

The command rises slowly to far beyond what recruits the pool, and ends; later a second of a strong command stands on
one that is too weak to recruit by itself. Gain is the slope of the summed rate over the command; force is in percent of
the largest that any level and command of the design brings.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.gain import BIAS, BINS, durations, force, gain_measures, output
from experiments.published import gain as cats
from experiments.question import Asked, Question
from experiments.reflex import input_output_figure
from experiments.statistics import attributes, summarised
from experiments.words import mean_and_sd
from sim.measure import Measure
from sim.units import in_unit


@dataclass(frozen=True)
class InputOutput(Question):
    """Settings.

    Args:
        muscle: whose motoneurons are looked at.
        peak, up, rest: of the protocol.
        healthy: the level of a healthy person, which is compared with none.
    """

    dims: ClassVar[tuple[str, ...]] = ("level",)

    muscle: str
    peak: float
    up: str | float
    rest: str | float
    healthy: float

    @property
    def rise(self) -> float:
        """s."""
        return in_unit(self.up, "ms", "the rise") / 1000

    @property
    def pulse(self) -> float:
        """s, when the strong command begins."""
        return self.rise + in_unit(self.rest, "ms", "the rest") / 1000 + BIAS

    def measures(self) -> tuple[Measure, ...]:
        return gain_measures(self.muscle, float(self.peak), self.rise, self.pulse)

    def answer(self, asked: Asked) -> xr.Dataset:
        """Measures over the level, gain relative to that without monoamines, the curves of output and of force, and how
        long each motoneuron goes on firing.

        Raises:
            ValueError: there is no level 0, or force was not recorded.
        """
        m = asked.folded().sortby("level")
        if float(m["level"][0]) != 0:
            raise ValueError("gain is compared with that without monoamines; give the axis `level` a value of 0.")
        m["times"] = (m["gain"] / m["gain"].isel(level=0, drop=True)).assign_attrs(
            attributes("1", "gain, in multiples of that without persistent calcium current")
        )
        flat = m["sample"].transpose("level", "seed").values
        view = asked.view(np.maximum(flat.ravel(), 0))
        command, rate = output(view, self.muscle, float(self.peak), self.rise)
        lasts = durations(view, self.muscle, self.pulse)
        shape = (m.sizes["level"], m.sizes["seed"])
        pulls = force(view, self.muscle, float(self.peak), self.rise).reshape(*shape, -1)
        with np.errstate(invalid="ignore"):
            pulls = 100 * pulls / np.fmax.reduce(pulls, axis=(0, 2), keepdims=True)
        m["force_end"] = (
            ("level", "seed"),
            pulls[..., -BINS // 10 :].mean(-1),
            attributes("%", "force at the end of the rise, of the largest of all levels and commands"),
        )
        found = summarised(m)
        more = xr.Dataset(
            {
                "output": (("level", "seed", "command"), rate.reshape(*shape, -1),
                           attributes("pps", "summed rate of the pool")),
                "force": (("level", "seed", "command"), pulls, attributes("%", "force, of the largest of the seed")),
                "lasts": (("level", "seed", "motoneuron"), lasts.reshape(*shape, -1),
                          attributes("s", "self-sustained firing after a second of input")),
            },
            {
                "command": ("command", command, attributes("1", "excitatory command A_e")),
                "motoneuron": np.arange(1, lasts.shape[-1] + 1),
                "level": m["level"], "seed": m["seed"],
            },
        )  # fmt: skip
        return found.merge(more).assign_attrs(muscle=self.muscle, healthy=float(self.healthy))

    def draw(self, m: xr.Dataset) -> Figure:
        """Output (A) and force (B) over the command, gain (C), self-sustained firing over the pool (D)."""
        return input_output_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Gain, force and firing at each level."""
        return [
            f"level {level:g}: gain {mean_and_sd(at, 'gain', 1, 'pps')} for each unit of command, "
            f"{mean_and_sd(at, 'times', 1, 'times')} that without; half of the output at a command of "
            f"{mean_and_sd(at, 'half', 1, 'A_e')}, force at its end {mean_and_sd(at, 'force_end', 0, '%')} of the "
            f"maximum; self-sustained firing {mean_and_sd(at, 'sustained_low', 1, 's')} "
            f"in the lower third of the pool, {mean_and_sd(at, 'sustained_high', 1, 's')} in the upper"
            for level in m["level"].values
            for at in [m.sel(level=level)]
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        low, high = cats.POOL_GAIN
        return [
            "Gain: slope of the pool's summed rate over the excitatory command while it rises, between 10 and 60 % of "
            f"the output at its end. Cats: {low:g} to {high:g} times; what was measured there is a single cell's rate "
            f"over a synaptic input, {cats.SYNAPTIC_GAIN:g} times its rate over an injected current (Lee et al. 2003).",
            "Force: of the tendon, above that of the relaxed muscle, in percent of the largest that a level and "
            "a command of the design bring in the same seed; it follows the command by the time of a twitch.",
            "Self-sustained firing: from the end of the strong command to the last spike before a pause of a second, "
            "of motoneurons that the strong command recruited and the weak one did not. In decerebrate cats more than "
            f"{cats.LONG:g} s in motoneurons of low threshold and at most {cats.SHORT:g} s in those of high "
            "(recalled of Lee & Heckman 1998).",
        ]
