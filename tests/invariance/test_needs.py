"""Whatever a question cannot be asked of is refused before the first step of a simulation, in one sentence."""

import random

import pytest
import xarray as xr

from experiments.configured import configured
from experiments.declare import UserError
from experiments.run import perform
from sim.backends.simulation import LaneSimulation

SIMULATED = ("paired_delta_f", "pool", "sweep", "inhibition_reversal", "spasm", "abort_spasm", "abort_map")
QUICK = ("paired_delta_f", "pool", "sweep", "abort_spasm")
POOLS = SIMULATED[:4]
SETTINGS: dict[str, list[str]] = {  # of each question, what it cannot be asked with
    "paired_delta_f": [
        "question.example=[1]", "question.levels=[a,b]", "~design.axes.monoamine", "~design.axes.inhibition",
    ],
    "pool": ["question.signals=[force]", "question.signals=[sound]", "+question.other=1"],
    "sweep": ["design=factors", "question.signals=[emg]"],
    "inhibition_reversal": ["record.variables=[]", "record=spikes", "~design.axes.peak", "question.contrast=[1,2,3]"],
    "spasm": [
        "question.ligand=network.ligand.base", "record.variables=[]", "question.start=1 mV", "question.duration=100 s",
        "question.shown=0.5", "~design.axes.monoamine", "record.cells=[0]",
    ],
    "abort_spasm": [
        "question.untreated=x", "question.shown=[x]", "question.doses=[x]", "question.nerve=soleus_ia",
        "question.ligand=x", "record.variables=[]", "record.populations=[soleus]", "question.start=99 s",
    ],
    "abort_map": [
        "question.treatment=x", "question.relaxation=x", "design.axes.intensity.values=[0.5,1]", "~design.axes.ligand",
        "question.start=99 s",
    ],
}  # fmt: skip
ANY = ["question.population=nobody", "question.population=3", "record.commands=false", "question.population=''"]
ANY += ["record.populations=[nobody]", "record.variables=[nothing]", "record.every=10 s"]
SPIKES = ["record.keep_spikes=false"]
"""What those that draw spikes cannot do without."""
RATES = ["question.convention=none", "question.convention=3"]


def refused(experiment: str, settings: list[str], tmp_path) -> str:
    try:
        perform(configured([f"experiment={experiment}", "scale=smoke", f"out={tmp_path}", *settings]))
    except UserError as problem:
        return str(problem)
    return ""


@pytest.fixture
def nothing_starts(monkeypatch):
    """A step of a simulation fails the test."""
    monkeypatch.setattr(LaneSimulation, "run", lambda *_: pytest.fail("a simulation was started"))
    monkeypatch.setattr(xr.Dataset, "to_zarr", lambda *_: pytest.fail("a store was made"))


@pytest.mark.parametrize(
    "experiment", [x if x in QUICK else pytest.param(x, marks=pytest.mark.slow) for x in SIMULATED]
)
def test_a_wrong_setting_is_refused_before_anything_is_simulated(experiment, nothing_starts, tmp_path):
    every = SETTINGS[experiment] + ANY + (RATES if experiment in POOLS else [])
    every += SPIKES if experiment not in ("sweep", "abort_map") else []
    for setting in every:
        said = refused(experiment, [setting], tmp_path)
        assert said, f"{experiment} {setting} was accepted"
        assert "\n" not in said
        assert said.endswith((".", "?")), said
        assert len(said) > 20


@pytest.mark.slow
@pytest.mark.parametrize("experiment", SIMULATED)
def test_of_random_wrong_settings_none_starts_a_simulation(experiment, tmp_path, monkeypatch):
    """Two at once, some of them fine; what begins to simulate is stopped there."""
    pick = random.Random(experiment)

    class Started(Exception):
        """A simulation."""

    def start(*_):
        raise Started

    monkeypatch.setattr(LaneSimulation, "run", start)
    fine = ["design.seeds=3", "question.shown=[0.3]", "record.every=20 ms", "seed=4", "batch=2", "dt=50 us"]
    for _ in range(15):
        settings = pick.sample(fine[:1] + fine[2:] + SETTINGS[experiment] + ANY, 2)
        wrong = set(settings) - set(fine)
        try:
            said = refused(experiment, settings, tmp_path)
        except Started:
            assert not wrong
        else:
            assert said
            assert wrong
