"""What Hydra may do of its own while it composes a configuration: read files, and nothing that runs what they name.

Its callbacks and its logging build whatever a file names, and `hydra.job.env_set` changes the surroundings of every
process that is started; a configuration with such things is refused before Hydra looks at them.
"""

from collections.abc import Iterator, Mapping
from functools import wraps
from typing import Any

from hydra._internal.config_loader_impl import ConfigLoaderImpl
from omegaconf import DictConfig, OmegaConf

FACTORIES = (
    "logging.StreamHandler", "logging.FileHandler", "logging.NullHandler", "logging.Formatter",
    "logging.handlers.RotatingFileHandler", "colorlog.ColoredFormatter",
)  # fmt: skip
"""What the handlers and formatters of a log may be."""


class ComposingError(ValueError):
    """A configuration of Hydra itself that is not taken; the message is one sentence."""


def guard() -> None:
    """From now on every configuration that Hydra composes is looked at first."""
    load = ConfigLoaderImpl.load_configuration
    if hasattr(load, "__wrapped__"):
        return

    @wraps(load)
    def looked_at(*args: Any, **kwargs: Any) -> DictConfig:
        config = load(*args, **kwargs)
        check(config)
        return config

    ConfigLoaderImpl.load_configuration = looked_at


def check(config: DictConfig) -> None:
    """Raise a sentence when the node `hydra` would run what it names.

    Raises:
        ComposingError: it would.
    """
    node = config.get("hydra")
    if node is None:
        return
    for key in ("callbacks", "job.env_set"):
        if OmegaConf.select(node, key):
            raise ComposingError(f"hydra.{key} runs or changes what it names, which no experiment needs; leave it out.")
    for key in ("hydra_logging", "job_logging"):
        plain = OmegaConf.to_container(node[key], resolve=False) if node.get(key) is not None else {}
        for place, value in _named(plain, f"hydra.{key}"):
            made = place.endswith((".()", ".class")) and value not in FACTORIES
            if made or (str(value).startswith("ext://") and value not in ("ext://sys.stdout", "ext://sys.stderr")):
                raise ComposingError(f"{place} is {value!r}, which no log is made of; leave it out.")


def _named(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, x in value.items():
            yield from _named(x, f"{place}.{key}")
    elif isinstance(value, list):
        for k, x in enumerate(value):
            yield from _named(x, f"{place}.{k}")
    else:
        yield place, value
