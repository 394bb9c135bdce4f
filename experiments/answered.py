"""From a source and a question to the folder of an answer: brought, measured and drawn, unless that is done."""

from pathlib import Path
from typing import NamedTuple

from experiments.outcome import Outcome, last_drawn, settings_name, told
from experiments.question import Question
from experiments.sources import Source


class Experiment(NamedTuple):
    """What is asked of what.

    Args:
        name: begins the name of its folder.
        source, question: as they were declared.
        text: its whole resolved configuration, below the command, for the report.
        part: which part of the samples is run, in words.
    """

    name: str
    source: Source
    question: Question
    text: str
    part: str

    def folder(self, out: Path) -> Path:
        """Where its results lie in `out`."""
        return out / f"{self.name}-{self.source.digest(self.question.measures())}"


def answered(one: Experiment, out: Path) -> tuple[Path, list[str]]:
    """Ask a question.

    Args:
        out: where the folder of the results lies.

    Returns:
        The folder of the answer (of the results, if others are still at work on them), and the headline.

    Raises:
        ValueError: the design does not fit the question.
    """
    source, question = one.source, one.question
    measures, folder = question.measures(), one.folder(out)
    inside = folder / settings_name(question)
    question.fits(source.factors())
    if (expected := source.expected(folder, measures)) is not None:
        question.needs(expected.results, expected.table, expected.answers)
    drawn = last_drawn(inside)
    brought = source.bring(folder, measures)
    if brought.missing:
        return folder, [f"{one.part} is done; {brought.missing} samples are left to other processes"]
    return inside, told(Outcome(question, brought, one.text, source.digest(measures)), inside, drawn)
