"""What stimulation of the antagonist's nerve, and more or less ligand, do to ΔF in a contraction of one pool.

The same contraction in every case of the design, each under the same random streams, so that every effect is paired by
seed. The trains act through the Ia interneurons alone: with their synapses silenced they must change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.delta_f import delta_f_interventions_figure
from experiments.measures.pool import outlasting_measures, pool_measures
from experiments.measures.segment import segment_measures
from experiments.published.delta_f_changes import SOURCES, band, verdict
from experiments.question import Asked
from experiments.shown import EVERY, noise
from experiments.statistics import attributes, change, known_mean, named, percent, summarised
from experiments.words import brace_height, listed, mean_and_sd, number
from sim.analysis.smoothing import smoothed_rate
from sim.measure import Measure
from sim.units import in_unit

EFFECTS = ("delta_f", "delta_f_without", "peak_rate", "brace_height", "peak_force")
PERCENT = ("delta_f", "delta_f_without", "peak_rate")

CONTROL = {
    "silenced_spikes": "spikes of the pool that the train changes while the synapses are silenced",
    "baseline_spikes": "spikes of the pool at the baseline",
}
ASKED = {  # of each kind of case, what of people it is held against, and how that is called
    "trains": {"delta_f_percent": "ΔF under stimulation", "peak_rate_percent": "rate under stimulation"},
    "less": {"delta_f": "ΔF with less ligand", "peak_rate": "rate with less ligand"},
    "more": {
        "delta_f": "ΔF with more ligand",
        "delta_f_percent": "ΔF with more ligand",
        "brace_height": "brace height with more ligand",
    },
}


@dataclass(frozen=True)
class DeltaFInterventions(BraceQuestion):
    """Settings of the analysis; cases are given by their names in the design.

    Args:
        population: the pool that contracts.
        antagonist: whose afferents are stimulated.
        constitutive: part of the monoaminergic level, beside the ligand, where the design does not vary it.
        start, duration: of the train.
        baseline: case with which all others are compared.
        trains: cases of stimulation, from the least to the largest dose.
        silenced: the case in which the train cannot reach the pool.
        less, more: cases of less and of more ligand.
        example: case of the contraction shown beside the baseline.
    """

    dims: ClassVar[tuple[str, ...]] = ("case",)

    population: str
    antagonist: str
    constitutive: float
    start: str | float
    duration: str | float
    baseline: str
    trains: Sequence[str]
    silenced: str
    less: Sequence[str]
    more: Sequence[str]
    example: str

    def measures(self) -> tuple[Measure, ...]:
        return (
            *(m for m in pool_measures(self.population, self.chosen, self.brace_rate) if m.name != "n_still_firing"),
            *outlasting_measures(self.population, self.chosen),
            *segment_measures(self.population, self.antagonist),
        )

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure on the grid (case, seed), its changes from the baseline, and one contraction in full."""
        m = asked.folded()
        named(m, "case", self.baseline, *self.trains, self.silenced, *self.less, *self.more, self.example)
        effects = {f"{x}_effect": change(m[x], "case", m["case"].values.tolist(), self.baseline) for x in EFFECTS}
        m = summarised(m.assign(effects | {f"{x}_percent": percent(m[x], "case", self.baseline) for x in PERCENT}))
        constitutive = m.coords.get(f"network.{self.population}.monoamine", self.constitutive)
        m["level"] = (constitutive + m["ligand_mean"]).reset_coords(drop=True)
        m["level"].attrs = attributes("1", "monoaminergic level: constitutive part + ligand")
        m["frequency"] = _frequency(m)
        found = noise(asked, m["sample"].sel(case=self.baseline), self.population, self.chosen)
        return m.assign({**found, **self._control(asked, m), **self._shown(asked, m)}).assign_attrs(
            {name: getattr(self, name) for name in ("antagonist", "baseline", "silenced", "example", "population")},
            **{kind: list(getattr(self, kind)) for kind in ASKED},
        )

    def _control(self, asked: Asked, m: xr.Dataset) -> dict[str, xr.DataArray]:
        """`CONTROL`, by seed; NaN where one of the two contractions failed."""
        pair = m["sample"].sel(case=[self.baseline, self.silenced])
        spikes = asked.view(np.maximum(pair.values, 0).ravel()).spikes(self.population)
        before, after = np.nan_to_num(spikes, nan=-1).reshape(*pair.shape, *spikes.shape[1:])
        both = (pair >= 0).all("case")
        return {
            name: both.copy(data=values.sum(axis=(-2, -1))).where(both).assign_attrs(attributes("1", CONTROL[name]))
            for name, values in (("silenced_spikes", before != after), ("baseline_spikes", before >= 0))
        }

    def _shown(self, asked: Asked, m: xr.Dataset) -> dict[str, tuple]:
        """Rates of the seed whose effect is nearest to the mean; NaN where no seed has both contractions."""
        pair = m["sample"].sel(case=[self.baseline, self.example]).values.reshape(2, -1)
        effect = m["delta_f_effect"].sel(case=self.example).values.ravel()
        away = np.nan_to_num(np.abs(effect - known_mean(effect)), nan=1e9)  # without a ΔF only if all are
        both = (pair >= 0).all(axis=0)
        view = asked.view(np.maximum(pair[:, np.argmin(np.where(both, away, np.inf))], 0))
        time, there = view.time, np.where(both.any(), 1, np.nan)
        t = np.arange(0, time[-1] + EVERY / 2, EVERY)
        rate = there * smoothed_rate(view.spikes(self.population), t, convention=self.chosen.rate)
        command = there * view.course(f"{self.population}.excitation")[0]
        begin, lasting = (in_unit(x, "ms", "a time of the train") / 1000 for x in (self.start, self.duration))
        words = "smoothed rates, without and with the train"
        return {
            "time": ("time", time, attributes("s", "time")),
            "rate_time": ("rate_time", t, attributes("s", "time of the smoothed rates")),
            "shown_command": ("time", command.astype(np.float32), attributes("1", "excitatory command A_e")),
            "shown_rate": (("contraction", "unit", "rate_time"), rate.astype(np.float32), attributes("pps", words)),
            "stimulated": ("end", [begin, begin + lasting], attributes("s", "begin and end of the train")),
        }

    def draw(self, m: xr.Dataset) -> Figure:
        """One contraction (A, B), ΔF by dose and level (C, D), and the changes beside those in people (E)."""
        return delta_f_interventions_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """The baseline and where it lies, what every case changes, the control, and targets met or missed."""
        lines = [self._baseline(m), m.attrs["convention"], m.attrs["brace_convention"]]
        for case in (str(name) for name in m["case"].values if name != self.baseline):
            here = m.sel(case=case)
            lines.append(
                f"{case}: ΔF {mean_and_sd(here, 'delta_f_effect', 2, 'pps', sign=True)}, "
                f"{number(here['delta_f_percent_mean'], 0, '%', sign=True)} "
                f"(95 % interval ± {number(here['delta_f_percent_half'], 0)}); without units that outlast the command "
                f"{mean_and_sd(here, 'delta_f_without_effect', 2, 'pps', sign=True)}; "
                f"peak rate {mean_and_sd(here, 'peak_rate_effect', 2, 'pps', sign=True)}, "
                f"brace height {mean_and_sd(here, 'brace_height_effect', 1, '%rTri', sign=True)} "
                f"({number(here['n_brace_valid_mean'], 1)} valid units)"
            )
        return [*lines, f"synapses silenced: {_silenced(m)}", *_verdicts(m)]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            f"{m.sizes['case']} cases × {m.sizes['seed']} seeds, the same noise in all cases (common random numbers), "
            f"so changes are paired by seed. B{self._baseline(m)[1:]}. The force is more than the 20 % of the people. "
            "Both muscles have cells of the pool hTA; one draw of the wiring. Every pulse of a train recruits all Ia "
            "fibres of the antagonist and reaches the pool through the Ia interneurons only: without them "
            f"{_silenced(m)}. Inhibition lowers ΔF at levels below about 1 and raises it above (experiment "
            "inhibition_reversal), through units that outlast the command.",
            "A, B: one seed, units from dark to light in order of recruitment; grey, the command; bar, the train. C, "
            "D: grey, seeds; colour, mean with its 95 % interval; black, the baseline; dotted, the published "
            "conductances. E: small points, seeds; circles, their mean with its 95 % interval; diamonds, people. ± is "
            "the SD between seeds.",
            SOURCES,
        ]

    def _baseline(self, m: xr.Dataset) -> str:
        at = m.sel(case=self.baseline)
        return (
            f"baseline, level {number(at['level'])} (constitutive part + ligand): ΔF "
            f"{mean_and_sd(at, 'delta_f', 2, 'pps')}, estimator noise {number(m['noise_pool'], 2, 'pps')}; peak rate "
            f"{mean_and_sd(at, 'peak_rate', 1, 'pps')}, {brace_height(at)}, "
            f"peak force {mean_and_sd(at, 'peak_force', 0, '%')}; {number(at['n_outlasting_mean'], 1)} of "
            f"{number(at['n_recruited_mean'], 1)} units outlast the command"
        )


