"""`sherrington check ...`: a few samples of an experiment beside the same in double precision and with half the step.

It takes what `sherrington` takes (experiment=, network=, ...), and keeps nothing.
"""

import logging
import sys

import hydra
from omegaconf import DictConfig

from experiments.declare import UserError, declare, sentence
from experiments.terminal import refuse

log = logging.getLogger("sherrington")


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="config")
def check(config: DictConfig) -> None:
    """Exit status: 0 they agree, 1 they do not, 2 something that the user can mend; a recording is not simulated."""
    try:
        agree, lines = _beside(config)
    except UserError as problem:
        refuse(str(problem))  # here, before Hydra adds words of its own
    print("\n".join(lines), flush=True)
    if not agree:
        sys.exit(1)


def _beside(config: DictConfig) -> tuple[bool, list[str]]:
    source, question = declare(config)
    if not (studies := source.studies()):
        raise UserError(f"experiment {config.name!r} measures a recording, and nothing is computed that could differ.")
    agree, lines = True, []
    try:
        question.fits(source.factors())
        for name, study in studies.items():
            log.info("%s: as given, in double precision, and there with half the step", name or config.name)
            found = study.check_numerics(question.measures())
            lines += [f"{name or config.name}: {line}" if k == 0 else line for k, line in enumerate(found.lines())]
            agree &= found.agree
    except (ValueError, ImportError) as problem:
        raise UserError(sentence(problem)) from problem
    return agree, lines
