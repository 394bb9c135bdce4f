"""The kernel for GPUs, without one: interpreted, it gives the reference's spikes; and it lowers for CUDA."""

import jax
import numpy as np
import pytest
from jax import export

from benchmarks.workloads import SPIKES, WORKLOADS
from experiments.verification import runs
from sim.backends import jax_backend
from sim.engine import kernels
from sim.engine.kernels import pallas, xla
from sim.engine.lanes import Ports

WINDOWS = 20


@pytest.fixture(scope="module", params=["two", "five"])
def case(request):
    """A program, and 128 of its lanes with a steady command."""
    workload = WORKLOADS[request.param]
    prepared = runs.prepare(workload.network(True), workload.protocol(2.5), record=SPIKES, design=workload.design(128))
    batch = prepared.batched(prepared._numbers(slice(0, prepared.batch)), prepared.design["stream"].values)

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
    program, given = case
    kernel = jax.jit(lambda c, s, w, p: pallas._advance(program, c, s, w, p, {}, False))
    checks = [export.DisabledSafetyCheck.custom_call(name) for name in ("mosaic_gpu_v2", "mosaic_gpu")]
    lowered = export.export(kernel, platforms=["cuda"], disabled_checks=checks)(*given)
    assert "mosaic_gpu" in lowered.mlir_module()


def test_it_is_trusted_after_a_trial_only(case, monkeypatch):
    program, (cells, *_) = case
    assert pallas.lacking(program, cells) == ""
    monkeypatch.setitem(pallas.OWN, "exp", lambda x: 1 + x)
    assert pallas.lacking(program, cells) == "it does not give the numbers of XLA"


def test_where_a_gpu_cannot_run_it_xla_does(case, monkeypatch, caplog):
    """A processor stands for a GPU that Mosaic does not know: it does not lower for it."""
    program, (cells, *_) = case
    monkeypatch.setattr(kernels, "on_gpu", lambda: True)
    monkeypatch.setattr(pallas, "on_gpu", lambda: True)
    with caplog.at_level("INFO"):
        assert kernels.choose("auto", [(program, cells)]) is xla.WIDE
    assert "compiled by XLA, which is slower, as " in caplog.text
    with pytest.raises(ValueError, match=r"is 'pallas', but .*; use 'auto' or 'xla'"):
        kernels.choose("pallas", [(program, cells)])


def test_a_kernel_for_another_device_is_refused(case):
    program, (cells, *_) = case
    with pytest.raises(ValueError, match="JAX runs on a CPU here; use 'auto', 'xla' or 'native'"):
        kernels.choose("pallas", [(program, cells)])


@pytest.mark.parametrize("name", ["two", "coupled"])
@pytest.mark.parametrize("kernel", [pallas.KERNEL, xla.WIDE], ids=["pallas", "wide"])
def test_whole_runs_leave_the_same_spikes(kernel, name, monkeypatch, simulate):
    """From samples to spike steps with the lanes of a GPU: pieces, padding, and what is between two windows.

    With other exponentials some spikes come a step sooner or later.
    """
    workload = WORKLOADS[name]

    def steps(chosen):
        monkeypatch.setattr(jax_backend, "choose", lambda *_: chosen)
        given = workload.network(True), workload.protocol(0.06)
        return simulate(*given, record=SPIKES, design=workload.design(3 * workload.size)).steps

    expected = steps(xla.KERNEL)
    assert (expected >= 0).sum() > 10
    np.testing.assert_allclose(steps(kernel), expected, rtol=0, atol=1 if kernel is pallas.KERNEL else 0)
