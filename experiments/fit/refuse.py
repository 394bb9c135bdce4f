"""Are recordings refused that the model cannot have produced, and how wrong would an estimate of them be?

Pools that differ from the one an estimator was trained on are driven by the same prior and read as if they did not:
another pool, monoamines beyond the prior, a larger or longer afterhyperpolarisation, more false discharges.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.fit import refuse_figure
from experiments.fit.driven import WORDS, content, drawn, estimator_file
from experiments.fit.of_prior import PriorQuestion
from experiments.question import Asked
from experiments.statistics import attributes, share
from sim.fit.posterior import Estimator
from sim.measure import Measure
from sim.results.status import Status


@dataclass(frozen=True)
class Refuse(PriorQuestion):
    """Settings: whose estimator, and how bad a recording is beside those it has learnt from.

    Args:
        trained: folder that `fit/train` has printed.
        worse: share of false discharges of a recording that is worse than that.

    Raises:
        ValueError: no such folder, or a share that is none.
    """

    trained: str = field(kw_only=True)
    worse: float = field(default=0.02, kw_only=True)
    content: str = field(init=False)
    dims = ("pool", "draw")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "content", content(self.trained))

    def measures(self) -> tuple[Measure, ...]:
        once = replace(self.observation, views=1)
        worse = replace(once, spurious=(self.worse, self.worse))
        return (self.summarised(self.flanks, once, "seen"), self.summarised(self.flanks, worse, "worse"))

    def answer(self, asked: Asked) -> xr.Dataset:
        """By condition, the pools and the first of them with false discharges: how many are refused, how many there are
        (condition), and how often the 90 % interval would hold the truth (condition, number).

        Raises:
            ValueError: the estimator is one of something else, or the design draws other numbers.
        """
        estimator = Estimator.load(estimator_file(self.trained))
        table = asked.table
        pools = list(dict.fromkeys(map(str, table["pool"].values)))
        self.check(estimator, self.flanks)
        done = table["status"].values == Status.DONE
        truth = drawn(table, estimator.space)
        conditions = [(pool, "seen", pool) for pool in pools]
        conditions.append((f"{100 * self.worse:g} % false discharges", "worse", pools[0]))
        count, refused = np.zeros((2, len(conditions)), int)
        held = np.full((len(conditions), len(estimator.space)), np.nan)
        for k, (_, seen, pool) in enumerate(conditions):
            own = done & (table["pool"].values == pool)
            x = table[seen].values[own, 0].astype(float)
            fires = np.isfinite(x).any(axis=-1)
            if fires.sum() < 2:
                continue
            found = estimator.assess(x[fires], np.clip(truth[own][fires], 0, 1), seed=self.seed)
            count[k], refused[k] = found.simulations, round(found.refused * found.simulations)
            inside = ((truth[own] > -1e-6) & (truth[own] < 1 + 1e-6)).all(axis=0)
            held[k] = np.where(inside, found.coverage[-1], np.nan)
        return xr.Dataset(
            {
                "count": ("condition", count, attributes("1", "recordings in which three units fire")),
                "refused": ("condition", refused, attributes("1", "of these, refused at the 1 % level")),
                "held": (
                    ("condition", "number"), held, attributes("1", "how often the 90 % interval would hold the truth"),
                ),
            },
            {
                "condition": ("condition", [words for words, *_ in conditions]),
                "number": ("number", list(estimator.space.names), attributes("", "what is estimated")),
            },
        )  # fmt: skip

    def draw(self, m: xr.Dataset) -> Figure:
        """Share that is refused (A), and coverage of the 90 % intervals of all, if none were (B)."""
        return refuse_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """Of each condition: how many are refused, and how wrong an estimate would be."""
        lines = []
        for one in m.transpose("condition", ...)["condition"].values:
            at = m.sel(condition=one)
            if not (count := int(at["count"])):
                lines.append(f"{one}: no recording in which three units fire")
                continue
            percent, low, high = share(int(at["refused"]), count)
            held = ", ".join(
                f"{WORDS.get(str(name), str(name))} {100 * value:.0f} %"
                for name, value in zip(m["number"].values, at["held"].values, strict=True)
                if np.isfinite(value)
            )
            lines.append(
                f"{one}: {percent:.1f} % of {count} refused ({low:.1f} to {high:.1f} %); 90 % intervals would hold the "
                f"truth: {held}"
            )
        return lines

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "A: share of the recordings that the test of misfit refuses at the 1 % level, with the exact 95 % "
            "interval. Of the model itself a hundredth is refused by the meaning of the level. B: how often the 90 % "
            "interval of an estimate would hold the truth if none were refused; empty where it lies beyond the prior.",
        ]
