"""Windows and steps. Inside a window the cells are independent; what couples them happens between windows."""

from typing import NamedTuple

import jax.numpy as jnp
from jax import lax

from sim.engine.integrate import Inputs
from sim.engine.program import Program
from sim.engine.system import Array, Values

TWICE = 255
"""The mark of a cell that fired more than once within one window."""


class Commands(NamedTuple):
    """Piecewise linear inputs, each the sum of its segments: `rise * (w - begin) + level` while begin <= w < end.

    Args:
        begin, end: (segment, lane), in windows, whole numbers.
        level: (segment, lane), value at `begin`.
        rise: (segment, lane), change per window.
    """

    begin: Array
    end: Array
    level: Array
    rise: Array

    def at(self, window: Array) -> tuple[Array, Array]:
        """Value at the start of a window and its change over it, each (lane,)."""
        active = (self.begin <= window) & (window < self.end)
        value = jnp.where(active, self.level + self.rise * (window - self.begin), 0)
        return value.sum(0), jnp.where(active, self.rise, 0).sum(0)


class Lanes(NamedTuple):
    """What a chunk of lanes needs: a lane is one cell of one sample.

    Args:
        state: name -> (lane,).
        constants: name -> (lane,); also those that all lanes share, so that no result depends on what a design varies.
        keys: two of (lane,), uint32.
        commands: port -> Commands.
    """

    state: Values
    constants: Values
    keys: tuple[Array, Array]
    commands: dict[str, Commands]


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


def window(program: Program, lanes: Lanes, state: Values, index: Array) -> tuple[Values, Array]:
    """All steps of one window: the state at its end and the marks."""
    border, level, rise = {}, {}, {}
    for port, commands in lanes.commands.items():
        last, change = commands.at(index.astype(program.dtype) - 1)
        level[port], rise[port] = commands.at(index.astype(program.dtype))
        border[port] = 0.5 * (last + change + level[port])
    per_step = 1.0 / program.steps

    def step(k: Array, carry: tuple[Values, Array]) -> tuple[Values, Array]:
        state, marks = carry
        place = k.astype(program.dtype) * per_step
        start = {port: level[port] + rise[port] * place for port in level}
        inputs = Inputs(
            around={port: jnp.where(k > 0, start[port], border[port]) for port in level},
            start=start,
            middle={port: level[port] + rise[port] * (place + 0.5 * per_step) for port in level},
            draws=program.draws(lanes.keys, index * program.steps + k),
        )
        state, fired = program.step(state, lanes.constants, inputs)
        mark = jnp.where(marks > 0, TWICE, k + 1)
        return state, jnp.where(fired, mark, marks)

    return lax.fori_loop(0, program.steps, step, (state, jnp.zeros(lanes.keys[0].shape, jnp.int32)))


def run(program: Program, lanes: Lanes, blocks: int, windows: int) -> Outcome:
    """A chunk of lanes from time zero through `blocks` blocks of `windows` windows each."""

    def each_window(state: Values, index: Array) -> tuple[Values, Array]:
        state, marks = window(program, lanes, state, index)
        return state, marks.astype(jnp.uint8)

    def each_block(state: Values, block: Array) -> tuple[Values, tuple[Array, Values]]:
        first = block * windows
        start = {port: commands.at(first.astype(program.dtype))[0] for port, commands in lanes.commands.items()}
        seen = program.observe(state, lanes.constants, start)
        state, marks = lax.scan(each_window, state, first + jnp.arange(windows, dtype=jnp.int32))
        return state, (marks, seen)

    state, (marks, traces) = lax.scan(each_block, lanes.state, jnp.arange(blocks, dtype=jnp.int32))
    finite = jnp.stack([jnp.isfinite(x) for x in state.values()]).all(0)
    return Outcome(marks.reshape(blocks * windows, -1), traces, finite)
