"""An antagonist segment: two motoneuron pools and the Ia inhibitory interneurons by which they silence each other.

    Ia afferents of A ---> interneurons ---| motoneurons of B ---> muscle B            and the other way round
                 \\---> motoneurons of A ---> muscle A                                  one ligand for all motoneurons

`network.reciprocal_soma_share` is the part of this inhibition that lies on the soma, see `networks.on_soma`.

A population is called by its muscle and its kind: `soleus`, `soleus_ia` (afferents), `soleus_in` (the interneurons
that silence the soleus, driven by the afferents of its antagonist), `soleus_muscle`; and `ligand`. A stimulus of a
nerve is a pulse on the port `stimulus` of its afferents; its intensity is the fraction of them that fire.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from networks import on_soma
from networks.cells import afferent, ia_interneuron, muscle
from networks.neuromodulation import LIGAND_POOL
from networks.replaced import all_kept, sourced
from sim.spec.kinds import part, whole
from sim.spec.kinds import table as rows_of
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Graded, Param, nearest
from sim.spec.projection import Projection, Signal
from sim.spec.wiring import All, Convergent, OneToOne
from sim.units import quantity, shown

UNITS = {"soleus": muscle.SOLEUS, "tibialis": muscle.TIBIALIS_ANTERIOR}
"""Muscles that a pool may move."""

JANKOWSKA = "Jankowska & Roberts 1972 (J Physiol 222:623, cat)"
REMOTO = "ReMoto (Cisi & Kohn 2008) configuration"
IPSP = (
    f"fitted to a largest Ia IPSP of 2 mV at rest in the lowest-threshold cell: unitary ones are 8 to 220 uV and 10 to "
    f"200 times smaller than it, {JANKOWSKA}; at a half"
)


def build(
    *,
    pools: Mapping[str, Network],
    size: int,
    afferents: int,
    interneurons: int,
    cell: str = "",
    wiring: int = 0,
    set: Mapping[str, Mapping[str, Any]] | None = None,
    name: str = "segment",
) -> Network:
    """Two antagonist pools and what joins them.

    Args:
        pools: two muscles of `UNITS` -> their motoneurons (see `networks.motor_pool.build`), of a segmental cell.
        size: motoneurons in each pool.
        afferents: Ia fibres of each muscle.
        interneurons: Ia inhibitory interneurons in each direction.
        cell: the kind of motoneuron, for captions; the pools have it.
        wiring: another number, another draw of who reaches whom.
        set: values that replace those of a population or projection, for example `{soleus: {monoamine: 0.9}}`.
        name: what the whole is called in captions.

    Raises:
        NetworkError: not two muscles, an unknown one, a cell without segmental inputs, or a name in `set` that is
            nothing here.
        UnitError: a value in the wrong unit.
    """
    for what, count in (("size", size), ("afferents", afferents), ("interneurons", interneurons)):
        if (found := whole(count)) is None or found < 1:
            raise NetworkError(f"network.{what} of a segment is a whole number from 1, but it is {shown(count)}.")
    said = "write network.set={soleus: {monoamine: 0.9}}"
    if not isinstance(set or {}, Mapping) or not all(isinstance(x, Mapping) for x in (set or {}).values()):
        raise NetworkError(f"network.set is name: {{name: value}}, but it is {shown(set)}; {said}.")
    pools = {
        str(k): part(f"the pool {k!r}", x, Network, NetworkError)
        for k, x in rows_of("network.pools", pools, NetworkError).items()
    }
    if len(pools) != 2:
        raise NetworkError(f"a segment has two antagonist pools, but there are {len(pools)}: {', '.join(pools)}.")
    changed: dict[str, dict[str, Any]] = {
        key: {what: sourced(value) for what, value in values.items()} for key, values in (set or {}).items()
    }
    populations, projections, signals = [], [], []
    for muscle_name, antagonist in zip(pools, reversed(tuple(pools)), strict=True):
        if muscle_name not in UNITS:
            raise NetworkError(f"there are no muscle units of {muscle_name!r}: {nearest(muscle_name, UNITS)}")
        pool = pools[muscle_name].populations[0]
        if "ligand" not in {port.name for port in pool.model.parsed.ports}:
            raise NetworkError(
                f"the motoneurons of {muscle_name!r} are {pool.model.name!r}, which nothing in a segment can reach; "
                "choose a cell whose name ends in _segmental."
            )
        populations += [
            Population(muscle_name, pool.model, size, {**pool.params, **changed.pop(muscle_name, {})}),
            _fibres(f"{muscle_name}_ia", afferents, changed),
            Population(
                f"{muscle_name}_in", ia_interneuron.INTERNEURON, interneurons, changed.pop(f"{muscle_name}_in", {})
            ),
            _units(f"{muscle_name}_muscle", muscle_name, size, changed),
        ]
        projections += _projections(muscle_name, antagonist, afferents, interneurons, wiring)
        signals += [
            Signal(f"{muscle_name}_force", f"{muscle_name}_muscle.share"),
            Signal(f"{muscle_name}_emg", f"{muscle_name}_muscle.emg"),
        ]
    populations.append(Population("ligand", LIGAND_POOL, 1, changed.pop("ligand", {})))
    signals.append(Signal("ligand_level", "ligand.ligand"))
    projections = [_changed(p, changed.pop(p.name, {})) for p in projections]
    if changed:
        names = [p.name for p in (*populations, *projections)]
        wrong = next(iter(changed))
        raise NetworkError(f"`set` changes {wrong!r}, which is no part of the segment: {nearest(wrong, names)}")
    words = (
        f"segment of {' and '.join(pools)}, of each muscle {size} motoneurons ({cell}), {afferents} Ia fibres, and "
        f"{interneurons} Ia interneurons that silence it"
    )
    halves = {(f"{k}_in_to_{k}_dendrites", f"{k}_in_to_{k}_soma"): _half(interneurons) for k in pools}
    shared = (on_soma.reciprocal(halves, IPSP),)
    return all_kept(Network(tuple(populations), tuple(projections), tuple(signals), shared, words=words), set)


def _fibres(name: str, size: int, changed: dict[str, dict[str, Any]]) -> Population:
    own = {
        "stimulus_threshold": Graded(0.0, 1 - 1 / size, 0.0, "rank: an intensity of 0.3 recruits 30 % of the fibres"),
        "first_goal": Graded(1 / size, 1.0, 0.0, "numerical: the fibres do not start in step"),
    }
    return Population(name, afferent.FIBRE, size, {**own, **changed.pop(name, {})})


def _units(name: str, muscle_name: str, size: int, changed: dict[str, dict[str, Any]]) -> Population:
    """The units of a muscle; their forces are counted in percent of what all of them bring in a tetanus."""
    units = Population(name, muscle.UNIT, size, {**UNITS[muscle_name], **changed.pop(name, {})})
    twitch, ratio = (_across(units.table()[row], size) for row in ("twitch_force", "tetanus_ratio"))
    whole = Param(f"{float((twitch * ratio).sum()) / quantity('1 N').number!r} N", "sum of the units' tetanic forces")
    return replace(units, params={"whole": whole, **units.params})


def _across(param: Graded | Param, size: int) -> np.ndarray:
    """The value of every unit, coherent units, (unit,)."""
    leaves = {leaf: np.array([value.number]) for leaf, value in param.leaves().items()}
    return np.broadcast_to(param.across(size, leaves)[0], (size,))


def _projections(muscle_name: str, antagonist: str, afferents: int, interneurons: int, wiring: int) -> list[Projection]:
    """What reaches a muscle's motoneurons and units.

    A volley of all fibres raises the motoneurons' and interneurons' conductances by the same, however many fibres and
    interneurons stand for it: weights are sums over them, divided by their number.
    """
    nerve = Graded(
        "9.4 ms",
        "11.2 ms",
        0.0,
        f"0.6 m of nerve and fibres of 66 to 55 m/s ({REMOTO}), synapse 0.3 ms; lengths chosen",
    )
    return [
        Projection(
            f"{antagonist}_ia_to_{muscle_name}_in",
            f"{antagonist}_ia",
            f"{muscle_name}_in.g_ia",
            weight=Graded(
                f"{435 / afferents} nS",
                f"{109 / afferents} nS",
                0.0,
                "chosen: interneurons are recruited one after the other by 20 to 80 % of the fibres (87 nS is enough)",
            ),
            delay=nerve,
            wiring=All(),
        ),
        *(
            Projection(
                f"{muscle_name}_in_to_{place}",
                f"{muscle_name}_in",
                f"{muscle_name}.g_recip_{kind}",
                weight=Param(_half(interneurons), IPSP),
                delay=Param("1 ms", "about 1 ms beyond the monosynaptic path: Crone 1987, human"),
                wiring=Convergent(_heard(interneurons), wiring, f"{muscle_name}_in"),  # the same on soma and dendrites
            )
            for place, kind in ((f"{muscle_name}_dendrites", "dend"), (f"{muscle_name}_soma", "soma"))
        ),
        Projection(
            f"{muscle_name}_ia_to_{muscle_name}",
            f"{muscle_name}_ia",
            f"{muscle_name}.g_ia",
            weight=Graded(
                f"{1100 / afferents} nS",
                f"{1900 / afferents} nS",
                1.0,
                "chosen: composite EPSP of 3.2 to 1.5 mV at rest, lowest to highest threshold; in mV unknown in humans",
            ),
            delay=nerve,
            # 94 % of the motoneurons receive each fibre: Mendell & Henneman 1968 (Science 160:96, cat)
            wiring=Convergent(max(1, round(0.94 * afferents)), wiring),
        ),
        *(
            Projection(
                f"{muscle_name}_{what}",
                muscle_name,
                f"{muscle_name}_muscle.{state}",
                weight=Param(1.0, "one spike, one twitch"),
                delay=Graded("18.2 ms", "15.1 ms", 1.0, f"0.8 m of nerve and axons of 44 to 53 m/s, {REMOTO}"),
                wiring=OneToOne(),
            )
            for what, state in (("twitches", "a"), ("potentials", "envelope"))
        ),
        Projection(
            f"ligand_to_{muscle_name}",
            "ligand.ligand",
            f"{muscle_name}.ligand",
            weight=Param(1.0, "the receptors' gain is a parameter of the motoneurons"),
            delay=Param("0 ms", "none: one ligand for the whole segment"),
        ),
    ]


def _heard(interneurons: int) -> int:
    """How many of the interneurons each motoneuron hears: 20 %, as in ReMoto."""
    return max(1, round(0.2 * interneurons))


def _half(interneurons: int) -> str:
    """Half of what an Ia interneuron brings to a motoneuron; a volley of all brings 1250 nS."""
    return f"{625 / _heard(interneurons)} nS"


def _changed(projection: Projection, values: Mapping[str, Any]) -> Projection:
    if unknown := sorted(values.keys() - {"weight", "delay"}):
        raise NetworkError(
            f"`set` changes {unknown[0]!r} of the projection {projection.name!r}, which has a weight and a delay."
        )
    return replace(projection, **values)
