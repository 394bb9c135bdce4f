"""Questions that measure ΔF or brace height: the convention that they take, by name or declared in full."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from experiments.question import Question
from sim.analysis.delta_f_convention import (
    LATER_SPIKE_FROM_FIRST,
    LATER_SPIKE_FROM_SECOND,
    MIDPOINT_FROM_FIRST,
    OPENHDEMG,
    DeltaFConvention,
)
from sim.analysis.smoothing import POLYNOMIAL_RATE, SUPPORT_VECTOR_RATE, TWO_SECONDS, RateConvention
from sim.units import shown

CONVENTIONS = {
    "later_spike_from_second": LATER_SPIKE_FROM_SECOND,
    "later_spike_from_first": LATER_SPIKE_FROM_FIRST,
    "midpoint_from_first": MIDPOINT_FROM_FIRST,
    "openhdemg": OPENHDEMG,
}
RATES = {"support_vector": SUPPORT_VECTOR_RATE, "polynomial": POLYNOMIAL_RATE, "hann": TWO_SECONDS}
T = TypeVar("T", DeltaFConvention, RateConvention)


def _chosen(what: str, value: T | str, known: Mapping[str, T], kind: type[T]) -> T:
    """A convention as it was declared, or the known one of that name."""
    if isinstance(value, kind):
        return value
    if not isinstance(value, str) or value not in known:
        raise ValueError(
            f"there is no {what} {shown(value)}. Choose one of {', '.join(known)}, or declare your own with "
            f"_target_: {kind.__module__}.{kind.__qualname__}."
        )
    return known[value]


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
        return _chosen("ΔF convention", self.convention, CONVENTIONS, DeltaFConvention)

    @property
    def said(self) -> Mapping[str, str]:
        return {"convention": self.chosen.describe()}


@dataclass(frozen=True)
class BraceQuestion(DeltaFQuestion):
    """A question that measures ΔF and brace height, each by rates of its own.

    Args:
        brace: rates that the brace height is read from, by a name of `RATES` or declared in full. Its authors', by
            support vector regression, unless another is asked for.

    Raises:
        ValueError: no such name.
    """

    brace: RateConvention | str = field(default="support_vector", kw_only=True)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "brace", self.brace_rate)

    @property
    def brace_rate(self) -> RateConvention:
        """The rates themselves."""
        return _chosen("rate for brace heights", self.brace, RATES, RateConvention)

    @property
    def said(self) -> Mapping[str, str]:
        return {**super().said, "brace_convention": f"brace height: {self.brace_rate.describe()}"}
