"""Endings of afferent fibres: their own rate, vibration, impulses that come up the axon; and tendon organs."""

import numpy as np
import pytest

from networks.cells.afferent import ENDING, FIBRE, IA, IB, II
from networks.cells.tendon_organ import TENDON_ORGAN, of_strength
from sim.design import Design
from sim.spec.network import Network, NetworkError, Population
from sim.spec.params import Graded
from sim.spec.projection import Projection
from sim.spec.protocol import Course, Hold, Settle, Step, Train
from sim.spec.record import Record
from sim.units import UnitError, quantity

SPIKES = Record(commands=False, max_rate="500 Hz")
NEWTON = quantity("1 N").number
APART = {"first_goal": Graded(0.05, 1.0, 0.0, "test: they do not start in step")}
FREQUENCIES = (20, 50, 80, 120, 150, 180, 220)


def limits(size: int) -> np.ndarray:
    return np.linspace(30, 220, size)


@pytest.fixture(scope="module")
def vibrated(simulate):
    """Twenty primary endings with a rate of their own of 4 pps, 0.5 s still, 1 s vibrated, 0.5 s still: spike times (s)
    of each, by frequency and by stretch of the muscle beyond 1 L0."""
    endings = Network((Population("cells", ENDING, 20, {**IA, **APART}),))
    protocol = (
        Hold("cells.rate", "4 Hz")
        + Hold("cells.stretch", 0, name="stretch")
        + (Settle("0.5 s") >> Step("cells.vibration", "1 Hz", "1 s", name="wave") >> Settle("0.5 s"))
    )
    stretches = (-0.05, 0, 0.05)
    axes = {"protocol.wave.level": [f"{f} Hz" for f in FREQUENCIES], "protocol.stretch.level": list(stretches)}
    run = simulate(endings, protocol, record=SPIKES, design=Design(axes))
    keys = [(f, s) for f in FREQUENCIES for s in stretches]
    return {key: [unit[~np.isnan(unit)] for unit in times] for key, times in zip(keys, run.times, strict=True)}


def during(times: np.ndarray) -> np.ndarray:
    return times[(times > 0.5) & (times <= 1.5)]


def expected(frequency: float, limit: np.ndarray) -> np.ndarray:
    return frequency / np.ceil(frequency / limit - 1e-3)


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_an_ending_follows_vibration_or_its_highest_subharmonic_within_the_limit(vibrated, frequency):
    for times, rate in zip(vibrated[frequency, 0], expected(frequency, limits(20)), strict=True):
        intervals = np.diff(during(times))
        if rate < 15:  # its own rate, up to 8 pps, may come between
            continue
        # the first may follow an impulse of its own; 0.1 ms: two steps, as crests fall between them
        np.testing.assert_allclose(intervals[1:], 1 / rate, rtol=0, atol=1.01e-4)
        assert len(intervals) >= rate - 3


def test_on_and_off_are_abrupt(vibrated):
    for times in vibrated[150, 0]:
        driven = during(times)
        assert driven[0] - 0.5 < 0.045  # s: the slowest fires every fifth cycle, and its last impulse was recent
        after = times[times > 1.51]
        assert len(after) <= 5  # its own rate


def test_fewer_endings_follow_each_wave_the_faster_it_is(vibrated):
    share = [np.mean([len(during(x)) > 0.9 * f for x in vibrated[f, 0]]) for f in FREQUENCIES]
    assert share[0] == 1
    assert (np.diff(share) <= 0).all()
    assert share[-1] == 0.05  # the last of twenty


def test_limits_grow_with_the_length_of_the_muscle(vibrated):
    share = [np.mean([len(during(x)) > 0.9 * 120 for x in vibrated[120, s]]) for s in (-0.05, 0, 0.05)]
    assert share[0] < share[1] < share[2]
    for s in (-0.05, 0.05):
        counts = [len(during(x)) for x in vibrated[120, s]]
        np.testing.assert_allclose(counts, expected(120, limits(20) * (1 + 4 * s)), rtol=0, atol=2)


def test_endings_that_follow_fire_at_a_place_of_the_wave_that_is_their_own(vibrated):
    """Later than the first by their lag, 9 ms of the first of the pool and none of the last."""
    fast = {i: during(x)[5:20] for i, x in enumerate(vibrated[50, 0]) if len(during(x)) > 45}
    assert len(fast) > 15
    lag = np.linspace(0.009, 0, 20)
    for i, times in fast.items():
        places = np.exp(2j * np.pi * 50 * (times - 0.5 - lag[i]))
        assert np.abs(places.mean()) > 0.99
        assert abs(np.angle(places.mean())) / (2 * np.pi * 50) < 0.0003  # s


def test_rates_are_multiplied_by_the_sensitivity_and_are_as_irregular_as_said(simulate):
    endings = Network((Population("cells", ENDING, 3, {"sensitivity": Graded(0.5, 1.5), **APART}),))
    times = simulate(endings, Hold("cells.rate", "40 Hz") + Settle("30 s"), record=SPIKES).times[0]
    for unit, rate in zip(times, (20, 40, 60), strict=True):
        intervals = np.diff(unit[~np.isnan(unit)])
        n = len(intervals)
        assert 1 / intervals.mean() == pytest.approx(rate, abs=4 * 0.073 * rate / np.sqrt(n))
        assert intervals.std() / intervals.mean() == pytest.approx(0.073, abs=4 * 0.073 / np.sqrt(2 * n))


