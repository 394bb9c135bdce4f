"""What is recovered of the drive from simulated recordings: by units seen, by simulations learnt from, by summary.

Fresh simulations, at the step of the reference, are given to an estimator as recordings of so many units. The estimator
is trained again on fewer simulations; and what each kind of summary says by itself, ΔF among them, is what a regression
on it alone explains of these fresh recordings.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.fit import recover_figure
from experiments.fit.driven import (
    WORDS,
    content,
    drawn,
    estimator_file,
    features,
)
from experiments.fit.learning import learn
from experiments.fit.of_prior import PriorQuestion
from experiments.fit.train import Train
from experiments.question import Asked
from experiments.statistics import attributes
from experiments.words import number, p_value
from sim.analysis.summaries import Flanks, catalogue
from sim.fit.extra import needed
from sim.fit.posterior import Assessment, Estimator
from sim.fit.posterior.training import FEWEST
from sim.measure import Measure
from sim.progress import progress
from sim.results.status import Status

BLOCKS = ("delta_f", "recruitment", "rates", "variability", "rate over time", "units active")
"""Kinds of summaries that are looked at alone; the early and the late half belong to the rate over time."""
ALL = "all"


@dataclass(frozen=True)
class Recover(PriorQuestion):
    """Settings: whose estimator, and by what it is tested.

    Args:
        trained: folder that `fit/train` has printed.
        seen: how many units recordings have.
        learnt: from how many simulations the estimator is trained anew; more than there are is all of them.

    Raises:
        ValueError: no such folder, or no number of units or simulations.
    """

    trained: str = field(kw_only=True)
    seen: Sequence[int] = field(default=(5, 10, 15, 20), kw_only=True)
    learnt: Sequence[int] = field(default=(1024, 4096), kw_only=True)
    content: str = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, least in (("seen", 1), ("learnt", FEWEST)):
            values = tuple(getattr(self, name))
            if (not values and name == "seen") or any(x < least for x in values) or len(set(values)) < len(values):
                raise ValueError(f"question.{name} is a list of different numbers from {least}, not {list(values)}.")
            object.__setattr__(self, name, tuple(sorted(values)))
        object.__setattr__(self, "content", content(self.trained))

    def measures(self) -> tuple[Measure, ...]:
        few = {n: replace(self.observation, fewest=n, most=n, views=1) for n in self.seen}
        return tuple(self.summarised(self.flanks, seen, f"units_{n}") for n, seen in few.items())

    def needs(
        self, results: xr.Dataset, table: xr.Dataset, answers: Mapping[str, xr.Dataset] = MappingProxyType({})
    ) -> None:
        needed("sklearn", "a regression on one kind of summary")  # before the simulations, not after them
        if self.learnt:
            needed("optax", "a training")
        super().needs(results, table, answers)

    def answer(self, asked: Asked) -> xr.Dataset:
        """R2, coverage and width by units seen (seen, number), R2 by simulations (learnt, number) and by kind of
        summary (block, number); truth and posterior means with most units (simulation, number).

        Raises:
            ValueError: the estimator is one of something else, or the design draws other numbers.
        """
        estimator = Estimator.load(estimator_file(self.trained))
        self.check(estimator, self.flanks)
        names, table = list(estimator.space.names), asked.table
        truth = drawn(table, estimator.space)
        if ((truth < -1e-9) | (truth > 1 + 1e-9)).any():
            raise ValueError("the design draws numbers beyond the prior of the estimator; give the same ranges.")
        done = table["status"].values == Status.DONE
        views = {n: table[f"units_{n}"].values[:, 0].astype(float) for n in self.seen}
        usable = done & np.all([np.isfinite(x).any(axis=-1) for x in views.values()], axis=0)
        coordinates = {
            "number": ("number", names, attributes("", "what is estimated")),
            "seen": ("seen", list(self.seen), attributes("1", "units of a recording")),
        }
        if usable.sum() < 2:
            return xr.Dataset(coords=coordinates, attrs={"usable": 0})
        truth = np.clip(truth[usable], 0, 1)
        views = {n: _within(x[usable], estimator) for n, x in views.items()}
        by_units = [estimator.assess(x, truth, seed=self.seed) for x in views.values()]
        most = views[max(self.seen)]
        learnt, by_learnt, blocks, by_block = self._again(estimator, most, truth)
        means = estimator.means(most, seed=self.seed)
        return xr.Dataset(
            {
                **_assessed(by_units),
                "learnt_explained": (("learnt", "number"), by_learnt, attributes("1", "R2 by simulations learnt from")),
                "block_explained": (("block", "number"), by_block, attributes("1", "R2 of a regression on one kind")),
                "truth": (("simulation", "number"), estimator.space.numbers(truth), attributes("", "coherent units")),
                "mean": (("simulation", "number"), means, attributes("", "coherent units")),
            },
            {
                **coordinates,
                "level": ("level", list(by_units[0].levels)),
                "learnt": ("learnt", learnt, attributes("1", "simulations that were learnt from")),
                "block": ("block", blocks),
            },
            {
                "usable": int(usable.sum()), "low": estimator.space.low.tolist(), "high": estimator.space.high.tolist(),
                "units": list(estimator.space.units), "refused": [one.refused for one in by_units],
                "tarp_p": [one.tarp for one in by_units],
            },
        )  # fmt: skip

    def _again(
        self, estimator: Estimator, x: np.ndarray, truth: np.ndarray
    ) -> tuple[list[int], np.ndarray, list[str], np.ndarray]:
        """R2 of fresh recordings (x, truth) by what was learnt from the simulations of the training."""
        from experiments.answer import Result

        result = Result.open(estimator_file(self.trained).parent)
        question, table = result.question, result.brought.table
        if not isinstance(question, Train):
            raise ValueError(f"{self.trained} is the answer of another question than fit/train; give one of that.")
        seen = table["summaries"].values
        known = (table["status"].values == Status.DONE) & np.isfinite(seen).any((1, 2))
        points, seen = np.clip(drawn(table, estimator.space), 0, 1)[known], seen[known]
        order = np.random.default_rng(self.seed).permutation(len(seen))
        counts = [n for n in self.learnt if n < len(seen)]
        found = []
        for count in counts:
            some = order[:count]
            again = learn(
                seen[some], points[some], space=estimator.space, features=features(self.flanks), seed=self.seed,
            )  # fmt: skip
            found.append(again.assess(x, truth, seed=self.seed).explained)
        found.append(estimator.assess(x, truth, seed=self.seed).explained)
        blocks, alone = _by_block(seen, points, x, truth, self.flanks, self.seed)
        return [*counts, len(seen)], np.array(found), blocks, alone

    def draw(self, m: xr.Dataset) -> Figure:
        """R2 by units (A) and simulations (B), coverage by units (C), what each kind of summary says (D)."""
        return recover_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What is recovered with most units, with fewest, and by ΔF alone."""
        if not m.attrs["usable"]:
            return ["no simulation to recover anything from"]
        lines, last = [f"{m.attrs['usable']} fresh simulations"], m.sizes["seen"] - 1
        for k, name in enumerate(m["number"].values):
            by = ", ".join(
                f"{n} units {number(100 * m['explained'].values[j, k], 1)} %" for j, n in enumerate(m["seen"].values)
            )
            held = ", ".join(
                f"{100 * level:.0f} %: {100 * m['coverage'].values[last, j, k]:.1f} %"
                for j, level in enumerate(m["level"].values)
            )
            alone = number(100 * float(m["block_explained"].sel(block="delta_f").values[k]), 0)
            lines.append(
                f"{WORDS.get(str(name), str(name))}: variance explained with {by}; by ΔF alone {alone} %; "
                f"intervals hold the truth: {held}"
            )
        shares = zip(m["seen"].values, np.atleast_1d(m.attrs["refused"]), strict=True)
        refused = ", ".join(f"{n} units {100 * x:.1f} %" for n, x in shares)
        return [*lines, f"true simulations refused at the 1 % level: {refused}",
                f"TARP {p_value(float(np.atleast_1d(m.attrs['tarp_p'])[last]))}"]  # fmt: skip

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "A: part of the variance of the truth that posterior means explain, by the number of units seen; below 0, "
            "less than the mean of the prior does. B: the same with most units, by the number of simulations that the "
            "estimator learnt from. C: how often the 90 % interval holds the truth; grey, where 95 % of honest "
            "estimators would lie with so many simulations. D: part of the variance that a regression (gradient-"
            "boosted trees) on one kind of summary alone explains in the same fresh recordings, one on all, and "
            "the estimator.",
        ]


