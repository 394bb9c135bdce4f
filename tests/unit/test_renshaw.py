"""The Renshaw cell: bursts after a volley of motor axons, background, what silences it, and what tires its input."""

from dataclasses import replace

import numpy as np
import pytest

import networks
from experiments.published import recurrent as cats
from networks.cells.powers_heckman import ANKLE, SEGMENTAL
from networks.cells.renshaw import RENSHAW
from sim.backends.brian2_backend import Brian2Backend
from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.spec.model import Model
from sim.spec.network import Network, Population
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection
from sim.spec.protocol import Hold, Settle, Step, Train
from sim.spec.record import Record
from sim.spec.wiring import All

VOLLEY = 300, 160  # nS in `g_ach` and `g_ach_slow`: all motor axons
FAST = Record(commands=False, max_rate="1100 Hz")


def starting(model: Model, **initial) -> Model:
    """The model as an arriving volley would leave it."""
    return replace(model, block=replace(model.block, initial={**model.block.initial, **initial}))


def hit(part: float, **conductances: str) -> Model:
    """A Renshaw cell that a part of the motor axons has just reached."""
    fast, slow = VOLLEY
    return starting(RENSHAW, g_ach=f"{fast * part} nS", g_ach_slow=f"{slow * part} nS", **conductances)


def cells(model: Model, size: int = 1, **params) -> Network:
    return Network((Population("cells", model, size, params),))


STILL = {"noise": 0, "background": "0 nS"}

# ---- the burst


@pytest.fixture(scope="module")
def burst(simulate):
    """ms after a volley of a part of the motor axons: spikes of one cell without background."""

    def run(part: float, **conductances: str) -> np.ndarray:
        times = 1000 * simulate(cells(hit(part, **conductances), **STILL), Settle("150 ms"), record=FAST).times[0, 0]
        return times[~np.isnan(times)]

    return run


def test_a_volley_of_all_motor_axons_gives_a_burst_of_tens_of_milliseconds(burst):
    spikes = burst(1)
    assert len(spikes) == 18  # as declared
    intervals = np.diff(spikes)
    assert 1 <= intervals[0] <= 1.5  # ms
    assert 30 <= spikes[-1] <= 40
    assert (np.diff(intervals) > -0.06).all()  # each interval is as long as the one before, or longer; to a step
    assert intervals[-1] > 3 * intervals[0]


def test_a_burst_grows_with_the_part_of_the_axons(burst):
    bursts = [burst(part) for part in (0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1)]
    assert len(bursts[0]) == 0
    assert (np.diff([len(x) for x in bursts]) > 0).all()
    firsts = [x[0] for x in bursts[1:]]
    assert firsts == sorted(firsts, reverse=True)
    assert np.diff(bursts[3])[0] > 1.3 * np.diff(bursts[-1])[0]  # and starts slower when it is small


def test_other_renshaw_cells_shorten_a_burst(simulate, burst):
    lasting = {**STILL, "tau_gly": "20 ms"}  # as if a burst of others kept it up
    counts = [
        simulate(cells(hit(0.3, g_gly=g), 1, **lasting), Settle("150 ms"), record=FAST).counts.item()
        for g in ("0 nS", "50 nS", "100 nS")
    ]
    assert counts[0] == len(burst(0.3))
    assert counts[0] > counts[1] > counts[2]


# ---- background and silence


def rate(counts: np.ndarray, seconds: float) -> np.ndarray:
    return counts.mean(-1) / seconds


def test_a_renshaw_cell_fires_at_seven_per_second_by_itself_and_not_without_background(simulate):
    design = Design({"network.cells.background": ["0 nS", "5 nS", "5.5 nS", "6 nS"]})
    record = Record(commands=False, max_rate="250 Hz")
    found = simulate(cells(RENSHAW, 64), Settle("4 s"), design=design, record=record)
    np.testing.assert_allclose(rate(found.counts, 4), [0, 3, 7, 13], atol=1)  # pps; 4 s of 64 cells


