"""Several experiments as one: each runs and answers as it does alone, and a question is asked of what they answered.

They lie beside it, in the folders that they have anyway: what was run before is not run again, and each has its own
figure and report.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import xarray as xr
from omegaconf import DictConfig

from experiments.answer import Result, answer_digest
from experiments.answered import answered
from experiments.question import Question
from experiments.sources import Brought, Source
from sim.results import measures as kept
from sim.results.digest import digest

if TYPE_CHECKING:
    from sim.measure import Measure
    from sim.run import Study


class Experiment(NamedTuple):
    """One of them."""

    config: DictConfig
    source: Source
    question: Question
    command: str


@dataclass(frozen=True)
class Together:
    """Experiments by name.

    Args:
        experiments: in the order in which they run.
    """

    experiments: Mapping[str, Experiment]

    def digest(self, measures: Sequence["Measure"]) -> str:
        """From the results and the questions of all."""
        return digest(*(text for name, one in self.experiments.items() for text in (name, self._own(one))))

    @staticmethod
    def _own(one: Experiment) -> str:
        return answer_digest(one.question, one.source.digest(one.question.measures()))

    def factors(self) -> Mapping[str, int]:
        return {}

    def studies(self) -> Mapping[str, "Study"]:
        return {
            f"{name}, {variant}" if variant else name: study
            for name, one in self.experiments.items()
            for variant, study in one.source.studies().items()
        }

    def expected(self, folder: Path, measures: Sequence["Measure"]) -> Brought | None:
        """Nothing: what every one of them will give is looked at here, by its own question.

        Raises:
            ValueError: a design does not fit its question.
        """
        for one in self.experiments.values():
            own, measured = self._folder(one), one.question.measures()
            one.question.fits(one.source.factors())
            if (expected := one.source.expected(own, measured)) is not None:
                one.question.needs(expected.results, expected.table)
        return None

    @staticmethod
    def _folder(one: Experiment) -> Path:
        return Path(one.config.out) / f"{one.config.name}-{one.source.digest(one.question.measures())}"

    def bring(self, folder: Path, measures: Sequence["Measure"]) -> Brought:
        """The answers, by name; the samples of all that are counted, and how each ended."""
        found, status, who = {}, [], ""
        for name, one in self.experiments.items():
            inside, _ = answered(one.config, one.source, one.question, one.command)
            brought = one.source.bring(self._folder(one), one.question.measures())
            status.append(brought.results["status"].values)
            if brought.missing:
                continue
            who = who or str(brought.results.attrs.get("who", ""))
            m = kept.kept_measures(inside, self._own(one))
            found[name] = m if m is not None else Result(one.question, brought).answer
        table = xr.Dataset({"status": ("sample", np.concatenate(status))}, attrs={"who": who})
        return Brought(table, table, found)
