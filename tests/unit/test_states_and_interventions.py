"""States and interventions are chosen by name, in an order, and adding one is one file in a folder of one's own."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hydra import compose, initialize_config_module
from omegaconf import DictConfig

from experiments.declare import UserError, declare_network, declare_protocol, declare_study
from sim.spec.network import Network
from sim.spec.state import State
from sim.units import number_in

CONF = Path(__file__).parents[2] / "conf"
STATES = sorted(f.stem for f in (CONF / "state").glob("*.yaml"))
INTERVENTIONS = sorted(f.stem for f in (CONF / "intervention").glob("*.yaml"))


def composed(*overrides: str) -> DictConfig:
    with initialize_config_module("conf", version_base="1.3"):
        return compose("config", overrides=list(overrides))


SEGMENT = ("experiment=pool", "network=segment", "protocol.population=soleus", "record=segment", "scale=smoke")


def segment(*states: str) -> Network:
    return declare_network(composed(*SEGMENT, f"state=[{','.join(states)}]"))


def level(network: Network) -> float:
    return network.leaves()["network.soleus.monoamine"].number


def ankle(*states: str) -> Network:
    """That of people's ramps, small."""
    return declare_network(composed("experiment=people/ramp", "scale=smoke", f"state=[{','.join(states)}]"))


@pytest.mark.parametrize("name", STATES)
def test_every_state_fits_its_network_and_says_where_it_comes_from(name):
    """Cells of people are those of an ankle, of one muscle each; all other states fit the segment."""
    of = ankle if name.startswith("people_") else segment
    network = of(name)
    (state,) = network.states
    assert state.name == name
    assert len(state.source) > 20
    assert network.leaves() != of().leaves()


def test_cells_of_people_change_their_own_muscle_and_what_its_person_knows():
    plain = ankle().leaves()
    for muscle, side in {"soleus": "plantar", "gastrocnemius": None, "tibialis": "dorsal"}.items():
        found = ankle(f"people_{muscle}").leaves()
        changed = {path for path, leaf in found.items() if leaf != plain[path]}
        own = {path for path in changed if path.startswith(f"network.{muscle}.")}
        known = {f"network.person.{side}_{what}" for what in ("ready", "expected")} if side else set()
        assert changed - own == known
        assert f"network.{muscle}.warm_up" in own


def test_an_injured_segment_inhibits_less_and_has_a_higher_level():
    normal, injured, severe = (segment(*names) for names in ((), ("injured",), ("severe",)))
    assert [level(n) for n in (normal, injured, severe)] == [0.35, 0.5, 0.7]
    for network, expected in ((normal, -75), (injured, -65), (severe, -65)):
        assert network.leaves()["network.tibialis.E_cl"].number == expected


def test_no_pic_leaves_no_persistent_calcium_conductance():
    leaves = segment("no_pic").leaves()
    found = [q.number for path, q in leaves.items() if ".g_cal_" in path and not path.endswith(".skew")]
    assert found == [0] * (2 * 4 * 2)


def test_states_apply_in_the_order_in_which_they_are_named():
    assert [s.name for s in segment("severe", "serotonin_blocked").states] == ["severe", "serotonin_blocked"]
    assert level(segment("severe", "serotonin_blocked")) == pytest.approx((0.35 + 0.35) * 0.9)
    assert level(segment("serotonin_blocked", "severe")) == pytest.approx(0.35 * 0.9 + 0.35)


def test_another_state_is_another_result_and_no_state_is_the_network_itself():
    digests = {tuple(s): segment_digest(*s) for s in ((), ("relaxed",), ("injured",))}
    assert len(set(digests.values())) == 3
    assert segment_digest() == digests[()]


def segment_digest(*states: str) -> str:
    return declare_study(composed(*SEGMENT, f"state=[{','.join(states)}]")).digest()


def test_a_state_that_does_not_fit_the_network_is_refused_in_a_sentence():
    with pytest.raises(UserError, match=r"the state 'relaxed' changes 'network.ligand.baseline', which leads to no"):
        declare_network(composed("experiment=pool", "state=[relaxed]"))


@pytest.mark.parametrize("name", INTERVENTIONS)
def test_every_intervention_is_an_element_that_a_design_switches(name):
    config = composed("experiment=spasm", "scale=smoke", f"intervention=[{name}]")
    protocol = declare_protocol(config)
    assert protocol.leaves()[f"protocol.{name}.on"].number == 1
    assert protocol.length({}) <= 7000  # ms: short at smoke scale


def test_interventions_stand_beside_the_protocol():
    config = composed("experiment=spasm", "intervention=[continuous]", "timing.start=5 s", "timing.lasts=30 s")
    numbers = {}
    assert declare_protocol(config).length(numbers) == 35_000
    assert declare_protocol(composed("experiment=spasm")).length(numbers) == 10_000


def test_what_is_no_intervention_is_refused_in_a_sentence():
    wrong = "+intervention.wrong={_target_: sim.spec.record.Record}"
    with pytest.raises(UserError, match="intervention is built by a Protocol"):
        declare_protocol(composed("experiment=spasm", wrong))


MINE = """# @package state.mine
_target_: sim.spec.state.State
name: mine
changes: {network.*.monoamine: {scale: 0.5}, network.hTA.E_cl: -70 mV}
source: of my own
"""
CUT = """# @package intervention.cut
_target_: sim.spec.protocol.Course
name: cut
target: hTA.inhibition
times: [1 s, 2 s, 2 s, 3 s]
levels: [0, 4, 8, 8]
"""


def test_a_state_and_an_intervention_of_ones_own_are_one_file_each(command, tmp_path):
    for group, name, text in (("state", "mine", MINE), ("intervention", "cut", CUT)):
        (tmp_path / "conf" / group).mkdir(parents=True)
        (tmp_path / "conf" / group / f"{name}.yaml").write_text(text)
    chosen = [f"--config-dir={tmp_path / 'conf'}", "state=[mine]", "intervention=[cut]", f"out={tmp_path / 'out'}"]
    done = command(*chosen, "experiment=pool", "scale=smoke")
    assert done.returncode == 0, done.stderr
    (store,) = (tmp_path / "out").glob("*/store.zarr")
    results = xr.open_zarr(store, chunks=None)
    course = results["hTA.inhibition"].isel(sample=0)
    found = [float(course.sel(time=t, method="nearest")) for t in (0.5, 1.5, 2.5, 3.5)]
    np.testing.assert_allclose(found, [1.5, 3.5, 9.5, 1.5], atol=1e-3)  # as recorded: 15 bits


def test_a_state_is_written_in_files_as_in_python():
    state = State("injured", {"network.*.E_cl": "-65 mV", "network.*.monoamine": {"shift": 0.15}})
    assert segment().under(state).leaves() == segment("injured").leaves()
    assert number_in(segment("injured").leaves()["network.soleus.E_cl"].number, "mV") == -65
