"""The kernel for GPUs, without one: interpreted, it gives the reference's spikes; and it lowers for CUDA."""

import jax
import numpy as np
import pytest
from jax import export

from benchmarks.workloads import SPIKES, WORKLOADS
from experiments.verification import runs
from sim.engine.kernels import pallas, xla
from sim.engine.loop import Ports

WINDOWS = 20


@pytest.fixture(scope="module", params=["two", "five"])
def case(request):
    """A program, and 128 of its lanes with a steady command."""
    workload = WORKLOADS[request.param]
    prepared = runs.prepare(workload.network(True), workload.protocol(2.5), record=SPIKES, design=workload.design(128))
    batch = prepared._batch(prepared._numbers(slice(0, prepared.batch)), prepared.design["stream"].values)

    def lanes(x):
        x = np.resize(np.asarray(x), pallas.LANES)
        return x.astype(np.float32) if x.dtype.kind == "f" else x

    program, cells = prepared.parts[0].program, jax.tree.map(lanes, batch.cells[0])
    high = {"two": 0.1, "five": 20.0}[request.param]
    shape = (WINDOWS, pallas.LANES)
    level = {p: np.full(shape, high if p == "excitation" else 0.0, np.float32) for p in program.ports}
    ports = Ports(level, level, {p: x * 0 for p, x in level.items()})
    return program, (cells, cells.state, np.arange(WINDOWS, dtype=np.int32), ports)


def test_interpreted_it_fires_as_the_reference(case):
    program, given = case
    expected = jax.jit(lambda c, s, w, p: xla.advance(program, c, s, w, p, {}))(*given)
    found = jax.jit(lambda c, s, w, p: pallas.advance(program, c, s, w, p, {}))(*given)
    assert (np.asarray(expected[1]) > 0).sum() > 10
    np.testing.assert_array_equal(found[1], expected[1])


def test_it_lowers_for_cuda(case):
    pytest.importorskip("absl", reason="Mosaic GPU needs absl-py")
    program, given = case
    kernel = jax.jit(lambda c, s, w, p: pallas._advance(program, c, s, w, p, {}, False))
    checks = [export.DisabledSafetyCheck.custom_call(name) for name in ("mosaic_gpu_v2", "mosaic_gpu")]
    lowered = export.export(kernel, platforms=["cuda"], disabled_checks=checks)(*given)
    assert "mosaic_gpu" in lowered.mlir_module()
