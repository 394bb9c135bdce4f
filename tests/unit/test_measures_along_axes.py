"""A measure with axes: several numbers of each sample, kept, resumed and read back as those with one."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from sim.backends.jax_backend import JaxBackend
from sim.design import Design
from sim.expected import expected
from sim.measure import Measure, MeasureError, digest_of
from sim.measured import Measured, measured, place
from sim.results.status import Status
from sim.results.store import Store
from sim.run import Study, run
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.protocol import Step
from sim.spec.record import Record
from tests.made_sweeps import QUIET

STUDY = Study(
    Network((Population("pool", QUIET, 3),)), Step("pool.I", "1.8 nA", "100 ms"), Record(keep_spikes=False),
    Design({"network.pool.tau": ["8 ms", "0.001 ms", "12 ms", "14 ms"]}), JaxBackend(), Numerics(scheme="euler"),
)  # fmt: skip


def first_spikes(view, population, several):
    return view.spikes(population)[..., :several]


def count(view, population):
    return view.results["n_spikes"].values.sum(-1)


FIRST = Measure(
    "first_spikes", "s", "first spikes", first_spikes, {"population": "pool", "several": 2},
    {"cell": range(3), "nth": ("first", "second")},
)  # fmt: skip
BOTH = (FIRST, Measure("count", "1", "spikes", count, {"population": "pool"}))


@pytest.fixture(scope="module")
def swept(tmp_path_factory):
    path = tmp_path_factory.mktemp("swept") / "store.zarr"
    run(STUDY, path, measures=BOTH)
    return path


def test_numbers_along_axes_are_kept_with_their_labels(swept):
    found = measured(swept, BOTH)
    kept = run(replace(STUDY, record=Record()), swept.parent / "spikes.zarr")
    times = (kept["spike_step"].values * (0.05 * 1e-3))[:, :, :2]
    done = kept["status"].values == Status.DONE
    assert found["first_spikes"].dims == ("sample", "cell", "nth")
    assert found["nth"].values.tolist() == ["first", "second"]
    np.testing.assert_allclose(found["first_spikes"].values[done], times[done], rtol=1e-6)
    assert np.isnan(found["first_spikes"].values[~done]).all()
    assert found["first_spikes"].attrs == {"units": "s", "long_name": "first spikes"}
    assert found["count"].dims == ("sample",)


def test_what_was_measured_is_looked_at_before_it_counts(swept, monkeypatch):
    kept = place(Store.open(swept), BOTH)
    (file,) = [f for f in (kept / "first_spikes").rglob("*") if f.is_file() and f.name != "zarr.json"][:1]
    whole = measured(swept, BOTH)
    file.write_bytes(file.read_bytes()[:-3] + b"abc")
    taken = []
    take = Measured.take
    monkeypatch.setattr(Measured, "take", lambda self, slab, results: (taken.append(slab), take(self, slab, results)))
    run(STUDY, swept, measures=BOTH)
    assert taken
    xr.testing.assert_identical(measured(swept, BOTH), whole)


def test_what_is_expected_has_the_axes_too():
    _, table = expected(STUDY, BOTH)
    assert table["first_spikes"].shape == (4, 3, 2)
    assert np.isnan(table["first_spikes"]).all()
    assert table["nth"].values.tolist() == ["first", "second"]


def test_the_labels_decide_what_is_measured():
    assert digest_of((replace(FIRST, axes={"cell": range(3), "nth": ("1st", "2nd")}),)) != digest_of((FIRST,))
    assert digest_of((replace(FIRST, axes={}),)) != digest_of((FIRST,))


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({"cell": ()}, "one label at least"),
        ({"sample": (1,)}, "a word as a name"),
        ({"a b": (1,)}, "a word as a name"),
        ({"cell": 3}, "is a list"),
    ],
)
def test_axes_that_cannot_be_are_refused(axes, said):
    with pytest.raises(MeasureError, match=said):
        replace(FIRST, axes=axes)


def test_a_function_that_gives_another_shape_is_told_before_anything_runs(tmp_path):
    wrong = replace(FIRST, axes={"cell": range(3), "nth": range(5)})
    with pytest.raises(MeasureError, match=r"gives float64 \(1, 3, 2\) for 1 samples"):
        run(STUDY, tmp_path / "store.zarr", measures=(wrong,))
    other = replace(FIRST, name="others", axes={"cell": range(3), "nth": (1, 2)})
    with pytest.raises(MeasureError, match="label the axis 'nth' differently"):
        run(STUDY, tmp_path / "store.zarr", measures=(FIRST, other))