def _frequency(m: xr.Dataset) -> xr.DataArray:
    """Pulses of the train in each case: Hz, 0 without one; NaN where the design does not say."""
    found = xr.full_like(m["case"], np.nan, dtype=float)
    on, rate = (m.coords.get(f"protocol.nerve.{leaf}") for leaf in ("on", "frequency"))
    if on is not None and rate is not None:
        found = (1000 * rate).broadcast_like(found).where(on > 0, 0)  # kHz among the coordinates
    return found.reset_coords(drop=True).assign_attrs(attributes("Hz", "pulses of the train, 0 without"))


def _silenced(m: xr.Dataset) -> str:
    """'the train of ... changes 0 of 31204 spikes of the pool', over all seeds."""
    changed, spikes = (float(np.nansum(m[name].values)) for name in ("silenced_spikes", "baseline_spikes"))
    return f"the train of {m.attrs['silenced']!r} changes {changed:.0f} of {spikes:.0f} spikes of the pool"


def _verdicts(m: xr.Dataset) -> list[str]:
    """What people show, and at which case the model does the same; and whether one dose does both."""
    lines, both = [], listed(m, "trains")
    for kind, what, words in ((kind, *pair) for kind, asked in ASKED.items() for pair in asked.items()):
        wanted, cases = band(kind, what), listed(m, kind)
        if wanted is None or not cases:
            continue
        name = what if what.endswith("percent") else f"{what}_effect"
        found = {x: (float(m[f"{name}_mean"].sel(case=x)), float(m[f"{name}_half"].sel(case=x))) for x in cases}
        unit = m[name].attrs["units"]
        ends = " to ".join(dict.fromkeys(number(end, 2 if unit == "pps" else 1, sign=True) for end in wanted))
        lines.append(f"{words}, people {ends} {unit}: {verdict(found, wanted)}")
        both = [x for x in both if x not in found or wanted[0] <= found[x][0] <= wanted[1]]
    return [*lines, f"ΔF and rate under one stimulation: {f'met at {both}' if both else 'missed at every dose'}"]
