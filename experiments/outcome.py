"""A question and what it is asked of: the answer, its figure, tables, report and headline; kept in a folder.

The results of a simulation lie in one folder, and what was asked of them in folders in it, each named by the settings
of the question: two conventions are two answers.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from experiments.question import Asked, Question
from experiments.sources import Brought
from sim.fingerprint import code_digest
from sim.measure import digest_of
from sim.results import measures as kept
from sim.results.claims import alone
from sim.results.digest import digest
from sim.results.disk import replace
from sim.results.drafts import DAY, sweep
from sim.results.status import Status
from sim.spec.canonical import canonical

log = logging.getLogger("sherrington")
CONFIG = "config.yaml"
"""The whole resolved configuration in the folder of an answer; its first line is the command."""
REPORT = "report.html"
"""What is written last of an answer."""


@dataclass(frozen=True)
class Outcome:
    """A question and what it is asked of.

    Args:
        question: with its settings.
        brought: results and measures of every sample.
        config: whole resolved configuration, for the report.
        of: digest of the results.
    """

    question: Question
    brought: Brought
    config: str = ""
    of: str = ""

    @cached_property
    def answer(self) -> xr.Dataset:
        """Everything that figure and report show; of an opened result, what it keeps, if the code is the same.

        Raises:
            ValueError: the design does not fit the question, or something was not recorded.
        """
        asked = Asked(self.brought.results, self.brought.table, self.question, self.brought.answers)
        said = {"simulated": str(self.brought.results.attrs.get("who", "")), **asked.counted(), **self.question.said}
        found = self.question.answer(asked)
        return found.assign_attrs({**said, **found.attrs})

    def samples(self, labels: Mapping[str, Any] | None = None, /, **more: Any) -> xr.Dataset:
        """Spikes and courses of some conditions, by the labels of their factors: `samples(monoamine=1.0, seed=0)`.

        Args:
            labels, more: see `sim.results.grid.chosen`.

        Returns:
            As the store gives it, lazy: (sample, unit, spike, time).

        Raises:
            ValueError: there is no such factor or label.
        """
        from sim.results.grid import chosen

        return chosen(self.brought.results, labels, **more)

    def figure(self) -> Figure:
        """The figure."""
        return self.question.draw(self.answer)

    def headline(self) -> list[str]:
        """How many samples there are, the answer in words, and why samples failed."""
        status = self.brought.results["status"].values
        failed, count = int((status > Status.DONE).sum()), len(status)
        who = "participants" if "participant" in self.answer.dims else "seeds"
        spread = f"; ± is the SD between {who}" if any(str(name).endswith("_sd") for name in self.answer) else ""
        counted = f"{count} sample{'s' * (count != 1)}, {failed} failed{spread}"
        lines = [*([counted] if self.question.measures() else []), *self.question.headline(self.answer)]
        for kind in Status:
            if kind > Status.DONE and (some := int((status == kind).sum())):
                lines.append(f"{some} of {count} samples failed: {kind.sentence}")
        return lines

    def report(self, path: str | Path | None = None) -> str:
        """The report as one self-contained HTML page, written to `path` if one is given."""
        from experiments.report.page import page

        text = page(self.question, self.answer, self.brought.results, self.figure(), self.headline(), self.config)
        if path is not None:
            replace(path, text)
        return text

    def table(self) -> str:
        """Every measure of every sample as CSV."""
        from experiments.report.tidy import tidy

        return tidy(self.brought.table)

    def _repr_html_(self) -> str:
        from html import escape

        return f'<iframe srcdoc="{escape(self.report())}" style="width: 100%; height: 60em; border: 0"></iframe>'


def told(result: Outcome, folder: Path, drawn: tuple[int, ...] | None = None) -> list[str]:
    """Answer (unless that was done with these settings and this code), draw and report into `folder`; the headline.

    Args:
        drawn: `last_drawn(folder)` when this run began: if another process has drawn since, that is not done again.
            None draws in any case.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with alone(folder / ".answering", "measuring and drawing") as mine:
        sweep(folder, older=0.0 if mine else DAY)
        settings = answer_digest(result.question, result.of)
        m = kept.kept_measures(folder, settings)
        if m is None:
            log.info("measuring")
            m = kept.write_measures(result.answer.assign_attrs(settings=settings), folder)
            drawn = None
        result.__dict__["answer"] = m  # figure, report and headline are of what is kept
        if drawn is None or last_drawn(folder) in ((), drawn):
            _draw(result, m, folder)
    return result.headline()


def _draw(result: Outcome, m: xr.Dataset, folder: Path) -> None:
    from experiments.figure.look import save

    save(result.figure(), folder / "figure")
    texts = {kept.TEXT: kept.as_json(m), CONFIG: result.config, **result.question.tables(m)}
    if result.question.measures():
        texts["measures.csv"] = result.table()
    kept.write_files({**result.question.files(m), **texts, REPORT: result.report()}, folder)


def last_drawn(folder: Path) -> tuple[int, ...]:
    """Tells one drawing of an answer from the next; empty if there is none."""
    try:
        found = (folder / REPORT).lstat()
    except OSError:
        return ()
    return found.st_ino, found.st_mtime_ns


def settings_name(question: Question) -> str:
    """The name of the folder of an answer: the settings of the question, and not the code that answers it."""
    return digest(canonical(question))[:6]


def answer_digest(question: Question, of: str = "") -> str:
    """Names everything that decides an answer: its settings, its measures, the code that makes it, and the results.

    Args:
        of: digest of the results.
    """
    return digest(of, canonical(question), digest_of(question.measures()), code_digest(roots=(type(question), Asked)))
