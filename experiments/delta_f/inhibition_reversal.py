"""Why inhibition lowers ΔF at a low monoaminergic level and raises it at a high one.

The same contraction without noise at every level, tonic inhibition and peak. Each ΔF is taken apart exactly
(`sim.analysis.delta_f_parts`) into the test unit's hysteresis, the control's gain and the control's own hysteresis;
the change with inhibition is followed in the same pairs, apart for test units that switch off while the command
falls and for those that outlast it; and the persistent inward current (PIC) of control and test units is read at the
test unit's recruitment and derecruitment.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import DeltaFQuestion
from experiments.delta_f import inhibition_reversal_figure
from experiments.delta_f.inhibition_reversal_pairs import GROUPS, by_unit, compare, courses
from experiments.measures.parts import outlasting, parts_measures, parts_of
from experiments.question import Asked
from experiments.statistics import change, summarised
from experiments.words import number
from sim.analysis.traces import smoothed
from sim.measure import Measure

EXPECTED = {(0.85, 20.0): (1.41, 0.86), (1.2, 20.0): (2.32, 2.80), (1.2, 12.0): (2.21, 3.31)}
"""ΔF (pps) at A_i 1.5 and 5 by level and peak, from an independent throw-away implementation of the published
equations: 5th-order polynomial, r² >= 0.7, noise off, dt 0.025 ms."""


@dataclass(frozen=True)
class InhibitionReversal(DeltaFQuestion):
    """Settings of the analysis; conditions are given by value, and the nearest one in the design is taken.

    Args:
        population: the pool.
        levels: a low and a high monoaminergic level, shown in full.
        contrast: tonic inhibition, from and to.
        peak: excitatory command at the top of the contractions shown.
    """

    dims: ClassVar[tuple[str, ...]] = ("monoamine", "inhibition", "peak")

    population: str
    levels: tuple[float, float] = (0.85, 1.2)
    contrast: tuple[float, float] = (1.5, 5.0)
    peak: float = 20.0

    def measures(self) -> tuple[Measure, ...]:
        return parts_measures(self.population, self.chosen)

    def answer(self, asked: Asked) -> xr.Dataset:
        """ΔF and its parts on the grid (monoamine, inhibition, peak, seed), in the same pairs, and of one pair."""
        m = asked.folded().sortby(list(self.dims))
        least, *_ = every = m["inhibition"].values.tolist()
        m = m.assign(delta_f_change=change(m["delta_f"], "inhibition", every, least, words="change from the least"))
        wanted = dict(zip(self.dims, (self.levels, self.contrast, [self.peak]), strict=True))
        levels, strengths, top = (m.indexes[dim].get_indexer(x, method="nearest") for dim, x in wanted.items())
        first = m["sample"].isel({dim: 0 for dim in m["sample"].dims if dim not in self.dims})  # alike without noise
        number_of = first.isel(inhibition=strengths).transpose("inhibition", "monoamine", "peak").values
        at = np.where(number_of < 0, -1, np.arange(number_of.size).reshape(number_of.shape))
        view = asked.view(np.maximum(number_of, 0).ravel())
        taken, lasting = parts_of(view, self.population, self.chosen), outlasting(view, self.population, self.chosen)
        pic, time = smoothed(-view.traces("i_pic", self.population), view.time), view.time
        command, spikes = view.course(f"{self.population}.excitation"), view.spikes(self.population)
        shown = at[:, levels, top].T
        found = compare(np.where(number_of[0] == number_of[1], -1, at), taken, lasting, pic, time, self.chosen)
        found |= courses(shown, taken, spikes, command, pic, time, self.chosen) | by_unit(shown, taken, lasting)
        return summarised(m).assign_coords(group=list(GROUPS)).assign(found).assign_attrs(
            levels=m["monoamine"].values[levels].tolist(),
            contrast=m["inhibition"].values[strengths].tolist(),
            peak=float(m["peak"][top[0]]),
        )  # fmt: skip

    def draw(self, m: xr.Dataset) -> Figure:
        """Where the effect of inhibition turns (A-C), one pair of units (D, E), and what makes it turn (F-H)."""
        return inhibition_reversal_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """ΔF before and after inhibition beside what was expected, and the parts that make the difference."""
        (start, end), peak, lines = m.attrs["contrast"], m.attrs["peak"], []
        for (level, top), (before, after) in EXPECTED.items():
            if level in m["monoamine"] and top in m["peak"] and (start, end) == (1.5, 5.0):
                found = m["delta_f_mean"].sel(monoamine=level, peak=top)
                lines.append(
                    f"level {level:g}, A_e peak {top:g}: ΔF {number(found.sel(inhibition=start))} -> "
                    f"{number(found.sel(inhibition=end), 2, 'pps')} as A_i {start:g} -> {end:g} "
                    f"(an independent implementation: {before:.2f} -> {after:.2f})"
                )
        for level in dict.fromkeys(m.attrs["levels"]):
            ramp, last = (_effect(m, group, level) for group in ("ramp", "outlasting"))
            lines.append(
                f"level {level:g}, A_e peak {peak:g}, A_i {start:g} -> {end:g}: test units that switch off on the ramp "
                f"{ramp}, those that outlast the command {last}"
            )
        return [*lines, m.attrs["convention"]]

    def notes(self, m: xr.Dataset) -> list[str]:
        (start, end), (low, high), peak = m.attrs["contrast"], m.attrs["levels"], m.attrs["peak"]
        control, test = (int(unit) + 1 for unit in m["pair_unit"].values)
        pair = f" (units {control} and {test})" if control > 0 else ""
        how = (
            f"Shown: Aₑ peak {peak:g}; open symbols in G, the other peak. C: share of the test units that fire after "
            f"the command has ended. D, E: one pair{pair} that counts in all four conditions; PIC, dendritic persistent"
            " inward current, inward positive, spikes smoothed away by a Hann window of 0.5 s. F-H compare Aᵢ "
            f"{start:g} with {end:g}; G and H in the same pairs. Exactly, ΔF = gain × hysteresis − own: the hysteresis "
            "of the test unit (command at recruitment minus at derecruitment), read with the control's gain (fall of "
            "its rate per command between the two), less the control's own hysteresis (its rate falling minus rising, "
            "at the test unit's recruitment)."
        )
        outlast = m.sel(group="outlasting", monoamine=high, peak=peak)
        if not np.isfinite(outlast["effect"]):
            return [how]

        def states(name: str, digits: int) -> str:
            return " → ".join(number(x, digits) for x in outlast[name].values)

        ramp = m["effect"].sel(group="ramp").values
        over = (number(outlast["delta_f_over_pairs_mean"].sel(inhibition=x)) for x in (start, end))
        return [
            how,
            "Inhibition narrows the hysteresis, and so lowers ΔF, of test units that switch off on the ramp: "
            f"{_effect(m, 'ramp', low)} at level {low:g}, {_effect(m, 'ramp', high)} at {high:g}; lower in "
            f"{int((ramp < 0).sum())} of {int(np.isfinite(ramp).sum())} combinations of level and peak. It raises ΔF "
            f"of test units that outlast the command without it: {_effect(m, 'outlasting', high)} at {high:g}, though "
            f"their hysteresis stays ({states('group_hysteresis', 1)}). With little inhibition the command ends before "
            "they switch off. Their control's PIC, full at their recruitment either way "
            f"({states('control_pic_recruited', 1)} nA), is then still full at their derecruitment, and lets go only "
            f"with inhibition ({states('control_pic_derecruited', 1)} nA): the control's rate, which hardly fell, now "
            f"falls (gain {states('group_gain', 2)} pps per unit of command).",
            "The reversal tells of self-sustained firing that inhibition ends, not of a larger PIC (test unit's at "
            f"recruitment {states('test_pic_recruited', 1)} nA). Averaged over pairs instead of test units, the pool's "
            f"ΔF at {high:g} goes from {' to '.join(over)} pps.",
        ]


def _effect(m: xr.Dataset, group: str, level: float) -> str:
    """What inhibition does to the ΔF of a group of pairs, at the peak shown."""
    return number(m["effect"].sel(group=group, monoamine=level, peak=m.attrs["peak"]), 2, "pps", sign=True)
