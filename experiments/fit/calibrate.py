"""Which numbers make a pool fire as people's units do, how well do the targets determine them, and what is missed?

A search brings the fitted targets as near as it can. What was found is then simulated beside the pool as it was, under
random streams that the search has not seen, and measured: also by targets that were held out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.fit import calibrate_figure, calibrated
from experiments.fit.observed import Targets
from experiments.measures.pool import pool_measures
from experiments.measures.within import within_measures
from experiments.question import Asked
from experiments.statistics import attributes, summarised
from experiments.words import listed, number
from sim.fit.errors import FitError
from sim.measure import Measure
from sim.spec.kinds import part
from sim.spec.params import nearest

MISSED = 2.0
"""Uncertainties of a target beyond which it counts as missed."""
FREE = "There are more numbers than fitted targets, so that some combination of them is free."


@dataclass(frozen=True)
class Calibrate(BraceQuestion):
    """Settings: the pool, what was observed of people, and how ΔF and brace height are measured.

    Args:
        population: name of the pool.
        targets: what was observed.

    Raises:
        FitError: a target is of a measure that there is not, or in another unit.
    """

    population: str = field(kw_only=True)
    targets: Targets = field(kw_only=True)
    dims = ("case",)

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.targets", self.targets, Targets, FitError)
        self.targets.aims(self.measures())

    def known(self) -> tuple[Measure, ...]:
        """All measures that a target may be of; a question of one's own adds others."""
        pool = pool_measures(self.population, self.chosen, self.brace_rate)
        return *pool, *within_measures(self.population, self.chosen)

    def measures(self) -> tuple[Measure, ...]:
        """Those that some target is of."""
        known, names = self.known(), {row.measure for row in self.targets}
        if strange := [row for row in self.targets if row.measure not in {measure.name for measure in known}]:
            raise FitError(
                f"the target {strange[0].name!r} is of the measure {strange[0].measure!r}, which there is not: "
                f"{nearest(strange[0].measure, [measure.name for measure in known])}"
            )
        return tuple(measure for measure in known if measure.name in names)

    def answer(self, asked: Asked) -> xr.Dataset:
        """Each target beside what is simulated before and after (target, case), the search (evaluation,), (number,),
        and every leaf that was changed (leaf,)."""
        m = summarised(asked.folded())
        aims, rows = self.targets.aims(self.measures()), list(self.targets)
        simulated = {
            name: np.stack([m[f"{row.measure}_{name}"].values for row in rows]) for name in ("mean", "sd", "half", "n")
        }
        low, high, sure = (np.array([x[k] for x in aims]) for k in (1, 2, 3))
        mean = simulated["mean"]
        away = np.where(mean < low[:, None], mean - low[:, None], np.maximum(mean - high[:, None], 0)) / sure[:, None]
        away = np.where(np.isfinite(mean), away, np.nan)
        loss = self.targets.loss(self.measures())
        checked = loss({x.target.measure: m[x.target.measure].transpose("case", "seed").values for x in loss.aims})
        both = ("target", "case")
        found = asked.results[[name for name in map(str, asked.results.data_vars) if name.startswith("search_")]]
        return m.merge(found.drop_vars(["search_tried", "search_generation"]), join="exact").assign({
            "observed_low": ("target", low, attributes("", "observed, lowest")),
            "observed_high": ("target", high, attributes("", "observed, highest")),
            "uncertainty": ("target", sure, attributes("", "standard deviation of what was observed")),
            "held_out": ("target", np.array([row.held_out for row in rows]), attributes("1", "predicted, not fitted")),
            "simulated": (both, mean, attributes("", "mean over seeds that the search has not seen")),
            "simulated_spread": (both, simulated["sd"], attributes("", "standard deviation between these seeds")),
            "simulated_seeds": (both, simulated["n"], attributes("1", "seeds with a value")),
            "away": (both, away, attributes("1", "how far the mean is off, in uncertainties")),
            "missed": (both, ~(np.abs(away) <= MISSED), attributes("1", f"more than {MISSED:g} uncertainties off")),
            "checked_loss": ("case", checked.loss, attributes("1", "loss under seeds that the search has not seen")),
            **_leaves(asked, m),
        }).assign_coords({
            "target": ("target", list(self.targets.names), attributes("", "what was observed")),
            "target_unit": ("target", [self._unit(row.measure) for row in rows], attributes("", "unit of the target")),
        }).assign_attrs(
            {name: x for name, x in asked.results.attrs.items() if name.startswith("search_")}
        )  # fmt: skip

    def _unit(self, measure: str) -> str:
        return next(one.unit for one in self.known() if one.name == measure)

    def draw(self, m: xr.Dataset) -> Figure:
        """Targets (A), course of the loss (B), the numbers (C) and how they replace each other (D)."""
        return calibrate_figure.draw(m, self.targets.describe())

    def headline(self, m: xr.Dataset) -> list[str]:
        """The targets, fitted and held out; the numbers; what is missed and what is not determined."""
        before, after = m["checked_loss"].values
        sets = m.sizes["evaluation"]
        lines = [
            f"targets {self.targets.describe()}; {sets} sets of {m.sizes['number']} numbers tried. "
            f"{m.attrs['search_why']}",
            f"loss {before:.3g} before, {float(m['search_loss'].min()):.3g} at the best set of the search, {after:.3g} "
            f"there under {m.sizes['seed']} seeds that it has not seen",
        ]
        for held in (False, True):
            for k in np.flatnonzero(m["held_out"].values == held):
                lines.append(f"{'held out' if held else 'fitted'}: {calibrated.Row.of(m, int(k))}")
        for k, name in enumerate(map(str, m["number"].values)):
            lines.append(f"{name}: {calibrated.said(m, k)}")
        names, nothing = np.array([str(name) for name in m["target"].values]), np.isnan(m["away"].values[:, 1])
        missed = ", ".join(names[m["missed"].values[:, 1].astype(bool) & ~nothing])
        lines.append(f"missed by more than {MISSED:g} uncertainties: {missed or 'none'}")
        if nothing.any():
            lines.append(f"not measurable under any seed, and so missed: {', '.join(names[nothing])}")
        return [*lines, *filter(None, listed(m, "search_cautions"))]

    def notes(self, m: xr.Dataset) -> list[str]:
        fitted, numbers = len(self.targets.fitted), m.sizes["number"]
        return [
            "A: how far the simulated mean lies from what was observed, in uncertainties of the target, with the SD "
            f"between seeds; hollow before, full after; grey, within {MISSED:g} uncertainties. B: the best loss so "
            "far, and the terms that it is the sum of. C: the best set in the range of each number, and how far the "
            f"loss stays within {m.attrs['search_rise']:.2g} of its lowest with all others at their best (a rise of 1, "
            "and what seeds alone do); dotted, of sets of the search alone, so at least; hollow, not determined: more "
            "than 60 % of the range, or not known. D: which numbers replace each other: +1, both may rise together; "
            "−1, one for the other.",
            *([FREE] * (numbers > fitted)),
            *(calibrated.sentence(m, k) for k in range(numbers)),
            *(f"{row.name}{' (held out)' if row.held_out else ''}: {row.source}" for row in self.targets),
            "state/calibrated.yaml and design/calibrated.yaml hold the numbers that were found: with --config-dir and "
            "the folder of this answer, state=[calibrated] puts those of the network into any run, design=calibrated "
            "those of the network and of the protocol.",
        ]

    def tables(self, m: xr.Dataset) -> Mapping[str, str]:
        """Targets and numbers as CSV."""
        sources = {row.name: row.source for row in self.targets}
        return {"targets.csv": calibrated.targets(m, sources), "numbers.csv": calibrated.numbers(m)}

    def files(self, m: xr.Dataset) -> Mapping[str, bytes]:
        """The numbers that were found, for later runs."""
        said = f"calibrated to {self.targets.describe()}; loss {number(float(m['checked_loss'][1]), 3)}"
        return calibrated.files(m, said)


def _leaves(asked: Asked, m: xr.Dataset) -> dict[str, tuple]:
    """Every leaf that the numbers changed, before and after: (leaf, case)."""
    results = asked.results
    paths = sorted(str(path) for path in results.coords if str(path).startswith(("network.", "protocol.")))
    after = results["case"].values
    rows = [[float(results[path].values[after == case][0]) for case in m["case"].values] for path in paths]
    units = [str(results[path].attrs.get("units", "1")) for path in paths]
    return {
        "leaf_value": (("leaf", "case"), np.array(rows).reshape(len(paths), -1), attributes("", "value of each leaf")),
        "leaf": ("leaf", paths, attributes("", "what follows from the numbers")),
        "leaf_unit": ("leaf", units, attributes("", "unit of each leaf")),
    }
