"""Single precision keeps what a potential and a slow state deserve, while they are computed and when they are kept."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from networks.neuromodulation import LIGAND_POOL
from sim.backends.jax_backend import JaxBackend
from sim.backends.single_precision import stalling
from sim.design import Design
from sim.results.rounding import rounded
from sim.run import Study, run
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics
from sim.spec.params import Param
from sim.spec.protocol import Settle, Step
from sim.spec.record import Record, RecordError

SLOW = Network((Population("source", LIGAND_POOL, 2),))
RELEASE = Step("source.release", 0.5, "120 s")
LIGAND = Record(("ligand",), "20 s", commands=False)


@pytest.mark.parametrize("kernel", ["native", "xla"])
def test_a_state_of_thirty_seconds_reaches_its_target_in_single_precision(simulate, kernel):
    """Without what rounding loses it stops 1.8 % short: 6e-8/2 of itself over 0.05 ms/30 s."""
    found = simulate(SLOW, RELEASE, record=LIGAND, backend=JaxBackend(kernel)).traces["ligand"][0, 0]
    exact = 0.5 * (1 - np.exp(-np.arange(6) * 20 / 30))
    np.testing.assert_allclose(found, exact, rtol=0, atol=2e-6)  # 1e-6: a window of 0.5 ms; 2.4 million roundings


def test_a_state_that_waits_keeps_what_it_lacks(one_model, simulate):
    text = "dx/dt = (1 - x)/tau : 1 (unless refractory)\ndv/dt = (20*mV - v)/(10*ms) : volt"
    cell = one_model(
        text,
        {"tau": Param("100 s", "test")},
        rules={"threshold": "v > 10*mV", "refractory": "5 ms", "reset": "v = 0*mV"},
        v="0 mV",
        x=0.5,
    )
    record = Record(("x",), "1 s", commands=False, max_rate="200 Hz")
    single, double = (
        simulate(cell, Settle("20 s"), record=record, dtype=d).traces["x"] for d in ("float32", "float64")
    )
    np.testing.assert_allclose(single, double, rtol=0, atol=1e-6)
    assert 0.52 < double[0, 0, -1] < 0.53  # it moves for 1.9 of 6.9 ms


def test_a_slow_state_that_the_table_does_not_show_is_warned_of(one_model, prepare, caplog):
    cell = one_model("dx/dt = (1 - x)/tau : 1", {"tau": Param("10 ms", "test")}, x=0)
    network = Network((Population("cells", cell, 1, {"tau": "50 s"}),))
    with caplog.at_level(logging.WARNING, logger="sherrington"):
        prepared = prepare(network, Settle("1 s"))
    (said,) = caplog.messages
    assert "the state 'x' of 'cells' up to 3.0% short" in said
    assert "dtype=float64" in said
    prepare(network, Settle("1 s"))
    assert len(caplog.messages) == 1  # once
    quiet = prepare(network, Settle("1 s"), dtype="float64")
    batch = quiet.batched(quiet._numbers(slice(0, 1)), np.zeros(1, int))
    assert stalling(quiet.parts, batch.cells) == []
    assert prepared.parts[0].program.slow == ()


def test_which_states_are_slow_does_not_hang_on_the_design(prepare):
    design = Design({"network.source.tau_ligand": ["0.1 s", "300 s"]})
    for one in (prepare(SLOW, RELEASE), prepare(SLOW, RELEASE, design=design)):
        assert one.parts[0].program.slow == ("ligand",)


def test_the_pool_in_single_precision_is_that_in_double(pool, contraction, simulate):
    """Potentials are solved in their changes, slow gates keep what rounding loses: with neither, motoneurons that are
    recruited last come 0.8 ms early, and last spikes 15 ms."""
    few, course = pool(size=4, noise=0), contraction(peak=20, up="3 s", down="3 s", before="0 s")
    single, double = (simulate(few, course, dtype=d) for d in ("float32", "float64"))
    np.testing.assert_array_equal(single.counts, double.counts)
    assert double.counts.min() > 5
    assert np.nanmax(np.abs(single.times - double.times)) < 1e-3  # s


# ---- what a store keeps


def resistance(store) -> np.ndarray:
    """Mohm, (cell,): the steady response of the soma to -1 nA."""
    v = store["v_soma"].sel(time=[1.49, 2.49], method="nearest").values[0]
    return v[:, 0] - v[:, 1]


def test_input_resistance_from_a_store_is_right_within_a_thousandth(pool, tmp_path):
    step = Settle("1.5 s") >> Step("hTA.current", "-1 nA", "1 s") >> Settle("0.1 s")
    record = Record(("v_soma",), "10 ms", commands=False)

    def stored(dtype: str):
        network = pool(size=11, noise=0)
        return run(Study(network, step, record, Design(), JaxBackend(), Numerics(dtype=dtype)), tmp_path / dtype)

    exact, found = resistance(stored("float64")), resistance(stored("float32"))
    half_steps = 2 * 0.5 * 2.0**-10  # Mohm: both potentials, of 64 to 128 mV, lie on a grid of 2**-10 mV
    np.testing.assert_allclose(found, exact, rtol=1e-3, atol=half_steps)
    assert np.abs(found[:6] / exact[:6] - 1).max() < 1e-3


def test_a_variable_says_how_far_it_is_rounded(pool, tmp_path):
    def kept(name: str, dtype: str = "float32", **how):
        record = Record(("v_soma",), "10 ms", **how)
        study = Study(pool(size=1), Settle("0.1 s"), record, Design(), JaxBackend(), Numerics(dtype=dtype))
        return run(study, tmp_path / name)["v_soma"].attrs

    assert kept("usual")["mantissa_bits"] == 16
    assert kept("usual")["relative_error"] == 2.0**-17
    assert kept("coarse", bits=8)["mantissa_bits"] == 8
    assert kept("all", bits=52)["mantissa_bits"] == 23  # single precision has no more
    assert kept("double", "float64")["mantissa_bits"] == 52


@given(st.floats(-1e6, 1e6, width=32).filter(lambda x: abs(x) > 1e-30), st.integers(4, 23))
def test_no_number_is_further_off_than_is_promised(x, bits):
    found = rounded(np.array([x], np.float32), bits)[0]
    assert abs(float(found) - x) <= 2.0 ** -(bits + 1) * abs(x)


@given(st.floats(-128, 128, width=32))
def test_a_potential_is_good_to_a_thousandth_of_a_millivolt(v):
    assert abs(float(rounded(np.array([v], np.float32), 16)[0]) - v) <= 0.0005


@pytest.mark.parametrize("bits", [3, 53, 1.5, True, "many"])
def test_bits_that_no_number_has_are_refused(bits):
    with pytest.raises(RecordError, match="`bits` of a record is a whole number from 4 to 52"):
        Record(bits=bits)
