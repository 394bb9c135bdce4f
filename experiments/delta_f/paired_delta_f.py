"""What the paired-motor-unit estimate says of persistent inward currents, and how inhibition moves it.

A pool contracts along a ramp at every monoaminergic level and tonic inhibition, each under the same random streams.
From its spikes alone come ΔF, brace height and peak rate, as from a decomposed recording.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.delta_f import paired_delta_f_figure
from experiments.measures.pool import outlasting, pool_measures
from experiments.published import ramps
from experiments.question import Asked
from experiments.shown import contraction, noise
from experiments.statistics import change, summarised
from experiments.words import brace_height, mean_and_sd, number
from sim.measure import Measure


@dataclass(frozen=True)
class PairedDeltaF(BraceQuestion):
    """Settings of the analysis; conditions are given by value, and the nearest one in the design is taken.

    Args:
        population: the pool.
        example: monoaminergic level and tonic inhibition of the contraction shown.
        contrast: tonic inhibition, from and to, whose effect on ΔF is shown.
        levels: a low and a high monoaminergic level at which that effect is told.
    """

    dims: ClassVar[tuple[str, ...]] = ("monoamine", "inhibition")

    population: str
    example: tuple[float, float] = (1.0, 1.5)
    contrast: tuple[float, float] = (1.5, 5.0)
    levels: tuple[float, float] = (0.85, 1.2)

    def measures(self) -> tuple[Measure, ...]:
        taken = pool_measures(self.population, self.chosen, self.brace_rate)
        return *(m for m in taken if m.name != "n_still_firing"), outlasting(self.population)

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure on the grid (monoamine, inhibition, seed), and one contraction in full."""
        m = asked.folded()
        start, end = (float(m["inhibition"].sel(inhibition=x, method="nearest")) for x in self.contrast)
        m = m.assign({f"{name}_effect": change(m[name], "inhibition", end, start) for name in ("delta_f", "peak_rate")})
        m = summarised(m)
        here = m.sel(monoamine=self.example[0], inhibition=self.example[1], method="nearest")
        found = contraction(asked, here["sample"], self.population, self.chosen)
        return m.assign(found | noise(asked, here["sample"], self.population, self.chosen)).assign_attrs(
            example=[float(here["monoamine"]), float(here["inhibition"])],
            contrast=[start, end],
            levels=[float(m["monoamine"].sel(monoamine=x, method="nearest")) for x in self.levels],
        )

    def draw(self, m: xr.Dataset) -> Figure:
        """One contraction (A), one pair (B), maps (C), and what inhibition does to ΔF (D, E)."""
        return paired_delta_f_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """ΔF with its convention and noise, what inhibition does at a low and a high level, rate and shape."""
        (level, inhibition), (start, end) = m.attrs["example"], m.attrs["contrast"]
        here = m.sel(monoamine=level, inhibition=inhibition)
        at = f"level {level:g}, A_i {inhibition:g}"
        lines = [
            f"ΔF at monoaminergic {at}: {mean_and_sd(here, 'delta_f', 2, 'pps')}; estimator noise (one last spike): "
            f"pool {number(m['noise_pool'], 2, 'pps')}, single unit {number(m['noise_single'], 2, 'pps')}",
            m.attrs["convention"],
        ]
        for value in dict.fromkeys(m.attrs["levels"]):
            effect = m.sel(monoamine=value)
            lines.append(
                f"inhibition A_i {start:g} -> {end:g} at level {value:g}, paired by seed: "
                f"ΔF {mean_and_sd(effect, 'delta_f_effect', 2, 'pps', sign=True)}, "
                f"peak rate {mean_and_sd(effect, 'peak_rate_effect', 2, 'pps', sign=True)}"
            )
        return [
            *lines,
            f"at {at}: peak rate {mean_and_sd(here, 'peak_rate', 2, 'pps')}, "
            f"{number(here['n_test_units_mean'], 1)} test units; {brace_height(here)}",
            m.attrs["brace_convention"],
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        here = m.sel(monoamine=m.attrs["example"][0], inhibition=m.attrs["example"][1])
        peak = float(here["peak_rate_mean"])
        beside = "faster than either muscle" if peak > ramps.FASTEST else "not faster than tibialis anterior"
        compared = f" The model's units peak at {peak:.1f} pps on average in the condition shown, {beside}."
        return [
            "Monoaminergic level: multiplier of the dendritic L-type Ca conductance. A: units from dark to light in "
            "order of recruitment; grey, the command. B: dots, instantaneous rates; lines, smoothed; shown is the "
            "pair whose ΔF is nearest to the pool's. C: mean over seeds and ± SD between seeds; * more than half of "
            "the recruited units outlast the command, and ΔF lacks their true derecruitment. D, E: small points, "
            "seeds; large points, their mean with its 95 % interval (in D shifted sideways a little); E is paired "
            "by seed. The estimator noise leaves out one unit's last spike at a time. Brace height, with the number "
            "of units in which it is valid (n), is read from rates of its own (see Conventions); the peak rate takes "
            "the smoother of ΔF.",
            ramps.ORIENTATION + (compared if np.isfinite(peak) else ""),
        ]
