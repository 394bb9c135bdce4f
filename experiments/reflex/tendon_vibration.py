"""What does vibration of a tendon do to primary endings, to the muscle, its H reflex and its antagonist?

Vibration fires each primary ending once in a cycle, up to a limit of its own (`networks.cells.afferent`). All that
follows does so through the cord. Each is compared with the same noise without vibration.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.measures.reflex import H_WINDOW, amplitudes, onset, size, trace
from experiments.measures.stretch import m_envelope, torques
from experiments.measures.vibration import vibration_measures
from experiments.question import Asked
from experiments.reflex import tendon_vibration_figure
from experiments.reflex.stimulated import Stimulated
from experiments.statistics import attributes, named, summarised
from experiments.words import mean_and_sd, number
from sim.analysis import emg
from sim.measure import Measure
from sim.units import in_unit

COURSE = 0.1
"""s, over which the rectified EMG is averaged where it is drawn."""


@dataclass(frozen=True)
class TendonVibration(Stimulated):
    """Settings as `Stimulated`; cases say whose tendon is vibrated and who contracts, `at` is when vibration starts.

    Args:
        antagonist: of the muscle.
        lasts: how long the tendon is vibrated.
        rest: the case in which the muscle's own tendon is vibrated at rest.
        contracting: in which the antagonist contracts meanwhile.
        opposite: in which the muscle contracts and the antagonist's tendon is vibrated.
        tested: in which the muscle's nerve is stimulated while its tendon is vibrated, each at a place of the wave.
        test: when this pulse is given.
    """

    dims: ClassVar[tuple[str, ...]] = ("case", "frequency")

    antagonist: str
    lasts: str | float
    rest: str
    contracting: str
    opposite: str
    tested: list[str]
    test: str | float

    @property
    def stimulus(self) -> float:
        """s, when vibration starts."""
        return in_unit(self.at, "ms", "the start of the vibration") / 1000

    @property
    def stop(self) -> float:
        """s, when it ends."""
        return self.stimulus + in_unit(self.lasts, "ms", "the duration of the vibration") / 1000

    def measures(self) -> tuple[Measure, ...]:
        muscles = {name: amplitudes(self.network, name) for name in (self.muscle, self.antagonist)}
        own = {"muscle": self.muscle, "amplitude": muscles[self.muscle], "stimulus": onset(self.test, self.window)}
        own |= {"start": H_WINDOW[0], "stop": H_WINDOW[1]}
        reflex = Measure("h_size", "1", "H reflex, peak to peak; the potential of the largest unit is 1", size, own)
        return (*vibration_measures(muscles, self.stimulus, self.stop), reflex)

    def answer(self, asked: Asked) -> xr.Dataset:
        """All measures, (case, frequency, seed); reflexes and the change of rates against no vibration.

        Raises:
            ValueError: a case is missing, or there is none without vibration.
        """
        m = asked.folded().sortby("frequency")
        named(m, "case", self.rest, self.contracting, self.opposite, *self.tested)
        if float(m["frequency"][0]) != 0:
            raise ValueError("each vibration is compared with none, but the design lacks frequency 0 Hz; add it.")
        still = m.isel(frequency=0, drop=True)
        m["reflex"] = (m[f"{self.muscle}_emg_late"] - still[f"{self.muscle}_emg_late"]).assign_attrs(
            attributes("%", f"EMG of the {self.muscle} in the last second of vibration less that without, of M")
        )
        m["reflex_early"] = (m[f"{self.muscle}_emg_early"] - still[f"{self.muscle}_emg_early"]).assign_attrs(
            attributes("%", f"EMG of the {self.muscle} as vibration begins less that without, of M")
        )
        m["pull"] = (m["torque_late"] - still["torque_late"]).assign_attrs(
            attributes("N*m", "plantarflexor torque in the last second of vibration less that without")
        )
        m["pull_early"] = (m["torque_early"] - still["torque_early"]).assign_attrs(
            attributes("N*m", "plantarflexor torque as vibration begins less that without")
        )
        h = m["h_size"].sel(case=list(self.tested)).mean("case")
        control = h.isel(frequency=0, drop=True)
        m["h_left"] = (100 * h / control.where(control > 0)).assign_attrs(
            attributes("%", "H reflex during vibration of the muscle, of that without; mean over places of the wave")
        )
        for who in (self.muscle, self.antagonist):
            for what, words in (("rate", "mean discharge rate"), ("emg_late", "EMG")):
                of = still[f"{who}_{what}"]
                m[f"{who}_{what}_left"] = (100 * m[f"{who}_{what}"] / of.where(of > 0)).assign_attrs(
                    attributes("%", f"{words} of the {who} during vibration, of that without")
                )
        found = summarised(m)
        samples = m["sample"].sel(case=self.rest).isel(seed=0, drop=True).rename(frequency="shown_frequency")
        return (
            found.assign(self.courses(asked, samples))
            .assign_coords(shown_frequency=m["frequency"].values)
            .assign_attrs(
                muscle=self.muscle, antagonist=self.antagonist, rest=self.rest, contracting=self.contracting,
                opposite=self.opposite, lasts=self.stop - self.stimulus,
            )
        )  # fmt: skip

    def courses(self, asked: Asked, samples: xr.DataArray) -> dict[str, tuple]:
        """EMG and torque of some samples, along their dimension and time after the start of the vibration."""
        flat, start = samples.values.ravel(), self.stimulus
        view = asked.view(np.maximum(flat, 0))
        there = (flat >= 0)[:, None]
        time, x = trace(view, self.muscle, self.amplitude, 0.0, view.end)
        shown = slice(None, None, max(1, round(0.01 * emg.RATE)))  # every 10 ms
        x = 100 * emg.envelope(x, COURSE)[:, shown] / m_envelope(self.amplitude)
        pull, dim = torques(view), str(samples.dims[0])
        after = attributes("s", "time after the start of the vibration")
        return {
            "emg": ((dim, "emg_time"), np.where(there, x, np.nan), attributes("%", "rectified EMG, of M")),
            "emg_time": ("emg_time", time[shown] - start, after),
            "course": ((dim, "course_time"), np.where(there, pull, np.nan), attributes("N*m", "plantarflexor torque")),
            "course_time": ("course_time", view.time - start, after),
        }

    def draw(self, m: xr.Dataset) -> Figure:
        """How endings follow (A), the tonic vibration reflex in time (B) and over frequency (C), the H reflex (D) and
        antagonists (E)."""
        return tendon_vibration_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """The endings, the tonic vibration reflex, and what each muscle does to the other, at each frequency."""
        return [
            f"{f:g} Hz: {number(own[f'{self.muscle}_locked_mean'], 0, '%')} of the Ia endings follow 1:1, "
            f"{number(own[f'{self.muscle}_sub_mean'], 0, '%')} at subharmonics; torque "
            f"{mean_and_sd(own, 'pull_early', 1, 'N m')} early, {mean_and_sd(own, 'pull', 1, 'N m')} late, EMG "
            f"{mean_and_sd(own, 'reflex', 1, '% of M')}; H reflex left {mean_and_sd(own, 'h_left', 0, '%')}; "
            f"{self.antagonist} that contracts: EMG "
            f"{mean_and_sd(other, f'{self.antagonist}_emg_late_left', 0, '%')}, rate "
            f"{mean_and_sd(other, f'{self.antagonist}_rate_left', 0, '%')}; {self.muscle} that contracts, the other "
            f"tendon vibrated: EMG {mean_and_sd(back, f'{self.muscle}_emg_late_left', 0, '%')}, rate "
            f"{mean_and_sd(back, f'{self.muscle}_rate_left', 0, '%')}"
            for f in m["frequency"].values[1:]
            for at in [m.sel(frequency=f)]
            for own, other, back in [[at.sel(case=c) for c in (self.rest, self.contracting, self.opposite)]]
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "A: at rest; an ending is locked if it fires at one place of the wave (vector strength above 0.9): 1:1 if "
            "once in each cycle, within 5 %, and at a subharmonic otherwise. B: one seed. C: less the same noise "
            "without vibration. D: of the same stimulus and noise without vibration, mean of the places of the wave at "
            f"which the pulse fell ({len(self.tested)}). E: in percent of the same noise without vibration, in the "
            "last second. Small points, seeds; large points, mean with its 95 % interval.",
            "Primary endings of people follow vibration 1:1 up to limits of their own, the best of them 220 Hz at "
            "medium length, and fire at subharmonics above; limits grow with length (Burke et al. 1976, 32 endings): "
            "the limits are taken from there. Torque of the tonic vibration reflex grows over seconds and with "
            "frequency (8 people, 25 and 50 Hz, PMC3875536). 54 ± 4 % of the largest H reflex are left meanwhile "
            "(32 legs, J Korean Acad Rehabil Med 1998;22:1185). During a contraction of a fifth of "
            "the strongest, vibration of the antagonist's tendon lowered the peak rate of soleus units by 2 % and "
            "of tibialis units by 4 % (data of Orssatto et al.).",
        ]
