"""From results to what a person gets: the answer of a question, its figure, tables, report and headline.

result = Result.open("results/paired_delta_f-6f31337bc611")        # of a run that is finished
result.headline()                                                  # in words
result.report("paired.html")                                       # the page; in Jupyter the result shows itself
"""

import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import xarray as xr
from matplotlib.figure import Figure

from experiments.question import Asked, Question
from experiments.sources import Brought
from sim.fingerprint import code_digest
from sim.measure import digest_of
from sim.results import measures as kept
from sim.results.digest import digest
from sim.results.disk import StoreError
from sim.results.status import Status
from sim.spec.canonical import canonical

log = logging.getLogger("sherrington")
CONFIG = "config.yaml"
"""The whole resolved configuration in the folder of a result; its first line is the command."""


@dataclass(frozen=True)
class Result:
    """A question and what it is asked of.

    Args:
        question: with its settings.
        brought: results and measures of every sample.
        config: whole resolved configuration, for the report.
    """

    question: Question
    brought: Brought
    config: str = ""

    @classmethod
    def open(cls, folder: str | Path) -> "Result":
        """The result in the folder of a run.

        Raises:
            StoreError: there is none.
            UserError: its configuration cannot be declared any more, or it is not finished.
        """
        from omegaconf import DictConfig, OmegaConf

        from experiments.declare import UserError, declare

        file = Path(folder) / CONFIG
        if not file.exists():
            raise StoreError(f"no result in {folder}. Give the folder that a run has printed.")
        text = file.read_text(encoding="utf-8")
        config = OmegaConf.create(text)
        assert isinstance(config, DictConfig)
        source, question = declare(config)
        brought = source.bring(Path(folder), question.measures())
        if brought.missing:
            raise UserError(f"{brought.missing} samples of {folder} are missing; run the same command again first.")
        return cls(question, brought, text)

    @cached_property
    def answer(self) -> xr.Dataset:
        """Everything that figure and report show.

        Raises:
            ValueError: the design does not fit the question, or something was not recorded.
        """
        asked = Asked(self.brought.results, self.brought.table, self.question)
        said = {"simulated": str(self.brought.results.attrs.get("who", "")), **asked.counted(), **self.question.said}
        found = self.question.answer(asked)
        return found.assign_attrs({**said, **found.attrs})

    def figure(self) -> Figure:
        """The figure."""
        return self.question.draw(self.answer)

    def headline(self) -> list[str]:
        """How many samples there are, the answer in words, and why samples failed."""
        status = self.brought.results["status"].values
        failed, count = int((status > Status.DONE).sum()), len(status)
        spread = "; ± is the SD between n seeds" if any(str(name).endswith("_sd") for name in self.answer) else ""
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
            Path(path).write_text(text, encoding="utf-8")
        return text

    def table(self) -> str:
        """Every measure of every sample as CSV."""
        from experiments.report.tidy import tidy

        return tidy(self.brought.table)

    def _repr_html_(self) -> str:
        from html import escape

        return f'<iframe srcdoc="{escape(self.report())}" style="width: 100%; height: 60em; border: 0"></iframe>'


def told(result: Result, folder: Path) -> list[str]:
    """Answer (unless that was done with these settings and this code), draw and report into `folder`; the headline."""
    from experiments.figure.look import save

    question = result.question
    settings = answer_digest(question)
    if (m := _kept(folder, settings)) is None:
        log.info("measuring")
        kept.write_measures(result.answer.assign_attrs(settings=settings), folder)
        m = kept.read_measures(folder)
    result.__dict__["answer"] = m  # figure and report are of what is kept
    save(result.figure(), folder / "figure")
    texts = {CONFIG: result.config, **question.tables(m), "report.html": result.report()}
    if question.measures():
        texts["measures.csv"] = result.table()
    kept.write_texts(texts, folder)
    return result.headline()


def answer_digest(question: Question) -> str:
    """Names everything that decides an answer: its settings, its measures, and the code that makes it."""
    return digest(canonical(question), digest_of(question.measures()), code_digest(roots=(type(question), Asked)))


def _kept(folder: Path, settings: str) -> xr.Dataset | None:
    """The answer in a folder, if it was made with these settings."""
    if not (folder / "measures.zarr").exists():
        return None
    m = kept.read_measures(folder)
    return m if m.attrs.get("settings") == settings else None
