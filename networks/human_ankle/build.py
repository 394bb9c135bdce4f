"""The human ankle: muscles, their senses, nerves and motoneurons, the interneurons between them, tendons and the joint.

    reticulospinal ---+ (all muscles)
                      v
    command ---> motoneurons <---> axons (nerve, belly) ---> muscle units ---> tendon ---> ankle
                    ^   |                                                       |  length, force
    Ia, II, Ib <----+---+--- Renshaw, Ia, Ib and presynaptic interneurons       v
    terminals <---> axons (nerve, belly) <---> endings <----------------- spindle, tendon organs

A population is called by its muscle and its kind (`soleus`, `soleus_ia_terminal`, `soleus_units`); the stimulators of
nerves by the nerve (`posterior_tibial`), those of bellies `soleus_electrode`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from networks import mechanics
from networks.human_ankle.cord import cord
from networks.human_ankle.electrodes import electrodes, over_belly
from networks.human_ankle.experimenter import experimenter
from networks.human_ankle.motor import motor, reticulospinal
from networks.human_ankle.muscle import Muscle
from networks.human_ankle.parts import Parts, joined
from networks.human_ankle.person import person
from networks.human_ankle.sensory import sensory
from networks.replaced import all_kept, sourced
from sim.spec.kinds import listed
from sim.spec.kinds import table as rows_of
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import nearest
from sim.spec.projection import Projection
from sim.units import in_unit, shown


def build(
    *,
    muscles: Mapping[str, Mapping[str, Any]],
    scale: float = 0.1,
    size: int | None = None,
    cell: str = "",
    wiring: int = 0,
    degrees: float = 0.0,
    free: bool = False,
    only: Sequence[str] | None = None,
    set: Mapping[str, Mapping[str, Any]] | None = None,
    name: str = "ankle",
) -> Network:
    """An ankle.

    Args:
        muscles: name -> what the muscle brings (`networks.human_ankle.muscle.Muscle`), with human numbers of cells.
        scale: of these numbers; a volley of all fibres means the same at every scale.
        size: motoneurons of each muscle, whatever the scale.
        cell: the kind of motoneuron, for captions; the pools have it.
        wiring: another number, another draw of who reaches whom.
        degrees: where the ankle starts and is held, dorsiflexion positive.
        free: whether it moves.
        only: the muscles that it has, of `muscles`, with all that is theirs; None: all. What the others bring to these
            is left out, and so is what `set` says of them.
        set: values that replace those of a population or projection, for example `{soleus: {monoamine: 0.9}}`.
        name: what the whole is called.

    Raises:
        NetworkError: a muscle that is none, an antagonist or synergist that is not there, a nerve of the name of
            something else, a scale that leaves a population empty, or a name in `set` that is nothing here.
        UnitError: a value in the wrong unit.
    """
    part = in_unit(scale, "", "network.scale")
    if not 0 < part <= 1:
        raise NetworkError(f"network.scale is a part of the human numbers of cells, 0 to 1, but it is {shown(scale)}.")
    muscles, set = _without(muscles, set, only)
    found = _muscles(muscles, part)
    if size is not None:
        sized = {"motoneurons": "size of the network"}
        found = {k: replace(own, motoneurons=size, counts={**own.counts, **sized}) for k, own in found.items()}
    sizes, tables = ({k: getattr(m, what) for k, m in found.items()} for what in ("motoneurons", "mechanics"))
    limb = mechanics.build(sizes, tables=tables, degrees=degrees, free=free)
    body = (
        *(motor(own) for own in found.values()),
        reticulospinal(found.values()),
        *(sensory(own) for own in found.values()),
        cord(found, wiring),
        person(found.values()),
        experimenter(found.values()),
    )
    _check_nerves(found, [*(p.name for part in (*body, limb) for p in part.populations), *map(over_belly, found)])
    parts = joined((*body, electrodes(found.values()), Parts(*limb)))
    populations, projections = _changed(parts, found.values(), set)
    counts = ", ".join(f"{k} {m.motoneurons} motoneurons and {m.ia} Ia fibres" for k, m in found.items())
    words = f"ankle at {part:g} of human numbers ({cell}): {counts}"
    return all_kept(Network(populations, projections, parts.signals, parts.shared, words=words), set)


def _without(
    muscles: Mapping[str, Mapping[str, Any]], set: Mapping[str, Any] | None, only: Sequence[str] | None
) -> tuple[Mapping[str, Mapping[str, Any]], Mapping[str, Any] | None]:
    """The table and the values of an ankle that has some of its muscles only."""
    if only is None:
        return muscles, set
    rows, kept = rows_of("network.muscles", muscles, NetworkError), listed("network.only", only, NetworkError)
    if unknown := [name for name in kept if name not in rows]:
        raise NetworkError(f"network.only names {unknown[0]!r}, no muscle of this ankle: {nearest(unknown[0], rows)}")
    if not kept:
        raise NetworkError(
            "network.only names no muscle; an ankle has one at least, for example network.only=[soleus]."
        )
    found = {}
    for name in kept:
        row = dict(rows_of(f"the muscle {name!r} of an ankle", rows[name], NetworkError))
        row["antagonists"] = [other for other in row.get("antagonists") or () if other in kept]
        row["synergists"] = {k: share for k, share in (row.get("synergists") or {}).items() if k in kept}
        found[name] = row
    gone = tuple(name for name in rows if name not in kept)
    of_gone = {key for key in set or {} if any(key == name or key.startswith(f"{name}_") for name in gone)}
    return found, {key: value for key, value in (set or {}).items() if key not in of_gone}


def _muscles(muscles: Mapping[str, Mapping[str, Any]], scale: float) -> dict[str, Muscle]:
    found = {}
    for key, row in rows_of("network.muscles", muscles, NetworkError).items():
        found[key] = Muscle.read(key, row).scaled(scale)
    for own in found.values():
        for what, others in (("antagonist", own.antagonists), ("synergist", own.synergists)):
            for other in others:
                if other not in found or other == own.name:
                    raise NetworkError(
                        f"{own.name!r} has the {what} {other!r}, which is no other muscle: {nearest(other, found)}"
                    )
    return found


def _check_nerves(muscles: Mapping[str, Muscle], others: Iterable[str]) -> None:
    """The stimulator of a nerve is a population of the nerve's name, so no other part may have it."""
    taken = set(others)
    for own in muscles.values():
        if own.nerve in taken:
            raise NetworkError(
                f"the nerve of the muscle {own.name!r} is {own.nerve!r}, which is another part of the ankle; call it "
                "something else, for example 'posterior_tibial'."
            )


