"""What vibration of a tendon does at the ankle: to primary endings, to H reflexes, and to the antagonist."""

from typing import Any

import numpy as np
import pytest

import networks
from experiments.measures.reflex import H_WINDOW, amplitudes, trace
from experiments.measures.vibration import counts, locking, mean_torque, rate
from experiments.published import reflexes as people
from networks.protocols import tendon_vibration
from sim.analysis import emg
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.record import Record

FREQUENCIES = np.array([40.0, 80.0, 120.0, 180.0, 240.0])
"""Hz, of the Achilles tendon at rest."""
SEEDS = 4
STARTS, LASTS = 0.4, 1.5
"""s, of the vibration."""
WINDOW = (STARTS + 0.5, STARTS + LASTS)
RECORD = Record(
    every="5 ms",
    max_rate="260 Hz",
    populations=("soleus_motor_belly", "tibialis_motor_belly", "soleus_ia_ending", "tibialis_ia_ending"),
)
TONIC = np.array([50.0, 200.0])
"""Hz, of the Achilles tendon of an ankle at rest with all its reflexes."""
CONTRACTS = 5.0
"""Command."""


def conditions() -> tuple[dict[str, Any], np.ndarray]:
    """Numbers of the protocol for each sample, and seeds.

    The frequencies at rest, and then seeds without and with vibration of 80 Hz: of the Achilles tendon while the
    tibialis contracts, and of the tibialis' tendon while the soleus does; in the end the tonic reflex at rest, of two
    seeds at each frequency.
    """
    rest, rows, tonic = len(FREQUENCIES), 2 * SEEDS, 2 * len(TONIC)
    vibrated = np.repeat([0.0, 1.0], SEEDS)
    frequency = [f"{x:g} Hz" for x in (*FREQUENCIES, *[80] * 2 * rows, *np.repeat(TONIC, 2))]
    values = {
        "protocol.own.on": np.concatenate([np.ones(rest), vibrated, np.zeros(rows), np.ones(tonic)]),
        "protocol.opposite.on": np.concatenate([np.zeros(rest), np.zeros(rows), vibrated, np.zeros(tonic)]),
        "protocol.own.level": frequency,
        "protocol.opposite.level": frequency,
        "protocol.voluntary.level": np.repeat([1.5, CONTRACTS, 1.5], [rest + rows, rows, tonic]),
        "protocol.antagonist_voluntary.level": np.repeat([0, CONTRACTS, 0], [rest, rows, rows + tonic]),
    }
    return values, np.concatenate([np.zeros(rest, int), np.tile(np.arange(SEEDS), 4), np.tile([0, 1], len(TONIC))])


@pytest.fixture(scope="module")
def views():
    """Endings of muscles that no reflex shortens, because their Ia fibres reach no motoneuron; and whole ankles whose
    muscles contract."""
    protocol = tendon_vibration(
        frequency="80 Hz", muscle="soleus", antagonist="tibialis", voluntary=1.5, antagonist_voluntary=0, tonic=1.5,
        nerve="posterior_tibial", intensity=0, interval="1 s", before=f"{STARTS} s", lasts=f"{LASTS} s", after="10 ms",
    )  # fmt: skip
    values, seeds = conditions()
    ankle, rest = networks.ankle(degrees=0), np.arange(len(seeds)) < len(FREQUENCIES)
    for name in ("soleus", "gastrocnemius"):
        for path in (f"network.soleus_ia_to_{name}{place}.weight" for place in ("", "_soma")):
            for end in (f"{path}.low", f"{path}.high"):
                values[end] = np.where(rest, 0.0, ankle.leaves()[end].number)
    results = Simulator(ankle, protocol, RECORD).run(values, seeds)
    return View(results.isel(sample=rest)), View(results.isel(sample=~rest))


@pytest.mark.slow
def test_a_primary_ending_follows_vibration_up_to_its_limit_and_at_a_subharmonic_beyond(views):
    """Burke et al. 1976: every ending, one cycle of so many, and the best of them 220 Hz at medium length, here 194."""
    per_cycle, locked = locking(views[0], "soleus", *WINDOW)
    assert locked.all()
    cycles = np.round(1 / per_cycle)
    once = cycles == 1
    assert (np.abs(per_cycle * cycles - 1) < 0.05).mean() > 0.95  # but where a limit is met within the window
    assert (cycles >= 1).all()  # no ending fires faster than the wave
    assert (np.diff(once.sum(-1)) < 0).all()
    assert not (once[1:] & ~once[:-1]).any()  # who follows a wave follows each slower one
    assert (np.diff(once.astype(int), axis=1) >= 0).all()  # the limits grow along the pool
    assert FREQUENCIES[-2] < people.VIBRATION_LIMIT < FREQUENCIES[-1]
    assert once[-2].any()
    assert not once[-1].any()


