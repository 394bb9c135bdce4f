"""How the error of each scheme shrinks with the step, on the motoneuron below threshold, and while it fires.

The reference is Brian2's own rk4 on the raw text with a step of 0.0125 ms: another program and another method. The
motoneuron has no reset, so its potentials are smooth through a spike too, and the declared order must hold there. Its
commands stand still, because Brian2's integrators hold a command over a step.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from experiments.verification.claims import Claim, Family
from experiments.verification.runs import simulate
from experiments.words import number
from networks.cells.powers_heckman import REFERENCE
from sim.backends.brian2_backend import Brian2Backend
from sim.design import Design
from sim.engine.integrate import SCHEMES
from sim.spec.network import Network, Population
from sim.spec.protocol import Hold, Settle
from sim.spec.record import Record

STEPS = (0.1, 0.05, 0.025, 0.0125)  # ms
REFERENCE_STEP = "0.0125 ms"
POTENTIALS = tuple(e.name for e in REFERENCE.parsed.states if e.name.startswith("v_"))
CELL = Network((Population("cells", REFERENCE, 1, {"noise": 0}),))
HELD = Hold("cells.inhibition", 2, name="inhibition") + Hold("cells.excitation", 3, name="excitation") + Settle("60 ms")
SILENT, FIRING = 0, 1
LEVELS = Design({"protocol.excitation.level": [3, 20]})


class Convergence(NamedTuple):
    """Largest error of the five potentials over 60 ms, mV, (step,), by scheme."""

    silent: Mapping[str, np.ndarray]
    firing: Mapping[str, np.ndarray]  # the staggered scheme only: the steps are too long for the others
    spikes: int  # of the firing cell


def measure() -> Convergence:
    exact, spikes = _potentials(backend=Brian2Backend("rk4"), dt=REFERENCE_STEP)
    errors = {
        scheme: np.array([_error(_potentials(scheme=scheme, dt=f"{dt} ms")[0], exact) for dt in STEPS])
        for scheme in SCHEMES
    }
    silent = {scheme: error[:, SILENT] for scheme, error in errors.items()}
    return Convergence(silent, {"staggered": errors["staggered"][:, FIRING]}, int(spikes[FIRING]))


def _potentials(**how: Any) -> tuple[np.ndarray, np.ndarray]:
    """mV, (level, potential, time), each millisecond; spikes, (level,)."""
    record = Record(POTENTIALS, "1 ms", commands=False, max_rate="1000 Hz")
    run = simulate(CELL, HELD, record=record, design=LEVELS, window="1 ms", dtype="float64", **how)
    return np.stack([run.traces[v][:, 0] for v in POTENTIALS], axis=1), run.counts[:, 0]


def _error(found: np.ndarray, exact: np.ndarray) -> np.ndarray:
    return np.abs(found - exact).max(axis=(1, 2))


def order(error: np.ndarray) -> float:
    """Slope of error against step, both logarithmic."""
    return float(np.polyfit(np.log(STEPS), np.log(error), 1)[0])


def claims(m: Convergence) -> list[Claim]:
    rows = [_row(f"{words(scheme)} below threshold", scheme, error) for scheme, error in m.silent.items()]
    return rows + [_row(f"{words(s)} through {m.spikes} spikes", s, error) for s, error in m.firing.items()]


def words(scheme: str) -> str:
    """The name of a scheme as people write it."""
    return scheme.replace("_", " ").replace("euler", "Euler")


def _row(name: str, scheme: str, error: np.ndarray) -> Claim:
    declared, found = SCHEMES[scheme].order, order(error)
    return Claim(
        f"{name} is of order {declared}",
        f"Brian2's rk4, dt {REFERENCE_STEP}",
        "0.2: the next order's share",
        f"{number(found)} (error {error[0]:.2g} mV at {STEPS[0]:g} ms, {error[-1]:.2g} mV at {STEPS[-1]:g} ms)",
        abs(found - declared) <= 0.2,
    )


FAMILY = Family(
    "Order of convergence",
    "The Powers-Heckman motoneuron without noise, from −65 mV, Aᵢ 2, Aₑ 3 (silent) or 20 (firing), 60 ms, float64; "
    "error: the largest over five potentials, each millisecond.",
    measure,
    claims,
)
