"""A trained estimator: from the summaries of one observation to the posterior of the numbers of a space, in a second.

It holds all that this needs, and what it is worth: what it was trained for, by which code, and how it did on
simulations that it has never seen. It is one file, which another simulator, other summaries or another protocol may not
use.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.design.space import Space
from sim.fit.posterior import calibration, estimator_file, tarp
from sim.fit.posterior.assessment import Assessment, explained
from sim.fit.posterior.ensemble import Ensemble
from sim.fit.posterior.errors import EstimatorError, PosteriorError
from sim.fit.posterior.features import Feature, given
from sim.fit.posterior.misfit import Judge
from sim.fit.posterior.posterior import INTERVAL, REFUSED, Posterior
from sim.fit.posterior.probit import points, probit
from sim.fit.posterior.scaler import Scaler
from sim.fit.posterior.widths import stretched
from sim.fit.posterior.witnesses import Witnesses
from sim.results.disk import replace

CLOSE = 0.1
"""Of a number of the protocol: as far as an observation may differ from what was simulated."""
ASSESSED = 1000
"""Draws of each posterior that is assessed."""


@dataclass(frozen=True, eq=False)
class Estimator:
    """An amortised posterior; `sim.fit.posterior.train` makes one.

    Args:
        space: of the numbers, whose prior is flat.
        features: the summaries that it takes, in order.
        scaler: of these.
        ensemble: the density.
        widths: factors that put its widths right, (number,).
        judge: the test of misfit.
        given: lowest and highest value that each given summary had in training, (end, feature); NaN elsewhere.
        assessment: how it did on simulations held out.
        protocol: what was done in the simulations, as numbers, texts, yes or no, by name (`{"up": 10.0}`).
        simulator: digest of what was simulated.
        summaries: digest of the code that summarises.
        versions: of the packages that trained it, by name.
        witnesses: some of the simulations that it has learnt from.
    """

    space: Space
    features: tuple[Feature, ...]
    scaler: Scaler
    ensemble: Ensemble
    widths: np.ndarray
    judge: Judge
    given: np.ndarray
    assessment: Assessment | None
    protocol: Mapping[str, Any]
    simulator: str
    summaries: str
    versions: Mapping[str, str]
    witnesses: Witnesses | None = None

    def infer(self, x: Sequence[float] | np.ndarray, *, draws: int = 2000, seed: int = 0) -> Posterior:
        """The posterior of one observation.

        Args:
            x: its summaries, (feature,), in the order and units of `features`; NaN where there is nothing to measure.
            draws: how many.
            seed: another one, other draws.

        Raises:
            PosteriorError: another number of summaries, one that is infinite, none that is measured, or one given that
                training never saw.
        """
        summaries = self._taken(np.asarray(x, float))
        found = self.probits(summaries[None], draws, seed)[0]
        return Posterior(self.space, points(found), self.judge.judged(summaries, found), self.features)

    def probits(self, x: np.ndarray, draws: int, seed: int = 0) -> np.ndarray:
        """Draws, as probits (see `sim.fit.posterior.probit`), of many observations: summaries (observation, feature) ->
        float32 (observation, draw, number)."""
        return stretched(self.ensemble.draws(self.scaler(x), draws, seed), self.widths)

    def means(self, x: np.ndarray, draws: int = 500, seed: int = 0) -> np.ndarray:
        """Posterior means of many observations, in coherent units: summaries (observation, feature) -> (observation,
        number)."""
        return self.space.numbers(points(self.probits(x, draws, seed)).mean(axis=1))

    def assess(self, x: np.ndarray, truth: np.ndarray, *, seed: int = 0) -> Assessment:
        """How it does on simulations that it has never seen.

        Args:
            x: summaries, (simulation, feature), of one view of each; those of which nothing is measured do not count.
            truth: points of the space, each between 0 and 1, (simulation, number).
            seed: of draws and references.
        """
        shows = ~np.isnan(x[:, ~given(self.features)]).all(-1)
        x, truth = x[shows], truth[shows]
        w, scaled = probit(truth), self.scaler(x)
        draws = self.probits(x, ASSESSED, seed)
        found, places = calibration.ranks(draws, w, seed), points(draws)
        low, high = np.quantile(places, [0.5 - INTERVAL / 2, 0.5 + INTERVAL / 2], axis=1)
        misfits = self.judge.p(self.judge.distances(x, draws)[0], self.judge.band(x))
        return Assessment(
            simulations=len(x),
            numbers=self.space.names,
            explained=_numbers(explained(places.mean(1), truth)),
            coverage=tuple(map(_numbers, calibration.coverage(found))),
            ranks=_numbers(calibration.uniform(found)),
            tarp=tarp.tarp(draws, w, tarp.references(scaled, w, seed), seed),
            width=_numbers((high - low).mean(0)),
            refused=float((misfits < REFUSED).mean()),
        )

    def refuse(
        self,
        *,
        simulator: str | None = None,
        summaries: str | None = None,
        protocol: Mapping[str, Any] | None = None,
        unit: str = "",
    ) -> None:
        """Nothing, if it was trained for this simulator, these summaries and a protocol like this.

        Args:
            simulator, summaries: digests; None asks nothing.
            protocol: as far as it is known; numbers may differ by a tenth.
            unit: of these numbers, for the error.

        Raises:
            EstimatorError: another digest, or another protocol.
        """
        for what, consists, own, asked in (
            ("simulator", "a network, with its size, and the code that steps it", self.simulator, simulator),
            ("code that summarises", "the code and its convention", self.summaries, summaries),
        ):
            if asked is not None and asked != own:
                raise EstimatorError(
                    f"the estimator was trained with another {what} ({own or 'none named'}, here {asked}), which is "
                    f"{consists}; give what it was trained with, or train one for this."
                )
        for name, value in (protocol or {}).items():
            if not alike(self.protocol.get(name), value):
                own, asked = (_written(x, unit) for x in (self.protocol.get(name, "nothing"), value))
                raise EstimatorError(
                    f"the estimator was trained for {name} = {own}, but here it is {asked}, which differs by more than "
                    f"{CLOSE:.0%}; train one for this protocol."
                )

    def save(self, path: str | Path) -> None:
        """Write it to one file, in place of what was there once it is whole.

        Raises:
            StoreError: the disk refuses.
        """
        replace(Path(path), self.written())

    def written(self) -> bytes:
        """The file that `save` writes."""
        return estimator_file.written(vars(self))

    @classmethod
    def load(cls, path: str | Path) -> "Estimator":
        """Read what `save` wrote, exactly.

        Raises:
            EstimatorError: there is no such file, it is damaged, cut, of another kind or of another version.
        """
        return cls(**estimator_file.read(Path(path)))

    def _taken(self, x: np.ndarray) -> np.ndarray:
        if x.shape != (len(self.features),) or np.isinf(x).any():
            raise PosteriorError(
                f"the estimator takes {len(self.features)} summaries, finite or NaN, but was given "
                f"{x.shape} of which {int(np.isinf(x).sum())} are infinite."
            )
        low, high = self.given
        own = given(self.features)
        if np.isnan(x[~own]).all():
            raise PosteriorError("none of the summaries could be measured, so there is nothing to infer from.")
        for k in np.flatnonzero(own):
            if not low[k] <= x[k] <= high[k]:
                feature = self.features[k]
                raise PosteriorError(
                    f"{feature.words or feature.name} is {feature.written(x[k])}, but the estimator was trained with "
                    f"{feature.written(low[k])} to {feature.written(high[k])}; train one for what was observed."
                )
        return x


def _written(value: Any, unit: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:.4g} {unit}".rstrip()


def alike(own: Any, asked: Any) -> bool:
    """Whether a number, text, yes or no of a protocol is as it was in training: numbers may differ by a tenth."""
    if any(isinstance(value, bool) or not isinstance(value, (int, float)) for value in (own, asked)):
        return own == asked
    return abs(asked - own) <= CLOSE * abs(own) * (1 + 1e-9)  # a tenth itself, however it is rounded


def _numbers(values: np.ndarray) -> tuple[float, ...]:
    return tuple(map(float, values))
