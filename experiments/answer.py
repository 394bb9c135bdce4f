"""From results to what a person gets: the answer of a question, its figure, tables, report and headline.

result = Result.open("results/paired_delta_f-6f31337bc611")        # of a run that is finished
result.headline()                                                  # in words
result.report("paired.html")                                       # the page; in Jupyter the result shows itself

The results of a simulation lie in one folder, and what was asked of them in folders in it, each named by the settings
of the question: two conventions are two answers.
"""

from dataclasses import dataclass
from pathlib import Path

from experiments.outcome import CONFIG, Outcome, answer_digest
from experiments.question import Question
from experiments.sources import Source
from sim.results import measures as kept
from sim.results.disk import StoreError


@dataclass(frozen=True)
class Result(Outcome):
    """An outcome that can be opened where it lies. Args: see `Outcome`."""

    @classmethod
    def open(cls, folder: str | Path) -> "Result":
        """The result in the folder of a run.

        Args:
            folder: that a run has printed; or the one around it, if it was asked one question only.

        Raises:
            StoreError: there is none, or its configuration cannot be read.
            UserError: its configuration cannot be declared any more, or it is not finished.
        """
        from experiments.declare import UserError

        folder = asked_in(Path(folder))
        text, source, question = declared_in(folder)
        measures = question.measures()
        brought = source.bring(folder.parent, measures)
        if brought.missing:
            raise UserError(f"{brought.missing} samples of {folder} are missing; run the same command again first.")
        found = cls(question, brought, text, source.digest(measures))
        if (m := kept.kept_measures(folder, answer_digest(question, found.of))) is not None:
            found.__dict__["answer"] = m
        return found


def declared_in(folder: Path) -> tuple[str, Source, Question]:
    """What the configuration in the folder of an answer declares: its text, source and question.

    Raises:
        StoreError: it cannot be read.
        UserError: it cannot be declared any more.
    """
    from omegaconf import DictConfig, OmegaConf
    from omegaconf.errors import OmegaConfBaseException
    from yaml import YAMLError

    from experiments.declare import declare

    try:
        text = (folder / CONFIG).read_text(encoding="utf-8")
        config = OmegaConf.create(text)
        if not isinstance(config, DictConfig):
            raise ValueError("it is no table")
        return text, *declare(config)
    except (OSError, ValueError, YAMLError, OmegaConfBaseException) as problem:
        said = " ".join(str(problem).split())
        raise StoreError(f"cannot read {folder / CONFIG} ({said}). The same command makes it anew.") from problem


def asked_in(folder: Path) -> Path:
    """The folder of an answer: `folder` itself, or the only one in it.

    Raises:
        StoreError: there is none, or there are several.
    """
    found = [folder] if (folder / CONFIG).exists() else answers(folder)
    if not found:
        raise StoreError(f"no result in {folder}. Give the folder that a run has printed.")
    if len(found) > 1:
        names = ", ".join(str(place) for place in found)
        raise StoreError(f"{folder} was asked {len(found)} questions. Give the folder of one of them: {names}.")
    return found[0]


def answers(folder: Path) -> list[Path]:
    """The folders of what was asked of the results in `folder`."""
    return sorted(file.parent for file in folder.glob(f"*/{CONFIG}"))
