"""The functions of equation text, compiled for JAX with the project's flags, against numpy in float64."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from sim.compile.namespaces import JAX, NUMPY
from sim.spec.model import FUNCTIONS

OF_LOGIC = {"logical_and", "logical_or", "logical_not"}
SINGLE = sorted(name for name in FUNCTIONS if name not in OF_LOGIC | {"clip"})
POSITIVE = {"log", "log10", "log1p", "sqrt"}


@pytest.mark.parametrize("lanes", [1, 16, 64, 5000])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", SINGLE)
def test_a_function_is_that_of_numpy_whatever_the_number_of_lanes(name, dtype, lanes):
    """Relative to 1 or more. The quotient in exprel costs float32 a factor of ten; its own note says 1e-5."""
    x = np.random.default_rng(lanes).uniform(0.01 if name in POSITIVE else -30, 30, lanes).astype(dtype)
    exact = NUMPY[name](x.astype(float))
    with jax.enable_x64(dtype == "float64"):
        found = np.asarray(jax.jit(JAX[name])(jnp.asarray(x)))
    assert found.dtype == dtype
    allowed = (3e-5 if name in ("exprel", "tan") else 4e-6) if dtype == "float32" else 1e-12
    assert (np.abs(found - exact) <= allowed * np.maximum(1, np.abs(exact))).all()


@pytest.mark.parametrize("lanes", [1, 64, 5000])
def test_clip_is_that_of_numpy(lanes):
    x = np.random.default_rng(lanes).uniform(-3, 3, lanes).astype(np.float32)
    for low, high in ((-1, 2), (0, np.inf), (-np.inf, 0.5)):
        np.testing.assert_array_equal(jax.jit(JAX["clip"])(x, low, high), np.clip(x, np.float32(low), np.float32(high)))


@pytest.mark.parametrize(
    "name", sorted(set(SINGLE) - {"ceil", "floor", "int", "sign", "sqrt", "log", "log10", "log1p", "abs"})
)
def test_its_slope_is_that_of_its_values(name):
    """Also at 0, where exprel switches from one formula to another."""
    for x in (-2.0, -1e-3, 0.0, 1e-3, 0.7):
        with jax.enable_x64(True):
            slope = float(jax.grad(JAX[name])(jnp.float64(x)))
        found = (NUMPY[name](x + 1e-5) - NUMPY[name](x - 1e-5)) / 2e-5
        assert slope == pytest.approx(float(found), rel=1e-4, abs=1e-4)
