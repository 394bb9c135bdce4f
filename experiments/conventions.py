"""Questions that measure ΔF: the convention that they take, by name or declared in full."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from experiments.question import Question
from sim.analysis.delta_f_convention import (
    LATER_SPIKE_FROM_FIRST,
    LATER_SPIKE_FROM_SECOND,
    MIDPOINT_FROM_FIRST,
    OPENHDEMG,
    DeltaFConvention,
)

CONVENTIONS = {
    "later_spike_from_second": LATER_SPIKE_FROM_SECOND,
    "later_spike_from_first": LATER_SPIKE_FROM_FIRST,
    "midpoint_from_first": MIDPOINT_FROM_FIRST,
    "openhdemg": OPENHDEMG,
}


@dataclass(frozen=True)
class DeltaFQuestion(Question):
    """A question that measures ΔF.

    Args:
        convention: of the ΔF, by a name of `CONVENTIONS` or declared in full.

    Raises:
        ValueError: no such name.
    """

    convention: DeltaFConvention | str = field(default="later_spike_from_second", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "convention", self.chosen)

    @property
    def chosen(self) -> DeltaFConvention:
        """The convention itself."""
        if isinstance(self.convention, DeltaFConvention):
            return self.convention
        if self.convention not in CONVENTIONS:
            raise ValueError(
                f"there is no ΔF convention {self.convention!r}. Choose one of {', '.join(CONVENTIONS)}, "
                "or declare your own with _target_: sim.analysis.delta_f_convention.DeltaFConvention."
            )
        return CONVENTIONS[self.convention]

    @property
    def said(self) -> Mapping[str, str]:
        return {"convention": self.chosen.describe()}
