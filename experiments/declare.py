"""From a configuration to what it declares: where results come from, and the question that is asked of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import InterpolationKeyError, MissingMandatoryValue, OmegaConfBaseException

from experiments.errors import UserError, sentence
from experiments.filenames import plain

if TYPE_CHECKING:
    from experiments.answered import Experiment
    from experiments.question import Question
    from experiments.sources import Simulation, Source
    from sim.run import Study
    from sim.spec.network import Network
    from sim.spec.protocol import Protocol


BUILT_BY = {
    "segment": "networks.antagonists.build",
    "pool": "networks.motor_pool.build",
    "ankle": "networks.human_ankle.build.build",
}
"""What builds the networks that an experiment may need (`needs`)."""
PASSED = ("scale", "participants", "seed", "dt", "window", "scheme", "dtype", "batch", "slice", "slices", "out")
"""What experiments have in common with that which they are parts of."""
PLACED = ("batch", "slice", "slices", "out")
"""Of these, what changes no result."""
TOGETHER = "{experiments: {NAME: EXPERIMENT}, settings: [NAME=VALUE]}"
SELECTING = ("window", "units", "exclude", "contraction")
"""Keys that choose a part of a recording."""


def declare(config: DictConfig, given: Sequence[str] = ()) -> tuple["Source", "Question"]:
    """Where the results come from, and the question, from a configuration.

    Args:
        given: settings that the user gave with it, as they stand on the command line; they are only said to be the
            user's (`experiments.given`).

    Raises:
        UserError: something cannot be declared like this.
    """
    try:
        found = _declared(config, given)
        OmegaConf.to_yaml(config, resolve=True)  # what nobody has read so far resolves as well
        return found
    except InterpolationKeyError as problem:
        key = str(problem).partition("'")[2].partition("'")[0]
        raise UserError(
            f"{_needed(config)}: it uses {key!r}, which this configuration lacks."
            if _misfits(config)
            else f"the configuration uses {key!r}, which it lacks; give it a value, or choose other groups."
        ) from problem
    except MissingMandatoryValue as problem:
        key = str(problem.full_key)
        raise UserError(f"{key}{_is(config, key)} has no value; give {key}=VALUE.") from problem
    except OmegaConfBaseException as problem:
        said = str(problem).partition("full_key:")[0]
        raise UserError(f"the configuration cannot be resolved: {' '.join(said.split()).rstrip('.')}.") from problem


def _is(config: DictConfig, key: str) -> str:
    """What a setting of the question is, as its class says: ' (path of the file that ...)'."""
    from experiments.settings import said_of
    from experiments.targets import target

    group, _, name = key.rpartition(".")
    if group != "question":
        return ""
    try:
        said = said_of(target(group, str(config[group]["_target_"])), name)
    except (ValueError, KeyError, TypeError, ImportError):
        return ""
    return f" ({said})" if said else ""


def _declared(config: DictConfig, given: Sequence[str]) -> tuple["Source", "Question"]:
    from conf.schema import Config
    from experiments.sources import Recorded, Variants
    from experiments.targets import target

    try:
        plain("name", config.name)
        plain("the last part of `out`", str(config.out).rstrip("/\\").rpartition("/")[2] or "results")
    except ValueError as problem:
        raise UserError(str(problem)) from problem
    for group in ("network", "question"):  # before anything of them is resolved
        if "_target_" in config[group] and not OmegaConf.is_interpolation(config[group], "_target_"):
            try:
                target(group, config[group]._target_)
            except ValueError as problem:
                raise UserError(f"{group}._target_: {problem}") from problem
    if config.together:
        return _together(config, given), _question(config)
    simulates = "_target_" in config.network
    if config.recording is not None and simulates:
        raise UserError(_both(config))
    if config.recording is None and not simulates:
        raise UserError(f"experiment {config.name!r} measures a recording. Give its file: recording=FILE.")
    if _misfits(config) and str(config.network.get("_target_", "")).startswith("networks."):
        raise UserError(f"{_needed(config)}, but network is {config.network.get('name')!r}.")
    question = _question(config)
    if config.recording is not None:
        for file in filter(None, (config.recording, config.force)):
            if not file.isprintable() and file != file.encode("utf-8", "replace").decode("utf-8"):
                raise UserError(f"the name of {file!a} is no text in UTF-8, which results need. Rename the file.")
        part = {key: _plain(config[key]) for key in SELECTING}
        if part["window"] == Config.window:  # of simulations, as nobody set it
            part["window"] = None
        given = [key for key, value in part.items() if value is not None]
        deciding = OmegaConf.masked_copy(config, ["name", "recording", "force", *given])
        text = OmegaConf.to_yaml(deciding, resolve=True)
        return Recorded(config.recording, config.force, text, part), question
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
    if "_target_" in config.search:
        return _fitted(config, given), question
    if not config.variants:
        return _simulation(config, given), question
    if len(config.variants) != 1:
        raise UserError(
            f"variants are of one factor, but {len(config.variants)} are named: {', '.join(config.variants)}."
        )
    ((factor, changes),) = config.variants.items()
    try:
        folders = [plain(f"a variant of {factor!r}", str(name)).replace(" ", "_") for name in changes]
    except (ValueError, TypeError) as problem:
        raise UserError(str(problem)) from problem
    if len(set(folders)) < len(folders):
        raise UserError(f"two variants of {factor!r} would lie in one folder: {', '.join(folders)}; rename one.")
    found = {str(name): _simulation(_varied(config, own), given) for name, own in changes.items()}
    return Variants(str(factor), found), question


def experiment_of(config: DictConfig, source: "Source", question: "Question", command: str) -> "Experiment":
    """What a configuration declares, as it is asked; `command` is the one that was given."""
    from experiments.answered import Experiment

    text = f"# {command}\n{OmegaConf.to_yaml(config, resolve=True)}"
    return Experiment(config.name, source, question, text, f"slice {config.slice} of {config.slices}")


def _question(config: DictConfig) -> "Question":
    from experiments.question import Question

    question = _built(config, "question")
    if not isinstance(question, Question):
        raise UserError(f"`question` of an experiment is a Question, but it is {question!r}; give its _target_.")
    return question


def _together(config: DictConfig, given: Sequence[str]) -> "Source":
    """Several experiments, each as it says itself, with what is set in all of them."""
    import shlex

    from conf.schema import Config
    from experiments.arguments import quote
    from experiments.configured import configured
    from experiments.given import keys
    from experiments.together import Together
    from sim.spec.kinds import listed, table

    own = {key.partition(".")[0].partition("/")[0] for key in keys(given)}
    if strange := sorted(own - {*PASSED, "together", "question", "name", "experiment", "hydra"}):
        raise UserError(
            f"{strange[0]} is of the experiments that {config.name} consists of; give it to all of them: "
            f"'together.settings=[\"{strange[0]}...=VALUE\"]'."
        )
    try:
        told = table("`together`", OmegaConf.to_container(config.together, resolve=True), ValueError)
        parts = table("`together.experiments`", told.get("experiments"), ValueError)
        settings = [str(x) for x in listed("`together.settings`", told.get("settings", []), ValueError)]
    except ValueError as problem:
        raise UserError(f"{sentence(problem)} It is {TOGETHER}.") from problem
    if not told.keys() <= {"experiments", "settings", "folder"} or not parts:
        raise UserError(f"`together` is {TOGETHER}, with one experiment at least.")
    chosen = [x for x in PASSED if x in own or config[x] != getattr(Config, x, None)]
    values = {x: quote(config[x]) if isinstance(config[x], str) else config[x] for x in chosen}
    kept = [f"{x}={values[x]}" for x in chosen if x not in PLACED]
    settings = [*kept, *(x for x in settings if x not in kept)]
    OmegaConf.update(config, "together.settings", settings)  # so that a result is opened with what was given
    found = {}
    for name, experiment in parts.items():
        words = [f"experiment={experiment}", *settings]
        one = configured([*words, *(f"{x}={values[x]}" for x in chosen if x in PLACED)], told.get("folder"))
        if one.together:
            raise UserError(f"{experiment!r} consists of several experiments itself; name these.")
        found[str(name)] = experiment_of(one, *declare(one, words), shlex.join(["sherrington", *words]))
    return Together(found)


def _misfits(config: DictConfig) -> bool:
    """Whether the network is another one than the experiment needs."""
    return bool(config.needs) and config.network.get("_target_", "") != BUILT_BY[config.needs.network]


def _needed(config: DictConfig) -> str:
    return f"experiment {config.name} needs network={config.needs.network}"


def _both(config: DictConfig) -> str:
    """What is said where there are a network and a recording."""
    if "RecordedUnits" in str(config.question.get("_target_", "")):
        return f"experiment {config.name} takes no network: it measures a recording; leave network=... out."
    return (
        f"experiment {config.name!r} simulates, but recording={config.recording} was given. "
        "Take experiment=recorded_units to measure a recording."
    )


def _simulation(config: DictConfig, given: Sequence[str]) -> "Simulation":
    from experiments import sources

    text = OmegaConf.to_yaml(config, resolve=True)
    return sources.Simulation(declare_study(config, given), config.batch, text, config.slice, config.slices)


def _fitted(config: DictConfig, given: Sequence[str]) -> "Source":
    """Numbers that are sought, and the study that is run at them."""
    from experiments.fit.fitted import Fitted
    from experiments.fit.observed import Targets
    from experiments.fit.sought import Sought

    if config.variants:
        raise UserError("numbers are sought for one study, but the configuration has variants; leave them out.")
    sought, targets = _built(config, "search"), _built(config, "targets")
    if not isinstance(sought, Sought) or not isinstance(targets, Targets):
        raise UserError("a calibration needs `search`, what is sought, and `targets`, what was observed: targets=NAME.")
    text = OmegaConf.to_yaml(config, resolve=True)
    return Fitted(declare_study(config, given), sought, targets, config.batch, text, config.slice, config.slices)


def _varied(config: DictConfig, changes: DictConfig) -> DictConfig:
    """The configuration of one variant: `changes` maps keys such as `network.cell` to values; null changes nothing."""
    config = config.copy()
    for key, value in changes.items():
        if value is not None:
            OmegaConf.update(config, str(key), value)
    return config


def declare_study(config: DictConfig, given: Sequence[str] = ()) -> "Study":
    """The study that a configuration declares; `given` as of `declare`.

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
    return Study(declare_network(config, given), declare_protocol(config), **parts, numerics=numerics)


def declare_network(config: DictConfig, given: Sequence[str] = ()) -> "Network":
    """The network that a configuration declares, under its states, in their order; `given` as of `declare`.

    Raises:
        UserError: something cannot be declared like this.
    """
    from sim.spec.kinds import part
    from sim.spec.network import Network

    network, states = _built(config, "network", given), _built(config, "state")
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


def _built(config: DictConfig, name: str, given: Sequence[str] = ()) -> Any:
    """The object that a group of the configuration declares."""
    from experiments.given import keys, with_sources
    from experiments.targets import build

    value: Any = OmegaConf.to_container(config[name], resolve=True, throw_on_missing=True)
    if name == "network" and value.get("_target_") in BUILT_BY.values():
        value = with_sources(value, keys(given))
    try:
        return build(name, value)
    except ValueError as problem:
        raise UserError(sentence(problem)) from problem
    except Exception as problem:  # whatever a constructor raises
        raise UserError(
            f"the configuration of {name!r} does not fit what it builds: {sentence(problem).rstrip('.')}."
        ) from problem
