"""The command `sherrington`: configuration -> results -> measures -> figure, in one folder named by digest."""

import logging
import os
import re
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, MissingConfigException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.config import Config

if TYPE_CHECKING:
    from experiments.sources import Simulation, Source
    from sim.run import Study
    from sim.spec.network import Network
    from sim.spec.protocol import Protocol

ConfigStore.instance().store("schema", Config)
log = logging.getLogger("sherrington")
FULL = "RESOURCE_EXHAUSTED|[Oo]ut of memory"
"""How XLA begins when a device has no memory left."""


class UserError(Exception):
    """What stopped a run, as one sentence for the person who started it."""


def main() -> None:
    """The command: what Hydra cannot compose ends in one sentence, as everything else that the user can mend.

    `sherrington status PATH` only looks at a result.
    """
    if sys.argv[1:2] == ["status"]:
        from experiments.status import main as status

        sys.exit(status(sys.argv[2:]))
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra then raises what it would print over several lines
    try:
        experiment()
    except UserError as problem:
        _refuse(str(problem))
    except KeyboardInterrupt:
        print("sherrington: stopped; what was finished is kept, the same command goes on from there.", file=sys.stderr)
        sys.exit(130)
    except RuntimeError as problem:
        if not _of_a_launcher(problem):
            raise
        said = " ".join(str(problem).partition("Error stream")[0].split("\n")[:2]).rstrip(" .?")
        print(
            f"sherrington: {said}. What was finished is kept; the same command again, once no job of it is left, runs "
            "what is missing.",
            file=sys.stderr,
        )
        sys.exit(1)
    except (HydraException, OmegaConfBaseException, ValueError) as problem:
        _refuse(_composed(problem))
    except BrokenPipeError:  # whoever read the output has gone, as `head` does
        os._exit(141)


def _refuse(sentence: str) -> NoReturn:
    print(f"sherrington: {sentence}", file=sys.stderr)
    sys.exit(2)


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="config")
def experiment(config: DictConfig) -> None:
    """Run one experiment, or redraw it when it is done."""
    try:
        folder, lines = perform(config)
    except UserError as problem:
        if HydraConfig.get().mode == RunMode.MULTIRUN:  # the other jobs go on; Hydra raises it again when they are done
            raise
        _refuse(str(problem))
    print("\n".join([*lines, f"results: {folder}"]), flush=True)


def perform(config: DictConfig) -> tuple[Path, list[str]]:
    """One experiment from its configuration.

    Returns:
        The folder of the results, and the headline.

    Raises:
        UserError: anything that the user can mend.
    """
    source, question = declare(config)
    from sim.results.disk import StoreError
    from sim.results.status import Status

    try:
        folder = Path(config.out) / f"{config.name}-{source.digest()}"
        results = source.results(folder)
        missing = int((results["status"].values == Status.TODO).sum())
        if missing:
            return folder, [
                f"slice {config.slice} of {config.slices} is done; {missing} samples are left to other processes"
            ]
        lines = answer(question, results, folder)
    except (ValueError, ImportError, StoreError) as problem:
        raise UserError(_sentence(problem)) from problem
    except (MemoryError, RuntimeError) as problem:
        if not isinstance(problem, MemoryError) and not re.search(FULL, str(problem)):
            raise
        raise UserError(
            f"not enough memory: {_sentence(problem)}; take a smaller batch (batch=8, say) or a shorter protocol. What "
            "was finished is kept."
        ) from problem
    except OSError as problem:
        raise UserError(f"cannot write the results to {config.out!r}: {problem.strerror or problem}.") from problem
    return folder, lines


