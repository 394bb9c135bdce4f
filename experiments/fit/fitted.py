"""A source of results: numbers are sought that bring a study to its targets, then the study is run at them.

In its folder lie `search/search.zip`, every set that was tried (a search that was killed goes on from it),
`search/measures.zarr.zip`, what came of it, and `store.zarr`, the study as it was and at the numbers that were found,
under random streams that the search has not seen.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from experiments.fit.course import STEPS, course, noise, nothing
from experiments.fit.observed import Targets
from experiments.fit.sought import Sought
from experiments.sources import Brought, Simulation
from sim.fit.errors import FitError
from sim.fit.extra import needed
from sim.fit.history import SEARCH

if TYPE_CHECKING:
    from sim.fit.loss import Judged
    from sim.fit.objective import Objective
    from sim.measure import Measure
    from sim.run import Study

log = logging.getLogger("sherrington")
BEFORE, AFTER = "before", "fitted"
"""The cases that are compared: the network and the protocol as they are, and with the numbers that were found."""


@dataclass(frozen=True)
class Fitted:
    """A study at the numbers that a search finds.

    One protocol is simulated. For several, `study` becomes a table of studies by name, and a target says which of them
    it is of; each has an evaluator of its own at the same points, whose terms are summed, and `Variants` shows them
    beside each other. Nothing else would change.

    Args:
        study: what is simulated; its seeds are those that check what was found.
        sought: the numbers, and how they are sought.
        targets: what was observed.
        batch, config, slice, slices: as of `Simulation`.
    """

    study: "Study"
    sought: Sought
    targets: Targets
    batch: int | None
    config: str
    slice: int = 0
    slices: int = 1

    def digest(self, measures: Sequence["Measure"]) -> str:
        """From everything that decides what is found and what is measured then.

        Raises:
            ValueError: a number that is not there, a range beyond the bounds of its leaf, a target in another unit, ...
        """
        self._check(measures)
        return self._name(measures)

    def factors(self) -> Mapping[str, int]:
        study = self._checking(np.full(len(self.sought.space), 0.5))
        return {factor.name: len(factor) for factor in study.design.factors}

    def studies(self) -> Mapping[str, "Study"]:
        return {"": self.study}

    def expected(self, folder: Path, measures: Sequence["Measure"]) -> Brought | None:
        from sim.expected import expected

        found = self._kept(folder, measures)
        if found is not None and self._simulation(found).finished(folder):
            return None
        needed("cmaes", "a calibration")
        found = nothing(self.sought, self.targets) if found is None else found
        results, table = expected(self._checking(found["point"].values), measures)
        return Brought(_joined(results, found), table)

    def bring(self, folder: Path, measures: Sequence["Measure"]) -> Brought:
        """The search, if it is not finished; then the study."""
        found = self._kept(folder, measures)
        if found is None:
            found = self._searched(folder, measures)
        brought = self._simulation(found).bring(folder, measures)
        return brought if brought.missing else Brought(_joined(brought.results, found), brought.table)

    def _check(self, measures: Sequence["Measure"]) -> None:
        from sim.backends.jax_backend import JaxBackend

        self.study.check()
        if not isinstance(self.study.backend, JaxBackend):
            raise FitError("a search simulates in memory, which the back end jax does; take backend=jax.")
        if any(factor.name != "seed" for factor in self.study.design.factors):
            raise FitError("a calibration compares before and after, so its design has seeds and no other factor.")
        self.targets.aims(measures)
        self.sought.space.check(self.study.leaves(), {**self.study.network.bounds(), **self.study.protocol.bounds()})
        seen = set(self.study.samples()["stream"].values.tolist()) & set(self.sought.streams)
        if seen:
            raise FitError(
                f"what was found is to be checked under random streams that the search has not seen, but both have "
                f"{min(seen)}; give another search.first_seed."
            )

    def _name(self, measures: Sequence["Measure"]) -> str:
        from sim.fingerprint import code_digest
        from sim.fit import objective, profile, search
        from sim.measure import digest_of
        from sim.results.digest import digest
        from sim.spec.canonical import canonical

        code = code_digest(roots=(objective.Fit, search.search, profile.profile, profile.along, course, noise))
        fitted = self.targets.needed(measures)
        declared = canonical([self.sought, list(self.targets.fitted)])
        return digest(self.study.digest(measures), declared, digest_of(fitted), code)

    def _of_search(self, measures: Sequence["Measure"]) -> str:
        """Names what the search leaves, to which it makes no difference what is held out."""
        return self._name(self.targets.needed(measures))

    def _kept(self, folder: Path, measures: Sequence["Measure"]) -> xr.Dataset | None:
        from sim.results.measures import kept_measures

        return kept_measures(folder / SEARCH, self._of_search(measures))

    def _searched(self, folder: Path, measures: Sequence["Measure"]) -> xr.Dataset:
        from sim.fit.evaluator import Evaluator
        from sim.fit.objective import Fit
        from sim.fit.profile import along, profile
        from sim.fit.search import search
        from sim.results.claims import alone
        from sim.results.measures import write_measures

        study, sought, inside = self.study, self.sought, folder / SEARCH
        inside.mkdir(parents=True, exist_ok=True)
        with alone(inside / ".searching", "searching"):
            if (found := self._kept(folder, measures)) is not None:
                return found
            evaluator = Evaluator(
                study.network, study.protocol, sought.space, self.targets.needed(measures), record=study.record,
                numerics=study.numerics, seeds=sought.seeds, first_seed=sought.first_seed,
                kernel=getattr(study.backend, "kernel", "auto"),
            )  # fmt: skip
            fit = Fit(evaluator, self.targets.loss(measures))
            best = search(
                fit, sought.space.names, rules=sought.rules, population=sought.population, seed=sought.draw,
                start=sought.first, width=sought.width, file=inside / f"{SEARCH}.zip",
            )  # fmt: skip
            log.info("evaluating the loss along the profiles of %d numbers", len(sought.space))
            seen, random = _Seen(fit), noise(fit.loss, evaluator(best.point[None]).measures)
            told = along(seen, profile(best.history, rise=1 + random), steps=STEPS)
            found = course(sought, best, told, seen.loss.reshape(len(sought.space), STEPS).min(axis=1))
            return write_measures(found.assign_attrs(settings=self._of_search(measures)), inside)

    def _simulation(self, found: xr.Dataset) -> Simulation:
        return Simulation(self._checking(found["point"].values), self.batch, self.config, self.slice, self.slices)

    def _checking(self, point: np.ndarray) -> "Study":
        """The study as it was and at a point (number,), side by side."""
        changes = self.sought.changes(point, self.study.leaves())
        return replace(self.study, design=replace(self.study.design, cases={BEFORE: {}, AFTER: changes}))


class _Seen:
    """An objective that remembers the losses of its last points."""

    def __init__(self, objective: "Objective") -> None:
        self._objective, self.loss = objective, np.zeros(0)

    def __call__(self, points: np.ndarray) -> "Judged":
        judged = self._objective(points)
        self.loss = judged.loss
        return judged


def _joined(results: xr.Dataset, found: xr.Dataset) -> xr.Dataset:
    """The results, and what the search found beside them."""
    return results.assign({f"{SEARCH}_{name}": x for name, x in found.data_vars.items()}).assign_attrs(
        {f"{SEARCH}_{name}": x for name, x in found.attrs.items()}
    )
