"""The Brian2 back end: the same text, parameters, commands and noise, run by Brian2 in float64. Slow, and trusted.

With `method: same` Brian2 executes the declared scheme as abstract code (sim.compile.abstract_code); any other method
is Brian2's own integrator on the raw text, so that it shares no numerical code with the JAX back end. With `target:
cpp_standalone` Brian2 writes and compiles a C++ program, in which nothing can answer to a signal. Noise is a table of
the same draws. All lanes of a kind of cells are one NeuronGroup; the tables of commands and noise hold every step:
keep runs short. What couples the groups is in sim.backends.brian2_coupling.
Brian2's own methods see a command as steps of dt, so that rk2 and rk4 are of first order while a command moves.
"""

import logging
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr

from sim import flags
from sim.backends.brian2_coupling import Coupling
from sim.backends.brian2_door import brian2_for_numpy, running, say_what_changes, set_values, unit_text
from sim.backends.simulation import Batch, LaneSimulation
from sim.compile.abstract_code import one_sided, staggered
from sim.compile.assemble import Assembled
from sim.engine.circuit import NetworkOutcome
from sim.engine.drive import Drive
from sim.engine.kinds import Place, joined, kinds, places
from sim.engine.lanes import TWICE
from sim.progress import within
from sim.spec.model import Model, rename
from sim.spec.network import Network
from sim.spec.numerics import Numerics, NumericsError
from sim.spec.params import nearest
from sim.spec.protocol import Protocol
from sim.spec.record import Record
from sim.units import si_factor

log = logging.getLogger("sherrington")
METHODS = ("same", "exponential_euler", "euler", "rk2", "rk4")
TARGETS = ("numpy", "cpp_standalone")


@dataclass(frozen=True)
class Brian2Backend:
    """Runs in Brian2, with its numpy target.

    Args:
        method: `"same"` as `numerics.scheme`, or one of Brian2's own, see `METHODS`.
        target: `"numpy"`, or `"cpp_standalone"`: a program that Brian2 writes, and a C++ compiler builds, for each run.
        threads: of that program; 1 without OpenMP.

    Raises:
        NumericsError: an unknown method or target, or no thread.
    """

    method: str = "same"
    target: str = "numpy"
    threads: int = 1

    def __post_init__(self) -> None:
        if self.target not in TARGETS:
            raise NumericsError(f"Brian2 has no target {self.target!r} here: {nearest(self.target, TARGETS)}")
        if isinstance(self.threads, bool) or not isinstance(self.threads, int) or self.threads < 1:
            raise NumericsError(f"a program runs on a whole number of threads, at least 1, not {self.threads!r}.")
        if self.method not in METHODS:
            raise NumericsError(
                f"Brian2 is not asked for the method {self.method!r} here: {nearest(self.method, METHODS)}"
            )

    def together(self, cells: int) -> int:
        """Its cost is that of its calls, whatever the number of cells; its tables of every step are large."""
        return 8

    def free_bytes(self) -> float:
        """It runs in the memory of the machine."""
        return math.inf

    def prepare(
        self, network: Network, protocol: Protocol, record: Record, design: xr.Dataset, numerics: Numerics, batch: int
    ) -> "Brian2Simulation":
        """Check, and lay out the schema; Brian2 generates its code at every run."""
        flags.start()  # noise and triggers are computed by JAX
        return Brian2Simulation(self, network, protocol, record, design, numerics, batch)


