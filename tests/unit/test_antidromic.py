"""Impulses that run back to where an axon begins: into the motoneurons of a pool, and into endings of afferents."""

import numpy as np
import pytest

import networks
from networks.cells.afferent import FIBRE
from networks.cells.axon import END, END_RESET, IA, MOTOR
from networks.cells.powers_heckman import ANTIDROMIC_RESET, GRADED, antidromic, motoneuron
from networks.nerve import IA_VELOCITY, MOTOR_VELOCITY, End, axons, stimulation
from sim.backends.brian2_backend import Brian2Backend
from sim.design import Design
from sim.spec.model import Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded
from sim.spec.protocol import Course, Hold, Protocol, Settle, Step
from sim.spec.record import Record

STEPS = [pytest.param("0.025 ms", marks=pytest.mark.slow), "0.05 ms", pytest.param("0.1 ms", marks=pytest.mark.slow)]

SIZE = 20
RECORD = Record(commands=False, max_rate="1000 Hz")
CELL = motoneuron("with an axon", antidromic(), ANTIDROMIC_RESET)
SHOCK = Settle("20 ms") >> Step("axon_nerve.stimulus", 2, "0.5 ms", name="shock")


def innervated(size: int = SIZE) -> Network:
    """The pool hTA, lowest to highest threshold, with axons that can be stimulated 0.6 m from the cord."""
    table = networks.pool("hTA", size=size).populations[0].params
    rows = {name: value for name, value in table.items() if name in GRADED}
    pool = Population("pool", CELL, size, {**rows, "noise": 0})
    made = axons(
        "axon", size, sites={"nerve": "0.6 m"}, length="1.3 m", velocity=MOTOR_VELOCITY,
        cord=End("pool", {"pool.antidromic": 1}), muscle=End(), numbers=MOTOR, origin="a test",
    )  # fmt: skip
    return Network((pool, *made.populations), made.projections, shared=made.shared)


CONDUCTION = 600 / 44 + (600 / 53 - 600 / 44) * np.linspace(0, 1, SIZE)  # ms, from the site to the cord


@pytest.mark.parametrize("dt", STEPS)
def test_an_impulse_fires_every_resting_motoneuron_of_the_pool_once(simulate, dt):
    found = simulate(innervated(), SHOCK >> Settle("100 ms"), record=RECORD, dt=dt)
    np.testing.assert_array_equal(found.counts, 1)  # neither a second spike of the soma nor an echo at the node
    soma, nerve = found.times[0, :, 0].reshape(2, SIZE) * 1e3
    invasion = soma - nerve - CONDUCTION
    assert (invasion > 0.3).all()
    assert (invasion < 0.6).all()  # ms


def test_an_impulse_is_lost_if_it_meets_one_of_the_motoneuron(simulate):
    """The soma fires at 25 ms or soon after, the nerve at 25 ms + gap: they meet if less than the way lies between."""
    gaps = [-24.0, -17.0, -9.0, -2.0, 2.0, 9.0, 17.0, 24.0]  # ms; the way takes 11.3 to 13.6 ms
    injected = Settle("45 ms") >> Step("pool.current", "500 nA", "1 ms", name="injected")
    shock = Settle("20 ms", "wait") >> Step("axon_nerve.stimulus", 2, "0.5 ms", name="shock")
    design = Design({"protocol.wait.duration": [f"{45 + gap} ms" for gap in gaps]})
    found = simulate(innervated(), injected + shock + Settle("120 ms"), design=design, record=RECORD)
    met = np.abs(gaps) < 10
    counts = found.counts.reshape(len(gaps), 2, SIZE)
    np.testing.assert_array_equal(counts[met], 1)  # each fired by itself, and nothing reached it
    np.testing.assert_array_equal(counts[~met], 2)  # each by itself, and by the other


def test_after_two_impulses_the_next_one_of_the_motoneuron_passes(simulate):
    """Also where the soma could follow only the first of them, so that the second was never answered."""
    gaps = np.array([1.5, 2.0, 3.0, 5.0, 10.0])  # ms, between two shocks
    again = Settle("1 ms", "gap") >> Step("axon_nerve.stimulus", 2, "0.5 ms", name="again")
    late = Settle("60 ms") >> Step("pool.current", "500 nA", "1 ms", name="injected") >> Settle("40 ms")
    design = Design({"protocol.gap.duration": [f"{gap - 0.5} ms" for gap in gaps]})
    found = simulate(innervated(), SHOCK >> again >> late, design=design, record=RECORD)
    soma, nerve = found.counts.reshape(len(gaps), 2, SIZE).swapaxes(0, 1)
    np.testing.assert_array_equal(nerve, 3)
    np.testing.assert_array_equal(soma, np.where(gaps < 2, 2, 3)[:, None] * np.ones(SIZE))


def test_a_motoneuron_without_an_axon_fires_as_one_that_has_none(simulate):
    """To the step: what counts its spikes changes nothing until an impulse comes back."""
    table = networks.pool("hTA", size=5).populations[0]
    drive = Hold(f"{table.name}.excitation", 20.0) + Settle("200 ms")
    plain = simulate(Network((table,)), drive, record=RECORD)
    counting = simulate(Network((Population(table.name, CELL, 5, table.params),)), drive, record=RECORD)
    assert plain.counts.sum() > 5
    np.testing.assert_array_equal(counting.steps, plain.steps)


@pytest.mark.slow
def test_brian2_fires_the_same_spikes(simulate):
    protocol = SHOCK >> Settle("25 ms") >> Step("pool.current", "500 nA", "1 ms", name="injected") >> Settle("20 ms")
    network = innervated(3)
    ours = simulate(network, protocol, record=RECORD, dtype="float64")
    theirs = simulate(network, protocol, record=RECORD, backend=Brian2Backend())
    np.testing.assert_array_equal(ours.counts, 2)
    np.testing.assert_array_equal(theirs.steps, ours.steps)


# ---- the ending of an afferent

ENDING = Model(
    "an ending with an axon",
    FIBRE.block + END,
    threshold="phase > goal or antidromic > 0.5",
    reset=f"{FIBRE.reset}; {END_RESET}",
    refractory=FIBRE.refractory,
)


def test_shocks_to_a_busy_afferent_are_answered_by_its_ending(simulate):
    """Once all is quiet again every place has fired equally often, since an impulse passes each or meets one that does;
    and shocks slower than the discharge take the place of as many impulses of the ending that they met."""
    size = 30
    made = axons(
        "ia", size, sites={"belly": "0.1 m", "nerve": "0.7 m"}, length="1.3 m", velocity=IA_VELOCITY,
        cord=End(), muscle=End("ending", {"ending.antidromic": 1}), numbers=IA, origin="a test",
    )  # fmt: skip
    own = {"first_goal": Graded(1 / size, 1.0), "irregularity": 0.3}
    network = Network(
        (Population("ending", ENDING, size, own), *made.populations), made.projections, shared=made.shared
    )
    shocks = stimulation(["ia_nerve"], intensity=3, frequency="37 Hz", lasts="500 ms")
    busy: Protocol = Course("ending.rate", ("0 ms", "500 ms", "500 ms", "501 ms"), ("80 Hz", "80 Hz", "0 Hz", "0 Hz"))
    found = simulate(network, busy + shocks + Settle("600 ms"), record=RECORD)
    ending, belly, nerve = found.counts.reshape(3, size)
    assert ending.min() > 30
    np.testing.assert_array_equal(belly, ending)
    np.testing.assert_array_equal(nerve, ending)
    assert np.nanmin(np.diff(found.times)) > 0.65e-3  # s; an echo would come within the refractory period of its cause
