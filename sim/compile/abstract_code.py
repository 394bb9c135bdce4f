"""One step of a scheme as statements of Brian2 ("abstract code"), from the same equations as the JAX right-hand side.

Brian2 evaluates the model's own subexpressions, with units, in float64. Names ending in `_start`, `_around` and
`_middle` are what a command brings to a port in a step (see `sim.engine.integrate.Inputs`), `_live` what other cells
and triggers bring to it, constant over a window; `draw_xi` is a standard normal draw.
"""

from sim.compile import algebra
from sim.compile.algebra import Node
from sim.compile.equations import System
from sim.compile.relaxation import Relaxation, definitions, relaxations
from sim.engine.integrate import solve
from sim.spec.model import Model


class _Symbol:
    """An expression that is written down, one assignment for each operation, when it is calculated with."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self.name, self.lines = name, lines

    def _new(self, text: str) -> "_Symbol":
        name = f"_s{len(self.lines)}"
        self.lines.append(f"{name} = {text}")
        return _Symbol(name, self.lines)

    def __add__(self, other: "_Symbol") -> "_Symbol":
        return self._new(f"{self.name} + {other.name}")

    def __mul__(self, other: "_Symbol") -> "_Symbol":
        return self._new(f"{self.name}*{other.name}")

    def __rsub__(self, other: float) -> "_Symbol":
        return self._new(f"{other} - {self.name}")

    def __rtruediv__(self, other: float) -> "_Symbol":
        return self._new(f"{other}/{self.name}")


class _Step:
    """Writes the statements of one step."""

    def __init__(self, model: Model, exact: bool) -> None:
        known = definitions(model, units=True)
        self.equations = {r.name: r for r in relaxations(model, known, units=True)}
        self.known, self.steady = known, known.steady
        self.waiting = {
            e.name for e in model.parsed.states if model.timed_refractory and "unless refractory" in e.flags
        }
        self.ports = [port.name for port in model.parsed.ports]
        self.exact = exact
        self.lines: list[str] = []

    def say(self, name: str, text: str) -> str:
        self.lines.append(f"{name} = {text}")
        return name

    def set_ports(self, when: str) -> None:
        for port in self.ports:
            self.say(port, f"{port}_{when}(t, {port}_column) + {port}_live")

    def rate(self, found: Relaxation) -> str:
        return f"({algebra.text(found.rate(found.loss))})"

    def covered(self, found: Relaxation) -> str:
        """The part of the way to its target that a state covers."""
        return f"(1 - exp(-dt*{self.rate(found)}))" if self.exact else f"(dt*{self.rate(found)})"

    def kicks(self, found: Relaxation) -> str:
        spread = "dt"
        if self.exact and found.slope is None and algebra.names(found.rate(found.loss)) <= self.steady:
            spread = f"(1 - exp(-2*dt*{self.rate(found)}))/(2*{self.rate(found)})"
        return "".join(
            f" + ({algebra.text(a)})*sqrt({spread})*draw_{channel}(t, i)" for channel, a in found.noise.items()
        )

    def moved(self, name: str, x: str) -> str:
        """x after dt, all else at its present value."""
        found = self.equations[name]
        if found.slope is not None:
            change = f"dt*({algebra.text(found.slope)})"
        elif found.loose(self.known):
            pulled = f"({algebra.text(found.rate(found.gain))} - {self.rate(found)}*{x})"
            change = f"dt*{pulled}" + (f"*exprel(-dt*{self.rate(found)})" if self.exact else "")
        else:
            target = self.text([found.gain, *self.products(found)])
            change = f"(({target})/({algebra.text(found.loss)}) - {x})*{self.covered(found)}"
        return f"{x} + {self.still(name)}({change}{self.kicks(found)})"

    def still(self, name: str) -> str:
        return "int(not_refractory)*" if name in self.waiting else ""

    @staticmethod
    def products(found: Relaxation) -> list[Node]:
        return [algebra.multiply(pull, algebra.tree(other, units=True)) for other, pull in found.pulls.items()]

    @staticmethod
    def text(terms: list[Node]) -> str:
        return " + ".join(f"({algebra.text(term)})" for term in terms)

    def together(self, names: list[str], old: dict[str, str], after: dict[str, str]) -> dict[str, str]:
        """Neighbours after dt, solved from the linear equations of `sim.engine.integrate`.

        Args:
            names: the neighbours.
            old: every potential before the step.
            after: the potentials that nothing pulls, after the step.
        """
        known, pulls = {}, {}
        for name in names:
            found = self.equations[name]
            loss = self.say(f"_loss_{name}", algebra.text(found.loss))
            covered = self.say(f"_covered_{name}", self.still(name) + self.covered(found))
            target = algebra.text(found.gain)
            for other, pull in found.pulls.items():
                half = self.say(f"_pull_{name}_{other}", f"0.5*({algebra.text(pull)})/{loss}")
                target = f"{target} + {half}*{loss}*({old[other]}{f' + {after[other]}' if other in after else ''})"
                if other in after:
                    continue
                pulls[name, other] = _Symbol(self.say(f"_share_{name}_{other}", f"{half}*{covered}"), self.lines)
            x = old[name]
            kicks = self.kicks(found)
            value = f"{x} + (({target})/{loss} - {x})*{covered}" + (
                f" + {self.still(name)}(0*{x}{kicks})" if kicks else ""
            )
            known[name] = _Symbol(self.say(f"_known_{name}", value), self.lines)
        return {name: symbol.name for name, symbol in solve(known, pulls).items()}


def one_sided(model: Model, *, exact: bool) -> str:
    """A step of `exponential_euler` (exact) or `euler`: everything from its old value."""
    step = _Step(model, exact)
    step.set_ports("start")
    new = {name: step.say(f"_new_{name}", step.moved(name, name)) for name in step.equations}
    step.lines += [f"{name} = {value}" for name, value in new.items()]
    return "\n".join(step.lines)


def staggered(model: Model, system: System) -> str:
    """A step of `staggered`; `system` tells the order of its stages."""
    step = _Step(model, exact=True)
    step.set_ports("around")
    after = {}
    for stage in system.half:
        names = [e.name for e in stage.equations]
        old = {name: step.say(f"_old_{name}", name) for name in names}
        for again in (False, True) if stage.coupled else (False,):
            round_ = "b" if again else "a"
            new = {name: step.say(f"_new{round_}_{name}", step.moved(name, old[name])) for name in names}
            for name in names:
                step.say(name, f"0.5*({old[name]} + {new[name]})")
            after |= new
    for name, value in after.items():
        step.say(name, value)
    step.set_ports("middle")
    names = [e.name for e in system.full.equations]
    old = {name: step.say(f"_old_{name}", name) for name in names}
    alone = [name for name in names if not step.equations[name].pulls]
    joined = [name for name in names if step.equations[name].pulls]
    for again in (False, True) if system.full.coupled else (False,):
        round_ = "b" if again else "a"
        new = {name: step.say(f"_new{round_}_{name}", step.moved(name, old[name])) for name in alone}
        new |= step.together(joined, old, new) if joined else {}
        new = {name: step.say(f"_end{round_}_{name}", value) for name, value in new.items()}
        for name in names:
            last = again or not system.full.coupled
            step.say(name, new[name] if last else f"0.5*({old[name]} + {new[name]})")
    step.set_ports("start")  # threshold and reset read a port as it was when the step began
    return "\n".join(step.lines)