class Brian2Simulation(LaneSimulation):
    """A prepared simulation; see `sim.backends.base.Simulation`.

    `seconds` is what the compiled program of the last run took by itself.
    """

    def __init__(
        self,
        backend: Brian2Backend,
        network: Network,
        protocol: Protocol,
        record: Record,
        design: xr.Dataset,
        numerics: Numerics,
        batch: int,
    ) -> None:
        if backend.method != "same":  # Brian2's own integrators take every state at the same time
            numerics = replace(numerics, scheme="exponential_euler")
        super().__init__(network, protocol, record, design, replace(numerics, dtype="float64"), batch)
        self.method, self.backend, self.seconds = backend.method, backend, float("nan")
        if backend.target != "numpy" and (self.circuit.watched or self.circuit.graded or self.circuit.gains):
            raise ValueError(
                "a C++ program of Brian2 cannot answer to signals between its steps, which the triggers, graded "
                "projections and gains of this study need; take target=numpy."
            )
        for population in network.populations:
            self._check(population.model)

    def _check(self, model: Model) -> None:
        """Brian2 must be able to read the text with the names that are added to it here, and to integrate it.

        Raises:
            ValueError: it cannot; one sentence.
        """
        brian2 = brian2_for_numpy()
        from brian2.equations.equations import EquationError
        from brian2.stateupdaters.base import UnsupportedEquationsException

        ports = [port.name for port in model.parsed.ports]
        noise = {channel for e in model.parsed.states for channel in _noise(e.expression)}
        taken = {f"{port}_{when}" for port in ports for when in ("start", "around", "middle", "live")}
        taken |= {f"{port}_column" for port in ports}
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

    @property
    def device(self) -> str:
        target, threads = self.backend.target, self.backend.threads
        return "Brian2, numpy target" if target == "numpy" else f"Brian2, C++ standalone, {threads} threads"

    def execute(self, batch: Batch) -> NetworkOutcome:
        with running(self.backend.target, self.backend.threads) as build:
            return self._execute(batch, build)

    def _execute(self, batch: Batch, build: Callable[[], float]) -> NetworkOutcome:
        brian2 = brian2_for_numpy()
        dt, steps = self.numerics.dt_ms * brian2.ms, self.blocks * self.block * self.numerics.steps
        lie = places(self.circuit, self.batch, 1)
        groups = self._groups(batch, steps)
        coupling = Coupling(self.circuit, self.parts, batch, groups, lie, self.numerics, self.blocks, self.block)
        network = brian2.Network(groups, coupling.synapses(), coupling.operations())
        spikes: dict[int, Any] = {}
        traces: dict[int, Any] = {}
        for kind, group in enumerate(groups):
            model = self.parts[next(k for k, own in enumerate(lie) if own.kind == kind)].population.model
            if self.method == "same" and model.parsed.ports:
                ports = "\n".join(
                    f"{p.name} = {p.name}_start(t, {p.name}_column) + {p.name}_live" for p in model.parsed.ports
                )
                network.add(group.run_regularly(ports, dt=dt, when="start", order=-1))
            if model.threshold:
                spikes[kind] = brian2.SpikeMonitor(group)
                network.add(spikes[kind])
        for k, (part, own) in enumerate(zip(self.parts, lie, strict=True)):
            if observed := [name for name, _ in part.program.observed]:
                every, cells = self.block * self.numerics.window_ms * brian2.ms, own.first + np.arange(own.lanes)
                traces[k] = brian2.StateMonitor(groups[own.kind], observed, record=cells, dt=every, when="start")
                network.add(traces[k])
        if self.backend.target == "numpy":
            samples = f"{self.batch} sample{'s' * (self.batch != 1)}"
            log.info("Brian2 prepares its code for %s of %g s; then it says how long it takes", samples, self.end / 1e3)
            tell = within(f"Brian2, {samples}")
            network.run(
                steps * dt,
                namespace={},
                report=lambda passed, done, *_: tell(float(passed), float(done)),
                report_period=2 * brian2.second,
            )
        else:
            log.info("Brian2 writes, builds and runs a C++ program; it says nothing until it has ended")
            network.run(steps * dt, namespace={})
        self.seconds = build()
        return NetworkOutcome(
            marks=tuple(self._marks(own, spikes.get(own.kind)) for own in lie),
            traces=tuple(self._recorded(k, traces.get(k)) for k in range(len(self.parts))),
            finite=tuple(self._finite(part, groups[own.kind], own) for part, own in zip(self.parts, lie, strict=True)),
            signals=coupling.signals(),
            ports=coupling.with_answers(self.open_loop(batch)),
            actions=coupling.actions(),
        )

    def _groups(self, batch: Batch, steps: int) -> list[Any]:
        """One of each kind of cells: its populations one after the other, each with all samples."""
        state, parameters, keys = (
            joined(self.circuit, values)
            for values in (
                [own.state for own in batch.cells],
                batch.parameters,
                [dict(zip("01", own.keys, strict=True)) for own in batch.cells],
            )
        )
        found = []
        for number, kind in enumerate(kinds(self.circuit)):
            members = [self.parts[k] for k in kind.members]
            group = self._group(members, batch, (keys[number]["0"], keys[number]["1"]), steps)
            model = members[0].population.model
            for name, values in parameters[number].items():
                set_values(group, name, values / si_factor(model.params[name].quantity.dimensions))
            for own in model.parsed.states:
                set_values(group, own.name, state[number][own.name] / si_factor(own.dimensions))
            found.append(group)
        return found

    def _group(self, members: list[Assembled], batch: Batch, keys: tuple[np.ndarray, np.ndarray], steps: int) -> Any:
        """The cells of one kind, without their numbers.

        Args:
            keys: of their noise, (cell,).
        """
        brian2 = brian2_for_numpy()
        part = members[0]
        model, program = part.population.model, part.program
        dt = self.numerics.dt_ms * brian2.ms
        tables, columns = self._tables(members, batch, keys, steps)
        group = brian2.NeuronGroup(
            keys[0].shape[-1],
            self._equations(model),
            method=self._method(part),
            threshold=model.threshold or None,
            reset="\n".join(f"{name} {op}= {value}" for name, op, value in model.parsed.reset) or None,
            refractory=program.quiet_steps * dt if model.timed_refractory else model.refractory or False,
            dt=dt,
            namespace=tables,
        )
        say_what_changes(group)
        sizes = np.repeat([own.population.size for own in members], self.batch)
        for port, column in columns.items():
            set_values(group, f"{port}_column", np.repeat(column, sizes))
        return group

    def _by_cell(self, x: np.ndarray, k: int) -> np.ndarray:
        """(..., lane) -> (..., sample, cell)."""
        return x.reshape(*x.shape[:-1], self.batch, self.parts[k].population.size)

    def _marks(self, own: Place, spikes: Any) -> np.ndarray:
        steps = self.numerics.steps
        marks = np.zeros((self.blocks * self.block, own.lanes), np.uint8)
        if spikes is not None:
            step, lane = np.rint(np.asarray(spikes.t_[:]) * 1e3 / self.numerics.dt_ms).astype(int), np.asarray(spikes.i)
            here = (lane >= own.first) & (lane < own.first + own.lanes)
            for at, cell in zip(step[here], lane[here] - own.first, strict=True):
                window, mark = at // steps, at % steps + 1
                marks[window, cell] = TWICE if marks[window, cell] else mark
        return own.cells(marks)

    def _recorded(self, k: int, trace: Any) -> dict[str, np.ndarray]:
        found, dimensions = {}, self.parts[k].population.model.parsed.dimensions()
        for name, _ in self.parts[k].program.observed if trace is not None else ():
            values = np.asarray(getattr(trace, name + "_")).T[: self.blocks]
            found[name] = self._by_cell(values * si_factor(dimensions[name]), k)
        return found

    def _finite(self, part: Assembled, group: Any, own: Place) -> np.ndarray:
        states = [np.asarray(getattr(group, s.name + "_")[:]) for s in part.population.model.parsed.states]
        return own.cells(own.of_kind(np.isfinite(states).all(0)))

    def _method(self, part: Assembled) -> Any:
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
            unit = unit_text(e.dimensions)
            if e.kind == "port":
                value = "" if self.method == "same" else f" = {e.name}_start(t, {e.name}_column) + {e.name}_live"
                lines += [
                    f"{e.name}{value} : {unit}",
                    f"{e.name}_live : {unit}",
                    f"{e.name}_column : integer (constant)",
                ]
            elif e.kind == "subexpression":
                lines.append(f"{e.name} = {e.expression} : {unit}")
            else:
                draws = {w: f"(draw_{w}(t, i)/sqrt(dt))" for w in _noise(e.expression)}
                lines.append(f"d{e.name}/dt = {rename(e.expression, draws)} : {unit}{flags}")
        lines += [f"{name} : {unit_text(p.quantity.dimensions)} (constant)" for name, p in model.params.items()]
        return "\n".join(lines)

    def _tables(
        self, members: list[Assembled], batch: Batch, keys: tuple[np.ndarray, np.ndarray], steps: int
    ) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Commands and noise of every step as functions of (t, column) and (t, i), and by port the column of each
        sample of each population."""
        brian2 = brian2_for_numpy()
        from brian2.units.fundamentalunits import get_or_create_dimension

        dt, program = self.numerics.dt_ms * brian2.ms, members[0].program
        tables, columns = {}, {}
        for port in members[0].population.model.parsed.ports:
            drives = [batch.drives[f"{own.population.name}.{port.name}"] for own in members]
            each = [step_courses(drive, steps, program.steps) for drive in drives]
            courses = {when: np.concatenate([x[when] for x in each], axis=1) for when in each[0]}
            every = np.concatenate(list(courses.values()))
            _, first, columns[port.name] = np.unique(every, axis=1, return_index=True, return_inverse=True)
            dimension = get_or_create_dimension(list(port.dimensions))
            for when, values in courses.items():
                table = brian2.Quantity.with_dimensions(values[:, first] / si_factor(port.dimensions), dimension)
                tables[f"{port.name}_{when}"] = brian2.TimedArray(table, dt=dt)
        with jax.enable_x64(True):
            cells = (jnp.asarray(keys[0])[None], jnp.asarray(keys[1])[None])
            for channel, draws in program.draws(cells, jnp.arange(steps, dtype=jnp.int32)[:, None]).items():
                tables[f"draw_{channel}"] = brian2.TimedArray(np.asarray(draws), dt=dt)
        return tables, columns


def step_courses(drive: Drive, steps: int, per_window: int) -> dict[str, np.ndarray]:
    """What a port receives in every step: `start`, `around` and `middle` as in the engine, each (step, sample)."""
    windows = steps // per_window
    value, change = drive.at(np.arange(-1, windows, dtype=np.int32)[:, None, None])
    change = np.broadcast_to(change, value.shape)
    border = 0.5 * (value[:-1] + change[:-1] + value[1:])
    value, change = value[1:], change[1:]
    place = (np.arange(per_window) / per_window)[None, :, None]
    start = value[:, None] + change[:, None] * place
    middle = start + change[:, None] * (0.5 / per_window)
    around = start.copy()
    around[:, 0] = border
    return {k: x.reshape(steps, -1) for k, x in {"start": start, "around": around, "middle": middle}.items()}


def _noise(expression: str) -> set[str]:
    from sim.spec.parse import names_in

    return {name for name in names_in(expression) if name == "xi" or name.startswith("xi_")}
