"""The command `sherrington`: configuration -> simulation -> measures -> figure, in one folder named by digest."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

import hydra
from hydra.core.config_store import ConfigStore
from omegaconf import DictConfig, OmegaConf

from experiments.config import Config

ConfigStore.instance().store("schema", Config)
log = logging.getLogger("sherrington")


class UserError(Exception):
    """What stopped a run, as one sentence for the person who started it."""


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="config")
def main(config: DictConfig) -> None:
    """Run one experiment, or redraw it when it is done."""
    try:
        folder, lines = perform(config)
    except UserError as problem:
        print(f"sherrington: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("sherrington: stopped; what was finished is kept, the same command goes on from there.", file=sys.stderr)
        sys.exit(130)
    print("\n".join([*lines, f"results: {folder}"]), flush=True)


def perform(config: DictConfig) -> tuple[Path, list[str]]:
    """One experiment from its configuration.

    Returns:
        The folder of the results, and the headline.

    Raises:
        UserError: anything that the user can mend.
    """
    parts, numerics = declare(config)
    from sim.results.disk import StoreError
    from sim.run import Study, run

    question = parts.pop("question")
    if config.batch < 1:
        raise UserError(f"batch is the number of samples that run together, at least 1, but it is {config.batch}.")
    study = Study(**parts, numerics=numerics)
    try:
        study.check()
        folder = Path(config.out) / f"{config.name}-{study.digest()}"
        text = OmegaConf.to_yaml(config, resolve=True)
        results = run(study, folder / "store.zarr", batch=config.batch, config=text, seed=config.seed)
        lines = answer(question, results, folder)
    except (ValueError, StoreError) as problem:
        raise UserError(_sentence(problem)) from problem
    except OSError as problem:
        raise UserError(f"cannot write the results to {config.out!r}: {problem.strerror or problem}.") from problem
    return folder, lines


def declare(config: DictConfig) -> tuple[dict[str, Any], Any]:
    """The declared parts of a study, and its numerics, from a configuration.

    Raises:
        UserError: something cannot be declared like this.
    """
    from sim.spec.numerics import Numerics

    try:
        numerics = Numerics(config.dt, config.window, config.scheme, config.dtype)
    except ValueError as problem:
        raise UserError(_sentence(problem)) from problem
    parts = {}
    for name in ("network", "protocol", "record", "design", "backend", "question"):
        try:
            parts[name] = hydra.utils.instantiate(config[name], _convert_="all")
        except Exception as problem:  # Hydra wraps whatever a constructor raises
            root = _root(problem)
            where = (
                f"the configuration of {name!r} does not fit what it builds: " if isinstance(root, TypeError) else ""
            )
            raise UserError(where + _sentence(root)) from problem
    return parts, numerics


def answer(question: Any, results: Any, folder: Path) -> list[str]:
    """Measure (unless that was done with these settings and this code), draw, and return the headline."""
    from experiments import figures
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
    status = results["status"].values
    failed = {s.name.lower(): int((status == s).sum()) for s in Status if s > Status.DONE and (status == s).any()}
    lines = question.headline(measures)
    if failed:
        lines.append("failed samples: " + ", ".join(f"{count} {name}" for name, count in failed.items()))
    return lines


def _root(problem: BaseException) -> BaseException:
    while problem.__cause__ is not None:
        problem = problem.__cause__
    return problem


def _sentence(problem: BaseException) -> str:
    return " ".join(str(problem.args[0] if problem.args else problem).split())


if __name__ == "__main__":
    os.environ.setdefault("HYDRA_FULL_ERROR", "0")
    main()
