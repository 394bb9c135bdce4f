"""A model's generated module to a System of equations, for numpy and for JAX."""

import hashlib
import inspect
from functools import lru_cache
from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from sim.compile.namespaces import JAX, NUMPY, SMOOTH
from sim.compile.relaxation import POTENTIAL
from sim.compile.source import source
from sim.engine.program import Rule
from sim.engine.system import Equation, Stage, System
from sim.spec.model import Model
from sim.units import quantity


class Compiled(NamedTuple):
    """A model as functions.

    Args:
        source: the generated module, to read.
        system: for JAX.
        steady: the same for the host (numpy, as a rule), to find the initial state.
        constants: function of the parameters -> constants by name, on the host.
        channels: names of the noise channels.
        fires, quiet, resets, observed: as in `Program`.
        observed_before: as `observed`, for the host.
    """

    source: str
    system: System
    steady: System
    constants: Rule
    channels: tuple[str, ...]
    fires: Rule | None
    quiet: Rule | None
    resets: tuple[tuple[str, Rule], ...]
    observed: tuple[tuple[str, Rule], ...]
    observed_before: tuple[tuple[str, Rule], ...]

    @property
    def digest(self) -> str:
        """Of the generated source."""
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]


def compile_model(model: Model, observed: tuple[str, ...] = (), host: Any = np) -> Compiled:
    """Compile a model's text.

    Args:
        model: checked when it was declared.
        observed: states and subexpressions that will be recorded.
        host: numpy, or `jax.numpy` where a derivative goes through all of it, constants and initial state too.

    Raises:
        ModelError: the text asks for noise whose amplitude changes during a run.
    """
    text = source(model, observed)
    smooth = host is jnp
    jax = _module(model.name, text, "smooth" if smooth else "jax")
    before = _module(model.name, text, "smooth" if smooth else "numpy")
    states = jax["STATES"]
    return Compiled(
        text,
        _system(model, states, jax),
        _system(model, states, before),
        before["constants"],
        tuple(sorted({channel for _, channels, _ in states.values() for channel in channels})),
        jax.get("fires"),
        jax.get("quiet"),
        tuple((name, jax[f"reset_{k}_{name}"]) for k, (name, _, _) in enumerate(model.parsed.reset)),
        tuple((name, jax[f"observe_{name}"]) for name in observed),
        tuple((name, before[f"observe_{name}"]) for name in observed),
    )


NAMESPACES = {"jax": JAX, "smooth": SMOOTH, "numpy": NUMPY}


@lru_cache(maxsize=256)
def _module(name: str, text: str, kind: str) -> dict[str, Any]:
    """What a generated module defines, its functions as rules: the same ones for the same text, so that populations of
    one model have equal programs."""
    namespace = NAMESPACES[kind]
    module = dict(namespace)
    exec(compile(text, f"<model {name!a}>", "exec"), module)
    found = {key: x for key, x in module.items() if key not in namespace and key != "__builtins__"}
    return {key: Rule(x, tuple(inspect.signature(x).parameters)) if callable(x) else x for key, x in found.items()}


def _system(
    model: Model, states: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]], rules: dict[str, Any]
) -> System:
    equations, potentials = {}, set()
    for state in model.parsed.states:
        kind, channels, neighbours = states[state.name]
        rule = rules[("slope_" if kind == "drift" else "target_") + state.name]
        waits = model.timed_refractory and "unless refractory" in state.flags
        equations[state.name] = Equation(state.name, kind, rule.function, rule.args, channels, waits, neighbours)
        if state.dimensions == POTENTIAL:
            potentials.add(state.name)
    half = _stages({name: e for name, e in equations.items() if name not in potentials})
    full = tuple(e for name, e in equations.items() if name in potentials)
    return System(half, Stage(full, any(set(e.args) & potentials for e in full)))


def _stages(equations: dict[str, Equation]) -> tuple[Stage, ...]:
    """Gates in an order in which each comes after those that it needs; those that need each other go together."""
    needs = {name: (set(e.args) & equations.keys()) for name, e in equations.items()}

    def reach(name: str) -> set[str]:
        seen, front = set(), {name}
        while front:
            front = set().union(*(needs[n] for n in front)) - seen
            seen |= front
        return seen

    reached = {name: reach(name) for name in equations}
    stages, done = [], set()
    while len(done) < len(equations):
        for name in equations:
            if name in done:
                continue
            together = {name} | {n for n in reached[name] if name in reached[n]}
            if reached[name] - together <= done:
                group = tuple(equations[n] for n in equations if n in together)
                stages.append(Stage(group, any(set(e.args) & together for e in group)))
                done |= together
    return tuple(stages)


def initial_state(model: Model, compiled: Compiled, constants: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every state at time zero: as declared, else at its steady state given those before it, else 0."""
    state = {name: np.asarray(quantity(value).number) for name, value in model.block.initial.items()}
    values = {**constants, **{port.name: np.zeros(()) for port in model.parsed.ports}, **state}
    for equation in (*compiled.steady.full.equations, *(e for stage in compiled.steady.half for e in stage.equations)):
        if equation.name in values:
            continue
        known = equation.kind != "drift" and {*equation.args, *equation.neighbours} <= values.keys()
        found = equation.relaxation(values)[0] if known else np.zeros(())
        values[equation.name] = state[equation.name] = found
    return state
