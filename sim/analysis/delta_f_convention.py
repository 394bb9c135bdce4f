"""The conventions behind a ΔF: every choice that moves its value, named, and put into one line of text.

Pair criteria: recruited 1 s apart, rates correlated at 0.7, control modulated by 0.5 pps (PMC6879958; Hassan et al.
2020, PMC7295184, measured how much each of them matters). The conventions differ by more than most published effects
do, so a ΔF is only worth what its `describe()` says.
"""

from dataclasses import dataclass
from typing import Literal

from sim.analysis.polynomial import Polynomial
from sim.analysis.smoothing import POLYNOMIAL_RATE, SUPPORT_VECTOR_RATE, RateConvention


def _check(name: str, value: object, choices: tuple[object, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} of a ΔF is {value!r}, which is not known. Choose one of {choices}.")


@dataclass(frozen=True)
class DeltaFCriteria:
    """Which pairs of a control (earlier) and a test (later recruited) unit count."""

    min_recruitment_difference: float = (
        1.0  # s, so that the control's inward current is on (PMC7295184: plateau at 1 s)
    )
    correlation: Literal["r", "r_squared"] = "r_squared"  # both ask for a positive r as well
    min_correlation: float = 0.7  # 1, in the chosen statistic, between the two smoothed rates while both fire
    min_control_modulation: float = 0.5  # pps, range of the control's rate while the test unit fires
    min_saturation_gap: float | None = None  # pps between ΔF and that range, else saturated (PMC6879958: 0.5)
    max_cut: float = 1.0  # s by which a test unit may be cut, where its control stops first; 0 rejects all such pairs

    def __post_init__(self) -> None:
        _check("correlation", self.correlation, ("r", "r_squared"))
        if not self.max_cut >= 0:
            raise ValueError(f"max_cut of a ΔF is {self.max_cut} s, but a time is 0 or more; inf takes every pair.")

    def describe(self) -> str:
        statistic = {"r": "r", "r_squared": "r²"}[self.correlation]
        parts = [
            f"recruited >= {self.min_recruitment_difference:g} s apart",
            f"{statistic} >= {self.min_correlation:g}",
            f"control modulation >= {self.min_control_modulation:g} pps",
        ]
        if self.min_saturation_gap is not None:
            parts.append(f"|ΔF - modulation| > {self.min_saturation_gap:g} pps")
        cut = "test unit cut at the control's end" + f", by {self.max_cut:g} s at most" * (self.max_cut < float("inf"))
        parts.append(cut if self.max_cut else "pairs whose control stops first left out")
        return ", ".join(parts)


@dataclass(frozen=True)
class DeltaFConvention:
    """Everything that must be said with a ΔF."""

    rate: RateConvention = POLYNOMIAL_RATE
    recruitment_spike: Literal[1, 2] = 2  # which spike of a unit is its recruitment; the 2nd brings its first rate
    criteria: DeltaFCriteria = DeltaFCriteria()
    normalised: bool = False  # divide by the control's fall from test recruitment to its own end (Škarabot 2023)
    report: Literal["test_units", "pairs"] = "test_units"  # the pool mean is over test units, or over pairs
    points: int = 50  # even times from test recruitment to derecruitment, for correlation and modulation

    def __post_init__(self) -> None:
        _check("recruitment_spike", self.recruitment_spike, (1, 2))
        _check("report", self.report, ("test_units", "pairs"))
        if self.points < 2:
            raise ValueError(f"a ΔF needs at least 2 points between recruitment and derecruitment, not {self.points}.")

    def describe(self) -> str:
        """The whole convention in one line, to print beside every ΔF."""
        recruited = {1: "first", 2: "second"}[self.recruitment_spike]
        mean = {"test_units": "test units (each over its controls)", "pairs": "pairs"}[self.report]
        unit = "fraction of the control's descending range" if self.normalised else "pps"
        return (
            f"ΔF ({unit}): {self.rate.describe()}; recruitment at the {recruited} spike; "
            f"{self.criteria.describe()}; {self.points} points; mean over {mean}"
        )


LATER_SPIKE_FROM_SECOND = DeltaFConvention()
"""5th-order polynomial (Orssatto, Mesquita, Trajano and colleagues), rate at the later spike and recruitment at the
second (as openhdemg), r² >= 0.7, 1 s, 0.5 pps. The default: the polynomial and these thresholds are what studies of
20 % ramps by that lineage use, and a unit is recruited where its smoothed rate begins. A pair whose control stops more
than 1 s before its test unit is left out: what the test unit still does then is not seen."""

LATER_SPIKE_FROM_FIRST = DeltaFConvention(recruitment_spike=1)
"""As the default, but a unit is recruited at its first spike."""

MIDPOINT_FROM_FIRST = DeltaFConvention(rate=RateConvention(Polynomial(5), "midpoint"), recruitment_spike=1)
"""As the default, but rates stand at the midpoint of their interval and a unit is recruited at its first spike."""

OPENHDEMG = DeltaFConvention(
    rate=SUPPORT_VECTOR_RATE,
    criteria=DeltaFCriteria(correlation="r", max_cut=float("inf")),
    points=1000,
)
"""openhdemg 0.1's `compute_svr` and `compute_deltaf` with their defaults (Beauchamp et al. 2022): r >= 0.7.
It takes the rates at every sample of the recording; a thousand points give the same. It cuts every test unit whose
control stops first, however early."""
