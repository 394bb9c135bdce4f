"""A measure reads a view, of a slab in memory as of a store, and gives one number for each sample that was finished."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import xarray as xr

from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.measure import Measure, MeasureError, check_measures, digest_of, evaluate
from sim.results.recordings.recording import Force, Recording
from sim.results.schema import spike_times
from sim.results.store import Store
from sim.results.view import View
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.protocol import Step
from sim.spec.record import Record
from tests.made_sweeps import QUIET

NETWORK = Network((Population("pool", QUIET, 3), Population("other", QUIET, 2)))
TAUS = ["8 ms", "0.001 ms", "12 ms", "14 ms"]  # the second one does not stay finite


@pytest.fixture(scope="module")
def simulation():
    design = Design({"network.pool.tau": TAUS}).dataset()
    design = design.assign_coords(
        case=("sample", np.array(["a", "b", "a", "b"])), seed=("sample", [0, 0, 1, 1], {"units": "1"})
    )
    design.attrs["factors"] = {"case": ["a", "b"]}
    record = Record(("v",), every="5 ms", cells=(0, 1, 2, 3))
    protocol = Step("pool.I", "1.8 nA", "100 ms") + Step("other.I", "1.6 nA", "100 ms")
    return JaxBackend().prepare(NETWORK, protocol, record, design, Numerics(scheme="euler"), 4)


@pytest.fixture(scope="module")
def stored(simulation, tmp_path_factory) -> xr.Dataset:
    path = tmp_path_factory.mktemp("stored") / "store.zarr"
    store = Store.create(path, simulation.schema, digest="0", samples_per_slab=3)
    for slab in store.todo():
        store.write(slab, *simulation.run(slab))
    return store.dataset().load()


@pytest.mark.parametrize("samples", [slice(0, 4), slice(1, 3), np.array([3, 0])])
def test_a_slab_in_memory_is_the_dataset_that_a_store_gives_of_it(simulation, stored, samples):
    arrays, status = simulation.run(samples)
    found = simulation.schema.dataset(samples, arrays, status)
    expected = stored.isel(sample=samples)
    for name in expected.variables:
        assert found[name].dtype == expected[name].dtype, name
    kept = {name: expected.attrs[name] for name in found.attrs}
    assert kept == {"factors": {"case": ["a", "b"]}}
    xr.testing.assert_identical(found, expected.assign_attrs().drop_attrs(deep=False).assign_attrs(kept))


def test_texts_and_attributes_of_a_design_come_with_the_result(stored):
    assert stored["case"].values.tolist() == ["a", "b", "a", "b"]
    assert stored.attrs["factors"] == {"case": ["a", "b"]}


def test_a_view_reads_spikes_courses_and_traces(stored):
    view = View(stored)
    assert view.samples == 4
    assert view.done.tolist() == [True, False, True, True]
    assert view.end == pytest.approx(0.1, abs=1e-12)
    spikes = view.spikes("other")
    assert spikes.shape[:2] == (4, 2)
    assert np.isnan(spikes[1]).all()
    assert np.isfinite(spikes).any((0, 1)).all()  # padded no further than needed
    own = spike_times(stored.isel(unit=slice(3, 5), sample=3)).values
    np.testing.assert_array_equal(spikes[3], own[:, : spikes.shape[2]])
    assert view.course("pool.I").dtype == float
    np.testing.assert_allclose(view.course("pool.I")[0], 1.8, rtol=2**-16)
    np.testing.assert_array_equal(view.traces("v", "pool"), stored["v"].values[:, :3])
    assert view.spikes("other") is spikes


def test_what_several_measures_share_is_computed_once(stored):
    view, computed = View(stored), []
    for _ in range(2):
        assert view.once("x", lambda: computed.append(1) or 5) == 5
    assert computed == [1]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (lambda view: view.spikes("nobody"), "no population 'nobody' was recorded; there is 'pool', 'other'"),
        (
            lambda view: view.course("pool.J"),
            r"'pool.J' was not recorded; there is 'pool.I', 'other.I'. Set record.comm",
        ),
        (lambda view: view.traces("i_pic", "pool"), "'i_pic' was not recorded; there is 'v'. Add it to record.variab"),
        (
            lambda view: view.traces("v", "other"),
            "'v' was recorded of 1 of the 2 cells of 'other'. Set record.cells=null",
        ),
    ],
)
def test_what_was_not_recorded_is_a_sentence(stored, asked, sentence):
    with pytest.raises(ValueError, match=sentence):
        asked(View(stored))


def test_without_spikes_a_view_says_what_to_do(simulation, stored):
    arrays, status = simulation.run(slice(0, 2))
    schema = simulation.schema.without("spike_step")
    view = View(schema.dataset(slice(0, 2), arrays, status))
    assert view.course("pool.I").shape == (2, 20)
    with pytest.raises(ValueError, match=r"keep_spikes=false.* Run the study again with these measures"):
        view.spikes("pool")


def test_a_recording_is_viewed_like_a_simulation():
    force = Force(np.arange(5) / 10, np.arange(5.0), "N")
    trains = {"a": np.array([0.1, 0.25]), "b": np.array([0.3])}
    view = View(Recording("r", trains, 100.0, force, muscle="soleus").dataset())
    np.testing.assert_allclose(view.spikes("soleus"), [[[0.1, 0.25], [0.3, np.nan]]])
    np.testing.assert_array_equal(view.course("force"), [np.arange(5)])
    assert view.end == pytest.approx(0.5)
    bare = View(Recording("r", trains).dataset())
    assert bare.spikes("recorded").shape == (1, 2, 2)
    with pytest.raises(ValueError, match=r"nothing was recorded along time\. .* a recording with its force"):
        assert bare.end


# ---- measures


@dataclass(frozen=True)
class Rule:
    """A convention."""

    least: int = 1

    def holds(self, counts):
        return counts >= self.least


def units_that_fire(view, population, rule):
    counts = np.isfinite(view.spikes(population)).sum(axis=-1)
    return rule.holds(counts).sum(axis=-1)


def nothing(view):
    return np.zeros(3)


FIRING = Measure("firing", "1", "units that fire", units_that_fire, {"population": "pool", "rule": Rule()})


def test_a_measure_is_one_number_for_each_finished_sample(stored):
    found = FIRING(View(stored))
    assert found.dtype == float
    np.testing.assert_array_equal(found, [3, np.nan, 3, 3])
    np.testing.assert_array_equal(evaluate([FIRING], stored)["firing"], found)
    assert FIRING.attributes == {"units": "1", "long_name": "units that fire"}


def test_a_measure_of_another_shape_is_refused(stored):
    with pytest.raises(MeasureError, match=r"'none' gives float64 \(3,\) for 4 samples; give one number for each\."):
        Measure("none", "1", "nothing", nothing)(View(stored))


def test_what_a_measure_lacks_is_told_before_anything_runs(simulation):
    check_measures([FIRING], simulation.schema)
    other = replace(FIRING, settings={"population": "nobody", "rule": Rule()})
    with pytest.raises(ValueError, match="no population 'nobody'"):
        check_measures([other], simulation.schema)


def test_every_field_that_decides_a_number_enters_its_digest():
    others = [
        replace(FIRING, name="other"),
        replace(FIRING, unit="pps"),
        replace(FIRING, settings={"population": "other", "rule": Rule()}),
        replace(FIRING, settings={"population": "pool", "rule": Rule(2)}),
        Measure("firing", "1", "units that fire", nothing, FIRING.settings),
    ]
    assert len({measure.digest() for measure in (FIRING, *others)}) == 6
    assert replace(FIRING, words="units at work").digest() == FIRING.digest()
    assert digest_of([others[0], FIRING]) == digest_of([FIRING, others[0]]) != digest_of([FIRING])


def typed(text: str):
    """The function `asked` of a text, as it is typed at a prompt: it stands in no file."""
    space = {"__name__": "typed"}
    exec(text, space)
    return space["asked"]


def test_the_code_of_a_function_that_stands_in_no_file_counts_with_what_it_uses():
    text = "least = 1\ndef counts(x):\n    return x >= least\ndef asked(view):\n    return counts(view.done)\n"
    changes = {"least = 1": "least = 2", "x >= least": "x > least", "view.done": "view.end"}
    texts = [text, *(text.replace(*change) for change in changes.items())]
    first, *others = (Measure("asked", "1", "a test", typed(x)).digest() for x in (text, *texts))
    assert others[0] == first
    assert len(set(others)) == len(texts)


def _enclosing():
    least = 3
    return lambda view: view.done * least


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "two words"}, "'two words' cannot name a measure"),
        ({"function": _enclosing()}, "uses its view and its settings alone"),
        ({"function": print}, "uses its view and its settings alone"),
        ({"settings": {"x": np.arange(3)}}, "is not a declared value"),
        ({"settings": ["x"]}, "is a table by name"),
        ({"words": 3}, "`words` of a measure is a text, but it is 3"),
    ],
)
def test_a_measure_that_cannot_be_is_refused_in_a_sentence(change, sentence):
    with pytest.raises(MeasureError, match=sentence):
        replace(FIRING, **change)


def test_two_measures_of_one_name_are_refused():
    with pytest.raises(MeasureError, match="two measures are called 'firing'; rename one"):
        digest_of([FIRING, replace(FIRING, unit="pps")])
