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

from experiments.conventions import convention
from experiments.delta_f import delta_f_interventions_figure as figure
from experiments.measures.contraction import contraction_measures
from experiments.published.delta_f_changes import SOURCES, band, verdict
from experiments.question import Asked, Question
from experiments.shown import EVERY
from experiments.statistics import attributes, change, known_mean, named, percent, summarised
from experiments.words import listed, mean_and_sd, number
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.estimator_noise import estimator_noise
from sim.analysis.smoothing import smoothed_rate
from sim.measure import Measure
from sim.units import in_unit

EFFECTS = ("delta_f", "delta_f_without", "peak_rate", "brace_height", "peak_force")
PERCENT = ("delta_f", "delta_f_without", "peak_rate")
NOISE_SEEDS = 8  # the estimator noise is measured on so many contractions at most
ASKED = (  # cases, what people show, the model's change, in words, unit, digits
    ("trains", "percent", "delta_f_percent", "ΔF under stimulation", "%", 1),
    ("trains", "peak_rate_percent", "peak_rate_percent", "rate under stimulation", "%", 1),
    ("less", "delta_f", "delta_f_effect", "ΔF with less ligand", "pps", 2),
    ("less", "peak_rate", "peak_rate_effect", "rate with less ligand", "pps", 2),
    ("more", "delta_f", "delta_f_effect", "ΔF with more ligand", "pps", 2),
    ("more", "percent", "delta_f_percent", "ΔF with more ligand", "%", 1),
    ("more", "brace_height", "brace_height_effect", "brace height with more ligand", "%rTri", 1),
)


