"""What stimulation of the antagonist's nerve, and more or less ligand, do to ΔF in a contraction of one pool.

The same contraction in every case of the design, each under the same random streams, so that every effect is paired by
seed. The trains act through the Ia interneurons alone: with their synapses silenced they must change nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure
from omegaconf import OmegaConf

from experiments import delta_f_interventions_figure as figure
from experiments import pool_measures
from experiments.case_axes import by_case, known, places
from experiments.conditions import Conditions, known_mean, over_seeds
from experiments.conventions import convention
from experiments.delta_f_interventions_people import band, verdict
from experiments.delta_f_interventions_shown import shown
from experiments.pool_spikes import command_end, excitation, pool_spike_times
from experiments.series_panel import interval
from experiments.simulated import configuration, in_words
from experiments.words import attributes, listed, mean_and_sd, number
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.estimator_noise import estimator_noise
from sim.analysis.recruitment import derecruitment_time
from sim.analysis.spikes import spike_count
from sim.results.status import Status

REVERSAL = (
    "Inhibition lowers ΔF at levels below about 1 and raises it above (experiment inhibition_reversal), through units "
    "that outlast the command"
)

MEASURED = {
    **{name: pool_measures.MEASURED[name] for name in ("delta_f", "n_test_units", "brace_height", "peak_rate")},
    "n_recruited": pool_measures.MEASURED["n_recruited"],
    "delta_f_without": ("pps", "ΔF, pool mean, without the units that outlast the command"),
    "n_outlasting": ("1", "units that fire after the command has ended"),
    "peak_force": ("%", "peak force, in percent of the maximal one"),
    "antagonist_force": ("%", "peak force of the antagonist, in percent of its maximal one"),
    "interneuron_rate": ("pps", "mean rate of the Ia interneurons that silence the pool, while the command lasts"),
}
EFFECTS = ("delta_f", "delta_f_without", "peak_rate", "brace_height", "peak_force")
PERCENT = ("delta_f", "delta_f_without", "peak_rate")
NOISE = "estimator noise of the pool's ΔF: half changes, one unit's last spike left out at a time, in quadrature"
NOISE_SEEDS = 8  # the estimator noise is measured on so many contractions at most


@dataclass(frozen=True)
class DeltaFInterventions:
    """Settings of the analysis; cases are given by their names in the design.

    Args:
        population: the pool that contracts.
        antagonist: whose afferents are stimulated.
        baseline: case with which all others are compared.
        trains: cases of stimulation, from the least to the largest dose.
        silenced: the case in which the train cannot reach the pool.
        less, more: cases of less and of more ligand.
        example: case of the contraction shown beside the baseline.
        convention: of the ΔF, by name (see `experiments.conventions`) or declared in full.

    Raises:
        ValueError: no such convention.
    """

    population: str
    antagonist: str
    baseline: str
    trains: Sequence[str]
    silenced: str
    less: Sequence[str]
    more: Sequence[str]
    example: str
    convention: DeltaFConvention | str = "later_spike_from_second"

    def __post_init__(self) -> None:
        object.__setattr__(self, "convention", convention(self.convention))

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Every measure on the grid (case, seed), its changes from the baseline, and one contraction in full.

        Raises:
            ValueError: the design has no cases or lacks one of these, or the command was not recorded.
        """
        chosen = convention(self.convention)
        grid = by_case(results, population=self.population)
        spikes = pool_spike_times(results, self.population)
        time, command = excitation(results, self.population)
        values = self._values(results, spikes, time, command, chosen)
        data = {
            name: xr.DataArray(grid.folded(values[name]), dims=grid.dims, name=name, attrs=attributes(*MEASURED[name]))
            for name in MEASURED
        }
        start = places(grid, [self.baseline])[0]
        data |= {f"{name}_effect": _effect(data[name], start) for name in EFFECTS}
        data |= {f"{name}_percent": _percent(data[name], start) for name in PERCENT}
        data |= {name: part for array in list(data.values()) for name, part in _spread(array).items()}

        noise = estimator_noise(spikes[_done(grid.sample[start])[:NOISE_SEEDS]], convention=chosen)
        pair = (start, places(grid, [self.example])[0])
        effect = data["delta_f_effect"].values[pair[1]]
        return xr.Dataset(
            {
                **data,
                "level": ("case", _levels(results, grid, self.population), attributes("1", "monoaminergic level")),
                "frequency": ("case", _frequencies(results, grid), attributes("Hz", "pulses of the train, 0 without")),
                "silenced_spikes": (
                    "seed",
                    _differing(spikes, grid.sample[start], grid.sample[places(grid, [self.silenced])[0]]),
                    attributes("1", "spikes of the pool that the train changes while the synapses are silenced"),
                ),
                "baseline_spikes": (
                    "seed",
                    _counted(spikes, grid.sample[start]),
                    attributes("1", "spikes of the pool at the baseline"),
                ),
                "noise_pool": ((), float(known_mean(noise.pool)), attributes("pps", NOISE)),
                **shown(results, spikes, grid.sample[list(pair)], effect, self.population, chosen),
            },
            {"case": ("case", grid.axes["case"], attributes("", "what was done"))},
            {
                **{name: getattr(self, name) for name in ("antagonist", "baseline", "silenced", "example")},
                **{name: known(grid, getattr(self, name)) for name in ("trains", "less", "more")},
                "simulated": in_words(results),
                "convention": chosen.describe(),
                "population": self.population,
                "reversal": f"{REVERSAL}: here {_outlast(data, start)} outlast it at the baseline.",
                "runs": int(results.sizes["sample"]),
                "failed": int((results["status"].values != Status.DONE).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """One contraction (A), ΔF of every seed by case (B), and the changes beside those in people (C)."""
        return figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """Runs, the baseline and where it lies, what every case changes, the control, and targets met or missed."""
        m = measures
        at = m.sel(case=self.baseline)
        lines = [
            f"{m.attrs['runs']} contractions of the {self.population}, {m.attrs['failed']} failed; ± is the SD between "
            "n seeds",
            f"baseline, level {number(at['level'])}: ΔF {mean_and_sd(at, 'delta_f', 2, 'pps')}, estimator noise "
            f"{number(m['noise_pool'], 2, 'pps')}; peak rate {mean_and_sd(at, 'peak_rate', 1, 'pps')}, brace height "
            f"{mean_and_sd(at, 'brace_height', 1, '%rTri')}, peak force {mean_and_sd(at, 'peak_force', 0, '%')}; "
            f"{number(at['n_outlasting_mean'], 1)} of "
            f"{number(at['n_recruited_mean'], 1)} units outlast the command",
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
        lines.append(f"synapses silenced: {figure.silenced(m)}")
        return [*lines, *self._verdicts(m)]

    def _verdicts(self, m: xr.Dataset) -> list[str]:
        asked = (
            ("trains", "percent", "delta_f_percent", "ΔF under stimulation", "%", 1),
            ("trains", "peak_rate_percent", "peak_rate_percent", "rate under stimulation", "%", 1),
            ("less", "delta_f", "delta_f_effect", "ΔF with less ligand", "pps", 2),
            ("less", "peak_rate", "peak_rate_effect", "rate with less ligand", "pps", 2),
            ("more", "delta_f", "delta_f_effect", "ΔF with more ligand", "pps", 2),
            ("more", "percent", "delta_f_percent", "ΔF with more ligand", "%", 1),
            ("more", "brace_height", "brace_height_effect", "brace height with more ligand", "%rTri", 1),
        )
        lines = []
        for kind, what, name, words, unit, digits in asked:
            wanted, here = band(kind, what), {case: m.sel(case=case) for case in listed(m, kind)}
            found = {case: (float(x[f"{name}_mean"]), float(x[f"{name}_half"])) for case, x in here.items()}
            if wanted is None or not found:
                continue
            ends = " to ".join(dict.fromkeys(number(end, digits, sign=True) for end in wanted))
            lines.append(f"{words}, people {ends} {unit}: {verdict(found, wanted)}")
        doses, bands = listed(m, "trains"), (band("trains", "percent"), band("trains", "peak_rate_percent"))
        both = [
            case
            for case in doses
            if all(
                wanted is not None and wanted[0] <= float(m[f"{name}_mean"].sel(case=case)) <= wanted[1]
                for name, wanted in zip(("delta_f_percent", "peak_rate_percent"), bands, strict=True)
            )
        ]
        lines.append(f"ΔF and rate under one stimulation: {f'met at {both}' if both else 'missed at every dose'}")
        return lines

    def _values(
        self, results: xr.Dataset, spikes: np.ndarray, time: np.ndarray, command: np.ndarray, chosen: DeltaFConvention
    ) -> dict[str, np.ndarray]:
        """Every measure of `MEASURED`, each (sample,)."""
        end = command_end(time, command)
        outlasting = derecruitment_time(spikes) > end[:, None]
        kept = np.where(outlasting[..., None], np.nan, spikes)
        interneurons = pool_spike_times(results, f"{self.population}_in")
        driven = end - time[np.argmax(command > command.min(axis=-1, keepdims=True), axis=-1)]
        counts = (interneurons < end[:, None, None]).sum(axis=-1)
        return pool_measures.pool_measures(spikes, time, command, chosen) | {
            "delta_f_without": delta_f(kept, convention=chosen).pool,
            "n_outlasting": (outlasting & (spike_count(spikes) > 1)).sum(axis=-1).astype(float),
            "peak_force": results[f"{self.population}_force"].max("time").values.astype(float),
            "antagonist_force": results[f"{self.antagonist}_force"].max("time").values.astype(float),
            "interneuron_rate": known_mean(counts) / driven,
        }


def _outlast(data: dict[str, xr.DataArray], start: int) -> str:
    """'2.1 of 18.4 units', means over the baseline's seeds."""
    units = (number(data[f"{name}_mean"].values[start], 1) for name in ("n_outlasting", "n_recruited"))
    return f"{' of '.join(units)} units"


def _done(sample: np.ndarray) -> np.ndarray:
    return sample[sample >= 0]


def _effect(values: xr.DataArray, start: int) -> xr.DataArray:
    """Change from the baseline, seed by seed."""
    change = (values - values.isel(case=start)).rename(f"{values.name}_effect")
    return change.assign_attrs(attributes(values.attrs["units"], f"{values.attrs['long_name']}: change from baseline"))


def _percent(values: xr.DataArray, start: int) -> xr.DataArray:
    """Change from the baseline, seed by seed, in percent of the baseline's mean over seeds."""
    mean = known_mean(values.values[start])
    scale = 100 / mean if mean > 0 else np.nan
    change = ((values - values.isel(case=start)) * scale).rename(f"{values.name}_percent")
    words = f"{values.attrs['long_name']}: change from baseline in percent of the baseline's mean"
    return change.assign_attrs(attributes("%", words))


def _spread(values: xr.DataArray) -> dict[str, xr.DataArray]:
    """`over_seeds`, and half of the 95 % interval of the mean."""
    found = over_seeds(values)
    sd, n = (found[f"{values.name}_{part}"] for part in ("sd", "n"))
    words = attributes(values.attrs["units"], f"{values.attrs['long_name']}: half of the 95 % interval of the mean")
    return found | {f"{values.name}_half": xr.DataArray(interval(sd.values, n.values), dims=sd.dims, attrs=words)}


def _levels(results: xr.Dataset, grid: Conditions, population: str) -> np.ndarray:
    """Level of each case: the constitutive part, where it is known, and the mean ligand; (case,)."""
    constitutive = OmegaConf.select(configuration(results), f"network.set.{population}.monoamine")
    ligand = known_mean(grid.folded(results["ligand_level"].mean("time").values.astype(float)))
    return ligand + (np.nan if constitutive is None else float(constitutive))


def _frequencies(results: xr.Dataset, grid: Conditions) -> np.ndarray:
    """Of the train in each case, Hz, 0 without a train; NaN where it does not vary; (case,)."""
    names = ("protocol.nerve.on", "protocol.nerve.frequency")
    if not set(names) <= set(results.coords):
        return np.full(len(grid.axes["case"]), np.nan)
    on, frequency = (known_mean(grid.folded(results[name].values.astype(float))) for name in names)
    return np.where(on > 0, 1000 * frequency, 0.0)  # kHz in the design


def _differing(spikes: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Spikes, first to last of each unit, that are not at the same step; NaN where one of the two failed; (seed,)."""
    a, b = np.nan_to_num(spikes[before], nan=-1), np.nan_to_num(spikes[after], nan=-1)
    return np.where((before >= 0) & (after >= 0), (a != b).sum(axis=(-2, -1)), np.nan)


def _counted(spikes: np.ndarray, sample: np.ndarray) -> np.ndarray:
    return np.where(sample >= 0, np.isfinite(spikes[sample]).sum(axis=(-2, -1)), np.nan)
