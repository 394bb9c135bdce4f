"""A configuration from settings as they stand on a command line, for whoever is not that command."""

import sys
from collections.abc import Sequence
from pathlib import Path

from hydra import compose, initialize_config_dir, initialize_config_module
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException, MissingConfigException, OverrideParseException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.arguments import quote
from experiments.command import nearest_experiment, unreadable
from experiments.composing import ComposingError, guard
from experiments.errors import UserError, root
from experiments.keys import KeyUnknownError, check_keys
from sim.results.extras import installing


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
        check_keys(given, [] if config_dir is None else [str(Path(config_dir).expanduser())])
        if GlobalHydra.instance().is_initialized():  # within a command, whose folders count
            return compose("config", overrides=given)
        if config_dir is None:
            with initialize_config_module("conf", version_base="1.3"):
                return compose("config", overrides=given)
        folder = Path(config_dir).expanduser().absolute()
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
        with initialize_config_dir(str(Path(conf.__file__).parent.absolute()), version_base="1.3"):
            found = compose("config", overrides=[*given, f"hydra.searchpath=[{quote(str(folder))}]"])
        return within(found, folder)
    except OverrideParseException as problem:
        raise UserError(unreadable(problem.override)) from problem
    except (ComposingError, KeyUnknownError) as problem:
        raise UserError(str(problem)) from problem
    except (HydraException, OmegaConfBaseException) as problem:
        raise UserError(composed(problem)) from problem


def within(config: DictConfig, folder: Path | str) -> DictConfig:
    """The configuration; where it names other experiments, with the folder in which those of the user lie."""
    if config.together:
        OmegaConf.update(config, "together.folder", str(folder), force_add=True)
    return config


def composed(problem: BaseException) -> str:
    """What Hydra says of a configuration that it cannot compose, on one line, with the cause."""
    texts = (
        str(part).partition("Config search path")[0].partition("full_key:")[0] for part in (problem, root(problem))
    )
    parts = dict.fromkeys(" ".join(text.split()).rstrip(".") for text in texts)
    if isinstance(problem, MissingConfigException) and (near := _experiment(problem)):
        return f"there is no {problem.missing_cfg_file}; did you mean experiment={near}? All are in sherrington --help."
    if isinstance(problem, MissingConfigException) and "hydra/launcher/" in str(problem):
        parts[f"launchers other than basic come with an extra: {installing('cluster')}"] = None
    return f"{'; '.join(part for part in parts if part)}. The choices are in sherrington --help, all keys in --cfg job."


def _experiment(problem: MissingConfigException) -> str:
    """The experiment that is near to one that there is not; '' if something else is missing, or nothing is near."""
    group, _, name = str(problem.missing_cfg_file or "").partition("/")
    return nearest_experiment(name) if group == "experiment" else ""