def test_drive_adds_to_the_background(simulate):
    record = Record(commands=False, max_rate="250 Hz")
    by_drive = simulate(
        cells(RENSHAW, 64, background="4 nS"), Hold("cells.drive", "2 nS") + Settle("2 s"), record=record
    )
    alone = simulate(cells(RENSHAW, 64, background="6 nS"), Settle("2 s"), record=record)
    np.testing.assert_array_equal(by_drive.steps, alone.steps)


# ---- what reaches it

SIZE = 20


def collaterals(gain: str | None, cell: Model = ANKLE) -> Network:
    """Motoneurons of the pool hTA that excite still Renshaw cells, a volley of all as `VOLLEY`."""
    table = networks.pool("hTA", size=SIZE).populations[0].params
    pool, target = Population("pool", cell, SIZE, {**table, "noise": 0}), Population("cells", RENSHAW, 3, STILL)
    joined = (
        Projection(f"to_{state}", "pool", f"cells.g_{state}", f"{total / SIZE} nS", "1 ms", All(), gain=gain)
        for state, total in zip(("ach", "ach_slow"), VOLLEY, strict=True)
    )
    return Network((pool, target), tuple(joined))


TWICE = Settle("5 ms") >> Train("pool.current", "20 Hz", "100 ms", "500 nA", "1 ms")


def test_a_volley_of_all_motoneurons_is_a_volley(simulate, burst):
    once = Settle("5 ms") >> Step("pool.current", "500 nA", "1 ms") >> Settle("100 ms")
    found = simulate(collaterals("collateral"), once, record=FAST)
    np.testing.assert_array_equal(found.counts[0, :SIZE], 1)
    np.testing.assert_allclose(found.counts[0, SIZE:], len(burst(1)), atol=1)  # motoneurons do not fire in one step


def test_collaterals_are_tired_when_motoneurons_fire_again(simulate):
    """50 ms after an impulse 1 - 0.5 exp(-50/200) = 0.61 of what is released at rest."""
    tiring, tireless = (simulate(collaterals(gain), TWICE, record=FAST) for gain in ("collateral", None))
    fired = 1000 * tireless.times[0, SIZE]
    counts = [[(x < 50).sum(), (x > 50).sum()] for x in (1000 * tiring.times[0, SIZE], fired[~np.isnan(fired)])]
    assert counts[0][0] == counts[1][0]
    assert counts[0][1] < counts[1][1] - 3


@pytest.mark.parametrize("frequency", [5, 10, 20, 50])
def test_the_collateral_follows_its_closed_form(simulate, frequency):
    pulses = Train("cells.current", f"{frequency} Hz", "2 s", "500 nA", "1 ms")
    table = networks.pool("hTA", size=SIZE).populations[0].params
    network = Network((Population("cells", ANKLE, 1, {**table, "noise": 0}),))
    found = simulate(network, pulses, record=Record(("collateral",), "0.5 ms", commands=False))
    np.testing.assert_allclose(found.counts, 2 * frequency, atol=1)
    kept = np.exp(-1000 / frequency / 200)
    seen = found.traces["collateral"][0, 0]
    last = seen[int(2000 * (2 - 1 / frequency)) - 2 :].max()
    assert last == pytest.approx((1 - kept) / (1 - kept * 0.5), abs=0.01)  # 0.01: an interval differs by up to 0.5 ms


# ---- what it does to motoneurons


def recurrent(simulate, conductance: str, model: Model = ANKLE) -> np.ndarray:
    """mV, (motoneuron, time) every 0.1 ms: what an arrival at `g_renshaw` does at rest, lowest to highest threshold."""
    table = networks.pool("hTA", size=5).populations[0].params
    record = Record(("v_soma",), "0.1 ms", commands=False)

    def soma(cell: Model) -> np.ndarray:
        network = Network((Population("cells", cell, 5, {**table, "noise": 0}),))
        found = simulate(network, Settle("80 ms"), record=record, dtype="float64", window="0.1 ms")
        return found.traces["v_soma"][0]

    return soma(starting(model, g_renshaw=conductance)) - soma(model)


