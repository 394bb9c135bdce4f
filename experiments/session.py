"""Experiments from Python, as in a notebook: the same settings as on the command line, and a result to look at."""

import sys
from collections.abc import Sequence
from pathlib import Path

from hydra import compose, initialize_config_dir, initialize_config_module
from hydra.errors import HydraException, OverrideParseException
from omegaconf import DictConfig
from omegaconf.errors import OmegaConfBaseException

from experiments.answer import Result
from experiments.command import unreadable
from experiments.composing import ComposingError, guard
from experiments.declare import UserError
from experiments.run import composed, perform


def performed(experiment: str, settings: Sequence[str], config_dir: str | None) -> Result:
    """See `experiments.perform`."""
    config = configured([f"experiment={experiment}", *settings], config_dir)
    folder, lines = perform(config)
    if not (folder / "config.yaml").exists():
        raise UserError(lines[0])
    return Result.open(folder)


def configured(settings: Sequence[str], config_dir: str | None = None) -> DictConfig:
    """A configuration from settings as they stand on the command line.

    Raises:
        UserError: they cannot be composed; one sentence.
    """
    import conf

    guard()
    if strange := [x for x in settings if not isinstance(x, str) or ("=" not in x and not x.startswith("~"))]:
        raise UserError(f"{strange[0]!r} is no setting; write 'NAME=VALUE', for example 'network=cMG'.")
    given = [*settings]
    try:
        if config_dir is None:
            with initialize_config_module("conf", version_base="1.3"):
                return compose("config", overrides=given)
        folder = Path(config_dir).expanduser().absolute()
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        with initialize_config_dir(str(Path(conf.__file__).parent.absolute()), version_base="1.3"):
            return compose("config", overrides=[*given, f"hydra.searchpath=['{folder}']"])
    except OverrideParseException as problem:
        raise UserError(unreadable(problem.override)) from problem
    except ComposingError as problem:
        raise UserError(str(problem)) from problem
    except (HydraException, OmegaConfBaseException) as problem:
        raise UserError(composed(problem)) from problem
