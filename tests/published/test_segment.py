"""What an antagonist segment does as a whole: what must act through what, the spasm, and what stops it."""

from functools import reduce
from operator import add
from typing import Any

import numpy as np
import pytest

from experiments.verification import runs
from sim.analysis.silence import silence
from sim.design import Design
from sim.results.status import Status
from sim.spec.network import Network
from sim.spec.protocol import Protocol
from sim.spec.record import Record

SPIKES = Record(commands=True, every="50 ms", max_rate="250 Hz")


def segment(*overrides: str, size: int = 20) -> Network:
    """The segment of conf/network."""
    return runs.composed("+network=segment", f"network.size={size}", *overrides)["network"]


def treated(name: str, *interventions: str, **changes: Any) -> Protocol:
    """A protocol of conf/protocol, and interventions of conf/intervention beside it; settings by `group.key`."""
    settings = [f"{'+' if key.startswith('timing') else ''}{key}={value}" for key, value in (TIMING | changes).items()]
    settings += [f"intervention.{own}.{key}" for own in STIMULI if own in interventions for key in FIBRES]
    found = runs.composed(f"+protocol={name}", f"+intervention=[{','.join(interventions)}]", *settings)
    return reduce(add, found["intervention"].values(), found["protocol"])


def spasm(**changes: Any) -> Protocol:
    """A short spasm, and everything that may be done against it."""
    return treated("brief", "continuous", "emg", "force", "button", "relaxation", **changes)


def of(found, network: Network, *populations: str) -> np.ndarray:
    """Steps of the spikes of some populations, (sample, unit, spike)."""
    names = np.repeat([p.name for p in network.populations], [p.size for p in network.populations])
    return found.steps[:, np.isin(names, populations)]


OFF = {f"protocol.{name}.on": 0 for name in ("continuous", "emg", "force", "button", "relaxation")}
BASE = {
    **OFF,
    "protocol.continuous.frequency": "100 Hz",
    "protocol.force.above": 1,
    "network.soleus.monoamine": 0.5,
    "network.ligand.baseline": 0.5,
    "network.soleus_in.v_threshold": "-57.5 mV",
}
TRAIN = {"protocol.continuous.on": 1}
CALM = {"protocol.relaxation.on": 1}
COMPLETE = {"network.soleus.monoamine": 1.0, "network.ligand.baseline": 0}  # injury: all of the level is constitutive
CASES = {
    "nothing": {},
    "train": TRAIN,
    "train, no interneurons": {**TRAIN, "network.soleus_in.v_threshold": "100 mV"},
    "relaxation": CALM,
    "complete": COMPLETE,
    "complete, relaxation": {**COMPLETE, **CALM},
    "normal": {"network.soleus.monoamine": 0.35},
    "answers": {"protocol.force.on": 1},
    "never": {"protocol.force.on": 1, "protocol.force.above": 50},
}
STIMULI = ("continuous", "emg", "force", "button", "nerve")
FIBRES = ("nerve=tibialis_ia", "intensity=1")
TIMING = {"timing.start": "3 s", "timing.lasts": "5 s", "timing.relaxing": "2 s", "timing.relaxed": "3 s"}


def on(base: dict, cases: dict) -> dict:
    """Every case with what all of them have in common."""
    return {name: {**base, **changes} for name, changes in cases.items()}


@pytest.fixture(scope="module")
def spasms(simulate):
    """A short spasm in every case, four seeds: steps of the soleus, of the tibialis and its afferents, and signals."""
    network = segment()
    found = simulate(
        network,
        spasm(**{"protocol.after": "6 s"}),
        record=SPIKES,
        design=Design(cases=on(BASE, CASES), seeds=4),
        batch=36,
    )
    assert (found.status == Status.DONE).all()

    def case(name: str) -> dict[str, np.ndarray]:
        rows = slice(4 * list(CASES).index(name), 4 * list(CASES).index(name) + 4)
        steps = {p: of(found, network, p)[rows] for p in ("soleus", "tibialis", "tibialis_ia", "soleus_in")}
        return steps | {name: x[rows] for name, x in found.traces.items()}

    return case


