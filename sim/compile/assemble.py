"""Populations to Programs, and samples of a design to lanes."""

from typing import Any, NamedTuple

import jax.numpy as jnp
import numpy as np

from sim.compile.equations import Compiled, compile_model, initial_state
from sim.engine import rng
from sim.engine.integrate import SCHEMES
from sim.engine.lanes import Cells
from sim.engine.program import Program, Rule, itself
from sim.spec.model import Model
from sim.spec.network import Population
from sim.spec.numerics import Numerics
from sim.spec.record import Record
from sim.units import in_unit

SLOW = 1e-3
"""Part of the way to its target: a state that covers less in a step stops short by 3e-8/SLOW of itself, unless what
rounding loses is kept."""


class Assembled(NamedTuple):
    """One population, compiled; `read` has where the variables that signals and projections read stand."""

    population: Population
    compiled: Compiled
    program: Program
    read: dict[str, Rule]


def assemble(population: Population, record: Record, numerics: Numerics, read: tuple[str, ...] = ()) -> Assembled:
    """Compile one population.

    Args:
        read: variables that signals and projections read, besides those recorded.
    """
    model = population.model
    wanted = tuple(v for v in record.variables if v in model.parsed.dimensions())
    compiled = compile_model(model, tuple(dict.fromkeys((*wanted, *read))))
    rules = dict(compiled.observed)
    states = {state.name for state in model.parsed.states}
    program = Program(
        system=compiled.system,
        scheme=SCHEMES[numerics.scheme],
        dt=numerics.dt_ms,
        steps=numerics.steps,
        fires=compiled.fires,
        quiet=compiled.quiet,
        quiet_steps=_quiet_steps(model, numerics),
        resets=compiled.resets,
        ports=tuple(port.name for port in model.parsed.ports),
        channels=tuple((name, rng.channel_word(name)) for name in compiled.channels),
        observed=tuple((name, rules[name]) for name in wanted),
        dtype=jnp.float64 if numerics.dtype == "float64" else jnp.float32,
        bridged=numerics.bridged,
        slow=_slow(model, compiled, numerics) if numerics.dtype == "float32" else (),
        reads=tuple((name, rules[name]) for name in read if name not in states),
    )
    places = {name: name if name in states else f"_read_{name}" for name in read}
    return Assembled(population, compiled, program, {name: Rule(itself, (place,)) for name, place in places.items()})


def rates(model: Model, compiled: Compiled, params: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How fast each state relaxes at the start, 1/ms; those that do not relax are not there."""
    constants = compiled.constants(params)
    values = {port.name: np.zeros(()) for port in model.parsed.ports}
    values |= constants | initial_state(model, compiled, constants)
    return {e.name: e.relaxation(values)[1] for e in compiled.steady.equations if e.kind != "drift"}


def _slow(model: Model, compiled: Compiled, numerics: Numerics) -> tuple[str, ...]:
    """The states of a model, potentials apart, that move less than `SLOW` of their way in a step, or may do so.

    As the model's own table has it: which they are may not hang on what a pool or a design changes.
    """
    potentials = {e.name for e in compiled.steady.full.equations}
    with np.errstate(all="ignore"):
        found = rates(model, compiled, {name: np.asarray(p.quantity.number) for name, p in model.params.items()})
    loose = {e.name for e in compiled.steady.equations if e.kind == "loose"}  # whose rate may be 0, and is so at times

    def slow(name: str, rate: np.ndarray) -> bool:
        return name in loose or bool(0 < rate * numerics.dt_ms < SLOW)

    return tuple(name for name, rate in found.items() if name not in potentials and slow(name, rate))


def _quiet_steps(model: Model, numerics: Numerics) -> int:
    if not model.timed_refractory:
        return 0
    time = in_unit(model.refractory, "ms", f"the refractory period of {model.name!r}")
    return max(1, round(time / numerics.dt_ms))


def parameters(part: Assembled, numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every parameter of a population, coherent units, (sample, cell); an axis on which nothing varies has length 1.

    Args:
        numbers: value of every leaf, (sample,) or (1,).
    """
    found = {}
    for name, param in part.population.table().items():
        leaves = {leaf: numbers[f"network.{part.population.name}.{name}{leaf}"] for leaf in param.leaves()}
        found[name] = param.across(part.population.size, leaves)
    return found


def cells(part: Assembled, params: dict[str, np.ndarray], stream: np.ndarray, host: Any = np) -> Cells:
    """The lanes of some samples: every cell of the first sample, then of the second ...

    Args:
        params: from `parameters`.
        stream: (sample,), number of the random stream.
        host: of `part.compiled`.
    """
    population, compiled, program, _ = part
    samples, size = len(stream), population.size
    constants: dict[str, Any] = dict(compiled.constants(params))
    state = initial_state(population.model, compiled, constants)
    steady = program._replace(system=compiled.steady)
    state = steady.first(state, constants, host)
    seen, values = dict(compiled.observed_before), {**constants, **state}
    state |= {f"_read_{name}": seen[name](values) for name, _ in program.reads}
    constants |= program.scheme.constants(program.system, constants, program.dt, host)

    def per_lane(x: Any) -> Any:
        return host.broadcast_to(host.asarray(x, dtype=float), (samples, size)).reshape(-1)

    used = _used(part)
    return Cells(
        state={name: per_lane(x) for name, x in state.items()},
        constants={name: per_lane(x) for name, x in constants.items() if name in used},
        keys=tuple(key.reshape(-1) for key in rng.keys(stream, population.name, size)),
    )


def _used(part: Assembled) -> set[str]:
    """The constants that a step, a record, a signal or a projection reads."""
    program = part.program
    rules = [program.fires, program.quiet, *(r for _, r in program.resets), *(r for _, r in program.observed)]
    rules += [rule for _, rule in program.reads]
    used = {name for rule in rules if rule is not None for name in rule.args}
    for equation in program.system.equations:
        used |= {*equation.args, f"_relax_{equation.name}", f"_rate_{equation.name}"}
        used |= {f"_kick_{equation.name}_{channel}" for channel in equation.noise}
    return used
