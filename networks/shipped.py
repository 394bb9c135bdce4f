"""Pools, segments and ankles that come with Sherrington, by name: the tables of conf/network, without a command line.

    networks.pool("hTA", size=8, monoamine=0.9)
    networks.segment(soleus={"monoamine": 0.5})
    networks.ankle(scale=0.1)

They are equal to what `sherrington network=hTA network.size=8 +network.set.monoamine=0.9` builds, to the digest.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from networks import antagonists, motor_pool
from networks.human_ankle import build
from networks.replaced import TABLE, USER, all_sourced
from sim.spec.network import Network, NetworkError
from sim.spec.params import nearest

_TABLES = files("conf").joinpath("network")
"""Where the tables lie."""
POOL, SEGMENT, ANKLE = "networks.motor_pool.build", "networks.antagonists.build", "networks.human_ankle.build.build"
CALLED = {POOL: "pool", SEGMENT: "segment", ANKLE: "ankle"}
"""What builds each kind of table, and the function here that reads it."""
REFERENCE = re.compile(r"\$\{network\.(\w+)\}")


def names() -> tuple[str, ...]:
    """What comes with Sherrington: `("ankle", "cMG", "hTA", "segment")`, say."""
    return tuple(sorted(file.name.removesuffix(".yaml") for file in _TABLES.iterdir() if file.name.endswith(".yaml")))


def pool(name: str = "hTA", *, size: int | None = None, cell: str | None = None, **values: Any) -> Network:
    """A pool of motoneurons.

    Args:
        name: one of `names()`, or the path of a YAML file of the same form.
        size: motoneurons; None leaves the number of the table.
        cell: one of `networks.motor_pool.CELLS`; None leaves that of the table.
        values: numbers in place of the table's: a quantity for all cells (`monoamine=0.9`, `tau_ca="80 ms"`; a `Param`
            says where it comes from), or what differs in its row (`tau_ca={"low": "60 ms"}`).

    Raises:
        NetworkError: no such pool, parameter or cell, or a row that is none.
        UnitError: a value in the wrong unit, or out of its bounds.
    """
    found = _table(name, POOL, "pool")
    rows = {key: value for key, value in values.items() if isinstance(value, Mapping)}
    single = {key: value for key, value in values.items() if key not in rows}
    found = _over(found, {"set": single, **_given(size=size, cell=cell)})
    graded = {key: {"source": USER, **row} for key, row in rows.items()}
    found = _resolved(_over(found, {"table": graded}), found)
    return _built(motor_pool.build, found, name)


def segment(
    name: str = "segment",
    *,
    size: int | None = None,
    afferents: int | None = None,
    interneurons: int | None = None,
    wiring: int | None = None,
    cell: str | None = None,
    **parts: Mapping[str, Any],
) -> Network:
    """A segment: two antagonist pools, their Ia afferents, Ia interneurons, muscles and ligand.

    Args:
        name: one of `names()`, or the path of a YAML file of the same form.
        size, afferents, interneurons: motoneurons and Ia fibres of each muscle, interneurons in each direction.
        wiring: number of the draw of who reaches whom.
        cell: a motoneuron of `networks.motor_pool.CELLS` that ends in `_segmental`.
        parts: values of a population or a projection by its name: `soleus={"monoamine": 0.5}`.

    Raises:
        NetworkError: no such segment, part, parameter or cell.
        UnitError: a value in the wrong unit, or out of its bounds.
    """
    given = _given(size=size, afferents=afferents, interneurons=interneurons, wiring=wiring, cell=cell)
    for part, value in parts.items():
        if not isinstance(value, Mapping):
            raise NetworkError(f"{part}={value!r} names no value; write {part}={{'PARAMETER': {value!r}}}.")
    found = _over(_table(name, SEGMENT, "segment"), {"set": parts, **given})
    found = _resolved(found, found)
    pools = {muscle: _built(motor_pool.build, table, name) for muscle, table in dict(found.pop("pools", {})).items()}
    return _built(antagonists.build, {**found, "pools": pools}, name)


def ankle(
    name: str = "ankle",
    *,
    scale: float | None = None,
    size: int | None = None,
    degrees: float | None = None,
    free: bool | None = None,
    only: Sequence[str] | None = None,
    wiring: int | None = None,
    cell: str | None = None,
    **parts: Mapping[str, Any],
) -> Network:
    """A human ankle: muscles, senses, nerves, motoneurons, interneurons, tendons and the joint.

    Args:
        name: one of `names()`, or the path of a YAML file of the same form.
        scale: part of the human numbers of cells.
        size: motoneurons of each muscle, whatever the scale.
        degrees: where the joint starts and is held, dorsiflexion positive.
        free: whether it moves.
        only: the muscles that it has: `["soleus"]`; None: all.
        wiring: number of the draw of who reaches whom.
        cell: a motoneuron of `networks.motor_pool.CELLS` that ends in `_ankle` or `_ankle_clamped`.
        parts: values of a population or a projection by its name: `soleus={"monoamine": 0.5}`.

    Raises:
        NetworkError: no such ankle, part, parameter or cell, or a scale that leaves a population empty.
        UnitError: a value in the wrong unit, or out of its bounds.
    """
    given = _given(scale=scale, size=size, degrees=degrees, free=free, only=only, wiring=wiring, cell=cell)
    for part, value in parts.items():
        if not isinstance(value, Mapping):
            raise NetworkError(f"{part}={value!r} names no value; write {part}={{'PARAMETER': {value!r}}}.")
    found = _over(_table(name, ANKLE, "ankle"), {"set": parts, **given})
    found = _resolved(found, found)
    muscles = {
        muscle: {**row, "pool": _built(motor_pool.build, row["pool"], name)}
        for muscle, row in dict(found.pop("muscles", {})).items()
    }
    return _built(build.build, {**found, "muscles": muscles}, name)


def _given(**settings: Any) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if value is not None}


def _table(name: str, kind: str, called: str) -> dict[str, Any]:
    """What a file says, over what the files say that it begins with."""
    own = Path(name) if str(name).endswith((".yaml", ".yml")) else None
    if own is None and name not in names():
        raise NetworkError(f"there is no {called} {name!r}: {nearest(name, names())}")
    if own is not None and not own.is_file():
        raise NetworkError(f"there is no file {name!r} with the table of a {called}.")
    found = _read(own or _TABLES.joinpath(f"{name}.yaml"))
    if found.get("_target_") != kind:
        other = CALLED.get(str(found.get("_target_")))
        hint = f"write networks.{other}({name!r})" if other else "its _target_ is none of them"
        raise NetworkError(f"{name!r} is no {called}; {hint}.")
    return {**found, "set": all_sourced(found.get("set") or {}, TABLE)}


def _read(file: Any, within: tuple[str, ...] = ()) -> dict[str, Any]:
    """A table over its `defaults`, each a name, or `NAME@KEY.KEY` for a place in it."""
    if str(file) in within:
        raise NetworkError(f"{file} begins with itself (defaults); rename it, or name another table there.")
    try:
        own = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as problem:
        raise NetworkError(f"cannot read {file}: {' '.join(str(problem).split())}.") from problem
    if not isinstance(own, dict):
        raise NetworkError(f"{file} holds no table of a network.")
    found: dict[str, Any] = {}
    for base in own.pop("defaults", None) or []:
        base_name, _, place = str(base).partition("@")
        places = (Path(str(file)).with_name(f"{base_name}.yaml"), _TABLES.joinpath(f"{base_name}.yaml"))
        beside = next((path for path in places if path.is_file()), None)
        if beside is None:
            raise NetworkError(f"{file} begins with {base_name!r}, which is not there: {nearest(base_name, names())}")
        table = _read(beside, (*within, str(file)))
        for key in reversed(place.split(".") if place else []):
            table = {key: table}
        found = _over(found, table)
    return _over(found, own)


def _over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Two trees, the second one's values over the first one's."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, Mapping) and isinstance(merged.get(key), Mapping)
        merged[key] = _over(merged[key], value) if both else value
    return merged


def _resolved(table: Any, whole: Mapping[str, Any]) -> Any:
    """A tree whose `${network.KEY}` have the value of that key of the whole."""
    if isinstance(table, Mapping):
        return {key: _resolved(value, whole) for key, value in table.items()}
    found = REFERENCE.fullmatch(table) if isinstance(table, str) else None
    if found and found[1] not in whole:
        raise NetworkError(f"the table uses {table}, but has no {found[1]!r}: {nearest(found[1], whole)}")
    return whole[found[1]] if found else table


def _built(build: Callable[..., Network], table: Mapping[str, Any], name: str) -> Network:
    arguments = {key: value for key, value in table.items() if key != "_target_"}
    try:
        return build(**arguments)
    except (TypeError, AttributeError) as problem:
        raise NetworkError(f"the table {name!r} does not fit {build.__module__}.build: {problem}.") from problem
