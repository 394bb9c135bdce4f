"""How long is the H reflex depressed after a slow stretch, and after other H reflexes?

What both have in common is that Ia fibres fired: their terminals have less to release. Each reflex is compared with the
one that the same noise gives without anything before.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.depression import depression_measures
from experiments.published import depression as people
from experiments.question import Asked
from experiments.reflex import post_activation_depression_figure
from experiments.reflex.stimulated import Stimulated
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure
from sim.units import in_unit


@dataclass(frozen=True)
class PostActivationDepression(Stimulated):
    """Settings as `Stimulated`; cases are what comes before the test pulse, `interval` is in seconds.

    Args:
        control: the case with nothing before.
        stretched, repeated: the cases with a stretch, and with pulses.
        returns: how long the ankle takes to come back; at shorter intervals it is still on its way.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "interval")

    control: str
    stretched: str
    repeated: str
    returns: str | float

    def measures(self) -> tuple[Measure, ...]:
        return (*super().measures(), *depression_measures(self.muscle, self.stimulus))

    def answer(self, asked: Asked) -> xr.Dataset:
        """The reflex in percent of its control, (case, interval, seed), and impulses of Ia terminals before it.

        Raises:
            ValueError: one of the cases is missing.
        """
        m = asked.folded().sortby("interval")
        named(m, "case", self.control, self.stretched, self.repeated)
        alone = m["h_size"].sel(case=self.control, drop=True)
        left = 100 * m["h_size"] / alone.where(alone > 0)
        moving = (m["case"] == self.stretched) & (m["interval"] < in_unit(self.returns, "ms", "returns") / 1000)
        m["reflex"] = left.where(~moving).assign_attrs(
            attributes("%", "reflex, of the control with the same noise; none while the ankle returns")
        )
        m["control_units"] = (
            m["h_units"].sel(case=self.control, drop=True).assign_attrs(attributes("1", "units in the control reflex"))
        )
        found = summarised(m.drop_sel(case=self.control))
        return found.assign_attrs(muscle=self.muscle, stretched=self.stretched, repeated=self.repeated)

    def draw(self, m: xr.Dataset) -> Figure:
        """The reflex after a stretch (A) and when it is repeated (B), and how many Ia terminals fired (C)."""
        return post_activation_depression_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What is left at the intervals that people were tested at."""
        units = float(m["control_units_mean"].mean()) if m["control_units_mean"].size else np.nan
        after, again = (m.sel(case=case) for case in (m.attrs["stretched"], m.attrs["repeated"]))
        return [
            f"control reflex: {number(units, 1)} units",
            *(
                f"{words} {number(seconds, 1, 's')}: {mean_and_sd(at.sel(interval=seconds), 'reflex', 0, '%')} of the "
                "control"
                for words, at in (("after a stretch", after), ("repeated every", again))
                for seconds in at["interval"].values
                if np.isfinite(at["reflex_mean"].sel(interval=seconds))
            ),
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        (when, left), (soon, late), (low, high) = people.STRETCHED, people.RECOVERED, people.REPEATED_LEFT
        return [
            "A: the ankle is turned and brought back at 17 degrees per second; time from the end of the dorsiflexion "
            "to the test pulse. B: pulses of one strength, the last of which is measured. Small points, seeds; large "
            "points, mean with its 95 % interval. C: Ia terminals that fired before the test pulse.",
            f"In people {left:g} % of the reflex are left {when:g} s after such a stretch, and it recovers within "
            f"{soon:g} to {late:g} s (Exp Brain Res 1993;97:173). Repeated every {people.REPEATED[0]:g} to "
            f"{people.REPEATED[1]:g} s, {low:g} to {high:g} % are left (recalled, not read). How much an impulse takes "
            "from its terminal, and how fast it recovers, are fitted to these numbers; how many fibres a stretch makes "
            "fire is not. How far the ankle is turned, 20 degrees, is chosen.",
        ]
