"""A step as a GPU kernel: the state of 128 lanes in the registers of a block, the loops over windows and steps inside.

Pallas turns `one_step` into a kernel through Mosaic GPU; on other devices it interprets it, which gives the reference's
spikes (and is slow). Where Mosaic has no such operation, or the hardware a faster one, the traced step is rewritten.
For float32.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.experimental import pallas
from jax.extend.core import JaxprEqn

from sim.engine.kernel import Kernel, one_by_one
from sim.engine.kernels import xla
from sim.engine.kernels.jaxpr import walk
from sim.engine.lanes import Cells, Ports
from sim.engine.loop import one_step
from sim.engine.platform import computing, on_gpu
from sim.engine.program import Program
from sim.engine.system import Array, Values

LANES = 128
"""Of a block: what four warps hold."""
TRIAL = 4
"""Windows that both kernels run before this one is trusted."""


def _exp(x: Array) -> Array:
    return lax.exp2(jnp.clip(x * np.float32(np.log2(np.e)), -126.0, 126.0))


def _sqrt(x: Array) -> Array:
    return jnp.where(x > 0, x * lax.rsqrt(x), x * 0)


OWN: dict[str, Callable[[Array], Array]] = {"exp": _exp, "sqrt": _sqrt}
"""Operations by name -> what stands for them on a GPU."""


def advance(
    program: Program, cells: Cells, state: Values, windows: Array, ports: Ports, arrivals: Values
) -> tuple[Values, Array]:
    """See `sim.engine.kernel.Advance`."""
    return _advance(program, cells, state, windows, ports, arrivals, interpret=not on_gpu())


def _advance(
    program: Program,
    cells: Cells,
    state: Values,
    windows: Array,
    ports: Ports,
    arrivals: Values,
    interpret: bool,
) -> tuple[Values, Array]:
    given = (state, cells._replace(state={}), ports, arrivals)
    leaves, tree = jax.tree.flatten(given)
    lanes, count = cells.keys[0].shape[0], windows.shape[0]
    shapes = [jax.ShapeDtypeStruct(x.shape, x.dtype) for x in jax.tree.leaves(state)]

    advanced = rewritten(lambda *x: one_step(program, *x), OWN)

    def block(number: Any, first: Any, *refs: Any) -> None:
        place = pallas.ds(number * LANES, LANES)
        state, cells, ports, arrivals = jax.tree.unflatten(tree, refs[: len(leaves)])
        *after, marked = refs[len(leaves) :]
        state, cells = jax.tree.map(lambda x: x[place], (state, cells))

        def window(at: Array, state: Values) -> Values:
            own = jax.tree.map(lambda x: x[at, place] if len(x.shape) > 1 else x[at], ports)

            def step(k: Array, carry: tuple[Values, Array]) -> tuple[Values, Array]:
                arriving = {name: x[k, place] for name, x in arrivals.items()}
                return advanced(cells, carry, (first[0] + at, k), own, arriving)

            silent = (cells.keys[0] * 0).astype(jnp.int32)  # a plain zero has another layout in registers
            state, marks = lax.fori_loop(0, program.steps, step, (state, silent))
            marked[at, place] = marks.astype(jnp.uint8)
            return state

        for x, new in zip(after, jax.tree.leaves(lax.fori_loop(0, count, window, state)), strict=True):
            x[place] = new

    marks = jax.ShapeDtypeStruct((count, lanes), jnp.uint8)
    *after, marks = _launched(block, lanes // LANES, [*shapes, marks], interpret)(windows[:1], *leaves)
    return jax.tree.unflatten(jax.tree.structure(state), after), marks


def _launched(block: Callable[..., None], blocks: int, results: list[Any], interpret: bool) -> Callable[..., Any]:
    """A function of arrays that runs a block for each of its numbers; everything lies in the memory of the GPU, from
    where a block reads its lanes, and where it writes them back."""
    if interpret:
        return pallas.pallas_call(
            lambda *refs: block(pallas.program_id(0), *refs), grid=(blocks,), out_shape=results, interpret=True
        )
    from jax.experimental.pallas import mosaic_gpu  # needs absl, which comes with the extra `gpu`

    return mosaic_gpu.kernel(
        lambda *refs: block(lax.axis_index("block"), *refs),
        out_type=results,
        grid=(blocks,),
        grid_names=("block",),
        compiler_params=mosaic_gpu.CompilerParams(approx_math=True),
    )


def rewritten(function: Callable[..., Any], own: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    """The same function with some operations, or functions that JAX compiled under a name, done otherwise."""

    def perform(name: str, equation: JaxprEqn, read: list[Any]) -> list[Any]:
        if name in own:
            return [own[name](*read)]
        found = equation.primitive.bind(*read, **equation.params)
        return found if equation.primitive.multiple_results else [found]

    def new(*arguments: Any) -> Any:
        leaves, tree = jax.tree.flatten(arguments)
        traced, shape = jax.make_jaxpr(lambda *x: function(*jax.tree.unflatten(tree, x)), return_shape=True)(*leaves)
        found = walk(traced, leaves, constant=lambda value, _: value, perform=perform, whole=own)
        return jax.tree.unflatten(jax.tree.structure(shape), found)

    return new


KERNEL = Kernel(advance, one_by_one(advance), least=LANES, most=2**17, samples=1024)
"""Not measured: chosen to fill the registers of a large GPU about twice."""


def lacking(program: Program, cells: Cells) -> str:
    """Why this kernel cannot run some cells here, in words; empty where it can, as a trial against XLA shows."""
    if program.dtype != jnp.float32:
        return "it computes in float32 only"

    def lanes(x: Any) -> Any:
        x = np.resize(np.asarray(x), LANES)
        return x.astype(np.float32) if x.dtype.kind == "f" else x

    cells, windows = jax.tree.map(lanes, cells), np.arange(TRIAL, dtype=np.int32)
    level = {port: np.zeros((TRIAL, LANES), np.float32) for port in program.ports}
    given = (cells, cells.state, windows, Ports(level, level, level))
    try:
        with computing(program.dtype):
            expected = jax.jit(lambda c, s, w, p: xla.advance(program, c, s, w, p, {}))(*given)
            found = jax.jit(lambda c, s, w, p: advance(program, c, s, w, p, {}))(*given)
        alike = all(map(_alike, jax.tree.leaves(_whole(*found)), jax.tree.leaves(_whole(*expected))))
    except Exception as problem:  # whatever a compiler says
        return f"{type(problem).__name__} stopped it: {str(problem).splitlines()[0] if str(problem) else 'no reason'}"
    return "" if alike else "it does not give the numbers of XLA"


def _whole(state: Values, marks: Array) -> tuple[dict[str, Array], Array]:
    """Each state with what its sums have lost, which by itself is only rounding."""
    own = {name: x for name, x in state.items() if not name.startswith("_lost_")}
    return {name: x + state.get(f"_lost_{name}", 0) for name, x in own.items()}, marks


def _alike(found: Array, expected: Array) -> bool:
    largest = np.abs(np.asarray(expected)[np.isfinite(expected)]).max(initial=0)
    return np.allclose(found, expected, rtol=1e-3, atol=1e-3 * float(largest), equal_nan=True)
