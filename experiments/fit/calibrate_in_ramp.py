"""Which numbers make the motor units of a muscle fire as people's do, when a person follows a torque with it?

As `experiments.fit.calibrate`, in the closed loop: the person tries harder where units fire less, so what is compared
with people is compared at their torque, in percent of a maximal torque that was measured just before. Of the units
that can be followed, some are decomposed.
"""

from dataclasses import dataclass, field

from experiments.fit.calibrate import Calibrate
from experiments.measures.decomposed import Decomposed
from experiments.measures.followed import followed_measures
from sim.measure import Measure
from sim.spec.kinds import part
from sim.units import in_unit


@dataclass(frozen=True)
class CalibrateInRamp(Calibrate):
    """Settings, besides those of `Calibrate`:

    Args:
        decomposed: the units that are read.
        before: how long nothing is asked at first.

    Raises:
        FitError: a target is of a measure that there is not, or in another unit.
        ValueError: units of another population than the question's.
    """

    decomposed: Decomposed = field(kw_only=True)
    before: str | float = field(kw_only=True)

    def __post_init__(self) -> None:
        part("question.decomposed", self.decomposed, Decomposed, ValueError)
        if self.decomposed.population != self.population:
            raise ValueError(
                f"the question is of the pool {self.population!r}, but decomposes units of "
                f"{self.decomposed.population!r}; give both the same."
            )
        super().__post_init__()

    def known(self) -> tuple[Measure, ...]:
        rest = in_unit(self.before, "ms", "question.before") / 1000
        return followed_measures(self.decomposed, rest, self.chosen, self.brace_rate)
