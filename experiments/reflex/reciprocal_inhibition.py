"""How does a stimulus of the antagonist's nerve change the H reflex, and when?

The reflex is tested at several intervals after a conditioning pulse, of several intensities. Each conditioned reflex is
compared with the one that the same noise gives without conditioning.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.published import reflexes as people
from experiments.question import Asked
from experiments.reflex import reciprocal_inhibition_figure
from experiments.reflex.stimulated import Stimulated
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd, number

BEYOND = 2.0
"""Standard errors by which a reflex must lie below its control to count as inhibited."""


@dataclass(frozen=True)
class ReciprocalInhibition(Stimulated):
    """Settings as `Stimulated`; cases are conditioning pulses.

    Args:
        control: the case without conditioning.
        usual: the case whose time course is described.
        nerve: that conditions.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "interval")

    control: str
    usual: str
    nerve: str

    def answer(self, asked: Asked) -> xr.Dataset:
        """The conditioned reflex in percent of its control, (case, interval, seed), and what the time course says.

        Raises:
            ValueError: one of the cases is missing.
        """
        m = asked.folded().sortby("interval")
        named(m, "case", self.control, self.usual)
        alone = m["h_size"].sel(case=self.control, drop=True)
        m["reflex"] = 100 * m["h_size"] / alone.where(alone > 0)
        m["reflex"].attrs = attributes("%", "conditioned reflex, of the control with the same noise")
        m["control_units"] = (
            m["h_units"].sel(case=self.control, drop=True).assign_attrs(attributes("1", "units in the control reflex"))
        )
        interval = m["interval"]
        for name, (low, high), words in (
            ("early", people.RECIPROCAL_WINDOW, "reciprocal inhibition"),
            ("d1", people.D1_WINDOW, "D1"),
            ("d2", people.D2_WINDOW, "D2"),
        ):
            inside = m["reflex"].where((interval >= low) & (interval <= high)).mean("interval")
            said = f"mean reflex at {low:g} to {high:g} ms ({words}), of the control"
            m[name] = inside.assign_attrs(attributes("%", said))
        m = m.drop_sel(case=self.control)
        found = summarised(m)
        mean, half = found["reflex_mean"], found["reflex_half"]
        below = (mean + half < 100) & (interval <= people.D1_WINDOW[0])
        found["begins"] = (
            interval.where(below)
            .min("interval")
            .assign_attrs(
                attributes("ms", "shortest interval at which the reflex is below its control (95 % interval)")
            )
        )
        return found.assign_attrs(muscle=self.muscle, nerve=self.nerve, usual=self.usual)

    def draw(self, m: xr.Dataset) -> Figure:
        """The first milliseconds (A), the whole time course (B), and depth over intensity (C)."""
        return reciprocal_inhibition_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """How deep, from when on, and later."""
        units = float(m["control_units_mean"].mean()) if m["control_units_mean"].size else np.nan
        return [
            f"control reflex: {number(units, 1)} units",
            *(
                f"{case}: {mean_and_sd(at, 'early', 0, '%')} of the control at 2 to 4 ms, from "
                f"{number(at['begins'], 1, 'ms')} on; D1 {mean_and_sd(at, 'd1', 0, '%')}, D2 "
                f"{mean_and_sd(at, 'd2', 0, '%')}"
                for case in m["case"].values
                for at in [m.sel(case=case)]
            ),
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        low, high = people.RECIPROCAL_DEPTH
        return [
            f"The {m.attrs['nerve'].replace('_', ' ')} nerve is stimulated first, then the nerve of the "
            f"{m.attrs['muscle']}; interval, from the one to the other. Small points, seeds; large points, mean with "
            "its 95 % interval. Grey band, what is expected of people at 1.0 times the motor threshold; grey lines "
            "above, the windows of D1 and D2.",
            "In people inhibition begins about 1 ms later than a monosynaptic effect would, at 0.6 times the motor "
            f"threshold, and is deepest at intervals of 2 to 4 ms (Crone 1987, PMC1351079); its depth, {low:g} to "
            f"{high:g} %, is recalled, not read. D1 at 8 to 25 ms and D2 at 70 to 200 ms (Mizuno et al. 1971) are "
            "fitted in time, not in depth.",
        ]
