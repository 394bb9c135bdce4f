"""Renshaw cells of the ankle after an antidromic volley: a burst, and inhibition that grows with the volley."""

import numpy as np
import pytest

import networks
from experiments.measures.renshaw import axons, discharges, first, rate, trough
from experiments.published import recurrent as cats
from networks.protocols import nerve_stimulus
from sim.results.view import View
from sim.simulator import Simulator
from sim.spec.record import Record

AT = 0.3005
RECORD = Record(
    variables=("v_soma",), every="1 ms", commands=False, max_rate="400 Hz",
    populations=("soleus", "soleus_renshaw", "soleus_motor_belly"),
)  # fmt: skip
ALONE = ("soleus_ia_to_soleus", "soleus_ia_to_soleus_soma", "gastrocnemius_ia_to_soleus",
         "gastrocnemius_ia_to_soleus_soma", "soleus_ib_in_to_soleus", "gastrocnemius_ib_in_to_soleus")  # fmt: skip


NONE = {"weight": "0 nS"}
RENSHAW = [
    f"network.{muscle}_renshaw_to_soleus.weight.{end}"
    for muscle in ("soleus", "gastrocnemius")
    for end in ("low", "high")
]
REST = {"nerve": "posterior_tibial", "intensity": 1, "muscle": "soleus", "tonic": 1.5}


@pytest.fixture(scope="module")
def ankle():
    """Afferents reach no motoneuron of the soleus."""
    return networks.ankle(**dict.fromkeys(ALONE, NONE))


def reaching(ankle, part: np.ndarray) -> dict[str, np.ndarray]:
    """What Renshaw cells bring to motoneurons, a part of it in each sample."""
    return {path: part * ankle.leaves()[path].number for path in RENSHAW}


@pytest.fixture(scope="module")
def volleys(ankle):
    """Two seeds of three intensities, with Renshaw cells and with ones that reach no motoneuron."""
    intensity = np.repeat([0.9, 1.1, 1.5], 2)
    protocol = nerve_stimulus(voluntary=1.5, before="300 ms", after="120 ms", **REST)
    values = {"protocol.stimulus.level": np.tile(intensity, 2), **reaching(ankle, np.repeat([1.0, 0.0], 6))}
    results = Simulator(ankle, protocol, RECORD).run(values, np.tile([0, 1], 6))
    return {name: View(results.isel(sample=part)) for name, part in
            (("with", slice(None, 6)), ("without", slice(6, None)))}  # fmt: skip


@pytest.mark.slow
def test_a_volley_of_all_makes_renshaw_cells_burst_as_in_cats(volleys):
    rates = first(volleys["with"], "soleus", AT).reshape(3, 2)[-1]
    low, high = cats.FIRST_RATE
    assert low < rates.min()
    assert rates.max() < high
    assert discharges(volleys["with"], "soleus", AT).reshape(3, 2)[-1].min() > 5


@pytest.mark.slow
def test_discharges_and_inhibition_grow_with_the_volley(volleys):
    reached = axons(volleys["with"], "soleus", AT).reshape(3, 2)
    assert reached[0].max() == 0
    assert (reached[1] > 0).all()
    assert (reached[1] < reached[2]).all()
    assert (np.diff(discharges(volleys["with"], "soleus", AT).reshape(3, 2), axis=0) > 0).all()
    with_, without = (trough(volleys[name], "soleus", AT).reshape(3, 2) for name in ("with", "without"))
    assert ((with_ - without)[1] < -0.5).all()  # mV
    assert (np.abs(with_ - without)[0] < 0.2).all()


@pytest.mark.slow
def test_renshaw_cells_take_a_few_pps_from_a_contraction(ankle):
    """A few, as in cats (Granit et al. 1961, as others cite it): 1 to 5, in each of three seeds."""
    protocol = nerve_stimulus(voluntary=8, before="1 s", after="10 ms", **{**REST, "intensity": 0})
    record = Record(commands=False, max_rate="60 Hz", populations=("soleus",))
    results = Simulator(ankle, protocol, record).run(reaching(ankle, np.repeat([1.0, 0.0], 3)), np.tile([0, 1, 2], 2))
    with_it, without = rate(View(results), "soleus", 1.0, 0.5).reshape(2, 3)
    assert ((without - with_it > 1) & (without - with_it < 5)).all()
