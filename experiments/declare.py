"""From a configuration to what it declares: where results come from, and the question that is asked of them."""

from typing import TYPE_CHECKING, Any

import hydra
from omegaconf import DictConfig, OmegaConf

if TYPE_CHECKING:
    from experiments.question import Question
    from experiments.sources import Simulation, Source
    from sim.run import Study
    from sim.spec.network import Network
    from sim.spec.protocol import Protocol


SELECTING = ("window", "units", "exclude", "contraction")
"""Keys that choose a part of a recording."""


class UserError(Exception):
    """What stopped a run, as one sentence for the person who started it."""


def declare(config: DictConfig) -> tuple["Source", "Question"]:
    """Where the results come from, and the question, from a configuration.

    Raises:
        UserError: something cannot be declared like this.
    """
    from experiments.config import Config
    from experiments.sources import Recorded, Variants

    simulates = "_target_" in config.network
    if config.recording is not None:
        if simulates:
            raise UserError(
                f"experiment {config.name!r} simulates, but recording={config.recording} was given. "
                "Take experiment=recorded_units to measure a recording."
            )
        question = _built(config, "question")
        part = {key: _plain(config[key]) for key in SELECTING}
        if part["window"] == Config.window:  # of simulations, as nobody set it
            part["window"] = None
        given = [key for key, value in part.items() if value is not None]
        deciding = OmegaConf.masked_copy(config, ["name", "recording", "force", *given])
        text = OmegaConf.to_yaml(deciding, resolve=True)
        return Recorded(config.recording, config.force, text, part), question
    if not simulates:
        raise UserError(f"experiment {config.name!r} measures a recording. Give its file: recording=FILE.")
    chosen = [key for key in SELECTING if key != "window" and config[key] is not None]
    if chosen:
        raise UserError(
            f"{chosen[0]} chooses a part of a recording, but experiment {config.name!r} simulates. Leave it out, or "
            "take experiment=recorded_units."
        )
    if config.batch is not None and config.batch < 1:
        raise UserError(f"batch is the number of samples that run together, at least 1, but it is {config.batch}.")
    if not 0 <= config.slice < config.slices:
        raise UserError(
            f"slice is the number of a part of the samples, from 0 to slices - 1 = {config.slices - 1}, but it is "
            f"{config.slice}."
        )
    question = _built(config, "question")
    if not config.variants:
        return _simulation(config), question
    if len(config.variants) != 1:
        raise UserError(
            f"variants are of one factor, but {len(config.variants)} are named: {', '.join(config.variants)}."
        )
    ((factor, changes),) = config.variants.items()
    found = {str(name): _simulation(_varied(config, own)) for name, own in changes.items()}
    return Variants(str(factor), found), question


def _simulation(config: DictConfig) -> "Simulation":
    from experiments import sources

    text = OmegaConf.to_yaml(config, resolve=True)
    return sources.Simulation(declare_study(config), config.batch, text, config.slice, config.slices)


def _varied(config: DictConfig, changes: DictConfig) -> DictConfig:
    """The configuration of one variant: `changes` maps keys such as `network.cell` to values."""
    config = config.copy()
    for key, value in changes.items():
        OmegaConf.update(config, str(key), value)
    return config


def declare_study(config: DictConfig) -> "Study":
    """The study that a configuration declares.

    Raises:
        UserError: something cannot be declared like this.
    """
    from sim.run import Study
    from sim.spec.numerics import Numerics

    try:
        numerics = Numerics(config.dt, config.window, config.scheme, config.dtype)
    except ValueError as problem:
        raise UserError(sentence(problem)) from problem
    parts = {name: _built(config, name) for name in ("record", "design", "backend")}
    return Study(declare_network(config), declare_protocol(config), **parts, numerics=numerics)


def declare_network(config: DictConfig) -> "Network":
    """The network that a configuration declares, under its states, in their order.

    Raises:
        UserError: something cannot be declared like this.
    """
    from sim.spec.kinds import part
    from sim.spec.network import Network

    network, states = _built(config, "network"), _built(config, "state")
    try:
        return part("`network` of a study", network, Network, ValueError).under(*states.values())
    except ValueError as problem:
        raise UserError(sentence(problem)) from problem


def declare_protocol(config: DictConfig) -> "Protocol":
    """The protocol that a configuration declares, and its interventions at the same time.

    Raises:
        UserError: something cannot be declared like this.
    """
    protocol = _built(config, "protocol")
    try:
        for intervention in _built(config, "intervention").values():
            protocol = protocol + intervention
    except ValueError as problem:
        raise UserError(sentence(problem)) from problem
    return protocol


def _plain(value: Any) -> Any:
    """A value of the configuration without its types."""
    return OmegaConf.to_container(value, resolve=True) if OmegaConf.is_config(value) else value


def _built(config: DictConfig, name: str) -> Any:
    """The object that a group of the configuration declares."""
    try:
        return hydra.utils.instantiate(config[name], _convert_="all")
    except Exception as problem:  # Hydra wraps whatever a constructor raises
        cause = root(problem)
        where = f"the configuration of {name!r} does not fit what it builds: " if isinstance(cause, TypeError) else ""
        raise UserError(where + sentence(cause)) from problem


def root(problem: BaseException) -> BaseException:
    """What an error comes from."""
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return problem


def sentence(problem: BaseException) -> str:
    """What an error says, in one line."""
    return " ".join(str(problem.args[0] if problem.args else problem).split())
