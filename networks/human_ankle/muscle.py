"""A muscle of the ankle: an entry in the table of a network."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from networks.mechanics import ARMS
from sim.spec.kinds import part, table, whole, word
from sim.spec.network import Network, NetworkError
from sim.spec.params import nearest
from sim.units import in_unit, shown

KINDS = ("motoneurons", "ia", "ii", "ib", "interneurons")


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
        nerve_at, belly_at, length: distance from the cord of the electrodes over its nerve and over its belly, and of
            its muscle fibres.
        spindle: length that its spindles feel at the muscle's optimal length, relative to their own.
        antagonists: muscles whose Ia fibres silence it.
        synergists: muscle -> the part of a homonymous connection that its fibres make to this one.
        reticulospinal: share of the reticulospinal drive that its motoneurons hear, 0 or more.

    Raises:
        NetworkError: a number that is none, or a distance that is none.
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

    def __post_init__(self) -> None:
        what = f"the muscle {self.name!r}"
        word("the name of a muscle", self.name, NetworkError)
        word(f"the nerve of {what}", self.nerve, NetworkError)
        if self.mechanics not in ARMS:
            raise NetworkError(
                f"{what} has the mechanics {shown(self.mechanics)}, of which no joint is known: "
                f"{nearest(str(self.mechanics), ARMS)}"
            )
        part(f"the pool of {what}", self.pool, Network, NetworkError)
        for kind in KINDS:
            if (found := whole(getattr(self, kind))) is None or found < 1:
                raise NetworkError(f"{what} has {kind}, a whole number from 1, but it is {shown(getattr(self, kind))}.")
        if (
            isinstance(self.spindle, bool)
            or not isinstance(self.spindle, (int, float))
            or not 0.5 <= self.spindle <= 1.5
        ):
            raise NetworkError(f"the spindles of {what} feel 0.5 to 1.5 of its length, but {shown(self.spindle)}.")
        for place in ("nerve_at", "belly_at", "length"):
            in_unit(getattr(self, place), "m", f"{place!r} of {what}")
        shares = table(f"`synergists` of {what}", self.synergists, NetworkError)
        for name, share in shares.items():
            if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0 < share <= 1:
                raise NetworkError(f"{what} hears the part {shown(share)} of its synergist {name!r}; give 0 to 1.")
        if (share := in_unit(self.reticulospinal, "", f"`reticulospinal` of {what}")) < 0:
            raise NetworkError(f"{what} hears the share {share:g} of the reticulospinal drive; give 0 or more.")
        object.__setattr__(self, "synergists", shares)
        object.__setattr__(self, "antagonists", tuple(self.antagonists))

    def scaled(self, scale: float) -> "Muscle":
        """The same muscle with fewer cells of each kind.

        Args:
            scale: of the human numbers, above 0 and at most 1.

        Raises:
            NetworkError: a population would be left empty.
        """
        from dataclasses import replace

        counts = {kind: round(scale * getattr(self, kind)) for kind in KINDS}
        if empty := [kind for kind, count in counts.items() if count < 1]:
            raise NetworkError(
                f"at scale {scale:g} the muscle {self.name!r} has no {empty[0]} left of its "
                f"{getattr(self, empty[0])}; take a larger scale."
            )
        return replace(self, **counts)
