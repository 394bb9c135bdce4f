"""One step of a system of differential equations. A scheme is a name, an order and a function.

    euler                x + dt f(x)                                                                 order 1
    exponential_euler    every state relaxes exactly, all else held at its old value                 order 1
    staggered            gates live at half steps, potentials at full steps; each relaxes exactly    order 2
                         with the other at its midpoint; neighbouring compartments implicitly,
                         states coupled in other ways once more with their mean

A state that relaxes to `target` at `rate` moves by (target - x) (1 - exp(-rate dt)), exact while both stand still; one
whose rate may be 0 by dt (push - rate x) exprel(-rate dt), which is the same, and dt push where it is. In
single precision x + change is x where the change is below 6e-8 of x, so a state of 2.5 s would stop 0.15 % short of its
target. Of a slow state, what the sum has lost is kept, and added in the next step (Kahan 1965, Commun ACM 8:40); the
state holds it under the name `_lost_` and its own.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp

from sim.engine.exponential import exp, exprel
from sim.engine.system import Array, Equation, Stage, System, Values


class Inputs(NamedTuple):
    """What comes from outside in one step.

    Args:
        around: values about its start: where a command jumps there, the mean of before and after.
        start, middle: values at its start and in its middle.
        draws: standard normal draws by channel.
        moves: whether the cell may move (False: refractory; None: the model has no timed refractory period).
    """

    around: Values
    start: Values
    middle: Values
    draws: Values
    moves: Array | None = None


class Scheme(NamedTuple):
    """How to advance by one step.

    The host, which computes what comes before a run, is numpy, or `jax.numpy` where a derivative goes through it.

    Args:
        order: declared order of convergence on smooth problems.
        constants: (system, constants, dt, host) -> what the step needs besides, computed once in float64.
        first: (system, state, values, dt, host) -> the state as the scheme wants it at time zero.
        step: (system, state, constants, inputs, dt) -> next state.
    """

    order: int
    constants: Callable[[System, Values, float, Any], Values]
    first: Callable[[System, Values, Values, float, Any], Values]
    step: Callable[[System, Values, Values, Inputs, float], Values]


def _gain(equation: Equation, rate: Array, values: Values, dt: float, exact: bool) -> Array:
    """The part of the way to its target that x covers in dt."""
    if equation.kind == "steady_rate":
        return values[f"_relax_{equation.name}"]
    return 1 - exp(-dt * rate) if exact else dt * rate


def _finished(equation: Equation, change: Array, values: Values, inputs: Inputs) -> Array:
    """The change with its noise, and none if the cell is refractory and x waits."""
    for channel in equation.noise:
        change = change + values[f"_kick_{equation.name}_{channel}"] * inputs.draws[channel]
    return change if inputs.moves is None or not equation.waits else jnp.where(inputs.moves, change, 0)


def _moved(equation: Equation, state: Values, values: Values, inputs: Inputs, dt: float, exact: bool) -> Values:
    """x after dt, all else taken from `values`, and what the sum has lost where that is kept."""
    x, lost = state[equation.name], state.get(f"_lost_{equation.name}")
    if equation.kind == "drift":
        change = dt * equation.slope(values)
    elif equation.kind == "loose":
        push, rate = equation.push(values)
        change = dt * (push - rate * x) * (exprel(-dt * rate) if exact else 1)
    else:
        target, rate = equation.relaxation(values)
        change = (target - x) * _gain(equation, rate, values, dt, exact)
    change = _finished(equation, change, values, inputs)
    if lost is None:
        return {equation.name: x + change}
    change = change + lost
    return {equation.name: x + change, f"_lost_{equation.name}": lost_in_sum(x, change)}


@jax.jit
def lost_in_sum(x: Array, change: Array) -> Array:
    """What x + change, rounded, lacks, |change| < |x|. It keeps its name in what JAX traces: a compiler that may
    rearrange sums makes 0 of it."""
    return change - ((x + change) - x)


def _step_constants(exact: bool) -> Callable[[System, Values, float, Any], Values]:
    def constants(system: System, found: Values, dt: float, host: Any) -> Values:
        extra = {}
        for equation in system.equations:
            name, rate = equation.name, found.get(f"_rate_{equation.name}")
            if equation.kind == "steady_rate" and rate is not None:
                extra[f"_relax_{name}"] = -host.expm1(-rate * dt) if exact else rate * dt
            for channel in equation.noise:
                # variance of the integrated noise over one step, exact for a state that relaxes at a steady rate
                spread = dt if rate is None or not exact else -host.expm1(-2 * rate * dt) / (2 * rate)
                extra[f"_kick_{name}_{channel}"] = found[f"_noise_{name}_{channel}"] * host.sqrt(spread)
        return extra

    return constants


def _one_sided(exact: bool) -> Callable[[System, Values, Values, Inputs, float], Values]:
    def step(system: System, state: Values, constants: Values, inputs: Inputs, dt: float) -> Values:
        values = {**constants, **inputs.start, **state}
        return {k: x for e in system.equations for k, x in _moved(e, state, values, inputs, dt, exact).items()}

    return step


def _advance(stage: Stage, state: Values, values: Values, inputs: Inputs, dt: float) -> Values:
    """The stage's states after dt, everything else given at mid-step in `values`."""

    def predict(own: Values) -> Values:
        at = {**values, **own}
        alone = [_moved(e, state, at, inputs, dt, True) for e in stage.equations if not e.neighbours]
        moved = {name: x for found in alone for name, x in found.items()}
        return moved | _together([e for e in stage.equations if e.neighbours], moved, state, at, inputs, dt)

    old = {e.name: state[e.name] for e in stage.equations}
    new = predict(old)
    return predict(_mean(old, new)) if stage.coupled else new


