"""What spikes bring, on a CPU: the wires of those cells alone whose spikes arrive, in C++."""

from pathlib import Path

import jax
import jax.numpy as jnp

from sim.engine import coupling
from sim.engine.circuit import Link
from sim.engine.kernels import compiler
from sim.engine.system import Array


def arrive(
    link: Link, wires: Array, ring: Array, delay: Array, index: Array, steps: int, gains: Array | None = None
) -> Array:
    """See `sim.engine.kernel.Arrive`; the same numbers as `sim.engine.coupling.arrive`.

    Raises:
        CompilerError: it cannot be compiled here; says why.
    """
    if link.wires is None or link.even:
        return coupling.arrive(link, wires, ring, delay, index, steps, gains)
    result = jax.ShapeDtypeStruct((steps, delay.shape[0], wires.shape[1]), jnp.float32)
    none = jnp.zeros((0, 0, 0), jnp.uint8)
    name = compiler.registered(Path(__file__).with_name("rows.cpp").read_text(), ("-std=c++17", "-O3"))
    return jax.ffi.ffi_call(name, result)(ring, delay, wires, index, none if gains is None else gains)
