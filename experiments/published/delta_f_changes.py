"""What people show when ΔF is measured with and without an intervention, each value with its source.

Intervals are those of the source, or 95 % intervals of a mean over motor units from the public values of each unit.
"""

from dataclasses import dataclass
from typing import NamedTuple

from experiments.statistics import half_width


class Change(NamedTuple):
    """A change and, where it is known, the ends of its 95 % interval."""

    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class People:
    """What one intervention did to people.

    Args:
        who: a few words for a figure.
        intervention: what of the model it stands beside: "trains", "less" or "more" ligand.
        delta_f, peak_rate: pps; delta_f_percent, peak_rate_percent: in % of what it was; brace_height: %rTri.
    """

    who: str
    intervention: str
    delta_f: Change
    delta_f_percent: Change | None = None
    peak_rate: Change | None = None
    peak_rate_percent: Change | None = None
    brace_height: Change | None = None


def paired(mean: float, sd: float, n: int) -> Change:
    """Mean of paired differences of n units with its 95 % interval."""
    half = float(half_width(sd, n))
    return Change(mean, mean - half, mean + half)


def _of(change: Change, before: float) -> Change:
    """In percent of the value before."""
    return Change(*(None if value is None else 100 * value / before for value in change))  # type: ignore[arg-type]


_SOL_VIBRATION, _TA_VIBRATION = paired(-0.205, 0.75, 35), paired(-0.718, 1.44, 147)
_SOL_GRIP, _TA_GRIP = paired(0.354, 0.66, 43), paired(0.406, 0.96, 111)
_SOL_RATE, _TA_RATE = Change(9.55 - 9.78), Change(13.81 - 14.40)

PEOPLE = (
    People(
        "antagonist vibration, soleus", "trains", _SOL_VIBRATION, _of(_SOL_VIBRATION, 2.50), _SOL_RATE,
        _of(_SOL_RATE, 9.78),
    ),
    People(
        "antagonist vibration, TA", "trains", _TA_VIBRATION, _of(_TA_VIBRATION, 4.63), _TA_RATE, _of(_TA_RATE, 14.40),
    ),
    People("5-HT₂ antagonist, TA, 10 % MVC", "less", Change(-0.99), peak_rate=Change(-1.06)),
    People("5-HT₂ antagonist, TA, 30 % MVC", "less", Change(-0.75)),
    People("hand grip, soleus", "more", _SOL_GRIP, _of(_SOL_GRIP, 2.61)),
    People("hand grip, TA", "more", _TA_GRIP, _of(_TA_GRIP, 4.36)),
    People("hand grip 40 % for 30 s, TA", "more", Change(0.30, 0.11, 0.49), brace_height=Change(2.39, 0.55, 4.23)),
)  # fmt: skip

SOURCES = (
    "People, ramps to 20 % of maximal force. Vibration of the antagonist's tendon (ΔF soleus 2.50 to 2.29 pps, n = 35 "
    "motor units, peak rate 9.78 to 9.55; tibialis anterior, TA, 4.63 to 3.91 pps, n = 147, 14.40 to 13.81) and hand "
    "grip (soleus +0.354 of 2.61 pps, n = 43; TA +0.406 of 4.36 pps, n = 111): computed from the public values of each "
    "unit, Orssatto et al., data set orssatto/PICs-ageing; lines are 95 % intervals over units. Hand grip of 40 % for "
    "30 s, TA, n = 21 people: Ugliara et al. 2025, preprint. 5-HT₂ antagonist (8 mg cyproheptadine, TA, n = 11 people; "
    "ΔF −0.99 pps at 10 % and −0.75 at 30 % MVC, discharge rate −1.06 pps): Goodlich et al.; no interval was at hand, "
    "and no baseline, so no percentages; it also blocks constitutive activity, and at what contraction the rate was "
    "taken is not known. The control without grip, which changed by −0.12 (soleus) and +0.03 pps (TA), is not "
    "subtracted."
)