def _together(
    equations: list[Equation], moved: Values, state: Values, values: Values, inputs: Inputs, dt: float
) -> Values:
    """Neighbours after dt, each relaxing to a target that holds the mean of the others before and after the step.

    These are linear equations in the changes, change of x = known + sum of pull * change of y, solved without
    iteration; as changes are small beside potentials, single precision keeps more of them.
    """
    known, pulls = {}, {}
    names = [e.name for e in equations]
    for e in equations:
        x = state[e.name]
        target, rate, weights = e.parts(values)
        gain = _gain(e, rate, values, dt, True)
        for neighbour, weight in zip(e.neighbours, weights, strict=True):
            y = state[neighbour]
            target = target + weight * (y if neighbour in names else 0.5 * (y + moved[neighbour]))
            if neighbour in names:
                pull = 0.5 * gain * weight
                still = inputs.moves is not None and e.waits
                pulls[e.name, neighbour] = pull * inputs.moves if still else pull
        known[e.name] = _finished(e, (target - x) * gain, values, inputs)
    return {name: state[name] + change for name, change in solve(known, pulls).items()}


def solve(known: Values, pulls: dict[tuple[str, str], Array]) -> Values:
    """The solution of x = known + sum over y of pulls[x, y] * y.

    Unknowns are eliminated one after the other, those with the fewest neighbours first: on a tree of compartments that
    is from the tips to the root, and no new pull arises.
    """
    known, pulls, order = dict(known), dict(pulls), []
    left = list(known)
    while left:
        x = min(left, key=lambda name: sum(name in pair for pair in pulls if set(pair) <= set(left)))
        left.remove(x)
        order.append(x)
        if (x, x) in pulls:  # x pulls itself through those that are gone
            own = 1 / (1 - pulls.pop((x, x)))
            known[x] = known[x] * own
            for y in left:
                if (x, y) in pulls:
                    pulls[x, y] = pulls[x, y] * own
        for y in left:
            if (y, x) not in pulls:
                continue
            weight = pulls.pop((y, x))
            known[y] = known[y] + weight * known[x]
            for z in left:
                if (x, z) in pulls:
                    pulls[y, z] = pulls[y, z] + weight * pulls[x, z] if (y, z) in pulls else weight * pulls[x, z]
    for x in reversed(order):
        for y in order:
            if (x, y) in pulls:
                known[x] = known[x] + pulls[x, y] * known[y]
    return known


def _mean(a: Values, b: Values) -> Values:
    return {name: 0.5 * (a[name] + b[name]) for name in a}


def _staggered(system: System, state: Values, constants: Values, inputs: Inputs, dt: float) -> Values:
    potentials = {e.name: state[e.name] for e in system.full.equations}
    values, new = {**constants, **inputs.around, **potentials}, {}
    for stage in system.half:  # from t - dt/2 to t + dt/2, potentials at t
        moved = _advance(stage, state, values, inputs, dt)
        new |= moved
        values |= _mean({e.name: state[e.name] for e in stage.equations}, moved)
    values = {**constants, **inputs.middle, **new}  # from t to t + dt, gates at t + dt/2
    return new | _advance(system.full, state, values, inputs, dt)


def _half_a_step_back(system: System, state: Values, values: Values, dt: float, host: Any) -> Values:
    """Gates moved from t = 0 to t = -dt/2, so that the first step brings them to dt/2 with second-order accuracy."""
    values, new = {**values, **state}, {}
    for stage in system.half:
        for equation in stage.equations:
            x = state[equation.name]
            if equation.kind == "drift":
                new[equation.name] = x - 0.5 * dt * equation.slope(values)
            elif equation.kind == "loose":
                push, rate = equation.push(values)
                back = 0.5 * dt * rate
                still = back == 0
                new[equation.name] = x - 0.5 * dt * (push - rate * x) * (host.expm1(back) / (back + still) + still)
            else:
                target, rate = equation.relaxation(values)
                new[equation.name] = target + (x - target) * host.exp(0.5 * dt * rate)
    return {**state, **new}


def _as_it_is(system: System, state: Values, values: Values, dt: float, host: Any) -> Values:
    return state


SCHEMES = {
    "euler": Scheme(1, _step_constants(False), _as_it_is, _one_sided(False)),
    "exponential_euler": Scheme(1, _step_constants(True), _as_it_is, _one_sided(True)),
    "staggered": Scheme(2, _step_constants(True), _half_a_step_back, _staggered),
}
"""Every scheme by name."""
