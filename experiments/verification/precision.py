"""What single precision and the step cost: the pool hTA in float64, and with half the step."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from experiments.verification.claims import Claim, Family
from experiments.verification.pool_runs import SCALES, pool_runs
from experiments.words import number
from sim.analysis.delta_f import delta_f
from sim.analysis.recruitment import recruitment_time
from sim.analysis.spikes import spike_count


class Change(NamedTuple):
    """What another numerical setting changes, default - other; every level and unit."""

    spikes: np.ndarray  # (level, unit)
    recruited_later: np.ndarray  # s, (level, unit)
    delta_f: np.ndarray  # pps, (level,)


class Precision(NamedTuple):
    double: Change  # against float64
    halved: Change  # against dt 0.025 ms


def change(usual: Mapping[float, np.ndarray], other: Mapping[float, np.ndarray]) -> Change:
    """Two runs of the pool at the same levels, spike times s, (unit, spike)."""
    pairs = [(usual[level], other[level]) for level in usual]
    return Change(
        np.array([spike_count(a) - spike_count(b) for a, b in pairs]),
        np.array([recruitment_time(a) - recruitment_time(b) for a, b in pairs]),
        np.array([float(delta_f(a).pool - delta_f(b).pool) for a, b in pairs]),
    )


def measure() -> Precision:
    return Precision(change(pool_runs(), pool_runs(dtype="float64")), change(pool_runs(), pool_runs(dt="0.025 ms")))


def claims(m: Precision) -> list[Claim]:
    return [
        *_rows(m.double, "single precision", "float64", 0.2),
        *_rows(m.halved, "the step of 0.05 ms", "dt 0.025 ms", None),
    ]


def _rows(found: Change, what: str, against: str, recruitment: float | None) -> list[Claim]:
    worst, exact = int(np.abs(found.spikes).max()), int((found.spikes == 0).sum())
    levels = ", ".join(map(str, SCALES))
    rows = [
        Claim(
            f"{what} costs no motoneuron more than a spike",
            against,
            "1 spike: a last interval is there or not",
            f"{exact} of {found.spikes.size} exact, worst {worst}",
            worst <= 1,
        ),
        Claim(
            f"{what} leaves ΔF of the pool as it is, PIC × {levels}",
            against,
            "0.1 pps: conventions of measuring it differ by 0.2 to 0.6 pps",
            ", ".join(number(x, 3, sign=True) for x in found.delta_f) + " pps",
            bool((np.abs(found.delta_f) <= 0.1).all()),
        ),
    ]
    if recruitment is not None:
        later = 1000 * found.recruited_later
        rows.append(
            Claim(
                f"{what} hardly moves recruitment",
                against,
                f"{recruitment:g} ms: four steps",
                f"{number(later.min(), 2, sign=True)} to {number(later.max(), 2, 'ms', sign=True)}",
                np.abs(later).max() <= recruitment,
            )
        )
    return rows


FAMILY = Family(
    "Precision and step",
    "The same contraction with 0.8, 1.0 and 1.2 of the PIC, 60 motoneurons in all.",
    measure,
    claims,
)
