"""Renshaw cells, measured in discharges and potentials whose answer is known."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from experiments.measures import renshaw
from experiments.reflex.recurrent_inhibition import RecurrentInhibition
from tests.made_reflexes import ankle

AT = 0.5
NOTHING = np.nan


def view(**given) -> Any:
    """One sample of two motoneurons and two Renshaw cells: the first motoneuron is in the volley, the second is silent
    and sinks by 2 mV 20 ms after it."""
    time = np.arange(0, 0.65, 0.001)
    own = {
        "soleus": [[AT + 0.014, 0.1], [NOTHING, NOTHING]],
        "soleus_renshaw": [[AT + 0.015, AT + 0.017, AT + 0.022, 0.2], [AT + 0.03, NOTHING, NOTHING, NOTHING]],
        "soleus_motor_belly": [[AT + 0.004, NOTHING], [NOTHING, AT + 0.03]],
        **given,
    }
    sinks = -67 - 2 * np.exp(-(((time - AT - 0.02) / 0.005) ** 2))
    potentials = np.stack([np.full(len(time), -60.0), sinks])[None]
    return SimpleNamespace(
        samples=1,
        done=np.array([True]),
        time=time,
        spikes=lambda name: np.array([own[name]], float),
        traces=lambda name, population: potentials,
    )


def test_discharges_after_the_volley_are_counted_and_those_before_are_not():
    made = view()
    assert renshaw.discharges(made, "soleus", AT) == pytest.approx([2.0])  # three and one
    assert renshaw.active(made, "soleus", AT) == pytest.approx([100.0])
    assert renshaw.first(made, "soleus", AT) == pytest.approx([500.0])  # 2 ms, of the only cell with two
    assert renshaw.axons(made, "soleus", AT) == pytest.approx([50.0])  # the second impulse is a reflex


def test_cells_that_never_fire_have_no_burst():
    none = view(soleus_renshaw=[[NOTHING] * 4] * 2)
    assert renshaw.discharges(none, "soleus", AT) == [0]
    assert renshaw.active(none, "soleus", AT) == [0]
    assert np.isnan(renshaw.first(none, "soleus", AT)).all()
    assert np.isnan(renshaw.first(view(soleus_renshaw=[[AT + 0.01]] * 2), "soleus", AT)).all()


def test_the_ipsp_is_of_motoneurons_that_are_silent():
    assert renshaw.trough(view(), "soleus", AT) == pytest.approx([-2.0], abs=1e-3)
    assert np.isnan(renshaw.trough(view(soleus=[[AT + 0.014], [AT + 0.03]]), "soleus", AT)).all()


def test_the_rate_is_of_units_that_fire_before_the_stimulus():
    fires = [[0.2, 0.3, 0.4, AT + 0.01], [0.25, NOTHING, NOTHING, NOTHING]]
    assert renshaw.rate(view(soleus=fires), "soleus", AT, 0.1) == pytest.approx([3 / 0.4])
    assert np.isnan(renshaw.rate(view(soleus=[[NOTHING]] * 2), "soleus", AT, 0.1)).all()


def test_a_sample_that_failed_has_no_measure():
    made = view()
    made.done = np.array([False])
    for found in (renshaw.axons, renshaw.discharges, renshaw.active, renshaw.trough):
        assert np.isnan(found(made, "soleus", AT)).all()


def test_the_question_names_its_cases():
    question = RecurrentInhibition(
        network=ankle(), muscle="soleus", at="500 ms", window="0.5 ms", resting=("a", "b"), contracting=("c", "d")
    )
    assert [x.name for x in question.measures()] == ["axons", "discharges", "active", "first_rate", "trough", "rate"]
    assert question.stimulus == pytest.approx(0.5005)
