"""The ankle: every count is an argument, and a volley means the same however many cells stand for a pathway."""

from importlib.resources import files

import numpy as np
import pytest

from networks import ankle, pool, segment
from networks.human_ankle.build import build
from networks.human_ankle.muscle import Muscle
from networks.protocols import conditioned_reflex, nerve_stimulus
from sim.spec.composed import ProtocolError
from sim.spec.network import NetworkError
from sim.spec.params import Param
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


def test_the_table_says_how_many_cells_there_are():
    sizes = {p.name: p.size for p in ankle(scale=1).populations}
    fibres = sum(n for name, n in sizes.items() if name.endswith("_ending"))
    between = sum(n for name, n in sizes.items() if name.endswith(("_in", "_pad", "_renshaw")))
    motoneurons = sum(sizes[m] for m in ("soleus", "gastrocnemius", "tibialis"))
    text = " ".join(
        files("conf").joinpath("network", "ankle.yaml").read_text(encoding="utf-8").replace("#", "").split()
    )
    assert f"1 is {motoneurons} motoneurons, {fibres} fibres and {between} interneurons, with nodes of" in text
    assert f"and the rest {sum(sizes.values())} cells" in text


@pytest.mark.parametrize(
    ("given", "population", "said"),
    [
        ({}, "soleus", "0.1 of 900: ReMoto (Cisi & Kohn 2008)"),
        ({"scale": 0.05}, "tibialis_ia_ending", "0.05 of 280: ReMoto (Cisi & Kohn 2008)"),
        ({}, "gastrocnemius_ib_ending", "0.1 of 80: chosen"),
        ({}, "soleus_renshaw", "0.1 of 350: ReMoto (Cisi & Kohn 2008)"),
        ({"size": 3}, "soleus", "size of the network"),
        ({}, "ankle", ""),
    ],
)
def test_numbers_of_cells_have_a_source_in_the_description(given, population, said):
    rows = ankle(**given).describe()["Populations"].rows
    assert next(row for row in rows if row[0] == population)[-1] == said


PATHWAYS = (
    "soleus_ia_to_soleus", "soleus_ia_to_soleus_soma", "tibialis_ia_to_soleus_in", "soleus_in_to_soleus_dend",
    "soleus_to_soleus_renshaw_ach", "soleus_renshaw_to_soleus", "soleus_ib_in_to_soleus", "soleus_pad_d1",
    "soleus_ia_to_soleus_pad", "tibialis_ia_to_soleus_pad",
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
    weight = next(p for p in changed.projections if p.name == "soleus_ia_to_soleus").table()["weight"]
    assert isinstance(weight, Param)
    assert weight.value == "1 nS"


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


CELLS = pool("hTA", size=5, cell="powers_heckman_ankle")
ROW = {"pool": CELLS, "mechanics": "soleus", "nerve": "posterior_tibial", "motoneurons": 9, "ia": 4, "ii": 4, "ib": 4,
       "interneurons": 5, "nerve_at": "0.6 m", "belly_at": "0.7 m", "length": "0.8 m"}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"mechanics": "biceps"}, "the mechanics 'biceps', of which no joint is known: choose one of"),
        ({"motoneurons": 0}, "has motoneurons, a whole number from 1, but it is 0"),
        ({"spindle": 4}, "spindles of the muscle 'soleus' feel 0.5 to 1.5"),
        ({"synergists": {"x": 2}}, "the part 2 of its synergist 'x'"),
        ({"nerve": "two words"}, "the nerve of the muscle 'soleus' is one word"),
        ({"antagonists": "tibialis"}, "`antagonists` of the muscle 'soleus' is a list, but it is 'tibialis'"),
        ({"antagonists": None}, "`antagonists` of the muscle 'soleus' is a list, but it is None"),
        ({"counts": {"ic": "chosen"}}, "`counts` of the muscle 'soleus' has 'ic', of which it has no number: choose"),
        ({"counts": {"ia": 3}}, "'ia' in `counts` of the muscle 'soleus' is a text, but it is 3"),
        ({"counts": "chosen"}, "`counts` of the muscle 'soleus' is a table by name, but it is 'chosen'"),
        ({"antagonists": [3]}, "an antagonist of the muscle 'soleus' is one word"),
        ({"synergists": "tibialis"}, "`synergists` of the muscle 'soleus' is a table by name, but it is 'tibialis'"),
        (
            {"pool": pool("hTA", size=5)},
            "'Powers & Heckman 2017', which is not a cell of the ankle: it lacks the states",
        ),
        (
            {"pool": pool("hTA", size=5, cell="powers_heckman_segmental")},
            "in a segment', which is not a cell of the ank",
        ),
        ({"pool": segment(size=2)}, "the pool of the muscle 'soleus' is one population, but it has"),
        ({"reticulospinal": -1}, "the share -1 of the reticulospinal drive; give 0 or more"),
    ],
)
def test_a_muscle_that_cannot_be_is_refused(given, said):
    with pytest.raises(NetworkError, match=said):
        Muscle(name="soleus", **{**ROW, **given})


