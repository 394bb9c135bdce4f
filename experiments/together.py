"""Several experiments as one: each runs and answers as it does alone, and a question is asked of what they answered.

They lie beside it, in the folders that they have anyway: what was run before is not run again, and each has its own
figure and report.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from experiments.answered import Experiment, answered
from experiments.outcome import Outcome, answer_digest
from experiments.sources import Brought
from sim.results import measures as kept
from sim.results.digest import digest
from sim.results.status import Status

if TYPE_CHECKING:
    from sim.measure import Measure
    from sim.run import Study


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
        """What every one of them will give, looked at by its own question; None once one of them is finished.

        Raises:
            ValueError: a design does not fit its question.
        """
        answers = {}
        for name, one in self.experiments.items():
            one.question.fits(one.source.factors())
            expected = one.source.expected(one.folder(folder.parent), one.question.measures())
            if expected is not None:
                one.question.needs(expected.results, expected.table)
                with warnings.catch_warnings(), np.errstate(all="ignore"):
                    warnings.simplefilter("ignore")
                    answers[name] = Outcome(one.question, expected).answer
        if len(answers) < len(self.experiments):  # some are done, and what is asked of all is soon found out
            return None
        nothing = xr.Dataset({"status": ("sample", np.full(1, Status.FAILED_NOT_FINITE))})
        return Brought(nothing, nothing, answers)

    def bring(self, folder: Path, measures: Sequence["Measure"]) -> Brought:
        """The answers, by name, of experiments that lie beside `folder`; and how each of their samples ended."""
        done: dict[str, tuple[np.ndarray, xr.Dataset | None]] = {}
        for _ in range(2):  # a second time those of which others were at work on a part
            for name, one in self.experiments.items():
                if name not in done or done[name][1] is None:
                    done[name] = self._brought(one, folder)
        answers = {name: m for name, (_, m) in done.items() if m is not None}
        who = next((str(m.attrs.get("simulated", "")) for m in answers.values()), "")
        status = np.concatenate([codes for codes, _ in done.values()])
        table = xr.Dataset({"status": ("sample", status)}, attrs={"who": who})
        return Brought(table, table, answers)

    def _brought(self, one: Experiment, folder: Path) -> tuple[np.ndarray, xr.Dataset | None]:
        """How its samples ended, and its answer, if none is missing."""
        inside, _ = answered(one, folder.parent)
        brought = one.source.bring(one.folder(folder.parent), one.question.measures())
        codes = brought.results["status"].values
        if brought.missing:
            return codes, None
        m = kept.kept_measures(inside, self._own(one))
        return codes, m if m is not None else Outcome(one.question, brought).answer