def _within(x: np.ndarray, estimator: Estimator) -> np.ndarray:
    """Summaries whose number of units is one that training saw."""
    low, high = estimator.given
    return np.where(np.isfinite(low), np.clip(x, low, high), x)


def _assessed(found: Sequence[Assessment]) -> dict[str, tuple]:
    return {
        "explained": (("seen", "number"), np.array([x.explained for x in found]), attributes("1", "R2")),
        "coverage": (
            ("seen", "level", "number"), np.array([x.coverage for x in found]),
            attributes("1", "how often an interval holds the truth"),
        ),
        "width": (
            ("seen", "number"), np.array([x.width for x in found]), attributes("1", "of 90 % intervals, of the range"),
        ),
        "rank_p": (("seen", "number"), np.array([x.ranks for x in found]), attributes("1", "p of uniform ranks (SBC)")),
    }  # fmt: skip


def _by_block(
    seen: np.ndarray, points: np.ndarray, x: np.ndarray, truth: np.ndarray, flanks: Flanks, seed: int
) -> tuple[list[str], np.ndarray]:
    """R2 (block, number) of regressions on each kind of summary, learnt from one view of each simulation."""
    trees = needed("sklearn.ensemble", "a regression on one kind of summary")
    learnt = seen[:, 0]
    varies = np.array([len(np.unique(x[np.isfinite(x)])) > 1 for x in learnt.T])  # trees need something to split
    of = [next((block for block in BLOCKS if block == s.block), "rate over time") for s in catalogue(flanks)]
    blocks = [*BLOCKS, ALL]
    found = np.full((len(blocks), truth.shape[1]), np.nan)
    with progress("regressions", found.size, unit="regression") as tell:
        for j, block in enumerate(blocks):
            columns = np.array([*(b == block or block == ALL for b in of), False]) & varies
            for k in range(truth.shape[1] if columns.any() else 0):
                model = trees.HistGradientBoostingRegressor(random_state=seed, max_iter=200)
                model.fit(learnt[:, columns], points[:, k])
                off = ((model.predict(x[:, columns]) - truth[:, k]) ** 2).sum()
                found[j, k] = 1 - off / ((truth[:, k] - truth[:, k].mean()) ** 2).sum()
                tell(1)
    return blocks, found
