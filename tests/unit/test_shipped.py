"""Networks by name: in Python they are what the command composes."""

import pytest
from hydra import compose, initialize_config_module

import networks
from experiments import run  # noqa: F401  which stores the types of the top-level keys
from experiments.declare import declare_network
from sim.spec.canonical import canonical
from sim.spec.network import NetworkError
from sim.units import UnitError


def composed(*overrides: str):
    with initialize_config_module("conf", version_base="1.3"):
        return declare_network(compose("config", overrides=list(overrides)))


SAME = {
    "ankle": (networks.ankle, ("network=ankle",)),
    "half": (
        lambda: networks.ankle(scale=0.05, soleus={"monoamine": 0.5}),
        ("network=ankle", "network.scale=0.05", "network.set.soleus.monoamine=0.5"),
    ),
    "hTA": (lambda: networks.pool("hTA"), []),
    "default": (lambda: networks.pool(), ["network=hTA"]),
    "cMG": (lambda: networks.pool("cMG"), ["network=cMG"]),
    "values": (
        lambda: networks.pool("hTA", size=6, monoamine=0.9, tau_ca="80 ms"),
        ["network.size=6", "+network.set.monoamine=0.9", '+network.set.tau_ca="80 ms"'],
    ),
    "row": (
        lambda: networks.pool("hTA", theta_h={"low": "8 mV", "high": "-8 mV", "skew": 1}),
        ["network.table.theta_h.low=8 mV", "network.table.theta_h.high=-8 mV"],
    ),
    "end of a row": (
        lambda: networks.pool("hTA", tau_ca={"low": "60 ms"}),
        ["network.table.tau_ca.low=60 ms"],
    ),
    "cell": (
        lambda: networks.pool("cMG", cell="powers_heckman_segmental"),
        ["network=cMG", "network.cell=powers_heckman_segmental"],
    ),
    "segment": (lambda: networks.segment(), ["network=segment"]),
    "small segment": (
        lambda: networks.segment(size=4, afferents=3, interneurons=5, wiring=2, soleus={"monoamine": 0.5}),
        [
            "network=segment",
            "network.size=4",
            "network.afferents=3",
            "network.interneurons=5",
            "network.wiring=2",
            "network.set.soleus.monoamine=0.5",
        ],
    ),
    "cell of a segment": (
        lambda: networks.segment(cell="powers_heckman_ankle"),
        ["network=segment", "network.cell=powers_heckman_ankle"],
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_a_network_by_name_is_what_the_command_composes(name):
    own, overrides = SAME[name]
    assert canonical(own()) == canonical(composed(*overrides))


def test_every_table_that_ships_has_a_name_and_can_be_built():
    assert {"hTA", "cMG", "segment", "ankle"} <= set(networks.names())
    for name in networks.names():
        build = {"segment": networks.segment, "ankle": networks.ankle}.get(name, networks.pool)
        assert build(name, size=2).populations


def test_captions_say_what_was_changed():
    assert "monoamine 0.9" in networks.pool("hTA", monoamine=0.9).words


def test_a_table_of_ones_own_is_read_from_its_file(tmp_path):
    own = tmp_path / "mine.yaml"
    own.write_text("defaults: [hTA]\nname: mine\nsize: 3\ntable: {E_leak: {low: -70 mV, high: -70 mV, skew: 1}}\n")
    (mine,) = networks.pool(str(own)).populations
    assert (mine.name, mine.size) == ("mine", 3)
    assert mine.leaves()["network.mine.E_leak.low"].number == -70
    assert mine.leaves()["network.mine.g_na.low"] == networks.pool("hTA").leaves()["network.hTA.g_na.low"]


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: networks.pool("hTB"), "did you mean 'hTA'"),
        (lambda: networks.pool("segment"), r"networks.segment\('segment'\)"),
        (lambda: networks.segment("hTA"), r"networks.pool\('hTA'\)"),
        (lambda: networks.pool("hTA", monoamin=0.9), "did you mean 'monoamine'"),
        (lambda: networks.pool("hTA", cell="powers"), "no cell 'powers'"),
        (lambda: networks.pool("hTA", size=0), "at least one cell"),
        (lambda: networks.pool("hTA", tau_ca={"lowest": "90 ms"}), "a row is low, high, skew"),
        (lambda: networks.pool("hTA", tau_h={"low": "30 ms"}), "needs `low` and `high`"),
        (lambda: networks.segment(soleus=0.5), "soleus={'PARAMETER': 0.5}"),
        (lambda: networks.segment(soles={"monoamine": 1}), "did you mean 'soleus'"),
        (lambda: networks.segment(cell="powers_heckman"), "_segmental"),
        (lambda: networks.ankle("hTA"), r"networks.pool\('hTA'\)"),
        (lambda: networks.ankle(cell="powers_heckman"), "'Powers & Heckman 2017', which is not a cell of the ankle"),
        (lambda: networks.ankle(soleus=0.5), "soleus={'PARAMETER': 0.5}"),
        (lambda: networks.pool("nowhere.yaml"), "no file 'nowhere.yaml'"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(call, said):
    with pytest.raises(NetworkError, match=said):
        call()


def test_a_value_in_the_wrong_unit_is_refused():
    with pytest.raises(UnitError, match="tau_ca"):
        networks.pool("hTA", tau_ca="80 mV")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "cannot read"),
        ("- hTA", "no table of a network"),
        ("defaults: [mine]", "begins with itself"),
        ("defaults: [hTB]", "did you mean 'hTA'"),
        ("defaults: [hTA]\nsize: ${network.number}", "has no 'number'"),
        ("defaults: [hTA]\nsize: many", "size"),
        ("defaults: [hTA]\nsizes: 3", "does not fit"),
        ("name: mine\nsize: 3", "no pool"),
        ("defaults: [hTA]\ntable: 3", "lacks diam_soma"),
    ],
)
def test_a_file_that_is_no_pool_is_told_in_a_sentence(text, said, tmp_path):
    (tmp_path / "mine.yaml").write_text(text)
    with pytest.raises(NetworkError, match=said):
        networks.pool(str(tmp_path / "mine.yaml"))
