"""Whose Ia fibres inhibit the terminals of a muscle's Ia: its antagonists', and its own when they go on firing."""

import numpy as np
import pytest

import networks
from experiments.measures.vibration import counts
from networks.protocols import tendon_vibration
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.record import Record

OWN = "network.soleus_ia_to_soleus_pad.weight"
PULSE, LASTS = 0.3, 0.5
"""s after the start of the vibration."""


@pytest.fixture(scope="module")
def ankle():
    return networks.ankle(degrees=0, scale=0.05)


@pytest.mark.parametrize("muscle", ["soleus", "gastrocnemius", "tibialis"])
def test_own_fibres_and_those_of_antagonists_reach_presynaptic_interneurons(ankle, muscle):
    triceps = {"soleus", "gastrocnemius"}
    others = triceps if muscle == "tibialis" else {"tibialis"}
    sources = [p.source for p in ankle.projections if p.target == f"{muscle}_pad.g_ia"]
    assert sorted(sources) == sorted(f"{name}_ia_terminal" for name in (muscle, *others))
    reached = {p.target for p in ankle.projections if p.source == f"{muscle}_pad"}
    assert reached == {f"{muscle}_ia_terminal.d1", f"{muscle}_ia_terminal.d2"}


@pytest.fixture(scope="module")
def found(ankle):
    """A vibrated soleus with and without the way from its own Ia to its presynaptic interneurons, and a pulse on the
    nerve of one that is not vibrated, with and without: view and what is inhibited, muscle -> (sample, time)."""
    protocol = tendon_vibration(
        frequency="80 Hz", muscle="soleus", antagonist="tibialis", voluntary=1.5, antagonist_voluntary=0, tonic=1.5,
        nerve="posterior_tibial", intensity=1.05, interval=f"{PULSE} s", before="50 ms", lasts=f"{LASTS} s",
        after="10 ms",
    )  # fmt: skip
    own = np.array([1.0, 0.0, 1.0, 0.0])
    values = {f"{OWN}.{end}": own * ankle.leaves()[f"{OWN}.{end}"].number for end in ("low", "high")}
    values |= {"protocol.own.on": [1.0, 1.0, 0.0, 0.0], "protocol.stimulus.level": [0.0, 0.0, 1.05, 1.05]}
    muscles = ("soleus", "gastrocnemius")
    names = ("soleus_motor_belly", *(f"{muscle}_ia_terminal" for muscle in muscles))
    record = Record(("inhibited",), "5 ms", populations=names, max_rate="260 Hz")
    results = Simulator(ankle, protocol, record).run(values, np.zeros(4, int))
    of = results["population"].values
    inhibited = results["inhibited"].transpose("sample", "recorded", "time").values
    return View(results), {m: inhibited[:, of == f"{m}_ia_terminal"].mean(axis=1) for m in muscles}


def test_vibration_inhibits_the_terminals_of_its_own_muscle_alone(found):
    """A part of the release, in the last 0.2 s of half a second at 80 Hz; no antagonist fires."""
    view, taken = found
    late = (view.time >= 0.35) & (view.time < 0.55)
    with_it, without = taken["soleus"][:2, late].mean(axis=-1)
    assert 0.2 < with_it < 0.5
    assert without < 0.01
    assert taken["gastrocnemius"][0, late].mean() < 0.1 * with_it


def test_a_single_volley_is_not_weakened_by_the_inhibition_that_it_evokes(found):
    """Each unit answers it as without; 100 ms later terminals are inhibited by half to twice what a volley brings."""
    view, taken = found
    fired = counts(view, "soleus_motor_belly", 0.35, 0.42)
    assert fired[2].sum() > 10
    np.testing.assert_array_equal(fired[2], fired[3])
    after = (view.time >= 0.45) & (view.time < 0.47)
    assert 0.04 < taken["soleus"][2, after].mean() < 0.16
    assert taken["soleus"][3, after].max() < 0.01
