"""Brian2's own integrators share no numerical code with ours, and agree nevertheless.

`exponential_euler` must agree to rounding, `rk4` as the step shrinks.
"""

from dataclasses import replace

import numpy as np
import pytest

from networks.cells.powers_heckman import REFERENCE
from sim.backends.brian2_backend import Brian2Backend
from sim.engine.integrate import SCHEMES
from sim.spec.network import Network
from sim.spec.params import Graded
from sim.spec.projection import Projection
from sim.spec.protocol import Hold, Settle
from sim.spec.record import Record
from tests.parity.cells import DRIVEN, FEATURES, HODGKIN_HUXLEY, RECEPTORS, motoneurons
from tests.parity.circuits import A, B, coupled, something_happens, spikes
from tests.parity.feature import Feature, agree, run

# Brian2 holds noise over a step; we integrate it exactly, so that its variance needs no small step
QUIET = {"noise": 0}
LINEAR = {
    name: FEATURES[name]
    for name in (
        "linear gates",
        "an instantaneous gate",
        "neighbouring compartments",
        "a ring of compartments",
        "gates that need each other",
        "calcium that opens a gate",
        "several resets in order",
        "silence for a time",
        "silence for no whole number of steps",
        "a wait without a time",
        "a pool ordered by size",
        "commands of every shape",
    )
} | {
    "receptors added to a cell": replace(
        FEATURES["receptors added to a cell"], network=motoneurons(RECEPTORS, 1, **QUIET)
    ),
    "Powers & Heckman": Feature(motoneurons(REFERENCE, 2, **QUIET), DRIVEN, dt="0.05 ms"),
}


@pytest.mark.parametrize("name", LINEAR)
def test_exponential_euler_is_that_of_brian2(simulate, name):
    row = LINEAR[name]
    ours, theirs = run(simulate, row, "exponential_euler"), run(simulate, row, "exponential_euler", "exponential_euler")
    for run_ in (ours, theirs):
        for state in [s for s in run_.traces if s.startswith("z_")]:  # they carry noise that moves nothing here
            del run_.traces[state]
    agree(row, ours, theirs)


SPIKING = Hold("cells.inhibition", 1.5) + Hold("cells.excitation", 12)
CONVERGING = {  # a command that is constant: within a step of Brian2's own methods a port keeps its value at the start
    "Hodgkin & Huxley": (HODGKIN_HUXLEY, Hold("cells.I", "0.1 nA") + Settle("30 ms")),
    "Powers & Heckman below threshold": (
        motoneurons(REFERENCE, 1, **QUIET),
        Hold("cells.excitation", 3) + Settle("20 ms"),
    ),
    "Powers & Heckman": (motoneurons(REFERENCE, 1, **QUIET), SPIKING + Settle("30 ms")),
}
THRESHOLD = -20  # mV


def crossings(v: np.ndarray, dt: float) -> np.ndarray:
    """ms, when the potential crosses the threshold upwards, by a cubic through four steps."""
    found = []
    for k in np.flatnonzero((v[:-1] <= THRESHOLD) & (v[1:] > THRESHOLD)):
        cubic = np.polynomial.Polynomial.fit(np.arange(-1, 3), v[k - 1 : k + 3] - THRESHOLD, 3)
        roots = cubic.roots()
        real = roots.real[(np.abs(roots.imag) < 1e-9) & (roots.real >= 0) & (roots.real <= 1)]
        found.append((k + real[0]) * dt)
    return np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", CONVERGING)
def test_staggered_and_rk4_approach_each_other_with_the_second_order(simulate, name):
    network, protocol = CONVERGING[name]

    def difference(dt: float) -> float:
        """ms between spikes, or mV where there is none; rk4's own error is far smaller."""
        v = [
            simulate(
                network,
                protocol,
                record=Record(("v" if network is HODGKIN_HUXLEY else "v_soma",), dt, commands=False, max_rate="1 kHz"),
                backend=backend,
                dt=dt,
                window=dt,
                dtype="float64",
            ).traces.popitem()[1][0, 0]
            for backend in (None, Brian2Backend("rk4"))
        ]
        times = [crossings(x, float(dt.split()[0])) for x in v]
        assert (len(times[0]) == 0) == name.endswith("below threshold")
        return np.abs(times[0] - times[1]).max() if len(times[0]) else np.abs(v[0] - v[1]).max()

    coarse, fine = difference("0.02 ms"), difference("0.01 ms")
    assert np.log2(coarse / fine) == pytest.approx(SCHEMES["staggered"].order, abs=0.2)  # 0.2: the next order's share


LOOP = coupled(
    Network(
        (A, B),
        (
            spikes(delay=Graded("2 ms", "5 ms")),
            spikes("b", "a.g_i", "1 nS", "4 ms", "back"),
            Projection("rate", "a.r", "b.I", "0.05 nA", "3 ms"),
        ),
    ),
    Hold("a.I", "0.8 nA") + Hold("b.I", "0.2 nA") + Settle("100 ms"),
)


def test_exponential_euler_of_brian2_moves_a_loop_as_ours_does(simulate):
    row = replace(LOOP, dt="0.05 ms")
    ours = run(simulate, row, "exponential_euler")
    something_happens(row, ours)
    agree(row, ours, run(simulate, row, method="exponential_euler"))


@pytest.mark.slow
@pytest.mark.parametrize("method", ["exponential_euler", "rk4"])
def test_the_spikes_of_a_loop_are_those_of_other_integrators_as_the_step_shrinks(simulate, method):
    """A spike, its reset and its arrival fall on whole steps, so that all are of first order in time: halves, at least,
    as the step halves."""
    apart = []
    for dt in ("0.025 ms", "0.0125 ms", "0.00625 ms"):
        row = replace(LOOP, dt=dt)
        ours, theirs = run(simulate, row), run(simulate, row, method=method)
        np.testing.assert_array_equal(ours.counts, theirs.counts)
        apart.append(1000 * np.nanmax(np.abs(ours.times - theirs.times)))  # ms
    coarse, middle, fine = apart
    assert middle < 0.6 * coarse  # 0.6: times are whole steps
    assert fine < 0.6 * middle
    assert fine < 0.2
