"""A run of one sample as courses in time, through which derivatives can be taken.

Reverse mode goes back through every operation and needs what each one read. Here only the state at the start of every
stretch of windows is kept, and within a stretch that of every window; the rest is computed again on the way back. So
memory grows as the root of the number of windows, and hardly at all beside everything else.
"""

from collections.abc import Callable
from math import isqrt
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from sim.engine import network
from sim.engine.circuit import Circuit, Group
from sim.engine.kernels import xla
from sim.engine.kinds import cells_of_kinds
from sim.engine.system import Array, Values

KERNEL = xla.KERNEL._replace(least=1)


class Courses(NamedTuple):
    """What a sample leaves, and what of it happened at once.

    Args:
        traces: of each member, name -> (block, cell), at the start of every block of windows.
        signals, ports: name -> (block,).
        fired: of each member, whether a cell of it fired.
    """

    traces: tuple[Values, ...]
    signals: Values
    ports: Values
    fired: tuple[Array, ...]


def courses(circuit: Circuit, group: Group, blocks: int, windows: int) -> Courses:
    """One sample from time zero through `blocks` blocks of `windows` windows each, by the reference kernel."""
    wires = {link.name: jnp.asarray(link.table(circuit.dtype)) for link in circuit.links}
    group = group._replace(cells=cells_of_kinds(circuit, group.cells, jnp))
    loop = network.Loop(circuit, wires, group, 1, KERNEL)
    apart = isqrt(blocks * windows)

    @jax.checkpoint
    def window(carry: Any, index: Array) -> tuple[Any, None]:
        state, fired = carry
        state, marks = loop.window(state, index)
        own = loop.marks(marks)
        return (state, tuple(f | (m > 0).any() for f, m in zip(fired, own, strict=True))), None

    def block(carry: Any, number: Array) -> tuple[Any, Any]:
        first = number * windows
        seen = loop.observe(carry[0], first)
        carry, _ = _scan(window, carry, first + jnp.arange(windows, dtype=jnp.int32), apart)
        return carry, seen

    silent = tuple(jnp.zeros((), bool) for _ in circuit.members)
    (_, fired), (traces, signals, ports) = _scan(
        block, (loop.first(), silent), jnp.arange(blocks, dtype=jnp.int32), apart // windows
    )
    by_cell = tuple({name: x[:, 0] for name, x in own.items()} for own in traces)
    by_name = [{name: x[:, 0] for name, x in own.items()} for own in (signals, ports)]
    return Courses(by_cell, by_name[0], by_name[1], fired)


def _scan(step: Callable[[Any, Array], tuple[Any, Any]], carry: Any, numbers: Array, apart: int) -> tuple[Any, Any]:
    """`lax.scan` that keeps the carry of every `apart`-th step only, where there are more."""
    if divisors := [k for k in range(max(2, apart // 2), 2 * apart) if len(numbers) % k == 0]:
        apart = min(divisors, key=lambda k: abs(k - apart))  # nothing is left over, which would be compiled apart
    stretches, rest = divmod(len(numbers), max(apart, 1))
    if apart <= 1 or stretches <= 1:
        return lax.scan(step, carry, numbers)
    stretch = jax.checkpoint(lambda carry, numbers: lax.scan(step, carry, numbers))
    carry, found = lax.scan(stretch, carry, numbers[: stretches * apart].reshape(stretches, apart))
    found = jax.tree.map(lambda x: x.reshape(-1, *x.shape[2:]), found)
    if rest:
        carry, last = stretch(carry, numbers[stretches * apart :])
        found = jax.tree.map(lambda *x: jnp.concatenate(x), found, last)
    return carry, found