def units_firing(steps: np.ndarray, start: float, end: float, dt: float = 0.05e-3) -> np.ndarray:
    """Units that fire between two times (s), (sample,)."""
    times = np.where(steps >= 0, steps * dt, np.nan)
    return ((times >= start) & (times < end)).any(axis=-1).sum(axis=-1)


@pytest.mark.slow
def test_without_interneurons_the_stimulus_does_nothing_to_the_pool(spasms):
    nothing, silent, train = (spasms(name) for name in ("nothing", "train, no interneurons", "train"))
    assert (units_firing(silent["tibialis_ia"], 3, 8) == 20).all()  # the afferents fire, to the last one
    np.testing.assert_array_equal(silent["soleus"], nothing["soleus"])
    assert (silent["soleus_in"] < 0).all()
    assert (train["soleus"] != nothing["soleus"]).any(axis=(-2, -1)).all()


@pytest.mark.slow
def test_with_no_ligand_left_relaxation_does_nothing(spasms):
    """Complete injury: all of the level is constitutive."""
    np.testing.assert_array_equal(spasms("complete, relaxation")["soleus"], spasms("complete")["soleus"])
    assert (units_firing(spasms("complete")["soleus"], 7, 8) > 3).all()


@pytest.mark.slow
def test_with_some_ligand_relaxation_weakens_the_spasm(spasms):
    untreated, calm = spasms("nothing"), spasms("relaxation")
    assert (calm["ligand_level"][:, -1] < 0.45).all()
    assert (calm["soleus_force"][:, -20:].mean(axis=-1) < untreated["soleus_force"][:, -20:].mean(axis=-1)).all()


@pytest.mark.slow
def test_constitutive_activity_and_ligand_make_the_same_spasm(spasms):
    """Only their sum is felt, up to rounding: the same units fire on."""
    one, other = (units_firing(spasms(name)["soleus"], 6, 8) for name in ("nothing", "complete"))
    assert np.abs(one - other).max() <= 1


@pytest.mark.slow
def test_firing_outlasts_a_brief_input_at_a_raised_level_and_not_at_a_normal_one(spasms):
    assert (units_firing(spasms("normal")["soleus"], 1, 2) > 15).all()  # the input recruits the pool
    assert (units_firing(spasms("normal")["soleus"], 3, 8) == 0).all()
    assert (units_firing(spasms("nothing")["soleus"], 7, 8) > 3).all()


@pytest.mark.slow
def test_a_train_on_the_antagonists_afferents_silences_units(spasms):
    before, untreated, train = (
        units_firing(spasms(name)["soleus"], *window)
        for name, window in (("train", (2, 3)), ("nothing", (7, 8)), ("train", (7, 8)))
    )
    assert (before > 3).all()
    assert (train < untreated).all()


@pytest.mark.slow
def test_an_answer_to_force_comes_when_there_is_force_and_not_otherwise(spasms):
    answers, never = spasms("answers"), spasms("never")
    assert (answers["actions.force"] >= 1).all()
    assert (never["actions.force"] == 0).all()
    np.testing.assert_array_equal(never["soleus"], spasms("nothing")["soleus"])
    first = np.where(answers["tibialis_ia"] >= 0, answers["tibialis_ia"], 10**9).min(axis=(-2, -1)) * 0.05e-3
    assert (first >= 3.05).all()  # s: watched from 3 s on, answered after 50 ms
    assert (first < 3.06).all()