@pytest.mark.slow
@pytest.mark.parametrize(("muscle", "own"), [("tibialis", 0), ("soleus", 1)])
def test_vibration_of_its_antagonists_tendon_takes_a_little_from_a_contraction(views, muscle, own):
    """Impulses, in the mean of the seeds, mostly of units that stop: the tibialis loses 4 to 8 % of them. Those that
    go on are hardly slower. People's units lose 2 to 4 % of their peak rate, in ramps. Of four seeds with another draw
    of the wiring, before spindles of the triceps were at rest, the soleus gained impulses in one."""
    part = slice(2 * SEEDS * own, 2 * SEEDS * (own + 1))
    impulses = counts(views[1], f"{muscle}_motor_belly", *WINDOW).sum(-1)[part].reshape(2, SEEDS)
    assert impulses.min() > 100
    assert -15 < 100 * (impulses[1] / impulses[0] - 1).mean() < -1
    rates = rate(views[1], muscle, *WINDOW)[part].reshape(2, SEEDS)
    assert min(people.VIBRATED_RATE) - 5 < 100 * (rates[1] / rates[0] - 1).mean() < 1


@pytest.mark.slow
def test_the_tonic_vibration_reflex_grows_neither_with_time_nor_with_frequency(views):
    """N m, of the mean of the seeds. In people it does both: that is missed (docs/experiments/tendon_vibration.md), and
    held as it stands. Plantarflexors bring some 220."""
    none, early, late = (
        mean_torque(views[1], *when)[4 * SEEDS :].reshape(-1, 2).mean(-1)
        for when in ((0.2, STARTS), (STARTS + 0.1, STARTS + 0.6), (STARTS + 0.8, STARTS + LASTS))
    )
    found = late - none
    assert ((found > 5) & (found < 30)).all()
    assert (late < 1.1 * early).all()  # people's grows for seconds
    assert found[1] < 1.5 * found[0]  # and is stronger at the higher frequency


PLACES = (0, 17, 29, 47)
"""ms by which vibration starts later, so that the test pulse falls at other places of the wave."""
OWN = [
    f"network.{muscle}_ia_to_{muscle}_pad.weight.{end}"
    for muscle in ("soleus", "gastrocnemius")
    for end in ("low", "high")
]
"""What a muscle's own Ia fibres bring to its presynaptic interneurons."""


@pytest.mark.slow
def test_vibration_leaves_half_of_the_h_reflex_and_does_so_by_the_muscles_own_fibres():
    """Within 15 % of the control of what is left in people, at 80 Hz, mean of the places; nearly all without the way
    from the fibres to the interneurons that inhibit them."""
    protocol = tendon_vibration(
        frequency="80 Hz", muscle="soleus", antagonist="tibialis", voluntary=1.5, antagonist_voluntary=0, tonic=1.5,
        nerve="posterior_tibial", intensity=1.05, interval="800 ms", before="400 ms", lasts="860 ms", after="50 ms",
    )  # fmt: skip
    ankle, at = networks.ankle(degrees=0), 1.2005
    own, vibrated = np.repeat([1.0, 0.0, 1.0], 4), np.repeat([1.0, 1.0, 0.0], 4)
    values = {path: own * ankle.leaves()[path].number for path in OWN}
    values |= {"protocol.own.on": vibrated, "protocol.before.duration": [f"{400 + x} ms" for x in PLACES] * 3}
    record = Record(commands=False, max_rate="260 Hz", populations=("soleus_motor_belly",))
    simulator = Simulator(ankle, protocol, record, ranges={"protocol.before.duration": ("0 s", "0.5 s")})
    view = View(simulator.run(values, np.zeros(12, int)))
    time, x = trace(view, "soleus", amplitudes(ankle, "soleus"), at - 0.1, at + 0.06)
    h = emg.peak_to_peak(time, x, at + H_WINDOW[0], at + H_WINDOW[1]).reshape(3, 4).mean(-1)
    left, without = 100 * h[:2] / h[2]
    assert left == pytest.approx(people.VIBRATED_H, abs=15)
    assert without > 85
