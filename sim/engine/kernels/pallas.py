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
from jax.extend.core import Jaxpr, Literal

from sim.engine.loop import Cells, Kernel, Ports, one_step
from sim.engine.program import Program
from sim.engine.system import Array, Values

LANES = 128
"""Of a block: what four warps hold."""


def _exp(x: Array) -> Array:
    return lax.exp2(jnp.clip(x * np.float32(np.log2(np.e)), -126.0, 126.0))


def _sqrt(x: Array) -> Array:
    return jnp.where(x > 0, x * lax.rsqrt(x), x * 0)


OWN: dict[str, Callable[[Array], Array]] = {"exp": _exp, "sqrt": _sqrt}
"""Operations by name -> what stands for them on a GPU."""


def advance(
    program: Program, cells: Cells, state: Values, windows: Array, ports: Ports, arrivals: Values
) -> tuple[Values, Array]:
    """See `sim.engine.loop.Kernel`."""
    return _advance(program, cells, state, windows, ports, arrivals, jax.default_backend() != "gpu")


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

    def block(first: Any, *refs: Any) -> None:
        place = pallas.ds(pallas.program_id(0) * LANES, LANES)
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

    *after, marks = pallas.pallas_call(
        block,
        grid=(lanes // LANES,),
        out_shape=[*shapes, jax.ShapeDtypeStruct((count, lanes), jnp.uint8)],
        **_memory(interpret, len(leaves) + 1, len(shapes) + 1),
    )(windows[:1], *leaves)
    return jax.tree.unflatten(jax.tree.structure(state), after), marks


def _memory(interpret: bool, given: int, left: int) -> dict[str, Any]:
    """Everything lies in the memory of the GPU; a block reads its lanes from there, and writes them back."""
    if interpret:
        return {"interpret": True}
    from jax.experimental.pallas import mosaic_gpu  # needs absl, which comes with the extra `gpu`

    whole = pallas.BlockSpec(memory_space=mosaic_gpu.GMEM)
    return {
        "in_specs": [whole] * given,
        "out_specs": [whole] * left,
        "compiler_params": mosaic_gpu.CompilerParams(approx_math=True),
    }


def rewritten(function: Callable[..., Any], own: dict[str, Callable[..., Any]]) -> Callable[..., Any]:
    """The same function with some operations, or functions that JAX compiled under a name, done otherwise."""

    def evaluate(jaxpr: Jaxpr, constants: list[Any], arguments: list[Any]) -> list[Any]:
        values = dict(zip((*jaxpr.constvars, *jaxpr.invars), (*constants, *arguments), strict=True))

        def value(x: Any) -> Any:
            return x.val if isinstance(x, Literal) else values[x]

        for equation in jaxpr.eqns:
            read, inner = [value(x) for x in equation.invars], equation.params.get("jaxpr")
            name = equation.params.get("name", "") if inner is not None else equation.primitive.name
            if name in own:
                found = [own[name](*read)]
            elif inner is not None:
                found = evaluate(inner.jaxpr, inner.consts, read)
            else:
                found = equation.primitive.bind(*read, **equation.params)
                found = found if equation.primitive.multiple_results else [found]
            values |= dict(zip(equation.outvars, found, strict=True))
        return [value(x) for x in jaxpr.outvars]

    def new(*arguments: Any) -> Any:
        leaves, tree = jax.tree.flatten(arguments)
        traced, shape = jax.make_jaxpr(lambda *x: function(*jax.tree.unflatten(tree, x)), return_shape=True)(*leaves)
        return jax.tree.unflatten(jax.tree.structure(shape), evaluate(traced.jaxpr, traced.consts, leaves))

    return new


KERNEL = Kernel(advance, least=LANES, most=2**31)
