"""The ankle: every count is an argument, and a volley means the same however many cells stand for a pathway."""

import numpy as np
import pytest

from networks import ankle
from sim.spec.network import NetworkError
from sim.units import UnitError


@pytest.fixture(scope="module")
def tenth():
    return ankle()


def brought(network, projection) -> np.ndarray:
    """What one spike of every source cell brings to each target cell."""
    sizes = {p.name: p.size for p in network.populations}
    sources, targets = sizes[projection.source_population], sizes[projection.target_population]
    weight = projection.table()["weight"]
    leaves = {leaf: np.array([value.number]) for leaf, value in weight.leaves().items()}
    wires = projection.wiring.table(sources, targets, projection.name)
    return wires.sum(0) * np.broadcast_to(weight.across(targets, leaves)[0], targets)


def test_human_numbers_are_those_of_the_table():
    sizes = {p.name: p.size for p in ankle(scale=1).populations}
    assert [sizes[m] for m in ("soleus", "gastrocnemius", "tibialis")] == [900, 600, 350]
    assert [sizes[f"{m}_ia_ending"] for m in ("soleus", "gastrocnemius", "tibialis")] == [400, 80, 280]
    assert {sizes[f"{m}_{kind}"] for m in ("soleus", "tibialis") for kind in ("in", "renshaw", "pad", "ib_in")} == {350}
    assert sizes["soleus_motor_nerve"] == sizes["soleus_motor_belly"] == sizes["soleus_units"] == 900


PATHWAYS = (
    "soleus_ia_to_soleus", "soleus_ia_to_soleus_soma", "tibialis_ia_to_soleus_in", "soleus_in_to_soleus_dend",
    "soleus_to_soleus_renshaw_ach", "soleus_renshaw_to_soleus", "soleus_ib_in_to_soleus", "soleus_pad_d1",
)  # fmt: skip


def test_a_volley_of_all_brings_the_same_at_every_scale(tenth):
    """First and last target cell, from 0.05 to 0.4 of the human numbers, within the rounding of who is heard."""
    found = [
        [brought(network, p)[[0, -1]] for p in network.projections if p.name in PATHWAYS]
        for network in (ankle(scale=0.05), tenth, ankle(scale=0.4))
    ]
    assert np.shape(found) == (3, len(PATHWAYS), 2)
    assert np.allclose(found, found[1], rtol=1e-4)


def test_tendons_bring_the_force_of_the_muscle_at_every_scale(tenth):
    whole = [n.population("soleus_units").table()["whole"].quantity.number for n in (tenth, ankle(scale=0.3))]
    assert whole[0] == whole[1]


def test_one_number_conducts_both_ways(tenth):
    """A velocity decides the delay to the nerve and back, and what its nodes know of it."""
    numbers = {path: np.array([q.number]) for path, q in tenth.leaves().items()}
    slower = tenth.completed({**numbers, "network.soleus_motor_slowest": numbers["network.soleus_motor_slowest"] / 2})
    usual = tenth.completed(numbers)
    paths = [
        "network.soleus_to_soleus_motor_nerve_above.delay.low",
        "network.soleus_motor_nerve_to_soleus_antidromic.delay.low",
        "network.soleus_motor_nerve.conduction_above.low",
    ]
    for path in paths:
        assert slower[path] == pytest.approx(2 * usual[path])
        assert usual[path] == pytest.approx(600 / 44, rel=1e-6)  # ms: 0.6 m at 44 m/s


def test_values_replace_those_of_a_part(tenth):
    changed = ankle(soleus={"monoamine": 0.9}, soleus_ia_to_soleus={"weight": "1 nS"})
    assert changed.population("soleus").table()["monoamine"].quantity.number == 0.9
    assert tenth.population("soleus").table()["monoamine"].quantity.number == 0.35
    assert next(p for p in changed.projections if p.name == "soleus_ia_to_soleus").table()["weight"].value == "1 nS"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"scale": 0}, "network.scale is a part of the human numbers"),
        ({"scale": 2}, "network.scale is a part of the human numbers"),
        ({"scale": 0.001}, "at scale 0.001 the muscle 'soleus' has no ia left of its 400"),
        ({"degrees": 80}, "an ankle starts between -50 degrees"),
        ({"sole": {"monoamine": 1}}, "which is no part of the ankle: did you mean"),
        ({"soleus_ia_to_soleus": {"gain": 1}}, "which has a weight and a delay"),
    ],
)
def test_an_ankle_that_cannot_be_is_refused(given, said):
    with pytest.raises(NetworkError, match=said):
        ankle(**given)


def test_a_value_in_the_wrong_unit_is_refused():
    with pytest.raises(UnitError):
        ankle(soleus={"E_cl": "3 nS"})
