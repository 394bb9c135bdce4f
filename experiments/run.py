"""The command `sherrington`: configuration -> results -> measures -> figure, in one folder named by digest."""

import logging
import os
import re
import shlex
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import hydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException, OverrideParseException
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from experiments.arguments import quoted
from experiments.command import FOLDER, HELP, CommandError, arranged, own_folders, unreadable
from experiments.composing import ComposingError, guard
from experiments.configured import composed, within
from experiments.declare import declare, experiment_of
from experiments.errors import UserError, root, sentence
from experiments.keys import KeyUnknownError
from experiments.terminal import last_resort, readable, refuse, version

if TYPE_CHECKING:
    from sim.results.disk import DamagedError

log = logging.getLogger("sherrington")
FULL = "RESOURCE_EXHAUSTED|[Oo]ut of memory|can't start new thread"
"""How XLA begins when a device has no memory left, and Python when a process has none."""


def main() -> None:
    """The command: whatever goes wrong ends in one sentence.

    Exit status: 0 done, 1 stopped on the way, 2 something that the user can mend, 3 an error of ours, 130 interrupted.
    """
    readable()
    try:
        try:
            _command_line(sys.argv[1:])
        finally:
            if sys.stdout is not None:  # it may be closed
                sys.stdout.flush()
    except KeyboardInterrupt:
        print("sherrington: stopped; what was finished is kept, the same command goes on from there.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:  # whoever read the output has gone, as `head` does
        os._exit(141)
    except MemoryError as problem:
        refuse(f"not enough memory: {sentence(problem)}; what was finished is kept.")
    except Exception as problem:  # ours, or of a package: nothing that a user has to read
        _give_up(problem)


def _command_line(words: list[str]) -> None:
    """`status PATH` looks at a result, `check` at numerics, `describe` at a network, `sign` at an estimator,
    `experiments` at what may be asked, `--help` and `--version` say what this is; else an experiment."""
    task = experiment
    if words[:1] == ["status"]:
        from experiments.status import main as status

        sys.exit(status(words[1:]))
    if words[:1] == ["sign"]:
        from experiments.fit.signing import main as sign

        sys.exit(sign(words[1:]))
    if words[:1] == ["check"]:
        from experiments.check import check as task

        words = words[1:]
    if words == ["--version"]:
        print(f"sherrington {version()}")
        return
    os.environ.setdefault("HYDRA_FULL_ERROR", "1")  # Hydra then raises what it would print over several lines
    try:
        if words[:1] == ["describe"]:
            from experiments.describe import main as describe

            return describe(words[1:])
        if words[:1] == ["experiments"]:
            from experiments.help import questions

            about = [w for k, w in enumerate(words[1:], 1) if not w.startswith("-") and words[k - 1] not in FOLDER]
            return print(questions(" ".join(about), own_folders(words)))
        if any(word in HELP for word in words):
            from experiments.help import page

            return print(page(own_folders(words)))
        sys.argv[1:] = arranged(quoted(words))
        sys.path[:0] = own_folders(sys.argv)  # where a user's questions lie
        guard()
        task()
    except (UserError, CommandError, ComposingError, KeyUnknownError) as problem:
        refuse(str(problem))
    except OverrideParseException as problem:
        refuse(unreadable(problem.override))
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
    except (HydraException, OmegaConfBaseException) as problem:
        refuse(composed(problem))
    except Exception as problem:  # Hydra's own, as where a group is given a number, or a name that no file can have
        if not _of_hydra(problem):
            raise
        if isinstance(problem, ValueError):
            refuse(composed(problem))
        refuse(f"a group takes the name of a file in it, or a list of names, but Hydra says: {composed(problem)}")


def _give_up(problem: BaseException) -> NoReturn:
    print(f"sherrington: {last_resort(problem)}", file=sys.stderr)
    sys.exit(3)


@hydra.main(version_base="1.3", config_path="pkg://conf", config_name="config")
def experiment(config: DictConfig) -> None:
    """Run one experiment, or redraw it when it is done."""
    readable()  # also in a process that a launcher has started
    try:
        for own in own_folders(sys.argv):
            within(config, own)
        folder, lines = perform(config, _overrides())
    except UserError as problem:
        if HydraConfig.get().mode == RunMode.MULTIRUN:  # the other jobs go on; Hydra raises it again when they are done
            raise
        refuse(str(problem))
    except Exception as problem:
        if HydraConfig.get().mode == RunMode.MULTIRUN or isinstance(problem, BrokenPipeError):
            raise
        _give_up(problem)  # here, before Hydra adds words of its own
    print("\n".join([*lines, f"results: {folder}"]), flush=True)


def perform(config: DictConfig, given: Sequence[str] = ()) -> tuple[Path, list[str]]:
    """One experiment from its configuration.

    Args:
        given: settings that the user gave with it, as they stand on the command line.

    Returns:
        The folder of the answer (of the results, if others are still at work on them), and the headline.

    Raises:
        UserError: anything that the user can mend.
    """
    one = experiment_of(config, *declare(config, given), _command())
    from experiments.answered import answered
    from sim.results.disk import DamagedError, StoreError
    from sim.size import check_address_space

    try:
        check_address_space()
        try:
            return answered(one, Path(config.out))
        except DamagedError as problem:  # it is made again
            _withdraw(problem)
            return answered(one, Path(config.out))
    except (ValueError, ImportError, StoreError) as problem:
        raise UserError(sentence(problem)) from problem
    except (MemoryError, RuntimeError) as problem:
        if not isinstance(problem, MemoryError) and not re.search(FULL, str(problem)):
            raise
        raise UserError(
            f"not enough memory: {sentence(problem)}; take a smaller batch (batch=8, say) or a shorter protocol. What "
            "was finished is kept."
        ) from problem
    except OSError as problem:
        raise UserError(f"cannot write the results to {config.out!r}: {problem.strerror or problem}.") from problem


def _withdraw(problem: "DamagedError") -> None:
    """Have what was found damaged in a store when it was read to do again, with whatever else of it is."""
    from sim.results.mend import troubles, withdrawn
    from sim.results.store import Store

    store = Store.open(problem.store)
    withdrawn(store, problem.number, str(problem))
    for trouble in list(troubles(store, thoroughly=True)):
        withdrawn(store, trouble.number, trouble.what)


def _overrides() -> list[str]:
    """What was given on the command line, as it was written: with what it refers to unresolved."""
    if not HydraConfig.initialized():
        return []
    given = OmegaConf.to_container(HydraConfig.get().overrides.task, resolve=False)
    return [str(x) for x in given] if isinstance(given, list) else []


def _command() -> str:
    """The command that was given, without what changes no result."""
    kept = [x for x in _overrides() if x.partition("=")[0] not in ("slice", "slices", "out", "batch")]
    return shlex.join(["sherrington", *kept])


def _of_a_launcher(problem: BaseException) -> bool:
    """Whether an error was raised by what starts the jobs of a sweep: a job was killed, or cannot be submitted."""
    return _raised_in(problem) in ("joblib", "submitit")


def _of_hydra(problem: BaseException) -> bool:
    """Whether an error was raised while the configuration was composed or written out."""
    return any(_raised_in(one) in ("hydra", "omegaconf", "yaml", "antlr4") for one in (problem, root(problem)))


def _raised_in(problem: BaseException) -> str:
    """The package whose code raised an error, itself or by Python's own modules."""
    frames = [frame for frame, _ in traceback.walk_tb(problem.__traceback__)]
    names = [str(frame.f_globals["__name__"]).partition(".")[0] for frame in frames]
    return next((name for name in reversed(names) if name not in sys.stdlib_module_names), "")


if __name__ == "__main__":
    main()
