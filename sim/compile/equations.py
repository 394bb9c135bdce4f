"""A model's text to a System: one readable Python function for each right-hand side.

Each state x gets `target` and `rate` with dx/dt = (target - x)*rate where its equation is linear in x (a gate, a
calcium pool, a potential between conductances), else its slope. What stays constant over a run is lifted into
`constants`, which runs once in numpy and float64. The same source serves numpy and JAX.
"""

import ast
import hashlib
from typing import Any, NamedTuple

import numpy as np

from sim.compile import algebra
from sim.compile.algebra import Lift, Node
from sim.compile.namespaces import JAX, NUMPY
from sim.engine.program import Rule
from sim.engine.system import Equation, Stage, System
from sim.spec.model import Model
from sim.units import quantity

POTENTIAL = quantity("1 mV").dimensions


class Compiled(NamedTuple):
    """A model as functions.

    Args:
        source: the generated module, to read.
        system: for JAX.
        steady: the same for numpy, to find the initial state.
        constants: function of the parameters (numpy) -> constants by name.
        channels: names of the noise channels.
        fires, quiet, resets, observed: as in `Program`.
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

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.source.encode()).hexdigest()[:16]


class _Writer:
    """Collects the functions of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.definitions = {e.name: algebra.tree(e.expression) for e in model.parsed.subexpressions}
        steady = {*model.params, "pi", "e", "inf"}
        while more := {n for n, node in self.definitions.items() if algebra.names(node) <= steady} - steady:
            steady |= more
        self.steady = steady
        self.lift = Lift(steady)
        self.functions: list[str] = []
        self.named: dict[str, str] = {}  # constants that have a name of their own: rates and noise amplitudes
        self.args: dict[str, tuple[str, ...]] = {}

    def write(self, name: str, results: list[Node], comment: str) -> None:
        """One function: the subexpressions that it needs, then its results."""
        results = [self.lift(node) for node in results]
        lines: dict[str, str] = {}
        for node in results:
            self._need(node, lines)
        free = set().union(
            *(algebra.names(n) for n in results),
            *(algebra.names(ast.parse(v, mode="eval").body) for v in lines.values()),
        )
        args = tuple(sorted(free - lines.keys() - {"pi", "e", "inf"}))
        body = "".join(f"    {key} = {expression}\n" for key, expression in lines.items())
        answer = ", ".join(algebra.text(node) for node in results)
        self.functions.append(f'def {name}({", ".join(args)}):\n    """{comment}"""\n{body}    return {answer}\n')
        self.args[name] = args

    def _need(self, node: Node, lines: dict[str, str]) -> None:
        for name in sorted(algebra.names(node) & self.definitions.keys() - self.steady):
            if name not in lines:
                lifted = self.lift(self.definitions[name])
                self._need(lifted, lines)
                lines[name] = algebra.text(lifted)

    def state(self, name: str, expression: str) -> tuple[str, tuple[str, ...]]:
        """Write the right-hand side of one state; returns its kind and its noise channels."""
        node, channels = algebra.tree(expression), []
        comment = f"d{name}/dt = {expression}"
        for channel in sorted(n for n in algebra.names(node) if n == "xi" or n.startswith("xi_")):
            rest, amplitude = algebra.split(node, channel, self.definitions)
            amplitude = algebra.total(amplitude)
            if not self.lift.is_constant(amplitude):
                raise NotImplementedError(
                    f"model {self.model.name!r}: the noise amplitude {algebra.text(amplitude)!r} of {channel} in "
                    f"{comment!r} changes during a run; let a state carry noise of constant amplitude and scale it."
                )
            self.named[f"noise_{name}_{channel}"] = algebra.text(algebra.fold(amplitude))
            channels.append(channel)
            node = algebra.total(rest)
        core, times, per = algebra.peel(node, name, self.definitions)
        a, b = algebra.split(core, name, self.definitions)
        if not b:
            self.write(f"slope_{name}", [node], comment)
            return "drift", tuple(channels)
        loss = algebra.total(algebra.negated(b))
        rate = algebra.multiply(times, loss) if times is not None else loss
        rate = algebra.divide(rate, per) if per is not None else rate
        target = algebra.divide(algebra.total(a), loss)
        if self.lift.is_constant(rate):
            self.named[f"rate_{name}"] = algebra.text(algebra.fold(rate))
            self.write(f"target_{name}", [target], comment)
            return "steady_rate", tuple(channels)
        self.write(f"target_{name}", [target, rate], comment)
        return "relax", tuple(channels)

    def rule(self, name: str, expression: str) -> None:
        self.write(name, [algebra.tree(expression)], expression)

    def constants(self) -> str:
        """The function that computes the constants, once per run."""
        order, waiting = [], {n: self.definitions[n] for n in self.definitions if n in self.steady}
        while waiting:
            ready = [n for n, node in waiting.items() if not algebra.names(node) & waiting.keys()]
            order += [(n, algebra.text(waiting.pop(n))) for n in ready]
        order += [(name, expression) for expression, name in self.lift.lifted.items()] + list(self.named.items())
        args = ", ".join(sorted(self.model.params))
        body = "".join(f"    {name} = {expression}\n" for name, expression in order)
        result = ", ".join(f"{name}={name}" for name in [*sorted(self.model.params), *(n for n, _ in order)])
        comment = "What stays constant over a run; once per run, in float64."
        return f'def constants({args}):\n    """{comment}"""\n{body}    return dict({result})\n'


