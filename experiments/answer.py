"""From results to what a person gets: the answer of a question, its figure, tables, report and headline, in one folder."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import xarray as xr

from experiments.question import Asked, Question
from experiments.sources import Brought
from sim.fingerprint import code_digest
from sim.measure import digest_of
from sim.results import measures as kept
from sim.results.digest import digest
from sim.results.status import Status
from sim.spec.canonical import canonical

if TYPE_CHECKING:
    pass

log = logging.getLogger("sherrington")


def told(question: Question, brought: Brought, folder: Path) -> list[str]:
    """Answer (unless that was done with these settings and this code), draw and report, and return the headline."""
    from experiments.figure import look
    from experiments.report.page import page
    from experiments.report.tidy import tidy

    m = answered(question, brought, folder)
    figure = question.draw(m)
    look.save(figure, folder / "figure")
    lines = headline(question, m, brought.results["status"].values)
    texts = {**question.tables(m), "report.html": page(question, m, brought.results, figure, lines)}
    if question.measures():
        texts["measures.csv"] = tidy(brought.table)
    kept.write_texts(texts, folder)
    return lines


def answered(question: Question, brought: Brought, folder: Path) -> xr.Dataset:
    """The answer as it is kept in `folder`; made there first if it is not there, or of other settings or code."""
    settings = answer_digest(question)
    if (folder / "measures.zarr").exists():
        m = kept.read_measures(folder)
        if m.attrs.get("settings") == settings:
            return m
    log.info("measuring")
    m = answer(question, brought).assign_attrs(settings=settings)
    kept.write_measures(m, folder)
    return kept.read_measures(folder)


def answer(question: Question, brought: Brought) -> xr.Dataset:
    """The answer, in memory.

    Raises:
        ValueError: the design does not fit the question, or something was not recorded.
    """
    asked = Asked(brought.results, brought.table, type(question).__name__)
    said = {"simulated": str(brought.results.attrs.get("simulated", "")), **asked.counted()}
    found = question.answer(asked)
    return found.assign_attrs({**said, **found.attrs})


def answer_digest(question: Question) -> str:
    """Names everything that decides an answer: its settings, its measures, and the code that makes it."""
    here = Path(__file__).parent
    code = code_digest(here, here.parent / "sim" / "analysis")
    return digest(canonical(question), digest_of(question.measures()), code)


def headline(question: Question, m: xr.Dataset, status: np.ndarray) -> list[str]:
    """How many samples there are, the answer in words, and why samples failed."""
    failed = int((status > Status.DONE).sum())
    counted = f"{len(status)} sample{'s' * (len(status) != 1)}, {failed} failed; ± is the SD between n seeds"
    lines = [*([counted] if question.measures() else []), *question.headline(m)]  # a recording was not sampled
    for kind in Status:
        count = int((status == kind).sum())
        if kind > Status.DONE and count:
            lines.append(f"{count} of {len(status)} samples failed: {kind.sentence}")
    return lines