def table(**changes) -> dict:
    """The muscles of a small ankle; None takes a row away."""
    rows = {
        "soleus": {**ROW, "antagonists": ["tibialis"]},
        "tibialis": {**ROW, "mechanics": "tibialis", "nerve": "common_peroneal", "antagonists": ["soleus"]},
    }
    return {name: {k: v for k, v in {**row, **changes}.items() if v is not None} for name, row in rows.items()}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"nerve_at": None}, "the muscle 'soleus' of an ankle lacks nerve_at; give it in the table of the network"),
        ({"mechanics": None, "ia": None}, "lacks mechanics, ia; give it in the table"),
        ({"nreve": "x"}, "the muscle 'soleus' of an ankle has no 'nreve': did you mean 'nerve'"),
        ({"name": "x"}, "the muscle 'soleus' of an ankle has no 'name'"),
        ({"nerve": "soleus"}, "nerve of the muscle 'soleus' is 'soleus', which is another part of the ankle"),
        ({"nerve": "soleus_electrode"}, "'soleus_electrode', which is another part of the ankle"),
        ({"nerve": "ankle"}, "'ankle', which is another part of the ankle"),
        ({"antagonists": ["biceps"]}, "'soleus' has the antagonist 'biceps', which is no other muscle"),
        ({"pool": CELLS.populations[0]}, "the pool of the muscle 'soleus' is a Network"),
    ],
)
def test_a_table_of_muscles_that_cannot_be_is_refused(changes, said):
    assert build(muscles=table(), scale=1, cell="five compartments").population("soleus").size == 9
    with pytest.raises(NetworkError, match=said):
        build(muscles=table(**changes), scale=1)


def test_a_muscle_of_any_name_has_units_tendon_and_moment_arm_of_its_mechanics():
    rows = {**table(), "lateralis": {**ROW, "mechanics": "gastrocnemius", "antagonists": ["tibialis"]}}
    network, like = build(muscles=rows, scale=1), ankle(scale=0.01, size=ROW["motoneurons"])
    for part in ("units", "tendon"):
        own, other = (n.population(f"{m}_{part}") for n, m in ((network, "lateralis"), (like, "gastrocnemius")))
        for name in ("twitch_force", "contraction_time", "force_max", "slack"):
            assert own.table().get(name) == other.table().get(name)
    arms = {x.name: (x.value, x.source) for n in (network, like) for x in n.shared}
    assert arms["lateralis_arm"] == arms["gastrocnemius_arm"]


@pytest.mark.parametrize("wrong", [None, 3, "soleus", ["soleus"]])
def test_a_muscle_that_is_no_table_is_refused(wrong):
    with pytest.raises(NetworkError, match="the muscle 'soleus' of an ankle is a table by name"):
        build(muscles={"soleus": wrong}, scale=1)


def test_a_wrong_cell_is_refused_by_name():
    for cell, called in (("powers_heckman", "2017'"), ("powers_heckman_segmental", "2017 in a segment'")):
        with pytest.raises(
            NetworkError, match=f"'soleus' is made of 'Powers & Heckman {called}, which is not a cell of"
        ):
            ankle(cell=cell)


def test_every_weight_and_delay_that_does_something_has_a_source(tenth):
    for p in tenth.projections:
        table = p.table()
        assert table["weight"].source, p.name
        assert table["delay"].source or table["delay"].quantity.number == 0, p.name


@pytest.mark.parametrize("intensity", [-0.1, 101, float("nan"), "3 mA", True, None])
def test_an_intensity_that_no_stimulator_has_is_refused(intensity):
    at = {"muscle": "soleus", "voluntary": 0, "tonic": 0, "before": "50 ms", "after": "50 ms"}
    with pytest.raises(ProtocolError, match="an intensity of 0 to 100 times the motor threshold, a plain number, but"):
        nerve_stimulus(nerve="posterior_tibial", intensity=intensity, **at)
    other = {"conditioning_nerve": "common_peroneal", "interval": "3 ms"}
    with pytest.raises(ProtocolError, match="'common_peroneal' has an intensity of 0 to 100"):
        conditioned_reflex(nerve="posterior_tibial", intensity=1, conditioning=intensity, **other, **at)
    other["interval"] = "80 ms"
    with pytest.raises(ProtocolError, match="make `before` longer"):
        conditioned_reflex(nerve="posterior_tibial", intensity=1, conditioning=1, **other, **at)


def test_a_value_in_the_wrong_unit_is_refused():
    with pytest.raises(UnitError):
        ankle(soleus={"E_cl": "3 nS"})


def test_an_ankle_of_one_muscle_is_the_part_of_the_whole_that_is_that_muscle():
    """Its populations, its own projections with their weights, and none from a muscle that is not there."""
    whole, one = ankle(scale=0.05), ankle(scale=0.05, only=["soleus"])
    names = {p.name for p in one.populations}
    assert not any(name.startswith(("tibialis", "gastrocnemius")) for name in names)
    assert names == {
        p.name
        for p in whole.populations
        if not p.name.startswith(("tibialis", "gastrocnemius", "common_peroneal")) or p.name in names
    }
    brings = {p.name: brought(whole, p) for p in whole.projections if p.name in {q.name for q in one.projections}}
    assert len(brings) == len(one.projections)
    for p in one.projections:
        np.testing.assert_array_equal(brought(one, p), brings[p.name])
    pair = ankle(scale=0.05, only=["soleus", "tibialis"])
    assert {p.name for p in one.projections} < {p.name for p in pair.projections}
    assert one.leaves()["network.soleus.monoamine"].number == 0.35


@pytest.mark.parametrize(
    ("only", "said"),
    [([], "at least, for example"), (["soleu"], "no muscle of this ankle: did you mean"), ("soleus", "is a list")],
)
def test_muscles_that_an_ankle_has_not_are_refused(only, said):
    with pytest.raises(NetworkError, match=said):
        ankle(only=only)
