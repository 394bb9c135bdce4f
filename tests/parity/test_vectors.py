"""Every function of lanes.h, in each width of vector that this processor has, against the same function in JAX."""

import ctypes
from collections.abc import Callable
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax

from sim.compile.namespaces import JAX
from sim.engine import exponential, rng
from sim.engine.integrate import lost_in_sum
from sim.engine.kernels import c_text, compiler, loops

pytestmark = pytest.mark.skipif(bool(compiler.lacking()), reason=compiler.lacking() or "-")

WIDTHS = {"native": (), "8 lanes": ("-mno-avx512f",), "4 lanes": ("-mno-avx512f", "-mno-avx2", "-mno-avx", "-mno-fma")}
X = np.concatenate(
    [np.linspace(-87, 87, 5001), np.linspace(-1.2, 1.2, 1201), [0.0, -0.0, 0.5, 1.5, 2.5, -0.5, -2.5, 1e-30, -1e-30]]
).astype(np.float32)
EXTREMES = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 200, -200, 3e38, -3e38], np.float32)

FUNCTIONS: dict[str, Callable] = {
    name: JAX[name]
    for name in ("exp", "expm1", "exprel", "sin", "cos", "arctan", "tanh", "floor", "ceil", "sign", "abs")
} | {
    "log": lambda x: JAX["log"](jnp.abs(x) + 1),
    "log1p": lambda x: JAX["log1p"](jnp.abs(x)),
    "sqrt": lambda x: JAX["sqrt"](jnp.abs(x)),
    "tan": lambda x: JAX["tan"](x / 80),
    "sinh": lambda x: JAX["sinh"](x / 2),
    "cosh": lambda x: JAX["cosh"](x / 2),
    "power": lambda x: jnp.abs(x) ** np.float32(1.7),
    "cube": lambda x: x**3,
    "inverse square": lambda x: (x + 100) ** -2,
    "clip": lambda x: jnp.clip(x, -1, 2),
    "positive": lambda x: jnp.clip(x, 0, jnp.inf),
    "where": lambda x: jnp.where((x > 1) & ~(x >= 3) | (x == 0), x, -x),
    "round": jnp.round,
    "round away": lambda x: lax.round(x, lax.RoundingMethod.AWAY_FROM_ZERO),
    "bytes": lambda x: rng.sum_of_bytes(lax.bitcast_convert_type(x, jnp.uint32)).astype(jnp.int32).astype(jnp.float32),
    "truth": lambda x: (x > 0).astype(jnp.float32) * 3,
}


def in_cpp(function: Callable, x: np.ndarray, flags: tuple[str, ...]) -> np.ndarray:
    """A function of lanes, printed, compiled and called."""
    padded = np.resize(x, -(-x.size // 16) * 16)
    body = c_text.printed(jax.make_jaxpr(function)(padded), ["a0"])
    lines = [s.text(0) for s in body.statements]
    lines = ["const Floats a0_0 = load<Floats>(from, i);", *lines, f"store(to, i, {body.results[0].at(0)});"]
    text = "\n".join(
        [
            f"constexpr float polynomial[] = {{{', '.join(f'{float(c)!r}f' for c in exponential.POLYNOMIAL)}}};",
            Path(loops.__file__).with_name("lanes.h").read_text(),
            'extern "C" void call(const float *from, float *to, long n) {',
            "for (long i = 0; i < n; i += lanes_of_vector) {",
            *lines,
            "}}",
        ]
    )
    library = ctypes.CDLL(str(compiler.library(text, (*loops.FLAGS, *flags), "tests")))
    result = np.empty_like(padded)
    library.call(*(a.ctypes.data_as(ctypes.c_void_p) for a in (padded, result)), ctypes.c_long(padded.size))
    return result[: x.size]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_that_of_jax(name, width):
    function = FUNCTIONS[name]
    found, expected = in_cpp(function, X, WIDTHS[width]), np.asarray(function(jnp.asarray(X)))
    np.testing.assert_allclose(found, expected, rtol=3e-6, atol=3e-7 if name in ("exprel", "sin", "cos", "tan") else 0)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_exponential_keeps_its_accuracy_and_is_one_at_zero(width):
    """Largest relative error 9e-8 of the polynomial, and the rounding of the argument."""
    found = in_cpp(exponential.exp, X, WIDTHS[width])
    exact = np.exp(X.astype(float))
    assert np.abs(found / exact - 1).max() < 1e-7 * (1 + np.abs(X).max() * np.log2(np.e))
    assert (np.abs(found / exact - 1) < 3e-7)[np.abs(X) < 1].all()
    assert (found[X == 0] == 1).all()


@pytest.mark.parametrize("width", WIDTHS)
def test_the_exponential_of_whatever_is_large_is_finite_and_of_no_number_none(width):
    found = in_cpp(exponential.exp, EXTREMES, WIDTHS[width])
    assert np.isnan(found[np.isnan(EXTREMES)]).all()
    large = np.isfinite(EXTREMES) & (np.abs(EXTREMES) < 2e38)
    assert np.isfinite(found[large]).all()
    assert (found[EXTREMES > 100] > 8e37).all()
    assert ((found >= 0) & (found < 2e-38))[EXTREMES < -100].all()
    assert np.isnan(in_cpp(lambda x: jnp.clip(x, 0, jnp.inf), EXTREMES, WIDTHS[width])[0])
    assert np.isnan(in_cpp(lambda x: jnp.clip(x, 0, 1), EXTREMES, WIDTHS[width])[0])


@pytest.mark.parametrize("width", WIDTHS)
def test_what_a_sum_has_lost_is_exact(width):
    """The compiler may rearrange sums, and would find nothing lost."""
    part = np.float32(2.0**-9)  # so that the change, as well as the sum before it is rounded, is exact
    found = in_cpp(lambda x: lost_in_sum(x, x * part), X, WIDTHS[width])
    expected = X.astype(float) * (1 + float(part)) - (X + X * part)
    np.testing.assert_array_equal(found, expected)
    assert np.mean(found != 0) > 0.9
