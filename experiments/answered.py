"""From a source and a question to the folder of an answer: brought, measured and drawn, unless that is done."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from experiments.outcome import Outcome, last_drawn, settings_name, told
from experiments.question import Question
from experiments.sources import Source


def answered(
    config: DictConfig, source: Source, question: Question, command: str, out: Path | None = None
) -> tuple[Path, list[str]]:
    """Ask a question.

    Args:
        config: of the experiment.
        source, question: that it declares.
        command: that was given, for the report.
        out: where the folder of the results lies; None, where the configuration says.

    Returns:
        The folder of the answer (of the results, if others are still at work on them), and the headline.

    Raises:
        ValueError: the design does not fit the question.
    """
    measures = question.measures()
    digest = source.digest(measures)
    folder = (Path(config.out) if out is None else out) / f"{config.name}-{digest}"
    inside = folder / settings_name(question)
    question.fits(source.factors())
    if (expected := source.expected(folder, measures)) is not None:
        question.needs(expected.results, expected.table, expected.answers)
    drawn = last_drawn(inside)
    brought = source.bring(folder, measures)
    if brought.missing:
        return folder, [
            f"slice {config.slice} of {config.slices} is done; {brought.missing} samples are left to other processes"
        ]
    text = OmegaConf.to_yaml(config, resolve=True)
    return inside, told(Outcome(question, brought, f"# {command}\n{text}", digest), inside, drawn)
