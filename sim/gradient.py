"""Derivatives of what a simulation leaves with respect to any number of its network and its protocol.

    slope = gradient(network, protocol, lambda c: jnp.mean(c["pool.v"] ** 2), ["network.pool.g_leak"], record=record)
    value, by_path = slope()

They go through the reference kernel in float64, through constants and initial state too, with the noise held fixed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from sim.backends.jax_backend import JaxBackend, JaxSimulation
from sim.compile import couple
from sim.compile.assemble import Assembled, cells, parameters
from sim.compile.equations import compile_model
from sim.compile.interventions import drives, pieces
from sim.engine.circuit import Circuit, Group, Member
from sim.engine.courses import courses
from sim.engine.platform import computing, on_gpu
from sim.engine.program import Rule
from sim.spec.network import Network
from sim.spec.numerics import Numerics
from sim.spec.params import Value, check_bounds, nearest
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.spec.trigger import When
from sim.units import Quantity, UnitError, describe, quantity

Objective = Callable[[Mapping[str, Any]], Any]
"""A smooth function of recorded courses, in `jax.numpy`, that leaves one number.

A course is called `population.variable` (cell, time), by the name of a signal (time,), or `population.port` (time,)
where a command drives it; coherent units.
"""

MODES = ("auto", "forward", "reverse")
FEW = 20
"""Numbers up to which forward mode is the cheaper one: it costs about a run for each, reverse mode about twenty."""


PLAIN = {"xla_disable_hlo_passes": "cpu_multi_output_fusion"}
"""What is otherwise than `sim.flags` says: with it jaxlib 0.10.2 ends the process as it compiles some derivatives."""


class DerivativeError(ValueError):
    """A derivative that is not defined, or cannot be asked for so; the message is one sentence."""


class Slope(NamedTuple):
    """The objective, and its derivative by each path, per coherent unit of that number."""

    value: float
    by_path: dict[str, float]


def gradient(
    network: Network,
    protocol: Protocol,
    objective: Objective,
    paths: Iterable[str],
    *,
    record: Record,
    numerics: Numerics = Numerics(dtype="float64"),  # noqa: B008  frozen
    stream: int = 0,
    mode: str = "auto",
    silent: bool = False,
) -> Callable[..., Slope]:
    """A function that runs one sample and returns the objective and its derivatives; it is compiled once.

    Args:
        objective: see `Objective`; what it reads is recorded as `record` says, at every `every`.
        paths: of leaves of the network and the protocol: parameters (`.low`, `.high` and `.skew` of graded ones),
            weights of projections, levels of commands.
        stream: number of the random stream that noise is hashed from.
        mode: `"forward"` (for few numbers), `"reverse"` (for many; memory does not grow with the length of the run), or
            `"auto"`.
        silent: refuse where any cell fires, also one whose spikes are only the course of its potential. A derivative
            through those is exact, but says nothing of a larger step: spikes come and go.

    Returns:
        Called without arguments, the slope at the declared values; called with a table of numbers by path (of coherent
        units, or text with a unit), the slope there. It raises a ProtocolError if a port would be given what it may not
        be given, a UnitError if a number is out of bounds, a DerivativeError if a spike that acts was fired, or any
        spike where all are to be `silent`.

    Raises:
        DerivativeError: a derivative that is not defined: by a delay, by a time or a frequency of a command, which are
            rounded to steps and windows, by a switch, or of an answer to a signal; or no such path.
        ValueError: the parts do not fit each other, as for any simulation.
    """
    paths = tuple(dict.fromkeys(paths))
    if mode not in MODES:
        raise DerivativeError(f"derivatives are taken in a mode that is {', '.join(MODES)}, but it is {mode!r}.")
    if numerics.dtype != "float64":
        raise DerivativeError("derivatives are taken in float64; give Numerics(dtype='float64').")
    _defined(network, protocol, paths)
    design = xr.Dataset(coords={"stream": ("sample", np.array([stream]))})
    prepared = JaxBackend("xla").prepare(network, protocol, record, design, numerics, 1)
    declared = {path: float(prepared.leaves[path][0]) for path in paths}

    def found(x: Any) -> tuple[Any, Any]:
        numbers = network.completed({**prepared.leaves, **{path: x[k][None] for k, path in enumerate(paths)}})
        courses, fired = _courses(prepared, numbers, stream)
        value = jnp.asarray(objective(courses))
        if value.shape != () or not jnp.issubdtype(value.dtype, jnp.floating):
            raise DerivativeError(
                f"the objective must leave one number, but it leaves an array of the shape {value.shape} and type "
                f"{value.dtype}; take a sum or a mean."
            )
        return value, (value, fired)

    forward = mode == "forward" or (mode == "auto" and len(paths) <= FEW)
    derived = (jax.jacfwd if forward else jax.grad)(found, has_aux=True)
    compiled = jax.jit(derived, compiler_options=PLAIN if not on_gpu() else None)

    def slope(values: Mapping[str, Value] | None = None) -> Slope:
        at = declared | {path: _number(path, value, declared, prepared) for path, value in (values or {}).items()}
        prepared.check_room({**prepared.leaves, **{path: np.array([x]) for path, x in at.items()}})
        with computing(jnp.float64):
            by_path, (value, fired) = jax.tree.map(np.asarray, compiled(np.array([at[path] for path in paths])))
        for part, spikes in zip(prepared.parts, fired, strict=True):
            if spikes and _acts(part.population.name, network):
                raise DerivativeError(
                    f"a cell of {part.population.name!r} fired, and its spikes act on what is recorded: they come and "
                    "go with the numbers, in whole steps, so that there is no derivative; keep the command below "
                    "threshold, or differentiate a population whose spikes reset and reach nothing."
                )
            if spikes and silent:
                raise DerivativeError(
                    f"a cell of {part.population.name!r} fired: a derivative through spikes is exact and useless for a "
                    "step of any size; keep cells below threshold, or search without derivatives (sim.fit.search)."
                )
        return Slope(float(value), dict(zip(paths, map(float, by_path), strict=True)))

    return slope


def _defined(network: Network, protocol: Protocol, paths: tuple[str, ...]) -> None:
    """Raise a sentence where a derivative is not defined."""
    if not paths:
        raise DerivativeError("a derivative is taken by at least one number; give its path, network.NAME.PARAMETER.")
    leaves = {**network.leaves(), **protocol.leaves()}
    delays = {path for p in network.projections for path in p.delays()}
    levels = {f"protocol.{e.label}.{field}" for e in protocol.elements() for field in e.written().levels}
    for path in paths:
        if path not in leaves:
            raise DerivativeError(f"there is no number {path!r}: {nearest(path, leaves)}")
        if path.startswith("protocol.") and path.endswith(".on"):
            raise DerivativeError(f"{path!r} is a switch, 0 or 1, by which there is no derivative; take the level.")
        if path in delays:
            raise DerivativeError(
                f"{path!r} is rounded to whole steps, so there is no derivative by it; vary it in a design instead."
            )
        if path.startswith("protocol.") and path not in levels:
            raise DerivativeError(
                f"{path!r} is rounded to whole windows of the simulation, so there is no derivative by it; take a "
                "level, or vary it in a design instead."
            )
    if triggers := [e for e in protocol.elements() if isinstance(e, When)]:
        raise DerivativeError(
            f"{triggers[0].label!r} answers to the signal {triggers[0].signal!r} in whole windows, so there is no "
            "derivative through it; give what it does at a set time."
        )


def _courses(prepared: JaxSimulation, numbers: dict[str, Any], stream: int) -> tuple[dict[str, Any], Any]:
    """The recorded courses of a sample by name, and which populations fired.

    Args:
        numbers: of each leaf, (1,), some of them traced.
    """
    network, protocol, numerics = prepared.network, prepared.protocol, prepared.numerics
    parts = [
        part._replace(
            compiled=compile_model(part.population.model, tuple(name for name, _ in part.compiled.observed), host=jnp)
        )
        for part in prepared.parts
    ]
    sizes = {part.population.name: part.population.size for part in parts}
    found = pieces(protocol, numbers)
    driven = drives(found, tuple(network.ports()), window=numerics.window_ms, samples=1, host=jnp)
    group = Group(
        cells=tuple(cells(part, parameters(part, numbers), np.array([stream]), host=jnp) for part in parts),
        drives={port: drive for port, drive in driven.items() if not drive.silent},
        triggers={},
        live={},
        delay={p.name: couple.delays(p, sizes[p.source_population], numbers, numerics) for p in network.projections},
        weight={p.name: couple.weights(p, sizes[p.target_population], numbers, jnp) for p in network.projections},
    )
    left = courses(_smooth(prepared.circuit, parts), jax.tree.map(jnp.asarray, group), prepared.blocks, prepared.block)
    traces = {
        f"{name}.{variable}": x.T for name, own in zip(sizes, left.traces, strict=True) for variable, x in own.items()
    }
    return {**traces, **left.signals, **left.ports}, left.fired


def _smooth(circuit: Circuit, parts: Sequence[Assembled]) -> Circuit:
    """The circuit with equations through which derivatives can be taken (see `sim.compile.namespaces.SMOOTH`)."""
    rules = [dict(part.compiled.observed) for part in parts]

    def member(own: Member, part: Assembled, known: Mapping[str, Rule]) -> Member:
        observed = tuple((name, known[name]) for name, _ in own.program.observed)
        return own._replace(program=own.program._replace(system=part.compiled.system, observed=observed))

    return circuit._replace(
        members=tuple(map(member, circuit.members, parts, rules)),
        links=tuple(
            x._replace(
                **{what: rules[x.source][x.variable] for what in ("read", "gain") if getattr(x, what) is not None}
            )
            for x in circuit.links
        ),
        senses=tuple(x._replace(read=rules[x.source][x.variable]) for x in circuit.senses),
    )


def _acts(name: str, network: Network) -> bool:
    """Whether the spikes of a population do anything but stand in a raster."""
    model = network.population(name).model
    waits = model.timed_refractory and any("unless refractory" in e.flags for e in model.parsed.states)
    return bool(model.parsed.reset) or waits or any(p.spiking and p.source == name for p in network.projections)


def _number(path: str, value: Value, declared: Mapping[str, float], prepared: JaxSimulation) -> float:
    """A value as a plain number of coherent units."""
    if path not in declared:
        raise DerivativeError(f"no derivative by {path!r} was asked for: {nearest(path, declared)}")
    network, protocol = prepared.network, prepared.protocol
    wanted = {**network.leaves(), **protocol.leaves()}[path].dimensions
    given = Quantity(float(value), wanted) if isinstance(value, int | float) else quantity(value, path)
    if given.dimensions != wanted:
        raise UnitError(f"{path!r} is in {describe(wanted)}, but {value!r} is in {describe(given.dimensions)}.")
    check_bounds(repr(path), given, {**network.bounds(), **protocol.bounds()}.get(path, (None, None)))
    return given.number
