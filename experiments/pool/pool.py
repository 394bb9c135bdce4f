"""What a pool does under a command: one contraction in full, and its measures along the factors of any design."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.measures.force import signal_measures
from experiments.measures.pool import pool_measures
from experiments.pool import pool_figure
from experiments.pool.factors import setting, varied, varying
from experiments.question import Asked
from experiments.shown import contraction
from experiments.statistics import summarised
from experiments.words import brace_height, listed, mean_and_sd, number
from sim.measure import Measure

MUSCLE: Mapping[str, Any] = {"peak_force": ("peak force", 1, "%"), "mean_emg": ("mean EMG", 3, "")}


@dataclass(frozen=True)
class Pool(BraceQuestion):
    """Settings of the analysis.

    Args:
        population: name of the pool.
        signals: of the pool's muscle, "force" and "emg", that are measured too.

    Raises:
        ValueError: no such signal.
    """

    population: str
    signals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self.measures()

    def measures(self) -> tuple[Measure, ...]:
        muscle = signal_measures(self.population, self.signals)
        return *pool_measures(self.population, self.chosen, self.brace_rate), *muscle

    def fits(self, factors: Mapping[str, int]) -> list[str]:
        """The factors that are drawn, two at most.

        Raises:
            ValueError: there are more, or points.
        """
        if "point" in factors:
            raise ValueError("this question draws factors, but the design has single points; take experiment=sweep.")
        return varying(factors, 2, "Keep two, and run once for each level of any other.")

    def answer(self, asked: Asked) -> xr.Dataset:
        """Measures of every contraction along (factors..., seed), and one contraction in full."""
        along = self.fits({str(k): n for k, n in asked.grid.sizes.items()})
        m = summarised(asked.folded(*along))
        place = {dim: (m.sizes[dim] - 1) // 2 for dim in along}  # the middle of each
        found = contraction(asked, m["sample"].isel(place), self.population, self.chosen)
        return m.assign(found).assign_attrs(along=along, example=list(place.values()))

    def draw(self, m: xr.Dataset) -> Figure:
        """One contraction, and the measures along the factors; without any, one pair of units and a table."""
        return pool_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """The measures at both ends of the first factor (in the middle of the second), and the convention."""
        along, lines = listed(m, "along"), []
        for which in sorted({0, m.sizes[along[0]] - 1}) if along else [0]:
            place = pool_figure.example(m) | dict.fromkeys(along[:1], which)
            where = ", ".join(setting(m, dim, index) for dim, index in place.items())
            said = _answers(m.isel(place))
            lines += [f"{where}: {'; '.join(said)}"] if along else said
        return [
            f"pool {self.population}: {varied(m, along)}",
            *lines,
            m.attrs["convention"],
            m.attrs["brace_convention"],
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        return pool_figure.notes(m)


def _answers(here: xr.Dataset) -> list[str]:
    """The measures of one condition."""
    digits = int(here.sizes["seed"] > 1)  # of a mean of counts
    muscle = [f"{words} {mean_and_sd(here, name, *how)}" for name, (words, *how) in MUSCLE.items() if name in here]
    return [
        f"ΔF {mean_and_sd(here, 'delta_f', 2, 'pps')} from {number(here['n_test_units_mean'], digits)} test units, "
        f"peak rate {mean_and_sd(here, 'peak_rate', 2, 'pps')}, {brace_height(here)}",
        f"{number(here['n_recruited_mean'], digits)} of {here.sizes['unit']} units recruited, "
        f"{number(here['n_still_firing_mean'], digits)} still fire in the last second",
        *([", ".join(muscle)] if muscle else []),
    ]
