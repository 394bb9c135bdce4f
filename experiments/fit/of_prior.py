"""Questions asked of simulated sets of numbers: in which contraction, and how a recording would see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from experiments.fit.driven import DriveQuestion, once
from sim.analysis.summaries import Flanks
from sim.fit.observation import Observation
from sim.spec.kinds import part


@dataclass(frozen=True)
class SimulatedQuestion(DriveQuestion):
    """Settings of a contraction that is simulated once with each set.

    Args:
        before, up, hold, down: s, rest before the contraction, and its parts.
        seed: of all that is random in learning from them.
    """

    before: float = field(kw_only=True)
    up: float = field(kw_only=True)
    hold: float = field(kw_only=True)
    down: float = field(kw_only=True)
    seed: int = field(default=0, kw_only=True)
    sets: ClassVar[str]
    """The factor of the design that has them."""
    more: ClassVar[str]
    """How there are more of them."""

    @property
    def flanks(self) -> Flanks:
        """Of the contraction."""
        return Flanks(self.before, self.up, self.hold, self.down)

    def fits(self, factors: Mapping[str, int]) -> None:
        """One simulation of each set, or of each combination of `dims`.

        Raises:
            ValueError: there are several, or no sets.
        """
        super().fits(factors)
        others = {name: count for name, count in factors.items() if name == self.sets or name not in self.dims}
        once(others, self.sets, self.more)


@dataclass(frozen=True)
class PriorQuestion(SimulatedQuestion):
    """Settings that training and its tests share: draws of a prior.

    Args:
        observation: how a recording sees the pool.

    Raises:
        ValueError: it is something else.
    """

    observation: Observation = field(kw_only=True)
    dims = ("draw",)
    sets = "draw"
    more = "more draws (design.prior.count)"

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.observation", self.observation, Observation, ValueError)
