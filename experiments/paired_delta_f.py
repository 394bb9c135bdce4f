"""What the paired-motor-unit estimate says of persistent inward currents, and how inhibition moves it.

A pool contracts along a ramp at every monoaminergic level and tonic inhibition, each under the same random streams.
From its spikes alone come ΔF, brace height and peak rate, as from a decomposed recording.
"""

from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments import paired_delta_f_figure, pool_measures
from experiments.conditions import Conditions, conditions, known_mean, over_seeds
from experiments.contraction_example import example
from experiments.conventions import convention
from experiments.pool_spikes import command_end, excitation, pool_spike_times
from experiments.simulated import in_words
from experiments.words import attributes, mean_and_sd, number
from sim.analysis.delta_f_convention import DeltaFConvention
from sim.analysis.estimator_noise import estimator_noise
from sim.analysis.recruitment import derecruitment_time
from sim.analysis.spikes import spike_count
from sim.results.status import Status

AXES = {"monoamine": ".monoamine", "inhibition": "protocol.inhibition.level"}
LABELS = {
    "monoamine": {"units": "1", "long_name": "monoaminergic level, 1 = Powers & Heckman 2017"},
    "inhibition": {"units": "1", "long_name": "tonic inhibitory command A_i"},
}
MEASURED = {
    **{name: pool_measures.MEASURED[name] for name in pool_measures.MEASURED if name != "n_still_firing"},
    "outlasting": ("1", "fraction of recruited units that fire after the command has ended"),
}
NOISE = {
    "single": "estimator noise of one test unit's ΔF: r.m.s. change when the unit loses its last spike",
    "pool": "estimator noise of the pool's ΔF: half changes, one unit's last spike left out at a time, in quadrature",
}
NOISE_SEEDS = 8  # the estimator noise is measured on so many contractions at most


@dataclass(frozen=True)
class PairedDeltaF:
    """Settings of the analysis; conditions are given by value, and the nearest one in the design is taken.

    Args:
        convention: of the ΔF, by name (see `experiments.conventions`) or declared in full.
        example: monoaminergic level and tonic inhibition of the contraction shown.
        contrast: tonic inhibition, from and to, whose effect on ΔF is shown.
        levels: a low and a high monoaminergic level at which that effect is told.

    Raises:
        ValueError: no such convention.
    """

    convention: DeltaFConvention | str = "later_spike_from_second"
    example: tuple[float, float] = (1.0, 1.5)
    contrast: tuple[float, float] = (1.5, 5.0)
    levels: tuple[float, float] = (0.85, 1.2)

    def __post_init__(self) -> None:
        object.__setattr__(self, "convention", convention(self.convention))

    def measure(self, results: xr.Dataset) -> xr.Dataset:
        """Measures of every contraction on the grid (monoamine, inhibition, seed), and one contraction in full.

        Raises:
            ValueError: the design lacks an axis or has another one, or the command was not recorded.
        """
        chosen = convention(self.convention)
        grid = conditions(results, AXES)
        spikes = pool_spike_times(results, grid.population)
        time, command = excitation(results, grid.population)
        values = pool_measures.pool_measures(spikes, time, command, chosen)
        values["outlasting"] = _outlasting(spikes, command_end(time, command))
        data = {
            name: xr.DataArray(grid.folded(values[name]), dims=grid.dims, name=name, attrs=attributes(*MEASURED[name]))
            for name in MEASURED
        }
        start, end = (grid.nearest(inhibition=value)[0] for value in self.contrast)
        data |= {f"{name}_effect": _effect(data[name], start, end) for name in ("delta_f", "peak_rate")}
        data |= {name: part for array in list(data.values()) for name, part in over_seeds(array).items()}

        place = grid.nearest(monoamine=self.example[0], inhibition=self.example[1])
        shown = grid.sample[place]
        shown = shown[shown >= 0]
        noise = estimator_noise(spikes[shown[:NOISE_SEEDS]], convention=chosen)
        first = int(shown[0]) if len(shown) else 0
        one = spikes[first] if len(shown) else np.full_like(spikes[first], np.nan)
        return xr.Dataset(
            {
                **data,
                "noise_single": ((), float(known_mean(noise.single)), attributes("pps", NOISE["single"])),
                "noise_pool": ((), float(known_mean(noise.pool)), attributes("pps", NOISE["pool"])),
                **example(one, time, command[first], chosen),
            },
            {dim: (dim, values, LABELS[dim]) for dim, values in grid.axes.items()},
            {
                "simulated": in_words(results),
                "convention": chosen.describe(),
                "example": [float(values[k]) for values, k in zip(grid.axes.values(), place, strict=True)],
                "contrast": [float(grid.axes["inhibition"][k]) for k in (start, end)],
                "levels": [_value(grid, "monoamine", level) for level in self.levels],
                "runs": int(results.sizes["sample"]),
                "failed": int((results["status"].values != Status.DONE).sum()),
            },
        )

    def draw(self, measures: xr.Dataset) -> Figure:
        """One contraction (A), one pair (B), maps (C), and what inhibition does to ΔF (D, E)."""
        return paired_delta_f_figure.draw(measures)

    def headline(self, measures: xr.Dataset) -> list[str]:
        """Runs, ΔF with its convention and noise, what inhibition does at a low and a high level, rate and shape."""
        m = measures
        level, inhibition = m.attrs["example"]
        here = m.sel(monoamine=level, inhibition=inhibition)
        start, end = m.attrs["contrast"]
        lines = [
            f"{m.attrs['runs']} contractions of the pool, {m.attrs['failed']} failed; ± is the SD between n seeds",
            f"ΔF at monoaminergic level {level:g}, A_i {inhibition:g}: {mean_and_sd(here, 'delta_f', 2, 'pps')}; "
            f"estimator noise (one last spike): pool {number(m['noise_pool'], 2, 'pps')}, "
            f"single unit {number(m['noise_single'], 2, 'pps')}",
            m.attrs["convention"],
        ]
        for value in dict.fromkeys(m.attrs["levels"]):
            at = m.sel(monoamine=value)
            lines.append(
                f"inhibition A_i {start:g} -> {end:g} at level {value:g}, paired by seed: "
                f"ΔF {mean_and_sd(at, 'delta_f_effect', 2, 'pps', sign=True)}, "
                f"peak rate {mean_and_sd(at, 'peak_rate_effect', 2, 'pps', sign=True)}"
            )
        lines.append(
            f"at level {level:g}, A_i {inhibition:g}: peak rate {mean_and_sd(here, 'peak_rate', 2, 'pps')}, "
            f"brace height {mean_and_sd(here, 'brace_height', 1, '%rTri')}"
        )
        return lines


def _outlasting(spikes: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Fraction of the recruited units that fire after the command has ended (s, (sample,)); (sample,)."""
    recruited = spike_count(spikes) > 1
    with np.errstate(invalid="ignore", divide="ignore"):
        return (recruited & (derecruitment_time(spikes) > end[:, None])).sum(axis=-1) / recruited.sum(axis=-1)


def _effect(values: xr.DataArray, start: int, end: int) -> xr.DataArray:
    """Change from one inhibition to another, seed by seed, (monoamine, seed); NaN if they are the same."""
    change = (values.isel(inhibition=end) - values.isel(inhibition=start)).where(start != end)
    words = f"{values.attrs['long_name']}: change from the first to the second tonic inhibition of the contrast"
    return change.rename(f"{values.name}_effect").assign_attrs(attributes(values.attrs["units"], words))


def _value(grid: Conditions, axis: str, wanted: float) -> float:
    return float(grid.axes[axis][grid.nearest(**{axis: wanted})])