@dataclass(frozen=True)
class DeltaFInterventions(Question):
    """Settings of the analysis; cases are given by their names in the design.

    Args:
        population: the pool that contracts.
        antagonist: whose afferents are stimulated.
        constitutive: part of the pool's monoaminergic level that is there without ligand.
        start, duration: of the trains.
        baseline: case with which all others are compared.
        trains: cases of stimulation, from the least to the largest dose.
        silenced: the case in which the train cannot reach the pool.
        less, more: cases of less and of more ligand.
        example: case of the contraction shown beside the baseline.
        convention: of the ΔF, by name (see `experiments.conventions`) or declared in full.

    Raises:
        ValueError: no such convention.
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
    convention: DeltaFConvention | str = "later_spike_from_second"

    def __post_init__(self) -> None:
        object.__setattr__(self, "convention", convention(self.convention))

    def measures(self) -> tuple[Measure, ...]:
        return contraction_measures(self.population, self.antagonist, convention(self.convention))

    def answer(self, asked: Asked) -> xr.Dataset:
        """Every measure on the grid (case, seed), its changes from the baseline, and one contraction in full."""
        chosen = convention(self.convention)
        m = asked.folded()
        named(m, "case", self.baseline, *self.trains, self.silenced, *self.less, *self.more, self.example)
        everywhere = m["case"].values.tolist()
        m = m.assign({f"{name}_effect": change(m[name], "case", everywhere, self.baseline) for name in EFFECTS})
        m = summarised(m.assign({f"{name}_percent": percent(m[name], "case", self.baseline) for name in PERCENT}))
        start, silent = (m["sample"].sel(case=case).values for case in (self.baseline, self.silenced))
        noise = estimator_noise(self._spikes(asked, start[start >= 0][:NOISE_SEEDS]), convention=chosen)
        before, after = (self._spikes(asked, x) for x in (start, silent))
        both = (start >= 0) & (silent >= 0)
        changed = np.where(both, _differing(before, after), np.nan)
        counted = np.where(start >= 0, np.isfinite(before).sum(axis=(-2, -1)), np.nan)
        noisy = (
            "estimator noise of the pool's ΔF: half changes, one unit's last spike left out at a time, in quadrature"
        )
        said = "spikes of the pool that the train changes while the synapses are silenced"
        return m.assign(
            level=("case", m["ligand_mean"].values + self.constitutive, attributes("1", "monoaminergic level")),
            frequency=("case", _frequencies(m), attributes("Hz", "pulses of the train, 0 without")),
            silenced_spikes=("seed", changed, attributes("1", said)),
            baseline_spikes=("seed", counted, attributes("1", "spikes of the pool at the baseline")),
            noise_pool=((), float(known_mean(noise.pool)), attributes("pps", noisy)),
            **self._shown(asked, m, chosen),
        ).assign_attrs(
            {name: getattr(self, name) for name in ("population", "antagonist", "baseline", "silenced", "example")},
            **{name: list(getattr(self, name)) for name in ("trains", "less", "more")},
            convention=chosen.describe(),
        )

    def draw(self, m: xr.Dataset) -> Figure:
        """Two contractions (A, B), ΔF of every seed by dose and level (C, D), and the changes beside people's (E)."""
        return figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """The baseline and where it lies, what every case changes, the control, and targets met or missed."""
        at = m.sel(case=self.baseline)
        lines = [
            f"baseline, level {number(at['level'])}: ΔF {mean_and_sd(at, 'delta_f', 2, 'pps')}, estimator noise "
            f"{number(m['noise_pool'], 2, 'pps')}; peak rate {mean_and_sd(at, 'peak_rate', 1, 'pps')}, brace height "
            f"{mean_and_sd(at, 'brace_height', 1, '%rTri')}, peak force {mean_and_sd(at, 'peak_force', 0, '%')}; "
            f"{number(at['n_outlasting_mean'], 1)} of {number(at['n_recruited_mean'], 1)} units outlast the command",
            m.attrs["convention"],
        ]
        for case in (str(name) for name in m["case"].values if name != self.baseline):
            here = m.sel(case=case)
            lines.append(
                f"{case}: ΔF {mean_and_sd(here, 'delta_f_effect', 2, 'pps', sign=True)}, "
                f"{number(here['delta_f_percent_mean'], 0, '%', sign=True)} "
                f"(95 % interval ± {number(here['delta_f_percent_half'], 0)}); without units that outlast the command "
                f"{mean_and_sd(here, 'delta_f_without_effect', 2, 'pps', sign=True)}; "
                f"peak rate {mean_and_sd(here, 'peak_rate_effect', 2, 'pps', sign=True)}, "
                f"brace height {mean_and_sd(here, 'brace_height_effect', 1, '%rTri', sign=True)}"
            )
        return [*lines, f"synapses silenced: {silenced(m)}", *_verdicts(m)]

    def notes(self, m: xr.Dataset) -> list[str]:
        at = m.sel(case=m.attrs["baseline"])
        lasting, units = (number(at[f"{name}_mean"], 1) for name in ("n_outlasting", "n_recruited"))
        return [
            f"{m.sizes['case']} cases, the same noise in all of them (common random numbers), so changes are paired by "
            f"seed. Baseline: level {number(at['level'])} (constitutive part + ligand), peak force "
            f"{mean_and_sd(at, 'peak_force', 0, '% of maximum')}, more than the 20 % of the people. Both muscles have "
            "cells of the pool hTA; one draw of the wiring. Every pulse of a train recruits all Ia fibres of the "
            f"antagonist and reaches the pool through the Ia interneurons only: without them {silenced(m)}.",
            "Inhibition lowers ΔF at levels below about 1 and raises it above (experiment inhibition_reversal), "
            f"through units that outlast the command: here {lasting} of {units} units outlast it at the baseline.",
            "A, B: one seed, the one whose effect is nearest to the mean; units from dark to light in order of "
            "recruitment; grey, the command; bar, the train. C, D: grey, seeds; colour, mean with its 95 % interval; "
            "black, the baseline; dotted, the published conductances. E: small points, seeds; circles, their mean with "
            "its 95 % interval; diamonds, people.",
            SOURCES,
        ]

    def _spikes(self, asked: Asked, samples: np.ndarray) -> np.ndarray:
        """Spike times of the pool in some samples, s; of those that are not there (-1), any."""
        return asked.view(np.maximum(samples, 0) if samples.size else [0]).spikes(self.population)

    def _shown(self, asked: Asked, m: xr.Dataset, chosen: DeltaFConvention) -> dict[str, tuple]:
        """Rates and force of the seed whose effect is nearest to the mean, without and with the train; else NaN."""
        samples = m["sample"].sel(case=[self.baseline, self.example]).transpose("case", "seed").values
        effect, both = m["delta_f_effect"].sel(case=self.example).values, (samples >= 0).all(axis=0)
        usable = both & np.isfinite(effect) if (both & np.isfinite(effect)).any() else both
        mean = np.nan_to_num(known_mean(effect))
        away = np.where(usable, np.abs(np.nan_to_num(effect) - mean), np.inf)
        view = asked.view(np.maximum(samples[:, int(np.argmin(away))], 0))
        time = view.time
        t = np.arange(0, time[-1] + EVERY / 2, EVERY)
        known = 1.0 if usable.any() else np.nan
        rate = smoothed_rate(view.spikes(self.population), t, convention=chosen.rate) * known
        force, command = view.course(f"{self.population}_force"), view.course(f"{self.population}.excitation")[0]
        begin, lasting = (in_unit(x, "ms", "a time of the trains") / 1000 for x in (self.start, self.duration))
        both_of = "without and with the train"
        small = np.float32
        return {
            "time": ("time", time, attributes("s", "time")),
            "rate_time": ("rate_time", t, attributes("s", "time of the smoothed rates")),
            "shown_command": ("time", (command * known).astype(small), attributes("1", "excitatory command A_e")),
            "shown_rate": (
                ("contraction", "unit", "rate_time"), rate.astype(small),
                attributes("pps", f"smoothed rates, {both_of}"),
            ),
            "shown_force": (
                ("contraction", "time"), (force * known).astype(small),
                attributes("%", f"force, {both_of}, in percent of the maximal one"),
            ),
            "stimulated": ("end", np.array([begin, begin + lasting]), attributes("s", "begin and end of the train")),
        }  # fmt: skip