def test_an_ending_that_fires_faster_than_the_wave_keeps_its_rate(simulate):
    fast = Network((Population("cells", ENDING, 1, {"limit": "200 Hz"}),))
    drive = Hold("cells.rate", "150 Hz") + Hold("cells.vibration", "20 Hz") + Settle("2 s")
    assert 290 <= simulate(fast, drive, record=SPIKES).counts[0, 0] <= 345


@pytest.mark.parametrize("table", [IA, II, IB])
def test_a_pool_of_endings_fires_in_the_mean_at_what_the_organ_gives(table):
    row = table["sensitivity"]
    mean = row.across(400, {key: np.array([q.number]) for key, q in row.leaves().items()}).mean()
    assert mean == pytest.approx(1, abs=0.01)


def stimulated(simulate, conduction: str, delay: str, period: str, rate: str = "50 Hz"):
    """An ending whose axon is stimulated at a period, impulses arriving after a delay: spike times of both (s)."""
    network = Network(
        (
            Population("ending", ENDING, 1, {"conduction": conduction, "irregularity": 0}),
            Population("node", FIBRE, 1),
        ),
        (Projection("up", "node", "ending.antidromic", delay=delay),),
    )
    protocol = Hold("ending.rate", rate) + Train(
        "node.stimulus", f"{1 / float(period.split()[0])} Hz", "2 s", 1, "0.5 ms"
    )
    run = simulate(network, protocol, record=SPIKES)
    return [unit[~np.isnan(unit)] for unit in run.times[0]]


def test_impulses_that_come_up_the_axon_reset_the_ending_and_make_no_spike(simulate):
    """At 50 pps, reset every 15 ms, it never comes to fire, but for the first interval."""
    ending, node = stimulated(simulate, "4 ms", "4 ms", "0.015 s")
    assert len(node) > 100
    assert len(ending) == 0


def test_the_interval_after_a_reset_is_a_whole_one(simulate):
    """Reset every 70 ms: it fires 20, 40 and 60 ms after the impulse has arrived."""
    ending, node = stimulated(simulate, "4 ms", "4 ms", "0.07 s")
    arrivals = node + 0.004
    phase = ending[ending > 0.08] - arrivals[np.searchsorted(arrivals, ending[ending > 0.08]) - 1]
    np.testing.assert_allclose(phase, 0.02 * np.round(phase / 0.02), rtol=0, atol=4e-4)  # s; a few steps


def test_an_impulse_that_meets_one_on_its_way_is_lost(simulate):
    """With 9 ms to the electrode an impulse that arrives within 19 ms of a spike has met it: at 60 pps all have, and
    the ending fires as if there were no electrode."""
    ending, _ = stimulated(simulate, "9 ms", "9 ms", "0.023 s", rate="60 Hz")
    np.testing.assert_allclose(np.diff(ending[1:]), 1 / 60, rtol=0, atol=1e-4)  # s; after the first, which nothing met


def test_impulses_need_a_state_to_arrive_at():
    ending, node = Population("ending", ENDING, 1), Population("node", FIBRE, 1)
    with pytest.raises(NetworkError, match="'vibration', which is no state of 'ending of an afferent fibre'"):
        Network((ending, node), (Projection("up", "node", "ending.vibration", delay="4 ms"),))


def test_tendon_organs_overshoot_and_adapt_as_their_transfer_function(simulate):
    """A step of 10 N: q (1.7 - 2/15 (1 - exp(-t/5 s)) - 17/30 (1 - exp(-t/0.5 s)))."""
    organ = Network((Population("cells", TENDON_ORGAN, 1),))
    step = Settle("0.1 s") >> Step("cells.force", "10 N", "20 s")
    rate = simulate(organ, step, record=Record(("ib_rate",), "100 ms", commands=False)).traces["ib_rate"][0, 0] * 1000
    t = np.arange(len(rate)) * 0.1 - 0.1
    q = 60 * np.log1p(10 / 4)
    closed = q * (1.7 - 2 / 15 * (1 - np.exp(-t / 5)) - 17 / 30 * (1 - np.exp(-t / 0.5)))
    np.testing.assert_allclose(rate[2:], closed[2:], rtol=0, atol=0.3)  # pps; the force is followed within 2 ms
    assert rate[:2].max() == 0


def test_tendon_organs_fall_silent_when_force_falls_and_are_monotone_in_force(simulate):
    organ = Network((Population("cells", TENDON_ORGAN, 1, of_strength("1000 N")),))
    course = Course("cells.force", ("0 s", "20 s", "20 s", "21 s"), ("0 N", "1000 N", "0 N", "0 N"))
    rate = simulate(organ, course, record=Record(("ib_rate",), "100 ms", commands=False)).traces["ib_rate"][0, 0] * 1000
    assert (np.diff(rate[1:200]) > 0).all()
    assert 100 < rate[199] < 130
    assert rate[201:].max() == 0


def test_a_strength_is_a_force():
    assert of_strength("20 N")["G_2"].quantity.number / NEWTON == pytest.approx(4)
    with pytest.raises(UnitError):
        of_strength("20 kg")
