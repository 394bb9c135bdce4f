"""Windows and steps. Inside a window the cells are independent; what couples them happens between windows."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from sim.engine.drive import Drive
from sim.engine.integrate import Inputs
from sim.engine.program import Program
from sim.engine.system import Array, Values

TWICE = 255
"""The mark of a cell that fired more than once within one window."""


class Cells(NamedTuple):
    """Lanes, each one cell of one sample.

    Args:
        state: name -> (lane,).
        constants: name -> (lane,); also those that all lanes share, so that no result depends on what a design varies.
        keys: two of (lane,), uint32.
    """

    state: Values
    constants: Values
    keys: tuple[Array, Array]


class Lanes(NamedTuple):
    """Cells that nothing couples, and what drives each of them: port -> Drive, (piece, lane)."""

    cells: Cells
    drives: dict[str, Drive]


class Ports(NamedTuple):
    """Input in one window by port, each (lane,) or a scalar: at its border with the window before (the mean of both
    sides), at its start, and the change over it."""

    border: Values
    level: Values
    rise: Values


class Outcome(NamedTuple):
    """What a chunk leaves.

    Args:
        marks: uint8, (window, lane): 0 silent, k = fired at the end of step k of the window, `TWICE` = more than once.
        traces: name -> (block, lane), at the start of every block of windows.
        finite: bool, (lane,): the final state holds no NaN and no infinity.
    """

    marks: Array
    traces: Values
    finite: Array


def window(
    program: Program, cells: Cells, state: Values, index: Array, ports: Ports, arrivals: Values
) -> tuple[Values, Array]:
    """All steps of one window: the state at its end and the marks.

    Args:
        cells: their constants and keys.
        index: number of the window.
        arrivals: state -> (step, lane), what arriving spikes add to it at the start of each step.
    """
    per_step = 1.0 / program.steps

    def step(k: Array, carry: tuple[Values, Array]) -> tuple[Values, Array]:
        state, marks = carry
        place = k.astype(program.dtype) * per_step
        start = {port: level + ports.rise[port] * place for port, level in ports.level.items()}
        inputs = Inputs(
            around={port: jnp.where(k > 0, start[port], ports.border[port]) for port in start},
            start=start,
            middle={port: level + ports.rise[port] * (place + 0.5 * per_step) for port, level in ports.level.items()},
            draws=program.draws(cells.keys, index * program.steps + k),
        )
        state = program.receive(state, {name: added[k] for name, added in arrivals.items()})
        state, fired = program.step(state, cells.constants, inputs)
        mark = jnp.where(marks > 0, TWICE, k + 1)
        return state, jnp.where(fired, mark, marks)

    return lax.fori_loop(0, program.steps, step, (state, jnp.zeros(cells.keys[0].shape, jnp.int32)))


def ports_at(drives: dict[str, Drive], index: Array) -> Ports:
    """What drives bring in one window."""
    border, level, rise = {}, {}, {}
    for port, drive in drives.items():
        last, change = drive.at(index - 1)
        level[port], rise[port] = drive.at(index)
        border[port] = 0.5 * (last + change + level[port])
    return Ports(border, level, rise)


def finite(state: Values) -> Array:
    """Which lanes hold only finite numbers."""
    return jnp.stack([jnp.isfinite(x) for x in state.values()]).all(0)


def run(program: Program, lanes: Lanes, blocks: int, windows: int) -> Outcome:
    """A chunk of lanes from time zero through `blocks` blocks of `windows` windows each."""

    def each_window(state: Values, index: Array) -> tuple[Values, Array]:
        state, marks = window(program, lanes.cells, state, index, ports_at(lanes.drives, index), {})
        return state, marks.astype(jnp.uint8)

    def each_block(state: Values, block: Array) -> tuple[Values, tuple[Array, Values]]:
        first = block * windows
        seen = program.observe(state, lanes.cells.constants, ports_at(lanes.drives, first).level)
        state, marks = lax.scan(each_window, state, first + jnp.arange(windows, dtype=jnp.int32))
        return state, (marks, seen)

    state, (marks, traces) = lax.scan(each_block, lanes.cells.state, jnp.arange(blocks, dtype=jnp.int32))
    return Outcome(marks.reshape(blocks * windows, -1), traces, finite(state))
