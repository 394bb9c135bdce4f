"""The compiled thing: a population's equations, scheme and spike rule, as pure functions with static shapes."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import lax

from sim.engine.integrate import Inputs, Scheme
from sim.engine.rng import normal
from sim.engine.system import Array, System, Values

OWN = np.uint32(0x5BD1E995)
"""Turns the key word of a noise channel into that of the draws which two steps do not share."""


class Rule(NamedTuple):
    """A function of named values, for conditions, resets and observations."""

    function: Callable[..., Any]
    args: tuple[str, ...]

    def __call__(self, values: Mapping[str, Array]) -> Array:
        return self.function(**{name: values[name] for name in self.args})


def itself(**value: Array) -> Array:
    """What a rule reads of one name."""
    (x,) = value.values()
    return x


class Program(NamedTuple):
    """How one population moves.

    Args:
        system, scheme: the equations and how they advance.
        dt: ms.
        steps: in one window.
        fires: condition for a spike, or None.
        quiet: condition that keeps a cell silent after a spike, or None.
        quiet_steps: number of steps of silence after a spike, when that is timed instead; 0 otherwise.
        resets: state and its value after a spike, in order.
        ports: names of the inputs that commands drive.
        channels: name and key word of each noise channel.
        observed: name and function of each recorded variable.
        dtype: of all floating-point state.
        bridged: two steps share a draw of twice their length, see `draws`.
        slow: states that move so little in a step that what rounding loses of it is kept, see `integrate`.
        reads: name and function of each variable that signals and projections read and that is no state. They are
            computed where the states are, in the same order for every number of lanes, and kept as `_read_NAME`.
    """

    system: System
    scheme: Scheme
    dt: float
    steps: int
    fires: Rule | None
    quiet: Rule | None
    quiet_steps: int
    resets: tuple[tuple[str, Rule], ...]
    ports: tuple[str, ...]
    channels: tuple[tuple[str, np.uint32], ...]
    observed: tuple[tuple[str, Rule], ...]
    dtype: Any
    bridged: bool = False
    slow: tuple[str, ...] = ()
    reads: tuple[tuple[str, Rule], ...] = ()

    def first(self, state: Values, constants: Values, host: Any = np) -> Values:
        """The state at time zero as the scheme wants it, with the silence of the spike rule; arrays of the host."""
        start = {port: np.zeros(()) for port in self.ports}
        state = dict(self.scheme.first(self.system, state, {**constants, **start}, self.dt, host))
        shape = np.broadcast_shapes(*(np.shape(x) for x in state.values()))
        return state | {name: np.zeros(shape) for name in ("_silent", *(f"_lost_{name}" for name in self.slow))}

    def receive(self, state: Values, arrivals: Values) -> Values:
        """The state once arriving spikes have added to it; one that waits takes nothing while its cell is silent."""
        waiting = {e.name for e in self.system.equations if e.waits}
        taken = {n: jnp.where(state["_silent"] == 0, x, 0) if n in waiting else x for n, x in arrivals.items()}
        return state | {name: state[name] + x for name, x in taken.items()}

    def step(self, state: Values, constants: Values, inputs: Inputs) -> tuple[Values, Array]:
        """One step of dt: the next state, and which cells fired at its end."""
        silent = state["_silent"]
        moving = {name: x for name, x in state.items() if name != "_silent" and not name.startswith("_read_")}
        if self.quiet is not None:
            silent = jnp.where(self.quiet({**constants, **inputs.start, **moving}), silent, 0)
        elif self.quiet_steps:
            silent = jnp.maximum(silent - 1, 0)
            inputs = inputs._replace(moves=silent == 0)
        new = self.scheme.step(self.system, moving, constants, inputs, self.dt)
        if self.fires is None:
            return {**new, "_silent": silent}, jnp.zeros(silent.shape, bool)
        values = {**constants, **inputs.start, **new}
        fired = self.fires(values) & (silent == 0)
        silent = jnp.where(fired, max(self.quiet_steps, 1) if self.quiet is None else 1, silent)
        for name, rule in self.resets:
            new[name] = jnp.where(fired, rule({**values, **new}), new[name])
        return {**new, "_silent": silent}, fired

    def read(self, state: Values, constants: Values) -> Values:
        """The state, with what others read of it."""
        values = {**constants, **state}
        found = {f"_read_{name}": jnp.asarray(rule(values), self.dtype) for name, rule in self.reads}
        return state | {name: jnp.broadcast_to(x, state["_silent"].shape) for name, x in found.items()}

    def draws(self, keys: tuple[Array, Array], step: Array) -> Values:
        """Standard normal draws of every channel for one step.

        Bridged, two steps have (a + b)/sqrt(2) and (a - b)/sqrt(2): a is what one of twice the length would have, b a
        draw of their own. The noise is then that of the longer step, seen more finely.
        """
        if not self.bridged:
            return {name: normal(keys, word, step, self.dtype) for name, word in self.channels}
        sign, pair = (1 - 2 * (step & 1)).astype(self.dtype), lax.shift_right_logical(step, jnp.ones_like(step))
        return {
            name: (normal(keys, word, pair, self.dtype) + sign * normal(keys, word ^ OWN, pair, self.dtype)) * 0.5**0.5
            for name, word in self.channels
        }

    def observe(self, state: Values, constants: Values, start: Values) -> Values:
        """The recorded variables, each of the shape of the cells."""
        values = {**constants, **start, **state}
        shape = state["_silent"].shape
        return {name: jnp.broadcast_to(rule(values), shape) for name, rule in self.observed}
