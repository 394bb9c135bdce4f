"""The reference: windows and steps as loops of XLA, on every device and in every precision."""

import jax.numpy as jnp
from jax import lax

from sim.engine.kernel import Kernel, one_by_one
from sim.engine.lanes import Cells, Ports
from sim.engine.loop import one_step
from sim.engine.program import Program
from sim.engine.system import Array, Values


def advance(
    program: Program, cells: Cells, state: Values, windows: Array, ports: Ports, arrivals: Values
) -> tuple[Values, Array]:
    """See `sim.engine.kernel.Advance`."""

    def window(state: Values, at: tuple[Array, Ports]) -> tuple[Values, Array]:
        index, own = at

        def step(k: Array, carry: tuple[Values, Array]) -> tuple[Values, Array]:
            return one_step(program, cells, carry, (index, k), own, {name: x[k] for name, x in arrivals.items()})

        state, marks = lax.fori_loop(0, program.steps, step, (state, jnp.zeros(cells.keys[0].shape, jnp.int32)))
        return state, marks.astype(jnp.uint8)

    return lax.scan(window, state, (windows, ports))


KERNEL = Kernel(advance, one_by_one(advance), least=64, most=64, samples=16)
"""For a CPU: pieces of 64 lanes stay in the first-level cache."""
WIDE = Kernel(advance, one_by_one(advance), least=64, most=2**17, samples=1024)
"""For a GPU, which needs many lanes at once."""