def _changed(
    parts: Parts, muscles: Collection[Muscle], set: Mapping[str, Mapping[str, Any]] | None
) -> tuple[tuple[Population, ...], tuple[Projection, ...]]:
    """Populations and projections with the values that replace theirs, and where numbers of cells come from."""
    changes = dict(set or {})
    if not all(isinstance(x, Mapping) for x in changes.values()):
        raise NetworkError(f"network.set is name: {{name: value}}, but it is {shown(set)}.")
    populations = [replace(p, origin="".join(own.origin(p.name) for own in muscles)) for p in parts.populations]
    names = [p.name for p in (*populations, *parts.projections)]
    if unknown := [name for name in changes if name not in names]:
        raise NetworkError(f"`set` changes {unknown[0]!r}, which is no part of the ankle: {nearest(unknown[0], names)}")

    def own(p: Population | Projection) -> dict[str, Any]:
        return {what: sourced(value) for what, value in changes.get(p.name, {}).items()}

    for p in parts.projections:
        if wrong := sorted(own(p).keys() - {"weight", "delay"}):
            raise NetworkError(
                f"`set` changes {wrong[0]!r} of the projection {p.name!r}, which has a weight and a delay."
            )
    return (
        tuple(replace(p, params={**p.params, **own(p)}) if own(p) else p for p in populations),
        tuple(replace(p, **own(p)) if own(p) else p for p in parts.projections),
    )
