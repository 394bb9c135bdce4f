"""What do Renshaw cells do after an antidromic volley, to motoneurons at rest and to a pool that contracts?

Nothing but motor axons of the stimulated nerve acts on the pool: afferents reach no motoneuron of it. What recurrent
inhibition does is the difference to the same samples, same noise, in which Renshaw cells reach no motoneuron.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.renshaw import AFTER, after, course, renshaw_measures
from experiments.published import recurrent as cats
from experiments.question import Asked
from experiments.reflex import recurrent_inhibition_figure
from experiments.reflex.stimulated import Stimulated
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure

SETTLED = 0.4
"""Of the time before the stimulus, after which rates are measured."""
BIN = 2.0
"""ms, of the histogram of discharges."""


@dataclass(frozen=True)
class RecurrentInhibition(Stimulated):
    """Settings as `Stimulated`.

    Args:
        resting, contracting: two cases each, with the synapses of Renshaw cells on the motoneurons and without.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "intensity")

    resting: tuple[str, str]
    contracting: tuple[str, str]

    def measures(self) -> tuple[Measure, ...]:
        return renshaw_measures(self.muscle, self.stimulus, SETTLED * self.stimulus)

    def answer(self, asked: Asked) -> xr.Dataset:
        """Discharges and IPSP over intensity at rest, rates with and without recurrent inhibition, and courses.

        Raises:
            ValueError: one of the cases is missing.
        """
        m = asked.folded().sortby("intensity")
        named(m, "case", *self.resting, *self.contracting)
        with_, without = (m.sel(case=case, drop=True) for case in self.resting)
        rest = with_[["axons", "discharges", "active", "first_rate"]]
        rest["ipsp"] = (with_["trough"] - without["trough"]).assign_attrs(
            attributes("mV", "trough of the mean potential of silent motoneurons, less that without the synapses")
        )
        found = summarised(rest)
        for name, case in zip(("rate", "rate_silenced"), self.contracting, strict=True):
            found[name] = (
                m["rate"].sel(case=case, drop=True).mean("intensity", keep_attrs=True)
            )  # the stimulus comes later
        found["rate_change"] = (100 * (found["rate"] / found["rate_silenced"] - 1)).assign_attrs(
            attributes("%", "rate of the units that fire, with Renshaw cells against without")
        )
        found = found.merge(summarised(found[["rate", "rate_silenced", "rate_change"]]), compat="override")
        courses = self._courses(asked, m)
        return found.merge(courses).assign_attrs(muscle=self.muscle, shown=courses.attrs["shown"])

    def _courses(self, asked: Asked, m: xr.Dataset) -> xr.Dataset:
        """Of the strongest volley: discharges of Renshaw cells over time, (bin,), and the mean potential of silent
        motoneurons, (wired, time), at an intensity that leaves some silent; means over seeds."""
        strongest = m["sample"].sel(case=self.resting[0]).isel(intensity=-1).values.ravel()
        times = after(asked.view(strongest), f"{self.muscle}_renshaw", self.stimulus)
        edges = np.arange(0, 1000 * AFTER / 2 + BIN, BIN)
        count = np.histogram(1000 * times[np.isfinite(times)], edges)[0]
        axons = m["axons"].sel(case=self.resting[0]).mean("seed")
        half = int(np.argmin(np.abs(axons.fillna(0).values - 50)))
        potential = []
        for case in self.resting:
            view = asked.view(m["sample"].sel(case=case).isel(intensity=half).values.ravel())
            time, mean = course(view, self.muscle, self.stimulus)
            potential.append(np.nanmean(mean, axis=0) if np.isfinite(mean).any() else np.full(len(time), np.nan))
        inside = (time >= -0.01) & (time <= AFTER)
        return xr.Dataset(
            {
                "burst": ("bin", 1000 * count / (BIN * times.shape[0] * times.shape[1]),
                          attributes("Hz", "discharges of a Renshaw cell, mean of all")),
                "potential": (("wired", "after"), np.array(potential)[:, inside],
                              attributes("mV", "mean potential of silent motoneurons, from rest")),
            },
            {
                "bin": ("bin", edges[:-1] + BIN / 2, attributes("ms", "time after the stimulus")),
                "after": ("after", 1000 * time[inside], attributes("ms", "time after the stimulus")),
                "wired": list(self.resting),
            },
            {"shown": float(axons.values[half])},
        )  # fmt: skip

    def draw(self, m: xr.Dataset) -> Figure:
        """The burst (A), discharges over the volley (B), IPSP over time and over the volley (C, D), rates (E)."""
        return recurrent_inhibition_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Of the strongest volley, and of the contraction."""
        last = m.isel(intensity=-1)
        deepest = m.isel(intensity=int(np.nanargmin(np.nan_to_num(m["ipsp_mean"].values, nan=np.inf))))
        return [
            f"a volley of {number(last['axons_mean'], 0, '%')} of the motor axons: "
            f"{mean_and_sd(last, 'active', 0, '%')} of the Renshaw cells discharge, "
            f"{mean_and_sd(last, 'discharges', 1, 'times')} each, the first interval at "
            f"{mean_and_sd(last, 'first_rate', 0, 'Hz')}",
            f"deepest mean IPSP of motoneurons that the volley left silent: {mean_and_sd(deepest, 'ipsp', 2, 'mV')}, "
            f"after {number(deepest['axons_mean'], 0, '%')} of the axons",
            f"in a contraction units fire at {mean_and_sd(m, 'rate', 1, 'pps')}, without Renshaw cells at "
            f"{mean_and_sd(m, 'rate_silenced', 1, 'pps')}: {mean_and_sd(m, 'rate_change', 1, '%')}",
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        mean, low, high = cats.SINGLE_IPSP
        low_rate, high_rate = cats.FIRST_RATE
        return [
            "The nerve is stimulated and its afferents reach no motoneuron of the pool, so that only the antidromic "
            "volley acts. IPSP: lowest mean potential, 4 to 60 ms after it, of the motoneurons that fire "
            "neither 20 ms before nor 100 ms after it, less the same with Renshaw cells that reach no motoneuron "
            "(same noise). Where every motoneuron fires there is none to look at.",
            f"Fitted: the IPSP of one Renshaw cell, to {mean:g} uV ({low:g} to {high:g}, cat, van Keulen 1981), and "
            f"the strength of the collaterals, to a burst that begins at {low_rate:g} to {high_rate:g} Hz (cat, "
            "recalled, not read). A cell fires once in a window of 0.5 ms at most here, and not within its refractory "
            "period. No number of people is known for any of these.",
        ]
