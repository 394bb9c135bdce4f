"""Triggers: an action that starts each time that a signal is at or beyond a level. One update per window.

The same functions serve every back end.
"""

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np

from sim.engine import rng
from sim.engine.drive import Drive
from sim.engine.system import Array

NEVER = -(2**30)


class Trigger(NamedTuple):
    """The numbers of one trigger, each (sample,); times in windows, integers.

    Args:
        begin, end: when it watches.
        level: of the signal.
        sign: 1 at or above the level, -1 at or below it.
        latency, spread: an action starts `latency` after its trigger, plus 0 to `spread`.
        refractory: from the start of an action to the next possible trigger.
        at_most: number of actions.
        keys: two key words, (2, sample), uint32.
        action: port -> Drive, (piece, sample), from the start of the action.
    """

    begin: Array
    end: Array
    level: Array
    sign: Array
    latency: Array
    spread: Array
    refractory: Array
    at_most: Array
    keys: Array
    action: dict[str, Drive]


class TriggerState(NamedTuple):
    """Where a trigger stands, (sample,), integers: actions so far, start of the last one, when it is free again."""

    count: Array
    start: Array
    free: Array


def first(trigger: Trigger) -> TriggerState:
    """Before it has acted."""
    zero = jnp.zeros(trigger.begin.shape, jnp.int32)
    return TriggerState(zero, zero + NEVER, zero)


def update(trigger: Trigger, state: TriggerState, signal: Array, window: Array) -> TriggerState:
    """After it has seen the signal (sample,) at the start of a window."""
    watching = (trigger.begin <= window) & (window < trigger.end) & (window >= state.free)
    fires = watching & (state.count < trigger.at_most) & (trigger.sign * (signal - trigger.level) >= 0)
    draw = rng.bits((trigger.keys[0], trigger.keys[1]), np.uint32(0), state.count) >> 16
    extra = ((draw * (trigger.spread.astype(jnp.uint32) + np.uint32(1))) >> 16).astype(jnp.int32)
    start = window + trigger.latency + extra
    return TriggerState(
        state.count + fires,
        jnp.where(fires, start, state.start),
        jnp.where(fires, start + trigger.refractory, state.free),
    )


def act(trigger: Trigger, state: TriggerState, window: Array) -> dict[str, Array]:
    """What the action adds to each port in a window, (sample,); constant over the window."""
    since = jnp.where(window >= state.start, window - state.start, -1)
    return {port: drive.at(since)[0] for port, drive in trigger.action.items()}
