"""A model's text to the source of a Python module: one readable function for each right-hand side.

Each state x gets `target` and `rate` with dx/dt = (target - x)*rate where its equation is linear in x (a gate, a
calcium pool, a potential between conductances), push and rate where nothing may pull it back, else its slope. What
stays constant over a run is lifted into `constants`, which runs once in numpy and float64. The same source serves numpy
and JAX.

The source is kept by digest in the cache folder, to read and to start sooner.
"""

import ast
import hashlib
import re
from pathlib import Path

from sim.cache import recall, remember
from sim.compile import algebra, relaxation
from sim.compile.algebra import Lift, Node
from sim.compile.relaxation import Relaxation, definitions, relaxations
from sim.spec.canonical import canonical
from sim.spec.model import Model

# Read when the module is imported: a process that outlives an edit must not store its text as that of the new code.
_WRITTEN_BY = b"".join(Path(file).read_bytes() for file in (__file__, algebra.__file__, relaxation.__file__))
_DEFINED = re.compile(r"^(?:def )?(\w+)(?:\(| =)", re.MULTILINE)


def source(model: Model, observed: tuple[str, ...] = ()) -> str:
    """The module of a model, from the cache or written anew.

    Args:
        model: checked when it was declared.
        observed: states and subexpressions that will be recorded.

    Raises:
        ModelError: the text asks for noise whose amplitude changes during a run.
    """
    key = hashlib.sha256(_WRITTEN_BY + canonical([model, observed]).encode()).hexdigest()[:16]
    kept = recall("generated", f"{key}.py")
    if kept is not None and _promised(model, observed) <= set(_DEFINED.findall(kept)):
        return kept
    text = _write(model, observed)
    remember("generated", f"{key}.py", text)
    return text


def _promised(model: Model, observed: tuple[str, ...]) -> set[str]:
    """What the module of a model must define, besides the functions of its states."""
    found = {"STATES", "constants", *(f"observe_{name}" for name in observed)}
    found |= {f"reset_{k}_{name}" for k, (name, _, _) in enumerate(model.parsed.reset)}
    found |= {"fires"} if model.threshold else set()
    return found | ({"quiet"} if model.refractory and not model.timed_refractory else set())


def _write(model: Model, observed: tuple[str, ...]) -> str:
    writer = _Writer(model)
    kinds = {found.name: writer.state(found) for found in relaxations(model, writer.known)}
    for name, condition in (("fires", model.threshold), ("quiet", "" if model.timed_refractory else model.refractory)):
        if condition:
            writer.rule(name, condition)
    for k, (name, operator, expression) in enumerate(model.parsed.reset):
        writer.rule(f"reset_{k}_{name}", f"{name} {operator} ({expression})" if operator else expression)
    for name in observed:
        writer.rule(f"observe_{name}", name)
    said = f"Model {model.name}, written from its equation text. Numbers are in ms, mV, nA, uS, nF, um, mM."
    head = f"{said!a}\n"  # quoted by Python: a name or an equation is data, and never a part of the program
    lines = "".join(f"    {name!r}: {kind!r},\n" for name, kind in kinds.items())
    table = f"# How each state moves, its noise channels, and its neighbours.\nSTATES = {{\n{lines}}}\n"
    return "\n\n".join([head, table, writer.constants(), *writer.functions])


class _Writer:
    """Collects the functions of one model."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.known = definitions(model)
        self.definitions, self.steady = self.known
        self.lift = Lift(self.steady)
        self.functions: list[str] = []
        self.named: dict[str, str] = {}  # constants that have a name of their own: rates and noise amplitudes

    def write(
        self,
        name: str,
        results: list[Node],
        comment: str,
        *,
        local: dict[str, Node] | None = None,
        single: bool = False,
    ) -> None:
        """One function: the subexpressions that it needs, its local names, then its results, or the `single` one."""
        results, own = [self.lift(node) for node in results], {k: self.lift(node) for k, node in (local or {}).items()}
        lines: dict[str, str] = {}
        for node in (*own.values(), *results):
            self._need(node, lines)
        lines |= {key: algebra.text(node) for key, node in own.items()}
        read = [*results, *(ast.parse(line, mode="eval").body for line in lines.values())]
        args = sorted(set().union(*map(algebra.names, read)) - lines.keys() - {"pi", "e", "inf"})
        body = "".join(f"    {key} = {expression}\n" for key, expression in lines.items())
        answer = ", ".join(algebra.text(node) for node in results) + ("," if len(results) == 1 and not single else "")
        self.functions.append(f"def {name}({', '.join(args)}):\n    {comment!r}\n{body}    return {answer}\n")

    def _need(self, node: Node, lines: dict[str, str]) -> None:
        for name in sorted(algebra.names(node) & self.definitions.keys() - self.steady):
            if name not in lines:
                lifted = self.lift(self.definitions[name])
                self._need(lifted, lines)
                lines[name] = algebra.text(lifted)

    def state(self, found: Relaxation) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """Write the right-hand side of one state; returns its kind, noise channels and neighbours."""
        name, channels = found.name, tuple(found.noise)
        for channel, amplitude in found.noise.items():
            self.named[f"_noise_{name}_{channel}"] = algebra.text(algebra.fold(amplitude))
        if found.slope is not None:
            self.write(f"slope_{name}", [found.slope], found.text)
            return "drift", channels, ()
        if found.loose(self.known):
            self.write(f"target_{name}", [found.rate(found.gain), found.rate(found.loss)], found.text)
            return "loose", channels, ()
        loss, local = found.loss, {}
        if not self.lift.is_constant(loss):
            local["_loss"] = loss
            loss = ast.Name("_loss")
        rate, shares = found.rate(loss), [found.gain, *found.pulls.values()]
        if found.pulls:
            local["_share"] = algebra.divide(ast.Constant(1.0), loss)
            shares = [algebra.multiply(ast.Name("_share"), x) for x in shares]
        else:
            shares = [algebra.divide(x, loss) for x in shares]
        if self.lift.is_constant(rate):
            self.named[f"_rate_{name}"] = algebra.text(algebra.fold(rate))
            self.write(f"target_{name}", shares, found.text, local=local)
            return "steady_rate", channels, tuple(found.pulls)
        self.write(f"target_{name}", [shares[0], rate, *shares[1:]], found.text, local=local)
        return "relax", channels, tuple(found.pulls)

    def rule(self, name: str, expression: str) -> None:
        self.write(name, [algebra.tree(expression)], expression, single=True)

    def constants(self) -> str:
        """The function that computes the constants, once per run."""
        order, waiting = [], {n: self.definitions[n] for n in self.definitions if n in self.steady}
        while waiting:
            ready = [n for n, node in waiting.items() if not algebra.names(node) & waiting.keys()]
            order += [(n, algebra.text(waiting.pop(n))) for n in ready]
        order += [(name, expression) for expression, name in self.lift.lifted.items()] + list(self.named.items())
        args = ", ".join(sorted(self.model.params))
        body = "".join(f"    {name} = {expression}\n" for name, expression in order)
        result = ", ".join(f"{name!r}: {name}" for name in [*sorted(self.model.params), *(n for n, _ in order)])
        comment = "What stays constant over a run; once per run, in float64."
        return f"def constants({args}):\n    {comment!r}\n{body}    return {{{result}}}\n"
