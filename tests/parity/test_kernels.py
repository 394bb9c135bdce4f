"""The step printed as C++ fires when the same step compiled by XLA fires."""

import dataclasses

import numpy as np
import pytest

from sim.backends.jax_backend import JaxBackend
from sim.engine.kernels import compiler
from sim.spec.protocol import Hold, Settle, Triangle

pytestmark = pytest.mark.skipif(bool(compiler.lacking()), reason=compiler.lacking() or "-")

DRIVE = Hold("hTA.inhibition", 1.5, name="inhibition") + (
    Settle("50 ms") >> Triangle("hTA.excitation", 30, "300 ms", "150 ms", name="excitation")
)


@pytest.mark.parametrize("cell", ["hTA", "hTA_lumped"])
def test_both_kernels_fire_alike(simulate, pool, cell):
    """In float32 two roundings of one scheme: counts differ by one spike at most, the first comes within two steps."""
    runs = {name: simulate(pool(cell, size=5), DRIVE, backend=JaxBackend(name)) for name in ("native", "xla")}
    native, xla = runs["native"], runs["xla"]
    assert xla.counts.sum() > 10
    assert np.abs(native.counts - xla.counts).max() <= 1
    both = (native.counts > 0) & (xla.counts > 0)
    first = np.abs(native.steps[..., 0].astype(int) - xla.steps[..., 0].astype(int))[both]
    assert first.max() <= 2


def test_an_unknown_kernel_is_refused():
    with pytest.raises(ValueError, match="auto, xla, native"):
        dataclasses.replace(JaxBackend(), kernel="cuda")


def test_float64_is_left_to_xla(simulate, pool):
    with pytest.raises(ValueError, match="float32 only"):
        simulate(pool("hTA_lumped", size=2), DRIVE, backend=JaxBackend("native"), dtype="float64")