@pytest.mark.slow
def test_a_segment_in_a_batch_is_the_segment_alone(simulate):
    """With a trigger that acts."""
    network, protocol = segment(size=6), spasm(**{"timing.lasts": "1 s", "protocol.after": "2.5 s"})
    design = Design(
        cases=on(BASE, {"nothing": {}, "answers": {"protocol.force.on": 1, "protocol.force.above": 0.01}}), seeds=3
    )
    together = simulate(network, protocol, record=SPIKES, design=design)
    alone = simulate(network, protocol, record=SPIKES, design=design, batch=1)
    np.testing.assert_array_equal(together.steps, alone.steps)
    np.testing.assert_array_equal(together.traces["actions.force"], alone.traces["actions.force"])
    assert together.traces["actions.force"].max() > 0


@pytest.mark.slow
def test_silence_is_measured_on_the_segment_as_it_is(spasms):
    """The measure of the figures and the count of units say the same."""
    for name in ("nothing", "train", "normal"):
        steps = spasms(name)["soleus"]
        times = np.where(steps >= 0, steps * 0.05e-3, np.nan)
        found = silence(times, 3.0, 8.0)
        np.testing.assert_array_equal(found.units_left, units_firing(steps, 7, 8))
        np.testing.assert_array_equal(found.stopped, found.units_left == 0)


@pytest.mark.slow
def test_more_ligand_raises_delta_f_and_a_train_lowers_the_rate(simulate):
    """Five compartments, 4 seeds, paired."""
    from sim.analysis.delta_f import delta_f
    from sim.analysis.smoothing import peak_rate

    network = segment()
    base = {"protocol.nerve.on": 0, "protocol.nerve.frequency": "100 Hz", "network.ligand.baseline": 0.5}
    cases = {"baseline": {}, "train": {"protocol.nerve.on": 1}, "more": {"network.ligand.baseline": 0.6}}
    settings = {"timing.lasts": "20 s", "protocol.peak": 20, "protocol.population": "soleus"}
    contraction = treated("triangle", "nerve", **settings)
    record = Record(commands=False, max_rate="150 Hz")
    found = simulate(network, contraction, record=record, design=Design(cases=on(base, cases), seeds=4))
    times = np.where((steps := of(found, network, "soleus")) >= 0, steps * (found.dt / 1000), np.nan)
    pool = delta_f(times).pool.reshape(3, 4)
    rate = np.nanmean(peak_rate(times).rate, axis=-1).reshape(3, 4)
    assert (pool[2] > pool[0]).sum() >= 3
    assert 0.2 < (pool[2] - pool[0]).mean() < 0.8  # pps; found +0.46 ± 0.29 in 24 seeds
    assert (np.abs(rate[1] - rate[0] + 2.2) < 0.3).all()  # pps; found -2.19 ± 0.03


def test_the_description_is_the_table_that_a_paper_prints():
    """Every population, projection and signal, and a source for every number."""
    network = segment()
    said = network.describe()
    named = {cell for row in said.rows for cell in row.values()} | {table.title.partition(":")[0] for table in said}
    assert {part.name for part in (*network.populations, *network.projections, *network.signals)} <= named
    numbers = [row for row in said.rows if "source" in row]
    assert len(numbers) > 150
    assert not [row for row in numbers if len(row["source"]) < 5], "a number has no source"


def test_the_two_directions_mirror_each_other():
    network = segment()
    names = {p.name for p in (*network.populations, *network.projections)}
    turned = {name.replace("soleus", "#").replace("tibialis", "soleus").replace("#", "tibialis") for name in names}
    assert names == turned


def test_a_volley_counts_the_same_however_many_cells_stand_for_it():
    """Weights are sums over fibres and interneurons, divided by their number."""
    small, large = segment(), segment("network.afferents=40", "network.interneurons=80")
    for name, cells in (("tibialis_ia_to_soleus_in", 2), ("soleus_in_to_soleus_soma", 4)):
        weight = [next(p for p in n.projections if p.name == name).leaves() for n in (small, large)]
        for path, value in weight[0].items():
            if ".weight" in path and not path.endswith("skew"):
                assert value.number == pytest.approx(cells * weight[1][path].number, rel=1e-3)
