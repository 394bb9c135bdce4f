"""Which excitation, inhibition and level of monoamines made a pool fire as it did: all of a grid, read backwards.

As Chardon et al. 2024 (eLife 90624) did: very many pools, each driven by one combination of inputs, leave a row of
features of their motor units; a regression, fitted to most of them, says what the inputs of the others were.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.conventions import BraceQuestion
from experiments.fit import reverse_engineering_figure
from experiments.fit.driven import WORDS
from experiments.fit.of_prior import SimulatedQuestion
from experiments.fit.timing import seconds_of_a_run
from experiments.measures.contraction import FEATURES, features_measure
from experiments.published.inputs import ACCOUNTED
from experiments.question import Asked
from experiments.statistics import attributes
from experiments.words import number
from sim.design import Grid
from sim.fit.ridge import FEWEST, Ridge, explained
from sim.measure import Measure
from sim.results.status import Status
from sim.spec.composed import Protocol
from sim.spec.kinds import part

AS_THEIRS = ("level", "pattern", "slow", "fast")
"""What is set against Chardon et al. 2024: level of monoamines, pattern of inhibition, weights of the excitation."""
ORDERS = {"linear": False, "second order": True}
"""Regressions, and whether they have squares and products of the features."""
SHOWN = 400
"""Runs that are drawn."""


@dataclass(frozen=True)
class ReverseEngineering(SimulatedQuestion, BraceQuestion):
    """Settings: the grid, and how the regression is judged.

    Args:
        protocol: the contraction; with `dt` for the runs that are timed.
        dt: step.
        grid: the combinations, as the design takes them.
        held_out: share of the runs from which nothing is learnt.
        timed: runs that are timed when the answer is made; 0 times none.

    Raises:
        ValueError: a share that leaves nothing, or no number of runs.
    """

    protocol: Protocol = field(kw_only=True)
    dt: str = field(kw_only=True)
    grid: Grid = field(kw_only=True)
    held_out: float = field(default=0.2, kw_only=True)
    timed: int = field(default=64, kw_only=True)
    dims = ("combination",)
    sets = "combination"
    more = "a larger design.axes.combination.share"

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.grid", self.grid, Grid, ValueError)
        part("question.protocol", self.protocol, Protocol, ValueError)
        if not 0 < self.held_out < 1 or self.timed < 0 or self.seed < 0:
            raise ValueError(
                "question.held_out is a share between 0 and 1, question.timed and question.seed are whole numbers from "
                f"0, not {self.held_out:g}, {self.timed} and {self.seed}."
            )

    def measures(self) -> tuple[Measure, ...]:
        return (features_measure(self.population, self.flanks, self.chosen, self.brace_rate),)

    def answer(self, asked: Asked) -> xr.Dataset:
        """What the regressions explain of each input, (order, number); inputs and estimates of some runs that were held
        out, (run, number); and what a run costs.

        Raises:
            ValueError: too few runs.
        """
        table, space = asked.table, self.grid.space
        x = table["features"].values
        usable = np.flatnonzero((table["status"].values == Status.DONE) & np.isfinite(x).any(axis=1))
        names = ("number", list(space.names), attributes("", "input"))
        said = {
            "usable": len(usable), "combinations": self.grid.combinations, "seconds": np.nan, "timed": 0,
            "low": space.low.tolist(), "high": space.high.tolist(), "units": list(space.units), "dt": str(self.dt),
        }  # fmt: skip
        held = round(self.held_out * len(usable))
        if len(usable) - held < FEWEST or held < 2:
            if len(usable):
                raise ValueError(
                    f"a regression is fitted to {FEWEST} runs in which units fire, at least, and tried on others, but "
                    f"{len(usable)} of {len(x)} are there; raise design.axes.combination.share."
                )
            return xr.Dataset(coords={"number": names}, attrs=said)
        truth = np.stack([table[name].values.astype(float) for name in space.names], axis=-1)
        points = space.points(truth)
        order = usable[np.random.default_rng(self.seed).permutation(len(usable))]
        tried, learnt = order[:held], order[held:]
        guessed = {
            name: Ridge.fit(x[learnt], points[learnt], products=products).predict(x[tried])
            for name, products in ORDERS.items()
        }
        shares = np.array([explained(points[tried], found) for found in guessed.values()])
        best = guessed["second order"][:SHOWN]
        if self.timed:
            own = self.grid.points()
            some = own[np.random.default_rng(self.seed).integers(len(own), size=self.timed)]
            taken = seconds_of_a_run(self.network, self.protocol, self.dt, space, some, self.measures())
            said |= {"seconds": taken, "timed": self.timed}
        return xr.Dataset(
            {
                "explained": (("order", "number"), shares, attributes("1", "variance accounted for, runs held out")),
                "truth": (("run", "number"), truth[tried[:SHOWN]], attributes("", "input, coherent units")),
                "estimate": (("run", "number"), space.numbers(best), attributes("", "second order, coherent units")),
            },
            {"number": names, "order": ("order", list(ORDERS), attributes("", "regression"))},
            {**said, "learnt": len(learnt), "held_out": len(tried)},
        )

    def draw(self, m: xr.Dataset) -> Figure:
        """Variance accounted for beside theirs, and estimates against what the inputs were."""
        return reverse_engineering_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What is accounted for, beside theirs, and what the whole grid costs."""
        if "explained" not in m:
            return ["no run to learn from"]
        shares = 100 * m["explained"].sel(order="second order")
        theirs = [name for name in AS_THEIRS if name in m["number"].values]
        lines = [
            f"of {m.attrs['combinations']} combinations {m.attrs['runs']} were run; regression on {len(FEATURES)} "
            f"features of {m.attrs['learnt']} runs, tried on {m.attrs['held_out']} others"
        ]
        if theirs:
            low, high = (
                number(float(end), 0) for end in (shares.sel(number=theirs).min(), shares.sel(number=theirs).max())
            )
            lines.append(
                f"variance accounted for: {low} to {high} % of {', '.join(_said(name) for name in theirs)} (Chardon et "
                f"al. 2024: {100 * ACCOUNTED[0]:.0f} to {100 * ACCOUNTED[1]:.0f} %)"
            )
        for name in map(str, m["number"].values):
            linear, second = (number(100 * float(m["explained"].sel(order=o, number=name)), 1) for o in ORDERS)
            lines.append(f"{_said(name)}: {second} % of the variance, {linear} % without squares and products")
        if m.attrs["timed"]:
            lines.append(cost(m))
        return lines

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "Points: runs that the regression did not see, their inputs against what it makes of the features of their "
            "units; black, mean and SD at each value of the input. Band: the variance that Chardon et al. 2024 account "
            "for. Features: when units begin and stop to fire, rates where they begin, peak and end, duration, ΔF, "
            "brace height and the slopes before and after it; of each the mean and SD over units, of most the slope "
            "from early to late ones.",
            "A point estimate says nothing of its own doubt; fit/infer gives intervals, for recordings of some units. "
            "Which values the authors crossed is not known here, so equal shares do not mean equal grids.",
        ]

    def tables(self, m: xr.Dataset) -> Mapping[str, str]:
        """What is explained, as CSV: a row for each input."""
        if "explained" not in m:
            return {}
        rows = [",".join(map(str, (name, *(f"{x:.6g}" for x in m["explained"].sel(number=name).values))))
                for name in m["number"].values]  # fmt: skip
        return {"explained.csv": "\n".join([",".join(["number", *(o.replace(" ", "_") for o in ORDERS)]), *rows, ""])}


def cost(m: xr.Dataset) -> str:
    """What a run took, and what follows for all combinations."""
    seconds, every = m.attrs["seconds"], m.attrs["combinations"]
    return (
        f"a run took {seconds:.2g} s of one core, features included ({m.attrs['timed']} timed here, dt "
        f"{m.attrs['dt']}): all {every} take {seconds * every / 3600:.2g} core hours"
    )


def _said(name: str) -> str:
    return WORDS.get(name, name)
