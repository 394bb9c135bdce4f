"""Questions asked of simulated draws of a prior: in which contraction, and how a recording would see them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.fit.driven import DriveQuestion, once
from sim.analysis.summaries import Flanks
from sim.fit.observation import Observation
from sim.spec.kinds import part


@dataclass(frozen=True)
class PriorQuestion(DriveQuestion):
    """Settings that training and its tests share.

    Args:
        before, up, hold, down: s, rest before the contraction, and its parts.
        observation: how a recording sees the pool.
        seed: of all that is random in training, and of draws of posteriors.

    Raises:
        ValueError: one of them is something else.
    """

    before: float = field(kw_only=True)
    up: float = field(kw_only=True)
    hold: float = field(kw_only=True)
    down: float = field(kw_only=True)
    observation: Observation = field(kw_only=True)
    seed: int = field(default=0, kw_only=True)
    dims = ("draw",)

    def __post_init__(self) -> None:
        super().__post_init__()
        part("question.observation", self.observation, Observation, ValueError)

    @property
    def flanks(self) -> Flanks:
        """Of the contraction."""
        return Flanks(self.before, self.up, self.hold, self.down)

    def fits(self, factors: Mapping[str, int]) -> None:
        """One simulation of each draw, or of each combination of `dims`.

        Raises:
            ValueError: there are several, or no draws.
        """
        super().fits(factors)
        others = {name: count for name, count in factors.items() if name == "draw" or name not in self.dims}
        once(others, "draw", "more draws (design.prior.count)")
