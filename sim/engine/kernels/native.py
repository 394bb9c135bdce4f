"""A step as C++ for the processor at hand, called from JAX like any other operation (`jax.ffi`).

For float32; it needs a C++ compiler.
"""

from functools import partial

import jax
import jax.numpy as jnp

from sim.engine.kernel import Kernel
from sim.engine.kernels import compiler
from sim.engine.kernels.loops import FLAGS, LANES, Call, header, text_of
from sim.engine.kernels.together import window
from sim.engine.lanes import Cells, Ports
from sim.engine.platform import computing
from sim.engine.program import Program
from sim.engine.system import Array, Values


def advance(
    program: Program, cells: Cells, state: Values, windows: Array, ports: Ports, arrivals: Values
) -> tuple[Values, Array]:
    """See `sim.engine.kernel.Advance`.

    Raises:
        NotImplementedError: the equations use what has no C++ text; names it.
        CompilerError: it cannot be compiled here; says why.
    """
    own = Call.of(program, cells, state, ports, arrivals)
    shapes = own.results(windows.shape[0])
    aliases = {k: k for k in range(len(shapes) - 1)}
    found = jax.ffi.ffi_call(compiler.registered(own.text, FLAGS), shapes, input_output_aliases=aliases)
    *after, marks = found(*own.leaves, windows[0])
    return own.state(after), marks


def by(threads: int) -> Kernel:
    """This kernel, which shares a window of a network out among threads."""
    return Kernel(
        advance,
        partial(window, threads=threads),
        least=LANES,
        most=64,
        samples=16,
        small=True,
        by=by,
    )


KERNEL = by(1)
"""Two vectors of 16 lanes at least."""


def lacking(program: Program, cells: Cells) -> str:
    """Why this kernel cannot run some cells here, in words; empty where it can."""
    if program.dtype != jnp.float32:
        return "it computes in float32 only"
    lane, nothing = jax.ShapeDtypeStruct((KERNEL.least,), jnp.float32), jax.ShapeDtypeStruct((1,), jnp.float32)
    shaped = jax.tree.map(
        lambda x: jax.ShapeDtypeStruct(lane.shape, x.dtype if x.dtype == jnp.uint32 else lane.dtype), cells
    )
    ports = Ports(*({port: nothing for port in program.ports} for _ in Ports._fields))
    try:
        with computing(program.dtype):
            text_of(program, (shaped.state, shaped._replace(state={}), ports, {}))
        compiler.registered(f"{header()}{TRIAL}", FLAGS)
    except (NotImplementedError, compiler.CompilerError, OSError) as problem:
        return str(problem)
    return ""


TRIAL = """
static ffi::Error advance() { return ffi::Error::Success(); }
XLA_FFI_DEFINE_HANDLER_SYMBOL(kernel, advance, ffi::Ffi::Bind());
"""
"""The least that must compile, after the header."""
