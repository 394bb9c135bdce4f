"""How well can the drive of a pool be read from its motor units: an estimator, trained on simulations of a prior.

It learns from many simulated contractions, each seen as a recording would see it, what could have been behind any one,
and how sure one can be. Simulations that it has never seen say how well it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.fit import train_figure
from experiments.fit.driven import FILE, WORDS, drawn, features, protocol
from experiments.fit.learning import learn
from experiments.fit.of_prior import PriorQuestion
from experiments.question import Asked
from experiments.statistics import attributes
from experiments.words import number, p_value
from sim.design import Space
from sim.fit.extra import needed
from sim.fit.posterior import Plan, Witnesses
from sim.fit.posterior.calibration import LEVELS
from sim.fit.posterior.training import FEWEST, parts
from sim.fit.posterior.witnesses import COUNT
from sim.measure import Measure
from sim.results.status import Status
from sim.spec.kinds import part

SHOWN = 300
"""Simulations whose posterior means are drawn."""


@dataclass(frozen=True)
class Train(PriorQuestion):
    """Settings: what is estimated.

    Args:
        space: the numbers of the prior, as the design draws them.
        dt: s, the step of the simulations.
    """

    space: Space = field(kw_only=True)
    dt: float = field(kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.space", self.space, Space, ValueError)

    def measures(self) -> tuple[Measure, ...]:
        return (self.summarised(self.flanks, self.observation),)

    def needs(
        self, results: xr.Dataset, table: xr.Dataset, answers: Mapping[str, xr.Dataset] = MappingProxyType({})
    ) -> None:
        needed("optax", "a training")  # before the simulations, not after them
        super().needs(results, table, answers)

    def answer(self, asked: Asked) -> xr.Dataset:
        """The estimator, as the bytes of its file, and how it does on simulations held out: (number,), (level, number);
        truth and posterior mean of some of these, (simulation, number)."""
        table = asked.table
        x = table["summaries"].values
        usable = (table["status"].values == Status.DONE) & np.isfinite(x).any((1, 2))
        points = np.clip(drawn(table, self.space), 0, 1)
        names = ("number", list(self.space.names), attributes("", "what is estimated"))
        if (count := int(usable.sum())) < FEWEST:
            if count or len(usable) < FEWEST:
                raise ValueError(
                    f"an estimator is trained on {FEWEST} simulations in which three units fire, at least, but there "
                    f"are {f'{count} of ' if count else ''}{len(usable)}; raise design.prior.count."
                )
            return xr.Dataset(coords={"number": names}, attrs={"usable": 0})
        x, points = x[usable], points[usable]
        found = learn(
            x, points, space=self.space, features=features(self.flanks), protocol=protocol(self.flanks),
            simulator=self.simulator, summaries=self.summariser, seed=self.seed,
        )  # fmt: skip
        own = np.flatnonzero(usable)[:COUNT]
        device = str(asked.results.attrs["provenance"]["device"])
        found = replace(found, witnesses=self.witnesses(table.isel(sample=own), asked.results.isel(sample=own), device))
        *_, held = parts(len(x), Plan().spare, self.seed)
        held = held[:SHOWN]
        guessed = found.means(x[held, 0])
        said = found.assessment
        assert said is not None
        return xr.Dataset(
            {
                "estimator": ("byte", np.frombuffer(found.written(), np.uint8), attributes("1", "its file")),
                "explained": ("number", [*said.explained], attributes("1", "R2 of posterior means, held out")),
                "coverage": (
                    ("level", "number"), np.array(said.coverage),
                    attributes("1", "how often an interval holds the truth"),
                ),
                "width": ("number", [*said.width], attributes("1", "mean width of the 90 % interval, of the range")),
                "rank_p": ("number", [*said.ranks], attributes("1", "p of uniform ranks (SBC)")),
                "truth": (("simulation", "number"), self.space.numbers(points[held]), attributes("", "coherent units")),
                "mean": (("simulation", "number"), guessed, attributes("", "coherent units")),
            },
            {"number": names, "level": ("level", list(LEVELS))},
            {
                "usable": count, "held_out": said.simulations, "tarp_p": said.tarp, "refused": said.refused,
                "low": self.space.low.tolist(), "high": self.space.high.tolist(), "units": list(self.space.units),
                "seen": self._seen(),
            },
        )  # fmt: skip

    def witnesses(self, table: xr.Dataset, results: xr.Dataset, device: str) -> Witnesses:
        """Some simulations as an estimator keeps them.

        Args:
            table: their measures, with the factors of the design.
            results: of the same samples.
            device: that has simulated them, in words.
        """
        return Witnesses(
            draw=table["draw"].values,
            stream=table["stream"].values,
            numbers=np.stack([table[name].values.astype(float) for name in self.space.names], axis=-1),
            seen=table["summaries"].values[:, 0],
            spikes=results["n_spikes"].values,
            dt=self.dt,
            device=device,
        )

    def _seen(self) -> list[int]:
        """Fewest and most units of a recording; a pool has no more than its cells."""
        (own,) = (p.size for p in self.network.populations if p.name == self.population)
        return [min(self.observation.fewest, own), min(self.observation.most, own)]

    def files(self, m: xr.Dataset) -> Mapping[str, bytes]:
        return {FILE: m["estimator"].values.tobytes()} if "estimator" in m else {}

    def draw(self, m: xr.Dataset) -> Figure:
        """Posterior means against the truth, and how often intervals hold it."""
        return train_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What is recovered, how honest the intervals are."""
        if not m.attrs["usable"]:
            return ["no simulation to train on"]
        lines = []
        for k, name in enumerate(m["number"].values):
            held = ", ".join(
                f"{100 * level:.0f} % interval {number(100 * m['coverage'].values[j, k], 1)} %"
                for j, level in enumerate(m["level"].values)
            )
            lines.append(
                f"{WORDS.get(name, name)}: {number(100 * m['explained'].values[k], 1)} % of the variance; truth "
                f"inside: {held}; SBC {p_value(m['rank_p'].values[k])}"
            )
        return [
            f"trained on {m.attrs['usable']} simulations, of which {m.attrs['held_out']} held out to assess; "
            f"{m.attrs['seen'][0]} to {m.attrs['seen'][1]} units seen",
            *lines,
            f"TARP {p_value(m.attrs['tarp_p'])}; true simulations refused at the 1 % level: "
            f"{100 * m.attrs['refused']:.1f} %",
            f"the estimator is {FILE}: sherrington experiment=fit/infer question.estimator=FILE recording=FILE",
        ]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "Points: simulations that training never saw, each with one random choice of units; line: where truth and "
            "posterior mean agree. Coverage: how often the central interval of a level holds the truth; on the line, "
            "intervals are as wide as they should be, below it too narrow.",
            "The numbers hold for recordings of this model. A pool that differs from it in what the prior does not "
            "vary is refused or misread; see the test of misfit in fit/infer.",
        ]
