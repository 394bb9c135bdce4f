"""What a group of the configuration may build: an allow-list by kind, checked before anything is imported or called.

A `_target_` names a class that derives from a kind of its group (a question from `Question`, a network from `Network`,
...), or a function that is annotated to return one, where it is defined. Users' own modules may have some too: their
source is read first, and imported only if it defines such a thing. Nothing of Python's own library, and nothing that a
module has merely imported, is built.
"""

import ast
import importlib
import importlib.machinery
import inspect
import sys
import typing
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

NETWORK = (
    "sim.spec.network.Network", "sim.spec.population.Population", "sim.spec.projection.Projection",
    "sim.spec.projection.Signal", "sim.spec.shared.Shared", "sim.spec.state.State", "sim.spec.model.Model",
    "sim.spec.model.Block", "sim.spec.params.Param", "sim.spec.params.Graded", "sim.spec.wiring.All",
    "sim.spec.wiring.OneToOne", "sim.spec.wiring.Random", "sim.spec.wiring.Convergent", "sim.spec.wiring.Table",
)  # fmt: skip
ANALYSIS = (
    "sim.analysis.delta_f_convention.DeltaFConvention", "sim.analysis.delta_f_convention.DeltaFCriteria",
    "sim.analysis.smoothing.RateConvention", "sim.analysis.smoothing.Smoother", "sim.analysis.polynomial.Polynomial",
    "sim.analysis.hann.Hann", "sim.analysis.support_vector.SupportVector",
)  # fmt: skip
FITTED = (
    "sim.design.space.Space", "sim.design.grid.Grid", "sim.fit.observation.Observation", "sim.spec.composed.Protocol",
)  # fmt: skip
KINDS: Mapping[str, tuple[str, ...]] = {
    "network": NETWORK,
    "state": ("sim.spec.state.State",),
    "protocol": ("sim.spec.composed.Protocol",),
    "intervention": ("sim.spec.composed.Protocol",),
    "record": ("sim.spec.record.Record",),
    "design": (
        "sim.design.product.Design", "sim.design.factor.Factor", "sim.design.space.Space", "sim.spec.state.State",
    ),
    "backend": (
        "sim.backends.base.Backend", "sim.backends.jax_backend.JaxBackend", "sim.backends.brian2_backend.Brian2Backend",
    ),
    "targets": ("experiments.fit.observed.Targets",),
    "search": ("experiments.fit.sought.Sought", "sim.design.space.Space"),
    "question": (
        "experiments.question.Question", "experiments.fit.observed.Targets",
        "experiments.measures.decomposed.Decomposed", *ANALYSIS, *NETWORK, *FITTED,
    ),
}  # fmt: skip
"""What each group may hold, at any depth, by the place where it is defined."""
OURS = ("networks", "sim", "experiments")
KEYS = ("_target_", "_args_", "_convert_", "_recursive_")
"""What else of Hydra's words may stand beside a `_target_`."""


class TargetError(ValueError):
    """A target that the group may not have; the message is one sentence."""


def build(group: str, value: Any, path: str = "") -> Any:
    """What a group of the configuration declares, everything in it checked first.

    Args:
        group: one of `KINDS`.
        value: plain lists, tables and values.
        path: of the value in the configuration, for an error.

    Raises:
        TargetError: a target that is not allowed.
        Exception: whatever a constructor raises.
    """
    path = path or group
    targets = dict(_found(group, value, path))
    return _made(value, targets, path)


def _made(value: Any, targets: Mapping[str, Callable[..., Any]], path: str) -> Any:
    if isinstance(value, Mapping):
        parts = {key: _made(x, targets, f"{path}.{key}") for key, x in value.items() if key not in KEYS}
        if path not in targets:
            return parts
        return targets[path](*_made(value.get("_args_", []), targets, f"{path}._args_"), **parts)
    if isinstance(value, list):
        return [_made(x, targets, f"{path}.{k}") for k, x in enumerate(value)]
    return value


