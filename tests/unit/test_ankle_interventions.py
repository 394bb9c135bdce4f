"""What is done beside a protocol to an ankle: a vibrated tendon and a stimulated nerve reach whom they should, when."""

import numpy as np

from networks import ankle
from networks.interventions import stimulation, vibration
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.protocol import Protocol, Settle
from sim.spec.record import Record


def spikes(protocol: Protocol, population: str, muscles: list[str]) -> np.ndarray:
    """s, (unit, spike), of one run."""
    record = Record(commands=False, populations=(population,), max_rate="200 Hz")
    simulator = Simulator(ankle(scale=0.02, only=muscles), Settle("1 s") + protocol, record)
    return View(simulator.run({}, np.zeros(1, int))).spikes(population)[0]


def test_primary_endings_fire_more_while_their_tendon_is_vibrated_and_not_before():
    """How many cycles each follows is a matter of its length (docs/experiments/tendon_vibration.md)."""

    def endings(on: float) -> np.ndarray:
        shaken = vibration(muscle="tibialis", frequency="80 Hz", start="300 ms", lasts="500 ms", on=on)
        return spikes(shaken, "tibialis_ia_ending", ["tibialis"])

    off, on = endings(0), endings(1)
    during = [((x >= 0.3) & (x < 0.81)).sum(axis=-1) for x in (off, on)]
    assert (during[1] >= during[0]).all()
    assert during[1].max() >= 35
    assert during[1].sum() > 1.5 * during[0].sum()
    np.testing.assert_array_equal((on < 0.3).sum(axis=-1), (off < 0.3).sum(axis=-1))


def test_a_stimulated_nerve_excites_fibres_of_its_own_muscles_by_its_strength():
    """At twice the motor threshold all Ia fibres, with every pulse; far below it none. The other nerve's never."""

    def volleys(intensity: float, population: str) -> np.ndarray:
        train = stimulation(
            nerve="common_peroneal",
            frequency="20 Hz",
            start="300 ms",
            lasts="500 ms",
            intensity=intensity,
            name="nerve",
        )
        found = spikes(train, population, ["soleus", "tibialis"])
        return ((found >= 0.3) & (found < 0.85)).sum(axis=-1)

    assert (volleys(2.0, "tibialis_ia_nerve") >= 10).all()
    assert volleys(0.2, "tibialis_ia_nerve").max() < 10
    np.testing.assert_array_equal(volleys(2.0, "soleus_ia_nerve"), volleys(0.0, "soleus_ia_nerve"))
