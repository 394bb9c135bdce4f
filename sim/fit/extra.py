"""The packages of the extra `fit`, loaded when they are needed."""

from importlib import import_module
from typing import Any

from sim.fit.errors import FitError
from sim.results.extras import installing


def needed(package: str, what: str) -> Any:
    """A module of the extra `fit`.

    Args:
        package: name of the module.
        what: needs it, for the error.

    Raises:
        FitError: it is not installed.
    """
    try:
        return import_module(package)
    except ModuleNotFoundError as problem:
        root = package.partition(".")[0]
        if (problem.name or "").partition(".")[0] != root:
            raise
        raise FitError(f"{what} needs {root}, which is not installed; {installing('fit')}.") from problem
