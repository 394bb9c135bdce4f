"""Who set a value: what ships with an experiment is the experiment's, what the command line changes the user's."""

import pytest

import networks
from experiments.configured import configured
from experiments.declare import declare, declare_network
from experiments.given import EXPERIMENT, keys
from networks.replaced import TABLE, USER
from sim.spec.params import Param

VOLLEYS = "experiment=reflex/recurrent_inhibition"


def sources(*settings: str) -> dict[str, str]:
    """Path of each number -> its source."""
    network = declare_network(configured(settings), settings)
    parts = (*network.populations, *network.projections)
    return {f"{p.name}.{name}": param.source for p in parts for name, param in p.table().items()}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (["network.set.soleus.noise=1"], {"network.set.soleus.noise"}),
        (["+network.set.monoamine=0.9", "++network.size=3"], {"network.set.monoamine", "network.size"}),
        (["+network.set={soleus: {noise: 1, E_cl: -65 mV}}"], {"network.set.soleus.noise", "network.set.soleus.E_cl"}),
        (["~network.set.soleus.noise", "network.words='a=b'"], {"network.set.soleus.noise", "network.words"}),
        (["network=ankle", "design.seeds=4"], {"network", "design.seeds"}),
        ([], set()),
    ],
)
def test_settings_give_the_values_that_they_name(settings, expected):
    assert keys(settings) == expected


def test_what_an_experiment_sets_is_its_own_and_what_the_command_line_sets_the_users():
    found = sources(VOLLEYS, "network.set.soleus.noise=1", '+network.set.soleus_renshaw_to_soleus.delay="2 ms"')
    assert found["soleus_ia_to_soleus.weight"] == EXPERIMENT
    assert found["gastrocnemius.noise"] == EXPERIMENT
    assert found["soleus.noise"] == USER
    assert found["soleus_renshaw_to_soleus.delay"] == USER
    assert "van Keulen" in found["soleus_renshaw_to_soleus.weight"]


def test_a_value_that_the_user_repeats_is_the_users():
    assert sources(VOLLEYS, 'network.set.soleus_ia_to_soleus.weight="0 nS"')["soleus_ia_to_soleus.weight"] == USER
    table = "network.set={soleus_ia_to_soleus: {weight: 1 nS}}"
    found = sources(VOLLEYS, table)
    assert found["soleus_ia_to_soleus.weight"] == USER
    assert found["soleus_ia_to_soleus_soma.weight"] == EXPERIMENT  # of the same table, and left as it was


def test_a_segment_and_a_pool_say_so_too():
    found = sources(
        "experiment=pool", "network=segment", "network.set.soleus.monoamine=0.5",
        "+network.set.soleus_ia.irregularity=0.2", "protocol.population=soleus", "record=segment",
    )  # fmt: skip
    assert (found["soleus.monoamine"], found["soleus_ia.irregularity"]) == (USER, USER)
    assert (found["tibialis.monoamine"], found["ligand.baseline"]) == (EXPERIMENT, EXPERIMENT)
    found = sources("network=hTA", "+network.set.monoamine=0.9", 'network.table.tau_ca.low="60 ms"')
    assert (found["hTA.monoamine"], found["hTA.tau_ca"]) == (USER, USER)
    assert "ModelDB" in found["hTA.E_leak"]


def test_results_say_so():
    settings = (VOLLEYS, "network.set.soleus.noise=1")
    source, _ = declare(configured(settings), settings)
    (study,) = source.studies().values()
    tables = {table["title"]: table for table in study.described()["description"]["network"]}
    weights = tables["Weights and delays"]["rows"]
    assert next(row for row in weights if row[:2] == ("soleus_ia_to_soleus", "weight"))[-1] == EXPERIMENT
    (pool,) = (table for title, table in tables.items() if title.startswith("soleus: "))
    assert next(row for row in pool["rows"] if row[0] == "noise")[-1] == USER


def test_who_set_a_value_is_no_part_of_the_digest():
    settings = (VOLLEYS, 'network.set.soleus_ia_to_soleus.weight="0 nS"')
    mine, theirs = (declare(configured(settings), given)[0].studies()[""].digest() for given in (settings, ()))
    assert mine == theirs


def test_numbers_of_cells_that_the_user_changed_are_the_users():
    settings = ("network=ankle", "network.muscles.soleus.motoneurons=500")
    origins = {p.name: p.origin for p in declare_network(configured(settings), settings).populations}
    assert origins["soleus"] == "0.1 of 500: set by the user"
    assert origins["soleus_ia_ending"] == "0.1 of 400: ReMoto (Cisi & Kohn 2008)"


def test_in_python_the_caller_is_the_user_unless_a_value_says_where_it_comes_from():
    paper = Param("-65 mV", "a paper")
    ankle = networks.ankle(size=2, soleus={"noise": 1, "E_cl": paper}, soleus_ib_to_soleus_ib_in={"weight": "1 nS"})
    populations = {p.name: p.table() for p in ankle.populations}
    assert populations["soleus"]["noise"].source == USER
    assert populations["soleus"]["E_cl"] == paper
    assert populations["tibialis"]["noise"].source == TABLE
    (weight,) = (p.weight for p in ankle.projections if p.name == "soleus_ib_to_soleus_ib_in")
    assert isinstance(weight, Param)
    assert weight.source == USER
    segment = {p.name: p.table() for p in networks.segment(size=2, soleus={"E_cl": paper}).populations}
    assert segment["soleus"]["E_cl"] == paper
    assert segment["soleus"]["monoamine"].source == TABLE
    (pool,) = networks.pool("hTA", monoamine=Param(0.9, "a paper")).populations
    assert pool.table()["monoamine"].source == "a paper"
