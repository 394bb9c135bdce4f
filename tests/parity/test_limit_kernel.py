"""The kernel of benchmarks/limit, which stands for what the processor can do, fires like the engine in float32.

64 cells of two compartments, four peaks of the command and sixteen conductances of the persistent current, 1 s.
Found: no count differs by more than 1; first spikes differ by up to 0.2 ms without noise and not at all with it. Later
spikes drift apart by some steps, as those of the engine in float32 and in float64 do. Where the command barely reaches
a cell's threshold, without noise, first spikes of float32 and float64 differ by several ms, and so do these.
"""

import dataclasses

import numpy as np
import pytest

from benchmarks.limit import kernel
from benchmarks.limit.backend import LimitBackend
from benchmarks.workloads import CELL, PIC
from sim.design import Design
from sim.engine import rng
from sim.spec.network import Network, Population
from sim.spec.protocol import Settle, Triangle

pytestmark = pytest.mark.skipif(bool(kernel.lacking()), reason=kernel.lacking() or "-")

PEAKS = ["0.1 mS/cm**2", "0.12 mS/cm**2", "0.15 mS/cm**2", "0.2 mS/cm**2"]
NOISE = ["0 mS/cm**2", "0.005 mS/cm**2"]
DESIGN = Design({"protocol.cells.excitation.peak": PEAKS}, independent=["cells.excitation.peak"])
TRIANGLE = Triangle("cells.excitation", PEAKS[0], "500 ms", "500 ms")


def cells(**params) -> Network:
    return Network((Population("cells", CELL, 16, {"g_cal": PIC, **params}),))


@pytest.fixture(scope="module", params=NOISE)
def noise(request):
    """Spread of the noise."""
    return request.param


@pytest.fixture(scope="module")
def engine(simulate, noise):
    return simulate(cells(spread=noise), TRIANGLE, design=DESIGN)


@pytest.mark.parametrize("by_hand", [True, False], ids=["by hand", "plain loop"])
def test_it_fires_when_the_engine_fires(simulate, noise, engine, by_hand):
    found = simulate(cells(spread=noise), TRIANGLE, design=DESIGN, backend=LimitBackend(by_hand=by_hand))
    assert (engine.counts > 0).all()
    assert np.abs(found.counts - engine.counts).max() <= 1  # a last spike that is there or not
    late = np.abs(found.times[..., 0] - engine.times[..., 0]).max()
    assert late < 5e-4  # s; without noise a cell creeps over its threshold, and rounding has a say in when


def test_threads_and_lanes_beside_it_do_not_change_a_train(simulate):
    whole = simulate(cells(), TRIANGLE, design=DESIGN, backend=LimitBackend(threads=2))
    alone = simulate(cells(), TRIANGLE, design=DESIGN, backend=LimitBackend(), batch=1)
    np.testing.assert_array_equal(whole.steps, alone.steps)


@pytest.mark.parametrize("step", [0, 1, 19_999, 2**31 - 1])
@pytest.mark.parametrize("stream", [0, 7, 2**40 + 3])
def test_a_draw_is_that_of_the_engine(stream, step):
    first, second = (key[0] for key in rng.keys(np.array([stream]), "cells", 5))
    with np.errstate(over="ignore"):
        bits = np.asarray(rng.bits((first, second), rng.channel_word("xi"), np.int32(step)))
    expected = [int(b) for b in bits[:, None].view(np.uint8).sum(-1)]
    assert [kernel.draw((int(a), int(b)), step) for a, b in zip(first, second, strict=True)] == expected


@pytest.mark.parametrize(
    ("network", "protocol", "words"),
    [
        (cells(g_na="100 mS/cm**2"), TRIANGLE, "the g_na of the model"),
        (cells(), Settle("1 ms") >> TRIANGLE, "one Triangle from time zero"),
        (cells(), dataclasses.replace(TRIANGLE, down="1 s"), "one Triangle from time zero"),
    ],
)
def test_what_it_does_not_know_is_refused(simulate, network, protocol, words):
    with pytest.raises(ValueError, match=words):
        simulate(network, protocol, backend=LimitBackend())
