"""The same equation text run by Brian2: by our scheme with our noise, and by its own exponential Euler."""

from typing import NamedTuple

import numpy as np

from experiments.verification.claims import Claim, Family
from experiments.verification.convergence import POTENTIALS
from experiments.verification.runs import Simulated, simulate
from networks.cells.powers_heckman import REFERENCE
from sim.backends.brian2_backend import Brian2Backend
from sim.spec.network import Network, Population
from sim.spec.params import Graded
from sim.spec.protocol import Hold, Protocol, Settle, Triangle
from sim.spec.record import Record

ROUNDING = 1e-9  # mV: 1e-16 of a potential in volts, times thousands of steps and a spike's slope
FLANK = 3.0  # ms: where a shift of a spike by 1e-11 ms, which a rounding grows to on the way there, is 1e-9 mV
CELLS = 4
BRIEF = Settle("10 ms") >> Triangle("cells.excitation", 20, "150 ms", "50 ms")
SECOND = Settle("50 ms") >> Triangle("cells.excitation", 20, "700 ms", "200 ms") >> Settle("50 ms")


class Agreement(NamedTuple):
    """One run by both programs."""

    same_steps: bool  # every spike in the same step
    spikes: int
    apart: float  # mV, largest difference of a potential, each millisecond
    between: float  # mV, the same, further than `FLANK` from every spike of the cell


class Parity(NamedTuple):
    """By our scheme, and by Brian2's own integrator: 0.2 s, and a second."""

    same_scheme: Agreement
    own_integrator: Agreement
    same_scheme_for_a_second: Agreement
    own_integrator_for_a_second: Agreement


def measure() -> Parity:
    return Parity(
        _both("staggered", "same", CELLS, BRIEF, noise=1),
        _both("exponential_euler", "exponential_euler", CELLS, BRIEF, noise=0),
        _both("staggered", "same", 2, SECOND, noise=1),
        _both("exponential_euler", "exponential_euler", 2, SECOND, noise=0),
    )


def _both(scheme: str, method: str, cells: int, course: Protocol, noise: float) -> Agreement:
    graded = {"g_na": Graded("0.010 S/cm**2", "0.014 S/cm**2"), "noise": noise}
    network = Network((Population("cells", REFERENCE, cells, graded),))
    record = Record(POTENTIALS, "1 ms", commands=False)
    command = Hold("cells.inhibition", 1.5) + course

    def run(backend: Brian2Backend | None) -> Simulated:
        return simulate(network, command, record=record, backend=backend, scheme=scheme, dtype="float64")

    return agreement(run(None), run(Brian2Backend(method)))


def agreement(ours: Simulated, theirs: Simulated) -> Agreement:
    """How far two runs agree."""
    apart = np.max([np.abs(ours.traces[v] - theirs.traces[v]) for v in ours.traces], axis=0)  # (sample, cell, time)
    spikes = np.where(ours.steps >= 0, ours.steps * ours.dt, np.inf)
    away = np.abs(np.arange(apart.shape[-1])[:, None] - spikes[:, :, None]).min(axis=-1)  # ms
    return Agreement(
        bool(np.array_equal(ours.steps, theirs.steps)),
        int(ours.counts.sum()),
        float(apart.max()),
        float(apart[away > FLANK].max(initial=0)),
    )


def claims(m: Parity) -> list[Claim]:
    ours, own = "Brian2, the same scheme as abstract code", "Brian2's own exponential_euler on the text"
    return [
        *_rows("staggered scheme, with its noise", ours, m.same_scheme),
        *_rows("exponential Euler, without noise", own, m.own_integrator),
        *_rows("staggered scheme, with its noise, for 1 s", ours, m.same_scheme_for_a_second, between=True),
        *_rows("exponential Euler, without noise, for 1 s", own, m.own_integrator_for_a_second, between=True),
    ]


def _rows(name: str, against: str, found: Agreement, *, between: bool = False) -> list[Claim]:
    same = "all" if found.same_steps else "not all"
    apart, flanks = (f"{np.format_float_scientific(x, 1, exp_digits=2)} mV" for x in (found.between, found.apart))
    return [
        Claim(
            f"{name}: every spike falls in the same step",
            against,
            "none: both compute in float64",
            f"{same} of {found.spikes} spikes",
            found.same_steps and found.spikes > 0,
        ),
        Claim(
            f"{name}: the potentials are the same" + f", {FLANK:g} ms and more from a spike" * between,
            against,
            "1e-9 mV: rounding of a potential in volts, times thousands of steps and a spike's slope",
            f"within {apart}; on the flanks of spikes within {flanks}" if between else f"within {flanks}",
            (found.between if between else found.apart) <= ROUNDING,
        ),
    ]


FAMILY = Family(
    "The same text in Brian2",
    f"{CELLS} Powers-Heckman motoneurons for 0.2 s, 2 for 1 s, with sodium conductance from 0.010 to 0.014 S/cm², Aₑ a "
    "triangle up to 20, Aᵢ 1.5, dt 0.05 ms, float64. Brian2 computes in SI, with its own code; noise is a table of the "
    "same draws. What rounding makes of a potential grows with every spike, whose slope turns a shift in time into one "
    "of the potential.",
    measure,
    claims,
)
