"""Windows and steps. Inside a window the cells are independent; what couples them happens between windows."""

import jax.numpy as jnp
from jax import lax

from sim.engine.drive import Drive
from sim.engine.integrate import Inputs
from sim.engine.kernel import Kernel
from sim.engine.lanes import TWICE, Cells, Lanes, Outcome, Ports
from sim.engine.program import Program
from sim.engine.system import Array, Values

STRETCH = 64
"""Windows that cells without connections advance at once."""


def one_step(
    program: Program, cells: Cells, carry: tuple[Values, Array], at: tuple[Array, Array], ports: Ports, arrivals: Values
) -> tuple[Values, Array]:
    """One step within a window; what every kernel repeats.

    Args:
        cells: their constants and keys.
        carry: the state, and the marks of this window so far, int32.
        at: number of the window, and of the step in it.
        ports, arrivals: of this window, and of this step.

    Returns:
        The next carry.
    """
    (state, marks), (index, k) = carry, at
    per_step = 1.0 / program.steps
    place = k.astype(program.dtype) * per_step
    start = {port: level + ports.rise[port] * place for port, level in ports.level.items()}
    inputs = Inputs(
        around={port: jnp.where(k > 0, start[port], ports.border[port]) for port in start},
        start=start,
        middle={port: level + ports.rise[port] * (place + 0.5 * per_step) for port, level in ports.level.items()},
        draws=program.draws(cells.keys, index * program.steps + k),
    )
    state, fired = program.step(program.receive(state, arrivals), cells.constants, inputs)
    return program.read(state, cells.constants), jnp.where(fired, jnp.where(marks > 0, TWICE, k + 1), marks)


def ports_at(drives: dict[str, Drive], index: Array) -> Ports:
    """What drives bring in one window, or, for several, (window, 1, 1), in each of them; a number where none is."""
    border, level, rise = {}, {}, {}
    for port, drive in drives.items():
        if drive.silent:
            border[port] = level[port] = rise[port] = jnp.zeros(index.shape[:1], drive.segments.level.dtype)
            continue
        last, change = drive.at(index - 1)
        level[port], rise[port] = drive.at(index)
        border[port] = 0.5 * (last + change + level[port])
    return Ports(border, level, rise)


def finite(state: Values) -> Array:
    """Which lanes hold only finite numbers."""
    return jnp.stack([jnp.isfinite(x) for x in state.values()]).all(0)


def run(kernel: Kernel, program: Program, lanes: Lanes, blocks: int, windows: int) -> Outcome:
    """A chunk of lanes from time zero through `blocks` blocks of `windows` windows each."""

    def stretch(state: Values, first: Array, count: int) -> tuple[Values, Array]:
        indices = first + jnp.arange(count, dtype=jnp.int32)
        return kernel.advance(program, lanes.cells, state, indices, ports_at(lanes.drives, indices[:, None, None]), {})

    def each_block(state: Values, block: Array) -> tuple[Values, tuple[Array, Values]]:
        first = block * windows
        seen = program.observe(state, lanes.cells.constants, ports_at(lanes.drives, first).level)
        whole, rest = divmod(windows, STRETCH)
        marks = jnp.zeros((0, lanes.cells.keys[0].shape[0]), jnp.uint8)
        if whole:
            starts = first + jnp.arange(whole, dtype=jnp.int32) * STRETCH
            state, marks = lax.scan(lambda state, start: stretch(state, start, STRETCH), state, starts)
            marks = marks.reshape(whole * STRETCH, -1)
        if rest:
            state, last = stretch(state, first + whole * STRETCH, rest)
            marks = jnp.concatenate([marks, last])
        return state, (marks, seen)

    state, (marks, traces) = lax.scan(each_block, lanes.cells.state, jnp.arange(blocks, dtype=jnp.int32))
    return Outcome(marks.reshape(blocks * windows, -1), traces, finite(state))