def silenced(m: xr.Dataset) -> str:
    """'the train changes 0 of 31204 spikes', over all seeds."""
    changed, spikes = (float(np.nansum(m[name].values)) for name in ("silenced_spikes", "baseline_spikes"))
    return f"the train of {m.attrs['silenced']!r} changes {changed:.0f} of {spikes:.0f} spikes of the pool"


def _differing(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Spikes, first to last of each unit, that are not at the same step: (sample,)."""
    longest = max(a.shape[-1], b.shape[-1])
    a, b = (np.pad(x, ((0, 0), (0, 0), (0, longest - x.shape[-1])), constant_values=np.nan) for x in (a, b))
    return (np.nan_to_num(a, nan=-1) != np.nan_to_num(b, nan=-1)).sum(axis=(-2, -1))


def _frequencies(m: xr.Dataset) -> np.ndarray:
    """Of the train in each case, Hz, 0 without a train; NaN where it does not vary; (case,)."""
    on, rate = (m.coords.get(f"protocol.nerve.{leaf}") for leaf in ("on", "frequency"))
    if on is None or rate is None:
        return np.full(m.sizes["case"], np.nan)
    both = xr.broadcast(on, rate, m["case"])
    return np.where(both[0].values > 0, 1000 * both[1].values, 0.0)  # kHz in the design


def _verdicts(m: xr.Dataset) -> list[str]:
    """Which doses lie within what people show."""
    lines = []
    for kind, what, name, words, unit, digits in ASKED:
        wanted, cases = band(kind, what), listed(m, kind)
        if wanted is None or not cases:
            continue
        found = {c: (float(m[f"{name}_mean"].sel(case=c)), float(m[f"{name}_half"].sel(case=c))) for c in cases}
        ends = " to ".join(dict.fromkeys(number(end, digits, sign=True) for end in wanted))
        lines.append(f"{words}, people {ends} {unit}: {verdict(found, wanted)}")
    bands = {name: band("trains", what) for _, what, name, *_ in ASKED[:2]}
    both = [
        case
        for case in listed(m, "trains")
        if all(x and x[0] <= float(m[f"{name}_mean"].sel(case=case)) <= x[1] for name, x in bands.items())
    ]
    return [*lines, f"ΔF and rate under one stimulation: {f'met at {both}' if both else 'missed at every dose'}"]