def compile_model(model: Model, observed: tuple[str, ...] = ()) -> Compiled:
    """Compile a model's text.

    Args:
        model: checked when it was declared.
        observed: states and subexpressions that will be recorded.

    Raises:
        NotImplementedError: the text asks for multiplicative noise.
    """
    writer = _Writer(model)
    kinds = {e.name: writer.state(e.name, e.expression) for e in model.parsed.states}
    for name, condition in (("fires", model.threshold), ("quiet", "" if model.timed_refractory else model.refractory)):
        if condition:
            writer.rule(name, condition)
    for k, (name, operator, expression) in enumerate(model.parsed.reset):
        writer.rule(f"reset_{k}_{name}", f"{name} {operator} ({expression})" if operator else expression)
    for name in observed:
        writer.rule(f"observe_{name}", name)
    head = f'"""Model {model.name!r}, written from its equation text. Numbers are in ms, mV, nA, uS, nF, um, mM."""\n'
    source = "\n\n".join([head, writer.constants(), *writer.functions])

    def rules(namespace: dict[str, Any]) -> dict[str, Rule]:
        module = dict(namespace)
        exec(compile(source, f"<model {model.name}>", "exec"), module)
        return {name: Rule(module[name], args) for name, args in writer.args.items()} | {
            "constants": Rule(module["constants"], tuple(sorted(model.params)))
        }

    jax_rules, numpy_rules = rules(JAX), rules(NUMPY)
    return Compiled(
        source,
        _system(model, kinds, jax_rules),
        _system(model, kinds, numpy_rules),
        numpy_rules["constants"],
        tuple(sorted({channel for _, channels in kinds.values() for channel in channels})),
        jax_rules.get("fires"),
        jax_rules.get("quiet"),
        tuple((name, jax_rules[f"reset_{k}_{name}"]) for k, (name, _, _) in enumerate(model.parsed.reset)),
        tuple((name, jax_rules[f"observe_{name}"]) for name in observed),
    )


def _system(model: Model, kinds: dict[str, tuple[str, tuple[str, ...]]], rules: dict[str, Rule]) -> System:
    equations, potentials = {}, set()
    for state in model.parsed.states:
        kind, channels = kinds[state.name]
        rule = rules[("slope_" if kind == "drift" else "target_") + state.name]
        waits = model.timed_refractory and "unless refractory" in state.flags
        equations[state.name] = Equation(state.name, kind, rule.function, rule.args, channels, waits)
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
        known = equation.kind != "drift" and set(equation.args) <= values.keys()
        found = equation(values) if known else np.zeros(())
        values[equation.name] = state[equation.name] = found[0] if isinstance(found, tuple) else found
    return state
