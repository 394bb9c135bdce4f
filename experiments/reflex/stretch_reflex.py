"""How do EMG and torque of a stretched muscle grow with velocity, and what does the antagonist's nerve do to it?

The ankle is turned towards dorsiflexion at a constant velocity. The reflex is measured as people's is: rectified EMG
less its background, and the torque against the movement.
"""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.stretch import envelopes, stretch_measures, torques
from experiments.published import reflexes as people
from experiments.question import Asked
from experiments.reflex import stretch_reflex_figure
from experiments.reflex.stimulated import Stimulated
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd, number
from sim.measure import Measure
from sim.units import in_unit

RESPONDS = 5.0
"""% of the largest M wave, from which a stretch counts as answered."""


@dataclass(frozen=True)
class StretchReflex(Stimulated):
    """Settings as `Stimulated`; cases are intervals from stimulation to stretch, `at` is when the stretch starts.

    Args:
        control: the case without stimulation.
        usual: the interval that is described.
        nerve: that is stimulated.
        degrees: how far the ankle turns.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "velocity")

    control: str
    usual: str
    nerve: str
    degrees: float
    shown: tuple[float, float] = field(default=(-100.0, 600.0), kw_only=True)

    @property
    def stimulus(self) -> float:
        """s, when the stretch starts."""
        return in_unit(self.at, "ms", "the start of a stretch") / 1000

    def measures(self) -> tuple[Measure, ...]:
        return stretch_measures(self.muscle, self.amplitude, self.stimulus)

    def answer(self, asked: Asked) -> xr.Dataset:
        """Reflex and torque, (case, velocity, seed), the velocity from which there is a reflex and the area under the
        curve, (case, seed), and courses of one seed.

        Raises:
            ValueError: one of the cases is missing.
        """
        m = asked.folded().sortby("velocity")
        named(m, "case", self.control, self.usual)
        alone = m["reflex"].sel(case=self.control, drop=True)
        m["left"] = (100 * m["reflex"] / alone.where(alone >= RESPONDS)).assign_attrs(
            attributes("%", "reflex, of the one without stimulation and with the same noise")
        )
        velocity = m["velocity"].astype(float)
        from_ = velocity.where(m["reflex"] >= RESPONDS).min("velocity")
        m["threshold"] = from_.assign_attrs(
            attributes("deg/s", f"lowest velocity with a reflex of {RESPONDS:g} % of the largest M wave")
        )
        area = m["reflex"].clip(min=0).assign_coords(velocity=velocity).integrate("velocity")
        whole = area.sel(case=self.control, drop=True)
        m["area"] = (100 * area / whole.where(whole > 0)).assign_attrs(
            attributes("%", "area under reflex over velocity, of the one without stimulation")
        )
        found = summarised(m)
        few = np.unique(np.linspace(0, m.sizes["velocity"] - 1, 4).round().astype(int))
        samples = m["sample"].isel(seed=0, velocity=few, drop=True).sel(case=[self.control, self.usual])
        return (
            found.assign(self.courses(asked, samples.rename(velocity="shown_velocity", case="shown_case")))
            .assign_coords(
                shown_velocity=m["velocity"].values[few],
                shown_case=[self.control, self.usual],
            )
            .assign_attrs(
                muscle=self.muscle, nerve=self.nerve, usual=self.usual, control=self.control, degrees=self.degrees
            )
        )

    def courses(self, asked: Asked, samples: xr.DataArray) -> dict[str, tuple]:
        """Rectified EMG and torque of some samples, along their dimensions and time after the start of the stretch."""
        flat, start = samples.values.ravel(), self.stimulus
        view = asked.view(np.maximum(flat, 0))
        there = (flat >= 0)[:, None]
        low, high = (start + ms / 1000 for ms in self.shown)
        time, x = envelopes(view, self.muscle, self.amplitude, start)
        inside, course = (time >= low) & (time <= high), (view.time >= low) & (view.time <= high)
        dims = tuple(map(str, samples.dims))

        def variable(values: np.ndarray, along: str, units: str, words: str) -> tuple:
            shape = (*samples.shape, values.shape[-1])
            kept = np.where(there, values, np.nan).reshape(shape).astype(np.float32)
            return (*dims, along), kept, attributes(units, words)

        after = attributes("ms", "time after the start of the stretch")
        return {
            "emg": variable(x[:, inside], "emg_time", "%", "rectified EMG, of the largest M wave"),
            "emg_time": ("emg_time", 1000 * (time[inside] - start), after),
            "course": variable(torques(view)[:, course], "course_time", "N*m", "plantarflexor torque"),
            "course_time": ("course_time", 1000 * (view.time[course] - start), after),
        }

    def draw(self, m: xr.Dataset) -> Figure:
        """EMG (A) and torque (B) over time, reflex over velocity (C), what stimulation leaves at each interval (D)."""
        return stretch_reflex_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Threshold, latency and size alone, and what stimulation leaves of it."""
        alone, fastest = m.sel(case=self.control), m["velocity"].values[-1]
        top = alone.sel(velocity=fastest)
        return [
            f"alone: from {mean_and_sd(alone, 'threshold', 0, 'deg/s')} on; at {fastest:g} deg/s "
            f"{mean_and_sd(top, 'reflex', 0, '% of M')} after {mean_and_sd(top, 'latency', 1, 'ms')}, torque "
            f"{mean_and_sd(top, 'torque', 1, 'N m')}",
            *(
                f"stimulated {case} before: from {number(at['threshold_mean'], 0, 'deg/s')} on, area under the curve "
                f"{mean_and_sd(at, 'area', 0, '% of the control')}"
                for case in m["case"].values
                if case != self.control
                for at in [m.sel(case=case)]
            ),
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        (late, deviation), (low, high) = people.STRETCH_LATENCY, people.STRETCH_THRESHOLD
        (left, error), (interval, _) = people.STRETCH_INHIBITED, people.STRETCH_INTERVAL
        return [
            "A and B: one seed, four velocities. The reflex is the highest rectified EMG (averaged over 20 ms) from "
            "25 ms after the start of the stretch to 100 ms after its end, less the mean of the 200 ms before, in "
            "percent of what all units at once would give. C and D: small points, seeds (common random numbers); large "
            "points, mean with its 95 % interval.",
            f"In healthy people the soleus answers after {late:g} ± {deviation:g} ms (8 degrees at 250 deg/s, standing "
            "and walking: Sinkjaer et al. 1996). In ten people after stroke, relaxed, stimulation of the deep peroneal "
            f"nerve left {left:g} ± {error:g} % (standard error) of the soleus' EMG, most effectively {interval:g} ms "
            f"before the stretch, and raised the velocity threshold from {low:g} to {high:g} deg/s (Veltink et al. "
            "2000). Healthy people at rest often show no reflex at these velocities; how large theirs is, in percent "
            "of M, was not found.",
        ]