def _found(group: str, value: Any, path: str) -> typing.Iterator[tuple[str, Callable[..., Any]]]:
    """The place of every target, and what it is."""
    if isinstance(value, list):
        for k, x in enumerate(value):
            yield from _found(group, x, f"{path}.{k}")
    if not isinstance(value, Mapping):
        return
    for key, x in value.items():
        if isinstance(key, str) and key.startswith("_") and key.endswith("_") and key not in KEYS:
            raise TargetError(f"{path} has {key!r}, which has no meaning here; leave it out.")
        yield from _found(group, x, f"{path}.{key}")
    if "_target_" not in value:
        return
    if not isinstance(value.get("_args_", []), list):
        raise TargetError(f"{path}._args_ is a list of values, but it is {value['_args_']!r}.")
    try:
        yield path, target(group, value["_target_"])
    except TargetError as problem:
        raise TargetError(f"{path}._target_: {problem}") from None


def target(group: str, name: Any) -> Callable[..., Any]:
    """The class or function of a dotted name.

    Raises:
        TargetError: there is none, or the group may not have it.
    """
    allowed = f"{group} is built by a {_short(KINDS[group][0])}, or a function annotated to return one"
    if not isinstance(name, str) or not all(map(str.isidentifier, name.split("."))) or "." not in name:
        raise TargetError(f"{name!r} is no dotted name of a class or function; {allowed}.")
    head = name.partition(".")[0]
    if head in sys.stdlib_module_names or head == "builtins" or any(x.startswith("_") for x in name.split(".")):
        raise TargetError(f"{name!r} is not built here; {allowed}.")
    module, _, own = name.rpartition(".")
    file = source(module)
    if file is None:
        raise TargetError(f"there is no module {module!r} for {name!r}; {allowed}.")
    if head in OURS:
        return _checked(group, name, getattr(importlib.import_module(module), own, None), allowed)
    if not defines(file, own):
        raise TargetError(
            f"{module!r} does not define {own!r} as a class that derives from another, or a function with the type of "
            f"what it returns; {allowed}."
        )
    try:
        found = getattr(importlib.import_module(module), own, None)
    except Exception as problem:  # whatever a user's module does
        raise TargetError(f"the module {module!r} cannot be imported: {' '.join(str(problem).split())}.") from problem
    return _checked(group, name, found, allowed)


def _checked(group: str, name: str, found: Any, allowed: str) -> Callable[..., Any]:
    kinds = tuple(map(_kind, KINDS[group]))
    if isinstance(found, type):
        given = found
    elif inspect.isfunction(found):
        try:
            given = typing.get_type_hints(found).get("return")
        except (NameError, TypeError):
            given = None
    else:
        given = None
    if not isinstance(given, type) or not any(kind in given.__mro__ for kind in kinds):
        if found is None:
            raise TargetError(f"there is no {name!r}; {allowed}.")
        raise TargetError(f"{name!r} is not built here; {allowed}.")
    return found


@cache
def _kind(name: str) -> type:
    module, _, own = name.rpartition(".")
    return getattr(importlib.import_module(module), own)


def source(module: str) -> Path | None:
    """The file of a module, found without importing anything."""
    places: Any = None
    spec = None
    for k, _ in enumerate(parts := module.split(".")):
        spec = importlib.machinery.PathFinder.find_spec(".".join(parts[: k + 1]), places)
        if spec is None:
            return None
        places = spec.submodule_search_locations
        if places is None and k + 1 < len(parts):
            return None
    return Path(spec.origin) if spec is not None and spec.origin and spec.origin.endswith(".py") else None


def defines(file: Path, name: str) -> bool:
    """Whether the source of a module defines a class with a base, or a function with the type of what it returns."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return bool(node.bases)
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node.returns is not None
    return False


def _short(name: str) -> str:
    return name.rpartition(".")[2]
