"""A muscle of the ankle: an entry in the table of a network."""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from typing import Any

from networks.mechanics import ARMS
from sim.spec.kinds import listed, part, table, text, whole, word
from sim.spec.model import Model
from sim.spec.network import Network, NetworkError
from sim.spec.params import nearest
from sim.units import in_unit, shown

KINDS = ("motoneurons", "ia", "ii", "ib", "interneurons")
COUNTED = {
    "": "motoneurons", "units": "motoneurons", "ia_ending": "ia", "ia_terminal": "ia", "ii_ending": "ii",
    "ib_ending": "ib", **dict.fromkeys(("in", "pad", "ib_in", "renshaw"), "interneurons"),
}  # fmt: skip
"""Whose number each population has, by what its name says after the muscle's; axons have that of what they join."""
HEARS = (
    ("states", ("antidromic", "g_ia", "g_ia_soma", "g_ii", "g_ib", "g_renshaw", "g_recip_dend", "g_recip_soma")),
    ("ports", ("excitation", "inhibition", "ligand")),
    ("variables", ("collateral",)),
)
"""What the nerves, the cord and the command of an ankle reach and read in its motoneurons."""


@dataclass(frozen=True)
class Muscle:
    """What a muscle brings.

    Args:
        name: one word.
        pool: its motoneurons (`networks.motor_pool.build`), of a cell of the ankle; their number is `motoneurons`.
        mechanics: whose table of muscle units and tendon it takes.
        nerve: that stimulates it.
        motoneurons, ia, ii, ib: how many cells and fibres it has in people.
        interneurons: of each kind that acts on it.
        counts: where these numbers come from, by kind.
        nerve_at, belly_at, length: distance from the cord of the electrodes over its nerve and over its belly, and of
            its muscle fibres.
        spindle: length that its spindles feel at the muscle's optimal length, relative to their own.
        antagonists: muscles whose Ia fibres silence it.
        synergists: muscle -> the part of a homonymous connection that its fibres make to this one.
        reticulospinal: share of the reticulospinal drive that its motoneurons hear, 0 or more.

    Raises:
        NetworkError: a number that is none, or a pool of several populations, or of a cell that an ankle cannot reach.
        UnitError: a distance that is none.
    """

    name: str
    pool: Network
    mechanics: str
    nerve: str
    motoneurons: int
    ia: int
    ii: int
    ib: int
    interneurons: int
    nerve_at: str
    belly_at: str
    length: str
    spindle: float = 1.0
    antagonists: tuple[str, ...] = ()
    synergists: Mapping[str, float] = field(default_factory=dict)
    reticulospinal: float = 1.0
    counts: Mapping[str, str] = field(default_factory=dict, metadata={"said": True})

    def __post_init__(self) -> None:
        what = f"the muscle {self.name!r}"
        word("the name of a muscle", self.name, NetworkError)
        word(f"the nerve of {what}", self.nerve, NetworkError)
        if self.mechanics not in ARMS:
            raise NetworkError(
                f"{what} has the mechanics {shown(self.mechanics)}, of which no joint is known: "
                f"{nearest(str(self.mechanics), ARMS)}"
            )
        pools = part(f"the pool of {what}", self.pool, Network, NetworkError).populations
        if len(pools) != 1:
            raise NetworkError(f"the pool of {what} is one population, but it has {len(pools)}; give networks.pool().")
        _check_cell(what, pools[0].model)
        for kind in KINDS:
            if (found := whole(getattr(self, kind))) is None or found < 1:
                raise NetworkError(f"{what} has {kind}, a whole number from 1, but it is {shown(getattr(self, kind))}.")
        if (
            isinstance(self.spindle, bool)
            or not isinstance(self.spindle, (int, float))
            or not 0.5 <= self.spindle <= 1.5
        ):
            raise NetworkError(f"the spindles of {what} feel 0.5 to 1.5 of its length, but {shown(self.spindle)}.")
        counts = table(f"`counts` of {what}", self.counts, NetworkError)
        for kind, origin in counts.items():
            if kind not in KINDS:
                raise NetworkError(
                    f"`counts` of {what} has {kind!r}, of which it has no number: {nearest(kind, KINDS)}"
                )
            text(f"{kind!r} in `counts` of {what}", origin, NetworkError)
        object.__setattr__(self, "counts", counts)
        for place in ("nerve_at", "belly_at", "length"):
            in_unit(getattr(self, place), "m", f"{place!r} of {what}")
        shares = table(f"`synergists` of {what}", self.synergists, NetworkError)
        for name, share in shares.items():
            if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share <= 1:
                raise NetworkError(f"{what} hears the part {shown(share)} of its synergist {name!r}; give 0 to 1.")
        if (share := in_unit(self.reticulospinal, "", f"`reticulospinal` of {what}")) < 0:
            raise NetworkError(f"{what} hears the share {share:g} of the reticulospinal drive; give 0 or more.")
        object.__setattr__(self, "synergists", shares)
        antagonists = listed(f"`antagonists` of {what}", self.antagonists, NetworkError)
        for name in antagonists:
            word(f"an antagonist of {what}", name, NetworkError)
        object.__setattr__(self, "antagonists", antagonists)

    @classmethod
    def read(cls, name: str, row: Any) -> "Muscle":
        """A muscle from its entry in the table of a network.

        Raises:
            NetworkError: no table, an entry that a muscle does not have, or one that is missing.
        """
        given = table(f"the muscle {name!r} of an ankle", row, NetworkError)
        own = {f.name: f for f in fields(cls) if f.name != "name"}
        if unknown := [key for key in given if key not in own]:
            raise NetworkError(f"the muscle {name!r} of an ankle has no {unknown[0]!r}: {nearest(unknown[0], own)}")
        needed = [key for key, f in own.items() if f.default is MISSING and f.default_factory is MISSING]
        if lacking := [key for key in needed if key not in given]:
            raise NetworkError(
                f"the muscle {name!r} of an ankle lacks {', '.join(lacking)}; give it in the table of the network "
                f"(network.muscles.{name}.{lacking[0]}=...)."
            )
        return cls(name=name, **given)

    def scaled(self, scale: float) -> "Muscle":
        """The same muscle with fewer cells of each kind.

        Args:
            scale: of the human numbers, above 0 and at most 1.

        Raises:
            NetworkError: a population would be left empty.
        """
        found = {kind: round(scale * getattr(self, kind)) for kind in KINDS}
        if empty := [kind for kind, count in found.items() if count < 1]:
            raise NetworkError(
                f"at scale {scale:g} the muscle {self.name!r} has no {empty[0]} left of its "
                f"{getattr(self, empty[0])}; take a larger scale."
            )
        said = {k: f"{scale:g} of {getattr(self, k)}: {origin}" for k, origin in self.counts.items()}
        return replace(self, **found, counts=said)

    def origin(self, population: str) -> str:
        """Where the number of cells of a population comes from; '' of one that is none of its cells."""
        known = population == self.name or population.startswith(f"{self.name}_")
        kind = COUNTED.get(population.removeprefix(self.name).removeprefix("_")) if known else None
        return self.counts.get(kind or "", "")


def _check_cell(what: str, model: Model) -> None:
    """Motoneurons must have what the rest of an ankle reaches and reads."""
    kinds = {"states": model.parsed.states, "ports": model.parsed.ports, "variables": model.parsed.equations}
    for kind, names in HEARS:
        have = {equation.name for equation in kinds[kind]}
        if lacking := [name for name in names if name not in have]:
            raise NetworkError(
                f"the pool of {what} is made of {model.name!r}, which is not a cell of the ankle: it lacks the {kind} "
                f"{', '.join(lacking)}; take powers_heckman_ankle or powers_heckman_ankle_clamped (network.cell)."
            )
