"""The schema says everything about a result before it exists."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.results.digest import digest
from sim.results.rounding import rounded
from sim.results.schema import Coordinate, Schema, Variable, simulation_schema, spike_times
from sim.results.slabs import slab_number, slabs
from sim.results.status import FLAGS, Status
from sim.results.template import CHUNK_BYTES, chunk_shape

sizes = st.integers(1, 2000)


@given(n_samples=sizes, per_slab=sizes)
def test_slabs_cover_each_sample_once_in_order(n_samples, per_slab):
    covered = [sample for slab in slabs(n_samples, per_slab) for sample in range(slab.start, slab.stop)]
    assert covered == list(range(n_samples))


@given(n_samples=sizes, per_slab=sizes)
def test_each_slab_knows_its_number(n_samples, per_slab):
    for number, slab in enumerate(slabs(n_samples, per_slab)):
        assert slab_number(slab, n_samples, per_slab) == number


@given(n_samples=sizes, per_slab=sizes, start=st.integers(-5, 2005), length=st.integers(-5, 2005))
def test_what_is_not_a_slab_is_refused(n_samples, per_slab, start, length):
    slab = slice(start, start + length)
    if slab in slabs(n_samples, per_slab):
        return
    with pytest.raises(ValueError, match="not one slab of this store"):
        slab_number(slab, n_samples, per_slab)


@given(shape=st.lists(st.integers(1, 5000), min_size=1, max_size=4), per_slab=st.integers(1, 512))
def test_a_chunk_is_one_slab_wide_and_small_enough_to_read(shape, per_slab):
    chunk = chunk_shape(tuple(shape), 4, per_slab)
    assert chunk[0] == min(per_slab, shape[0])
    assert all(1 <= c <= s for c, s in zip(chunk, shape, strict=True))
    assert np.prod(chunk) * 4 <= CHUNK_BYTES or set(chunk[1:]) <= {1}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@given(data=st.data(), bits=st.integers(1, 52))
def test_rounding_keeps_the_bits_that_it_promises(dtype, data, bits):
    finite = st.floats(-(2.0**100), 2.0**100, width=32, allow_subnormal=False)
    values = data.draw(arrays(dtype, st.integers(0, 20), elements=finite))
    near = rounded(values, bits)
    # half a unit in the last kept place, the definition of rounding to nearest
    assert np.all(np.abs(near - values) <= np.abs(values) * 2.0 ** -(bits + 1))
    np.testing.assert_array_equal(rounded(near, bits), near)


def test_rounding_leaves_what_is_not_finite():
    values = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0], "float32")
    np.testing.assert_array_equal(rounded(values, 8), values)


def test_every_status_code_is_a_sentence_and_a_flag():
    assert [int(status) for status in Status] == [0, 1, 2, 3, 4] == FLAGS["flag_values"]
    assert FLAGS["flag_meanings"].split()[3] == "failed_spike_overflow"
    assert all(status.sentence.endswith(".") for status in Status)


def test_digest_depends_on_every_part_and_on_the_borders_between_them():
    assert digest("ab", "c") == digest(b"ab", "c") != digest("a", "bc")
    assert len(digest("µ")) == 12
    assert digest("abc") == "c3494ca1a2cf", "stores of earlier runs are found by this name"


DESIGN = xr.Dataset(
    {
        "stream": ("sample", [7, 7, 8]),
        "network.motoneurons.monoamine": ("sample", [0.0, 0.5, 1.0], {"units": "1"}),
    }
)


def schema(design=DESIGN, **changes) -> Schema:
    arguments = {"populations": ["motoneurons"] * 2, "spike_capacity": 4, "dt_ms": 0.05} | changes
    return simulation_schema(design, **arguments)


FORCE = Variable("force", ("sample", "time"), "float32", "N", "force")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: schema(DESIGN.drop_vars("stream")), "no 'stream' along 'sample'"),
        (lambda: schema(DESIGN.assign(level=("sample", [1.0, 2, 3]))), "design axis 'level' .* attribute 'units'"),
        (lambda: schema(traces=[FORCE]), "'force' lies along 'time', which has no size"),
        (lambda: schema(spike_capacity=0), "'spike' has size 0"),
        (lambda: schema(traces=[FORCE, FORCE], times={"time": [0.0]}), "'force' is given twice"),
        (lambda: Schema({"unit": 2}, (Variable("x", ("unit",), "int8", "1", "x", 0),)), "Put 'sample' first"),
        (lambda: Schema({"sample": 2}, (), (Coordinate("a b", "sample", [1, 2]),)), "without spaces"),
        (lambda: Schema({"sample": 2}, (), (Coordinate("a", "sample", [1]),)), "shape \\(1,\\), but"),
        (
            lambda: Schema({"sample": 2}, (Variable("x", ("sample",), "int8", "1", "x", 0, mantissa_bits=3),)),
            "Round only floats",
        ),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_spike_times_are_seconds_padded_with_nan():
    dataset = xr.Dataset({"spike_step": (("sample", "unit", "spike"), np.int32([[[0, 400, -1]]]), {"dt_ms": 0.05})})
    times = spike_times(dataset)
    np.testing.assert_array_equal(times, [[[0.0, 0.02, np.nan]]])
    assert times.dtype == "float64"
    assert times.attrs["units"] == "s"
