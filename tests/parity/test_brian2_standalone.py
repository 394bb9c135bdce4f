"""The C++ program that Brian2 writes from our text fires at the same steps as the JAX engine; for benchmarks."""

import shutil

import numpy as np
import pytest

from sim.backends.brian2_backend import Brian2Backend
from sim.design import Design
from sim.spec.model import Block, Model
from sim.spec.network import Network, Population
from sim.spec.numerics import Numerics, NumericsError
from sim.spec.params import Graded, Param
from sim.spec.projection import Projection, Signal
from sim.spec.protocol import Settle, Step, Train
from sim.spec.record import Record
from sim.spec.trigger import When
from sim.spec.wiring import Random

CELL = Model(
    "leaky cell",
    Block(
        """
        dv/dt = (g_leak*(E_leak - v) + g_e*(E_e - v) + I)/C : volt (unless refractory)
        dg_e/dt = -g_e/tau + spread*xi : siemens
        I : amp
        """,
        params={
            "C": Param("1 nF", "test"),
            "g_leak": Param("0.1 uS", "test"),
            "E_leak": Param("-70 mV", "test"),
            "E_e": Param("0 mV", "test"),
            "tau": Param("3 ms", "test"),
            "spread": Param("0.2 nS/ms**0.5", "test"),
        },
        initial={"v": "-70 mV"},
    ),
    threshold="v > -50*mV",
    reset="v = -65*mV",
    refractory="2 ms",
)
NETWORK = Network(
    (Population("a", CELL, 3), Population("b", CELL, 4)),
    (Projection("ab", "a", "b.g_e", Graded("20 nS", "60 nS"), Graded("1 ms", "4.03 ms"), Random(0.7)),),
)
PROTOCOL = (Settle("5 ms") >> Step("a.I", "3 nA", "60 ms") >> Settle("10 ms")) + Train("b.I", "90 Hz", "50 ms", "1 nA")


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="no C++ compiler here")
def test_the_compiled_program_agrees_with_the_engine(prepare):
    record, design = Record(variables=("v",), every="1 ms", max_rate="1000 Hz"), Design(seeds=2)
    ours, theirs = (
        prepare(NETWORK, PROTOCOL, record=record, design=design, dtype="float64", backend=backend).run(slice(0, 2))
        for backend in (None, Brian2Backend(target="cpp_standalone"))
    )
    np.testing.assert_array_equal(theirs.arrays["spike_step"], ours.arrays["spike_step"])
    assert ours.arrays["n_spikes"].sum() > 20
    # 1e-9 mV: the compiler may reorder sums; what is left of that after 75 ms
    np.testing.assert_allclose(theirs.arrays["v"], ours.arrays["v"], rtol=0, atol=1e-9)


def test_a_compiled_program_cannot_answer_to_signals():
    network = Network(NETWORK.populations, (), (Signal("level", "b.v", "mean"),))
    protocol = Settle("20 ms") + When("level", Step("a.I", "1 nA", "5 ms"), above="-60 mV")
    with pytest.raises(ValueError, match="cannot answer to signals"):
        Brian2Backend(target="cpp_standalone").prepare(network, protocol, Record(), Design().dataset(), Numerics(), 1)


@pytest.mark.parametrize("wrong", [{"target": "cuda"}, {"threads": 0}, {"threads": True}])
def test_a_target_that_cannot_be_is_refused(wrong):
    with pytest.raises(NumericsError, match=r"Brian2|threads"):
        Brian2Backend(**wrong)
