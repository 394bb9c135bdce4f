"""The axons of a nerve: where they can be stimulated, what joins these places, and pulses on them.

    cord end  <-- 0.6 m -->  nerve  <-- 0.6 m -->  belly  <-- 0.1 m -->  muscle end

An axon is a chain of nodes (`networks.cells.axon`), one where electrodes lie, joined by projections of one cell to one
cell, both ways. The time along a stretch is its length divided by the velocity, for both directions and for the nodes
alike: places and velocities are numbers that they share, and what a state or a design changes is
`network.NAME_SITE_at`, `network.NAME_length`, `network.NAME_slowest`, `network.NAME_fastest` and `network.NAME_skew`.

A node takes one step of the simulation to fire, so each makes an impulse that much later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from networks.cells.axon import NODE, STRONGEST
from sim.spec.kinds import listed, table, whole, word
from sim.spec.network import NetworkError, Population
from sim.spec.params import SKEWS, Graded, Param, Value, nearest
from sim.spec.projection import Projection
from sim.spec.protocol import Protocol, ProtocolError, Together, Train
from sim.spec.shared import Shared
from sim.spec.wiring import OneToOne
from sim.units import in_unit, shown

Number = Param | Graded | Value

REMOTO = "ReMoto (Cisi & Kohn 2008) configuration"
MOTOR_VELOCITY = Graded("44 m/s", "53 m/s", 0.0, f"{REMOTO}: motor axons")
IA_VELOCITY = Graded("55 m/s", "66 m/s", 0.0, f"{REMOTO}: Ia axons")


@dataclass(frozen=True)
class End:
    """One end of the axons.

    Args:
        sends: population whose spikes run into the axons, cell i into axon i; empty if nothing fires there.
        hears: state -> what an impulse that arrives adds to it, for example `{"soleus.antidromic": 1}`: a cell into
            which impulses run back has `axon.END`, a motoneuron `powers_heckman.antidromic()`.
        conduction: graded parameters there that are the time to the nearest site, for example
            `("soleus_ia_ending.conduction",)`.
    """

    sends: str = ""
    hears: Mapping[str, Param | Value] = field(default_factory=dict)
    conduction: tuple[str, ...] = ()


class Axons(NamedTuple):
    """What axons add to a network."""

    populations: tuple[Population, ...]
    projections: tuple[Projection, ...]
    shared: tuple[Shared, ...]


def axons(
    name: str,
    size: int,
    *,
    sites: Mapping[str, Value],
    length: Value,
    velocity: Graded,
    cord: End,
    muscle: End,
    numbers: Mapping[str, Number],
    origin: str,
    differ: Mapping[str, Mapping[str, Number]] | None = None,
) -> Axons:
    """Axons of one kind.

    Args:
        name: of them all; the nodes at a site are the population `NAME_SITE`.
        size: how many.
        sites: where they can be stimulated -> distance from the cord, in the order from there to the muscle.
        length: from the cord to the muscle.
        velocity: of conduction, in the order of the cells at the ends.
        cord, muscle: what is at the ends.
        numbers: of the nodes, for example `networks.cells.axon.MOTOR`.
        origin: where the distances come from.
        differ: site -> numbers of the nodes there that are others.

    Raises:
        NetworkError: no axon, no site, a site that does not lie between the one before it and the muscle, axons that
            nothing fires and nothing hears, or that do not conduct.
        UnitError: a distance or a velocity in another unit.
    """
    word("the name of axons", name, NetworkError)
    if (count := whole(size)) is None or count < 1:
        raise NetworkError(f"the `size` of the axons {name!r} is a whole number from 1, but it is {shown(size)}.")
    if not any((cord.sends, cord.hears, muscle.sends, muscle.hears)):
        raise NetworkError(f"the axons {name!r} reach nothing; say what `cord` and `muscle` send or hear: End(...).")
    slow = _velocity(name, velocity)
    sites = _sites(name, sites, length)
    if unknown := [site for site in differ or {} if site not in sites]:
        raise NetworkError(
            f"nodes of {name!r} differ at {unknown[0]!r}, which is no site: {nearest(unknown[0], sites)}"
        )
    nodes = [f"{name}_{site}" for site in sites]
    places = {**{f"{node}_at": at for node, at in zip(nodes, sites.values(), strict=True)}, f"{name}_length": length}
    stretches = [next(iter(places)), *(f"({far} - {near})" for near, far in pairwise(places))]
    computed: dict[str, str] = {}  # what takes the time along a stretch -> the stretch

    def takes(path: str, k: int) -> Graded:
        computed[path] = stretches[k]
        return Graded("1 ms", "1 ms", slow.skew)  # until the shared numbers are known

    def along(k: int, source: str, target: str, weight: Param | Value = 1.0) -> Projection:
        called = f"{source}_to_{target.replace('.', '_')}"
        given = weight if isinstance(weight, Param) else Param(weight, "each impulse")
        return Projection(called, source, target, given, takes(f"network.{called}.delay", k), OneToOne())

    populations = tuple(
        Population(
            node,
            NODE,
            count,
            {
                **numbers,
                **(differ or {}).get(site, {}),
                "conduction_above": takes(f"network.{node}.conduction_above", k),
                "conduction_below": takes(f"network.{node}.conduction_below", k + 1),
            },
        )
        for k, (site, node) in enumerate(zip(sites, nodes, strict=True))
    )
    first, last, end = nodes[0], nodes[-1], len(nodes)
    projections = (
        *((along(0, cord.sends, f"{first}.above"),) if cord.sends else ()),
        *(along(k, a, f"{b}.above") for k, (a, b) in enumerate(pairwise(nodes), 1)),
        *(along(k, b, f"{a}.below") for k, (a, b) in enumerate(pairwise(nodes), 1)),
        *((along(end, muscle.sends, f"{last}.below"),) if muscle.sends else ()),
        *(along(0, first, state, weight) for state, weight in cord.hears.items()),
        *(along(end, last, state, weight) for state, weight in muscle.hears.items()),
    )
    for k, place in ((0, cord), (end, muscle)):
        for path in place.conduction:
            takes(f"network.{path}", k)
    shared = (
        *(Shared(place, at, {}, origin, ("0 m", "10 m")) for place, at in places.items()),
        *(
            Shared(
                f"{name}_{which}",
                value,
                {f"{path}.{leaf}": f"{stretch}/{name}_{which}" for path, stretch in computed.items()},
                slow.source,
                ("0.1 m/s", "200 m/s"),
            )
            for which, leaf, value in (("slowest", "low", slow.low), ("fastest", "high", slow.high))
        ),
        Shared(f"{name}_skew", slow.skew, {f"{path}.skew": f"{name}_skew" for path in computed}, slow.source, SKEWS),
    )
    return Axons(populations, projections, shared)


def _velocity(name: str, velocity: Graded) -> Graded:
    what = f"the `velocity` of the axons {name!r}"
    if not isinstance(velocity, Graded):
        raise NetworkError(f"{what} is graded from the first to the last, but it is {shown(velocity)}; give a Graded.")
    for value in (velocity.low, velocity.high):
        if in_unit(value, "m/s", what) <= 0:
            raise NetworkError(f"{what} is above zero, but it is {value!r}; a block is no velocity.")
    return velocity


def _sites(name: str, sites: Mapping[str, Value], length: Value) -> dict[str, Value]:
    """The sites, each between the one before it and the muscle."""
    found = table(f"`sites` of the axons {name!r}", sites, NetworkError)
    if not found:
        raise NetworkError(
            f"the axons {name!r} have no site; name one where they can be stimulated: sites={{'nerve': '0.6 m'}}."
        )
    end = in_unit(length, "m", f"the `length` of the axons {name!r}")
    before, above = 0.0, "the cord"
    for site, at in found.items():
        word(f"a site of the axons {name!r}", site, NetworkError)
        place = in_unit(at, "m", f"the distance of {site!r} from the cord")
        if place >= end:
            raise NetworkError(
                f"{site!r} lies {at} from the cord, at or beyond the end of the axons {name!r}, which are {length} "
                "long; move it, or make them longer."
            )
        if place <= before:
            raise NetworkError(
                f"{site!r} of the axons {name!r} lies {at} from the cord, not beyond {above}; give the sites in their "
                "order from the cord to the muscle."
            )
        before, above = place, repr(site)
    return found


def pulse_width(electrode: str, nodes: Sequence[str], width: Value, source: str) -> Shared:
    """The width of the pulses of an electrode, `network.ELECTRODE_pulse_width`, for all the nodes that lie under it."""
    name = f"{electrode}_pulse_width"
    where = listed(f"the nodes under {electrode!r}", nodes, NetworkError)
    return Shared(name, width, {f"network.{node}.pulse_width": name for node in where}, source, ("0.01 ms", "10 ms"))


def stimulation(
    nodes: Sequence[str],
    *,
    intensity: float,
    frequency: str | float,
    lasts: str | float,
    name: str = "",
) -> Protocol:
    """Pulses of an electrode on all the axons that lie under it.

    Args:
        nodes: populations, for example `("soleus_motor_nerve", "soleus_ia_nerve")`.
        intensity: multiples of the threshold of the most excitable motor axon, at the width of the pulses.
        frequency, lasts: of the train; a single pulse is `"1 Hz"` for less than a second.
        name: the pulses on a node are called `NAME_NODE`.

    Raises:
        ProtocolError: no node, or an intensity that is below zero or beyond `STRONGEST`.
    """
    where = listed("the nodes that are stimulated", nodes, ProtocolError)
    if not where:
        raise ProtocolError("a stimulation needs the nodes that lie under the electrode, but there are none.")
    strength = in_unit(intensity, "", "the `intensity` of a stimulation")
    if not 0 <= strength <= STRONGEST:
        raise ProtocolError(
            f"the `intensity` of a stimulation is a multiple of the motor threshold from 0 to {STRONGEST:g}, but it "
            f"is {shown(intensity)}."
        )
    return Together(
        tuple(
            Train(f"{node}.stimulus", frequency, lasts, intensity, name=f"{name}_{node}" if name else "")
            for node in where
        )
    )
