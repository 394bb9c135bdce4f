"""Renshaw cells of the ankle after an antidromic volley: a burst, and inhibition that grows with the volley."""

import numpy as np
import pytest

import networks
from experiments.measures.renshaw import axons, discharges, first, trough
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
NONE = {"weight": "0 nS"}
ALONE = ("soleus_ia_to_soleus", "soleus_ia_to_soleus_soma", "gastrocnemius_ia_to_soleus",
         "gastrocnemius_ia_to_soleus_soma", "soleus_ib_in_to_soleus", "gastrocnemius_ib_in_to_soleus")  # fmt: skip


@pytest.fixture(scope="module")
def volleys():
    """Two seeds of three intensities, with Renshaw cells and with ones that reach no motoneuron."""
    intensity = np.repeat([0.9, 1.1, 1.5], 2)
    protocol = nerve_stimulus(
        nerve="posterior_tibial",
        intensity=1,
        muscle="soleus",
        voluntary=1.5,
        tonic=1.5,
        before="300 ms",
        after="120 ms",
    )
    found = {}
    for name, more in (("with", {}), ("without", dict.fromkeys(("soleus_renshaw_to_soleus",
                       "gastrocnemius_renshaw_to_soleus"), NONE))):  # fmt: skip
        ankle = networks.ankle(**dict.fromkeys(ALONE, NONE), **more)
        results = Simulator(ankle, protocol, RECORD).run({"protocol.stimulus.level": intensity}, np.tile([0, 1], 3))
        found[name] = View(results)
    return found


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
