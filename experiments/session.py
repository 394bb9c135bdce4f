"""Experiments from Python, as in a notebook: the same settings as on the command line, and a result to look at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from experiments.configured import configured
from experiments.declare import UserError
from experiments.run import perform

if TYPE_CHECKING:
    from experiments.answer import Result


def performed(experiment: str, settings: Sequence[str], config_dir: str | None) -> "Result":
    """See `experiments.perform`."""
    from experiments.answer import Result

    config = configured([f"experiment={experiment}", *settings], config_dir)
    folder, lines = perform(config, settings)
    if not (folder / "config.yaml").exists():
        raise UserError(lines[0])
    return Result.open(folder)