def test_a_spike_of_one_renshaw_cell_has_the_size_in_the_ankle_that_it_has_in_cats(simulate):
    """By the weight that the ankle with human numbers declares, in five of its motoneurons, each by itself at rest."""
    human = networks.ankle(scale=1)
    (wire,) = (p for p in human.projections if p.name == "soleus_renshaw_to_soleus")
    (pool,) = (p for p in human.populations if p.name == "soleus")
    assert isinstance(wire.weight, Graded)
    assert wire.weight.low == wire.weight.high
    once = starting(RENSHAW, g_ach="40 nS")
    network = Network(
        (Population("renshaw", once, 1, STILL), replace(pool, size=5, params={**pool.params, "noise": 0})),
        (replace(wire, source="renshaw", weight=Param(wire.weight.low, "the ankle's"), wiring=All()),),
    )
    design = Design({f"network.{wire.name}.weight": ["0 nS", wire.weight.low]})
    record = Record(("v_soma",), "0.1 ms", commands=False, max_rate="250 Hz")
    found = simulate(network, Settle("80 ms"), design=design, record=record, dtype="float64", window="0.1 ms")
    np.testing.assert_array_equal(found.counts, [[1] + 5 * [0]] * 2)  # one spike of the Renshaw cell, none else
    silenced, reached = found.traces["v_soma"][:, -5:]
    deepest = 1000 * (reached - silenced).min(-1)  # uV
    mean, smallest, largest = cats.SINGLE_IPSP
    assert (np.diff(deepest) > 0).all()  # the larger the motoneuron, the less
    assert deepest.mean() == pytest.approx(-mean, abs=1)  # of 1.5 to 54: what the fit left
    assert smallest < -deepest[-1] < -deepest[0] < largest


def test_a_recurrent_potential_is_longer_than_a_reciprocal_one(simulate):
    found = recurrent(simulate, "20 nS")
    np.testing.assert_allclose(found.min(1)[[0, -1]], [-0.099, -0.022], atol=0.002)  # mV, as declared
    half = (found < found.min(1, keepdims=True) / 2).sum(1) * 0.1  # ms
    np.testing.assert_allclose(half[[0, -1]], [21, 11], atol=1)
    np.testing.assert_allclose(found.argmin(1)[[0, -1]] * 0.1, [10, 6], atol=0.5)


def test_without_arrivals_a_motoneuron_of_an_ankle_is_that_of_a_segment(simulate):
    table = networks.pool("hTA", size=4).populations[0].params
    drive = Hold("cells.inhibition", 1.5) + Hold("cells.excitation", 20.0) + Settle("300 ms")
    runs = [
        simulate(Network((Population("cells", model, 4, table),)), drive, dtype="float64").steps
        for model in (ANKLE, SEGMENTAL)
    ]
    assert (runs[0] >= 0).sum() > 10
    np.testing.assert_array_equal(*runs)


# ---- back ends


@pytest.mark.slow
def test_back_ends_fire_the_same_spikes(simulate):
    """Renshaw cells with noise, reached by motoneurons through collaterals that tire."""
    network = collaterals("collateral")
    noisy = replace(network.populations[1], params={"background": "5.5 nS", "C_m": Graded("0.15 nF", "0.25 nF")})
    network = replace(network, populations=(network.populations[0], noisy))
    ours = simulate(network, TWICE, record=FAST, dtype="float64")
    assert (ours.counts[0, SIZE:] > 20).all()
    theirs = simulate(network, TWICE, record=FAST, backend=Brian2Backend())
    np.testing.assert_array_equal(theirs.steps, ours.steps)
    native, xla = (simulate(network, TWICE, record=FAST, backend=JaxBackend(kernel)) for kernel in ("native", "xla"))
    np.testing.assert_array_equal(native.steps, xla.steps)
