"""Steady contractions of the ankle: who is recruited, what units share, how irregular they are, what PICs are for."""

import numpy as np
import pytest

import networks
from experiments.measures.isometric import isometric_measures
from experiments.measures.reflex import amplitudes
from experiments.published import contractions as people
from networks.protocols import isometric_contraction
from sim.measure import evaluate
from sim.simulator import Simulator
from sim.spec.record import Record

PLATEAU = (1.5, 9.5)
"""s."""
TENTH = 5.5
"""Command that brings some 10 % of the maximal force of the soleus."""
RECORD = Record(every="10 ms", populations=("soleus_motor_belly",))


@pytest.fixture(scope="module")
def contractions():
    """Measures of a soleus at a tenth, a third, nearly all and all of its force, by name: (condition, seed)."""
    ankle = networks.ankle()
    protocol = isometric_contraction(
        muscles=("soleus",), command=TENTH, tonic=1.5, before="200 ms", up="800 ms", hold="8.5 s"
    )
    conditions = {  # command, common noise, part of the calcium PIC
        "tenth": (TENTH, 0.1, 1.0),
        "tenth, nothing in common": (TENTH, 0.0, 1.0),
        "third": (8.0, 0.1, 1.0),
        "strong": (20.0, 0.1, 1.0),
        "strong, no PIC": (20.0, 0.1, 0.0),
        "maximal": (60.0, 0.1, 1.0),
    }
    seeds = np.tile(np.arange(2), len(conditions))
    command, common, pic = np.repeat(list(conditions.values()), 2, axis=0).T
    simulator = Simulator(ankle, protocol, RECORD)
    values = {
        "protocol.soleus.peak": command,
        "network.soleus_command.common": common,
        "network.soleus.monoamine": 0.35 * pic,
        "network.soleus.receptor_gain": pic,
    }
    found = evaluate(
        isometric_measures("soleus", amplitudes(ankle, "soleus"), 0.2, *PLATEAU), simulator.run(values, seeds)
    )
    return {
        name: {key.removeprefix("soleus_"): x[2 * k : 2 * k + 2] for key, x in found.items()}
        for k, name in enumerate(conditions)
    }


@pytest.mark.slow
def test_intervals_vary_as_in_people_and_units_share_slow_drive(contractions):
    """Each in both seeds; without the common part of the command next to nothing is shared."""
    own, alone = contractions["tenth"], contractions["tenth, nothing in common"]
    low, high = people.INTERVAL_CV
    assert ((low < own["interval_cv"]) & (own["interval_cv"] < high)).all()
    assert own["interval_cv"].min() > 0.1
    assert own["common_drive"].min() > 0.3  # people 0.4 to 0.8
    assert alone["common_drive"].max() < 0.15


@pytest.mark.slow
def test_the_soleus_holds_a_third_of_its_force_as_steadily_as_people(contractions):
    """Within their 1 to 4 % in both seeds; a tenth of it, reached as fast as here, varies by more (4.2 and 4.8 %)."""
    third = contractions["third"]
    low, high = people.FORCE_CV
    assert ((low < third["force_cv"]) & (third["force_cv"] < high)).all()
    assert third["common_drive"].min() > 0.35


def at_20(contractions: dict, name: str) -> np.ndarray:
    """A measure at 20 % of the maximal force, linear in the force between a tenth and a third of it: (seed,)."""
    low, high = contractions["tenth"], contractions["third"]
    goal = 0.2 * contractions["maximal"]["force"]
    part = (goal - low["force"]) / (high["force"] - low["force"])
    assert ((part > 0) & (part < 1)).all()
    return low[name] + part * (high[name] - low[name])


@pytest.mark.slow
def test_units_fire_at_a_fifth_of_the_maximal_force_as_fast_as_those_of_people(contractions):
    """Within 1.5 pps of them, in both seeds. At the maximum they fire twice as fast: that is missed
    (docs/experiments/isometric_force.md), and held as it stands."""
    assert at_20(contractions, "rate") == pytest.approx(people.RATE_AT_20["soleus"], abs=1.5)
    assert contractions["maximal"]["rate"] == pytest.approx(23.4, abs=1.5)  # people: 7.8 to 13.6


@pytest.mark.slow
def test_emg_grows_in_proportion_to_force(contractions):
    """At a fifth of the maximal force a fifth of the EMG, within a quarter of it. No number of people is known here."""
    whole = contractions["maximal"]["emg"]
    assert at_20(contractions, "emg") / whole == pytest.approx(0.2, abs=0.05)
    assert (contractions["tenth"]["emg"] < contractions["third"]["emg"]).all()
    assert (contractions["third"]["emg"] < contractions["strong"]["emg"]).all()
    assert (contractions["strong"]["emg"] < whole).all()


@pytest.mark.slow
def test_the_force_of_a_weak_contraction_is_a_tenth_of_a_strong_one(contractions):
    ratio = contractions["tenth"]["force"] / contractions["strong"]["force"]
    assert ((ratio > 0.08) & (ratio < 0.2)).all()
    assert (contractions["strong"]["units"] == 90).all()


@pytest.mark.slow
def test_half_of_the_pool_brings_a_tenth_of_the_force(contractions):
    """Small units come first: thresholds of tibialis units of people have their median at 17 % (Caillet 2023)."""
    share = contractions["tenth"]["units"] / 90
    assert ((share > 0.4) & (share < 0.65)).all()


@pytest.mark.slow
def test_without_pic_the_same_command_brings_less_than_half_of_the_force(contractions):
    left = contractions["strong, no PIC"]["force"] / contractions["strong"]["force"]
    assert left.max() < 0.5


@pytest.mark.slow
def test_the_tibialis_fires_more_slowly_and_is_less_steady_than_that_of_people():
    """At a fifth of its maximal force. People's units fire at 14.5 pps, and their force varies by 1 to 4 %: both are
    missed (docs/experiments/isometric_force.md), and held as they stand, in both seeds."""
    ankle, seeds = networks.ankle(), np.tile(np.arange(2), 2)
    protocol = isometric_contraction(
        muscles=("tibialis",), command=8, tonic=1.5, before="200 ms", up="800 ms", hold="6.5 s"
    )
    simulator = Simulator(ankle, protocol, Record(every="10 ms", populations=("tibialis_motor_belly",)))
    values = {"protocol.tibialis.peak": np.repeat([8.0, 60.0], 2)}
    measures = isometric_measures("tibialis", amplitudes(ankle, "tibialis"), 0.2, 1.5, 7.5)
    found = evaluate(measures, simulator.run(values, seeds))
    force, rate, cv = (found[f"tibialis_{k}"].reshape(2, 2) for k in ("force", "rate", "force_cv"))
    assert force[0] / force[1] == pytest.approx(0.2, abs=0.04)
    assert rate[0] == pytest.approx(12.1, abs=1.0)
    assert rate[0].max() < people.RATE_AT_20["tibialis"] - 1
    assert cv[0].min() > people.FORCE_CV[1] + 1
    assert cv[0].max() < 11