def declare(config: DictConfig) -> tuple["Source", Any]:
    """Where the results come from, and the question, from a configuration.

    Raises:
        UserError: something cannot be declared like this.
    """
    from experiments.sources import Recorded, Variants
    from sim.spec.canonical import canonical

    simulates = "_target_" in config.network
    if config.recording is not None:
        if simulates:
            raise UserError(
                f"experiment {config.name!r} simulates, but recording={config.recording} was given. "
                "Take experiment=recorded_units to measure a recording."
            )
        question = _built(config, "question")
        deciding = OmegaConf.masked_copy(config, ["name", "recording", "force", "question"])
        text = OmegaConf.to_yaml(deciding, resolve=True)
        return Recorded(config.recording, config.force, canonical(question), text), question
    if not simulates:
        raise UserError(f"experiment {config.name!r} measures a recording. Give its file: recording=FILE.")
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
    return Variants({str(name): _simulation(_varied(config, changes)) for name, changes in config.variants.items()}), (
        question
    )


def _simulation(config: DictConfig) -> "Simulation":
    from experiments import sources

    text = OmegaConf.to_yaml(config, resolve=True)
    return sources.Simulation(declare_study(config), config.batch, text, config.seed, config.slice, config.slices)


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
        raise UserError(_sentence(problem)) from problem
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
        raise UserError(_sentence(problem)) from problem


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
        raise UserError(_sentence(problem)) from problem
    return protocol


def _built(config: DictConfig, name: str) -> Any:
    """The object that a group of the configuration declares."""
    try:
        return hydra.utils.instantiate(config[name], _convert_="all")
    except Exception as problem:  # Hydra wraps whatever a constructor raises
        root = _root(problem)
        where = f"the configuration of {name!r} does not fit what it builds: " if isinstance(root, TypeError) else ""
        raise UserError(where + _sentence(root)) from problem


def answer(question: Any, results: Any, folder: Path) -> list[str]:
    """Measure (unless that was done with these settings and this code), draw, and return the headline."""
    from experiments import figures
    from experiments.question import Tabulated
    from sim.fingerprint import code_digest
    from sim.results import measures as kept
    from sim.results.digest import digest
    from sim.results.status import Status
    from sim.spec.canonical import canonical

    here = Path(__file__).parent
    settings = digest(canonical(question), code_digest(here, here.parent / "sim" / "analysis"))
    measures = None
    if (folder / "measures.zarr").exists():
        measures = kept.read_measures(folder)
        measures = measures if measures.attrs.get("settings") == settings else None
    if measures is None:
        log.info("measuring")
        measures = question.measure(results).assign_attrs(settings=settings)
        kept.write_measures(measures, folder)
        measures = kept.read_measures(folder)
    figures.save(question.draw(measures), folder / "figure")
    if isinstance(question, Tabulated):
        kept.write_texts(question.tables(measures), folder)
    status = results["status"].values
    lines = question.headline(measures)
    for kind in Status:
        count = int((status == kind).sum())
        if kind > Status.DONE and count:
            lines.append(f"{count} of {len(status)} samples failed: {kind.sentence}")
    return lines


def _root(problem: BaseException) -> BaseException:
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return problem


def _of_a_launcher(problem: BaseException) -> bool:
    """Whether an error was raised by what starts the jobs of a sweep: a job was killed, or cannot be submitted."""
    *_, (frame, _) = traceback.walk_tb(problem.__traceback__)
    return frame.f_globals["__name__"].partition(".")[0] in ("joblib", "submitit")


def _composed(problem: BaseException) -> str:
    """What Hydra says of a configuration that it cannot compose, on one line, with the cause."""
    texts = (
        str(part).partition("Config search path")[0].partition("full_key:")[0] for part in (problem, _root(problem))
    )
    parts = dict.fromkeys(" ".join(text.split()).rstrip(".") for text in texts)
    if isinstance(problem, MissingConfigException) and "hydra/launcher/" in str(problem):
        parts["launchers other than basic come with the extra 'cluster' (pip install '.[cluster]')"] = None
    return f"{'; '.join(part for part in parts if part)}. The choices are in sherrington --help, all keys in --cfg job."


def _sentence(problem: BaseException) -> str:
    return " ".join(str(problem.args[0] if problem.args else problem).split())


if __name__ == "__main__":
    main()
