"""ΔF of spike times that others published: two pools under three conventions, and openhdemg's sample recording."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from experiments.verification.claims import Claim, Family
from experiments.verification.reference import OPENHDEMG_SAMPLE, published_pool
from experiments.words import number
from sim.analysis.delta_f import delta_f
from sim.analysis.delta_f_convention import (
    LATER_SPIKE_FROM_FIRST,
    LATER_SPIKE_FROM_SECOND,
    MIDPOINT_FROM_FIRST,
    OPENHDEMG,
)
from sim.results.recordings.files import read
from sim.results.schema import spike_times

POOLS = ("standard", "ProxCa")
CONVENTIONS = {  # pps, pool means of the same files by an independent implementation
    "later spike, second": (LATER_SPIKE_FROM_SECOND, {"standard": 4.28, "ProxCa": 0.77}),
    "later spike, first": (LATER_SPIKE_FROM_FIRST, {"standard": 3.71, "ProxCa": 0.38}),
    "midpoint, first": (MIDPOINT_FROM_FIRST, {"standard": 4.00, "ProxCa": 0.62}),
}
CLOSE = 0.1  # pps: the choice of convention moves these pools by 0.2 to 0.6 pps
OPENHDEMG_DELTA_F = {3: 1.838382, 4: 2.709522}  # pps by unit, compute_deltaf of openhdemg 0.1.2 with its defaults
OPENHDEMG_CLOSE = 1e-3  # pps: it takes the rates at every sample of the recording, we at a thousand points


class Published(NamedTuple):
    """ΔF, pps."""

    pools: Mapping[str, Mapping[str, float]]  # by convention and pool
    units: np.ndarray  # (unit,) of openhdemg's sample


def measure() -> Published:
    times = {pool: published_pool(pool) for pool in POOLS}
    pools = {
        name: {pool: float(delta_f(t, convention=convention).pool) for pool, t in times.items()}
        for name, (convention, _) in CONVENTIONS.items()
    }
    sample = spike_times(read(OPENHDEMG_SAMPLE).isel(sample=0)).values
    return Published(pools, delta_f(sample, convention=OPENHDEMG).unit)


def claims(m: Published) -> list[Claim]:
    rows = []
    for name, (_, expected) in CONVENTIONS.items():
        found = m.pools[name]
        rows.append(
            Claim(
                f"ΔF of the pools {' and '.join(POOLS)} ({name})",
                "an independent implementation, same files",
                f"{CLOSE:g} pps: conventions differ by 0.2 to 0.6 pps",
                ", ".join(f"{number(found[p])} against {number(expected[p])}" for p in POOLS) + " pps",
                all(abs(found[p] - expected[p]) <= CLOSE for p in POOLS),
            )
        )
    return [*rows, _openhdemg(m.units)]


def _openhdemg(units: np.ndarray) -> Claim:
    name = f"ΔF of {len(OPENHDEMG_DELTA_F)} test units of openhdemg's sample recording, and no other unit has one"
    against = "openhdemg 0.1.2, compute_deltaf with its defaults"
    tolerance = f"{OPENHDEMG_CLOSE:g} pps: a thousand points of a rate instead of every sample"
    which = np.flatnonzero(np.isfinite(units)).tolist()
    same = which == list(OPENHDEMG_DELTA_F)
    found = [f"{number(units[u], 4)} against {number(x, 4)}" for u, x in OPENHDEMG_DELTA_F.items()]
    close = all(abs(units[u] - x) <= OPENHDEMG_CLOSE for u, x in OPENHDEMG_DELTA_F.items())
    others = "" if same else f"; units with a ΔF: {which}"
    return Claim(name, against, tolerance, ", ".join(found) + " pps" + others, same and close)


FAMILY = Family(
    "ΔF of published spike times",
    "Our estimator on spike times that others computed (Powers & Heckman 2015, ModelDB 183949) or recorded "
    "(openhdemg's sample). A convention says where a unit's rates stand, and which spike is its recruitment.",
    measure,
    claims,
)
