"""Why inhibition lowers ΔF at a low monoaminergic level and raises it at a high one.

The same contraction without noise at every level, tonic inhibition and peak. Each ΔF is taken apart exactly
(`experiments.delta_f_parts`) into the test unit's hysteresis, the control's gain and the control's own hysteresis;
the change with inhibition is followed in the same pairs, apart for test units that switch off while the command
falls and for those that outlast it; and the persistent inward current (PIC) of control and test units is read at the
test unit's recruitment and derecruitment.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import inhibition_reversal_figure
from experiments.conditions import conditions, known_mean
from experiments.conventions import convention
from experiments.delta_f_parts import Parts, parts, pooled
from experiments.pool_spikes import command_end, excitation, pool_spike_times
from experiments.reversal_pairs import GROUPS, by_unit, compare, courses
from experiments.simulated import in_words
from experiments.traces import smoothed, unit_traces
from experiments.words import attributes, number
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.results.status import Status

AXES = {
    "monoamine": ".monoamine",
    "inhibition": "protocol.inhibition.level",
    "peak": "protocol.excitation.peak",
}
LABELS = {
    "monoamine": {"units": "1", "long_name": "monoaminergic level, 1 = Powers & Heckman 2017"},
    "inhibition": {"units": "1", "long_name": "tonic inhibitory command A_i"},
    "peak": {"units": "1", "long_name": "excitatory command A_e at the top of the ramp"},
}
MEASURED = {
    "delta_f": ("pps", "ΔF, pool mean"),
    "delta_f_over_pairs": ("pps", "ΔF, mean over pairs instead of test units"),
    "hysteresis": ("1", "command at the test unit's recruitment minus at its derecruitment"),
    "gain": ("pps", "control's rate per command, between these two commands on the way down"),
    "own": ("pps", "control's own hysteresis: rate on the way down minus up, at the test unit's recruitment"),
    "outlasting": ("1", "share of the test units that outlast the command"),
}
EXPECTED = {(0.85, 20.0): (1.41, 0.86), (1.2, 20.0): (2.32, 2.80), (1.2, 12.0): (2.21, 3.31)}
"""ΔF (pps) at A_i 1.5 and 5 by level and peak, from an independent throw-away implementation of the published
equations: 5th-order polynomial, r² >= 0.7, noise off, dt 0.025 ms."""


@dataclass(frozen=True)
class InhibitionReversal:
    """Settings of the analysis; conditions are given by value, and the nearest one in the design is taken.

    Args:
        convention: of the ΔF, by name (see `experiments.conventions`) or declared in full; in pps.
        levels: a low and a high monoaminergic level, shown in full.
        contrast: tonic inhibition, from and to.
        peak: excitatory command at the top of the contractions shown.

    Raises:
        ValueError: no such convention.
    """

    convention: DeltaFConvention | str = "later_spike_from_second"
    levels: tuple[float, float] = (0.85, 1.2)
    contrast: tuple[float, float] = (1.5, 5.0)
    peak: float = 20.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "convention", convention(self.convention))

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """ΔF, its parts and the PIC on the grid (monoamine, inhibition, peak); the courses of one pair of units.

        Raises:
            ValueError: the design lacks an axis or has another one, or something was not recorded.
        """
        chosen = convention(self.convention)
        grid = conditions(results, AXES)
        spikes = pool_spike_times(results, grid.population)
        time, command = excitation(results, grid.population)
        pic = smoothed(-unit_traces(results, "i_pic", spikes.shape[1]), time)
        taken = parts(spikes, time, command, chosen)
        outlasting = taken.derecruited > command_end(time, command)[:, None, None]
        values = _pool_measures(taken, outlasting, chosen)
        data = {
            name: xr.DataArray(
                known_mean(grid.folded(values[name])), dims=grid.dims[:-1], attrs=attributes(*MEASURED[name])
            )
            for name in MEASURED
        }
        data["delta_f_change"] = (data["delta_f"] - data["delta_f"].isel(inhibition=0)).assign_attrs(
            attributes("pps", "ΔF, pool mean: change from the least inhibition")
        )
        low, high = (grid.nearest(monoamine=level)[0] for level in self.levels)
        start, end = (grid.nearest(inhibition=value)[0] for value in self.contrast)
        top = grid.nearest(peak=self.peak)[0]
        first = grid.sample[..., 0]  # without noise all seeds are the same
        shown = first[[[low], [high]], [[start, end]], top]
        return xr.Dataset(
            {
                **data,
                **compare(first[:, start], first[:, end], taken, outlasting, pic, time, chosen),
                **courses(shown, taken, spikes, time, command, pic, chosen),
                **by_unit(shown, taken, outlasting),
            },
            {dim: (dim, values, LABELS[dim]) for dim, values in grid.axes.items()} | {"group": list(GROUPS)},
            {
                "simulated": in_words(results),
                "convention": chosen.describe(),
                "levels": [float(grid.axes["monoamine"][k]) for k in (low, high)],
                "contrast": [float(grid.axes["inhibition"][k]) for k in (start, end)],
                "peak": float(grid.axes["peak"][top]),
                "runs": int(results.sizes["sample"]),
                "failed": int((results["status"].values != Status.DONE).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """Where the effect of inhibition turns (A-C), one pair of units (D, E), and what makes it turn (F-H)."""
        return inhibition_reversal_figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """ΔF before and after inhibition beside what was expected, and the parts that make the difference."""
        m = measures
        (start, end), peak = m.attrs["contrast"], m.attrs["peak"]
        lines = [f"{m.attrs['runs']} contractions of the pool, {m.attrs['failed']} failed"]
        for (level, top), (before, after) in EXPECTED.items():
            if level in m["monoamine"] and top in m["peak"] and (start, end) == (1.5, 5.0):
                found = m["delta_f"].sel(monoamine=level, peak=top)
                lines.append(
                    f"level {level:g}, A_e peak {top:g}: ΔF {number(found.sel(inhibition=start))} -> "
                    f"{number(found.sel(inhibition=end), 2, 'pps')} as A_i {start:g} -> {end:g} "
                    f"(an independent implementation: {before:.2f} -> {after:.2f})"
                )
        for level in dict.fromkeys(m.attrs["levels"]):
            at = m.sel(monoamine=level, peak=peak)
            ramp, last = (
                number(at["effect"].sel(group=group), 2, "pps", sign=True) for group in ("ramp", "outlasting")
            )
            lines.append(
                f"level {level:g}, A_e peak {peak:g}, A_i {start:g} -> {end:g}: test units that switch off on the ramp "
                f"{ramp}, those that outlast the command {last}"
            )
        return [*lines, m.attrs["convention"]]


def _pool_measures(taken: Parts, outlasting: np.ndarray, chosen: DeltaFConvention) -> dict[str, np.ndarray]:
    """Every measure of `MEASURED`, each (sample,)."""

    def mean(values: np.ndarray) -> np.ndarray:
        return pooled(values, taken.counts, chosen)

    hysteresis = mean(taken.hysteresis)
    over_pairs = np.where(taken.counts, taken.delta_f, np.nan).reshape(len(taken.counts), -1)
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = mean(taken.read) / hysteresis
    return {
        "delta_f": mean(taken.delta_f),
        "delta_f_over_pairs": known_mean(over_pairs),
        "hysteresis": hysteresis,
        "gain": gain,
        "own": mean(taken.own),
        "outlasting": mean(outlasting.astype(float)),
    }
