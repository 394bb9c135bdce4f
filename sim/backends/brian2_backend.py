"""The Brian2 back end: the same text, parameters, commands and noise, run by Brian2 in float64. Slow, and trusted.

With `method: same` Brian2 executes the declared scheme as abstract code (sim.compile.abstract_code); any other method
is Brian2's own integrator on the raw text, so that it shares no numerical code with the JAX back end. Noise is a table
of the same draws. All lanes are one NeuronGroup; the tables of commands and noise hold every step: keep runs short.
Brian2's own methods see a command as steps of dt, so that rk2 and rk4 are of first order while a command moves.
"""

import logging
import sys
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from sim.backends.simulation import LaneSimulation
from sim.compile.abstract_code import one_sided, staggered
from sim.compile.assemble import Part
from sim.engine import rng
from sim.engine.loop import TWICE, Commands, Lanes, Outcome
from sim.spec.model import Model, rename
from sim.spec.network import Network
from sim.spec.numerics import Numerics, NumericsError
from sim.spec.params import nearest
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.units import Dimensions, si_factor

METHODS = ("same", "exponential_euler", "euler", "rk2", "rk4")


@dataclass(frozen=True)
class Brian2Backend:
    """Runs in Brian2, with its numpy target.

    Args:
        method: `"same"` as `numerics.scheme`, or one of Brian2's own, see `METHODS`.

    Raises:
        NumericsError: an unknown method.
    """

    method: str = "same"

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise NumericsError(
                f"Brian2 is not asked for the method {self.method!r} here: {nearest(self.method, METHODS)}"
            )

    def device(self) -> str:
        """What it runs on, in words."""
        return "Brian2, numpy target"

    def prepare(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> "Brian2Simulation":
        """Check, and lay out the schema; Brian2 generates its code at every run."""
        return Brian2Simulation(self.method, network, protocol, record, design, numerics, batch)


class Brian2Simulation(LaneSimulation):
    """A prepared simulation; see `sim.backends.base.Simulation`."""

    def __init__(
        self,
        method: str,
        network: Network,
        protocol: Protocol,
        record: Record,
        design: xr.Dataset,
        numerics: Numerics,
        batch: int,
    ) -> None:
        if method != "same":  # Brian2's own integrators take every state at the same time
            numerics = replace(numerics, scheme="exponential_euler")
        super().__init__(network, protocol, record, design, replace(numerics, dtype="float64"), batch)
        self.method = method
        for population in network.populations:
            self._check(population.model)

    def _check(self, model: Model) -> None:
        """Brian2 must be able to read the text with the names that are added to it here, and to integrate it.

        Raises:
            ValueError: it cannot; one sentence.
        """
        brian2 = _brian2()
        from brian2.equations.equations import EquationError
        from brian2.stateupdaters.base import UnsupportedEquationsException

        ports = [port.name for port in model.parsed.ports]
        noise = {channel for e in model.parsed.states for channel in _noise(e.expression)}
        taken = {f"{port}_{when}" for port in ports for when in ("start", "around", "middle")}
        taken |= {"lastspike", "spikespace", *(f"draw_{channel}" for channel in noise)}
        for name in sorted(taken & {*model.params, *model.parsed.dimensions()}):
            raise ValueError(f"model {model.name!r}: {name!r} has a meaning of its own in Brian2; rename it.")
        try:
            equations = brian2.Equations(self._equations(model))
            equations.check_identifiers()
            if self.method == "exponential_euler":
                brian2.exponential_euler(equations)
        except UnsupportedEquationsException:
            raise ValueError(
                f"model {model.name!r} is not linear in each of its states, as Brian2's 'exponential_euler' needs; "
                f"choose the method 'same', 'euler', 'rk2' or 'rk4'."
            ) from None
        except (EquationError, SyntaxError, ValueError) as problem:
            said = " ".join(str(problem).split()).rstrip(".")
            raise ValueError(f"Brian2 cannot read model {model.name!r}: {said}.") from None

    def outcome(self, part: int, lanes: Lanes, parameters: dict[str, np.ndarray]) -> Outcome:
        brian2 = _brian2()
        compiled = self.parts[part]
        model, program = compiled.population.model, compiled.program
        steps = self.blocks * self.block * program.steps
        count = lanes.keys[0].shape[-1]
        dt = self.numerics.dt_ms * brian2.ms
        namespace = self._tables(compiled, lanes, steps)
        group = brian2.NeuronGroup(
            count,
            self._equations(model),
            method=self._method(compiled),
            threshold=model.threshold or None,
            reset="\n".join(f"{name} {op}= {value}" for name, op, value in model.parsed.reset) or None,
            refractory=program.quiet_steps * dt if model.timed_refractory else model.refractory or False,
            dt=dt,
            namespace=namespace,
        )
        dimensions = model.parsed.dimensions()
        for name, values in parameters.items():
            _set(group, name, values / si_factor(model.params[name].quantity.dimensions))
        for state in model.parsed.states:
            _set(group, state.name, lanes.state[state.name] / si_factor(state.dimensions))
        network = brian2.Network(group)
        if self.method == "same" and model.parsed.ports:
            ports = "\n".join(f"{port.name} = {port.name}_start(t, i)" for port in model.parsed.ports)
            network.add(group.run_regularly(ports, dt=dt, when="start", order=-1))
        spikes = brian2.SpikeMonitor(group) if model.threshold else None
        observed = [name for name, _ in program.observed]
        trace = None
        if observed:
            every = self.block * self.numerics.window_ms * brian2.ms
            trace = brian2.StateMonitor(group, observed, record=True, dt=every, when="start")
        network.add(*[monitor for monitor in (spikes, trace) if monitor is not None])
        network.run(steps * dt, namespace=namespace)
        marks = np.zeros((self.blocks * self.block, count), np.uint8)
        if spikes is not None:
            step = np.rint(np.asarray(spikes.t / dt)).astype(int)
            lane = np.asarray(spikes.i)
            for window, mark, cell in zip(step // program.steps, step % program.steps + 1, lane, strict=True):
                marks[window, cell] = TWICE if marks[window, cell] else mark
        traces = {}
        if trace is not None:
            for name in observed:
                values = np.asarray(getattr(trace, name + "_")).T[: self.blocks]
                traces[name] = values * si_factor(dimensions[name])
        finite = np.all([np.isfinite(np.asarray(getattr(group, s.name + "_")[:])) for s in model.parsed.states], axis=0)
        return Outcome(marks, traces, finite)

    def _method(self, part: Part) -> Any:
        if self.method != "same":
            return self.method
        model, scheme = part.population.model, self.numerics.scheme
        code = (
            staggered(model, part.compiled.system)
            if scheme == "staggered"
            else one_sided(model, exact=scheme != "euler")
        )
        return lambda equations, variables=None, method_options=None: code

    def _equations(self, model: Model) -> str:
        """The text as Brian2 gets it: parameters and ports declared, noise read from its table."""
        lines = []
        for e in model.parsed.equations:
            flags = f" ({', '.join(e.flags)})" if e.flags and model.timed_refractory else ""
            unit = _unit(e.dimensions)
            if e.kind == "port":
                value = "" if self.method == "same" else f" = {e.name}_start(t, i)"
                lines.append(f"{e.name}{value} : {unit}")
            elif e.kind == "subexpression":
                lines.append(f"{e.name} = {e.expression} : {unit}")
            else:
                draws = {w: f"(draw_{w}(t, i)/sqrt(dt))" for w in _noise(e.expression)}
                lines.append(f"d{e.name}/dt = {rename(e.expression, draws)} : {unit}{flags}")
        lines += [f"{name} : {_unit(p.quantity.dimensions)} (constant)" for name, p in model.params.items()]
        return "\n".join(lines)

    def _tables(self, part: Part, lanes: Lanes, steps: int) -> dict[str, Any]:
        """Commands and noise of every step as functions of (t, i)."""
        brian2 = _brian2()
        from brian2.units.fundamentalunits import get_or_create_dimension

        dt = self.numerics.dt_ms * brian2.ms
        tables = {}
        for port in part.population.model.parsed.ports:
            courses = step_courses(lanes.commands[port.name], steps, part.program.steps)
            dimension = get_or_create_dimension(list(port.dimensions))
            for when, values in courses.items():
                table = brian2.Quantity.with_dimensions(values / si_factor(port.dimensions), dimension)
                tables[f"{port.name}_{when}"] = brian2.TimedArray(table, dt=dt)
        with jax.enable_x64(True):
            for channel, word in part.program.channels:
                keys = (jnp.asarray(lanes.keys[0])[None], jnp.asarray(lanes.keys[1])[None])
                draws = rng.normal(keys, word, jnp.arange(steps, dtype=jnp.int32)[:, None], jnp.float64)
                tables[f"draw_{channel}"] = brian2.TimedArray(np.asarray(draws), dt=dt)
        return tables


def step_courses(commands: Commands, steps: int, per_window: int) -> dict[str, np.ndarray]:
    """What a port receives in every step: `start`, `around` and `middle` as in the engine, each (step, lane)."""
    windows = steps // per_window
    w = np.arange(-1, windows)[:, None, None]
    begin, end, level, rise = (np.asarray(x)[None] for x in commands)
    active = (begin <= w) & (w < end)
    value = np.where(active, level + rise * (w - begin), 0.0).sum(1)
    change = np.where(active, np.broadcast_to(rise, active.shape), 0.0).sum(1)
    border = 0.5 * (value[:-1] + change[:-1] + value[1:])
    value, change = value[1:], change[1:]
    place = (np.arange(per_window) / per_window)[None, :, None]
    start = value[:, None] + change[:, None] * place
    middle = start + change[:, None] * (0.5 / per_window)
    around = start.copy()
    around[:, 0] = border
    return {k: x.reshape(steps, -1) for k, x in {"start": start, "around": around, "middle": middle}.items()}


def _brian2() -> Any:
    """Brian2 with its numpy target, without its hook that calls every later error a bug of Brian2, and without its
    diagnoses, which log the text of every piece of code."""
    hook = sys.excepthook
    import brian2

    sys.excepthook = hook
    logging.getLogger("brian2").setLevel(logging.WARNING)
    brian2.prefs.codegen.target = "numpy"
    return brian2


def _noise(expression: str) -> set[str]:
    from sim.spec.parse import names_in

    return {name for name in names_in(expression) if name == "xi" or name.startswith("xi_")}


def _unit(dimensions: Dimensions) -> str:
    """The unit of some dimensions, as Brian2 reads it."""
    base = ("metre", "kilogram", "second", "amp", "kelvin", "mole", "candela")
    return "*".join(f"{b}**{d:g}" for b, d in zip(base, dimensions, strict=True) if d) or "1"


def _set(group: Any, name: str, values: np.ndarray) -> None:
    setattr(group, name + "_", values)
