"""What drove the pool in a recording: the posterior of its inputs, or why this model cannot have produced it.

A trained estimator reads the summaries of the contraction. Before anything is estimated it says whether the model can
have produced them; if it cannot, no estimate is given unless one is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from experiments.fit import infer_figure, shipped
from experiments.fit.driven import WORDS, DriveQuestion, content, estimate
from experiments.fit.predicted import predicted
from experiments.question import Asked
from experiments.recorded_trains import Cleaned, Cleaning, cleaned
from experiments.statistics import attributes
from experiments.words import listed, number
from sim.analysis.summaries import Flanks, flanks_of_force, of_units, summaries
from sim.analysis.summaries.of_units import edges
from sim.fit.posterior import Estimator, Posterior
from sim.fit.posterior.posterior import REFUSED
from sim.results.digest import digest

FEWEST = 3
"""Units that must fire."""


@dataclass(frozen=True)
class Infer(DriveQuestion):
    """Settings: the estimator, what it is asked of, and what is done with its answer.

    Args:
        estimator: path of the file that `fit/train` wrote, or of the folder that it printed, or the name of one that
            comes with the project; None takes of these the one whose contraction is like the recorded one.
        flanks: s, start, rise, plateau and fall of the contraction; null reads them from the force.
        force: estimate although the model cannot have produced the recording.
        predictions: draws of the posterior that are simulated; 0 simulates none.
        seed: of draws.
        longest_interval, shortest_interval, steady, plausible, left_out: as `RecordedUnits`.

    Raises:
        ValueError: flanks that are none, or a number of predictions below zero.
    """

    estimator: str | None = field(default=None, kw_only=True)
    flanks: tuple[float, float, float, float] | None = field(default=None, kw_only=True)
    force: bool = field(default=False, kw_only=True)
    predictions: int = field(default=100, kw_only=True)
    seed: int = field(default=0, kw_only=True)
    longest_interval: float = field(default=0.4, kw_only=True)
    shortest_interval: float = field(default=0.01, kw_only=True)
    steady: int = field(default=1, kw_only=True)
    plausible: tuple[float, float] = field(default=(0.02, 0.5), kw_only=True)
    left_out: tuple[str, ...] = field(default=("noise", "artifact", "artefact"), kw_only=True)
    content: str = field(init=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.flanks is not None:
            object.__setattr__(self, "flanks", tuple(map(float, self.flanks)))
            if len(self.flanks) != 4:
                raise ValueError("question.flanks is [start, rise, plateau, fall] in s, for example [1, 10, 0, 10].")
            Flanks(*self.flanks)
        files = [self.estimator] if self.estimator else list(shipped.CONTRACTIONS)
        object.__setattr__(self, "content", digest(*(content(str(shipped.named(file))) for file in files)))
        if self.predictions < 0:
            raise ValueError(f"question.predictions is a number of simulations, not {self.predictions}.")

    @property
    def cleaning(self) -> Cleaning:
        """What is kept of a train."""
        return Cleaning(self.longest_interval, self.shortest_interval, self.steady, self.plausible, self.left_out)

    def answer(self, asked: Asked) -> xr.Dataset:
        """The recording, its summaries, the posterior (draw, number) and what it predicts.

        Raises:
            ValueError: too few units, flanks that are not known, or an estimator for something else.
        """
        results = asked.results.load()
        if (count := results.sizes["sample"]) != 1:
            raise ValueError(
                f"an estimate is made of one contraction, but the recording has {count}; choose one, for example "
                "contraction=1."
            )
        one = cleaned(results.isel(sample=0), self.cleaning)
        flanks = self._flanks(one)
        _check_inside(one.times, flanks)
        estimator = Estimator.load(shipped.named(self.estimator or shipped.fitting(flanks)))
        self.check(estimator, flanks)
        x, seen = _summarised(one.times, flanks, estimator)
        posterior = estimator.infer(x, seed=self.seed)
        shown = posterior.possible or self.force
        return xr.Dataset(
            {
                "discharges": (("unit", "spike"), one.times, attributes("s", "time of each discharge")),
                "observed": ("summary", x, attributes("", "summaries of the recording")),
                **_force(one),
                **_posterior(posterior, estimator),
                **(self._predicted(posterior, estimator, flanks, one.times) if shown else {}),
            },
            {"number": ("number", list(estimator.space.names), attributes("", "what is estimated"))},
            {
                "recording": str(results.attrs.get("recording", "")), "note": str(results.attrs.get("note", "")),
                "units_seen": seen, "flanks": [flanks.start, flanks.up, flanks.hold, flanks.down],
                "flanks_from": "force" if self.flanks is None else "the settings", "possible": int(posterior.possible),
                "shown": int(shown), "refusal": posterior.refusal, "misfit_p": float(posterior.misfit.p),
                "ranked": estimator.judge.ranked,
                "farthest": posterior.farthest,
                "units": list(estimator.space.units), "low": estimator.space.low.tolist(),
                "high": estimator.space.high.tolist(), "doubts": [*one.doubts, *_cut(results, flanks)],
            },
        )  # fmt: skip

    def _flanks(self, one: Cleaned) -> Flanks:
        if self.flanks is not None:
            return Flanks(*self.flanks)
        if one.used is None:
            why = "; ".join(doubt for doubt in one.doubts if "force" in doubt)
            raise ValueError(
                "the recording has no force from which the flanks of the contraction could be read"
                f"{f' ({why})' if why else ''}; give question.flanks=[START,RISE,PLATEAU,FALL] in s, or force=FILE."
            )
        return flanks_of_force(one.used.time, one.used.values)

    def _predicted(
        self, posterior: Posterior, estimator: Estimator, flanks: Flanks, times: np.ndarray
    ) -> dict[str, tuple]:
        if not self.predictions:
            return {}
        points = posterior.points[: self.predictions]
        return predicted(self, points, estimator.space, flanks, times)

    def draw(self, m: xr.Dataset) -> Figure:
        """The recording (A), what the posterior predicts (B to D), and the posterior (E)."""
        return infer_figure.draw(m)

    def headline(self, m: xr.Dataset) -> list[str]:
        """What was read, whether the model can have produced it, and what is known of each number."""
        start, up, hold, down = m.attrs["flanks"]
        said = f"{up:.3g} s up, {hold:.3g} s plateau, {down:.3g} s down (from {m.attrs['flanks_from']})"
        lines = [f"{m.attrs['recording']}: {m.attrs['units_seen']} units; contraction from {start:.3g} s, {said}"]
        if not m.attrs["possible"]:
            lines.append(m.attrs["refusal"])
            if not m.attrs["shown"]:
                return [*lines, "no estimate is given; question.force=true shows it", *listed(m, "doubts")]
        else:
            lines.append(_possible(m.attrs["misfit_p"], m.attrs["ranked"]))
        for k, name in enumerate(m["number"].values):
            said, ends = estimate(m["mean"].values[k], m["interval"].values[k], listed(m, "units")[k])
            known = f"{said}, 90 % interval {ends}" if m["identified"].values[k] else f"not identified ({ends})"
            lines.append(f"{WORDS.get(str(name), str(name))}: {known}")
        return [*lines, *listed(m, "doubts")]

    def notes(self, m: xr.Dataset) -> list[str]:
        return [
            "A: discharges of the recorded units over the force. B: units of the model, simulated at the draw nearest "
            "to the mean. C, D: line, the recording; bands, 50 and 90 % of simulations of posterior draws. E: mean, "
            "50 % (thick) and 90 % interval over the range of the prior; grey, not identified (the 90 % interval is "
            "wider than 60 % of the prior).",
            "An estimate is one of this model: the inputs of a pool of this kind that fires as the recorded units do. "
            "A recording that is not refused may still be of another pool: fit/refuse says how often that is seen. "
            f"Farthest from the model at its best: {m.attrs['farthest']}.",
        ]

    def tables(self, m: xr.Dataset) -> Mapping[str, str]:
        """The posterior as CSV: a row for each number."""
        from experiments.fit.tables import posterior

        return {"posterior.csv": posterior(m)} if m.attrs["shown"] else {}


def _check_inside(times: np.ndarray, flanks: Flanks) -> None:
    """The contraction must be where the discharges (unit, spike) in s are.

    Raises:
        ValueError: most of them lie outside of what the estimator looks at.
    """
    there = times[np.isfinite(times)]
    first, *_, last = (float(flanks.time(edge)) for edge in edges(flanks))
    if (inside := int(((there >= first) & (there <= last)).sum())) < len(there) / 2:
        raise ValueError(
            f"the contraction begins at {flanks.start:.3g} s and the estimator looks at discharges from {first:.3g} to "
            f"{last:.3g} s, where {inside} of {len(there)} are, which lie at {there.min():.3g} to {there.max():.3g} s; "
            "give question.flanks, whose first number is the start, on the clock of the recording."
        )


def _possible(p: float, ranked: int) -> str:
    """What the test of misfit says of a recording that it does not refuse.

    Args:
        p: as far as this lie of the simulations, and the recording itself.
        ranked: among how many simulations it was ranked.
    """
    if 1 / (ranked + 1) < REFUSED:
        return f"the model can have produced this recording (misfit p {number(p, 3)})"
    lowest = number(1 / (ranked + 1), 3)
    return (
        f"whether the model can have produced this recording is not known (misfit p {number(p, 3)}): this estimator "
        f"has {ranked} recordings of simulations to rank it among, so p is never below {lowest}; train one on more"
    )


def _summarised(times: np.ndarray, flanks: Flanks, estimator: Estimator) -> tuple[np.ndarray, int]:
    """The summaries as the estimator takes them, and how many units fire.

    Raises:
        ValueError: too few.
    """
    firing = int((np.isfinite(times).sum(axis=-1) > 1).sum())
    least = max(FEWEST, int(np.nanmin(estimator.given)))
    if firing < least:
        raise ValueError(
            f"{firing} units of the recording fire more than once, but this estimator needs {least}; take another part "
            "of the recording, or train one that sees fewer (fit/train question.observation.fewest)."
        )
    found = summaries(of_units(times[None], flanks), np.ones((1, 1, len(times)), bool), flanks)[0, 0]
    return np.append(found, min(firing, int(np.nanmax(estimator.given)))), firing


def _cut(results: xr.Dataset, flanks: Flanks) -> list[str]:
    """What is said of a recording that ends while the estimator still looks at it."""
    looked = float(flanks.time(edges(flanks)[-1]))
    stop = float(results["stop"].values[0]) if "stop" in results.variables else np.nan
    if not stop < looked - 0.05:
        return []
    return [
        f"the recording ends at {stop:.3g} s, but the estimator looks at discharges until {looked:.3g} s and takes the "
        "units as silent from there on; record longer"
    ]


def _force(one: Cleaned) -> dict[str, tuple]:
    if one.used is None:
        return {}
    keep = np.unique(np.linspace(0, len(one.used.time) - 1, 1000).round().astype(int))
    return {
        "force": ("force_time", one.used.values[keep], attributes(one.used.unit, "force")),
        "force_time": ("force_time", one.used.time[keep], attributes("s", "time of the force")),
    }


def _posterior(found: Posterior, estimator: Estimator) -> dict[str, tuple]:
    """The posterior along `number`, coherent units."""
    return {
        "mean": ("number", found.mean, attributes("", "posterior mean, coherent units")),
        "half": (("number", "end"), found.interval(0.5), attributes("", "ends of the central 50 % interval")),
        "interval": (("number", "end"), found.interval(), attributes("", "ends of the central 90 % interval")),
        "width": ("number", found.width, attributes("1", "of the 90 % interval, as a part of the prior's range")),
        "identified": ("number", found.identified, attributes("1", "whether the recording says what the number is")),
        "draws": (("draw", "number"), found.draws[:500].astype(np.float32), attributes("", "draws, coherent units")),
    }
