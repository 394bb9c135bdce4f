"""A model's differential equations taken apart: how each state relaxes, in the author's own terms.

    dx/dt = times/per (gain - loss x + sum of pull y) + sum of amplitude xi

where the equation is linear in x; a part in which x occurs in another way is held and counts as a coefficient. The
pulls are those of other potentials (neighbouring compartments). An equation in which x does not occur linearly keeps
its whole right-hand side as `slope`.
"""

from typing import NamedTuple

from sim.compile import algebra
from sim.compile.algebra import Node, Terms
from sim.spec.model import Model, ModelError
from sim.units import quantity

POTENTIAL = quantity("1 mV").dimensions
"""States of these dimensions are potentials: they live at full steps, and pull on each other."""


class Relaxation(NamedTuple):
    """One equation; see the module. `slope` is None unless the equation is not linear in its state."""

    name: str
    text: str
    noise: dict[str, Node]
    slope: Node | None
    gain: Node
    loss: Node
    pulls: dict[str, Node]
    times: Node | None
    per: Node | None

    def loose(self, known: "Definitions") -> bool:
        """Whether nothing may pull it back at times: the loss changes and may be 0, and no other potential is near."""
        changes = not algebra.names(self.loss) <= known.steady
        return changes and not self.pulls and algebra.may_vanish(self.loss, known.trees, known.steady)

    def rate(self, loss: Node) -> Node:
        """times/per x loss, or x gain."""
        rate = algebra.multiply(self.times, loss)
        return algebra.divide(rate, self.per) if self.per is not None else rate


class Definitions(NamedTuple):
    """A model's subexpressions as trees, and which names stay constant over a run."""

    trees: dict[str, Node]
    steady: set[str]


def definitions(model: Model, *, units: bool = False) -> Definitions:
    """The subexpressions of a model.

    Args:
        units: keep the names of units in the trees; else they are the numbers of the coherent system.
    """
    trees = {e.name: algebra.tree(e.expression, units=units) for e in model.parsed.subexpressions}
    steady = {*model.params, "pi", "e", "inf", *(algebra.UNIT_NAMES if units else ())}
    while more := {n for n, node in trees.items() if algebra.names(node) <= steady} - steady:
        steady |= more
    return Definitions(trees, steady)


def relaxations(model: Model, known: Definitions, *, units: bool = False) -> list[Relaxation]:
    """Every differential equation of a model, in the order of the text.

    Raises:
        ModelError: noise whose amplitude changes during a run.
    """
    potentials = [e.name for e in model.parsed.states if e.dimensions == POTENTIAL]
    found = []
    for state in model.parsed.states:
        text = f"d{state.name}/dt = {state.expression}"
        node, noise = _without_noise(model, algebra.tree(state.expression, units=units), text, known)
        core, times, per = algebra.peel(node, state.name, known.trees)
        a, b = algebra.split(core, state.name, known.trees)
        others = [p for p in potentials if p != state.name] if state.name in potentials and b else []
        a, pulls = _neighbours(a, others, potentials, known.trees)
        loss = algebra.total(algebra.negated(b))
        found.append(
            Relaxation(state.name, text, noise, None if b else node, algebra.total(a), loss, pulls, times, per)
        )
    return found


def _without_noise(model: Model, node: Node, text: str, known: Definitions) -> tuple[Node, dict[str, Node]]:
    """The equation without its noise, and the amplitude of each noise source."""
    noise = {}
    for channel in sorted(n for n in algebra.names(node) if n == "xi" or n.startswith("xi_")):
        rest, amplitude = algebra.split(node, channel, known.trees)
        noise[channel] = algebra.total(amplitude)
        if not algebra.names(noise[channel]) <= known.steady:
            raise ModelError(
                f"model {model.name!r}: the noise amplitude {algebra.text(noise[channel])!r} of {channel} in "
                f"{text!r} changes during a run; let a state carry noise of constant amplitude and scale it."
            )
        node = algebra.total(rest)
    return node, noise


def _neighbours(
    terms: Terms, others: list[str], potentials: list[str], trees: dict[str, Node]
) -> tuple[Terms, dict[str, Node]]:
    """What a potential takes from other potentials in proportion: the remaining terms, and the factor of each."""
    pulls = {}
    for other in others:
        rest, factor = algebra.split(algebra.total(terms), other, trees)
        linear = factor and not any(algebra.depends(f, p, trees) for _, f in factor for p in potentials)
        if linear and not any(algebra.depends(r, other, trees) for _, r in rest):
            terms, pulls[other] = rest, algebra.total(factor)
    return terms, pulls
